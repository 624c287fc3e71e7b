//! Markdown that holds text of others.

use crate::ui;

/// What Markdown, in a line or in a cell, could take for something else than text: also links that need no brackets.
const STRUCTURE: &str = "\\`*_[]<>()#!|&~@:.$";

/// Text that is shown as it is: every punctuation character may be escaped with a backslash (CommonMark 0.31,
/// section 2.4).
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in ui::escape(text).chars() {
        if STRUCTURE.contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_ends_early() {
        assert_eq!(escape("a|b\\|c\n| d |"), "a\\|b\\\\\\|c\\\\u{a}\\| d \\|");
    }
}
