use std::net::{Ipv6Addr, SocketAddrV6};

use super::{Format, TextFault, TextRules};

fn check(format: Format, good: &[&str], bad: &[&str]) {
    for text in good {
        assert!(format.accepts(text), "{format:?} refuses {text:?}");
    }
    for text in bad {
        assert!(!format.accepts(text), "{format:?} accepts {text:?}");
    }
}

#[test]
fn urls() {
    let good = [
        "https://example.com",
        "http://u:p@h:80/p?q#f",
        "x+y.z-1://[::1]/",
        "postgres://db/ä",
        "a://b",
        "http://x:65535/",
        "http://x:",
        "http://[::1]:80",
        "postgres:///chat?host=/run/postgresql",
        "mongodb://u:p@a:1,b:2/c",
    ];
    let bad = [
        "",
        "example.com",
        "http:/x",
        "http://",
        "https:///path",
        "http://a b",
        "1a://b",
        "://b",
        "a://b\n",
        "http://x:99999",
        "http://x:65536/",
        "http://x:y",
        "http://::1/",
        "http://a@b@c",
        "http://a:1,/",
        "http://[::1",
    ];
    check(Format::Url, &good, &bad);
}

#[test]
fn email_addresses() {
    let label = "a".repeat(63);
    check(
        Format::Email,
        &["a@b", "chat.o'x+1@mail.example.com", &format!("a@{label}.de")],
        &["", "@b", "a@", "a@-b", "a@b-", "a@b..c", "a b@c", "A <a@b>", "a@b@c", "ä@b", "a@b_c", "a@b."],
    );
    assert!(!Format::Email.accepts(&format!("a@{label}a.de")));
}

#[test]
fn hosts_and_addresses() {
    let long = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "b".repeat(61));
    assert_eq!(long.len(), 253);
    let good = ["localhost", "a_b.example.com.", "127.0.0.1", "::1", "[fe80::1]", "::ffff:1.2.3.4", &long];
    let bad = ["", ".", "a..b", "-a", "a-", "ä.de", "a b", "[::1", "1:2", "[127.0.0.1]", &format!("{long}b")];
    check(Format::Host, &good, &bad);
}

#[test]
fn ports() {
    check(Format::Port, &["1", "065", "65535"], &["", "0", "65536", "+1", "1 ", "99999999999999999999"]);
}

#[test]
fn socket_addresses() {
    let good = ["localhost:25", ":8065", "[::1]:80", "1.2.3.4:1"];
    check(Format::SocketAddress, &good, &["", "localhost", "::1:80", "[::1]", "a:", "a:0", "a:b:1", "[x]:1"]);
}

#[test]
fn paths() {
    check(Format::Path, &["/var/mail", " ", "ü"], &["", "a\0b"]);
}

/// Agrees with the standard library's parser.
#[test]
fn ipv6_as_the_standard_library_reads_it() {
    let parts = [
        "",
        ":",
        "::",
        "0",
        "1:",
        "ffff:",
        "12345",
        "g",
        "1.2.3.4",
        "01.2.3.4",
        "256.1.1.1",
        ".",
        "a:b:c:d:",
    ];
    let mut seed = 0x9e37_79b9_u64;
    let mut good = 0;
    for _ in 0..400_000 {
        let mut text = String::new();
        for _ in 0..1 + (seed >> 40) % 8 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(parts.get((seed >> 33) as usize % parts.len()).copied().unwrap_or_default());
        }
        let expected = text.parse::<Ipv6Addr>().is_ok();
        good += usize::from(expected);
        assert_eq!(Format::Host.accepts(&format!("[{text}]")), expected, "{text}");
        let socket = format!("[{text}]:80");
        assert_eq!(Format::SocketAddress.accepts(&socket), socket.parse::<SocketAddrV6>().is_ok(), "{text}");
    }
    assert!(good > 5_000, "only {good} addresses");
}

#[test]
fn lengths_count_characters() {
    let rules = TextRules { min_len: 2, max_len: 3, ..TextRules::ANY };
    assert_eq!(rules.fault("ä"), Some(TextFault::Short(2)));
    assert_eq!(rules.fault("äö"), None);
    assert_eq!(rules.fault("äöü"), None);
    assert_eq!(rules.fault("äöüß"), Some(TextFault::Long(3)));
    assert_eq!(rules.fault(""), Some(TextFault::Short(2)));
    let rules = TextRules { format: Some(Format::Url), or_empty: true, ..rules };
    assert_eq!(rules.fault(""), None);
    assert_eq!(rules.fault("abc"), Some(TextFault::Format(Format::Url)));
}
