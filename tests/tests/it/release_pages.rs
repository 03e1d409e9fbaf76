//! Two releases from the pages of one product, four years apart, against a list that was made by hand.

use std::path::Path;

use settings_core::docs::import::to_release;
use settings_core::docs::{PageRead, read};
use settings_core::release::{Release, Upgrade, compare};
use settings_core::resolve::Layers;
use settings_tests::cli::{Folder, Run, settings};
use settings_tests::real::shared;

const PAGES: [&str; 3] = ["compliance", "integrations", "reporting"];

/// The changes that a reader of both versions of the pages finds. No page that both years have lists 40 settings; these
/// three have 29 and 47.
const BY_HAND: [(&str, &str); 26] = [
    ("AnalyticsSettings.MaxUsersForStatistics", "added"),
    ("DataRetentionSettings.BatchSize", "added"),
    ("DataRetentionSettings.BoardsRetentionDays", "added"),
    ("DataRetentionSettings.EnableBoardsDeletion", "added"),
    ("DataRetentionSettings.EnableFileDeletion", "added"),
    ("DataRetentionSettings.EnableMessageDeletion", "added"),
    ("DataRetentionSettings.FileRetentionHours", "added"),
    ("DataRetentionSettings.MessageRetentionHours", "added"),
    ("DataRetentionSettings.PreservePinnedPosts", "added"),
    ("DataRetentionSettings.RetentionIdsBatchSize", "added"),
    ("DataRetentionSettings.TimeBetweenBatchesMilliseconds", "added"),
    ("FileRetentionDays", "removed"),
    ("GfycatApiKey", "removed"),
    ("GfycatApiSecret", "removed"),
    ("MessageExportSettings.BatchSize", "added"),
    ("MessageExportSettings.GlobalRelaySettings.CustomSMTPPort", "added"),
    ("MessageExportSettings.GlobalRelaySettings.CustomSMTPServerName", "added"),
    ("MessageExportSettings.GlobalRelaySettings.CustomerType", "default-changed"),
    ("MessageExportSettings.GlobalRelaySettings.CustomerType", "values-narrowed"),
    ("MessageRetentionDays", "removed"),
    ("ServiceSettings.DCRRedirectURIAllowlist", "added"),
    ("ServiceSettings.EnableDynamicClientRegistration", "added"),
    ("ServiceSettings.EnableOAuthServiceProvider", "default-changed"),
    ("ServiceSettings.EnforceIncomingWebhookChannelLocking", "added"),
    ("ServiceSettings.FrameAncestors", "added"),
    ("ServiceSettings.OutgoingIntegrationRequestsTimeout", "added"),
];

fn imported(folder: &Path, version: &str) -> Release {
    let page = |name: &&str| -> PageRead {
        let path = folder.join(format!("{name}-configuration-settings.rst"));
        read(&path.display().to_string(), &std::fs::read(&path).unwrap()).unwrap()
    };
    let pages: Vec<PageRead> = PAGES.iter().map(page).collect();
    to_release(&pages).release.with_version(version)
}

fn releases(test: &str) -> Option<(Release, Release)> {
    let pages = shared(test)?.join("pages");
    Some((imported(&pages.join("2022/2022-11-09"), "7.5"), imported(&pages.join("2026"), "11.0")))
}

#[test]
fn the_changes_of_four_years_are_those_of_the_list() {
    let Some((old, new)) = releases("the_changes_of_four_years") else { return };
    assert!(new.settings.len() >= 40, "{}", new.settings.len());
    let found: Vec<(String, &str)> =
        compare(&old, &new).iter().map(|change| (change.path.clone(), change.kind.name())).collect();
    let is_listed = |(path, kind): &&(String, &str)| BY_HAND.contains(&(path.as_str(), kind));
    let right = found.iter().filter(is_listed).count();
    let missing: Vec<_> =
        BY_HAND.iter().filter(|(path, kind)| !found.contains(&((*path).to_owned(), *kind))).collect();
    let wrong: Vec<_> = found.iter().filter(|change| !is_listed(change)).collect();
    println!("precision {right}/{}, recall {right}/{}", found.len(), BY_HAND.len());
    println!("wrong: {wrong:?}");
    assert!(missing.is_empty(), "{missing:?}");
    // the older pages describe these without their keys
    let unnamed = [
        "MessageExportSettings.ExportFormat",
        "SupportSettings.CustomTermsOfServiceEnabled",
        "SupportSettings.CustomTermsOfServiceReAcceptancePeriod",
    ];
    let wrong: Vec<_> = wrong.iter().map(|(path, kind)| (path.as_str(), *kind)).collect();
    assert_eq!(wrong, unnamed.map(|path| (path, "added")));
}

#[test]
fn an_older_configuration_is_judged() {
    let Some((old, new)) = releases("an_older_configuration") else { return };
    let config = r#"{
    "ServiceSettings": {"GfycatApiKey": "k", "GfycatApiSecret": "hush-hush", "EnableCommands": true},
    "MessageExportSettings": {"GlobalRelaySettings": {"CustomerType": "A9/Type 9"}},
    "DataRetentionSettings": {"MessageRetentionDays": 30}
}"#;
    let judgement = Upgrade::between(old, new).judge(Layers::new().file("config.json", config));
    let lines = judgement.to_lines();
    for wanted in [
        "config.json:2:25: broken[removed]: `ServiceSettings.GfycatApiKey` is removed in 11.0",
        "broken[removed]: `ServiceSettings.GfycatApiSecret` is removed in 11.0",
        "broken[removed]: `DataRetentionSettings.MessageRetentionDays` is removed in 11.0",
        "broken[values-narrowed]: ",
        "changed[default-changed]: `ServiceSettings.EnableOAuthServiceProvider` is not set, and its default is true, was false",
    ] {
        assert!(lines.contains(wanted), "{wanted}\n{lines}");
    }
    assert!(!lines.contains("EnableCommands") && !lines.contains("hush-hush"), "{lines}");
}

#[test]
fn models_of_pages_are_releases_on_the_command_line() {
    let Some(shared) = shared("models_of_pages") else { return };
    let folder = Folder::new("release-models");
    let model = |folder_of_pages: &str, name: &str| {
        let pages = shared.join("pages").join(folder_of_pages);
        let pages =
            PAGES.map(|page| pages.join(format!("{page}-configuration-settings.rst")).display().to_string());
        let mut arguments = vec!["docs", "import", "--to", "json"];
        arguments.extend(pages.iter().map(String::as_str));
        folder.write(name, settings(&arguments, &[]).out)
    };
    let (old, new) = (model("2022/2022-11-09", "old.json"), model("2026", "new.json"));
    let Run { code, out, .. } = settings(&["upgrade", "--from", &old, "--to", &new, "--all"], &[]);
    assert_eq!(code, 1);
    assert!(
        out.contains("`ServiceSettings.FrameAncestors`: added") && out.contains("`GfycatApiKey`: removed"),
        "{out}"
    );
    let Run { code, out, .. } =
        settings(&["schema", "--release", "--from", &new, "--program-version", "11.0"], &[]);
    assert!(code == 0 && Release::parse(&out).is_ok(), "{out}");
}
