//! The extensions that a server announces in its reply to EHLO.

use std::fmt;

use crate::mail::reply::Reply;

/// The extensions that matter to a client (RFC 5321, 4.1.1.1). Keywords are case-insensitive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Capabilities {
    pub(crate) starttls: bool,
    pub(crate) pipelining: bool,
    pub(crate) eight_bit_mime: bool,
    pub(crate) smtp_utf8: bool,
    pub(crate) enhanced_codes: bool,
    /// SIZE, with the limit if one was given.
    pub(crate) size: Option<Option<u64>>,
    /// The mechanisms of AUTH in upper case, in the server's order; `None` if AUTH is not offered.
    pub(crate) auth: Option<Vec<String>>,
}

impl Capabilities {
    /// Reads the lines of a reply. The first line, which names the server, is skipped.
    pub(crate) fn from_reply(reply: &Reply) -> Self {
        let mut found = Self::default();
        for line in reply.lines().iter().skip(1) {
            found.add(line);
        }
        found
    }

    fn add(&mut self, line: &str) {
        let line = line.trim().to_ascii_uppercase();
        // "AUTH=PLAIN" is an obsolete form that some servers still send.
        let line = line.strip_prefix("AUTH=").map(|rest| format!("AUTH {rest}")).unwrap_or(line);
        let mut words = line.split_ascii_whitespace();
        match words.next() {
            Some("STARTTLS") => self.starttls = true,
            Some("PIPELINING") => self.pipelining = true,
            Some("8BITMIME") => self.eight_bit_mime = true,
            Some("SMTPUTF8") => self.smtp_utf8 = true,
            Some("ENHANCEDSTATUSCODES") => self.enhanced_codes = true,
            Some("SIZE") => {
                let limit = words.next().and_then(|limit| limit.parse().ok());
                self.size = Some(limit.filter(|limit| *limit > 0));
            }
            Some("AUTH") => {
                let mechanisms = self.auth.get_or_insert_default();
                for word in words {
                    if !mechanisms.iter().any(|known| known == word) {
                        mechanisms.push(word.to_owned());
                    }
                }
            }
            _ => {}
        }
    }

    /// Returns the announced maximum size of a message.
    pub(crate) fn size_limit(&self) -> Option<u64> {
        self.size.flatten()
    }
}

impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = [
            (self.pipelining, "PIPELINING"),
            (self.starttls, "STARTTLS"),
            (self.eight_bit_mime, "8BITMIME"),
            (self.smtp_utf8, "SMTPUTF8"),
        ]
        .into_iter()
        .filter(|(offered, _)| *offered)
        .map(|(_, word)| word.to_owned())
        .collect();
        match self.size {
            Some(Some(limit)) => words.push(format!("SIZE={limit}")),
            Some(None) => words.push("SIZE".to_owned()),
            None => {}
        }
        match &self.auth {
            Some(mechanisms) => words.push(format!("AUTH {}", mechanisms.join(" "))),
            None => words.push("no AUTH".to_owned()),
        }
        f.write_str(&words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_in_any_case_and_form() {
        let lines =
            ["mail.example.com", "size 1000", "8bitmime", "Auth=LOGIN", "AUTH plain login", "starttls"];
        let found = Capabilities::from_reply(&Reply::new(250, lines.map(str::to_owned).to_vec()));
        assert!(found.starttls && found.eight_bit_mime && !found.pipelining);
        assert_eq!(found.size_limit(), Some(1000));
        assert_eq!(found.auth, Some(vec!["LOGIN".to_owned(), "PLAIN".to_owned()]));
    }

    #[test]
    fn the_first_line_is_the_servers_name() {
        let found = Capabilities::from_reply(&Reply::new(250, vec!["STARTTLS".to_owned()]));
        assert_eq!(found, Capabilities::default());
    }
}
