//! Markdown that holds text of others.

use crate::ui;

/// What Markdown could take for something else than text wherever it stands.
const STRUCTURE: &str = "\\`*[]<>|&~@$";

/// Text that is shown as it is: every punctuation character may be escaped with a backslash (CommonMark 0.31,
/// section 2.4). Only what could mean something where it stands is: people also read the page as it is written.
pub fn escape(text: &str) -> String {
    let text = ui::escape(text);
    let mut escaped = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let after = rest.as_str().chars().next();
        if STRUCTURE.contains(character) || means_something(character, before, after, &escaped) {
            escaped.push('\\');
        }
        escaped.push(character);
        before = Some(character);
    }
    escaped
}

/// Whether a character means something between these two; `line` is what stands before it.
fn means_something(character: char, before: Option<char>, after: Option<char>, line: &str) -> bool {
    let is_part = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    match character {
        // Inside of a word it emphasises nothing (section 6.2).
        '_' => !(is_part(before) && is_part(after)),
        // A scheme, or the name of an emoji.
        ':' => after.is_some_and(|after| !after.is_whitespace()),
        // A host of which GitHub makes a link without a scheme (GFM 0.29, section 6.9); a number that begins a list.
        '.' => line.to_ascii_lowercase().ends_with("www") || line.bytes().all(|byte| byte.is_ascii_digit()),
        // A heading, or the number of an issue.
        '#' => before.is_none() || is_part(after),
        // A number that begins a list.
        ')' => !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()),
        // An image.
        '!' => after == Some('['),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_ends_early() {
        assert_eq!(escape("a|b\\|c\n| d |"), "a\\|b\\\\\\|c\\\\u{a}\\| d \\|");
    }

    #[test]
    fn what_means_nothing_stays_as_it_is_written() {
        for text in
            ["DB_PASSWORD", "Make it with: openssl rand -hex 32", "v1.2 (see the guide)", "What now?!"]
        {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn nothing_becomes_a_link_an_image_a_list_or_an_emphasis() {
        for (text, escaped) in [
            ("https://x.example", "https\\://x.example"),
            ("WWW.x.example", "WWW\\.x.example"),
            (":smile:", "\\:smile:"),
            ("_a_ __b__", "\\_a\\_ \\_\\_b\\_\\_"),
            ("![a](b)", "\\!\\[a\\](b)"),
            ("1. a", "1\\. a"),
            ("2) a", "2\\) a"),
            ("# a #7", "\\# a \\#7"),
            ("<b>&amp; @me $x$", "\\<b\\>\\&amp; \\@me \\$x\\$"),
        ] {
            assert_eq!(escape(text), escaped);
        }
    }
}
