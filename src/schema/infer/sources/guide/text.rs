//! Names in sentences: "set `API_KEY` to …", "- `API_KEY`: the key of …", "`uvicorn --port $PORT`".
//!
//! A name in backticks is a variable if a block has it too, or if the sentence or the heading speaks of variables.

use std::collections::HashSet;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::above;
use super::blocks::Block;
use super::fence::is_constant;
use crate::schema::infer::sources::references::references;
use crate::schema::infer::{Place, Sighting, prose};
use crate::secret::Secret;

/// Code in a sentence.
static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"`([^`]+)`").expect("the pattern is tested"));

/// What stands behind the name that an item of a list begins with.
static ITEM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:[-*+]|\d+[.)])?\s*(?:\[[ x]\]\s*)?\**`(?:-e |--env )?([A-Z][A-Z0-9_]*)(?:=[^`]*)?`\**\s*(\([^)]*\)\s*(?:[:–—]|-\s)|[:–—]|-\s|)\s*\**(.*)")
        .expect("the pattern is tested")
});

/// The names in what is neither fence nor table.
pub(super) fn sightings(
    file: &Path,
    blocks: &[Block<'_>],
    known: &[String],
    locals: &HashSet<String>,
) -> Vec<Sighting> {
    let known: HashSet<&str> = known.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    // Whether the sentence before a list speaks of variables, and so of the items.
    let mut introduced = false;
    for block in blocks {
        let Block::Text { lines, headings } = block else {
            introduced = false;
            continue;
        };
        let whole: Vec<&str> = lines.iter().map(|(_, line)| *line).collect();
        let whole = whole.join(" ");
        let is_item = whole.starts_with(['-', '*', '+']);
        introduced = if is_item { introduced } else { whole.ends_with(':') && names_variables(&whole) };
        let speaks = introduced
            || speaks_of_variables(&whole)
            || headings.iter().any(|heading| names_variables(heading))
            || headings.last().is_some_and(|heading| speaks_of_variables(heading));
        if is_item {
            let is_variable = |name: &str| known.contains(name) || speaks && name.contains('_');
            found.extend(
                bold(file, lines[0].0, &whole).into_iter().filter(|sighting| is_variable(&sighting.name)),
            );
        }
        for (line, text) in lines {
            for code in CODE.captures_iter(text) {
                let inside = code[1].trim_start_matches("-e ").trim_start_matches("--env ");
                let (name, value) =
                    inside.split_once('=').map_or((inside, None), |(name, value)| (name, Some(value)));
                let (before, after) =
                    code.get(0).map_or(("", ""), |whole| (&text[..whole.start()], &text[whole.end()..]));
                let is_item_of_it = introduced || headings.iter().any(|heading| names_variables(heading));
                let begins = is_item && is_item_of_it && before.trim_matches(['-', '*', '+', ' ']).is_empty();
                let is_variable = known.contains(name)
                    || begins
                    || speaks && (name.contains('_') || value.is_some())
                    || name.contains('_') && (value.is_some() || is_given_value(after)) && asks_for(before);
                if is_constant(name) && is_variable && !locals.contains(name) {
                    let mut sighting = sighting(file, *line, name, value, &whole);
                    let above = above::required("", headings).filter(|_| begins);
                    sighting.required = sighting.required.or(above);
                    found.push(sighting);
                }
                found.extend(read_by_command(file, *line, inside, locals));
            }
        }
    }
    found
}

/// Whether a sentence calls something variables of the environment.
fn names_variables(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["environment variable", "env var", "variables"].iter().any(|words| lower.contains(words))
}

fn speaks_of_variables(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "environment variable",
        "env var",
        "environment",
        " variable",
        ".env",
        "configur",
        "set `",
        "set the",
        "setting",
        "secret",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

/// The variables that an item of a list begins with in bold: `- **A_KEY**, **B_KEY**: for the API`.
fn bold(file: &Path, line: u32, whole: &str) -> Vec<Sighting> {
    static BOLD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\*\*([A-Z][A-Z0-9_]*)\*\*").expect("the pattern is tested"));
    let Some((names, text)) = whole.split_once(':') else { return Vec::new() };
    let names = BOLD.captures_iter(names).filter(|name| is_constant(&name[1]));
    let text = text.trim_start_matches(['*', ' ']);
    let described = |name: regex::Captures<'_>| {
        let mut sighting = Sighting::new(&name[1], file, line, Place::GuideText);
        sighting.recipe = prose::recipe(text);
        describe(&mut sighting, text);
        sighting
    };
    names.map(described).collect()
}

/// Takes what an item says behind the name.
fn describe(sighting: &mut Sighting, text: &str) {
    let text = text.replace(['`', '*'], "");
    let text = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(&text).to_owned();
    if text.split_whitespace().nth(1).is_some() {
        sighting.required = prose::required(&text);
        sighting.link = prose::link(&text);
        sighting.default = prose::default(&text).map(Secret::new);
        sighting.description = Some(text);
    }
}

/// Whether a value follows a name: "`X` = `1`".
fn is_given_value(after: &str) -> bool {
    after.trim_start().starts_with('=')
}

/// Whether the words before an assignment ask for it: "add `X=true`".
fn asks_for(before: &str) -> bool {
    let last = before.split_whitespace().last().unwrap_or_default().to_lowercase();
    matches!(last.as_str(), "add" | "set" | "export" | "use" | "put" | "define" | "change" | "pass" | "with")
}

fn sighting(file: &Path, line: u32, name: &str, value: Option<&str>, whole: &str) -> Sighting {
    let mut sighting = Sighting::new(name, file, line, Place::GuideText);
    sighting.value = value
        .map(|value| value.trim_matches(['"', '\'']))
        .filter(|value| !matches!(*value, "" | "..." | "…"))
        .map(Secret::new);
    if let Some(item) = ITEM.captures(whole).filter(|item| &item[1] == name) {
        // Without a sign between them only what is in parentheses is said of the name.
        if !item[2].is_empty() || item[3].starts_with('(') {
            describe(&mut sighting, &item[3]);
        }
    }
    sighting
}

/// `$PORT` in the code of a sentence that is a command.
fn read_by_command<'a>(
    file: &'a Path,
    line: u32,
    code: &'a str,
    locals: &'a HashSet<String>,
) -> impl Iterator<Item = Sighting> + 'a {
    let is_command = code.contains(' ') && !code.contains("${{");
    references(if is_command { code } else { "" })
        .into_iter()
        .filter(|reference| {
            is_constant(reference.name) && reference.name.len() > 2 && !locals.contains(reference.name)
        })
        .map(move |reference| Sighting::new(reference.name, file, line, Place::Command))
}
