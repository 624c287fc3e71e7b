//! What stands between fences: an env file, a compose file, a manifest, commands, code.

use std::collections::HashSet;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::blocks::Fence;
use super::shell;
use crate::dotenv;
use crate::schema::infer::sources::compose::Compose;
use crate::schema::infer::sources::kubernetes::Kubernetes;
use crate::schema::infer::sources::{self, Source, env_file};
use crate::schema::infer::{Place, Sighting, prose};

/// The variables of a fence. `locals` are the variables that the shell commands of the guide set for themselves.
pub(super) fn sightings(file: &Path, fence: &Fence<'_>, locals: &HashSet<String>) -> Vec<Sighting> {
    let text = fence.lines.join("\n");
    let mut found = match fence.language.as_str() {
        "env" | "dotenv" | ".env" | "envrc" => env_block(file, &text),
        "yaml" | "yml" | "docker-compose" | "compose" => yaml(file, &text),
        "dockerfile" | "docker" => named(Path::new("Dockerfile"), file, &text),
        "python" | "py" => {
            let mut found = named(Path::new("block.py"), file, &text);
            found.extend(settings(file, &text));
            found
        }
        "javascript" | "js" | "jsx" | "mjs" => named(Path::new("block.js"), file, &text),
        "typescript" | "ts" | "tsx" => named(Path::new("block.ts"), file, &text),
        "go" | "golang" => named(Path::new("block.go"), file, &text),
        "ruby" | "rb" => named(Path::new("block.rb"), file, &text),
        "php" => named(Path::new("block.php"), file, &text),
        "rust" | "rs" => named(Path::new("block.rs"), file, &text),
        "" | "text" | "txt" | "plaintext" | "ini" | "toml" | "properties" | "conf" | "config" | "bash"
        | "sh" | "shell" | "zsh" | "console" | "shell-session" | "powershell" | "cmd" => {
            plain(file, &text, fence, locals)
        }
        _ => Vec::new(),
    };
    for sighting in &mut found {
        sighting.line += fence.first - 1;
    }
    found
}

/// The assignments of an env block; only names in capitals, since what else is assigned in a guide is code.
fn env_block(file: &Path, text: &str) -> Vec<Sighting> {
    let mut found = env_file::sightings(file, text, [Place::GuideBlock, Place::EnvComment]);
    found.retain(|sighting| is_constant(&sighting.name) && !is_left_out(sighting));
    found
}

/// A line such as `...`, which stands for the rest, is no variable; neither is a line of another language.
fn is_left_out(sighting: &Sighting) -> bool {
    sighting.value.is_none()
}

/// A block without a language that helps: an env file if it is nothing but assignments, else commands.
fn plain(file: &Path, text: &str, fence: &Fence<'_>, locals: &HashSet<String>) -> Vec<Sighting> {
    if is_env_block(&fence.lines) {
        return env_block(file, text);
    }
    if matches!(fence.language.as_str(), "toml" | "properties" | "conf" | "config") {
        return Vec::new();
    }
    let is_yaml = fence.language.is_empty()
        && fence.lines.iter().any(|line| matches!(line.trim_end(), "services:" | "environment:"));
    if is_yaml {
        return yaml(file, text);
    }
    shell::sightings(file, &fence.lines, locals)
}

/// Whether every line that says something assigns a variable, apart from a line of dots for the rest.
pub(super) fn is_env_block(lines: &[&str]) -> bool {
    let mut any = false;
    for line in lines.iter().map(|line| line.trim()) {
        if line.is_empty() || line.starts_with('#') || matches!(line, "..." | "…") {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else { return false };
        let is_made = value.trim_start_matches('"').starts_with("$(") && prose::recipe(value).is_some();
        if !is_constant(name.trim_end()) || is_command(value) && !is_made {
            return false;
        }
        any = true;
    }
    any
}

/// Whether a shell runs what stands behind `=`: `$(date)`, or `1 OTHER=2 command`.
fn is_command(value: &str) -> bool {
    let is_quoted = value.starts_with(['"', '\'']);
    let next = value.split_whitespace().nth(1).and_then(|word| word.split_once('='));
    value.contains("$(")
        || value.contains('`')
        || !is_quoted
            && (value.contains("<(") || value.contains("&&") || value.contains(" | ") || value.contains("; "))
        || !is_quoted && next.is_some_and(|(name, _)| is_constant(name))
}

/// Whether a name is written in capitals, as variables are.
pub(super) fn is_constant(name: &str) -> bool {
    // What ends in an underscore is the beginning of names: `SMTP_*`.
    dotenv::is_name(name)
        && name.len() > 1
        && !name.ends_with('_')
        && !name.contains(|each: char| each.is_ascii_lowercase())
}

/// A compose file, a manifest, or a part of one.
fn yaml(file: &Path, text: &str) -> Vec<Sighting> {
    let path = Path::new("block.yaml");
    if Kubernetes.reads(path, text) || text.lines().any(|line| line.trim() == "env:") {
        return Kubernetes.sightings(file, text);
    }
    // Values of Helm, playbooks and workflows have references of another kind: `${{ … }}` is none.
    Compose.sightings(file, text)
}

/// What the source for a file of that name sees.
fn named(name: &Path, file: &Path, text: &str) -> Vec<Sighting> {
    sources::for_file(name, text).map(|source| source.sightings(file, text)).unwrap_or_default()
}

/// `settings.smtp_host` of pydantic, which is the variable `SMTP_HOST`.
fn settings(file: &Path, text: &str) -> Vec<Sighting> {
    static FIELD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(?:settings|config)\.([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b(\()?")
            .expect("the pattern is tested")
    });
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let code = line.split('#').next().unwrap_or(line);
        for field in FIELD.captures_iter(code).filter(|field| field.get(2).is_none()) {
            let line = u32::try_from(index + 1).unwrap_or(u32::MAX);
            found.push(Sighting::new(field[1].to_uppercase(), file, line, Place::Code("Python")));
        }
    }
    found
}
