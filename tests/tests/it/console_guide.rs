//! The pictures of the console's guide, made in a real browser.
//!
//! They go to `target/pictures`; `SETTINGS_PICTURES=FOLDER` puts them elsewhere, `docs/guides/images` for example.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;
use settings_console::Visitor;
use settings_core::reference::ServerSettings;
use settings_tests::browser::Browser;
use settings_tests::console::Site;

use crate::console_browser::{browser, serve};

const FILE: &str = "{\n  \"EmailSettings\": {\"SMTPServer\": \"mail.example.com\", \"SMTPPort\": 465, \"SMTPPassword\": \"k4n4ry\"}\n}\n";

/// The folder of the test has a name that differs each time.
const SHORTEN: &str = "const names = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); \
    while (names.nextNode()) names.currentNode.data = names.currentNode.data.replace(/\\/\\S*\\/config\\.json/g, '/etc/chat/config.json'); \
    document.querySelector('main').scrollTo(0, 0); scrollTo(0, 0); document.activeElement.blur()";

#[tokio::test(flavor = "multi_thread")]
async fn the_guide_shows_the_pages_as_they_are() {
    let test = "console_guide::the_guide_shows_the_pages_as_they_are";
    let guides = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides");
    let guide = std::fs::read_to_string(guides.join("console.rst")).unwrap();
    let Some(browser) = browser(test).await else { return };
    let gate = |_: &http::request::Parts| Ok(Visitor::administrator("ann"));
    let variables = [("MM_EMAILSETTINGS_EHLONAME", "chat.example.com")];
    let site = Site::with_gate::<ServerSettings>(FILE, &variables, gate, |it| it.title("Chat server"));
    site.patch(r#"{"set": {"EmailSettings.FeedbackName": "Chat"}, "reason": "a name for the sender"}"#).await;
    let root = format!("http://{}", serve(&site, "/").await);
    let taken = Pictures { browser: &browser, folder: folder(), kept: guides.join("images"), guide };

    taken.size(1100, 800).await;
    browser.open(&format!("{root}/")).await;
    taken.take("console-overview").await;
    browser.open(&format!("{root}/p/environment-smtp")).await;
    taken.take("console-page").await;
    browser.type_into("[id='f-EmailSettings.SMTPPort']", "587").await;
    browser.click("footer button.main").await;
    browser.arrive("/review").await;
    taken.take("console-review").await;
    let dark = json!([{"name": "prefers-color-scheme", "value": "dark"}]);
    browser.devtools("Emulation.setEmulatedMedia", json!({ "features": dark })).await;
    browser.open(&format!("{root}/all?q=is:set")).await;
    taken.take("console-search").await;
}

struct Pictures<'b> {
    browser: &'b Browser,
    folder: PathBuf,
    /// The pictures that the guide shows.
    kept: PathBuf,
    guide: String,
}

fn folder() -> PathBuf {
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pictures");
    let folder = std::env::var_os("SETTINGS_PICTURES").map_or(usual, PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Pictures<'_> {
    async fn size(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Takes a picture. The guide shows one of this name and size, with a text for those who can't see it.
    async fn take(&self, name: &str) {
        self.browser.run(SHORTEN).await;
        let picture = BASE64.decode(self.browser.picture().await).unwrap();
        std::fs::write(self.folder.join(format!("{name}.png")), &picture).unwrap();
        let kept = std::fs::read(self.kept.join(format!("{name}.png"))).unwrap();
        assert_eq!(dimensions(&kept), dimensions(&picture), "{name}: take the picture again");
        let shown = format!(".. image:: images/{name}.png\n   :alt: ");
        assert!(self.guide.contains(&shown), "the guide does not show {name}");
    }
}

/// Width and height, from the head of a PNG.
fn dimensions(picture: &[u8]) -> (u32, u32) {
    assert_eq!(&picture[1..4], b"PNG");
    let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}
