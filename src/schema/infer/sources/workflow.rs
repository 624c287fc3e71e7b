//! GitHub workflows: `env` of the workflow, of jobs and of steps, `${{ secrets.X }}`, which are secret, and
//! `${{ vars.X }}`, which are not. `GITHUB_TOKEN` and what the runner sets itself are passed over.

use std::collections::HashSet;
use std::path::{Component, Path};

use super::code::platform;
use super::{Source, file_name};
use crate::dotenv::is_name;
use crate::forms::yaml::{self, Kind, Node};
use crate::schema::infer::{Place, Sighting};
use crate::secret::Secret;

/// GitHub workflows and composite actions.
pub struct Workflow;

impl Source for Workflow {
    fn name(&self) -> &'static str {
        "GitHub workflow"
    }

    fn reads(&self, path: &Path, _head: &str) -> bool {
        let name = file_name(path);
        let is_yaml = [".yml", ".yaml"].iter().any(|end| name.ends_with(end));
        let parents: Vec<_> =
            path.parent().into_iter().flat_map(Path::components).map(Component::as_os_str).collect();
        let in_workflows = parents.ends_with(&[".github".as_ref(), "workflows".as_ref()]);
        let is_action = matches!(name.as_str(), "action.yml" | "action.yaml");
        is_yaml && (in_workflows || is_action)
    }

    fn sightings(&self, file: &Path, text: &str) -> Vec<Sighting> {
        // A workflow that is not valid YAML runs nowhere.
        let Ok(documents) = yaml::parse(text) else { return Vec::new() };
        let mut reading = Reading { file, seen: HashSet::new(), sightings: Vec::new() };
        for document in &documents {
            reading.node(document, None, None);
        }
        let mut sightings = reading.sightings;
        sightings.sort_by_key(|sighting| sighting.line);
        sightings
    }
}

struct Reading<'a> {
    file: &'a Path,
    seen: HashSet<(String, u32)>,
    sightings: Vec<Sighting>,
}

impl Reading<'_> {
    /// Looks through a node that stands under a key; the second is the name of a service container.
    fn node(&mut self, node: &Node, key: Option<&str>, service: Option<&str>) {
        match &node.kind {
            Kind::Scalar { text, .. } => self.expressions(text.expose(), node.line),
            Kind::Sequence(items) => items.iter().for_each(|item| self.node(item, None, service)),
            Kind::Mapping(_) if key == Some("env") => {
                for (name, value) in node.entries() {
                    self.variable(name, value, service);
                }
            }
            Kind::Mapping(_) => {
                let of_services = key == Some("services");
                for (name, value) in node.entries() {
                    self.node(value, Some(name), if of_services { Some(name) } else { service });
                }
            }
        }
    }

    /// An entry of `env`.
    fn variable(&mut self, name: &str, value: &Node, service: Option<&str>) {
        let Some(text) = value.text().map(Secret::expose) else { return };
        let contexts: Vec<(&str, &str)> = contexts(text).collect();
        let secret = match contexts.as_slice() {
            [] => None,
            found if found.iter().any(|(context, _)| *context == "secrets") => Some(true),
            _ => Some(false),
        };
        // The value of an expression is known to the runner alone.
        let written = (!text.contains("${{") && !value.is_null()).then(|| Secret::new(text));
        self.see(Sighting {
            secret,
            value: written,
            group: service.map(|service| format!("service:{service}")),
            ..Sighting::new(name, self.file, value.line, Place::Workflow)
        });
    }

    /// `${{ secrets.X }}` anywhere else: the runner has it under that name.
    fn expressions(&mut self, text: &str, line: u32) {
        for (context, name) in contexts(text) {
            let secret = Some(context == "secrets");
            self.see(Sighting { secret, ..Sighting::new(name, self.file, line, Place::Workflow) });
        }
    }

    fn see(&mut self, sighting: Sighting) {
        let is_runners = platform::sets(&sighting.name) || sighting.name == "GITHUB_TOKEN";
        if is_name(&sighting.name) && !is_runners && self.seen.insert((sighting.name.clone(), sighting.line))
        {
            self.sightings.push(sighting);
        }
    }
}

/// Every `secrets.X` and `vars.X` inside of `${{ … }}`.
fn contexts(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let expressions =
        text.split("${{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(inside, _)| inside);
    let words = expressions.flat_map(|inside| {
        inside.split(|character: char| !character.is_ascii_alphanumeric() && !"_.-".contains(character))
    });
    words
        .filter_map(|word| word.split_once('.'))
        .filter(|(context, name)| matches!(*context, "secrets" | "vars") && is_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let shown = |sighting: Sighting| {
            let secret = match sighting.secret {
                Some(true) => " secret",
                Some(false) => " not secret",
                None => "",
            };
            let value = sighting.value.map(|value| format!(" {:?}", value.expose())).unwrap_or_default();
            let group = sighting.group.map(|group| format!(" {group}")).unwrap_or_default();
            format!("{} {}{value}{secret}{group}", sighting.line, sighting.name)
        };
        Workflow.sightings(Path::new("ci.yml"), text).into_iter().map(shown).collect()
    }

    #[test]
    fn env_of_each_level_and_the_contexts_are_found() {
        let text = r"on: push
env:
  LOG_LEVEL: debug
jobs:
  test:
    env:
      REGION: ${{ vars.AWS_REGION }}
    services:
      postgres:
        env:
          POSTGRES_PASSWORD: postgres
    steps:
      - uses: docker/login-action@v3
        with:
          password: ${{ secrets.REGISTRY_TOKEN }}
          github: ${{ secrets.GITHUB_TOKEN }}
      - run: deploy ${{ vars.TARGET || 'x' }} ${{ github.sha }}
        env:
          API_KEY: ${{ secrets.PROD_API_KEY }}
          GITHUB_SHA: x
          URL: https://${{ vars.HOST }}/${{ secrets.PATH_KEY }}
";
        assert_eq!(
            found(text),
            [
                "3 LOG_LEVEL \"debug\"",
                "7 REGION not secret",
                "11 POSTGRES_PASSWORD \"postgres\" service:postgres",
                "15 REGISTRY_TOKEN secret",
                "17 TARGET not secret",
                "19 API_KEY secret",
                "21 URL secret",
            ]
        );
    }

    #[test]
    fn only_workflows_are_read() {
        let reads = |path: &str| Workflow.reads(Path::new(path), "");
        assert!(
            reads(".github/workflows/ci.yml") && reads("x/.github/workflows/ci.yaml") && reads("action.yml")
        );
        assert!(!reads("workflows/ci.yml") && !reads(".github/dependabot.yml"));
        assert_eq!(found("a: [\n"), [""; 0]);
    }
}
