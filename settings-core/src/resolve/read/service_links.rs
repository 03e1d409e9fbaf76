//! The variables that Kubernetes sets for the services of a namespace.
//!
//! A service `chatd-database` gives each pod `CHATD_DATABASE_PORT=tcp://10.0.0.1:5432` and a dozen variables more, which
//! look like those of a program with the prefix `CHATD`.

/// Returns whether a variable is a service link.
pub(super) fn is_service_link(name: &str, value: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if name.ends_with("_SERVICE_HOST") {
        return true;
    }
    if let Some((_, port)) = name.split_once("_SERVICE_PORT") {
        return is_number(value) && (port.is_empty() || port.starts_with('_'));
    }
    if name.ends_with("_PORT") && is_address(value) {
        return true;
    }
    let suffixed = ["_PROTO", "_PORT", "_ADDR"].iter().find_map(|suffix| name.strip_suffix(suffix));
    let link = suffixed.unwrap_or(&name);
    let protocol = ["_TCP", "_UDP", "_SCTP"].iter().find_map(|protocol| link.strip_suffix(protocol));
    let port = protocol.and_then(|rest| rest.rsplit_once("_PORT_"));
    port.is_some_and(|(_, port)| is_number(port))
}

/// Returns whether a text is the address of a service, such as `tcp://10.0.0.1:5432`.
fn is_address(text: &str) -> bool {
    let rest = ["tcp://", "udp://", "sctp://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    let port = rest.and_then(|rest| rest.rsplit_once(':'));
    port.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::is_service_link;

    #[test]
    fn links_are_recognized_by_name_and_value() {
        for (name, value) in [
            ("CHATD_DATABASE_PORT", "tcp://10.0.0.1:5432"),
            ("CHATD_DATABASE_PORT_5432_TCP", "tcp://10.0.0.1:5432"),
            ("CHATD_DATABASE_PORT_5432_TCP_ADDR", "10.0.0.1"),
            ("CHATD_DATABASE_PORT_5432_TCP_PROTO", "tcp"),
            ("CHATD_DNS_PORT_53_UDP_PORT", "53"),
            ("CHATD_SERVICE_HOST", "10.0.0.1"),
            ("CHATD_SERVICE_PORT", "80"),
            ("CHATD_SERVICE_PORT_HTTP", "80"),
        ] {
            assert!(is_service_link(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("CHATD_DATABASE_PORT", "5432"),
            ("CHATD_DATABASE_PORT", "tcp://10.0.0.1"),
            ("CHATD_DATABASE_URL", "tcp://10.0.0.1:5432"),
            ("CHATD_PORT_TCP", "1"),
            ("CHATD_SERVICE_PORTS", "80"),
        ] {
            assert!(!is_service_link(name, value), "{name}={value}");
        }
    }
}
