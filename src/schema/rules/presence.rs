//! `has(NAME)` for variables.
//!
//! CEL's own `has` takes a field of something, such as `has(URL.port)`. A question for a whole variable is
//! turned into the field `NAME` of `has` before the parser sees it: `has(NAME)` becomes `has.NAME `, which
//! has the same length, so that columns in messages stay right. No variable can be mistaken for it, because
//! variable names hold no dot.

use std::borrow::Cow;

/// The word that asks.
pub(super) const HAS: &str = "has";

/// The source with every `has(NAME)` as `has.NAME `; text in quotes is left alone.
pub(super) fn rewrite(source: &str) -> Cow<'_, str> {
    if !source.contains(HAS) {
        return Cow::Borrowed(source);
    }
    let mut bytes = source.as_bytes().to_vec();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') => at = after_string(&bytes, at, quote),
            byte if is_word(byte) => {
                let end = after_word(&bytes, at);
                let is_field = bytes[..at].trim_ascii_end().ends_with(b".");
                if &bytes[at..end] == HAS.as_bytes()
                    && !is_field
                    && let Some((open, close)) = single_name(&bytes, end)
                {
                    bytes[open] = b'.';
                    bytes[close] = b' ';
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    // Only ASCII was replaced by ASCII.
    String::from_utf8(bytes).map_or(Cow::Borrowed(source), Cow::Owned)
}

/// The places of the brackets, if what follows is a name in brackets and nothing else.
fn single_name(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let open = after_blanks(bytes, from);
    let name = after_blanks(bytes, open + 1);
    let name_end = after_word(bytes, name);
    let close = after_blanks(bytes, name_end);
    let found = bytes.get(open) == Some(&b'(') && name_end > name && bytes.get(close) == Some(&b')');
    found.then_some((open, close))
}

fn after_blanks(bytes: &[u8], from: usize) -> usize {
    from + bytes.iter().skip(from).take_while(|byte| byte.is_ascii_whitespace()).count()
}

fn after_word(bytes: &[u8], from: usize) -> usize {
    from + bytes.iter().skip(from).take_while(|byte| is_word(**byte)).count()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The place after the string literal that begins at `from`. In a raw string (`r"…"`) a backslash is itself.
fn after_string(bytes: &[u8], from: usize, quote: u8) -> usize {
    let raw = from > 0 && matches!(bytes[from - 1], b'r' | b'R');
    let mut at = from + 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' && !raw { 2 } else { 1 };
    }
    at + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_for_a_variable_keeps_its_length() {
        assert_eq!(rewrite("has(A) && !has( B_2 )"), "has.A  && !has. B_2  ");
        assert_eq!(rewrite("A == 'x'"), "A == 'x'");
    }

    #[test]
    fn fields_strings_and_other_words_are_left_alone() {
        for source in
            ["has(URL.port)", "'has(A)' == \"has(B)\"", r"'\'has(A)'", "hash(A)", "x.has(A)", "has()", "has("]
        {
            assert_eq!(rewrite(source), source);
        }
    }
}
