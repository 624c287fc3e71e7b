//! `bun --env-file` of Bun 1.4 (`src/env_loader.zig`): close to npm's `dotenv`, with names and blanks that may
//! span lines, and `$NAME` and `${NAME:-default}` expanded in every kind of quotes once the file is read.

use zeroize::Zeroizing;

use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Defaults in defaults, deeper than anyone writes.
const MAX_DEPTH: usize = 64;

/// `bun --env-file`, and `.env` next to a script.
pub(super) struct Bun;

impl Reader for Bun {
    fn id(&self) -> &'static str {
        "bun"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let mut scanner = Scanner { rest: bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes) };
        let mut written: indexmap::IndexMap<&[u8], Zeroizing<Vec<u8>>> = indexmap::IndexMap::new();
        while !scanner.rest.is_empty() {
            let Some(name) = scanner.name() else {
                scanner.skip_line();
                continue;
            };
            let value = scanner.value();
            // What the process already has stays.
            if !environment.contains_key(&*String::from_utf8_lossy(name)) {
                written.insert(name, value);
            }
        }
        for at in 0..written.len() {
            let mut expanded = Zeroizing::default();
            let get = |name: &[u8]| {
                let outer = environment.get(&*String::from_utf8_lossy(name)).map(String::as_bytes);
                outer.or_else(|| written.get(name).map(|value| value.as_slice()))
            };
            expand(&written[at], &get, 0, &mut expanded)?;
            written[at] = expanded;
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(written.iter().map(|(name, value)| (text(name), Secret::new(text(value)))).collect())
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | b' ')
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

struct Scanner<'a> {
    rest: &'a [u8],
}

impl<'a> Scanner<'a> {
    /// The name before `=`, or before a colon and a blank.
    fn name(&mut self) -> Option<&'a [u8]> {
        self.rest = skip(self.rest, is_blank);
        let (name, after) = assigned(self.rest)?;
        let blanks_follow = after.first().is_some_and(|&byte| is_blank(byte));
        let exported =
            (name == b"export" && blanks_follow).then(|| assigned(skip(after, is_blank))).flatten();
        let found = |(name, after)| Some((name, separated(skip(after, is_blank))?));
        let (name, rest) = exported.and_then(found).or_else(|| found((name, after)))?;
        self.rest = rest;
        Some(name)
    }

    fn value(&mut self) -> Zeroizing<Vec<u8>> {
        let text = skip(self.rest, is_blank);
        if let Some((value, rest)) = quoted(text) {
            self.rest = rest;
            return value;
        }
        if text.is_empty() {
            self.rest = text;
            return Zeroizing::default();
        }
        let end = self.rest.iter().position(|byte| matches!(byte, b'#' | b'\r' | b'\n'));
        let (value, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        let start = skip(value, is_blank);
        let end = start.iter().rposition(|&byte| !is_blank(byte)).map_or(0, |last| last + 1);
        Zeroizing::new(start[..end].to_vec())
    }

    fn skip_line(&mut self) {
        self.rest = after_line(self.rest);
    }
}

fn skip(text: &[u8], unwanted: impl Fn(u8) -> bool) -> &[u8] {
    let start = text.iter().position(|&byte| !unwanted(byte)).unwrap_or(text.len());
    &text[start..]
}

fn assigned(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let after = skip(text, |byte| is_name(byte) || matches!(byte, b'-' | b'.'));
    let name = &text[..text.len() - after.len()];
    (!name.is_empty() && !after.is_empty()).then_some((name, after))
}

/// What follows the separator.
fn separated(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'=', after @ ..] => Some(after),
        [b':', blank, after @ ..] if is_blank(*blank) => Some(after),
        _ => None,
    }
}

/// A value in quotes, up to the first one that no backslash precedes; the rest of the line is dropped.
fn quoted(text: &[u8]) -> Option<(Zeroizing<Vec<u8>>, &[u8])> {
    let quote = *text.first().filter(|first| matches!(first, b'`' | b'"' | b'\''))?;
    let mut at = 1;
    while *text.get(at)? != quote {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    Some((unescape(&text[1..at], quote), after_line(&text[at + 1..])))
}

fn after_line(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    end.map_or(&[], |end| &text[end + 1..])
}

/// `\n` and `\r` in double quotes; every line end is a newline.
fn unescape(text: &[u8], quote: u8) -> Zeroizing<Vec<u8>> {
    let mut value = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        rest = after;
        match (byte, after.first()) {
            (b'\\', Some(&escaped)) if quote == b'"' => {
                match escaped {
                    b'n' => value.push(b'\n'),
                    b'r' => value.push(b'\r'),
                    other => value.extend([b'\\', other]),
                }
                rest = &after[1..];
            }
            (b'\r', Some(b'\n')) => {}
            (b'\r', _) => value.push(b'\n'),
            _ => value.push(*byte),
        }
    }
    value
}

/// Expands `$NAME`, `${NAME}` and `${NAME:-default}`, also in a default; what is put in is not expanded again.
/// A dollar sign that is none of these stays, and loses a backslash before it.
fn expand<'a>(
    value: &[u8],
    get: &dyn Fn(&[u8]) -> Option<&'a [u8]>,
    depth: usize,
    expanded: &mut Zeroizing<Vec<u8>>,
) -> Result<(), Refused> {
    if depth > MAX_DEPTH {
        return Err(Refused::Computes);
    }
    let mut rest = value;
    while let Some(at) = rest.iter().position(|&byte| byte == b'$') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let escaped = before.ends_with(b"\\");
        expanded.extend_from_slice(&before[..at - usize::from(escaped)]);
        let inside = if escaped { None } else { braced(after) };
        if let Some((inside, tail)) = inside {
            match default(inside) {
                Some((name, default)) => match get(name) {
                    Some(value) => expanded.extend_from_slice(value),
                    None => expand(default, get, depth + 1, expanded)?,
                },
                None => expanded.extend_from_slice(&rest[at..rest.len() - tail.len()]),
            }
            rest = tail;
        } else if !escaped && after.starts_with(b"{") {
            // Braces that are not closed keep all that follows from being expanded.
            rest = &rest[at..];
            break;
        } else {
            let tail = if escaped { after } else { skip(after, is_name) };
            match &after[..after.len() - tail.len()] {
                b"" => expanded.push(b'$'),
                name => expanded.extend_from_slice(get(name).unwrap_or_default()),
            }
            rest = tail;
        }
    }
    expanded.extend_from_slice(rest);
    Ok(())
}

/// What stands in the braces, and what follows them.
fn braced(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_prefix(b"{")?;
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'}' if depth == 0 => return Some((&text[..at], &text[at + 1..])),
            b'}' => depth -= 1,
            b'$' if text[at + 1..].starts_with(b"{") => depth += 1,
            b'\\' => at += 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// The name and the default in braces; none if something else follows the name.
fn default(inside: &[u8]) -> Option<(&[u8], &[u8])> {
    let tail = skip(inside, is_name);
    let name = &inside[..inside.len() - tail.len()];
    if tail.is_empty() { Some((name, tail)) } else { Some((name, tail.strip_prefix(b":-")?)) }
}
