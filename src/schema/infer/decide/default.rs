//! Which value is used when none is set?

use std::path::Path;

use super::evidence::is_literal;
use super::secret::{gives_away, looks_random};
use super::{Evidence, Type};
use crate::schema::definition::Constraints;
use crate::schema::infer::Place;
use crate::schema::placeholder::{self, Placeholder};
use crate::schema::types;
use crate::secret::Secret;

/// Longest default that is taken over.
const MAX_LENGTH: usize = 200;

/// Answers the question for a variable that is not secret: what the code falls back to, else what an example says,
/// if it is of the type.
pub(super) fn decide(evidence: &Evidence, value_type: &Type) -> Option<String> {
    candidates(evidence).find(|value| is_fit(value, value_type)).map(str::to_owned)
}

fn candidates(evidence: &Evidence) -> impl Iterator<Item = &str> {
    let fallbacks = evidence.sightings.iter().filter_map(|sighting| sighting.default.as_ref());
    let examples = evidence
        .sightings
        .iter()
        .filter(|sighting| {
            matches!(
                sighting.place,
                Place::EnvFile
                    | Place::GuideBlock
                    | Place::GuideTable
                    | Place::Dockerfile
                    | Place::ComposeEnvironment
                    | Place::Kubernetes
            )
        })
        // The example in a table of a variable that must be set is no value for everybody.
        .filter(|sighting| sighting.place != Place::GuideTable || sighting.required != Some(true))
        .filter(|sighting| {
            sighting.place != Place::EnvFile
                || is_example(&sighting.file)
                || is_plain(sighting.value.as_ref())
        })
        .filter_map(|sighting| sighting.value.as_ref());
    fallbacks.chain(examples).map(Secret::expose)
}

/// Whether a value may stand in a schema, which everybody reads, and is one.
fn is_fit(value: &str, value_type: &Type) -> bool {
    let constraints = Constraints {
        values: (!value_type.values.is_empty()).then(|| value_type.values.clone()),
        of: value_type.of.map(str::to_owned),
        sep: value_type.separator.map(str::to_owned),
        ..Constraints::default()
    };
    !value.is_empty()
        && value.len() <= MAX_LENGTH
        && !value.contains(char::is_control)
        && is_literal(value)
        && placeholder::classify(value) == Placeholder::No
        && !gives_away(value)
        && !looks_random(value)
        && types::by_name(value_type.name).is_some_and(|known| known.check(value, &constraints).is_ok())
}

/// Whether the name of a file says that its values are examples, and not somebody's.
fn is_example(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    ["example", "sample", "template", "tmpl", "dist", "default", "schema", "docker"]
        .iter()
        .any(|word| name.contains(word))
}

/// Whether a value of a real env file shows nothing of its owner: a switch, a number, a short word.
fn is_plain(value: Option<&Secret>) -> bool {
    value.map(Secret::expose).is_some_and(|value| {
        matches!(
            value.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "localhost"
        ) || value.len() <= 8 && value.starts_with(|first: char| first.is_ascii_digit())
            || value.len() <= 12 && value.bytes().all(|byte| byte.is_ascii_alphabetic())
    })
}

/// What a person should know of a default that was not taken.
pub(super) fn doubt(evidence: &Evidence, secret: bool, default: Option<&str>) -> Option<&'static str> {
    let differ = {
        let mut values: Vec<&str> = evidence.values().collect();
        values.sort_unstable();
        values.dedup();
        values.len() > 1
    };
    (!secret && default.is_some() && differ).then_some("other places give other values")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::infer::Sighting;

    fn default(file: &str, value: &str, value_type: &'static str) -> Option<String> {
        let mut sighting = Sighting::new("A", file, 1, Place::EnvFile);
        sighting.value = Some(Secret::new(value));
        decide(&Evidence::new("A".to_owned(), vec![sighting]), &Type::plain(value_type))
    }

    #[test]
    fn an_example_says_what_is_usual() {
        assert_eq!(default(".env.example", "INFO", "string").as_deref(), Some("INFO"));
        assert_eq!(default(".env.example", "nine", "int"), None);
        assert_eq!(default(".env.example", "", "string"), None);
    }

    #[test]
    fn placeholders_references_and_secrets_are_no_defaults() {
        for value in [
            "changeme",
            "smtp.example.com",
            "${OTHER}",
            "sk-proj-8Kq2WxVn5RtYb7LmZc4JdPs9",
            "https://a:b@c.io",
        ] {
            assert_eq!(default(".env.example", value, "string"), None, "{value}");
        }
    }

    #[test]
    fn a_real_env_file_gives_only_what_shows_nothing_of_its_owner() {
        assert_eq!(default(".env", "true", "bool").as_deref(), Some("true"));
        assert_eq!(default(".env", "5432", "port").as_deref(), Some("5432"));
        assert_eq!(default(".env", "db7.internal.acme.io", "host"), None);
        assert_eq!(default(".env.production", "hunter2", "string"), None);
    }
}
