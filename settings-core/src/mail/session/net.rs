//! From a server's name to a TCP connection.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;
use std::{fmt, io, thread};

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::run::Run;
use crate::mail::failure::{Cause, Failure, Step};

/// The delay before the next address is tried in parallel (RFC 8305, 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);
/// The maximum number of concurrent name lookups, so that a hanging resolver does not pile up threads.
const LOOKUPS: usize = 16;
/// The maximum number of addresses that are tried.
const ADDRESS_LIMIT: usize = 16;
/// The idle time after which the system sends keepalive probes.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// A mail server as named in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    host: String,
    port: u16,
    /// The host as written in the settings.
    shown: String,
    /// The local address to connect from.
    source: Option<IpAddr>,
}

impl Target {
    /// Creates a target. `host` is a name, an IPv4 address, or an IPv6 address with or without brackets.
    pub(crate) fn new(host: &str, port: u16) -> Self {
        let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        Self { host: host.to_owned(), port, shown: host.to_owned(), source: None }
    }

    /// Sets the host to show in messages.
    pub(crate) fn displayed_as(mut self, host: &str) -> Self {
        host.trim_matches(['[', ']']).clone_into(&mut self.shown);
        self
    }

    /// Sets the local address to connect from.
    pub(crate) fn with_source(mut self, source: IpAddr) -> Self {
        self.source = Some(source);
        self
    }

    pub(crate) fn source(&self) -> Option<IpAddr> {
        self.source
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shown.contains(':') {
            write!(f, "[{}]:{}", self.shown, self.port)
        } else {
            write!(f, "{}:{}", self.shown, self.port)
        }
    }
}

/// Returns the addresses of a server, alternating between IPv6 and IPv4, otherwise in the system's order.
pub(crate) async fn resolve(target: &Target, run: &mut Run) -> Result<Vec<SocketAddr>, Failure> {
    let deadline = run.begin(Step::Resolve);
    let result = match target.host.parse::<IpAddr>() {
        Ok(ip) => Ok(vec![SocketAddr::new(ip, target.port)]),
        Err(_) => deadline.bound(lookup(target)).await,
    };
    if let Ok(addresses) = &result {
        let list: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
        run.observe(list.join(" "));
    }
    run.finish(result)
}

/// Asks the system's resolver in a separate thread. If the resolver hangs, neither the runtime nor its shutdown is
/// blocked.
async fn lookup(target: &Target) -> Result<Vec<SocketAddr>, Cause> {
    static ROOM: Semaphore = Semaphore::const_new(LOOKUPS);
    let failed = |error: &dyn fmt::Display| Cause::NameNotFound(format!("{}: {error}", target.host));
    let permit = ROOM.acquire().await.map_err(|error| failed(&error))?;
    let (sender, found) = oneshot::channel();
    let asked = (target.host.clone(), target.port);
    thread::Builder::new()
        .name("name lookup".to_owned())
        .spawn(move || {
            let _permit = permit;
            let found = asked.to_socket_addrs().map(|found| found.collect::<Vec<_>>());
            let _ = sender.send(found);
        })
        .map_err(|error| failed(&error))?;
    let found = found.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
    if found.is_empty() {
        return Err(Cause::NameNotFound(format!("{} has no address", target.host)));
    }
    Ok(interleave(found))
}

fn interleave(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let mut all: Vec<SocketAddr> = Vec::with_capacity(found.len());
    for address in found {
        if !all.contains(&address) {
            all.push(address);
        }
    }
    let (first, second): (Vec<_>, Vec<_>) = {
        let first_is_v6 = all.first().is_some_and(SocketAddr::is_ipv6);
        all.into_iter().partition(|address| address.is_ipv6() == first_is_v6)
    };
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut turns = Vec::new();
    loop {
        let pair = [first.next(), second.next()];
        if pair == [None, None] || turns.len() >= ADDRESS_LIMIT {
            return turns;
        }
        turns.extend(pair.into_iter().flatten());
    }
}

/// Connects to the first address that answers; each address gets a head start over the next.
pub(crate) async fn connect(
    addresses: &[SocketAddr],
    source: Option<IpAddr>,
    run: &mut Run,
) -> Result<(TcpStream, SocketAddr), Failure> {
    let deadline = run.begin(Step::Connect);
    let result = deadline.bound(race(addresses, source)).await;
    if let Ok((_, peer)) = &result {
        run.observe(peer.to_string());
    }
    run.finish(result)
}

async fn race(addresses: &[SocketAddr], source: Option<IpAddr>) -> Result<(TcpStream, SocketAddr), Cause> {
    let mut waiting = addresses.iter().copied();
    let mut attempts = JoinSet::new();
    let mut failed = Vec::new();
    loop {
        let next = waiting.next();
        if let Some(address) = next {
            attempts.spawn(async move { (address, open(address, source).await) });
        }
        // Either an attempt ends, or the head start of the most recent one is over.
        let ended = tokio::select! {
            ended = attempts.join_next() => ended,
            () = sleep(ATTEMPT_DELAY), if waiting.len() > 0 => continue,
        };
        match ended {
            Some(Ok((address, Ok(stream)))) => return Ok((stream, address)),
            Some(Ok((address, Err(error)))) => failed.push((address, error.kind(), plain(&error))),
            Some(Err(_)) => {}
            None if waiting.len() == 0 => return Err(Cause::Unreachable(failed)),
            None => {}
        }
    }
}

async fn open(address: SocketAddr, source: Option<IpAddr>) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(source) = source {
        if source.is_ipv4() != address.is_ipv4() {
            let text = format!("it cannot be reached from {source}, which is of the other address family");
            return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, text));
        }
        socket.bind(SocketAddr::new(source, 0)).map_err(|error| {
            let text = format!("cannot connect from {source}: {}", plain(&error));
            io::Error::new(error.kind(), text)
        })?;
    }
    // Small writes must not wait for acknowledgements, and firewalls must not drop idle connections.
    socket.set_nodelay(true)?;
    SockRef::from(&socket)
        .set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE))?;
    socket.connect(address).await
}

/// Returns the system's message without the error number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" (os error").unwrap_or(text.len());
    text.get(..end).unwrap_or(&text).to_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn hosts_in_brackets() {
        assert_eq!(Target::new("[::1]", 25).host(), "::1");
        assert_eq!(Target::new("::1", 25).to_string(), "[::1]:25");
        assert_eq!(Target::new("mail.example.com", 587).to_string(), "mail.example.com:587");
    }

    #[test]
    fn families_take_turns() {
        let list =
            |text: &str| text.split(' ').map(|one| format!("{one}:1").parse().unwrap()).collect::<Vec<_>>();
        assert_eq!(
            interleave(list("[::1] [::2] 1.1.1.1 [::1] 2.2.2.2")),
            list("[::1] 1.1.1.1 [::2] 2.2.2.2")
        );
        assert_eq!(interleave(list("1.1.1.1 1.1.1.2 [::1]")), list("1.1.1.1 [::1] 1.1.1.2"));
    }

    #[tokio::test]
    async fn a_dead_address_does_not_hide_a_living_one() {
        let living = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let dead = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = [dead.local_addr().unwrap(), living.local_addr().unwrap()];
        drop(dead);
        let mut run = Run::start(Duration::from_secs(5), 0);
        let (stream, peer) = connect(&addresses, None, &mut run).await.unwrap();
        assert_eq!(peer, living.local_addr().unwrap());
        assert!(stream.nodelay().unwrap());
        assert!(SockRef::from(&stream).keepalive().unwrap());
        assert_eq!(SockRef::from(&stream).tcp_keepalive_time().unwrap(), KEEPALIVE);
    }

    #[tokio::test]
    async fn connections_are_made_from_the_source_address() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let from = async |source: &str| {
            let mut run = Run::start(Duration::from_secs(5), 0);
            connect(&[address], Some(source.parse().unwrap()), &mut run).await
        };
        let (stream, _) = from("127.0.0.9").await.unwrap();
        assert_eq!(stream.local_addr().unwrap().ip().to_string(), "127.0.0.9");
        let other = from("::1").await.unwrap_err();
        assert!(other.to_string().contains("of the other address family"), "{other}");
        let foreign = from("192.0.2.1").await.unwrap_err();
        assert!(foreign.to_string().contains("cannot connect from 192.0.2.1"), "{foreign}");
    }

    #[tokio::test]
    async fn all_dead_addresses_are_named() {
        let dead = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = dead.local_addr().unwrap();
        drop(dead);
        let mut run = Run::start(Duration::from_secs(5), 0);
        let failure = connect(&[address], None, &mut run).await.unwrap_err();
        assert_eq!(failure.step, Step::Connect);
        assert!(failure.to_string().contains(&format!("{address}: connection refused")), "{failure}");
    }

    #[tokio::test]
    async fn no_address_at_all() {
        let mut run = Run::start(Duration::from_secs(5), 0);
        let failure = connect(&[], None, &mut run).await.unwrap_err();
        assert_eq!(failure.cause, Cause::Unreachable(Vec::new()));
    }
}
