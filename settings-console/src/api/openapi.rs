//! The description of the API as OpenAPI 3.1, whose schemas are JSON Schema as `settings schema` writes it.

use settings_core::json_schema::json_schema;
use settings_core::value::json::{Object, Tree};

use crate::app::App;

/// Returns the document. A visitor who may not see every setting gets it without their schema.
pub(super) fn document(app: &App, with_settings: bool) -> Tree {
    let mut schemas = schemas();
    if with_settings {
        schemas.insert("Configuration", json_schema(app.backend.schema()));
    }
    let responses = Object::from([(
        "Problem",
        Object::from([
            ("description", "A problem as RFC 9457 describes it".into()),
            ("content", content("application/problem+json", reference("Problem"))),
        ])
        .into(),
    )]);
    Object::from([
        ("openapi", "3.1.0".into()),
        (
            "info",
            Object::from([
                ("title", app.title.as_str().into()),
                ("version", env!("CARGO_PKG_VERSION").into()),
                (
                    "description",
                    "The settings of a server: their values with origins, and changes as one.".into(),
                ),
            ])
            .into(),
        ),
        ("servers", Tree::Array(vec![Object::from([("url", "..".into())]).into()])),
        ("paths", paths().into()),
        ("components", Object::from([("schemas", schemas.into()), ("responses", responses.into())]).into()),
    ])
    .into()
}

fn paths() -> Object {
    let settings = Object::from([
        (
            "get",
            operation(
                "listSettings",
                "Every setting",
                &[],
                ok(content("application/json", array("Setting"))),
            ),
        ),
        (
            "patch",
            with_body(
                operation(
                    "changeSettings",
                    "Changes settings as one: all of them or none",
                    &[header("If-Match"), query("dry_run", "Checks the change, and writes nothing")],
                    ok(content("application/json", reference("Changed"))),
                ),
                "Change",
                true,
            ),
        ),
    ]);
    let path = |name: &str, description: &str| {
        Object::from([
            ("name", name.into()),
            ("in", "path".into()),
            ("required", true.into()),
            ("description", description.into()),
            ("schema", text()),
        ])
    };
    let get = |id: &str, summary: &str, parameters: &[Object], content: Tree| {
        Tree::from(Object::from([("get", operation(id, summary, parameters, ok(content)))]))
    };
    let any = || content("application/json", Object::from([("type", "object".into())]).into());
    let mut paths = Object::from([
        ("/api/settings", settings.into()),
        (
            "/api/settings/{path}",
            get(
                "getSetting",
                "One setting, by its path or an old name",
                &[path("path", "The path of a setting: the `name` in the list of settings")],
                content("application/json", reference("Setting")),
            ),
        ),
        ("/api/schema", get("getSchema", "The JSON Schema of the settings file", &[], any())),
        (
            "/api/findings",
            get(
                "listFindings",
                "Every mistake of every layer",
                &[],
                content("application/json", array("Finding")),
            ),
        ),
        (
            "/api/history",
            get(
                "listVersions",
                "The versions that are kept, the newest first",
                &[],
                content("application/json", array("Version")),
            ),
        ),
        (
            "/api/history/{version}",
            get(
                "getVersion",
                "One version",
                &[path("version", "The number of a version")],
                content("application/json", reference("Version")),
            ),
        ),
        ("/api/openapi.json", get("getDescription", "This document", &[], any())),
    ]);
    let rollback = operation(
        "restoreVersion",
        "Restores a version of the settings file",
        &[header("If-Match"), query("dry_run", "Checks the change, and writes nothing")],
        ok(content("application/json", reference("Changed"))),
    );
    paths.insert("/api/rollback", Object::from([("post", with_body(rollback, "Rollback", true))]).into());
    #[cfg(feature = "mail")]
    {
        let steps = operation(
            "testMail",
            "Tests the connection to the mail server: one object on each line, as each step ends",
            &[],
            ok(content("application/x-ndjson", reference("Step"))),
        );
        paths.insert("/api/tests/mail", Object::from([("post", with_body(steps, "Test", false))]).into());
    }
    paths
}

fn operation(id: &str, summary: &str, parameters: &[Object], ok: Tree) -> Tree {
    let problem = Object::from([("$ref", "#/components/responses/Problem".into())]);
    Object::from([
        ("operationId", id.into()),
        ("summary", summary.into()),
        ("parameters", parameters.iter().cloned().collect()),
        ("responses", Object::from([("200", ok), ("default", problem.into())]).into()),
    ])
    .into()
}

fn with_body(operation: Tree, schema: &str, is_required: bool) -> Tree {
    let Tree::Object(mut operation) = operation else { return operation };
    let body = Object::from([
        ("required", is_required.into()),
        ("content", content("application/json", reference(schema))),
    ]);
    operation.insert("requestBody", body.into());
    operation.into()
}

fn ok(content: Tree) -> Tree {
    Object::from([("description", "The answer".into()), ("content", content)]).into()
}

fn content(kind: &str, schema: Tree) -> Tree {
    Object::from([(kind, Object::from([("schema", schema)]))].map(|(kind, media)| (kind, Tree::from(media))))
        .into()
}

fn reference(name: &str) -> Tree {
    Object::from([("$ref", format!("#/components/schemas/{name}").into())]).into()
}

fn array(name: &str) -> Tree {
    Object::from([("type", "array".into()), ("items", reference(name))]).into()
}

fn header(name: &str) -> Object {
    Object::from([
        ("name", name.into()),
        ("in", "header".into()),
        ("required", true.into()),
        ("description", "The `ETag` of the settings that the change is made to".into()),
        ("schema", text()),
    ])
}

fn query(name: &str, description: &str) -> Object {
    Object::from([
        ("name", name.into()),
        ("in", "query".into()),
        ("description", description.into()),
        ("allowEmptyValue", true.into()),
        ("schema", text()),
    ])
}

fn text() -> Tree {
    Object::from([("type", "string".into())]).into()
}

/// Returns the schemas of requests and answers.
fn schemas() -> Object {
    let object = |properties: &[(&str, Tree)], required: &[&str]| {
        let properties: Object =
            properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
        Tree::from(Object::from([
            ("type", "object".into()),
            ("properties", properties.into()),
            ("required", required.iter().copied().collect()),
        ]))
    };
    let of = |kind: &str| Tree::from(Object::from([("type", kind.into())]));
    let or_null = |kind: &str| Tree::from(Object::from([("type", [kind, "null"].into())]));
    let any = || Tree::from(Object::new());
    let objects = || Tree::from(Object::from([("type", "array".into()), ("items", of("object"))]));
    let texts = || Tree::from(Object::from([("type", "array".into()), ("items", text())]));
    Object::from([
        (
            "Setting",
            object(
                &[
                    ("name", text()),
                    ("variable", text()),
                    ("value", any()),
                    ("default", any()),
                    ("title", text()),
                    ("kind", text()),
                    ("secret", of("boolean")),
                    ("origin", of("object")),
                    ("overrides", objects()),
                    ("pending_restart", or_null("boolean")),
                    ("writable", of("boolean")),
                ],
                &["name", "value", "default", "kind", "secret", "origin"],
            ),
        ),
        ("Change", object(&[("set", of("object")), ("unset", texts()), ("reason", or_null("string"))], &[])),
        ("Rollback", object(&[("version", of("integer")), ("reason", or_null("string"))], &["version"])),
        (
            "Test",
            object(
                &[
                    ("set", of("object")),
                    ("unset", texts()),
                    ("to", or_null("string")),
                    ("send", of("boolean")),
                ],
                &[],
            ),
        ),
        (
            "Changed",
            object(
                &[
                    ("dry_run", of("boolean")),
                    ("version", or_null("integer")),
                    ("settings", objects()),
                    (
                        "warnings",
                        Object::from([("type", "array".into()), ("items", reference("Finding"))]).into(),
                    ),
                ],
                &["dry_run", "version", "settings", "warnings"],
            ),
        ),
        (
            "Finding",
            object(
                &[
                    ("severity", text()),
                    ("code", text()),
                    ("message", text()),
                    ("setting", or_null("string")),
                    ("help", text()),
                ],
                &["severity", "code", "message"],
            ),
        ),
        (
            "Version",
            object(
                &[
                    ("version", of("integer")),
                    ("time", text()),
                    ("author", or_null("string")),
                    ("reason", or_null("string")),
                    ("restored", or_null("integer")),
                    ("current", of("boolean")),
                    ("settings", any()),
                ],
                &["version", "time", "current"],
            ),
        ),
        (
            "Step",
            object(
                &[
                    ("step", text()),
                    ("status", text()),
                    ("milliseconds", or_null("number")),
                    ("seen", text()),
                    ("hints", texts()),
                    ("healthy", of("boolean")),
                    ("server", text()),
                    ("remark", or_null("string")),
                ],
                &[],
            ),
        ),
        (
            "Problem",
            object(
                &[
                    ("type", text()),
                    ("title", text()),
                    ("status", of("integer")),
                    ("detail", text()),
                    ("code", text()),
                    ("errors", objects()),
                ],
                &["type", "title", "status", "detail"],
            ),
        ),
    ])
}
