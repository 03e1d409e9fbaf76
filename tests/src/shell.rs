//! Interactive shells on a terminal of their own: keys in, the edited line out.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};

use crate::cli::Folder;

/// The time that a shell may take to answer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The keys that print the edited line and empty it.
const DUMP: &str = "\x18r";
/// The keys that insert or print all candidates for the last word of the line.
const ALL: &str = "\x18a";
const EMPTY: &str = "\x15";

/// A shell that people type into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// With readline.
    Bash,
    /// With its line editor, and `compinit`.
    Zsh,
    /// As it comes.
    Fish,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bash, Self::Zsh, Self::Fish];

    /// The name of the program, and of the shell for `completion`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
        }
    }

    /// The startup file below its home, and the lines that precede the program's own.
    fn start(self) -> (&'static str, &'static str) {
        match self {
            Self::Bash => (
                "bashrc",
                r#"
                PS1='READY> '
                bind 'set enable-bracketed-paste off'
                dump() { printf '\n<<<%s>>>\n' "$READLINE_LINE"; READLINE_LINE=; READLINE_POINT=0; }
                bind -x '"\C-xr": dump'
                bind '"\C-xa": insert-completions'
                "#,
            ),
            Self::Zsh => (
                ".zshrc",
                r#"
                PS1='READY> '
                autoload -Uz compinit && compinit -u
                dump() { print -r -- $'\n'"<<<$BUFFER>>>"; BUFFER=; zle reset-prompt }
                zle -N dump
                bindkey '^Xr' dump
                zle -C all-matches complete-word _generic
                zstyle ':completion:all-matches::::' completer _all_matches _complete
                zstyle ':completion:all-matches:*' insert true
                bindkey '^Xa' all-matches
                "#,
            ),
            Self::Fish => (
                ".config/fish/config.fish",
                r#"
                function fish_prompt; echo 'READY> '; end
                function fish_greeting; end
                bind \cxr 'printf "\n<<<%s>>>\n" (commandline); commandline ""; commandline -f repaint'
                bind \cxa 'printf "\n<<<"; complete -C (commandline -c); printf ">>>\n"; commandline ""; commandline -f repaint'
                "#,
            ),
        }
    }
}

/// A shell that runs until it is dropped.
pub struct Shell {
    kind: Kind,
    child: Child,
    terminal: Arc<Pty>,
    screen: Receiver<Vec<u8>>,
    seen: String,
    _home: Folder,
}

impl Shell {
    /// Starts a shell that reads the completion of `program`, which it finds by `path` or, where that is a mere name,
    /// in `folder`.
    ///
    /// # Errors
    /// Where the shell is not there.
    pub fn start(kind: Kind, name: &str, program: &str, folder: &Path, below: &str) -> Result<Self, String> {
        let usual = std::env::var("PATH").unwrap_or_default();
        if !std::env::split_paths(&usual).any(|folder| folder.join(kind.name()).is_file()) {
            return Err(format!("{} is not installed", kind.name()));
        }
        let home = Folder::new(&format!("shell-{name}-{}", kind.name()));
        let (start, lines) = kind.start();
        let start = home.path(start);
        let register = match kind {
            Kind::Bash | Kind::Zsh => format!("source <(\"$PROGRAM\" {below} completion {})", kind.name()),
            Kind::Fish => format!("$PROGRAM {below} completion fish | source"),
        };
        std::fs::create_dir_all(Path::new(&start).parent().expect("a file has a folder"))
            .expect("a folder can be made");
        // else fish makes completions of all manual pages first
        std::fs::create_dir_all(home.path(".local/share/fish/generated_completions"))
            .expect("a folder can be made");
        std::fs::write(&start, format!("{lines}\n{register}\n")).expect("a file can be written");
        let (terminal, inside) = open().map_err(|error| format!("no terminal: {error}"))?;
        terminal.resize(Size::new(50, 200)).map_err(|error| format!("no terminal: {error}"))?;
        let command = match kind {
            Kind::Bash => Command::new("bash").args(["--rcfile", &start]),
            Kind::Zsh | Kind::Fish => Command::new(kind.name()),
        };
        let command = command
            .arg("-i")
            .env_clear()
            .envs([
                ("HOME", home.path(".").as_str()),
                ("TERM", "xterm"),
                ("LANG", "C.UTF-8"),
                ("PROGRAM", program),
            ])
            .env("PATH", format!("{}:{usual}", folder.display()));
        let child = command.spawn(inside).map_err(|error| format!("{}: {error}", kind.name()))?;
        let terminal = Arc::new(terminal);
        let screen = followed(Arc::clone(&terminal));
        let mut shell = Self { kind, child, terminal, screen, seen: String::new(), _home: home };
        shell.until("READY> ");
        Ok(shell)
    }

    /// The line after a tab was typed at its end.
    pub fn tab(&mut self, line: &str) -> String {
        self.line_after(line, "\t")
    }

    /// Waits until the screen shows this text next to the candidates for the last word of the line.
    ///
    /// # Panics
    /// Where it never does.
    pub fn lists(&mut self, line: &str, text: &str) {
        self.type_in(&format!("{EMPTY}{line}\t"));
        self.until(text);
        self.line_after("", "");
    }

    /// All that is offered for the last word of the line, as whole words.
    pub fn offers(&mut self, line: &str) -> Vec<String> {
        match self.kind {
            Kind::Bash | Kind::Zsh => {
                let words = self.line_after(line, ALL);
                let typed = line.rsplit_once(' ').map_or(0, |(ahead, _)| ahead.len());
                // a line that stays as it is was offered nothing
                let offered = if words == line { "" } else { &words[typed..] };
                offered.split_whitespace().map(str::to_owned).collect()
            }
            Kind::Fish => {
                self.type_in(&format!("{line}{ALL}"));
                self.until("<<<");
                let offered = self.until(">>>");
                offered.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
            }
        }
    }

    fn line_after(&mut self, line: &str, keys: &str) -> String {
        self.type_in(&format!("{EMPTY}{line}{keys}{DUMP}"));
        self.until("<<<");
        self.until(">>>").replace('\r', "")
    }

    fn type_in(&mut self, keys: &str) {
        (&*self.terminal).write_all(keys.as_bytes()).expect("the shell reads");
    }

    /// Returns what is shown before this text.
    fn until(&mut self, end: &str) -> String {
        let started = Instant::now();
        loop {
            if let Some((shown, rest)) = self.seen.split_once(end) {
                let (shown, rest) = (shown.to_owned(), rest.to_owned());
                self.seen = rest;
                return shown;
            }
            let left = PATIENCE.saturating_sub(started.elapsed());
            match self.screen.recv_timeout(left) {
                Ok(shown) => self.seen.push_str(&String::from_utf8_lossy(&shown)),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("{:?} never shows {end:?}, but {:?}", self.kind, self.seen)
                }
            }
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn followed(terminal: Arc<Pty>) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = (&*terminal).read(&mut bytes) {
            if send.send(bytes[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    receive
}
