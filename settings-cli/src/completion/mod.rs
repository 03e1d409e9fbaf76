//! Completion in shells, with the paths of settings.

mod shell;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{Arg, Args, Command, ValueEnum};
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{EnvCompleter, Shells};

use self::shell::{BASH, FISH, ZSH};
use crate::{Context, Outcome, Verdict};
use settings_core::Settings;
use settings_core::schema::{Address, Kind, Leaf, Member, Section, Segment, Unknown};

/// The variable by which a shell asks the program for candidates.
const VARIABLE: &str = "SETTINGS_COMPLETE";

const SHELLS: Shells<'static> = Shells(&[&BASH, &ZSH, &FISH]);

/// The value name of arguments that take a setting's path.
const SETTING: &str = "SETTING";

/// Prints the lines that make a shell complete commands, options and the paths of settings.
#[derive(Args, Debug)]
pub struct Completion {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// The shell.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Shell {
    /// source <(PROGRAM completion bash)
    Bash,
    /// source <(PROGRAM completion zsh), after compinit
    Zsh,
    /// PROGRAM completion fish | source
    Fish,
}

impl Completion {
    pub(crate) fn run(self, context: &mut Context<'_>) -> Outcome {
        let shell: &dyn EnvCompleter = match self.shell {
            Shell::Bash => &BASH,
            Shell::Zsh => &ZSH,
            Shell::Fish => &FISH,
        };
        let (name, program) = program();
        shell.write_registration(VARIABLE, &name, &name, &program, context.out)?;
        Ok(Verdict::Good)
    }
}

/// Returns the name of the running program, and the path by which a shell finds it.
fn program() -> (String, String) {
    let called = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let name = called.file_name().unwrap_or(OsStr::new("settings")).to_string_lossy().into_owned();
    let is_searched_for = called.components().count() <= 1;
    let found = if is_searched_for { called } else { std::path::absolute(&called).unwrap_or(called) };
    (name, found.to_string_lossy().into_owned())
}

/// Answers a shell that asks for candidates and ends the program; otherwise does nothing.
///
/// A server that mounts the subcommands calls it first, with its own command, before anything is printed. The lines that
/// the subcommand `completion` prints make a shell ask.
///
/// ```no_run
/// use clap::{CommandFactory, Parser};
/// use settings_cli::{CoreCommand, complete};
/// # use settings_core::Settings;
/// # /// A server.
/// # #[derive(Settings)]
/// # #[settings(env_prefix = "CHAT")]
/// # struct ServerSettings {
/// #     /// The port.
/// #     #[setting(default = 80)]
/// #     port: u16,
/// # }
///
/// #[derive(Parser)]
/// struct Cli {
///     #[command(subcommand)]
///     command: CoreCommand,
/// }
///
/// complete::<ServerSettings>(Cli::command);
/// ```
pub fn complete<T: Settings>(command: impl Fn() -> Command) {
    CompleteEnv::with_factory(|| with_settings::<T>(command())).var(VARIABLE).shells(SHELLS).complete();
}

/// Adds candidates to every argument that takes a setting's path (its value name is `SETTING`), to the values of that
/// setting, and to `--set` and `--unknown`.
#[must_use]
pub fn with_settings<T: Settings>(command: Command) -> Command {
    let takes_setting = command.get_arguments().any(|argument| is_called(argument, SETTING));
    let command = command.mut_args(|argument| {
        let root = T::SCHEMA;
        if is_called(&argument, SETTING) {
            argument.add(ArgValueCompleter::new(move |word: &OsStr| settings(root, word)))
        } else if is_called(&argument, "PATH=VALUE") {
            argument.add(ArgValueCompleter::new(move |word: &OsStr| overrides(root, word)))
        } else if is_called(&argument, "[SECTION=]POLICY") {
            argument.add(ArgValueCompleter::new(move |word: &OsStr| policies(root, word)))
        } else if takes_setting && argument.get_id() == "values" {
            argument.add(ArgValueCompleter::new(move |word: &OsStr| values_of_the_named(root, word)))
        } else {
            argument
        }
    });
    command.mut_subcommands(with_settings::<T>)
}

fn is_called(argument: &Arg, name: &str) -> bool {
    argument.get_value_names().is_some_and(|names| names.iter().any(|called| called.as_str() == name))
}

/// Returns paths, and values after `PATH=`.
fn settings(root: &'static Section, word: &OsStr) -> Vec<CompletionCandidate> {
    if is_assignment(word) { overrides(root, word) } else { paths(root, word, "") }
}

fn is_assignment(word: &OsStr) -> bool {
    word.to_str().is_some_and(|word| word.contains('='))
}

/// Returns each path that starts with `word`, in any letter case.
fn paths(root: &'static Section, word: &OsStr, end: &str) -> Vec<CompletionCandidate> {
    let Some(word) = word.to_str() else { return Vec::new() };
    let candidate = |leaf: Leaf| {
        let path = leaf.path.to_string();
        starts_with(&path, word).then(|| {
            let is_hidden = leaf.setting.hidden() || leaf.setting.deprecated().is_some();
            let about = settings_core::markdown::plain(leaf.setting.summary());
            CompletionCandidate::new(path + end).help(Some(about.into())).hide(is_hidden)
        })
    };
    root.leaves().filter_map(candidate).chain(fields(root, word, end)).collect()
}

/// Returns the fields of the entry that `word` names: `Upstreams[0].` has those of an upstream.
fn fields(root: &'static Section, word: &str, end: &str) -> Vec<CompletionCandidate> {
    let Some((head, start)) = word.rsplit_once('.') else { return Vec::new() };
    let Some(section) = head.parse::<Address>().ok().and_then(|address| section_at(root, &address)) else {
        return Vec::new();
    };
    let fields = section.members.iter().filter(|member| starts_with(member.key(), start));
    fields.map(|member| CompletionCandidate::new(format!("{head}.{}{end}", member.key()))).collect()
}

/// Returns the section of the entry at an address.
fn section_at(root: &'static Section, address: &Address) -> Option<&'static Section> {
    let (leaf, below) = leaf_above(root, address)?;
    let mut kind = leaf.setting.kind;
    for segment in below {
        kind = match (kind.required(), segment) {
            (Kind::Map { of, .. }, Segment::Key(_)) | (Kind::List(of), Segment::Index(_)) => **of,
            (Kind::Section(section), Segment::Key(key)) => {
                let member = section.members.iter().find(|member| member.key().eq_ignore_ascii_case(key))?;
                match member {
                    Member::Setting(setting) => setting.kind,
                    Member::Section { section, .. } => Kind::Section(section),
                    _ => return None,
                }
            }
            _ => return None,
        };
    }
    match kind.required() {
        Kind::Section(section) => Some(section),
        _ => None,
    }
}

/// Returns the setting that an address is below, with the rest of the address.
fn leaf_above<'a>(root: &'static Section, address: &'a Address) -> Option<(Leaf, &'a [Segment])> {
    root.leaves().find_map(|leaf| {
        let keys = leaf.path.keys();
        let (start, below) = address.segments().split_at_checked(keys.len())?;
        let is_key = |(segment, key): (&Segment, &&str)| match segment {
            Segment::Key(found) => found.eq_ignore_ascii_case(key),
            Segment::Index(_) => false,
        };
        let is_above = start.iter().zip(keys).all(is_key);
        (is_above && !below.is_empty()).then_some((leaf, below))
    })
}

fn overrides(root: &'static Section, word: &OsStr) -> Vec<CompletionCandidate> {
    let Some((path, value)) = word.to_str().and_then(|word| word.split_once('=')) else {
        return paths(root, word, "=");
    };
    let Some(leaf) = leaf(root, OsStr::new(path)) else { return Vec::new() };
    let values = values(&leaf.setting.kind, value).into_iter();
    values.map(|candidate| candidate.add_prefix(format!("{path}="))).collect()
}

fn policies(root: &'static Section, word: &OsStr) -> Vec<CompletionCandidate> {
    let Some(word) = word.to_str() else { return Vec::new() };
    let names = |start: &str, value: &str| {
        let all = [(Unknown::Allow, "allow"), (Unknown::Warn, "warn"), (Unknown::Deny, "deny")];
        let fitting = all.into_iter().filter(|(_, name)| name.starts_with(value));
        fitting.map(|(_, name)| CompletionCandidate::new(format!("{start}{name}"))).collect::<Vec<_>>()
    };
    if let Some((section, value)) = word.split_once('=') {
        return names(&format!("{section}="), value);
    }
    let mut sections = Vec::new();
    for leaf in root.leaves() {
        let section =
            leaf.path.keys().split_last().map(|(_, sections)| sections.join(".")).unwrap_or_default();
        if !section.is_empty() && starts_with(&section, word) && !sections.contains(&section) {
            sections.push(section);
        }
    }
    let sections = sections.into_iter().map(|section| CompletionCandidate::new(section + "="));
    names("", word).into_iter().chain(sections).collect()
}

/// Returns the values of the setting that the completed line names.
fn values_of_the_named(root: &'static Section, word: &OsStr) -> Vec<CompletionCandidate> {
    let Some(text) = word.to_str() else { return Vec::new() };
    // the shell passes the words of the line after `--`
    let words: Vec<OsString> = std::env::args_os().skip_while(|word| word != "--").collect();
    let named = words.iter().filter_map(|word| leaf(root, word)).next_back();
    match named {
        Some(leaf) => values(&leaf.setting.kind, text),
        // one of several changes
        None if words.iter().any(|word| is_assignment(word)) => overrides(root, word),
        None => Vec::new(),
    }
}

fn leaf(root: &'static Section, path: &OsStr) -> Option<Leaf> {
    let path = path.to_str()?;
    root.leaves().find(|leaf| leaf.path.to_string().eq_ignore_ascii_case(path))
}

/// Returns the values of a kind that has few.
fn values(kind: &Kind, word: &str) -> Vec<CompletionCandidate> {
    let of = |values: &mut dyn Iterator<Item = &'static str>| {
        let fitting = values.filter(|value| !value.is_empty() && value.starts_with(word));
        fitting.map(CompletionCandidate::new).collect()
    };
    match kind {
        Kind::Bool => of(&mut ["true", "false"].into_iter()),
        Kind::OneOf(choices) => of(&mut choices.iter().map(|choice| choice.text)),
        Kind::Optional(of) | Kind::List(of) | Kind::Set(of) => values(of, word),
        _ => Vec::new(),
    }
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
}
