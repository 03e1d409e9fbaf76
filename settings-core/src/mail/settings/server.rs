//! Checks of the server's name.

use std::net::IpAddr;

/// The parts of a text that someone may have meant as the server's name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServerAdvice<'t> {
    /// The host name or IP address; empty if there is none.
    pub(crate) host: &'t str,
    pub(crate) port: Option<u16>,
}

/// Returns true for a host name, an IP address, or nothing. Spaces around it are ignored.
pub(super) fn is_server_or_blank(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || server_advice(text).is_none()
}

/// Returns `None` for a host name or IP address, otherwise the parts that may have been meant.
pub(crate) fn server_advice(text: &str) -> Option<ServerAdvice<'_>> {
    if is_host(text) {
        return None;
    }
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let authority = authority.trim_matches(['<', '>', '"', '\'', ' ']);
    if is_host(authority) {
        return Some(ServerAdvice { host: authority, port: None });
    }
    if let Some((host, port)) = authority.rsplit_once(':')
        && is_host(host)
    {
        return Some(ServerAdvice { host, port: port.parse().ok() });
    }
    Some(ServerAdvice { host: "", port: None })
}

/// Returns true for an IP address, with or without brackets, or a text without the characters of URLs and lists.
fn is_host(text: &str) -> bool {
    let address = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if address.parse::<IpAddr>().is_ok() {
        return true;
    }
    let allowed = |c: char| !c.is_whitespace() && !c.is_control() && !"/:@,;?#[]()<>\"'\\%&=".contains(c);
    !text.is_empty() && text.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_addresses_are_accepted() {
        for text in [
            "mail.example.com",
            "localhost",
            "smtp.bücher.example",
            "192.0.2.1",
            "::1",
            "[::1]",
            "mail_1",
            " mx ",
            "",
        ] {
            assert!(is_server_or_blank(text), "{text:?}");
        }
    }

    #[test]
    fn other_texts_are_refused_with_advice() {
        for (text, host, port) in [
            ("smtp://127.0.0.1", "127.0.0.1", None),
            ("smtps://mail.example.com:465", "mail.example.com", Some(465)),
            ("localhost:587", "localhost", Some(587)),
            ("[::1]:25", "[::1]", Some(25)),
            ("mail.example.com/", "mail.example.com", None),
            ("user@mail.example.com", "mail.example.com", None),
            ("a.example, b.example", "", None),
        ] {
            assert!(!is_server_or_blank(text), "{text:?}");
            assert_eq!(server_advice(text), Some(ServerAdvice { host, port }), "{text:?}");
        }
    }
}
