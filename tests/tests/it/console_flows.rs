//! The way of a person through the System Console, for every browser, with and without TLS in front of the server.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use settings_core::mail::catch::{CatchOptions, Catcher, Login};
use settings_core::reference::ServerSettings;
use settings_core::value::Secret;
use settings_tests::browser::Browser;
use settings_tests::console::Site;
use settings_tests::tls_proxy::TlsProxy;

use crate::console_browser::serve;

/// The way from the browser to the server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// HTTP alone.
    Plain,
    /// HTTPS to a proxy, and HTTP from there.
    TlsProxy,
}

/// A server under the address that the browser knows.
pub(crate) struct Served {
    pub(crate) origin: String,
    _proxy: Option<TlsProxy>,
}

impl Way {
    pub(crate) async fn serve(self, server: SocketAddr) -> Served {
        match self {
            Self::Plain => Served { origin: format!("http://{server}"), _proxy: None },
            Self::TlsProxy => {
                let proxy = TlsProxy::start(server).await;
                Served { origin: format!("https://{}", proxy.address()), _proxy: Some(proxy) }
            }
        }
    }
}

/// A change is typed, tested, reviewed, saved and taken back.
pub(crate) async fn with_script(browser: &Browser, way: Way) {
    let login = |password| Login::Only { username: "chat".to_owned(), password: Secret::new(password) };
    let mut old = Catcher::start(CatchOptions::default().login(login("stored"))).await.unwrap();
    let mut new = Catcher::start(CatchOptions::default().login(login("typed"))).await.unwrap();
    let file = format!(
        "{{\n  // the port\n  \"EmailSettings\": {{\"SMTPServer\": \"127.0.0.1\", \"SMTPPort\": {}, \"EnableSMTPAuth\": true, \"SMTPUsername\": \"chat\", \"SMTPPassword\": \"stored\"}}\n}}\n",
        old.address().port()
    );
    let site = Site::new::<ServerSettings>(&file, &[]);
    let served = way.serve(serve(&site, "/a/b").await).await;
    let origin = &served.origin;
    let page = format!("{origin}/a/b/p/environment-smtp");
    let tested = "return /The test (succeeded|failed)|stored for another/.test(document.getElementById('test-result').innerText)";
    let result = "return document.getElementById('test-result').innerText";

    // the stored password goes to the stored server
    browser.open(&page).await;
    browser.click("button[name=action][value=examine]").await;
    browser.wait_for(tested).await;
    let text = browser.run(result).await;
    assert!(text.as_str().unwrap().contains("The test succeeded"), "{text}");
    // and not to another one
    browser.type_into("[id='f-EmailSettings.SMTPPort']", &new.address().port().to_string()).await;
    assert_eq!(
        browser.run("return document.getElementById('unsaved').textContent").await,
        json!("1 unsaved change on this page")
    );
    browser.click("button[name=action][value=examine]").await;
    browser
        .wait_for("return document.getElementById('test-result').innerText.includes('stored for another')")
        .await;
    // a typed one does
    browser.click("[data-replace='EmailSettings.SMTPPassword']").await;
    browser.type_into("[id='f-EmailSettings.SMTPPassword']", "typed").await;
    browser.type_into("#to", "admin@example.com").await;
    browser.click("button[name=action][value=send]").await;
    browser
        .wait_for("return document.getElementById('test-result').innerText.includes('The test succeeded')")
        .await;
    let caught = tokio::time::timeout(Duration::from_secs(10), new.next()).await.unwrap().unwrap();
    assert!(caught.to_string().contains("Test of the mail settings"));
    assert_eq!(site.text(), file, "a test saves nothing");

    browser.click("footer button.main").await;
    browser.wait_for("return document.querySelector('h1').textContent === 'Review'").await;
    assert!(
        !browser.run("return document.documentElement.outerHTML").await.as_str().unwrap().contains("typed\"")
    );
    browser.click("footer button.main").await;
    browser.wait_for("return location.search.includes('saved=')").await;
    let port = |catcher: &Catcher| catcher.address().port().to_string();
    assert_eq!(site.text(), file.replace(&port(&old), &port(&new)).replace("\"stored\"", "\"typed\""));
    let held =
        browser.run("return JSON.stringify({...sessionStorage}) + document.documentElement.outerHTML").await;
    assert!(!held.as_str().unwrap().contains("\"typed\""), "no draft holds a secret");

    browser.open(&format!("{origin}/a/b/history")).await;
    browser.click("form[action$=rollback] button").await;
    browser.wait_for("return document.querySelector('h1').textContent === 'Review'").await;
    browser.click("footer button.main").await;
    browser.wait_for("return location.search.includes('restored=')").await;
    assert_eq!(site.text(), file);
    old.shutdown().await;
    new.shutdown().await;
    assert!(
        browser.url().await.starts_with(&format!("{origin}/a/b/")),
        "every link and redirect stays there"
    );
}

/// Settings are read, found, tested, changed and replaced in a browser that runs no script.
pub(crate) async fn without_script(browser: &Browser, way: Way) {
    let site = Site::new::<ServerSettings>("{}", &[]);
    let served = way.serve(serve(&site, "/a/b").await).await;
    let origin = &served.origin;
    browser.open(&format!("{origin}/a/b")).await;
    assert!(browser.url().await.ends_with("/a/b/"));
    browser.click("a[href='p/environment-smtp']").await;
    browser.type_into("[id='f-EmailSettings.SMTPPort']", "99999").await;
    browser.click("footer button.main").await;
    browser.arrive("/a/b/review").await;
    browser.type_into("[id='f-EmailSettings.SMTPPort']", "1").await;
    browser.click("button[name=action][value=examine]").await;
    browser.arrive("/a/b/test-mail").await;
    browser.click("footer button.main").await;
    browser.arrive("/a/b/review").await;
    browser.type_into("#reason", "no script").await;
    browser.click("footer button.main").await;
    browser.arrive("/a/b/p/environment-smtp?saved=").await;
    assert!(site.text().contains("\"SMTPPort\": 1"), "{}", site.text());
    browser.type_into("#q", "is:set").await;
    browser.click(".search button").await;
    browser.arrive("/a/b/all?q=is").await;
    browser.click("tbody a").await;
    browser.arrive("#EmailSettings.SMTPPort").await;
    browser.open(&format!("{origin}/a/b/p/environment-smtp")).await;
    browser.click("[data-replace='EmailSettings.SMTPPassword']").await;
    browser.type_into("[id='f-EmailSettings.SMTPPassword']", "typed").await;
    browser.click("footer button.main").await;
    browser.arrive("/a/b/review").await;
    browser.click("footer button.main").await;
    browser.arrive("?saved=").await;
    assert!(site.text().contains("\"SMTPPassword\": \"typed\""), "{}", site.text());
    assert!(
        browser.url().await.starts_with(&format!("{origin}/a/b/")),
        "every link and redirect stays there"
    );
}
