//! The generated reference and the guides, built by a real Sphinx that takes warnings as errors.

use std::process::Command;

use settings_core::Settings;
use settings_core::docs::{self, Format, Style};
use settings_core::reference::ServerSettings;
use settings_tests::cli::{Folder, settings};
use settings_tests::left_out;

#[test]
fn sphinx_builds_the_documentation_without_a_warning() {
    let Some(python) = std::env::var_os("SETTINGS_SPHINX") else {
        return left_out("sphinx_builds_the_documentation_without_a_warning", "Sphinx (SETTINGS_SPHINX)");
    };
    let folder = Folder::new("sphinx");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");
    let out = folder.path("html");
    let run = Command::new(python)
        .args([
            "-m",
            "sphinx",
            "-W",
            "--keep-going",
            "-q",
            "-b",
            "html",
            "-d",
            &folder.path("doctrees"),
            source,
            &out,
        ])
        .output()
        .expect("Sphinx starts");
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success() && errors.trim().is_empty(), "{errors}");
    let page = std::fs::read_to_string(folder.path("html/reference/smtp.html")).expect("the page is built");
    for part in ["MM_EMAILSETTINGS_SMTPSERVER", "id=\"emailsettings-smtpport\"", "<strong>STARTTLS</strong>"]
    {
        assert!(page.contains(part), "{part} is not on the page");
    }
    assert!(!page.contains("+----"), "a table was not understood");
}

/// Builds a project of these pages with our extension; whether it went without a warning, and what was said.
fn project(python: &std::ffi::OsStr, folder: &Folder, pages: &[(String, String)]) -> (bool, String) {
    let extensions = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/extensions");
    std::fs::create_dir_all(folder.path("source")).expect("a folder can be made");
    let conf =
        format!("import sys\nsys.path.insert(0, {extensions:?})\nextensions = [\"settings_reference\"]\n");
    folder.write("source/conf.py", conf);
    for (name, text) in pages {
        folder.write(&format!("source/{name}.rst"), text);
    }
    let (source, out) = (folder.path("source"), folder.path("html"));
    let run = Command::new(python)
        .args(["-m", "sphinx", "-W", "--keep-going", "-n", "-E", "-q", "-b", "html", &source, &out])
        .output()
        .expect("Sphinx starts");
    (run.status.success(), String::from_utf8_lossy(&run.stderr).into_owned())
}

#[test]
fn every_setting_can_be_referred_to_and_a_wrong_name_warns() {
    let Some(python) = std::env::var_os("SETTINGS_SPHINX") else {
        return left_out(
            "every_setting_can_be_referred_to_and_a_wrong_name_warns",
            "Sphinx (SETTINGS_SPHINX)",
        );
    };
    let pages = docs::from_schema(ServerSettings::SCHEMA);
    let leaves: Vec<_> = ServerSettings::SCHEMA.leaves().collect();
    for style in [Style::Table, Style::Directive] {
        let folder = Folder::new(&format!("sphinx-references-{style:?}"));
        let mut index = String::from("Index\n=====\n\n.. toctree::\n   :glob:\n\n   page*\n\n");
        for leaf in &leaves {
            let (path, env) = (leaf.path.to_string(), leaf.path.env_name("MM"));
            index.push_str(&format!(
                "- :config:ref:`{path}` :config:env:`{env}` :config:ref:`word <{path}>`\n"
            ));
        }
        let render =
            |page: &docs::Page| docs::render(page, style, Format::Rst).replacen(":orphan:\n\n", "", 1);
        let mut texts: Vec<(String, String)> =
            pages.iter().enumerate().map(|(i, page)| (format!("page{i}"), render(page))).collect();
        let with_index = |index: &str, texts: &[(String, String)]| {
            [&[("index".to_owned(), index.to_owned())], texts].concat()
        };
        let (good, said) = project(&python, &folder, &with_index(&index, &texts));
        assert!(good && said.trim().is_empty(), "{said}");
        let html = |name: &str| {
            std::fs::read_to_string(folder.path(&format!("html/{name}.html"))).expect("the page is built")
        };
        let built: Vec<String> = texts.iter().map(|(name, _)| html(name)).collect();
        let references = html("index");
        for leaf in &leaves {
            let anchor = leaf.path.to_string().to_lowercase().replace('.', "-");
            let pages = built.iter().enumerate();
            let mut holding = pages.filter(|(_, page)| page.contains(&format!("id=\"{anchor}\"")));
            let (number, page) = holding.next().unwrap_or_else(|| panic!("{anchor} is on no page"));
            assert!(holding.next().is_none(), "{anchor} is on two pages");
            let link = format!("href=\"page{number}.html#{anchor}\"");
            assert_eq!(references.matches(&link).count(), 3, "{anchor}");
            let title = leaf.setting.title.replace('\'', "’");
            assert!(references.replace("&#39;", "’").contains(&format!(">{title}<")), "{title}");
            assert!(page.contains(&leaf.path.env_name("MM")), "{}", leaf.path);
        }

        let wrong = format!("{index}\nA :config:ref:`EmailSettings.SMTPProt` and :config:env:`MM_NONE`.\n");
        let (good, said) = project(&python, &folder, &with_index(&wrong, &texts));
        assert!(!good, "a wrong name must warn");
        for words in ["'EmailSettings.SMTPProt'", "'MM_NONE'"] {
            assert!(said.contains(words), "{said}");
        }

        // Another title is another heading, and the same anchor.
        for (_, text) in &mut texts {
            *text =
                text.replace("SMTP server port\n~~~~~~~~~~~~~~~~", "Port of the server\n~~~~~~~~~~~~~~~~~~");
        }
        assert!(texts.iter().any(|(_, text)| text.contains("\nPort of the server\n~")));
        let (good, said) = project(&python, &folder, &with_index(&index, &texts));
        assert!(good, "{said}");
    }
}

#[test]
fn the_checked_in_reference_is_what_the_structs_say() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference");
    let run = settings(&["docs", "build", "--check", "--out", folder], &[]);
    assert_eq!(run.code, 0, "{}", run.out);
}

#[test]
fn a_stale_file_is_reported_with_a_diff_and_the_remedy() {
    let folder = Folder::new("stale");
    let out = folder.path("reference");
    assert_eq!(settings(&["docs", "build", "--out", &out], &[]).code, 0);
    let page = folder.path("reference/smtp.rst");
    let text = std::fs::read_to_string(&page).expect("the page is written");
    let modified =
        std::fs::metadata(&page).and_then(|metadata| metadata.modified()).expect("the page has a time");
    assert_eq!(settings(&["docs", "build", "--out", &out], &[]).code, 0);
    let again =
        std::fs::metadata(&page).and_then(|metadata| metadata.modified()).expect("the page has a time");
    assert_eq!(modified, again, "a file that is as it should be is not touched");
    folder
        .write("reference/smtp.rst", text.replace("MM_EMAILSETTINGS_SMTPPORT", "MM_EMAILSETTINGS_SMTPPROT"));
    let run = settings(&["docs", "build", "--check", "--out", &out], &[]);
    assert_eq!(run.code, 1);
    let diff_line =
        |mark: char, name: &str| run.out.lines().any(|line| line.starts_with(mark) && line.contains(name));
    assert!(
        diff_line('-', "MM_EMAILSETTINGS_SMTPPROT") && diff_line('+', "MM_EMAILSETTINGS_SMTPPORT"),
        "{}",
        run.out
    );
    assert!(run.out.contains(&format!("settings docs build --out {out}")), "{}", run.out);
    assert_eq!(settings(&["docs", "build", "--out", &out], &[]).code, 0);
    assert_eq!(std::fs::read_to_string(&page).expect("the page is written"), text);
}

#[test]
fn our_own_page_has_no_drift() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/smtp.rst");
    let run = settings(&["docs", "check", page], &[]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
}
