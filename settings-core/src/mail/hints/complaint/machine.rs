//! Refusals of this machine: its name and its address.

use super::{Complaint, Words};

pub(super) fn machine(words: &Words) -> Option<Complaint> {
    let order = [
        "helo first",
        "ehlo first",
        "say helo",
        "say ehlo",
        "send helo",
        "send ehlo",
        "helo/ehlo first",
        "ehlo/helo first",
    ];
    if words.has_word(&["helo", "ehlo", "heloname"])
        && !words.has(&order)
        && !words.has(&["closing connection. (ehlo)"])
    {
        return Some(Complaint::HeloName);
    }
    if words.has(&[
        "reverse dns",
        "rdns",
        "reverse hostname",
        "reverse host name",
        "reverse lookup",
        "reverse mapping",
        "reverse record",
        "ptr record",
        "ptr entry",
        "ptr ",
        "no ptr",
        "fcrdns",
        "cannot find your hostname",
        "cannot find your reverse",
        "unable to resolve your",
        "unverifiable client",
        "ip name lookup failed",
    ]) || words.status(&["7.25"])
    {
        return Some(Complaint::ReverseDns);
    }
    // Before the block lists, whose words these share.
    if words.has_word(&["spf", "openspf"])
        || words.has(&["sender policy framework", "spf-"])
        || words.status(&["7.23", "7.24"])
    {
        return Some(Complaint::Spf);
    }
    if words.has_word(&["dmarc", "dkim"])
        || words.has(&[
            "unauthenticated email",
            "unauthenticated mail",
            "sender authentication",
            "authentication requirements",
            "pass authentication",
            "authentication checks",
            "domainkeys",
        ])
        || words.status(&["7.20", "7.21", "7.22", "7.26", "7.30", "7.32", "7.509", "7.515"])
    {
        return Some(Complaint::Dmarc);
    }
    if unregistered_address(words) {
        return Some(Complaint::ClientNotAllowed);
    }
    block_list(words)
}

/// Returns true if the account accepts only addresses that its owner has listed, and this machine's is not among them.
pub(super) fn unregistered_address(words: &Words) -> bool {
    words.has(&["whitelist", "allowlist", "allow list", "allowed ip", "authorized ip", "authorised ip"])
        && words.has_word(&["ip", "ips", "address"])
        || words.has(&[
            "ip address is not authori",
            "ip is not authori",
            "ip not authori",
            "ip address not authori",
        ])
        || words.has(&[
            "ip address is not allowed",
            "ip is not allowed",
            "ip not allowed",
            "ip address not allowed",
        ])
}

fn block_list(words: &Words) -> Option<Complaint> {
    let named = words.has(&[
        "spamhaus",
        "spamcop",
        "barracuda",
        "sorbs",
        "uceprotect",
        "abusix",
        "invaluement",
        "surbl",
        "senderscore",
        "sender score",
        "talosintelligence",
        "mailspike",
        "spamrats",
        "psbl",
        "cloudmark",
        "proofpoint.com",
        "mimecast.com/ip",
        "blocklist",
        "block list",
        "block-list",
        "blacklist",
        "black list",
        "denylist",
        "deny list",
        "dnsbl",
        "blocked using",
        "banned sending ip",
        "reputation",
        "user complaints",
        "unexpected volume or user complaints",
    ]) || words.has_word(&["rbl", "rbls", "dbl", "zen"]);
    let address = words.has(&[
        "ip ",
        "ip:",
        " ips ",
        "ip-address",
        "ip address",
        "client host",
        "host [",
        "your network",
        "your host",
        "your server",
        "sending host",
        "[203.",
        "from 2",
    ]);
    let refused = words.has(&[
        "blocked",
        "banned",
        "listed",
        "blocking",
        "blackholed",
        "block ",
        "has been temporarily",
        "not allowed to connect",
    ]);
    let temporary = words.has(&["(s3140)", "(s3150)", "[tss", "[ts0", "[ph0", "(cs01)"]);
    let microsoft = words.enhanced.as_deref().is_some_and(|code| {
        let detail = code.strip_prefix("5.7.").and_then(|detail| detail.parse::<u16>().ok());
        detail.is_some_and(|detail| detail == 511 || (606..=649).contains(&detail))
    });
    if named || microsoft || temporary || address && refused && !words.has(&["quota", "too many"]) {
        return Some(Complaint::BlockList);
    }
    None
}
