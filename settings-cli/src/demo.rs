//! `demo`: documents, resolves and sends, on embedded parts.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::{Context, Failure, Outcome, Verdict, mail};
use settings_core::Settings;
use settings_core::docs::generate::{self, Mode};
use settings_core::docs::{Format, Style};
use settings_core::mail::catch::{CatchOptions, Catcher, Login};
use settings_core::mail::{ConnectionSecurity, EmailSettings, Mailer, MailerOptions, PoolConfig};
use settings_core::resolve::{Layers, resolve};
use settings_core::schema::{Key, Kind, Names};
use settings_core::value::Secret;
use settings_core::value::json::{Object, Tree};

const USERNAME: &str = "demo";
const PASSWORD: &str = "correct horse battery staple";

/// Documents, resolves and sends a mail on embedded parts: no network, root or installation is needed.
#[derive(Args, Debug)]
pub struct Demo {
    /// The folder to build the reference in [default: a temporary folder, removed at the end]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Demo {
    pub(crate) fn run<T: Settings + AsRef<EmailSettings>>(self, context: &mut Context<'_>) -> Outcome {
        let program = context.program_words().to_owned();
        let out = &mut *context.out;
        match self.out {
            Some(folder) => document::<T>(&folder, out)?,
            None => {
                let folder = Temporary::new();
                document::<T>(&folder.0, out)?;
                writeln!(out, "\nThe folder is removed now; --out keeps one.")?;
            }
        }
        mail::wait(async {
            heading(out, "3. Start an SMTP server on loopback")?;
            let login = Login::Only { username: USERNAME.to_owned(), password: Secret::new(PASSWORD) };
            let options = CatchOptions::default().security(ConnectionSecurity::StartTls).login(login);
            let mut catcher = Catcher::start(options)
                .await
                .map_err(|error| Failure::Failed(format!("can't listen on loopback: {error}")))?;
            writeln!(
                out,
                "It listens on {}, offers STARTTLS with a certificate made just now, and takes mail",
                catcher.address()
            )?;
            writeln!(out, "only from who logs in as `{USERNAME}`.")?;
            let settings = resolved::<T>(catcher.address(), out)?;
            let arrived = send(settings.as_ref(), &mut catcher, out).await;
            catcher.shutdown().await;
            if arrived.is_ok() {
                heading(out, "7. Open the System Console")?;
                writeln!(
                    out,
                    "`{program} console` serves a page of all settings on loopback and opens it in a browser;"
                )?;
                writeln!(out, "`{program} console --no-open` prints the link alone.")?;
            }
            arrived
        })
    }
}

/// A temporary folder, removed on drop.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("settings-demo-{}", std::process::id())))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // best effort: the system clears its temporary files
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn document<T: Settings>(folder: &Path, out: &mut dyn Write) -> Result<(), Failure> {
    heading(out, "1. Read the struct")?;
    writeln!(out, "One annotated struct says all of this; nothing below was typed a second time.\n")?;
    let width = width::<T>();
    for leaf in T::SCHEMA.leaves() {
        let variable = T::SCHEMA.variable(&leaf.path, leaf.setting).unwrap_or_default();
        writeln!(out, "  {:<width$} {variable}", leaf.path.to_string())?;
    }
    heading(out, "2. Build the reference")?;
    let artefacts = generate::artefacts(T::SCHEMA, Style::Table, Format::Rst);
    generate::run(folder, &artefacts, Mode::Write).map_err(|error| Failure::Failed(error.to_string()))?;
    for artefact in &artefacts {
        writeln!(out, "  {}", folder.join(&artefact.name).display())?;
    }
    if let Some(page) = artefacts.first() {
        writeln!(out, "\nOne setting of {}:\n", page.name.display())?;
        for line in first_table(&page.content) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

/// Returns the lines of a page's first grid table.
fn first_table(page: &str) -> impl Iterator<Item = &str> {
    let is_grid = |line: &&str| line.starts_with(['+', '|']);
    page.lines().skip_while(move |line| !is_grid(line)).take_while(is_grid)
}

/// Resolves a small file and two variables, and shows the origin of every value.
fn resolved<T: Settings>(server: SocketAddr, out: &mut dyn Write) -> Result<T, Failure> {
    heading(out, "4. Resolve the settings")?;
    let names = Names::of(T::SCHEMA);
    let file = config(
        names,
        &[
            (EmailSettings::SMTP_SERVER, server.ip().to_string().into()),
            (EmailSettings::ENABLE_SMTP_AUTH, true.into()),
            (EmailSettings::SMTP_USERNAME, USERNAME.into()),
            (EmailSettings::CONNECTION_SECURITY, "STARTTLS".into()),
        ],
    );
    let variable = |key| names.variable(key).unwrap_or_default();
    let variables = [
        (variable(EmailSettings::SMTP_PORT), server.port().to_string()),
        (variable(EmailSettings::SMTP_PASSWORD), PASSWORD.to_owned()),
    ];
    writeln!(out, "config.json:\n")?;
    for line in file.lines() {
        writeln!(out, "  {line}")?;
    }
    writeln!(out, "\nEnvironment:\n")?;
    for (name, value) in &variables {
        let shown = if value == PASSWORD { "***" } else { value };
        writeln!(out, "  {name}={shown}")?;
    }
    writeln!(out, "\nResolved:\n")?;
    let resolution =
        resolve::<T>(Layers::new().file("config.json", file).environment(variables.into_iter().collect()));
    let width = width::<T>();
    for effective in resolution.settings() {
        let path = effective.path.to_string();
        let unit = match effective.setting.kind.required() {
            Kind::Duration { unit, .. } => format!(" {}", unit.name()),
            _ => String::new(),
        };
        let value = format!("{}{unit}", effective.shown());
        writeln!(out, "  {path:<width$} = {value:<12} from {}", effective.origin)?;
    }
    Ok(resolution.into_result()?)
}

/// Returns the width of a column of paths.
fn width<T: Settings>() -> usize {
    T::SCHEMA.leaves().map(|leaf| leaf.path.to_string().len()).max().unwrap_or_default()
}

/// Returns a configuration file with these settings.
fn config(names: Names, settings: &[(Key, Tree)]) -> String {
    let mut root = Object::new();
    for (key, value) in settings {
        let path = names.path(*key);
        let Some((last, sections)) = path.keys().split_last() else { continue };
        let section = sections.iter().try_fold(&mut root, |section, key| {
            section.get_or_insert(key, Object::new().into()).as_object_mut()
        });
        if let Some(section) = section {
            section.insert(*last, value.clone());
        }
    }
    format!("{:#}\n", Tree::from(root))
}

async fn send(settings: &EmailSettings, catcher: &mut Catcher, out: &mut dyn Write) -> Outcome {
    heading(out, "5. Send a mail by the resolved settings")?;
    let trusted = catcher.certificate_pem().unwrap_or_default().to_owned();
    let mailer = match Mailer::new(
        settings,
        MailerOptions::default().extra_ca_pem(trusted).pool(PoolConfig::DISABLED),
    ) {
        Ok(mailer) => mailer,
        Err(failure) => return Err(Failure::Failed(failure.to_string())),
    };
    let (from, to) = (mail::mailbox("Settings <settings@example.com>")?, mail::mailbox("admin@example.com")?);
    let attempt = mailer.send_traced(&mail::message(from, to, settings)).await;
    write!(out, "{}", attempt.transcript)?;
    writeln!(out, "\n{}", attempt.outcome)?;
    if !attempt.outcome.is_delivered_to_all() {
        return Ok(Verdict::Findings);
    }
    heading(out, "6. Look at what arrived")?;
    match catcher.next().await {
        Some(caught) => {
            writeln!(out, "{caught}")?;
            Ok(Verdict::Good)
        }
        None => Err(Failure::Failed("the server confirmed a mail that it does not have".to_owned())),
    }
}

fn heading(out: &mut dyn Write, text: &str) -> Result<(), Failure> {
    writeln!(out, "\n{text}\n{}\n", "-".repeat(text.len()))?;
    Ok(())
}
