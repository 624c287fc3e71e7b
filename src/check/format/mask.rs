//! A line of an env file without what may be secret.

use std::ops::Range;

/// What stands for everything that is not shown; its length says nothing.
const MASK: &str = "••••••••";

/// A line with its value masked, and the bytes of it to point at.
pub(super) struct Masked {
    pub text: String,
    pub span: Range<usize>,
}

/// Shows the name, blanks and `=` of a line that assigns `name`, and nothing else of it; nothing at all of any
/// other line, which could be the inside of a value. `column` counts characters from 1.
pub(super) fn line(bytes: &[u8], name: Option<&str>, column: u32) -> Masked {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let prefix = name.and_then(|name| prefix(text, name));
    let shown = prefix.unwrap_or_default();
    // An empty value is shown as one: a mask would look like a value.
    let mask =
        if prefix.is_some_and(|prefix| text.trim_start_matches('\u{feff}') == prefix) { "" } else { MASK };
    let column = usize::try_from(column).unwrap_or(usize::MAX);
    let start = shown.char_indices().nth(column.saturating_sub(1));
    let span = match start {
        Some((start, character)) => start..start + character.len_utf8(),
        None => shown.len()..shown.len() + mask.len(),
    };
    Masked { text: format!("{shown}{mask}"), span }
}

/// `export NAME = ` as it stands in the line.
fn prefix<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let blanks = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
    let text_without_mark = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rest = &text_without_mark[blanks(text_without_mark)..];
    if let Some(after) = rest.strip_prefix("export")
        && blanks(after) > 0
    {
        rest = &after[blanks(after)..];
    }
    let rest = rest.strip_prefix(name)?;
    let rest = rest[blanks(rest)..].strip_prefix('=')?;
    let rest = &rest[blanks(rest)..];
    Some(&text_without_mark[..text_without_mark.len() - rest.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str, name: Option<&str>, column: u32) -> (String, String) {
        let masked = line(text.as_bytes(), name, column);
        let pointed = masked.text[masked.span].to_owned();
        (masked.text, pointed)
    }

    #[test]
    fn only_the_name_and_punctuation_are_shown() {
        let expect = |text: &str, pointed: &str| (text.to_owned(), pointed.to_owned());
        assert_eq!(masked("A=hunter2 # old: hunter1", Some("A"), 3), expect("A=••••••••", MASK));
        assert_eq!(masked("export A = 'x'", Some("A"), 9), expect("export A = ••••••••", " "));
    }

    #[test]
    fn an_empty_value_does_not_look_like_a_masked_one() {
        assert_eq!(masked("A=", Some("A"), 3), ("A=".to_owned(), String::new()));
        assert_eq!(masked("A=''", Some("A"), 3).0, "A=••••••••");
    }

    #[test]
    fn a_line_that_assigns_something_else_is_masked_whole() {
        for text in ["hunter2", "B=hunter2", "AB=hunter2", "A hunter2", "c2VjcmV0==", ""] {
            assert_eq!(masked(text, Some("A"), 1).0, MASK, "{text}");
            assert_eq!(masked(text, None, 1).0, MASK, "{text}");
        }
    }
}
