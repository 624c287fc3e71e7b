//! Pipelines of GitLab: `variables` of the pipeline and of jobs, and what scripts refer to that nothing in the file
//! sets, which the settings of the project have to hold. What the runner sets or takes for itself is passed over.

use std::collections::HashSet;
use std::path::Path;

use super::code::{is_screaming, platform};
use super::references::references;
use super::shell::{assigned, bound};
use super::{Source, file_name};
use crate::dotenv::is_name;
use crate::forms::yaml::{self, Kind, Node};
use crate::schema::infer::{Place, Sighting, TypeHint};
use crate::secret::Secret;

/// Pipelines of GitLab.
pub struct Gitlab;

/// How the names begin that GitLab, its runner and the images of Docker take or set.
const OF_THE_RUNNER: &[&str] = &[
    "ARTIFACT_",
    "CACHE_",
    "CI_",
    "DOCKER_BUILDKIT",
    "DOCKER_DRIVER",
    "DOCKER_HOST",
    "DOCKER_TLS_",
    "FF_",
    "GET_SOURCES_",
    "GITLAB_",
    "GIT_",
    "KUBERNETES_",
    "SECURE_",
];

impl Source for Gitlab {
    fn name(&self) -> &'static str {
        "GitLab pipeline"
    }

    fn reads(&self, path: &Path, _head: &str) -> bool {
        let name = file_name(path);
        name.ends_with(".gitlab-ci.yml") || name.ends_with(".gitlab-ci.yaml")
    }

    fn sightings(&self, file: &Path, text: &str) -> Vec<Sighting> {
        let Ok(documents) = yaml::parse(text) else { return Vec::new() };
        let mut reading = Reading { file, declared: Vec::new(), referred: Vec::new(), set: HashSet::new() };
        for document in &documents {
            reading.node(document, None);
        }
        reading.sightings()
    }
}

struct Reading<'a> {
    file: &'a Path,
    /// What stands under `variables`.
    declared: Vec<Sighting>,
    /// What is referred to, with the line.
    referred: Vec<(String, u32)>,
    /// What scripts set for themselves.
    set: HashSet<String>,
}

impl Reading<'_> {
    fn node(&mut self, node: &Node, key: Option<&str>) {
        match &node.kind {
            Kind::Scalar { text, .. } => self.text(text.expose(), node.line),
            Kind::Sequence(items) => items.iter().for_each(|item| self.node(item, key)),
            Kind::Mapping(_) => {
                for (name, value) in node.entries() {
                    if key == Some("variables") {
                        self.variable(name, value);
                    }
                    self.node(value, Some(name));
                }
            }
        }
    }

    /// `NAME: value`, or `NAME: {value, description, options}`.
    fn variable(&mut self, name: &str, node: &Node) {
        if !is_name(name) {
            return;
        }
        let field = |name: &str| node.get(name).and_then(Node::text).map(Secret::expose);
        let value = node.text().map(Secret::expose).or_else(|| field("value"));
        let options: Vec<String> = node
            .get("options")
            .map(Node::items)
            .into_iter()
            .flatten()
            .filter_map(|option| option.text().map(|text| text.expose().to_owned()))
            .collect();
        let mut sighting = Sighting::new(name, self.file, node.line, Place::Workflow);
        // The pipeline has a value for it.
        sighting.required = Some(false);
        sighting.default = value.map(Secret::new);
        sighting.description = field("description").map(str::to_owned);
        sighting.type_hint = (options.len() > 1).then_some(TypeHint { name: "enum", values: options });
        self.declared.push(sighting);
    }

    fn text(&mut self, text: &str, line: u32) {
        for (number, line) in (line..).zip(text.lines()) {
            self.set.extend(assigned(line).chain(bound(line)).map(str::to_owned));
            for reference in references(line) {
                self.referred.push((reference.name.to_owned(), number));
            }
        }
    }

    fn sightings(self) -> Vec<Sighting> {
        let declared: HashSet<String> = self.declared.iter().map(|sighting| sighting.name.clone()).collect();
        let is_outside = |name: &str| !declared.contains(name) && !self.set.contains(name);
        let referred = self.referred.iter().filter(|(name, _)| is_outside(name));
        let mut found: Vec<Sighting> = referred
            .map(|(name, line)| Sighting::new(name, self.file, *line, Place::Workflow))
            .chain(self.declared)
            .filter(|sighting| is_of_the_project(&sighting.name))
            .collect();
        found.sort_by_key(|sighting| sighting.line);
        found
    }
}

fn is_of_the_project(name: &str) -> bool {
    is_screaming(name)
        && !platform::sets(name)
        && !OF_THE_RUNNER.iter().any(|beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_project_has_to_set_is_told_from_what_the_pipeline_sets() {
        let text = r#"
variables:
  DOCKER_DRIVER: overlay2
  IMAGE: $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA
  DEPLOY_TO:
    value: staging
    description: Where it goes
    options: [staging, production]
build:
  variables:
    GIT_DEPTH: "1"
    LEVEL: info
  script:
    - docker login -u $REGISTRY_USER -p $REGISTRY_PASSWORD
    - |
      TAG=$(git describe)
      for ITEM in a b; do echo $ITEM ${TAG} $HOME; done
    - deploy --url "https://${HOST_NAME}/x" --to $DEPLOY_TO $lower
"#;
        let found = Gitlab.sightings(Path::new(".gitlab-ci.yml"), text);
        let rows: Vec<_> = found
            .iter()
            .map(|sighting| {
                let default = sighting.default.as_ref().map_or("-", Secret::expose);
                (sighting.name.as_str(), sighting.line, default)
            })
            .collect();
        assert_eq!(
            rows,
            [
                ("IMAGE", 4, "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"),
                ("DEPLOY_TO", 6, "staging"),
                ("LEVEL", 12, "info"),
                ("REGISTRY_USER", 14, "-"),
                ("REGISTRY_PASSWORD", 14, "-"),
                ("HOST_NAME", 18, "-"),
            ]
        );
        assert_eq!(found[1].description.as_deref(), Some("Where it goes"));
        assert_eq!(found[1].type_hint.as_ref().map(|hint| hint.values.len()), Some(2));
    }

    #[test]
    fn only_pipelines_are_read() {
        assert!(
            Gitlab.reads(Path::new(".gitlab-ci.yml"), "")
                && Gitlab.reads(Path::new("a/deploy.gitlab-ci.yml"), "")
        );
        assert!(!Gitlab.reads(Path::new("ci.yml"), ""));
        assert!(Gitlab.sightings(Path::new(".gitlab-ci.yml"), "a: [\n").is_empty());
    }
}
