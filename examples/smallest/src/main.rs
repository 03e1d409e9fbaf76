//! The smallest program: `SMALLEST_PORT=9000 cargo run -p example-smallest`.

use settings_core::Settings;
use settings_core::resolve::{Environment, Layers, resolve};

/// A server.
#[derive(Settings)]
#[settings(env_prefix = "SMALLEST")]
struct Server {
    /// The port that the server listens on.
    #[setting(default = 8080, range = 1..=65535)]
    port: u16,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let layers = Layers::new().environment(Environment::from_process());
    let server = resolve::<Server>(layers).into_result()?;
    println!("listening on port {}", server.port);
    Ok(())
}
