//! The time, the size and the memory of the System Console's pages over 680 settings of every kind, next to hand-written
//! axum handlers that answer with the same bytes.
//!
//! `cargo run --release -p settings-tests --example console`. Times are the processor's for one thread, without sockets.

#![allow(dead_code, clippy::doc_markdown)] // the generated structs

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::Html;
use axum::routing::get;
use http::{Request, header};
use http_body_util::BodyExt as _;
use settings_console::{Console, Visitor};
use settings_core::Settings;
use settings_core::reference::ServerSettings;
use settings_core::resolve::{Environment, Layers};
use settings_tests::cli::Folder;
use settings_tests::generate::every;
use settings_tests::lag::thread_time;
use tower::ServiceExt as _;

mod generated {
    include!(concat!(env!("OUT_DIR"), "/every.rs"));
}

use generated::Every;

/// The requests for each address.
const TIMES: u32 = 100;
/// The requests between two looks at the memory.
const MANY: u32 = 5_000;

const SEARCHES: [&str; 6] = [
    "all?q=limits+most",
    "all?q=decides",
    "all?q=webhook+secret",
    "all?q=is:different",
    "all?q=is:invalid",
    "all?q=is:locked+is:set",
];

fn main() -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run())
}

async fn run() -> Result<(), Box<dyn Error>> {
    let folder = Folder::new("console");
    let every = every::file(|shape| Some(shape.file.1.to_owned()), |_| Some("{\"Most\": 9}"));
    let site = Site::new::<Every>(("EV_ACCOUNT_LIMITS_MOST", "9"), folder.write("every.json", &every).into());
    println!("680 settings of every kind, all of them in a file of {} KB", every.len() / 1000);
    let pages = site.pages().await?;
    site.report(&format!("{} pages", pages.len()), &pages).await?;
    site.after_changes(&pages).await?;
    site.report("first page", &[String::new()]).await?;
    site.report("search", &SEARCHES.map(str::to_owned)).await?;
    site.report("all settings", &["all".to_owned()]).await?;
    site.memory(&pages).await?;

    let seed = "{\"EmailSettings\": {\"SMTPPort\": 587, \"SMTPPassword\": \"secret\"}}";
    let site = Site::new::<ServerSettings>(
        ("MM_EMAILSETTINGS_SMTPSERVER", "localhost"),
        folder.write("seed.json", seed).into(),
    );
    println!("the reference server");
    let pages = site.pages().await?;
    site.report(&format!("{} pages", pages.len()), &pages).await?;
    site.report("all settings", &["all".to_owned()]).await?;
    site.memory(&pages).await
}

/// A console, and the hand-written handlers for its pages.
struct Site {
    file: PathBuf,
    console: Router,
}

/// The time and the size of one answer.
struct Measured {
    time: Duration,
    bytes: Bytes,
}

impl Site {
    fn new<T: Settings + Send + Sync + 'static>(
        (variable, value): (&'static str, &'static str),
        file: PathBuf,
    ) -> Self {
        let others = move || {
            let environment: Environment = [(variable, value)].into_iter().collect();
            Ok(Layers::new().environment(environment))
        };
        let gate = |_: &http::request::Parts| Ok(Visitor::administrator("ann"));
        let console = Console::<T>::new(&file, others, gate).into_service();
        Self { file, console: Router::new().fallback_service(console) }
    }

    /// Returns the addresses of all pages of settings.
    async fn pages(&self) -> Result<Vec<String>, Box<dyn Error>> {
        let home = String::from_utf8(ask(&self.console, "/").await?.to_vec())?;
        let (_, links) = home.split_once("<nav").ok_or("no navigation")?;
        let (links, _) = links.split_once("</nav>").ok_or("no end of the navigation")?;
        let links = links.split("href=\"").skip(1).filter_map(|link| link.split('"').next());
        Ok(links.filter(|link| link.starts_with("p/")).map(str::to_owned).collect())
    }

    /// Prints the slowest and the largest of these answers, and the mean as a ratio to the hand-written handlers.
    async fn report(&self, name: &str, addresses: &[String]) -> Result<(), Box<dyn Error>> {
        let (mut slowest, mut largest, mut total) = (Duration::ZERO, 0, Duration::ZERO);
        let (mut constant, mut read) = (Duration::ZERO, Duration::ZERO);
        for address in addresses {
            let address = format!("/{address}");
            let Measured { time, bytes } = measured(&self.console, &address).await?;
            slowest = slowest.max(time);
            largest = largest.max(bytes.len());
            total += time;
            constant += measured(&constant_page(&bytes), &address).await?.time;
            read += measured(&read_page(&self.file, &bytes), &address).await?.time;
        }
        let mean = total / u32::try_from(addresses.len())?;
        println!(
            "  {name}: mean {:.2} ms, slowest {:.2} ms, largest {:.1} KB, {:.0} a second on one core; {:.0} times axum \
             with the same bytes, {:.1} times axum that reads and parses the file first",
            millis(mean),
            millis(slowest),
            largest as f64 / 1000.0,
            1.0 / mean.as_secs_f64(),
            total.as_secs_f64() / constant.as_secs_f64(),
            total.as_secs_f64() / read.as_secs_f64(),
        );
        Ok(())
    }

    /// Prints the time of the same pages where the file has changed before each request, so that nothing is known from
    /// the request before.
    async fn after_changes(&self, addresses: &[String]) -> Result<(), Box<dyn Error>> {
        let text = std::fs::read_to_string(&self.file)?;
        let texts = [format!("{text}\n"), text];
        let (mut slowest, mut total) = (Duration::ZERO, Duration::ZERO);
        for address in addresses {
            let mut time = Duration::ZERO;
            for number in 0..TIMES {
                std::fs::write(&self.file, &texts[number as usize % 2])?;
                let start = thread_time();
                std::hint::black_box(ask(&self.console, &format!("/{address}")).await?);
                time += thread_time() - start;
            }
            slowest = slowest.max(time / TIMES);
            total += time / TIMES;
        }
        let mean = total / u32::try_from(addresses.len())?;
        println!(
            "  the same pages after changes of the file: mean {:.2} ms, slowest {:.2} ms, {:.0} a second on one core",
            millis(mean),
            millis(slowest),
            1.0 / mean.as_secs_f64(),
        );
        Ok(())
    }

    /// Prints the resident memory after one round of requests, and after many.
    async fn memory(&self, addresses: &[String]) -> Result<(), Box<dyn Error>> {
        for _ in 0..2 {
            for address in addresses.iter().cycle().take(MANY as usize / 5) {
                ask(&self.console, &format!("/{address}")).await?;
            }
        }
        let before = resident()?;
        for address in addresses.iter().cycle().take(MANY as usize) {
            ask(&self.console, &format!("/{address}")).await?;
        }
        println!("  memory: {before} KB, and after {MANY} more requests {} KB", resident()?);
        Ok(())
    }
}

/// A handler that has its page already.
fn constant_page(page: &Bytes) -> Router {
    let page = String::from_utf8_lossy(page).into_owned();
    Router::new().fallback(get(move || {
        let page = page.clone();
        async move { Html(page) }
    }))
}

/// A handler that reads the settings before it answers, as a hand-written page must.
fn read_page(file: &Path, page: &Bytes) -> Router {
    let (file, page) = (file.to_owned(), String::from_utf8_lossy(page).into_owned());
    Router::new().fallback(get(move || {
        let (file, page) = (file.clone(), page.clone());
        async move {
            let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
            let settings: serde_json::Value =
                serde_json::from_str(&text).map_err(|error| error.to_string())?;
            std::hint::black_box(&settings);
            Ok::<_, String>(Html(page))
        }
    }))
}

async fn measured(router: &Router, address: &str) -> Result<Measured, Box<dyn Error>> {
    let bytes = ask(router, address).await?;
    let start = thread_time();
    for _ in 0..TIMES {
        std::hint::black_box(ask(router, address).await?);
    }
    Ok(Measured { time: (thread_time() - start) / TIMES, bytes })
}

async fn ask(router: &Router, address: &str) -> Result<Bytes, Box<dyn Error>> {
    let request = Request::get(address).header(header::HOST, "localhost").body(Body::empty())?;
    let answer = router.clone().oneshot(request).await?;
    if !answer.status().is_success() {
        return Err(format!("{address}: {}", answer.status()).into());
    }
    Ok(answer.into_body().collect().await?.to_bytes())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Returns the resident memory of this process in KB.
fn resident() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}
