//! Somebody in the middle: passes everything on, except for one thing.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::{JoinHandle, JoinSet},
};

/// The traffic that is dropped.
#[derive(Clone, Debug)]
pub enum Mischief {
    /// Nothing of the server reaches the client.
    Silence,
    /// Once the client has said this, nothing of the server reaches it any more.
    SilenceAfter(&'static [u8]),
    /// The server's offer of STARTTLS.
    StripStartTls,
}

/// A proxy to one server, until it is dropped.
pub struct Proxy {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy to `server`.
    pub async fn start(server: SocketAddr, mischief: Mischief) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let task = tokio::spawn(async move {
            let mut pairs = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let mischief = mischief.clone();
                pairs.spawn(async move {
                    let _ = pass_on(client, server, mischief).await;
                });
            }
        });
        Self { address, task }
    }

    /// The address of the proxy.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass_on(client: TcpStream, server: SocketAddr, mischief: Mischief) -> io::Result<()> {
    client.set_nodelay(true)?;
    let server = TcpStream::connect(server).await?;
    server.set_nodelay(true)?;
    let silent = Arc::new(AtomicBool::new(matches!(mischief, Mischief::Silence)));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // When the client leaves, so does the proxy, whatever the server still has to say.
    tokio::select! {
        result = up(from_client, to_server, &mischief, &silent) => result,
        result = down(from_server, to_client, &mischief, &silent) => result,
    }
}

async fn up(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    mischief: &Mischief,
    silent: &AtomicBool,
) -> io::Result<()> {
    let mut said = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let count = client.read(&mut chunk).await?;
        if count == 0 {
            return Ok(());
        }
        if let Mischief::SilenceAfter(words) = mischief {
            said.extend_from_slice(&chunk[..count]);
            if said.windows(words.len()).any(|window| window == *words) {
                silent.store(true, Ordering::SeqCst);
            }
        }
        server.write_all(&chunk[..count]).await?;
    }
}

async fn down(
    mut server: OwnedReadHalf,
    mut client: OwnedWriteHalf,
    mischief: &Mischief,
    silent: &AtomicBool,
) -> io::Result<()> {
    let mut chunk = [0; 4096];
    loop {
        let count = server.read(&mut chunk).await?;
        if silent.load(Ordering::SeqCst) {
            if count == 0 {
                return std::future::pending().await;
            }
            continue;
        }
        if count == 0 {
            return Ok(());
        }
        let mut bytes = chunk[..count].to_vec();
        if matches!(mischief, Mischief::StripStartTls)
            && let Some(at) = bytes.windows(8).position(|window| window == b"STARTTLS")
        {
            bytes[at..at + 8].copy_from_slice(b"XXXXXXXX");
        }
        client.write_all(&bytes).await?;
    }
}
