//! The System Console in a real browser: accessibility, layout, keyboard, script and no script, other sites.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value as Json, json};
use settings_console::Visitor;
use settings_core::reference::ServerSettings;
use settings_tests::browser::Browser;
use settings_tests::console::Site;
use settings_tests::left_out;

use crate::console_flows::{self, Way};

const FILE: &str = "{\n  // the port\n  \"EmailSettings\": {\"SMTPPort\": 587, \"SMTPPassword\": \"k4n4ry\", \"SMTPServer\": 7}\n}\n";

/// Serves a console below a path, as a server's own router does.
pub(crate) async fn serve(site: &Site, mount: &str) -> SocketAddr {
    serve_router(match mount {
        "/" => axum::Router::new().fallback_service(site.service()),
        mount => axum::Router::new().nest_service(mount, site.service()),
    })
    .await
}

pub(crate) async fn serve_router(router: axum::Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

pub(crate) async fn browser(test: &str) -> Option<Browser> {
    found(test, Browser::start().await)
}

pub(crate) fn found(test: &str, browser: Result<Browser, String>) -> Option<Browser> {
    match browser {
        Ok(browser) => Some(browser),
        Err(why) => {
            left_out(test, &why);
            None
        }
    }
}

/// Returns the source of axe-core, which `tests/run` installs.
fn axe(test: &str) -> Option<String> {
    let usual =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/node-axe/node_modules/axe-core/axe.min.js");
    let path = std::env::var_os("SETTINGS_AXE").map_or(usual, PathBuf::from);
    match std::fs::read_to_string(&path) {
        Ok(axe) => Some(axe),
        Err(error) => {
            left_out(test, &format!("{}: {error}", path.display()));
            None
        }
    }
}

/// Collects what the page's policy refuses and what goes wrong in it.
const COLLECT: &str = "window.faults = []; \
    addEventListener('securitypolicyviolation', (event) => faults.push(event.violatedDirective + ' ' + event.blockedURI)); \
    addEventListener('error', (event) => faults.push(String(event.message)));";

/// Own checks where axe is blind: nothing is wider than the window, every tab stop can be seen.
const LAYOUT: &str = "
    const faults = [...(window.faults || [])];
    if (document.documentElement.scrollWidth > innerWidth) faults.push('wider than the window: ' + document.documentElement.scrollWidth);
    for (const element of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
        if (!element.checkVisibility() || element.classList.contains('skip')) continue;
        element.focus({preventScroll: false});
        element.scrollIntoView({block: 'nearest'});
        const box = element.getClientRects()[0];
        if (box.right > innerWidth + 1) faults.push('cut off: ' + element.outerHTML.slice(0, 120));
        const hit = document.elementFromPoint(box.left + Math.min(box.width / 2, 8), box.top + Math.min(box.height / 2, 8));
        if (!hit || !(element.contains(hit) || hit.contains(element) || hit.closest('label')?.contains(element))) faults.push('covered: ' + element.outerHTML.slice(0, 120));
    }
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth) faults.push('too wide by ' + (page.scrollWidth - page.clientWidth));
    return faults;";

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_accessible_in_every_variant() {
    let test = "console_browser::pages_are_accessible_in_every_variant";
    let (Some(axe), Some(browser)) = (axe(test), browser(test).await) else { return };
    // one variable that is right, and one that is not
    let variables =
        [("MM_EMAILSETTINGS_EHLONAME", "chat.example.com"), ("MM_EMAILSETTINGS_SMTPSERVERTIMEOUT", "soon")];
    let site = Site::new::<ServerSettings>(FILE, &variables);
    site.patch(r#"{"set": {"EmailSettings.FeedbackName": "Chat"}, "reason": "a name"}"#).await;
    let pictures = std::env::var_os("SETTINGS_PICTURES").map(PathBuf::from);
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": COLLECT })).await;
    for mount in ["/", "/a/b"] {
        let address = serve(&site, mount).await;
        let root = format!("http://{address}{}", mount.trim_end_matches('/'));
        for (variant, width, height, features) in [
            ("light", 1100, 900, json!([])),
            ("dark", 1100, 900, json!([{"name": "prefers-color-scheme", "value": "dark"}])),
            ("forced", 1100, 900, json!([{"name": "forced-colors", "value": "active"}])),
            ("narrow", 320, 700, json!([])),
            ("phone-dark", 360, 700, json!([{"name": "prefers-color-scheme", "value": "dark"}])),
        ] {
            if mount != "/" && variant != "light" {
                continue;
            }
            browser.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
            let metrics =
                json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500});
            browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
            for (name, path) in [
                ("overview", "/"),
                ("page", "/p/environment-smtp"),
                ("saved", "/p/environment-smtp?saved=2"),
                ("replace", "/p/environment-smtp?replace=EmailSettings.SMTPPassword"),
                ("locked", "/p/environment-smtp-connection"),
                ("all", "/all?q=smtp"),
                ("sources", "/sources"),
                ("history", "/history"),
            ] {
                browser.open(&format!("{root}{path}")).await;
                browser.run("document.querySelectorAll('details').forEach((it, at) => { if (at < 2) it.open = true; })").await;
                browser.run(&axe).await;
                let found = browser
                    .run_async(
                        "const done = arguments[0]; axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}) \
                         .then((result) => done(result.violations.map((it) => it.id + ': ' + it.nodes.map((node) => node.html.slice(0, 160) + ' ' + node.failureSummary).join(' | '))))",
                    )
                    .await;
                assert_eq!(found, json!([]), "axe: {mount} {variant} {name}");
                if let Some(folder) = pictures.as_ref().filter(|_| mount == "/") {
                    browser.run("document.querySelector('main').scrollTo(0, 0); scrollTo(0, 0); document.activeElement.blur()").await;
                    let picture = BASE64.decode(browser.picture().await).unwrap();
                    std::fs::write(folder.join(format!("{name}-{variant}.png")), picture).unwrap();
                }
                let faults = browser.run(LAYOUT).await;
                assert_eq!(faults, json!([]), "{mount} {variant} {name}");
            }
        }
        browser.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
    }
    names(&browser, &site).await;
}

/// Every control has a name in the accessibility tree, and every field of a setting a description.
async fn names(browser: &Browser, site: &Site) {
    let address = serve(site, "/").await;
    browser.open(&format!("http://{address}/p/environment-smtp")).await;
    let tree = browser.devtools("Accessibility.getFullAXTree", json!({})).await;
    let (mut controls, mut described) = (0, 0);
    for node in tree["nodes"].as_array().unwrap() {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        if !["textbox", "radio", "checkbox", "button", "combobox", "searchbox", "link"].contains(&role) {
            continue;
        }
        controls += 1;
        assert_ne!(node["name"]["value"], json!(""), "{node}");
        described += usize::from(node["description"]["value"].as_str().is_some_and(|text| !text.is_empty()));
    }
    assert!(controls > 30 && described >= 5, "{controls} controls, {described} with a description");
    browser.press("/").await;
    assert_eq!(
        browser.run("return document.activeElement.id").await,
        json!("q"),
        "a slash leads to the search"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_typed_tested_reviewed_saved_and_taken_back() {
    let test = "console_browser::a_change_is_typed_tested_reviewed_saved_and_taken_back";
    let Some(browser) = browser(test).await else { return };
    console_flows::with_script(&browser, Way::Plain).await;
    console_flows::with_script(&browser, Way::TlsProxy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_without_script() {
    let test = "console_browser::everything_works_without_script";
    let Some(browser) = browser(test).await else { return };
    browser.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    console_flows::without_script(&browser, Way::Plain).await;
    console_flows::without_script(&browser, Way::TlsProxy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_in_firefox() {
    let test = "console_browser::everything_works_in_firefox";
    let Some(browser) = found(test, Browser::firefox(true).await) else { return };
    console_flows::with_script(&browser, Way::Plain).await;
    console_flows::with_script(&browser, Way::TlsProxy).await;
    let Some(browser) = found(test, Browser::firefox(false).await) else { return };
    console_flows::without_script(&browser, Way::Plain).await;
    console_flows::without_script(&browser, Way::TlsProxy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_08_09_16_21_hold_in_a_browser() {
    let test = "console_browser::reports_08_09_16_21_hold_in_a_browser";
    let Some(browser) = browser(test).await else { return };
    let markup = "\"'><script>faults.push('script')</script><img src=x onerror=faults.push('image')>";
    let name = serde_json::to_string(markup).unwrap();
    let file = format!(r#"{{"EmailSettings": {{"FeedbackName": {name}, {name}: 1, "SMTPPort": 587}}}}"#);
    let gate = move |_: &http::request::Parts| Ok(Visitor::administrator("ann"));
    let site = Site::with_gate::<ServerSettings>(&file, &[], gate, |it| it);
    let address = serve(&site, "/").await;
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": COLLECT })).await;
    for path in [
        "/",
        "/p/site-configuration-notifications",
        "/all?q=%3Cscript%3Efaults.push(1)%3C/script%3E",
        "/p/environment-smtp",
    ] {
        browser.open(&format!("http://{address}{path}")).await;
        assert_eq!(browser.run("return faults").await, json!([]), "16: {path}");
    }
    // another site, on another port: a form, a fetch, an image, a frame
    let evil = format!(
        "<!doctype html><title>evil</title><form id=f method=post action='http://{address}/save'><input name=page value=environment-smtp>\
         <input name='v.EmailSettings.SMTPPort' value=1></form><iframe id=frame src='http://{address}/'></iframe><img src='http://{address}/status'>"
    );
    let router = axum::Router::new().fallback(move || async move { axum::response::Html(evil) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    for host in [format!("127.0.0.1:{}", other.port()), format!("evil.example:{}", other.port())] {
        browser.open(&format!("http://{host}/")).await;
        let read = browser
            .run_async(&format!(
                "const done = arguments[0]; fetch('http://{address}/api/settings', {{method: 'PATCH', headers: {{'Content-Type': 'application/json', 'If-Match': '*'}}, \
                 body: '{{\"set\": {{\"EmailSettings.SMTPPort\": 1}}}}'}}).then((it) => done('read ' + it.status), () => done('refused'))"
            ))
            .await;
        assert_eq!(read, json!("refused"), "8");
        let framed = browser.run("try { return String(document.getElementById('frame').contentDocument && document.getElementById('frame').contentDocument.body.innerText) } catch (error) { return '' }").await;
        assert!(!framed.as_str().unwrap_or_default().contains("Settings"), "21: {framed}");
        browser.run("document.getElementById('f').submit()").await;
        browser.wait_for("return document.body.innerText.includes('cross-site')").await;
    }
    assert_eq!(site.text(), file, "8");
    browser.open(&format!("http://rebound.example:{}/", address.port())).await;
    let text = browser.run("return document.body.innerText").await;
    assert!(text.as_str().unwrap().contains("unknown-host"), "9: {text}");
    let _: Json = text;
}
