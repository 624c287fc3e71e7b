//! What the readers written in Python have in common: how Python opens a text file, and what it takes for a
//! blank and for a line end.

use zeroize::Zeroizing;

use super::Refused;

/// `open(path, encoding="utf-8").read()`: every line end becomes a newline; a byte order mark stays.
pub(super) fn text(bytes: &[u8]) -> Result<Zeroizing<String>, Refused> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refused::Rejects)?;
    Ok(Zeroizing::new(text.replace("\r\n", "\n").replace('\r', "\n")))
}

/// `str.isspace()`, which is also `\s` of its regular expressions: four separators more than Unicode's blanks.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// `str.splitlines()` of a text that [`text`] gave.
pub(super) fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_terminator(|character| {
        matches!(
            character,
            '\n' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_python_ends_them() {
        let lines: Vec<_> = split_lines("a\u{b}b\u{2028}c\u{1f}d\n\ne\n").collect();
        assert_eq!(lines, ["a", "b", "c\u{1f}d", "", "e"]);
    }
}
