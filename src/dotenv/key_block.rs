//! A private key or certificate that stands in the file as it is, line under line. Its lines are parts of a secret:
//! one that ends in `=` looks like a variable, and no part of it may be taken for a name and shown.

use std::collections::HashSet;
use std::ops::Range;

use memchr::{memchr, memmem};

use super::lexer::{Content, Lexer, newlines};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END";

/// Where on a line a key begins that does not end there.
pub(super) fn head(line: &[u8]) -> Option<usize> {
    memmem::find(line, BEGIN).filter(|&at| memmem::find(&line[at..], END).is_none())
}

/// Where the key ends whose head is on the line before `at`: after its last line, which says so or has nothing but
/// blanks and comments between it and a line that is plainly a variable; `at` if nothing of it follows.
pub(super) fn end(bytes: &[u8], at: usize) -> usize {
    let (mut end, mut last) = (at, at);
    let mut ended = false;
    while end < bytes.len() {
        let start = end;
        end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |newline| start + newline + 1);
        let line = bytes[start..end].trim_ascii();
        if ended && !line.starts_with(BEGIN) || is_plainly_assignment(line) {
            break;
        }
        // A chain of certificates goes on.
        ended = memmem::find(line, END).is_some();
        if ended || !(line.is_empty() || line.starts_with(b"#")) {
            last = end;
        }
    }
    last
}

/// `NAME=value`, `LONG_NAME=`: what no line of a key can be, which has `=` at its end alone, and no `_`.
fn is_plainly_assignment(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"export ").unwrap_or(line);
    let Some(equals) = memchr(b'=', line) else { return false };
    let (name, value) = (line[..equals].trim_ascii_end(), &line[equals + 1..]);
    let upper = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    name.first().is_some_and(|first| !first.is_ascii_digit())
        && name.iter().all(upper)
        && (name.contains(&b'_') || value.iter().any(|byte| *byte != b'='))
}

/// The lines of a file, from 1, that are those of a key behind its first, in quotes or not.
pub fn key_lines(bytes: &[u8]) -> Vec<Range<u32>> {
    if memmem::find(bytes, BEGIN).is_none() {
        return Vec::new();
    }
    let keys = Lexer::new(bytes).filter_map(|line| {
        let text = &bytes[line.span.clone()];
        let is_key = !matches!(line.content, Content::Other) && memmem::find(text, BEGIN).is_some();
        let last = text.strip_suffix(b"\n").unwrap_or(text);
        (is_key && last.contains(&b'\n')).then(|| line.number + 1..line.number + newlines(last) + 1)
    });
    keys.collect()
}

/// The names of a file that are parts of its keys, of those that a program sees in it.
pub(super) struct Keys<'a> {
    bytes: &'a [u8],
    places: Vec<Range<usize>>,
    names: HashSet<&'a [u8]>,
}

impl<'a> Keys<'a> {
    /// The keys of a file, in quotes or not; `None` if it has none.
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        memmem::find(bytes, BEGIN)?;
        let (mut places, mut names) = (Vec::new(), HashSet::new());
        for line in Lexer::new(bytes) {
            let text = &bytes[line.span.clone()];
            names.extend(name_of(&line.content, text, bytes));
            if let Some(at) = memmem::find(text, BEGIN).filter(|_| !matches!(line.content, Content::Other)) {
                places.push(line.span.start + at..line.span.end);
            }
        }
        Some(Self { bytes, places, names })
    }

    /// Whether a name is not one that a line of the file has, but text out of a key.
    pub(super) fn hold(&self, name: &str) -> bool {
        let name = name.trim().as_bytes();
        let is_in = |key: &Range<usize>| memmem::find(&self.bytes[key.clone()], name).is_some();
        !self.names.contains(name) && self.places.iter().any(is_in)
    }
}

/// What stands before the `=` of a line, whatever program it is a name to.
fn name_of<'a>(content: &Content, line: &'a [u8], bytes: &'a [u8]) -> Option<&'a [u8]> {
    match content {
        Content::Assignment(parts) => Some(&bytes[parts.name.clone()]),
        Content::Bad(_) => {
            let line = &line[..memchr(b'\n', line).unwrap_or(line.len())];
            let head = line[..memchr(b'=', line)?].trim_ascii();
            Some(head.strip_prefix(b"export ").unwrap_or(head).trim_ascii())
        }
        Content::Other | Content::SealedOnly(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn ends_before(key: &str, rest: &str) {
        let text = format!("A=-----BEGIN X-----\n{key}{rest}");
        let at = text.find('\n').expect("the head has a line end") + 1;
        assert_eq!(&text[end(text.as_bytes(), at)..], rest, "{text}");
    }

    #[test]
    fn a_key_ends_after_its_end_or_before_the_next_variable() {
        ends_before("MIIE\nQUJD=\n-----END X-----\n", "B=1\n");
        ends_before("QQ==\r\n-----END X-----\r\n", "lower=1\r\n");
        ends_before("MIIE\n\nQQ==\n", "# c\nB=1\n");
        ends_before("MIIE\nab=\n", "LOG_LEVEL=\n-----END X-----\n");
        ends_before("MIIE\n", "export B=1\n");
        ends_before("MIIE\n-----END X-----\n-----BEGIN X-----\nMIIE\n-----END X-----\n", "\nB=1\n");
        ends_before("", "\n# c\nB=1\nMIIE\n");
        ends_before("MIIE\nab=", "");
    }

    #[test]
    fn only_what_no_line_names_is_part_of_a_key() {
        let text = b"MIIE=1\nA=-----BEGIN X-----\nMIIE\nkZhQ=\nA b\n-----END X-----\nmy-name = \"\n";
        let keys = Keys::of(text).expect("it has one");
        assert!(keys.hold("kZhQ") && keys.hold("kZh") && keys.hold(" kZhQ "));
        assert!(!keys.hold("MIIE") && !keys.hold("A") && !keys.hold("my-name") && !keys.hold("other"));
        assert!(Keys::of(b"A=1\n").is_none());
        assert!(matches!(key_lines(text)[..], [Range { start: 3, end: 7 }]));
    }
}
