//! Shell scripts: variables that must be set (`${X:?}`) or have a default (`${X:-x}`) where a script uses them before it
//! sets them; and what a script writes into an env file. A plain `$X` may be anything, so it does not count.

use std::collections::HashSet;
use std::path::Path;

use super::code::platform;
use super::guide::shell::written;
use super::references::references;
use super::{Source, file_name};
use crate::dotenv::is_name;
use crate::schema::infer::{Place, Sighting};
use crate::secret::Secret;

/// Shell scripts.
pub struct Shell;

impl Source for Shell {
    fn name(&self) -> &'static str {
        "shell script"
    }

    fn reads(&self, path: &Path, head: &str) -> bool {
        let name = file_name(path);
        let by_name = [".sh", ".bash", ".zsh", ".envrc"].iter().any(|end| name.ends_with(end));
        let interpreter = head.lines().next().unwrap_or_default();
        let by_interpreter = interpreter.starts_with("#!")
            && ["sh", "bash", "zsh", "dash"]
                .iter()
                .any(|shell| interpreter.split(['/', ' ']).any(|word| word == *shell));
        (by_name || by_interpreter && !name.contains('.')) && super::code::is_own(path, head)
    }

    fn sightings(&self, file: &Path, text: &str) -> Vec<Sighting> {
        let mut own = HashSet::new();
        let mut sightings = Vec::new();
        for (number, line) in (1_u32..).zip(text.lines()) {
            let code = &without_comment(line).replace("\\$", "");
            own.extend(bound(code).map(str::to_owned));
            for reference in references(code) {
                let says = reference.required.is_some() && !own.contains(reference.name);
                let counts =
                    says && !platform::sets(reference.name) && super::code::is_screaming(reference.name);
                if counts && own.insert(reference.name.to_owned()) {
                    let default =
                        reference.default.map(|default| Secret::new(default.trim_matches(['"', '\''])));
                    let place = Place::Code("shell");
                    let sighting = Sighting::new(reference.name, file, number, place);
                    sightings.push(Sighting { default, required: reference.required, ..sighting });
                }
            }
            own.extend(assigned(code).map(str::to_owned));
        }
        let lines: Vec<&str> = text.lines().collect();
        sightings.extend(written(file, &lines));
        sightings.sort_by_key(|sighting| sighting.line);
        sightings
    }
}

/// A line without the comment behind it.
fn without_comment(line: &str) -> &str {
    let starts = |at: usize| at == 0 || line[..at].ends_with([' ', '\t', ';']);
    let quotes = |at: usize| line[..at].matches(['"', '\'']).count();
    // In quotes it is none; a count that is even tells well enough.
    match line.match_indices('#').find(|(at, _)| starts(*at)) {
        Some((at, _)) if quotes(at).is_multiple_of(2) => &line[..at],
        _ => line,
    }
}

/// The names that a line gives values of its own: `for X in`, `read X`, `local X`.
pub(super) fn bound(line: &str) -> impl Iterator<Item = &str> {
    let pairs = words(line).zip(words(line).skip(1));
    let bound = pairs.filter(|(keyword, _)| matches!(*keyword, "for" | "read" | "local" | "-r" | "select"));
    bound.map(|(_, name)| name).filter(|name| is_name(name))
}

/// The names that a line sets: `X=…`, `export X=…`.
pub(super) fn assigned(line: &str) -> impl Iterator<Item = &str> {
    let assignments = words(line).filter_map(|word| word.split_once('='));
    assignments.map(|(name, _)| name.trim_end_matches('+')).filter(|name| is_name(name))
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split([' ', '\t', ';', '(', '&', '|']).filter(|word| !word.is_empty())
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
        Shell.sightings(Path::new("run.sh"), text).into_iter().map(shown).collect()
    }

    #[test]
    fn only_what_comes_from_outside_counts() {
        let text = "#!/bin/sh\n\
                    : \"${API_KEY:?set it}\"\n\
                    PORT=\"${PORT:-8080}\"\n\
                    echo ${PORT:-1} $OTHER ${local_name:-x} # ${COMMENT:-x}\n\
                    export MODE=fast\n\
                    run ${MODE:-slow} ${LEVEL:=\"info\"}\n\
                    for ITEM in a b; do echo ${ITEM:-x}; done\n\
                    echo ${HOME:-/root} \\${ESCAPED:-x}\n";
        assert_eq!(found(text), ["2 API_KEY required", "3 PORT = 8080", "6 LEVEL = info"]);
    }

    #[test]
    fn what_a_script_puts_into_an_env_file_counts() {
        let text = "#!/bin/sh\n\
                    local db_pass=$(openssl rand -hex 16)\n\
                    cat > .env << EOF\n\
                    DB_PASSWORD=${db_pass}\n\
                    MODE=fast\n\
                    EOF\n\
                    cat > nginx.conf << EOF\n\
                    NOT_ME=1\n\
                    EOF\n\
                    echo \"SECRET_KEY=$(openssl rand -hex 32)\" >> .env\n\
                    kubectl create secret generic app \\\n  --from-literal=API_TOKEN=$(openssl rand -hex 20)\n";
        let found = Shell.sightings(Path::new("run.sh"), text);
        let rows: Vec<_> = found
            .iter()
            .map(|sighting| (sighting.line, sighting.name.as_str(), sighting.recipe.is_some()))
            .collect();
        assert_eq!(
            rows,
            [(4, "DB_PASSWORD", true), (5, "MODE", false), (10, "SECRET_KEY", true), (12, "API_TOKEN", true)]
        );
    }

    #[test]
    fn scripts_are_known_by_name_or_interpreter() {
        assert!(
            Shell.reads(Path::new("run.sh"), "") && Shell.reads(Path::new("run"), "#!/usr/bin/env bash\n")
        );
        assert!(
            !Shell.reads(Path::new("run.py"), "#!/bin/sh\n") && !Shell.reads(Path::new("tests/run.sh"), "")
        );
    }
}
