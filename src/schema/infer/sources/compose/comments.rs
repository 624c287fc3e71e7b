//! Comments of a compose file: what they say of the variable below or beside them, and the variables that are switched
//! off where a container is given its own.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::schema::infer::{Place, Sighting, prose};
use crate::secret::Secret;

/// The variables that are switched off under `environment`: `# - NAME=value`, `# NAME: value`.
pub(super) fn switched_off(file: &Path, lines: &[&str]) -> Vec<Sighting> {
    static ENTRY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"^#+\s*(?:(-)\s*["']?([A-Z][A-Z0-9_]*)=(.*)|([A-Z][A-Z0-9]*_[A-Z0-9_]*):\s+(\S.*))$"#)
            .expect("the pattern is tested")
    });
    let mut found = Vec::new();
    // How far the key is indented below which the lines stand.
    let mut environment = None;
    for (number, line) in (1_u32..).zip(lines) {
        let text = line.trim();
        let indent = line.len() - line.trim_start().len();
        if text.starts_with('#') {
            let Some(entry) = ENTRY.captures(text) else { continue };
            let is_item = entry.get(1).is_some();
            if environment.is_some_and(|key| indent > key || is_item && indent == key) {
                let group = |either: usize, or: usize| {
                    entry.get(either).or(entry.get(or)).map_or("", |found| found.as_str())
                };
                let value = value(group(3, 5));
                if is_item || value.starts_with("${") || value.split(' ').nth(2).is_none() {
                    let mut sighting = Sighting::new(group(2, 4), file, number, Place::EnvComment);
                    sighting.value = Some(Secret::new(value));
                    sighting.required = Some(false);
                    found.push(sighting);
                }
            }
        } else if text.starts_with("environment:") {
            environment = Some(indent);
        } else if environment.is_some_and(|key| indent < key || indent == key && !text.starts_with('-'))
            && !text.is_empty()
        {
            environment = None;
        }
    }
    found
}

/// What stands behind the name, without quotes and without the comment behind it.
fn value(text: &str) -> &str {
    let text = text.split(" #").next().unwrap_or(text).trim();
    text.trim_matches(['"', '\''])
}

/// Says of a variable what the comment behind it says, else the one above.
pub(super) fn describe(sighting: &mut Sighting, lines: &[&str]) {
    let index = sighting.line as usize - 1;
    let behind = lines.get(index).filter(|line| !line.trim_start().starts_with('#'));
    let behind = behind.and_then(|line| line.split_once(" #")).map(|(_, text)| text.trim().to_owned());
    let text = behind.unwrap_or_else(|| above(lines, index));
    if text.split_whitespace().nth(1).is_none() {
        return;
    }
    sighting.link = prose::link(&text);
    sighting.recipe = prose::recipe(&text);
    sighting.required = sighting.required.or(prose::required(&text));
    sighting.description = Some(text);
}

/// The comment above a line; one blank line may be between. What is switched off is no part of it.
fn above(lines: &[&str], index: usize) -> String {
    let mut before = lines[..index].iter().map(|line| line.trim()).rev().peekable();
    before.next_if(|line| line.is_empty());
    let comments = before.map_while(|line| line.strip_prefix('#'));
    let texts = comments.map(|text| text.trim_matches(['#', ' '])).take_while(|text| !is_code(text));
    let mut texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    texts.reverse();
    texts.join(" ")
}

/// Whether a comment is a line that was switched off.
fn is_code(text: &str) -> bool {
    let pair = text.split_once([':', '=']);
    text.starts_with("- ")
        || pair.is_some_and(|(name, value)| !name.contains(' ') && value.split_whitespace().nth(1).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
services:
  app:
    environment:
      ## It signs the sessions.
      ##
      ## Make one with: openssl rand -hex 32

      # - SIGNING_KEY=insecure

      # Which mails
      # are sent
      - MAILS=all # for now
      # OTHER_ONE: \"x\"
      # THIRD_ONE: ${THIRD_ONE:-as it is}
      # NOTE: not this
      # NOT_THIS: as it is a sentence
    # - NOR_THIS
  # - NOR=this
";

    #[test]
    fn what_is_switched_off_is_optional() {
        let lines: Vec<&str> = FILE.lines().collect();
        let found = switched_off(Path::new("compose.yml"), &lines);
        let rows: Vec<_> = found.iter().map(|sighting| (sighting.name.as_str(), sighting.line)).collect();
        assert_eq!(rows, [("SIGNING_KEY", 8), ("OTHER_ONE", 13), ("THIRD_ONE", 14)]);
        assert_eq!(found[1].value.as_ref().map(Secret::expose), Some("x"));
        assert_eq!(found[0].required, Some(false));
    }

    #[test]
    fn comments_may_have_many_lines() {
        let lines: Vec<&str> = FILE.lines().collect();
        let said = |line: u32| {
            let mut sighting = Sighting::new("A", "compose.yml", line, Place::ComposeEnvironment);
            describe(&mut sighting, &lines);
            (sighting.description.unwrap_or_default(), sighting.recipe.is_some())
        };
        assert_eq!(said(8), ("It signs the sessions. Make one with: openssl rand -hex 32".to_owned(), true));
        assert_eq!(said(12).0, "for now");
        assert_eq!(above(&lines, 11), "Which mails are sent");
    }
}
