//! Schemas to and from the crate `schemars`.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::to_text;
use crate::value::json::Tree;
use crate::value::{ByteSize, Json, Secret};

/// Converts a schema of this module to one of `schemars`, to be part of a larger schema.
///
/// ```
/// use settings_core::Settings;
/// use settings_core::json_schema::{json_schema, to_schemars};
///
/// /// A server.
/// #[derive(Settings)]
/// #[settings(env_prefix = "CHAT")]
/// struct Server {
///     /// The port.
///     #[setting(default = 80)]
///     port: u16,
/// }
///
/// let schema = to_schemars(&json_schema(Server::SCHEMA));
/// assert_eq!(schema.pointer("/properties/Port/default"), Some(&80.into()));
/// ```
pub fn to_schemars(schema: &Tree) -> Schema {
    let value = serde_json::from_str::<serde_json::Value>(&to_text(schema)).unwrap_or_default();
    // A schema of this module is always an object.
    Schema::try_from(value).unwrap_or_default()
}

/// Returns the JSON Schema of a type as text, for a setting whose values another library reads
/// ([`Details::json_schema`](crate::schema::Details::json_schema)).
///
/// The schema is written without references, except for types that contain themselves.
pub fn type_schema<T: JsonSchema>() -> String {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    SchemaGenerator::new(settings).into_root_schema_for::<T>().as_value().to_string()
}

impl JsonSchema for ByteSize {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ByteSize".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["integer", "string"], "minimum": 0 })
    }
}

impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "writeOnly": true })
    }
}

impl JsonSchema for Json {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!(true)
    }
}
