//! What is said about a schema, and the JSON Schemas for editors.

use std::fs;
use std::path::Path;

use envward::json_schema;

use crate::support::Sandbox;

/// `RENEW_JSON_SCHEMAS=1 cargo test --test cli json_schemas` writes the files.
#[test]
fn the_json_schemas_are_current() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (name, current) in json_schema::files() {
        let path = directory.join(name);
        if std::env::var_os("RENEW_JSON_SCHEMAS").is_some() {
            fs::write(&path, &current).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == current,
            "schemas/{name} is not current; run: RENEW_JSON_SCHEMAS=1 cargo test --test cli json_schemas"
        );
    }
}

#[test]
fn every_field_of_a_variable_is_known_to_editors() {
    for (name, text) in json_schema::files() {
        let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
        let variable = &schema["definitions"]["VariableDefinition"];
        let fields = variable["properties"].as_object().unwrap();
        for field in
            ["description", "type", "min_length", "generate", "rotate", "default", "secret", "source"]
        {
            assert!(fields.contains_key(field), "{name}: {field}");
        }
        assert_eq!(variable["additionalProperties"], false, "{name}");
        assert!(
            fields["type"]["enum"].as_array().unwrap().iter().any(|word| word == "postgres-url"),
            "{name}"
        );
        assert!(!text.contains("null"), "{name}");
    }
}

#[test]
fn a_schema_that_cannot_be_used_ends_with_3_and_every_fault() {
    let sandbox = Sandbox::new();
    sandbox.write(".env", "A=1\n");
    sandbox.write(
        "app.toml",
        "[vars.A]\ntype = 'hunter2'\n\n[vars.DB_PORT]\ntype = 'prot'\n\n[vars.1B]\n\n[vars.URL]\ntemplate = 'http://${HOST'\n",
    );
    let run = sandbox.envward("check .env --schema app.toml").code(3);
    assert_eq!(run.stdout, "");
    assert_eq!(
        run.stderr,
        "error: app.toml:2:1: \"A\" has an unknown type\n\
         app.toml:5:1: \"DB_PORT\" has an unknown type\n  \
           help: did you mean \"port\"?\n\
         app.toml:7:7: \"1B\" is not a name for a variable\n  \
           help: use letters, digits and _, and do not begin with a digit\n\
         app.toml:10:1: \"URL\" has a template that has a $ at character 8 that is neither ${NAME} nor $$\n"
    );
}

#[test]
fn check_holds_a_schema_to_its_own_types() {
    let sandbox = Sandbox::new();
    sandbox.write(".env", "A=1\n");
    sandbox.write("app.toml", "[vars.A]\ntype = 'int'\ndefault = 'hunter2'\n");
    let run = sandbox.envward("check .env --schema app.toml").code(3);
    assert!(run.stderr.starts_with("error: app.toml:1:1: \"A\" has a default that is not a whole number\n"));
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
}
