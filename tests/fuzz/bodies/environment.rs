//! Any bytes as an env file, and line by line as variables.

use settings_core::resolve::{Environment, Layer, Layers, resolve};

use super::program::{Program, holds};

pub const SEEDS: &[&str] = &[
    "X_NET_PORT=443\nX_NET_TLS=T\n\n# c\nexport X_NET_TEXT=\"a\\n\\\"b\"\nX_NET_WORDS=a b c\n",
    "x_net_port=1\nX_NET_LEVEL=low\nX_NET_LEVELS=[\"low\", \"\"]\nX_NET_WAIT=1h30m\nX_NET_SIZE=10MB # c\nX_NET_RATIO=-1e3\n",
    "X_NET_COUNTS={\"a\": [1]}\nX_NET_COUNTS_b=[2]\nX_NET_COUNTS_A=3\nX_NET_PERHAPS=null\nX_NET_ANY={\"x\": 1}\n",
    "X_RELAYS=[{\"Host\": \"a\"}]\nX_NAMED={\"b\": {}}\nX_NAMED_c={\"Ports\": [1]}\nX_SPARE_HOST='a.b'\nX_OLD_PORT=9\n",
    "X_NET_KEY=s\nX_NET_KEYS=a b\nX_NET_KEE=t\nX_NET_PROT=1\nX_OTHER=1\nY=2\nX_NET_PATTERN=b-2\nX_NET_SITE=http://a\n",
];

pub const WORDS: &[&str] = &[
    "X_",
    "NET_",
    "PORT",
    "=",
    "\n",
    "\"",
    "'",
    "\\",
    "\\n",
    "#",
    " #",
    "export ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "null",
    "true",
    "1h",
    "5m",
    "10MB",
    "_FILE",
    "X_NET_COUNTS_",
    "é",
    "\0",
    " ",
    "-",
    "99999999999999999999",
    "\"a\":",
    "=\r\n",
];

pub fn run(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    // files that variables name are somebody else's
    let lines = || text.lines().filter(|line| !line.to_ascii_uppercase().contains("_FILE"));
    let text: String = lines().map(|line| format!("{line}\n")).collect();
    let pairs = || text.lines().filter_map(|line| line.split_once('='));
    let environment: Environment = pairs().collect();
    let resolution = resolve::<Program>(Layers::new().environment(environment));
    holds(&resolution);
    // each variable is either reported or in effect; none is lost
    let told: Vec<_> =
        resolution.report().diagnostics().iter().map(|it| format!("{} {}", it.place, it.message)).collect();
    let is_set = |name: &str| {
        resolution.settings().any(|it| {
            let origins = it.overridden.iter().map(|(origin, _)| origin).chain([&it.origin]);
            origins
                .filter(|origin| origin.layer() == Layer::Environment)
                .any(|origin| origin.to_string().contains(name))
        })
    };
    let unclaimed = told.iter().any(|told| told.contains("ignored"));
    for (name, _) in pairs().filter(|(name, _)| name.len() > 2 && name.is_char_boundary(2)) {
        if name.to_ascii_uppercase().starts_with("X_") {
            let is_told = told.iter().any(|told| told.contains(name));
            assert!(is_told || is_set(name) || unclaimed, "`{name}` is lost: {told:?}");
        }
    }

    let mut environment = Environment::default();
    environment.add_file("server.env", &text);
    holds(&resolve::<Program>(Layers::new().environment(environment)));
    resolution.value().is_some()
}
