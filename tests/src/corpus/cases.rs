//! Mails written by hand.

use super::{Mail, person};

/// Texts that are hard in any header and in any body.
const TEXTS: &[(&str, &str)] = &[
    ("umlauts", "Grüße aus Köln, schöne Größe"),
    ("emoji", "🎉 party 👩‍👩‍👧‍👦 family 🏳️‍🌈 flag 🇩🇪"),
    ("right to left", "שלום עולם مرحبا بالعالم"),
    ("right-to-left marks", "abc \u{202e}evil\u{202c} \u{2066}x\u{2069} \u{200f}y\u{200e}"),
    ("combining", "e\u{301}\u{323}\u{302} Z\u{351}\u{36b}\u{343}a\u{327}lgo"),
    ("Han, kana and hangul", "漢字かな交じり文と한국어도 한 줄에 모두 들어갑니다"),
    ("outside the first plane", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𒀀𒁀 🜁"),
    ("invisible", "zero\u{200b}width\u{2060}joiner\u{feff}mark soft\u{ad}hyphen"),
    ("separators of lines and paragraphs", "a\u{2028}b\u{2029}c\u{85}d"),
    ("no-break spaces", "a\u{a0}b\u{202f}c\u{3000}d"),
    ("private use and noncharacters", "\u{e000}\u{f8ff}\u{fdd0}\u{ffff}\u{10ffff}"),
    ("an encoded word", "=?utf-8?q?=41?= and =?utf-8?B?QUJD?="),
    ("half an encoded word", "=?utf-8?q?open and ?= and =? and ="),
    ("encoded words side by side", "=?utf-8?q?a?= =?utf-8?q?b?="),
    ("equals signs", "=41 =C3=BC = == =\u{fc}"),
    ("specials", "a,b;c:d<e>f@g[h]i(j)k\"l\\m.n"),
    ("only quotes", "\"\"\"'\\\\\""),
    ("comments", "((a) b (c \\) d"),
    ("an address", "evil@example.test <other@example.test>"),
    ("a list", "A <a@example.test>, B <b@example.test>"),
    ("a header", "Bcc: evil@example.test"),
    ("a percent sign", "%s %n %0d%0a ${x} `id`"),
    ("spaces", "a  b   c    d"),
    (
        "a long word",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsvorsitzender",
    ),
    (
        "one ASCII word of 200",
        concat!(
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        ),
    ),
    ("a dot", "."),
    ("underscores and question marks", "_a_?_b_?"),
];

/// Bodies that are hard.
const BODIES: &[(&str, &str)] = &[
    ("nothing", ""),
    ("one line end", "\n"),
    ("many line ends", "\n\n\n\n"),
    ("no line end", "no end"),
    ("dots", ".\n..\n...\n.a\n\n.\n\n.\r\n.\r\nend\n.\n"),
    ("a dot alone", "."),
    ("a dot at the very end", "a\n."),
    ("blanks at ends", "trailing \t \n  leading\n \n\t\n"),
    ("bare carriage returns", "a\rb\r\rc\r"),
    ("mixed line ends", "a\r\nb\nc\rd\n\re\r\n\r\nf"),
    ("NULs", "a\0b\0\0c\n\0"),
    ("other control characters", "a\u{1}b\u{7}c\u{8}d\u{b}e\u{c}f\u{1b}[31mg\u{7f}h\n"),
    ("the greeting of another mail", "From here\n>From there\nFrom: x\n"),
    ("a boundary", "--=_1_\n--=_1_0123456789abcdef--\n--\n"),
    ("headers", "Subject: no\nBcc: evil@example.test\n\nbody\n"),
    ("soft breaks", "a=\nb=3D\n=\n==\n=0D=0A.=0D=0A"),
    ("eight bits", "Grüße 🎉 漢字 \u{301}\n"),
    ("a byte-order mark", "\u{feff}after the mark\n"),
];

/// Texts that could end a mail early, and start another, at a server that is lax about line ends.
const SMUGGLED: &[&str] = &[
    "\n.\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r.\r",
    "\r\n.\r\n",
    "\r.\r\n",
    "\n.\r",
    "\r\n\0.\r\n",
    "\r\n.\r",
    "\n\n.\n\n",
    "\r\n\r.\r\n",
    "\r\n.\r\r\n",
    "\u{2028}.\u{2028}",
    "\u{85}.\u{85}",
];

/// The mails.
pub fn written() -> Vec<Mail> {
    let mut mails = Vec::new();
    for (what, text) in TEXTS {
        mails.push(Mail { subject: header(text), ..Mail::new(format!("subject: {what}")) });
        let names = person(header(text), "named@example.test");
        mails.push(Mail {
            from: person(header(text), "server@example.test"),
            to: vec![names.clone(), person(header(text), "second@example.test")],
            cc: vec![names.clone()],
            reply_to: vec![names],
            ..Mail::new(format!("names: {what}"))
        });
        mails.push(Mail {
            text: Some(format!("{text}\n{text}")),
            html: Some(format!("<p>{text}</p>\n")),
            files: vec![(header(text), "application/octet-stream".into(), text.as_bytes().to_vec())],
            ..Mail::new(format!("parts: {what}"))
        });
    }
    for (what, body) in BODIES {
        mails.push(Mail { text: Some((*body).into()), ..Mail::new(format!("text: {what}")) });
        mails.push(Mail { text: None, html: Some((*body).into()), ..Mail::new(format!("HTML: {what}")) });
        mails.push(Mail {
            text: Some((*body).into()),
            html: Some((*body).into()),
            files: vec![("body.bin".into(), "application/octet-stream".into(), body.as_bytes().to_vec())],
            ..Mail::new(format!("both: {what}"))
        });
    }
    mails.extend(SMUGGLED.iter().map(|end| smuggling(end)));
    mails.extend(large());
    mails.extend(crowds());
    mails.extend(files());
    mails
}

/// The text as a header may have it: without control characters.
fn header(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn smuggling(end: &str) -> Mail {
    let second = "MAIL FROM:<evil@example.test>\r\nRCPT TO:<victim@example.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\nQUIT\r\n";
    let body = format!("a{end}{second}");
    Mail {
        text: Some(body.clone()),
        html: Some(body.clone()),
        files: vec![("end.eml".into(), "application/octet-stream".into(), body.into_bytes())],
        ..Mail::new(format!("smuggling {end:?}"))
    }
}

fn large() -> Vec<Mail> {
    let line = |length: usize| "x".repeat(length);
    let mut mails: Vec<Mail> = [75, 76, 77, 78, 79, 80, 997, 998, 999, 1000, 1001, 20_000]
        .into_iter()
        .map(|length| Mail {
            text: Some(format!("{}\n.{}\n", line(length), line(length))),
            html: Some(line(length)),
            ..Mail::new(format!("a line of {length}"))
        })
        .collect();
    mails.push(Mail {
        text: Some("wörd ".repeat(10_000)),
        html: Some("ü".repeat(40_000)),
        ..Mail::new("one line of 50 kB")
    });
    mails.push(Mail {
        subject: "ü🎉 word ".repeat(160).trim_end().into(), ..Mail::new("a subject of 2 kB")
    });
    mails.push(Mail {
        subject: "word ".repeat(399).trim_end().into(),
        ..Mail::new("an ASCII subject of 2 kB")
    });
    mails.push(Mail { subject: "x".repeat(2000), ..Mail::new("a subject of one word of 2 kB") });
    let ids: Vec<String> = (0..120).map(|at| format!("{at}.{}@example.test", "r".repeat(60))).collect();
    mails.push(Mail { in_reply_to: ids[..3].to_vec(), references: ids, ..Mail::new("a thread of 120") });
    mails.push(Mail {
        references: vec![format!("{}@example.test", "l".repeat(230))],
        ..Mail::new("a reference as long as one may be")
    });
    let bytes: Vec<u8> = (0..300_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    mails.push(Mail {
        files: vec![("noise.bin".into(), "application/octet-stream".into(), bytes)],
        ..Mail::new("a file of 300 kB")
    });
    mails
}

fn crowds() -> Vec<Mail> {
    let crowd = |count: usize, who: &str| {
        (0..count)
            .map(|at| person(format!("Nö. {at}, \"{who}\""), format!("{who}{at}@example.test")))
            .collect()
    };
    vec![
        Mail { to: crowd(120, "to"), ..Mail::new("120 recipients") },
        Mail {
            cc: crowd(3, "cc"),
            bcc: crowd(3, "hidden"),
            reply_to: crowd(3, "reply"),
            ..Mail::new("all kinds of recipients")
        },
        Mail { to: Vec::new(), bcc: crowd(2, "hidden"), ..Mail::new("hidden recipients only") },
        Mail {
            to: vec![person("", "twice@example.test"), person("Again", "twice@example.test")],
            bcc: vec![person("", "twice@example.test")],
            ..Mail::new("one recipient three times")
        },
        Mail {
            from: person("", "server@example.test"),
            to: vec![
                person("", "o'hara/x=y+tag%z@example.test"),
                person("", format!("{}@example.test", "l".repeat(64))),
            ],
            ..Mail::new("odd local parts")
        },
        Mail {
            to: vec![person("", "\"quoted local\"@example.test"), person("Q", "\"a,b;c<d>e\"@example.test")],
            ..Mail::new("quoted local parts")
        },
        Mail {
            from: person("Grüße", "grüße@example.test"),
            to: vec![person("", "用户@example.test"), person("", "admin@example.test")],
            ..Mail::new("addresses outside ASCII")
        },
    ]
}

fn files() -> Vec<Mail> {
    let every_byte: Vec<u8> = (0..=255).collect();
    let names = [
        "a b.txt",
        "a\"b\\c.txt",
        "a;b=c.txt",
        "a'b%20c.txt",
        "utf-8''x.txt",
        "=?utf-8?q?x?=.txt",
        "Größe, \"neu\".csv",
        "🎉.png",
        "../../etc/passwd",
        "C:\\x\\y.txt",
        ".hidden",
        "no extension",
        "  blanks  .txt",
        "",
    ];
    let mut mails: Vec<Mail> = names
        .into_iter()
        .map(|name| Mail {
            files: vec![(name.into(), "application/octet-stream".into(), every_byte.clone())],
            ..Mail::new(format!("a file called {name:?}"))
        })
        .collect();
    mails.extend([60, 74, 75, 76, 77, 78, 79, 80, 120, 255].map(|length| Mail {
        files: vec![
            (format!("{}.txt", "n".repeat(length - 4)), "text/plain".into(), b"a\r\n".to_vec()),
            (format!("{}.txt", "ü".repeat(length - 4)), "text/plain".into(), b"b\n".to_vec()),
        ],
        ..Mail::new(format!("file names of {length}"))
    }));
    mails.push(Mail {
        html: Some("<img src=\"cid:one@example.test\"><img src='cid:two@example.test'>\n".into()),
        shown: vec![
            ("one@example.test".into(), "image/png".into(), every_byte.clone()),
            ("two@example.test".into(), "image/svg+xml".into(), b"<svg/>".to_vec()),
        ],
        files: vec![
            ("empty".into(), "application/octet-stream".into(), Vec::new()),
            ("mail.eml".into(), "application/octet-stream".into(), b"Subject: x\r\n\r\n.\r\n".to_vec()),
            ("nul.bin".into(), "application/x-nul".into(), vec![0; 1000]),
            ("same".into(), "text/csv".into(), b"1;2".to_vec()),
            ("same".into(), "text/csv".into(), b"3;4".to_vec()),
        ],
        ..Mail::new("everything at once")
    });
    mails.push(Mail {
        text: None,
        html: None,
        files: vec![("only.txt".into(), "text/plain".into(), b"only a file".to_vec())],
        ..Mail::new("a file without a text")
    });
    mails.push(Mail { text: None, subject: String::new(), ..Mail::new("nothing at all") });
    mails
}
