//! The configuration of Spring, Micronaut and Quarkus: `${NAME:default}` in `application.yml` and
//! `application.properties`.

use std::path::Path;

use super::code::{java_placeholders, platform};
use super::{Source, file_name};
use crate::schema::infer::{Place, Sighting};
use crate::secret::Secret;

/// `application.yml`, `application-prod.properties`, `bootstrap.yml`.
pub struct Spring;

impl Source for Spring {
    fn name(&self) -> &'static str {
        "Spring configuration"
    }

    fn reads(&self, path: &Path, _head: &str) -> bool {
        let name = file_name(path);
        let Some((stem, extension)) = name.rsplit_once('.') else { return false };
        let known = ["application", "bootstrap"].iter().any(|known| {
            stem.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        });
        known && matches!(extension, "yml" | "yaml" | "properties")
    }

    fn sightings(&self, file: &Path, text: &str) -> Vec<Sighting> {
        let lines = (1_u32..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with('#'));
        let reads = lines.flat_map(|(number, line)| java_placeholders(line, number));
        let reads = reads.filter(|read| !platform::sets(&read.name));
        let sighting = |read: super::code::Read| Sighting {
            default: read.default.map(Secret::new),
            required: read.required,
            ..Sighting::new(read.name, file, read.line, Place::Code("Java"))
        };
        reads.map(sighting).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_and_properties_are_not() {
        let text = "# ${A}\nserver.port=${PORT:8080}\nspring.datasource.url=${DB_URL}\nname=${app.name:x}\n";
        let found: Vec<String> = Spring
            .sightings(Path::new("application.properties"), text)
            .into_iter()
            .map(|found| {
                format!(
                    "{} {} {:?}",
                    found.line,
                    found.name,
                    found.default.map(|default| default.expose().to_owned())
                )
            })
            .collect();
        assert_eq!(found, ["2 PORT Some(\"8080\")", "3 DB_URL None"]);
        let reads = |path: &str| Spring.reads(Path::new(path), "");
        assert!(
            reads("src/main/resources/application-prod.yml")
                && !reads("app.yml")
                && !reads("applications.yml")
        );
    }
}
