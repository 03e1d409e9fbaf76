//! A worker whose build script writes its reference: see `build.rs` and the folder `reference`.

mod settings;

use settings::Worker;
use settings_core::resolve::{Environment, Layers, resolve};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let layers = Layers::new().environment(Environment::from_process());
    let worker = resolve::<Worker>(layers).into_result()?;
    let login = if worker.queue.password.is_empty() { "without a login" } else { "with a login" };
    println!("taking jobs from {} {login}, {} s each", worker.queue.host, worker.queue.job_timeout.as_secs());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Resolves like the program does, but with the values of the test alone.
    fn worker(json: &str, variables: &[(&str, &str)]) -> Result<Worker, settings_core::resolve::Report> {
        let environment = variables.iter().copied().collect::<Environment>();
        resolve::<Worker>(Layers::new().file("test.json", json).environment(environment)).into_result()
    }

    #[test]
    fn a_variable_overrides_the_file() -> Result<(), settings_core::resolve::Report> {
        let worker = worker(r#"{"Queue": {"Host": "a"}}"#, &[("WORKER_QUEUE_HOST", "b")])?;
        assert_eq!(worker.queue.host, "b");
        assert_eq!(worker.queue.job_timeout.as_secs(), 60);
        Ok(())
    }

    #[test]
    fn a_timeout_of_a_day_is_refused() {
        let report = worker("{}", &[("WORKER_QUEUE_JOBTIMEOUT", "1d")]).err();
        assert!(report.is_some_and(|report| report.to_string().contains("WORKER_QUEUE_JOBTIMEOUT")));
    }

    #[test]
    fn one_field_differs_from_the_defaults() {
        let queue = settings::QueueSettings { host: "c".to_owned(), ..Default::default() };
        assert_eq!(queue.job_timeout.as_secs(), 60);
    }
}
