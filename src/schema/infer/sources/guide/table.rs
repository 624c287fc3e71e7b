//! Tables of variables: a row each, with columns for what it is, whether it must be set, its default.

use std::path::Path;

use super::fence::is_constant;
use crate::schema::infer::{Place, Sighting, prose};
use crate::secret::Secret;

/// The variables of a table, whose first row is its heading.
pub(super) fn sightings(file: &Path, rows: &[(u32, Vec<&str>)]) -> Vec<Sighting> {
    let Some(((_, heading), rows)) = rows.split_first() else { return Vec::new() };
    let heading: Vec<String> = heading.iter().map(|cell| plain(cell).to_lowercase()).collect();
    let column =
        |words: &[&str]| heading.iter().position(|cell| words.iter().any(|word| cell.contains(word)));
    // A table of commands, codes or ports has none of these.
    let named = column(&["variable", "env", "name", "key", "setting", "parameter", "option", "secret"]);
    let Some(at) = named else { return Vec::new() };
    let is_about_variables = heading.iter().any(|cell| cell.contains("variable") || cell.contains("env"));
    let mut found = Vec::new();
    for (line, cells) in rows {
        let cell = |at: Option<usize>| {
            at.and_then(|at| cells.get(at)).map(|cell| plain(cell)).filter(|cell| !cell.is_empty())
        };
        let Some(written) = cells.get(at) else { continue };
        for name in names(written) {
            // In a table about something else only a name that can be nothing else counts.
            if !is_about_variables && !name.contains('_') {
                continue;
            }
            let mut sighting = Sighting::new(name, file, *line, Place::GuideTable);
            sighting.description = cell(
                column(&[
                    "description",
                    "purpose",
                    "notes",
                    "meaning",
                    "details",
                    "comment",
                    "what",
                    "usage",
                ])
                .filter(|found| *found != at),
            );
            let written = |column: Option<usize>| {
                let cell = column.filter(|found| *found != at).and_then(|column| cells.get(column));
                cell.and_then(|cell| value(cell)).map(Secret::new)
            };
            sighting.default = written(column(&["default"]))
                .or_else(|| cells.iter().find_map(|cell| prose::default(cell)).map(Secret::new))
                .or_else(|| cells.iter().find_map(|cell| set_to(cell)).map(Secret::new));
            sighting.value = written(column(&["example", "value"]));
            let required =
                cell(column(&["required", "mandatory", "optional"])).map(|cell| cell.to_lowercase());
            let is_optional_column = column(&["required", "mandatory"]).is_none();
            sighting.required = required.and_then(|text| yes(&text)).map(|yes| yes != is_optional_column);
            let text = sighting.description.clone().unwrap_or_default();
            sighting.required = sighting.required.or_else(|| prose::required(&text));
            sighting.link = prose::link(&cells.join(" "));
            sighting.recipe = prose::recipe(&cells.join(" "));
            sighting.secret = cell(column(&["sensitive"])).and_then(|text| yes(&text.to_lowercase()));
            found.push(sighting);
        }
    }
    found
}

/// The names in a cell: `` `A` ``, `A`, `` `A`, `B` ``, `**A**`.
fn names(cell: &str) -> Vec<String> {
    let words = cell.split(|each: char| each.is_whitespace() || ",/`*()[]<>\\".contains(each));
    // `DEBUG=false` is said of `DEBUG`.
    let words = words.map(|word| word.split('=').next().unwrap_or(word));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    // A cell of words that has a name in it speaks about something else.
    let others = words.iter().filter(|word| !is_constant(word)).count();
    let constants = words.iter().filter(|word| is_constant(word));
    if others > 2 { Vec::new() } else { constants.map(|name| (*name).to_owned()).collect() }
}

/// The value in a cell of values: what is written as code, else a cell that does not say in words where to get one.
fn value(cell: &str) -> Option<String> {
    if is_none(&plain(cell)) || prose::recipe(cell).is_some() {
        return None;
    }
    let whole = cell.trim();
    let code = code_in(whole);
    if let Some(code) = code.filter(|code| whole.starts_with('`') || code.len() + 2 == whole.len()) {
        return Some(plain(code)).filter(|code| !code.is_empty());
    }
    let text = plain(cell);
    let is_sentence = text.split_whitespace().nth(1).is_some()
        && (code.is_some()
            || text.split_whitespace().nth(2).is_some()
            || text.starts_with(|first: char| first.is_ascii_lowercase() || first == '(')
            || ["Your ", "From ", "Same ", "See ", "Generate ", "Any ", "Get "]
                .iter()
                .any(|word| text.starts_with(word)));
    let is_note = text.starts_with('(') && text.ends_with(')');
    Some(text).filter(|text| !text.is_empty() && !is_sentence && !is_note)
}

/// What stands between the first two backticks.
fn code_in(cell: &str) -> Option<&str> {
    let (_, rest) = cell.split_once('`')?;
    rest.split_once('`').map(|(code, _)| code)
}

/// The value that a cell of words says to use: "Set to: `HS256`".
fn set_to(cell: &str) -> Option<String> {
    let lower = cell.trim().to_lowercase();
    let says = lower.starts_with("set to") || lower.starts_with("set this to");
    says.then(|| code_in(cell).map(str::to_owned)).flatten()
}

/// A cell without the marks of Markdown.
fn plain(cell: &str) -> String {
    let text = cell.replace(['`', '*'], "").replace("\\|", "|").replace("<br>", " ").replace("<br/>", " ");
    text.trim().trim_matches('"').to_owned()
}

/// Whether a cell says that there is nothing.
fn is_none(cell: &str) -> bool {
    matches!(
        cell.to_lowercase().trim_matches(['(', ')', '_', ' ']),
        "-" | "–"
            | "—"
            | "none"
            | "n/a"
            | "null"
            | "empty"
            | "required"
            | "undefined"
            | "not set"
            | "unset"
            | "auto-generated"
    )
}

/// What a cell answers.
fn yes(text: &str) -> Option<bool> {
    let first = text.split_whitespace().next().unwrap_or_default().trim_matches(['.', ',']);
    match first {
        "yes" | "y" | "true" | "required" | "✅" | "✓" | "✔" | "x" | "always" | "mandatory" => {
            Some(true)
        }
        // "If mail is on", "only behind a proxy".
        "no" | "n" | "false" | "optional" | "❌" | "✗" | "-" | "never" | "" | "if" | "only" | "when"
        | "recommended" | "conditional" | "depends" => Some(false),
        _ => None,
    }
}
