//! Compose files: what they fill in from the environment (`${VAR:-default}`), and what they give their containers.
//!
//! A variable with a fixed value in a container that is not built here is that container's own; it goes under
//! `service:NAME`.

mod comments;

use std::path::Path;

use super::references::references;
use super::{Source, extension, file_name};
use crate::dotenv;
use crate::forms::yaml::{self, Node};
use crate::schema::infer::{Place, Sighting};
use crate::secret::Secret;

/// Compose files.
pub struct Compose;

impl Source for Compose {
    fn name(&self) -> &'static str {
        "compose file"
    }

    fn reads(&self, path: &Path, head: &str) -> bool {
        let is_yaml = matches!(extension(path).as_str(), "yml" | "yaml");
        let has = |key: &str| head.lines().any(|line| line.trim_start().starts_with(key));
        is_yaml
            && (file_name(path).contains("compose")
                || head.lines().any(|line| line.starts_with("services:")) && (has("image:") || has("build:")))
    }

    fn sightings(&self, file: &Path, text: &str) -> Vec<Sighting> {
        let lines: Vec<&str> = text.lines().collect();
        let mut found = of_references(file, &lines);
        // A fragment or a template may be no YAML; its references stand there all the same.
        for document in yaml::parse(text).unwrap_or_default() {
            of_containers(file, &document, None, &mut found);
        }
        found.extend(comments::switched_off(file, &lines));
        found.sort_by_key(|sighting| sighting.line);
        for sighting in &mut found {
            comments::describe(sighting, &lines);
        }
        found
    }

    fn env_files(&self, text: &str) -> Vec<String> {
        let documents = yaml::parse(text).unwrap_or_default();
        let services = documents.iter().filter_map(|document| document.get("services"));
        let named = services.flat_map(Node::entries).filter_map(|(_, service)| service.get("env_file"));
        let mut files: Vec<String> = named.flat_map(paths).collect();
        files.sort();
        files.dedup();
        files
    }

    fn problem(&self, text: &str) -> Option<String> {
        let error = yaml::parse(text).err()?;
        Some(format!("is not valid YAML ({error}): only what it fills in was found"))
    }
}

/// One path, several, or several with options.
fn paths(node: &Node) -> Vec<String> {
    let text = |node: &Node| node.text().map(|text| text.expose().to_owned());
    let of_item = |item: &Node| text(item).or_else(|| item.get("path").and_then(text));
    node.items().iter().filter_map(of_item).chain(text(node)).collect()
}

/// What is filled in, anywhere in the file but in comments.
fn of_references(file: &Path, lines: &[&str]) -> Vec<Sighting> {
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let code = code_of(line);
        for reference in references(code) {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let mut sighting = Sighting::new(reference.name, file, number, Place::ComposeReference);
            sighting.default = reference.default.filter(|default| !default.is_empty()).map(Secret::new);
            sighting.required = reference.required;
            found.push(sighting);
        }
    }
    found
}

/// A line without the comment at its end.
fn code_of(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.find(" #").map_or(line, |comment| &line[..comment])
}

/// What containers are given, wherever `environment` stands: also in fragments of guides and in anchors.
fn of_containers(file: &Path, node: &Node, service: Option<(&str, bool)>, found: &mut Vec<Sighting>) {
    for (key, value) in node.entries() {
        match key {
            "environment" => environment(file, value, service, found),
            "services" => {
                for (name, service) in value.entries() {
                    of_containers(file, service, Some((name, service.get("build").is_some())), found);
                }
            }
            _ => of_containers(file, value, service, found),
        }
    }
    for item in node.items() {
        of_containers(file, item, service, found);
    }
}

fn environment(file: &Path, node: &Node, service: Option<(&str, bool)>, found: &mut Vec<Sighting>) {
    for (name, value) in node.entries() {
        let text = value.text().filter(|_| !value.is_null());
        add(file, name, text.map(Secret::expose), value.line, service, found);
    }
    for item in node.items() {
        let Some(text) = item.text().map(Secret::expose) else { continue };
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        add(file, name, value, item.line, service, found);
    }
}

fn add(
    file: &Path,
    name: &str,
    value: Option<&str>,
    line: u32,
    service: Option<(&str, bool)>,
    found: &mut Vec<Sighting>,
) {
    if !dotenv::is_name(name) {
        return;
    }
    // Without a value, or with the value of the same name, it comes from outside.
    let refers = value.is_some_and(|value| references(value).iter().any(|reference| reference.name == name));
    let (place, value) = if value.is_none() || refers {
        (Place::ComposeReference, None)
    } else {
        (Place::ComposeEnvironment, value)
    };
    let mut sighting = Sighting::new(name, file, line, place);
    sighting.value = value.map(Secret::new);
    if place == Place::ComposeEnvironment {
        sighting.group = service.filter(|(_, is_built)| !is_built).map(|(name, _)| format!("service:{name}"));
    }
    found.push(sighting);
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
x-env: &env
  SHARED: ${SHARED:-yes}
services:
  web:
    build: .
    image: acme/web:${VERSION:-latest}
    environment:
      <<: *env
      # The key that signs sessions
      SECRET_KEY: ${SECRET_KEY:?set it}
      MODE: production
      PASSED:
  db:
    image: postgres:16
    environment:
      - POSTGRES_DB=app
      - POSTGRES_PASSWORD=${DB_PASSWORD}
      - TZ # ${NOT_ME}
    # - ${NOR_ME}
";

    #[test]
    fn references_and_containers_are_told_apart() {
        let found = Compose.sightings(Path::new("compose.yml"), FILE);
        let mut rows: Vec<_> = found
            .iter()
            .map(|sighting| {
                let value = sighting.value.as_ref().or(sighting.default.as_ref()).map_or("-", Secret::expose);
                (
                    sighting.name.as_str(),
                    sighting.line,
                    value,
                    sighting.required,
                    sighting.group.as_deref().unwrap_or("-"),
                )
            })
            .collect();
        rows.dedup();
        assert_eq!(
            rows,
            [
                ("SHARED", 2, "yes", Some(false), "-"),
                ("SHARED", 2, "-", None, "-"),
                ("VERSION", 6, "latest", Some(false), "-"),
                ("SECRET_KEY", 10, "-", Some(true), "-"),
                ("SECRET_KEY", 10, "-", None, "-"),
                ("MODE", 11, "production", None, "-"),
                ("PASSED", 12, "-", None, "-"),
                ("POSTGRES_DB", 16, "app", None, "service:db"),
                ("DB_PASSWORD", 17, "-", None, "-"),
                ("POSTGRES_PASSWORD", 17, "${DB_PASSWORD}", None, "service:db"),
                ("TZ", 18, "-", None, "-"),
            ]
        );
        let described = found
            .iter()
            .find(|sighting| sighting.name == "SECRET_KEY")
            .and_then(|sighting| sighting.description.as_deref());
        assert_eq!(described, Some("The key that signs sessions"));
    }

    #[test]
    fn what_is_no_yaml_still_has_references() {
        let found = Compose.sightings(Path::new("compose.yml"), "services:\n  a: [\n   image: ${TAG}\n");
        assert_eq!(found.iter().map(|sighting| sighting.name.as_str()).collect::<Vec<_>>(), ["TAG"]);
    }

    #[test]
    fn only_compose_files_are_read() {
        let text = "services:\n  a:\n    image: b\n";
        assert!(Compose.reads(Path::new("deploy/stack.yaml"), text));
        assert!(Compose.reads(Path::new("docker-compose.prod.yml"), "version: '3'\n"));
        assert!(!Compose.reads(Path::new("values.yaml"), "image: b\n"));
        assert!(!Compose.reads(Path::new("compose.md"), text));
    }
}
