//! A server's own arguments as a layer.

use clap::ArgMatches;
use clap::parser::ValueSource;

use settings_core::resolve::Layers;
use settings_core::value::json::escape;

/// Sets, above all other layers, each setting whose argument was given on the command line.
///
/// `settings` holds pairs of an argument's id and a setting's path. Only what was typed counts: an argument's default in
/// clap, and a value that clap took from the environment, have layers of their own. An argument given several times is a
/// list.
///
/// ```
/// use clap::{Arg, Command};
/// use settings_cli::with_arguments;
/// use settings_core::reference::ServerSettings;
/// use settings_core::resolve::{Layers, resolve};
///
/// let command = Command::new("server").arg(Arg::new("port").long("smtp-port").default_value("25"));
/// let settings = [("port", "EmailSettings.SMTPPort")];
/// let port = |arguments: &[&str]| {
///     let matches = command.clone().get_matches_from(arguments);
///     let layers = with_arguments(Layers::new(), &matches, &settings);
///     resolve::<ServerSettings>(layers).setting("EmailSettings.SMTPPort").map(|port| port.shown())
/// };
/// assert_eq!(port(&["server"]).as_deref(), Ok("10025"));
/// assert_eq!(port(&["server", "--smtp-port", "587"]).as_deref(), Ok("587"));
/// ```
#[must_use]
pub fn with_arguments(layers: Layers, matches: &ArgMatches, settings: &[(&str, &str)]) -> Layers {
    settings.iter().fold(layers, |layers, (id, path)| match text_of(matches, id) {
        Some(text) => layers.set(*path, text, format!("argument {id}")),
        None => layers,
    })
}

/// Returns the argument as a variable would hold it; `None` if it wasn't given, or the command has none with this id.
pub(crate) fn text_of(matches: &ArgMatches, id: &str) -> Option<String> {
    let values = matches.try_get_raw(id).ok()??;
    if matches.value_source(id) != Some(ValueSource::CommandLine) {
        return None;
    }
    let values: Vec<_> = values.map(|value| value.to_string_lossy().into_owned()).collect();
    match values.as_slice() {
        [only] => Some(only.clone()),
        many => Some(format!("[{}]", many.iter().map(|value| escape(value)).collect::<Vec<_>>().join(", "))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clap::{Arg, ArgAction, Command};

    use super::text_of;

    #[test]
    fn only_given_arguments_have_text() {
        let command = Command::new("server")
            .arg(Arg::new("port").long("port").default_value("25"))
            .arg(Arg::new("host").long("host").action(ArgAction::Append))
            .arg(Arg::new("tls").long("tls").action(ArgAction::SetTrue));
        let text = |arguments: &[&str], id: &str| {
            text_of(&command.clone().try_get_matches_from(arguments).unwrap(), id)
        };
        for id in ["port", "host", "tls", "none"] {
            assert_eq!(text(&["server"], id), None, "{id}");
        }
        assert_eq!(text(&["server", "--port", "25"], "port").as_deref(), Some("25"));
        assert_eq!(text(&["server", "--tls"], "tls").as_deref(), Some("true"));
        assert_eq!(text(&["server", "--host", "a b"], "host").as_deref(), Some("a b"));
        let twice = text(&["server", "--host", "a b", "--host", "c"], "host");
        assert_eq!(twice.as_deref(), Some("[\"a b\", \"c\"]"));
    }
}
