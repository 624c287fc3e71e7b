//! Commands: `docker run -e`, `export`, a here-document that writes an env file, `heroku config:set`; and the variables
//! that a script reads without setting them. What a script sets for itself is none.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::blocks::Block;
use super::fence::{is_constant, is_env_block};
use crate::dotenv;
use crate::generate::Recipe;
use crate::schema::infer::sources::env_file;
use crate::schema::infer::sources::references::references;
use crate::schema::infer::{Place, Sighting, prose};
use crate::schema::placeholder::is_placeholder;
use crate::secret::Secret;

/// Languages of fences that hold commands.
const LANGUAGES: &[&str] = &["", "bash", "sh", "shell", "zsh", "console", "shell-session", "text"];

/// What every shell or machine has.
const OF_THE_SHELL: &str = "\
    BASH BASH_SOURCE BASH_VERSION CI COLUMNS DISPLAY EDITOR EUID GID HISTFILE HOME HOSTNAME IFS LANG LC_ALL LINENO LOGNAME \
    MACHTYPE OLDPWD OPTARG OPTIND OSTYPE PAGER PATH PPID PS1 PWD RANDOM REPLY SECONDS SHELL SHLVL SUDO_USER TERM TMPDIR UID \
    UBUNTU_CODENAME USER VERSION_CODENAME XDG_CONFIG_HOME";

/// `NAME=` at the beginning of a command, `read NAME`, `for NAME in`.
static SETS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[;&|(]\s*|\bexport\s+|\blocal\s+|\bdeclare\s+(?:-\w+\s+)?|\breadonly\s+)([A-Z][A-Z0-9_]*)=|\bread\s+(?:-\S+\s+(?:'[^']*'|\x22[^\x22]*\x22)?\s*)*([A-Z][A-Z0-9_]*)|\bfor\s+([A-Z][A-Z0-9_]*)\s+in\b")
        .expect("the pattern is tested")
});

/// `-e NAME=value`, `--env NAME`, `--from-literal=NAME=value`.
static GIVEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:^|\s)(?:-e|--env|--from-literal|--set-env-vars|--build-arg)[\s=]+["']?([A-Z][A-Z0-9_]*)(?:=("[^"]*"|'[^']*'|[^\s"'\\]*))?"#)
        .expect("the pattern is tested")
});

/// Commands of platforms that set variables: the rest of the line names them. Who has another place for what is not
/// secret says with the second ones that it is.
static PLATFORM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:(heroku\s+config:set|railway\s+variables?\s+(?:set|--set)|vercel\s+env\s+add|dokku\s+config:set\s+\S+|fly(?:ctl)?\s+secrets\s+set|supabase\s+secrets\s+set)|(gh\s+secret\s+set|wrangler\s+secret\s+put))\s+(.*)")
        .expect("the pattern is tested")
});

/// The variables that the commands of a guide set for themselves.
pub(super) fn locals(blocks: &[Block<'_>]) -> HashSet<String> {
    let mut locals = HashSet::new();
    for block in blocks {
        let Block::Fence(fence) = block else { continue };
        if !LANGUAGES.contains(&fence.language.as_str()) || is_env_block(&fence.lines) {
            continue;
        }
        for (_, line) in outside_documents(&fence.lines) {
            for found in SETS.captures_iter(line.trim()) {
                let name = found.iter().skip(1).flatten().next().map_or("", |name| name.as_str());
                let is_exported = found[0].trim_start().starts_with("export");
                let is_open = found.get(1).is_some_and(|name| is_open(line.trim(), name.end()));
                if !is_exported && !is_open {
                    locals.insert(name.to_owned());
                }
            }
        }
    }
    locals
}

/// Whether what is assigned there is to be filled in, as in an env file.
fn is_open(line: &str, name_end: usize) -> bool {
    let value = line[name_end..].trim_start_matches('=').trim_matches(['"', '\'']);
    let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
    !value.contains("$(") && is_placeholder(value)
}

/// The variables of a block of commands.
pub(super) fn sightings(file: &Path, lines: &[&str], locals: &HashSet<String>) -> Vec<Sighting> {
    let mut found = documents(file, lines, false);
    let mut in_run = false;
    // Whether a command that sets variables goes on, and whether they are secret.
    let mut in_platform: Option<Option<bool>> = None;
    for (index, line) in outside_documents(lines) {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let code = line.trim().trim_start_matches(['$', '>']).trim_start();
        if code.starts_with('#') {
            continue;
        }
        // `docker exec -e` gives a variable to one command, `docker run -e` to a container.
        in_run = in_run
            || code.contains("docker run")
            || code.contains("podman run")
            || code.contains("docker create")
            || code.contains("kubectl create")
            || code.contains("gcloud run");
        if in_run {
            found.extend(given(file, number, code));
        }
        in_run = in_run && code.ends_with('\\');
        if let Some(command) = PLATFORM.captures(code) {
            in_platform = Some(command.get(2).map(|_| true));
            found.extend(set_by_platform(file, number, &command[3], in_platform.flatten()));
        } else if let Some(secret) = in_platform {
            found.extend(set_by_platform(file, number, code, secret));
        }
        in_platform = in_platform.filter(|_| code.ends_with('\\'));
        found.extend(echoed(code).map(|(name, value)| {
            let recipe = prose::recipe(value);
            let value = Some(value).filter(|_| recipe.is_none());
            Sighting { recipe, ..sighting(file, number, name, value, None) }
        }));
        found.extend(assigned(file, number, code));
        found.extend(read(file, number, code, locals));
    }
    found
}

/// The variables among the words of a command that sets them.
fn set_by_platform(file: &Path, line: u32, text: &str, secret: Option<bool>) -> Vec<Sighting> {
    // A word ends at a blank, but not inside of quotes or of `$(…)`.
    static WORD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:"[^"]*"|'[^']*'|\$\([^)]*\)|[^\s"'])+"#).expect("the pattern is tested")
    });
    let words = WORD.find_iter(text).map(|word| word.as_str().trim_matches(['"', '\'']));
    let variable = |word: &str| {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let value = value.map(|value| value.trim_matches(['"', '\'']));
        (is_constant(name) && (value.is_some() || name.contains('_'))).then(|| {
            let recipe = value.filter(|value| value.starts_with("$(")).and_then(prose::recipe);
            Sighting { recipe, ..sighting(file, line, name, value, secret) }
        })
    };
    words.filter_map(variable).collect()
}

/// What a command gives a container or a Secret.
fn given(file: &Path, line: u32, code: &str) -> Vec<Sighting> {
    let given = GIVEN.captures_iter(code).map(|given| {
        let value = given.get(2).map(|value| value.as_str().trim_matches(['"', '\'']));
        // Of a configmap they are none.
        let is_secret = given[0].contains("--from-literal") && !code.contains("configmap");
        let made = value.filter(|value| value.starts_with("$("));
        let recipe = made.and_then(|_| prose::recipe(&code[given.get(0)?.start()..]));
        Sighting { recipe, ..sighting(file, line, &given[1], value, is_secret.then_some(true)) }
    });
    given.collect()
}

/// What a script puts into an env file or a Secret, with what it makes the values of.
pub(in crate::schema::infer::sources) fn written(file: &Path, lines: &[&str]) -> Vec<Sighting> {
    let mut found = documents(file, lines, true);
    let mut made: HashMap<&str, Recipe> = HashMap::new();
    let mut in_secret = false;
    for (index, line) in outside_documents(lines) {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let code = line.trim();
        let local = ["local ", "export ", "readonly "].iter().find_map(|word| code.strip_prefix(word));
        if let Some((name, value)) = local.unwrap_or(code).split_once('=')
            && dotenv::is_name(name)
            && value.contains("$(")
            && let Some(recipe) = prose::recipe(value)
        {
            made.insert(name, recipe);
        }
        if let Some((name, value)) = echoed(code) {
            let mut sighting = Sighting::new(name, file, number, Place::GuideBlock);
            sighting.recipe = prose::recipe(value);
            sighting.value = sighting.recipe.is_none().then(|| Secret::new(value));
            found.push(sighting);
        }
        in_secret |= code.contains("create secret generic");
        if in_secret {
            found.extend(given(file, number, code));
        }
        in_secret &= code.ends_with('\\');
    }
    for sighting in &mut found {
        let value = sighting.value.as_ref().map_or("", Secret::expose);
        let source = references(value).first().and_then(|reference| made.get(reference.name)).cloned();
        sighting.recipe = sighting.recipe.take().or(source);
    }
    found
}

fn sighting(file: &Path, line: u32, name: &str, value: Option<&str>, secret: Option<bool>) -> Sighting {
    let mut sighting = Sighting::new(name, file, line, Place::Command);
    sighting.value = value.filter(|value| !value.contains('$')).map(Secret::new);
    sighting.secret = secret;
    sighting
}

/// `echo "NAME=value" >> .env`, and `echo "NAME=$(…)"`, whose output a person puts there.
fn echoed(code: &str) -> Option<(&str, &str)> {
    static ECHOED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"^(?:echo|printf)\s+(?:-\w+\s+)?["']?([A-Z][A-Z0-9_]*)=(.*?)["']?\s*(>>?\s*\S*env\S*\s*)?$"#,
        )
        .expect("the pattern is tested")
    });
    let found = ECHOED.captures(code)?;
    let [name, value] = [1, 2].map(|group| found.get(group).map_or("", |group| group.as_str()));
    let is_for_file = found.get(3).is_some() || prose::recipe(value).is_some();
    (is_constant(name) && is_for_file).then_some((name, value))
}

/// `export NAME=value`, and `NAME=<fill-me-in>` among commands.
fn assigned(file: &Path, line: u32, code: &str) -> Option<Sighting> {
    let exported = code.strip_prefix("export ").or_else(|| code.strip_prefix("$env:"));
    let (name, value) = exported.unwrap_or(code).split_once('=')?;
    let name = name.trim();
    if !is_constant(name) || exported.is_none() && !is_open(code, code.find('=')?) {
        return None;
    }
    let is_of_the_shell = OF_THE_SHELL.split_whitespace().any(|known| known == name);
    let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
    let behind = code.split_once(" #").map(|(_, comment)| comment.trim().to_owned());
    let mut found = sighting(file, line, name, Some(value), None);
    found.recipe = prose::recipe(value);
    found.description = behind;
    (!is_of_the_shell).then_some(found)
}

/// What a command reads that no command of the guide sets.
fn read(file: &Path, line: u32, code: &str, locals: &HashSet<String>) -> Vec<Sighting> {
    // In single quotes a dollar sign is one; `awk '{print $NF}'` is the most frequent case.
    let outside: String = code.split('\'').step_by(2).collect::<Vec<_>>().join(" ");
    references(&outside)
        .into_iter()
        .filter(|reference| {
            is_constant(reference.name)
                && reference.name.len() > 2
                && !locals.contains(reference.name)
                && !OF_THE_SHELL.split_whitespace().any(|known| known == reference.name)
        })
        .map(|reference| {
            let mut sighting = sighting(file, line, reference.name, None, None);
            sighting.default = reference.default.filter(|default| !default.is_empty()).map(Secret::new);
            sighting
        })
        .collect()
}

/// The words that end a here-document which a line begins, and whether it becomes an env file.
fn document(line: &str) -> Option<(&str, bool)> {
    let (before, after) = line.split_once("<<")?;
    let word = after.trim_start_matches(['-', ' ']).trim_matches(['"', '\'']);
    let end = word.find(|each: char| !each.is_ascii_alphanumeric() && each != '_').unwrap_or(word.len());
    let rest = &after[after.len().min(end)..];
    (end > 0).then(|| (&word[..end], before.contains(".env") || rest.contains(".env")))
}

/// The variables of the env files that here-documents write; not only of those that are called so, unless asked.
fn documents(file: &Path, lines: &[&str], only_named: bool) -> Vec<Sighting> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        let Some((word, is_env)) = document(lines[index]) else {
            index += 1;
            continue;
        };
        let length =
            lines[index + 1..].iter().position(|line| line.trim() == word).unwrap_or(lines.len() - index - 1);
        let inside = &lines[index + 1..index + 1 + length];
        if is_env || !only_named && is_env_block(inside) {
            let mut assigned =
                env_file::sightings(file, &inside.join("\n"), [Place::GuideBlock, Place::EnvComment]);
            assigned.retain(|sighting| is_constant(&sighting.name));
            for mut sighting in assigned {
                sighting.line += u32::try_from(index + 1).unwrap_or(u32::MAX);
                found.push(sighting);
            }
        }
        index += length + 2;
    }
    found
}

/// The lines that are commands and not in a here-document, with their places.
fn outside_documents<'a>(lines: &'a [&'a str]) -> impl Iterator<Item = (usize, &'a str)> {
    let mut inside = None;
    lines.iter().copied().enumerate().filter(move |(_, line)| {
        let is_inside = inside.is_some();
        match inside {
            Some(word) if line.trim() == word => inside = None,
            Some(_) => {}
            None => inside = document(line).map(|(word, _)| word),
        }
        !is_inside
    })
}
