//! Mails made by rule, the same in every run.

use super::{Mail, person};

/// Mails whose headers reach each column around which lines are folded and words are encoded.
pub fn at_fold_boundaries() -> Vec<Mail> {
    (0..90)
        .map(|at| {
            let filled = |text: &str| format!("{}{text}", "x".repeat(at));
            Mail {
                subject: filled(" ü 🎉🎉 end"),
                from: person(filled("é, \"ß\""), "server@example.test"),
                to: vec![person(filled(" , \\ end"), "admin@example.test")],
                cc: vec![person(format!("{} 漢字漢字", "é".repeat(at)), "admin@example.test")],
                text: Some(format!("{}= ü {}\n", "x".repeat(at), " ".repeat(at))),
                files: vec![(filled("🎉.txt"), "text/plain".into(), vec![b'.'; at])],
                ..Mail::new(format!("folded at {at}"))
            }
        })
        .collect()
}

/// Mails of characters that mean something somewhere, in any order.
pub fn random(count: usize) -> Vec<Mail> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    (0..count)
        .map(|at| Mail {
            subject: dice.header(200),
            from: person(dice.name(60), "server@example.test"),
            to: vec![
                person(dice.name(100), "admin@example.test"),
                person(dice.name(9), "second@example.test"),
            ],
            text: Some(dice.body(600)),
            html: Some(dice.body(600)),
            files: vec![(dice.header(120), "application/octet-stream".into(), dice.bytes(500))],
            ..Mail::new(format!("random {at}"))
        })
        .collect()
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("less than the limit")
    }

    /// Words of characters that mean something in headers. A word that begins or ends with a blank can't be distinguished from
    /// folding, so nothing does.
    fn header(&mut self, limit: usize) -> String {
        const PIECES: &[&str] = &[
            "a",
            "b",
            "Z",
            "0",
            " ",
            " ",
            ",",
            ";",
            ":",
            "\"",
            "\\",
            "<",
            ">",
            "@",
            "(",
            ")",
            "=?",
            "?=",
            "=",
            "_",
            ".",
            "'",
            "%",
            "ü",
            "ß",
            "é",
            "漢",
            "🎉",
            "👩‍👧",
            "e\u{301}",
            "\u{202e}",
            "\u{200b}",
            "word",
            "=?utf-8?q?x?=",
        ];
        self.text(PIECES, limit).trim().to_owned()
    }

    /// The same without blanks side by side, of which Python shows one in names.
    fn name(&mut self, limit: usize) -> String {
        self.header(limit).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn body(&mut self, limit: usize) -> String {
        const PIECES: &[&str] = &[
            "a",
            "b",
            "word ",
            " ",
            "  ",
            "\t",
            "\n",
            "\n",
            "\r\n",
            "\r",
            "\n.\n",
            "\r\n.\r\n",
            ".",
            "=",
            "=\n",
            "=41",
            "ü",
            "🎉",
            "\0",
            "\u{1b}",
            "From ",
            "--",
            "\n\n",
            "<p>",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ];
        self.text(PIECES, limit)
    }

    fn text(&mut self, pieces: &[&str], limit: usize) -> String {
        let count = self.below(limit);
        let mut text = String::new();
        while text.chars().count() < count {
            text.push_str(pieces[self.below(pieces.len())]);
        }
        text
    }

    fn bytes(&mut self, limit: usize) -> Vec<u8> {
        (0..self.below(limit)).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}
