//! Bytes to logical lines: a logical line is one physical line, or several where a quoted value spans them.
//!
//! All positions are byte offsets into the whole input. Every delimiter is ASCII, so offsets found on bytes
//! are character boundaries of valid UTF-8.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter, memrchr};
use zeroize::Zeroizing;

use super::problem::{Problem, ProblemKind};
use super::quote::Quote;
use super::{is_name, key_block, sealed_only_name};
use crate::secret::Secret;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One logical line with its line end. The spans of all lines make up the input, byte for byte.
pub(super) struct Line {
    pub(super) span: Range<usize>,
    /// Number of its first physical line, from 1.
    pub(super) number: u32,
    pub(super) content: Content,
}

/// What a line is.
pub(super) enum Content {
    /// Blank or a comment.
    Other,
    /// The comment that stands for a value which only the sealed file has; where the name is.
    SealedOnly(Range<usize>),
    /// `NAME=value`.
    Assignment(Assignment),
    /// Not readable.
    Bad(Problem),
}

/// The parts of `export NAME='value'  # comment`.
pub(super) struct Assignment {
    pub(super) name: Range<usize>,
    /// The value as it stands, with its quotes.
    pub(super) raw: Range<usize>,
    pub(super) value: Secret,
    pub(super) quote: Quote,
    pub(super) export: bool,
    pub(super) inline_comment: bool,
}

/// Reads one logical line after the other.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    number: u32,
}

/// Why a line is not readable, before its position is turned into line and column.
struct Fault {
    at: usize,
    name: Option<Range<usize>>,
    kind: ProblemKind,
    /// Where the line ends that could not be read; the end of the first physical line, if not known.
    end: Option<usize>,
}

impl Fault {
    fn new(at: usize, kind: ProblemKind) -> Self {
        Self { at, name: None, kind, end: None }
    }

    fn named(at: usize, kind: ProblemKind, name: &Range<usize>) -> Self {
        Self { at, name: Some(name.clone()), kind, end: None }
    }
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self::starting_at(bytes, 0, 1)
    }

    /// Reads from a line start in the middle of the input, which counts as line `number`.
    pub(super) fn starting_at(bytes: &'a [u8], at: usize, number: u32) -> Self {
        Self { bytes, at, number }
    }

    fn line(&self) -> Result<(Content, usize), Fault> {
        let (bytes, start) = (self.bytes, self.at);
        if start == 0 && bytes.starts_with(BYTE_ORDER_MARK) {
            return Err(self.byte_order_mark());
        }
        let (content_end, end) = physical_end(bytes, start);
        let line = readable(bytes, start..content_end)?;
        let text = line.trim_start_matches(is_blank);
        if text.is_empty() {
            return Ok((Content::Other, end));
        }
        if let Some(comment) = text.strip_prefix('#') {
            let name_at = content_end - comment.len() + 1;
            let content = sealed_only_name(comment)
                .map_or(Content::Other, |name| Content::SealedOnly(name_at..name_at + name.len()));
            return Ok((content, end));
        }
        if is_merge_marker(line) {
            return Err(Fault::new(start, ProblemKind::MergeMarker));
        }
        self.assignment(content_end - text.len(), text, end)
    }

    /// The fault of the first line: the mark, and the variable that the line would assign without it.
    fn byte_order_mark(&self) -> Fault {
        let behind = Self::starting_at(self.bytes, BYTE_ORDER_MARK.len(), self.number);
        let (name, end) = match behind.line() {
            Ok((Content::Assignment(parts), end)) => (Some(parts.name), Some(end)),
            Ok(_) => (None, None),
            Err(fault) => (fault.name, fault.end),
        };
        Fault { at: 0, name, kind: ProblemKind::ByteOrderMark, end }
    }

    /// `text` is the first physical line from `at` on, without its line end, which ends at `end`.
    fn assignment(&self, at: usize, text: &str, end: usize) -> Result<(Content, usize), Fault> {
        let export = text.strip_prefix("export ").is_some_and(|rest| !rest.starts_with('='));
        let name_at = if export { at + "export ".len() } else { at };
        let text = &text[name_at - at..];
        let Some(equals) = text.find('=') else {
            return Err(Fault::new(name_at, ProblemKind::MissingEquals));
        };
        let name = name(name_at, &text[..equals])?;
        let value_at = name_at + equals + 1;
        let value = &text[equals + 1..];
        let (quote, raw, value, end) = match value.bytes().next() {
            Some(b' ' | b'\t') => {
                let empty = value.trim_start_matches(is_blank).is_empty();
                let kind = if empty { ProblemKind::BlankAfterEmpty } else { ProblemKind::BlankAroundEquals };
                return Err(Fault::named(value_at, kind, &name));
            }
            Some(b'\'') => {
                let close = memchr(b'\'', &self.bytes[value_at + 1..]);
                self.quoted(&name, value_at, Quote::Single, close.map(|offset| value_at + 1 + offset))?
            }
            Some(b'"') => {
                self.quoted(&name, value_at, Quote::Double, closing_double(self.bytes, value_at + 1))?
            }
            _ => {
                let value = bare(value);
                (Quote::Bare, value_at..value_at + value.len(), Secret::new(value), end)
            }
        };
        let inline_comment = self.bytes[raw.end..end].contains(&b'#');
        Ok((Content::Assignment(Assignment { name, raw, value, quote, export, inline_comment }), end))
    }

    /// The value between quotes of which the first is at `open`; `close` is where the second was found.
    fn quoted(
        &self,
        name: &Range<usize>,
        open: usize,
        quote: Quote,
        close: Option<usize>,
    ) -> Result<(Quote, Range<usize>, Secret, usize), Fault> {
        let close = close.ok_or_else(|| Fault::named(open, ProblemKind::UnterminatedQuote, name))?;
        let (content_end, end) = physical_end(self.bytes, close);
        let inside = readable(self.bytes, open + 1..content_end).map_err(|fault| Fault {
            end: Some(end),
            name: Some(name.clone()),
            ..fault
        })?;
        let (inside, after) = inside.split_at(close - open - 1);
        let rest = after[1..].trim_start_matches(is_blank);
        let touching = rest.len() == after.len() - 1;
        if !rest.is_empty() && (touching || !rest.starts_with('#')) {
            // The quote may really belong to a later line, so reading goes on at the very next one.
            return Err(Fault::named(content_end - rest.len(), ProblemKind::TextAfterQuote, name));
        }
        let value = match quote {
            Quote::Double => unescape(inside).map_err(|offset| Fault {
                end: Some(end),
                ..Fault::named(open + 1 + offset, ProblemKind::BadEscape, name)
            })?,
            _ => Secret::new(inside.replace("\r\n", "\n")),
        };
        Ok((quote, open..close + 1, value, end))
    }

    /// The line with all of the key that begins on it without quotes, whose lines are no variables.
    fn with_key(&self, content: Content, end: usize) -> (Content, usize) {
        let line_end = physical_end(self.bytes, self.at).1;
        let begins = |from: usize| key_block::head(&self.bytes[from..line_end]).is_some();
        let begins = match &content {
            Content::Assignment(parts) => parts.quote == Quote::Bare && begins(parts.raw.start),
            Content::Bad(_) => end == line_end && begins(self.at),
            Content::Other | Content::SealedOnly(_) => false,
        };
        let key_end = if begins { key_block::end(self.bytes, end) } else { end };
        if key_end == end {
            return (content, end);
        }
        let content = match content {
            Content::Assignment(Assignment { name, raw, .. }) => {
                Content::Bad(self.problem(&Fault::named(raw.start, ProblemKind::UnquotedKey, &name)))
            }
            Content::Bad(problem) if problem.kind == ProblemKind::BlankAroundEquals => {
                Content::Bad(Problem { kind: ProblemKind::UnquotedKey, ..problem })
            }
            other => other,
        };
        (content, key_end)
    }

    fn problem(&self, fault: &Fault) -> Problem {
        let before = &self.bytes[self.at..fault.at];
        let line_start = memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        // The bytes before a fault are valid UTF-8; every character has one byte that is no continuation byte.
        let characters = before[line_start..].iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
        let name = fault.name.clone().map(|name| String::from_utf8_lossy(&self.bytes[name]).into_owned());
        Problem {
            line: self.number + newlines(before),
            column: count(characters) + 1,
            name,
            kind: fault.kind,
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if self.at == self.bytes.len() {
            return None;
        }
        let (content, end) = self.line().unwrap_or_else(|fault| {
            let end = fault.end.unwrap_or_else(|| physical_end(self.bytes, self.at).1);
            (Content::Bad(self.problem(&fault)), end)
        });
        let (content, end) = self.with_key(content, end);
        let line = Line { span: self.at..end, number: self.number, content };
        self.number += newlines(&self.bytes[self.at..end]);
        self.at = end;
        Some(line)
    }
}

/// Lines and columns are counted in 32 bits; no file that is read comes near that.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX - 1)
}

/// How many line ends there are.
pub(super) fn newlines(bytes: &[u8]) -> u32 {
    count(memchr_iter(b'\n', bytes).count())
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

/// Seven times `<`, `|`, `=` or `>`, and then nothing or a blank and the name of a side.
fn is_merge_marker(line: &str) -> bool {
    let Some(mark) = line.chars().next().filter(|first| "<|=>".contains(*first)) else { return false };
    let rest = line.trim_start_matches(mark);
    line.len() - rest.len() == 7 && (rest.is_empty() || rest.starts_with(' '))
}

/// Where the content of the physical line around `at` ends, and where its line end ends.
fn physical_end(bytes: &[u8], at: usize) -> (usize, usize) {
    match memchr(b'\n', &bytes[at..]) {
        None => (bytes.len(), bytes.len()),
        Some(0) => (at, at + 1),
        Some(offset) if bytes[at + offset - 1] == b'\r' => (at + offset - 1, at + offset + 1),
        Some(offset) => (at + offset, at + offset + 1),
    }
}

/// The bytes as text, if they are UTF-8 without NUL and without a CR that ends no line.
fn readable(bytes: &[u8], range: Range<usize>) -> Result<&str, Fault> {
    let start = range.start;
    let text = std::str::from_utf8(&bytes[range])
        .map_err(|error| Fault::new(start + error.valid_up_to(), ProblemKind::NotUtf8))?;
    let content = text.as_bytes();
    let mut suspects = memchr2_iter(b'\0', b'\r', content);
    match suspects.find(|&at| content[at] == b'\0' || content.get(at + 1) != Some(&b'\n')) {
        None => Ok(text),
        Some(at) if content[at] == b'\0' => Err(Fault::new(start + at, ProblemKind::Nul)),
        Some(at) => Err(Fault::new(start + at, ProblemKind::LoneCarriageReturn)),
    }
}

/// The name that stands before `=`.
fn name(at: usize, text: &str) -> Result<Range<usize>, Fault> {
    if is_name(text) {
        return Ok(at..at + text.len());
    }
    let trimmed = text.trim_end_matches(is_blank);
    if is_name(trimmed) {
        let name = at..at + trimmed.len();
        return Err(Fault::named(name.end, ProblemKind::BlankAroundEquals, &name));
    }
    Err(Fault::new(at, ProblemKind::BadName))
}

/// A bare value: up to trailing blanks or a comment.
fn bare(text: &str) -> &str {
    let comment = text.match_indices('#').find(|&(at, _)| text[..at].ends_with(is_blank));
    let value = comment.map_or(text, |(at, _)| &text[..at]);
    value.trim_end_matches(is_blank)
}

/// The first `"` from `at` on that is not escaped.
fn closing_double(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// What stands between double quotes, or the offset of a backslash that escapes nothing.
fn unescape(text: &str) -> Result<Secret, usize> {
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut characters = text.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        value.push(match character {
            '\\' => match characters.next() {
                Some((_, 'n')) => '\n',
                Some((_, 'r')) => '\r',
                Some((_, 't')) => '\t',
                Some((_, same @ ('"' | '\\' | '$'))) => same,
                _ => return Err(offset),
            },
            '\r' if characters.peek().is_some_and(|&(_, next)| next == '\n') => continue,
            other => other,
        });
    }
    Ok(Secret::new(std::mem::take(&mut *value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        let lines = Lexer::new(text.as_bytes());
        lines
            .filter_map(|line| match line.content {
                Content::Assignment(assignment) => Some(assignment.value.expose().to_owned()),
                Content::Bad(problem) => panic!("{text:?}: {problem}"),
                _ => None,
            })
            .collect()
    }

    fn problems(bytes: &[u8]) -> Vec<String> {
        let lines = Lexer::new(bytes);
        lines
            .filter_map(|line| match line.content {
                Content::Bad(problem) => Some(format!("{problem} [{}]", problem.code())),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_bare_value_ends_before_trailing_blanks_and_a_comment_after_a_blank() {
        assert_eq!(
            values("A=x y \t\nB=1  # one\nC=a#b\nD=#c\nE=\nF=a\\n'b'\n"),
            ["x y", "1", "a#b", "#c", "", "a\\n'b'"]
        );
    }

    #[test]
    fn single_quotes_are_verbatim_and_may_span_lines() {
        assert_eq!(
            values("A='a\\n$b # \"c\"'  # d\nB='one\r\ntwo'\r\nC=''"),
            ["a\\n$b # \"c\"", "one\ntwo", ""]
        );
    }

    #[test]
    fn double_quotes_know_six_escapes_and_may_span_lines() {
        assert_eq!(values("A=\"\\n\\r\\t\\\"\\\\\\$\"\nB=\"one\r\ntwo\" # c\n"), ["\n\r\t\"\\$", "one\ntwo"]);
    }

    #[test]
    fn every_malformed_line_has_its_own_message_at_its_place() {
        let cases: [(&[u8], &str); 20] = [
            (b"A", "1:1: this line is neither a comment nor NAME=value [missing-equals]"),
            (b"export A", "1:8: this line is neither a comment nor NAME=value [missing-equals]"),
            (b"1A=x", "1:1: this is not a name that every program can read [bad-name]"),
            (b"A-B=x", "1:1: this is not a name that every program can read [bad-name]"),
            (b"========", "1:1: this is not a name that every program can read [bad-name]"),
            (b"=======", "1:1: this line is the mark of an unfinished merge [merge-marker]"),
            (b"<<<<<<< HEAD=1", "1:1: this line is the mark of an unfinished merge [merge-marker]"),
            (b"export\tA=x", "1:1: this is not a name that every program can read [bad-name]"),
            (b"A =x", "1:2: A: there is a blank beside = [blank-around-equals]"),
            (b"  A= x", "1:5: A: there is a blank beside = [blank-around-equals]"),
            (b"A= \nB=1", "1:3: A: there is a blank after the = of an empty value [blank-after-empty]"),
            (b"\nA='x\n", "2:3: A: this quote is never closed [unterminated-quote]"),
            (b"A=\"x\\\"\n", "1:3: A: this quote is never closed [unterminated-quote]"),
            (
                b"A=\"\xc3\xa4\ny\xc3\xa4\\x\"\n",
                "2:3: A: in double quotes, a backslash stands only before n r t \" \\ $ [bad-escape]",
            ),
            (b"A='x'y", "1:6: A: there is text after the closing quote [text-after-quote]"),
            (b"A='x'#y", "1:6: A: there is text after the closing quote [text-after-quote]"),
            (b"\xef\xbb\xbfA=x\n", "1:1: A: the file starts with a byte order mark [byte-order-mark]"),
            (b"A=x\0y", "1:4: there is a NUL byte on this line [nul]"),
            (b"A=x\ry\n", "1:4: there is a carriage return that does not end a line [lone-cr]"),
            (b"A=\xc3\xa4\xff", "1:4: this is not valid UTF-8 [not-utf8]"),
        ];
        for (bytes, message) in cases {
            assert_eq!(problems(bytes), [message], "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn the_lines_of_an_unquoted_key_are_no_lines_of_the_file() {
        let key = "-----BEGIN X-----\nMIIE\nkZhQ=\n-----END X-----\n";
        let unquoted =
            "a key begins here without quotes, so that its lines would be taken for variables [unquoted-key]";
        let cases = [
            (format!("A={key}B=1\n"), format!("1:3: A: {unquoted}")),
            (format!("export A= {key}B=1\n"), format!("1:10: A: {unquoted}")),
            (format!("A=\"{key}B=1\n"), "1:3: A: this quote is never closed [unterminated-quote]".to_owned()),
            (
                key.to_owned(),
                "1:1: this line is neither a comment nor NAME=value [missing-equals]".to_owned(),
            ),
        ];
        for (text, message) in cases {
            assert_eq!(problems(text.as_bytes()), [message], "{text}");
        }
        assert!(
            problems(format!("A='{key}'\nB=\"{key}\"\nC=-----BEGIN X-----\nD=1\n").as_bytes()).is_empty()
        );
    }

    #[test]
    fn a_line_that_cannot_be_read_does_not_swallow_the_next_one() {
        let lines: Vec<Line> = Lexer::new(b"A='it's'\nB=2\nC=\"open\nD=4\n").collect();
        let readable = lines.iter().filter(|line| matches!(line.content, Content::Assignment(_)));
        assert_eq!(readable.map(|line| line.number).collect::<Vec<_>>(), [2, 4]);
    }
}
