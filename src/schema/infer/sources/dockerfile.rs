//! Dockerfiles: what `ENV` sets, the image's own default for it, and what `CMD`, `ENTRYPOINT` and `ENV` refer to.
//!
//! `ARG` alone is none: it is given when the image is built, not when it runs. What serves the building of an image
//! ([`OF_THE_IMAGE`]) and what the platform sets are passed over.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::code::platform;
use super::references::{Reference, references};
use super::{Source, file_name};
use crate::dotenv::is_name;
use crate::schema::infer::{Place, Sighting};
use crate::secret::Secret;

/// Dockerfiles.
pub struct Dockerfile;

/// How the names begin that package managers, compilers and base images take when an image is built.
const OF_THE_IMAGE: &[&str] = &[
    "APT_",
    "BUNDLE_",
    "BUN_INSTALL",
    "COMPOSER_",
    "COREPACK_",
    "DEBIAN_FRONTEND",
    "DOTNET_",
    "GEM_",
    "GOCACHE",
    "GOMODCACHE",
    "GOPROXY",
    "GOTOOLCHAIN",
    "LD_",
    "NEXT_TELEMETRY",
    "NODE_VERSION",
    "NPM_CONFIG",
    "NUGET_",
    "PIP_",
    "PIPENV_",
    "PNPM_",
    "POETRY_",
    "PYTHONFAULT",
    "PYTHONHASHSEED",
    "PYTHONIOENCODING",
    "PYTHON_VERSION",
    "RUBY_VERSION",
    "RUSTUP_",
    "S6_",
    "TURBO_",
    "UV_",
    "YARN_",
];

impl Source for Dockerfile {
    fn name(&self) -> &'static str {
        "Dockerfile"
    }

    fn reads(&self, path: &Path, _head: &str) -> bool {
        let name = file_name(path);
        let is_other = [".dockerignore", ".md", ".txt"].iter().any(|end| name.ends_with(end));
        let named = ["dockerfile", "containerfile"].iter().any(|kind| {
            name == *kind || name.starts_with(&format!("{kind}.")) || name.ends_with(&format!(".{kind}"))
        });
        named && !is_other
    }

    fn sightings(&self, file: &Path, text: &str) -> Vec<Sighting> {
        let mut stage = Stage { file, arguments: HashMap::new(), set: HashSet::new(), sightings: Vec::new() };
        for (line, instruction) in instructions(text) {
            let (word, rest) = instruction.split_once(char::is_whitespace).unwrap_or((&instruction, ""));
            match word.to_ascii_uppercase().as_str() {
                "ARG" => stage.argument(rest),
                "ENV" => stage.env(rest, line),
                "CMD" | "ENTRYPOINT" => stage.refer(rest, line),
                _ => {}
            }
        }
        stage.sightings
    }
}

struct Stage<'a> {
    file: &'a Path,
    /// Build arguments and their defaults.
    arguments: HashMap<String, Option<String>>,
    /// What `ENV` has set so far.
    set: HashSet<String>,
    sightings: Vec<Sighting>,
}

impl Stage<'_> {
    fn argument(&mut self, rest: &str) {
        for (name, value) in pairs(rest, true) {
            self.arguments.insert(name, value);
        }
    }

    fn env(&mut self, rest: &str, line: u32) {
        for (name, value) in pairs(rest, false) {
            let value = value.unwrap_or_default();
            let refers = references(&value);
            // `ENV X=$X` and `ENV X=${Y:-y}`: the argument's default is the value.
            let whole = refers.first().filter(|first| refers.len() == 1 && is_whole(first.name, &value));
            let default = match whole {
                Some(reference) => {
                    self.arguments.get(reference.name).cloned().flatten().or(plain(reference.default))
                }
                None => refers.is_empty().then(|| value.clone()),
            };
            for reference in &refers {
                if reference.name != name {
                    self.reference(reference, line);
                }
            }
            if !is_images(&name) {
                self.see(&name, line, default, Some(false));
            }
            self.set.insert(name);
        }
    }

    fn refer(&mut self, rest: &str, line: u32) {
        for reference in references(rest) {
            self.reference(&reference, line);
        }
    }

    /// What is neither an argument nor set by the image comes from whoever starts it.
    fn reference(&mut self, reference: &Reference<'_>, line: u32) {
        let is_local = self.arguments.contains_key(reference.name) || self.set.contains(reference.name);
        if !is_local
            && !is_images(reference.name)
            && reference.name.bytes().any(|byte| byte.is_ascii_uppercase())
        {
            self.see(reference.name, line, plain(reference.default), reference.required);
        }
    }

    fn see(&mut self, name: &str, line: u32, default: Option<String>, required: Option<bool>) {
        let default = default.map(Secret::new);
        self.sightings.push(Sighting {
            default,
            required,
            ..Sighting::new(name, self.file, line, Place::Dockerfile)
        });
    }
}

/// Whether a value is a reference and nothing else.
fn is_whole(name: &str, value: &str) -> bool {
    let after = value.strip_prefix('$').unwrap_or_default();
    after == name || after.starts_with('{') && after.ends_with('}')
}

/// A default, if it is not made of another variable.
fn plain(default: Option<&str>) -> Option<String> {
    default.filter(|default| !default.contains('$')).map(str::to_owned)
}

fn is_images(name: &str) -> bool {
    // That it is set in the image tells more than that a tool could set it.
    name != "NODE_ENV" && platform::sets(name)
        || OF_THE_IMAGE.iter().any(|beginning| name.starts_with(beginning))
}

/// The instructions with the lines on which they begin: continued lines joined, comments and here-documents left out.
fn instructions(text: &str) -> Vec<(u32, String)> {
    let mut instructions = Vec::new();
    let mut open: Option<(u32, String)> = None;
    let mut until: Option<String> = None;
    for (number, line) in (1_u32..).zip(text.lines()) {
        if let Some(end) = &until {
            if line.trim() == end {
                until = None;
            }
            continue;
        }
        let trimmed = line.trim();
        if trimmed.starts_with('#') || trimmed.is_empty() {
            continue;
        }
        let (start, mut whole) = open.take().unwrap_or((number, String::new()));
        let continued = trimmed.strip_suffix('\\');
        whole.push_str(continued.unwrap_or(trimmed));
        if continued.is_some() {
            whole.push(' ');
            open = Some((start, whole));
            continue;
        }
        until = here_document(&whole);
        instructions.push((start, whole));
    }
    instructions.extend(open);
    instructions
}

/// The line that ends the here-document which `RUN <<EOF` begins.
fn here_document(instruction: &str) -> Option<String> {
    let (before, after) = instruction.split_once("<<")?;
    let is_run =
        ["RUN", "COPY", "ADD"].iter().any(|word| before.trim_start().to_ascii_uppercase().starts_with(word));
    let name: String = after
        .trim_start_matches(['-', '"', '\''])
        .chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect();
    (is_run && !name.is_empty()).then_some(name)
}

/// `A=1 B="two words"`, or the older `A two words`, which `ARG` does not have.
fn pairs(rest: &str, of_argument: bool) -> Vec<(String, Option<String>)> {
    let rest = rest.trim();
    let first = rest.split(char::is_whitespace).next().unwrap_or_default();
    if !first.contains('=') && !of_argument {
        let value = rest[first.len()..].trim();
        return if is_name(first) { vec![(first.to_owned(), Some(value.to_owned()))] } else { Vec::new() };
    }
    let mut pairs = Vec::new();
    for word in words(rest) {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        if is_name(name) {
            pairs.push((name.to_owned(), value));
        }
    }
    pairs
}

/// Words as a shell splits them, without their quotes.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\\', None | Some('"')) => word.extend(characters.next()),
            (mark, Some(open)) if mark == open => quote = None,
            ('"' | '\'', None) => quote = Some(character),
            (blank, None) if blank.is_whitespace() => words.push(std::mem::take(&mut word)),
            _ => word.push(character),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let shown = |sighting: Sighting| {
            let default =
                sighting.default.map(|default| format!(" = {}", default.expose())).unwrap_or_default();
            let required = if sighting.required == Some(true) { " required" } else { "" };
            format!("{} {}{default}{required}", sighting.line, sighting.name)
        };
        Dockerfile.sightings(Path::new("Dockerfile"), text).into_iter().map(shown).collect()
    }

    #[test]
    fn what_the_image_sets_has_a_default_and_what_it_refers_to_comes_from_outside() {
        let text = "FROM node:22\n\
                    ARG VERSION\n\
                    ARG API_URL=https://api.example.com\n\
                    ENV API_URL=$API_URL LOG_LEVEL=\"info\" \\\n    \
                        # a comment\n    \
                        RELEASE=${VERSION}\n\
                    ENV GREETING hello world\n\
                    ENV PATH=/app/bin:$PATH PIP_NO_CACHE_DIR=1 NODE_ENV=production\n\
                    RUN <<EOF\n\
                    ENV INNER=1\n\
                    EOF\n\
                    RUN echo $BUILD_ONLY\n\
                    ENTRYPOINT [\"sh\", \"-c\", \"run --port ${PORT:-8080} --key ${KEY:?} --level $LOG_LEVEL\"]\n\
                    CMD serve $WORKERS\n";
        assert_eq!(
            found(text),
            [
                "4 API_URL = https://api.example.com",
                "4 LOG_LEVEL = info",
                "4 RELEASE",
                "7 GREETING = hello world",
                "8 NODE_ENV = production",
                "13 PORT = 8080",
                "13 KEY required",
                "14 WORKERS",
            ]
        );
    }

    #[test]
    fn files_are_known_by_their_names() {
        let reads = |path: &str| Dockerfile.reads(Path::new(path), "");
        assert!(reads("Dockerfile") && reads("docker/Dockerfile.prod") && reads("api.dockerfile"));
        assert!(!reads("Dockerfile.md") && !reads(".dockerignore") && !reads("dockerfiles.py"));
    }
}
