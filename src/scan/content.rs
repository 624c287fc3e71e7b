//! Searching one stream of bytes in constant memory: values, tokens, and on which line they stand.

use std::collections::HashSet;
use std::io::{self, Read};

use zeroize::Zeroizing;

use super::tokens::{self, Token, Tokens};
use crate::needles::{Encoding, Match, Needles, Origin};

/// Bytes that are read at a time: they fit into a processor's second cache.
const CHUNK: usize = 256 * 1024;

/// Findings in one file that are told; a file with more is told to have more.
pub const MOST: usize = 1000;

/// Looks for values and tokens.
pub struct Searcher {
    /// The values; none with `--patterns`.
    pub needles: Needles,
    pub(super) tokens: Tokens,
}

/// Something that was found in a stream.
#[derive(Clone, Debug)]
pub struct Hit<'a> {
    /// What it is.
    pub what: What<'a>,
    /// Its line, from 1.
    pub line: u32,
    /// Its column in characters, from 1.
    pub column: u32,
}

/// What was found.
#[derive(Clone, Debug)]
pub enum What<'a> {
    /// A value of the project.
    Value(&'a Origin, Encoding),
    /// A well-known token.
    Token(&'static Token),
}

/// The bytes of a stream that are looked at, and where in it they begin. To be used again for the next one.
pub struct Buffer {
    bytes: Zeroizing<Vec<u8>>,
    /// How many of them were read.
    filled: usize,
    /// Of those, how many were looked at before.
    carried: usize,
    is_at_end: bool,
    /// Line of the first byte, from 0, and characters before it in that line.
    line: u32,
    characters: u32,
}

impl Searcher {
    /// Looks for these values and every well-known token.
    pub fn new(needles: Needles) -> Self {
        Self { needles, tokens: Tokens::new() }
    }

    /// A buffer that is large enough.
    pub fn buffer(&self) -> Buffer {
        let overlap = self.overlap();
        Buffer {
            bytes: Zeroizing::new(vec![0; overlap + CHUNK]),
            filled: 0,
            carried: 0,
            is_at_end: false,
            line: 0,
            characters: 0,
        }
    }

    /// Bytes that are looked at again with those that follow, so that nothing is missed that ends there.
    fn overlap(&self) -> usize {
        self.needles.matcher.longest().max(2 * tokens::REACH)
    }

    /// Reports what stands in the rest of a stream whose first bytes are in the buffer, in the order of lines. Whether
    /// that is all: of more than [`MOST`], only so many are reported.
    ///
    /// # Errors
    /// The stream cannot be read.
    pub fn search<'a>(
        &'a self,
        reader: &mut dyn Read,
        buffer: &mut Buffer,
        report: &mut dyn FnMut(Hit<'a>),
    ) -> io::Result<bool> {
        let mut seen = HashSet::new();
        loop {
            for (what, start) in self.look(buffer) {
                let (line, column) = buffer.position(start);
                let told = match &what {
                    What::Value(origin, encoding) => (origin.variable.as_str(), Some(*encoding), line),
                    What::Token(token) => (token.id, None, line),
                };
                // Once for each line.
                if seen.insert(told) {
                    report(Hit { what, line, column });
                }
                if seen.len() >= MOST {
                    return Ok(false);
                }
            }
            if buffer.is_at_end {
                return Ok(true);
            }
            buffer.carry(self.overlap());
            buffer.fill(reader)?;
        }
    }

    /// What stands in the buffer and was not told before, by its first byte.
    fn look(&self, buffer: &Buffer) -> Vec<(What<'_>, usize)> {
        let text = buffer.filled();
        let mut values: Vec<Match> = Vec::new();
        self.needles.matcher.each(text, |found| {
            if found.end > buffer.carried {
                values.push(found);
            }
        });
        let mut found: Vec<(What<'_>, usize)> = values
            .iter()
            .map(|found| {
                let (origin, encoding) = self.needles.of(found.pattern);
                (What::Value(origin, encoding), found.start)
            })
            .collect();
        self.tokens.each(text, |token, range| {
            // What ends with the buffer may go on behind it, and is told with what follows.
            let is_whole = buffer.is_at_end || range.end < text.len();
            let is_value = values.iter().any(|value| value.start < range.end && range.start < value.end);
            if is_whole && range.end >= buffer.carried && !is_value {
                found.push((What::Token(token), range.start));
            }
        });
        found.sort_by_key(|&(_, start)| start);
        found
    }
}

impl Buffer {
    /// Begins another stream: reads its first bytes and gives them.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn begin(&mut self, reader: &mut dyn Read) -> io::Result<&[u8]> {
        (self.filled, self.carried, self.is_at_end) = (0, 0, false);
        (self.line, self.characters) = (0, 0);
        self.fill(reader)?;
        Ok(self.filled())
    }

    /// What was read of the stream and not yet dropped.
    pub fn filled(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// Reads until it is full or the stream ends.
    fn fill(&mut self, reader: &mut dyn Read) -> io::Result<()> {
        while self.filled < self.bytes.len() {
            match reader.read(&mut self.bytes[self.filled..]) {
                Ok(0) => {
                    self.is_at_end = true;
                    break;
                }
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Drops all but the last bytes.
    fn carry(&mut self, overlap: usize) {
        let dropped = self.filled.saturating_sub(overlap);
        let (line, column) = self.position(dropped);
        (self.line, self.characters) = (line - 1, column - 1);
        self.bytes.copy_within(dropped..self.filled, 0);
        self.filled -= dropped;
        self.carried = self.filled;
    }

    /// Line and column of a byte, both from 1.
    fn position(&self, at: usize) -> (u32, u32) {
        let before = &self.bytes[..at];
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        // What is no first byte of a character in UTF-8 continues one.
        let characters = |bytes: &[u8]| number(bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count());
        let (in_line, earlier) = match memchr::memrchr(b'\n', before) {
            Some(newline) => (characters(&before[newline + 1..]), 0),
            None => (characters(before), self.characters),
        };
        let lines = number(memchr::memchr_iter(b'\n', before).count());
        (self.line.saturating_add(lines).saturating_add(1), earlier.saturating_add(in_line).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::needles::{Collector, Purpose};
    use crate::secret::{Secret, Values};

    const KEY: &str = "q7Zr2vLxW5kTb9YcN3sYf7Hc";

    fn searcher() -> Searcher {
        let values = Values::from([("API_TOKEN".to_owned(), Secret::new(KEY))]);
        let mut collector = Collector::new(Purpose::Find);
        collector.add(None, &values, None);
        Searcher::new(collector.build())
    }

    fn found(text: &[u8]) -> Vec<(String, u32, u32)> {
        let searcher = searcher();
        let (mut buffer, mut reader, mut hits) = (searcher.buffer(), text, Vec::new());
        buffer.begin(&mut reader).expect("it can be read");
        searcher.search(&mut reader, &mut buffer, &mut |hit| hits.push(hit)).expect("it can be read");
        let name = |what: &What<'_>| match what {
            What::Value(origin, encoding) => format!("{} {encoding:?}", origin.variable),
            What::Token(token) => token.id.to_owned(),
        };
        hits.iter().map(|hit| (name(&hit.what), hit.line, hit.column)).collect()
    }

    #[test]
    fn line_and_column_count_characters() {
        let text = format!("eins\nzwölf = '{KEY}'\n\nhex {}\n", hex::encode(KEY));
        assert_eq!(
            found(text.as_bytes()),
            [("API_TOKEN Plain".to_owned(), 2, 10), ("API_TOKEN Hex".to_owned(), 4, 5)]
        );
    }

    #[test]
    fn nothing_is_lost_or_told_twice_where_two_reads_meet() {
        let token = format!("npm_{}", "Jm8Kq2tR4vXwPd6GhBnMq7Zr2vLxW5kTb9Yc");
        let size = searcher().buffer().bytes.len();
        for secret in [KEY, &token] {
            for before in (size - 60..size + 60).step_by(3).chain(2 * size - 50..2 * size + 8) {
                let mut text = "ä\n".repeat(before / 3).into_bytes();
                text.resize(before, b' ');
                let (line, column) = (u32::try_from(before / 3).expect("small") + 1, before % 3 + 1);
                text.extend_from_slice(secret.as_bytes());
                text.extend_from_slice(&b"\n".repeat(size));
                let found = found(&text);
                assert_eq!(found.len(), 1, "{before}");
                assert_eq!(
                    (found[0].1, found[0].2),
                    (line, u32::try_from(column).expect("small")),
                    "{before}"
                );
            }
        }
    }

    #[test]
    fn a_line_that_is_longer_than_the_buffer_has_one_number() {
        let text = format!("\n{}{KEY}", "é".repeat(CHUNK));
        assert_eq!(
            found(text.as_bytes()),
            [("API_TOKEN Plain".to_owned(), 2, u32::try_from(CHUNK).expect("small") + 1)]
        );
    }

    #[test]
    fn a_value_is_told_once_for_a_line_and_a_file_full_of_it_is_not_told_in_full() {
        assert_eq!(found(format!("{KEY} {KEY}\n").as_bytes()).len(), 1);
        assert_eq!(found(format!("{KEY}\n").repeat(2 * MOST).as_bytes()).len(), MOST);
    }
}
