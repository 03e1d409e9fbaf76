//! A proxy to a server whose connections a test cuts, delays or lets vanish in a black hole.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A proxy to one server on loopback.
#[derive(Debug)]
pub struct FaultProxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    server: SocketAddr,
    /// The delay of each part of the traffic, in milliseconds.
    delay: AtomicU64,
    is_closed: AtomicBool,
    connections: Mutex<Vec<Connection>>,
}

#[derive(Debug)]
struct Connection {
    ends: [TcpStream; 2],
    /// Nothing passes, in either direction, and nothing is closed.
    is_swallowed: Arc<AtomicBool>,
}

impl FaultProxy {
    /// Starts a proxy to a port of loopback, which lives as long as the process.
    ///
    /// # Panics
    /// If there is no free port.
    pub fn start(server: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
        let port = listener.local_addr().expect("the listener has an address").port();
        let state = Arc::new(State {
            server: SocketAddr::from((Ipv4Addr::LOCALHOST, server)),
            delay: AtomicU64::new(0),
            is_closed: AtomicBool::new(false),
            connections: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || listener.incoming().flatten().for_each(|client| shared.accept(client)));
        Self { port, state }
    }

    /// Returns the port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Cuts all connections. New ones pass.
    pub fn cut(&self) {
        for connection in self.connections().drain(..) {
            connection.ends.iter().for_each(|end| drop(end.shutdown(Shutdown::Both)));
        }
    }

    /// Swallows everything on all connections, and closes none. New ones pass.
    pub fn swallow(&self) {
        for connection in &*self.connections() {
            connection.is_swallowed.store(true, Ordering::SeqCst);
        }
    }

    /// Delays every part of the traffic.
    pub fn delay(&self, delay: Duration) {
        self.state.delay.store(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    /// Refuses new connections, or accepts them again.
    pub fn close(&self, is_closed: bool) {
        self.state.is_closed.store(is_closed, Ordering::SeqCst);
    }

    fn connections(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.state.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn accept(self: &Arc<Self>, client: TcpStream) {
        if self.is_closed.load(Ordering::SeqCst) {
            return;
        }
        let Ok(server) = TcpStream::connect(self.server) else { return };
        let is_swallowed = Arc::new(AtomicBool::new(false));
        let copies = || Some([client.try_clone().ok()?, server.try_clone().ok()?]);
        let (Some(kept), Some([client_again, server_again])) = (copies(), copies()) else { return };
        let connection = Connection { ends: kept, is_swallowed: Arc::clone(&is_swallowed) };
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        for (from, to) in [(client, server), (server_again, client_again)] {
            let (state, is_swallowed) = (Arc::clone(self), Arc::clone(&is_swallowed));
            thread::spawn(move || state.pass_on(from, to, &is_swallowed));
        }
    }

    fn pass_on(&self, mut from: TcpStream, mut to: TcpStream, is_swallowed: &AtomicBool) {
        let _ = to.set_nodelay(true);
        let mut buffer = [0; 16 * 1024];
        loop {
            let read = from.read(&mut buffer);
            if is_swallowed.load(Ordering::SeqCst) {
                // an end is swallowed too
                match read {
                    Ok(count) if count > 0 => continue,
                    _ => return,
                }
            }
            let Ok(count @ 1..) = read else { break };
            thread::sleep(Duration::from_millis(self.delay.load(Ordering::SeqCst)));
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    }
}
