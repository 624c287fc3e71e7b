//! One line of an env file.

use super::comment::{self, Comment};
use crate::dotenv;
use crate::secret::{self, Secret};
use zeroize::Zeroizing;

/// What a line is.
pub(super) enum Line<'a> {
    /// Nothing.
    Blank,
    /// A comment.
    Comment(Comment),
    /// An assignment, whose value may go on in the next lines.
    Assignment(Unfinished<'a>),
    /// Anything else.
    Other,
}

/// An assignment as its first line gives it.
pub(super) struct Unfinished<'a> {
    name: &'a str,
    /// What follows `=`; `None` for a name alone.
    rest: Option<&'a str>,
}

/// An assignment.
#[derive(Clone)]
pub(super) struct Assignment {
    /// The name.
    pub name: String,
    /// The value, without quotes; `None` for a name alone, which Docker takes from its own environment.
    pub value: Option<Secret>,
    /// The comment behind the value.
    pub behind: Option<String>,
}

/// Reads a line.
pub(super) fn read(line: &str) -> Line<'_> {
    let line = line.trim_start_matches('\u{feff}').trim();
    if line.is_empty() {
        Line::Blank
    } else if line.starts_with('#') {
        Line::Comment(comment::read(line))
    } else {
        split(line).map_or(Line::Other, Line::Assignment)
    }
}

/// `NAME=value`, with what people write round it; a name alone if it can be nothing else.
pub(super) fn split(line: &str) -> Option<Unfinished<'_>> {
    let words =
        line.strip_prefix("export ").or_else(|| line.strip_prefix("set ")).unwrap_or(line).trim_start();
    let Some((name, rest)) = words.split_once('=') else {
        let alone = dotenv::is_name(words)
            && words.contains('_')
            && !words.contains(|each: char| each.is_ascii_lowercase());
        return alone.then_some(Unfinished { name: words, rest: None });
    };
    let name = name.trim_end();
    dotenv::is_name(name).then_some(Unfinished { name, rest: Some(rest) })
}

/// The assignment with the lines that its quotes enclose. A quote that is never closed ends with its line.
pub(super) fn with_continuation<'a>(
    first: &Unfinished<'a>,
    mut next: impl FnMut() -> Option<&'a str>,
) -> Assignment {
    let name = first.name.to_owned();
    let Some(rest) = first.rest.map(str::trim_start) else {
        return Assignment { name, value: None, behind: None };
    };
    let Some(quote) = rest.chars().next().filter(|first| matches!(first, '"' | '\'' | '`')) else {
        let (value, behind) = bare(rest);
        return Assignment { name, value: Some(Secret::new(value)), behind };
    };
    if let Some((value, behind)) = quoted(rest, quote) {
        return Assignment { name, value: Some(Secret::new(value)), behind };
    }
    // Only what begins like a key may go on: an apostrophe or an inch sign is no reason to swallow the file.
    let may_go_on = rest[1..].trim_start().starts_with("-----BEGIN")
        || rest.len() == 1
        || rest[1..].starts_with(['{', '[']);
    let mut text = Zeroizing::new(rest.to_owned());
    if may_go_on {
        while let Some(line) = next() {
            secret::push(&mut text, "\n");
            secret::push(&mut text, line);
            if line.contains(quote)
                && let Some((value, behind)) = quoted(&text, quote)
            {
                return Assignment { name, value: Some(Secret::new(value)), behind };
            }
        }
    }
    Assignment { name, value: Some(Secret::new(&text[1..])), behind: None }
}

/// The value between quotes at the beginning of a text, and the comment behind it.
fn quoted(text: &str, quote: char) -> Option<(&str, Option<String>)> {
    let inside = &text[1..];
    let mut escaped = false;
    let end = inside.char_indices().find_map(|(at, each)| {
        let ends = each == quote && !escaped;
        escaped = quote == '"' && each == '\\' && !escaped;
        ends.then_some(at)
    })?;
    let behind = inside[end + 1..].trim_start().strip_prefix('#').map(|text| text.trim().to_owned());
    Some((&inside[..end], behind.filter(|text| !text.is_empty())))
}

/// A value without quotes, and the comment behind it.
fn bare(text: &str) -> (&str, Option<String>) {
    let comment = text.match_indices('#').find(|(at, _)| *at == 0 || text[..*at].ends_with([' ', '\t']));
    let (value, behind) = match comment {
        Some((at, _)) => (&text[..at], Some(text[at..].trim_start_matches('#').trim().to_owned())),
        None => (text, None),
    };
    (value.trim(), behind.filter(|text| !text.is_empty()))
}
