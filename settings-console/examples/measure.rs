//! Measures a console over 680 settings next to a hand-written axum page of the same bytes.
//!
//! ```text
//! cargo run --release -p settings-console --example measure
//! ```

#![allow(clippy::unwrap_used, clippy::missing_docs_in_private_items)]

use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, to_bytes};
use http::{Request, StatusCode};
use settings_console::{Console, Visitor};
use settings_core::resolve::{Environment, Layers};
use settings_core::{Secret, SettingValue, Settings};
use tower_service::Service;

/// A level.
#[derive(SettingValue, Clone, Copy, Debug)]
enum Level {
    /// Little is logged.
    Low,
    /// Much is logged.
    High,
}

macro_rules! topic {
    ($($field:ident: $ty:ty = $default:expr),+) => {
        /// A topic with settings of most kinds.
        #[derive(Settings, Clone, Debug)]
        struct Topic {
            $(
                /// Sets one of the properties of this topic, in a sentence as documentation has them.
                ///
                /// A second paragraph explains *when* to change it, and names `values` to start with.
                #[setting(default = $default)]
                $field: $ty,
            )+
            /// The key of the topic.
            #[setting]
            key: Secret,
        }
    };
}

topic!(
    enabled: bool = true,
    port: u16 = 8065,
    ratio: f64 = 0.5,
    name: String = "chat",
    level: Level = Level::Low,
    timeout_ms: u64 = 1000,
    hosts: Vec<String> = ["a", "b"],
    motto: String = "be kind",
    retries: u8 = 3,
    verbose: bool = false,
    limit: u32 = 100,
    folder: String = "/var/lib/chat",
    address: String = "localhost",
    batch: u32 = 50,
    mode: Level = Level::High,
    offset: i64 = -1
);

macro_rules! program {
    ($($field:ident)+) => {
        /// A program of 40 sections.
        #[derive(Settings, Clone, Debug)]
        #[settings(env_prefix = "M")]
        struct Program {
            $(
                $field: Topic,
            )+
        }
    };
}

program!(
    t00 t01 t02 t03 t04 t05 t06 t07 t08 t09 t10 t11 t12 t13 t14 t15 t16 t17 t18 t19
    t20 t21 t22 t23 t24 t25 t26 t27 t28 t29 t30 t31 t32 t33 t34 t35 t36 t37 t38 t39
);

async fn get<S>(service: &mut S, path: &str) -> Bytes
where
    S: Service<Request<Body>, Error = std::convert::Infallible>,
    S::Response: axum::response::IntoResponse,
{
    use axum::response::IntoResponse;

    let request = Request::builder().uri(path).header("host", "localhost").body(Body::empty()).unwrap();
    let response = service.call(request).await.unwrap().into_response();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    to_bytes(Body::new(response.into_body()), usize::MAX).await.unwrap()
}

/// The median time of a request, and the bytes of its answer.
async fn median<S>(service: &mut S, path: &str, rounds: usize) -> (Duration, usize)
where
    S: Service<Request<Body>, Error = std::convert::Infallible>,
    S::Response: axum::response::IntoResponse,
{
    let mut times = Vec::with_capacity(rounds);
    let mut len = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        len = get(service, path).await.len();
        times.push(start.elapsed());
    }
    times.sort();
    (times[times.len() / 2], len)
}

/// The resident memory in KiB, where the system tells it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = std::env::temp_dir().join(format!("console-measure-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("config.json");
    let sections = (0..40).map(|number| {
        format!(
            "  \"t{number:02}\": {{\"port\": {}, \"name\": \"section {number}\", \"key\": \"secret\"}}",
            1000 + number
        )
    });
    std::fs::write(&file, format!("{{\n{}\n}}\n", sections.collect::<Vec<_>>().join(",\n"))).unwrap();
    let variables: Vec<(String, String)> =
        (0..40).map(|number| (format!("M_T{number:02}_LIMIT"), "7".to_owned())).collect();
    let others = move || Ok(Layers::new().environment(variables.iter().cloned().collect::<Environment>()));
    let gate = |_: &http::request::Parts| Ok(Visitor::administrator("ann"));
    let mut console = Console::<Program>::new(&file, others, gate).into_service();
    println!("{} settings", Program::SCHEMA.leaf_count());
    println!("{:<28} {:>10} {:>9} {:>16}", "page", "median", "bytes", "to a bare page");
    for path in [
        "/",
        "/p/t07",
        "/all",
        "/all?q=timeout",
        "/all?q=is:different",
        "/history",
        "/api/settings",
        "/status",
    ] {
        let (time, len) = median(&mut console, path, 200).await;
        let body = "x".repeat(len);
        let bare = axum::Router::<()>::new().fallback(move || {
            let body = body.clone();
            async move { axum::response::Html(body) }
        });
        let mut bare = bare;
        let (bare, _) = median(&mut bare, path, 200).await;
        println!("{path:<28} {time:>10.2?} {len:>9} {:>15.1}x", time.as_secs_f64() / bare.as_secs_f64());
    }
    let (start, before) = (Instant::now(), resident());
    let rounds = 2000_u32;
    for number in 0..rounds {
        get(&mut console, &format!("/p/t{:02}", number % 40)).await;
    }
    println!("{:.0} pages a second on one core", f64::from(rounds) / start.elapsed().as_secs_f64());
    println!("resident memory: {before:?} KiB before, {:?} KiB after {rounds} pages", resident());
    std::fs::remove_dir_all(&folder).unwrap();
}
