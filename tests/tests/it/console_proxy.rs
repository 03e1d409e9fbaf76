//! The System Console in a server that logs people in, after a proxy that ends TLS.

use axum::Router;
use axum::response::{Html, Redirect};
use axum::routing::get;
use http::header::{COOKIE, SET_COOKIE};
use settings_console::{Refusal, Visitor};
use settings_core::reference::ServerSettings;
use settings_tests::console::Site;

use crate::console_browser::{browser, serve_router};
use crate::console_flows::Way;

const FILE: &str = "{\"EmailSettings\": {\"SMTPPort\": 587}}\n";

/// A login that gives the session's cookie, which a browser keeps for HTTPS alone.
fn login() -> Router {
    let form = Html("<!doctype html><title>Log in</title><form method=post><button>Log in</button></form>");
    let cookie = "__Host-session=ann; Secure; HttpOnly; SameSite=Lax; Path=/";
    Router::new().route(
        "/login",
        get(move || async move { form })
            .post(move || async move { ([(SET_COOKIE, cookie)], Redirect::to("/a/b/")) }),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_cookies_redirects_and_origins_hold_after_a_tls_proxy() {
    let test = "console_proxy::logins_cookies_redirects_and_origins_hold_after_a_tls_proxy";
    let Some(browser) = browser(test).await else { return };
    let gate = |request: &http::request::Parts| {
        let cookies = request.headers.get(COOKIE).and_then(|cookies| cookies.to_str().ok());
        match cookies.is_some_and(|cookies| cookies.contains("__Host-session=ann")) {
            true => Ok(Visitor::administrator("ann")),
            false => Err(Refusal::Login("/login".to_owned())),
        }
    };
    let site = Site::with_gate::<ServerSettings>(FILE, &[], gate, |it| it);
    let server = serve_router(login().nest_service("/a/b/", site.service())).await;
    let served = Way::TlsProxy.serve(server).await;
    let origin = &served.origin;

    browser.open(&format!("{origin}/a/b/p/environment-smtp")).await;
    assert_eq!(browser.url().await, format!("{origin}/login"), "the way to the login stays at HTTPS");
    browser.click("button").await;
    browser.arrive("/a/b/").await;
    assert_eq!(browser.url().await, format!("{origin}/a/b/"));
    browser.click("a[href='p/environment-smtp']").await;
    browser.arrive("p/environment-smtp").await;
    browser.type_into("[id='f-EmailSettings.SMTPPort']", "465").await;
    browser.click("footer button.main").await;
    browser.arrive("/a/b/review").await;
    browser.click("footer button.main").await;
    browser.arrive("?saved=").await;
    assert!(browser.url().await.starts_with(&format!("{origin}/a/b/p/environment-smtp")));
    let saved = FILE.replace("587", "465");
    assert_eq!(site.text(), saved);

    // a page of the same host without TLS, and one of another host: the cookie must not let them in
    let form = format!(
        "<!doctype html><title>evil</title><form id=f method=post action='{origin}/a/b/save'>\
         <input name=page value=environment-smtp><input name='v.EmailSettings.SMTPPort' value=1></form>"
    );
    let other = serve_router(Router::new().fallback(move || async move { Html(form) })).await;
    for host in [format!("127.0.0.1:{}", other.port()), format!("evil.example:{}", other.port())] {
        browser.open(&format!("http://{host}/")).await;
        browser.run("document.getElementById('f').submit()").await;
        browser.wait_for("return document.body.innerText.includes('cross-site')").await;
    }
    assert_eq!(site.text(), saved);
}
