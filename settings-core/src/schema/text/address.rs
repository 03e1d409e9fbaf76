//! Hosts, ports, and the formats made of them.

use super::contains;

/// RFC 3986, in ASCII and whatever else a browser would encode. Several hosts may stand in a list, as drivers of databases
/// accept it; none at all only for schemes that also name something on this machine.
pub(super) const fn is_url(text: &[u8]) -> bool {
    let [first, rest @ ..] = text else { return false };
    if !first.is_ascii_alphabetic() {
        return false;
    }
    let mut rest = rest;
    while let [byte, others @ ..] = rest {
        if !(byte.is_ascii_alphanumeric() || contains(b"+.-", *byte)) {
            break;
        }
        rest = others;
    }
    let (scheme, _) = text.split_at(text.len() - rest.len());
    let [b':', b'/', b'/', rest @ ..] = rest else { return false };
    let has_hosts = match rest {
        [b'/', ..] => is_local_scheme(scheme),
        _ => are_hosts(authority(rest)) || is_local_scheme(scheme) && is_user(authority(rest)),
    };
    has_hosts && all_in_url(rest)
}

const fn is_local_scheme(scheme: &[u8]) -> bool {
    matches!(
        scheme,
        b"file"
            | b"ldapi"
            | b"mysql"
            | b"postgres"
            | b"postgresql"
            | b"redis"
            | b"redis+unix"
            | b"sqlite"
            | b"unix"
    )
}

/// Returns the part before the path, the query and the fragment.
const fn authority(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let [byte, others @ ..] = rest {
        if contains(b"/?#", *byte) {
            break;
        }
        rest = others;
    }
    text.split_at(text.len() - rest.len()).0
}

/// Checks `user:password@` without a host, for a socket on this machine.
const fn is_user(authority: &[u8]) -> bool {
    match authority {
        [first, .., b'@'] => {
            *first != b':' && *first != b'@' && !contains(authority.split_at(authority.len() - 1).0, b'@')
        }
        _ => false,
    }
}

/// Checks `user:password@host:port,host:port`.
const fn are_hosts(authority: &[u8]) -> bool {
    if let [b':' | b'@', ..] = authority {
        return false;
    }
    let mut rest = authority;
    while let [byte, others @ ..] = rest {
        rest = others;
        if *byte == b'@' {
            return !contains(rest, b'@') && are_all_hosts(rest);
        }
    }
    are_all_hosts(authority)
}

const fn are_all_hosts(text: &[u8]) -> bool {
    let mut rest = text;
    while let [byte, others @ ..] = rest {
        if *byte == b',' {
            let (host, _) = text.split_at(text.len() - rest.len());
            return is_url_host(host) && are_all_hosts(others);
        }
        rest = others;
    }
    is_url_host(text)
}

/// Checks a host, which has no colon unless in brackets, and the port after it.
const fn is_url_host(text: &[u8]) -> bool {
    let in_brackets = matches!(text, [b'[', ..]);
    let mut rest = text;
    while let [byte, others @ ..] = rest {
        let is_end = if in_brackets { *byte == b']' } else { *byte == b':' };
        if is_end {
            return match (in_brackets, others) {
                (true, []) => true,
                (true, [b':', port @ ..]) => is_url_port(port),
                (true, _) => false,
                (false, port) => rest.len() < text.len() && is_url_port(port),
            };
        }
        if !in_brackets && contains(b"[]", *byte) {
            return false;
        }
        rest = others;
    }
    !in_brackets && !text.is_empty()
}

const fn is_url_port(mut text: &[u8]) -> bool {
    let mut port = 0_u32;
    while let [digit, others @ ..] = text {
        if !digit.is_ascii_digit() || port > 65_535 {
            return false;
        }
        port = port * 10 + (*digit - b'0') as u32;
        text = others;
    }
    port <= 65_535
}

const fn all_in_url(mut text: &[u8]) -> bool {
    while let [byte, rest @ ..] = text {
        if *byte <= b' ' || *byte == 0x7f || contains(b"\"<>\\^`{|}", *byte) {
            return false;
        }
        text = rest;
    }
    true
}

/// HTML's e-mail input: <https://html.spec.whatwg.org/#valid-e-mail-address>.
pub(super) const fn is_email(text: &[u8]) -> bool {
    let mut rest = text;
    while let [byte, others @ ..] = rest {
        if !(byte.is_ascii_alphanumeric() || contains(b".!#$%&'*+/=?^_`{|}~-", *byte)) {
            break;
        }
        rest = others;
    }
    match rest {
        [b'@', domain @ ..] => rest.len() < text.len() && is_name(domain, false),
        _ => false,
    }
}

/// A name, or an address with or without brackets around IPv6.
pub(super) const fn is_host(text: &[u8]) -> bool {
    match text {
        [b'[', inner @ .., b']'] => is_ipv6(inner),
        _ if contains(text, b':') => is_ipv6(text),
        [name @ .., b'.'] => text.len() <= 254 && is_name(name, true),
        name => name.len() <= 253 && is_name(name, true),
    }
}

pub(super) const fn is_port(text: &[u8]) -> bool {
    let mut port = 0_u32;
    let mut rest = text;
    while let [digit, others @ ..] = rest {
        if !digit.is_ascii_digit() || port > 65_535 {
            return false;
        }
        port = port * 10 + (*digit - b'0') as u32;
        rest = others;
    }
    port > 0 && port <= 65_535
}

pub(super) const fn is_socket_address(text: &[u8]) -> bool {
    let mut host = text;
    while let [others @ .., last] = host {
        if *last == b':' {
            let (_, port) = text.split_at(host.len());
            let is_host = match others {
                [] => true,
                // without brackets, the end of the address is ambiguous
                [b'[', ..] => is_host(others),
                name => !contains(name, b':') && is_host(name),
            };
            return is_host && is_port(port);
        }
        host = others;
    }
    false
}

/// Labels with dots between: letters, digits and inner hyphens; underscores too where that is said.
const fn is_name(text: &[u8], with_underscores: bool) -> bool {
    let mut rest = text;
    let mut len = 0;
    let mut last = b'-';
    while let [byte, others @ ..] = rest {
        let plain = byte.is_ascii_alphanumeric() || with_underscores && *byte == b'_';
        if *byte == b'.' {
            if len == 0 || last == b'-' {
                return false;
            }
            len = 0;
        } else if len < 63 && (plain || *byte == b'-' && len > 0) {
            len += 1;
        } else {
            return false;
        }
        last = *byte;
        rest = others;
    }
    len > 0 && last != b'-'
}

/// RFC 4291, 2.2, all three forms.
const fn is_ipv6(text: &[u8]) -> bool {
    let (mut rest, mut groups, mut gap) = (text, 0, false);
    if let [b':', b':', others @ ..] = rest {
        (rest, gap) = (others, true);
    }
    while !rest.is_empty() {
        if is_ipv4(rest) {
            groups += 2;
            break;
        }
        let mut digits = 0;
        while let [digit, others @ ..] = rest {
            if !digit.is_ascii_hexdigit() {
                break;
            }
            (rest, digits) = (others, digits + 1);
        }
        if digits == 0 || digits > 4 {
            return false;
        }
        groups += 1;
        match rest {
            [] => {}
            [b':', b':', others @ ..] if !gap => (rest, gap) = (others, true),
            [b':', others @ ..] if !others.is_empty() => rest = others,
            _ => return false,
        }
    }
    if gap { groups < 8 } else { groups == 8 }
}

const fn is_ipv4(text: &[u8]) -> bool {
    let (mut rest, mut parts) = (text, 0);
    loop {
        let (mut value, mut digits) = (0_u32, 0);
        while let [digit, others @ ..] = rest {
            if !digit.is_ascii_digit() || digits == 3 {
                break;
            }
            value = value * 10 + (*digit - b'0') as u32;
            (rest, digits) = (others, digits + 1);
        }
        let start_is_zero = matches!(text.split_at(text.len() - rest.len() - digits).1, [b'0', ..]);
        if digits == 0 || value > 255 || start_is_zero && digits > 1 {
            return false;
        }
        parts += 1;
        match rest {
            [] => return parts == 4,
            [b'.', others @ ..] if parts < 4 => rest = others,
            _ => return false,
        }
    }
}
