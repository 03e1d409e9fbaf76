use settings_core::reference::ServerSettings;
use settings_core::resolve::{Environment, Layers, resolve};
use std::process::ExitCode;
fn serve(settings: ServerSettings) -> ExitCode { ExitCode::SUCCESS }
