//! The schemas that come with envward: each loads, is complete, and agrees with itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use envward::generate::generate;
use envward::rng::Rng;
use envward::schema::{Default, Required, Schema, Source, Variable, builtin, load};
use jiff::Timestamp;

/// One per deployment guide; the others are the fragments they are made of.
pub const SYSTEMS: &[&str] = &["bug-dedup", "flagwise", "aigov", "simplr", "sentiment-analyzer"];

#[track_caller]
fn builtin_schema(name: &str) -> Schema {
    match load(&Source::Builtin(name.to_owned())) {
        Ok(schema) => schema,
        Err(error) => panic!("builtin:{name}: {error}"),
    }
}

fn every_variable(check: impl Fn(&str, &Variable)) {
    for builtin in builtin::ALL {
        for variable in builtin_schema(builtin.name).vars.values() {
            check(builtin.name, variable);
        }
    }
}

fn defaults(variable: &Variable) -> Vec<&str> {
    match &variable.default {
        None => Vec::new(),
        Some(Default::Same(value)) => vec![value],
        Some(Default::PerEnvironment(values)) => values.values().map(String::as_str).collect(),
    }
}

#[test]
fn every_schema_file_is_built_in_and_loads() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let files: BTreeSet<String> = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .collect();
    let built_in: BTreeSet<String> = builtin::ALL.iter().map(|builtin| builtin.name.to_owned()).collect();
    assert_eq!(files, built_in);
    for builtin in builtin::ALL {
        assert_eq!(builtin_schema(builtin.name).name, builtin.name);
    }
}

#[test]
fn a_schema_loads_from_its_file_as_it_does_when_built_in() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for name in SYSTEMS {
        let source = Source::File { path: root.join(format!("{name}.toml")), root: root.clone() };
        let from_file = load(&source).unwrap_or_else(|error| panic!("{name}: {error}"));
        let built_in = builtin_schema(name);
        assert!(from_file.vars.keys().eq(built_in.vars.keys()), "{name}");
        assert_eq!(from_file.rules.len(), built_in.rules.len(), "{name}");
    }
}

#[test]
fn variables_keep_the_order_of_the_file() {
    let schema = builtin_schema("postgres");
    let names: Vec<&str> = schema.vars.keys().map(String::as_str).collect();
    assert_eq!(names, ["DATABASE_URL", "POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"]);
}

#[test]
fn each_system_covers_exactly_the_variables_of_its_guide() {
    for name in SYSTEMS {
        let path = format!("{}/tests/fixtures/guides/{name}.names", env!("CARGO_MANIFEST_DIR"));
        let listed = fs::read_to_string(path).unwrap();
        let listed: BTreeSet<&str> = listed.lines().collect();
        let schema = builtin_schema(name);
        let covered: BTreeSet<&str> = schema.vars.keys().map(String::as_str).collect();
        assert_eq!(covered, listed, "{name}");
    }
}

#[test]
fn every_variable_is_described_and_has_a_group() {
    every_variable(|schema, variable| {
        // What a fragment leaves open, the systems that extend it must give.
        if SYSTEMS.contains(&schema) {
            assert!(variable.description.is_some(), "{schema}: {}", variable.name);
            assert!(variable.group.is_some(), "{schema}: {}", variable.name);
        }
    });
}

#[test]
fn variables_of_other_containers_are_optional() {
    // The two that stand for a literal password of the guide are asked for while they are used.
    let conditional = ["POSTGRES_PASSWORD", "GF_SECURITY_ADMIN_PASSWORD"];
    every_variable(|schema, variable| {
        if variable.group.as_deref().is_some_and(|group| group.starts_with("service:")) {
            let optional = match variable.required {
                Required::Never => true,
                Required::When(_) => conditional.contains(&variable.name.as_str()),
                Required::Always => false,
            };
            assert!(optional, "{schema}: {}", variable.name);
        }
    });
}

#[test]
fn every_default_and_example_is_accepted_by_its_own_variable() {
    every_variable(|schema, variable| {
        for value in defaults(variable).into_iter().chain(variable.example.as_deref()) {
            if let Err(mismatch) = variable.value_type.check(value, &variable.constraints) {
                panic!("{schema}: {} {}", variable.name, mismatch.message);
            }
        }
    });
}

#[test]
fn every_generated_value_is_accepted_by_its_own_variable() {
    let mut rng = Rng::test_only_seeded(7);
    for builtin in builtin::ALL {
        for variable in builtin_schema(builtin.name).vars.values() {
            let Some(recipe) = &variable.generate else { continue };
            let value = generate(recipe, &mut rng, Timestamp::UNIX_EPOCH).unwrap();
            if let Err(mismatch) = variable.value_type.check(value.expose(), &variable.constraints) {
                panic!("{}: {} {}", builtin.name, variable.name, mismatch.message);
            }
        }
    }
}

#[test]
fn what_has_a_default_for_everyone_to_read_is_no_secret() {
    every_variable(|schema, variable| {
        let address = variable.value_type.name().ends_with("-url");
        let harmless = address || defaults(variable).is_empty() || !variable.secret;
        assert!(harmless, "{schema}: {}", variable.name);
    });
}

#[test]
fn every_rule_of_a_system_names_the_heading_it_comes_from() {
    for system in SYSTEMS {
        for rule in builtin_schema(system).rules {
            let of_guide = rule.origin.file.ends_with(format!("builtin:{system}"));
            assert!(!rule.message.is_empty(), "{system}");
            assert!(!of_guide || rule.reference.is_some(), "{system}: {}", rule.message);
        }
    }
}

#[test]
fn every_rotation_class_that_is_named_is_defined() {
    for builtin in builtin::ALL {
        let schema = builtin_schema(builtin.name);
        for variable in schema.vars.values() {
            if let Some(class) = variable.rotate.as_ref().and_then(|rotate| rotate.class.as_ref()) {
                assert!(schema.classes.contains_key(class), "{}: {}", builtin.name, variable.name);
            }
        }
    }
}

#[test]
fn the_deadlines_of_the_guides_are_kept() {
    let schema = builtin_schema("bug-dedup");
    for name in ["JIRA_API_TOKEN", "TP_API_KEY"] {
        let class = schema.vars[name].rotate.as_ref().unwrap().class.as_deref().unwrap();
        let class = &schema.classes[class];
        assert_eq!((class.every.as_deref(), class.warn.as_deref()), (Some("90d"), Some("7d")), "{name}");
    }
    let key = schema.vars["INTEGRATION_API_KEY"].rotate.as_ref().unwrap();
    assert_eq!((key.every.as_deref(), key.warn.as_deref()), (Some("365d"), Some("7d")));
}
