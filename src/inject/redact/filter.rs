//! Masking values in a stream of bytes, also those that are split across writes.
//!
//! What could be the beginning of a value is held back until more comes. A program that pauses there, as at a prompt
//! without a newline, gets it shown, unless half of a value is there: that is no accident. What was shown is kept in
//! mind, so that the rest of the value is masked if it was one after all.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::needles::{Match, Needles};

/// Masks the values in one stream.
pub struct Filter {
    needles: Arc<Needles>,
    /// The numbers of the patterns in the order of their bytes.
    sorted: Vec<usize>,
    /// Bytes that begin a pattern.
    beginnings: [bool; 256],
    /// What was read and may still be a part of a value.
    pending: Zeroizing<Vec<u8>>,
    /// How many of those, from the first, were shown or masked already.
    released: usize,
}

impl Filter {
    /// Masks these values.
    pub fn new(needles: Arc<Needles>) -> Self {
        let patterns = needles.matcher.patterns();
        let mut sorted: Vec<usize> = (0..patterns.len()).collect();
        sorted.sort_unstable_by(|&one, &other| patterns[one].cmp(&patterns[other]));
        let mut beginnings = [false; 256];
        for first in patterns.iter().filter_map(|pattern| pattern.first()) {
            beginnings[usize::from(*first)] = true;
        }
        Self { needles, sorted, beginnings, pending: Zeroizing::default(), released: 0 }
    }

    /// Takes what was read, and appends what can be shown of it.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.append(bytes);
        let at = self.mask(out, true);
        let held = self.held_from(at);
        self.show(at..held, out);
        self.drop_first(held);
    }

    /// Nothing more has come for a while: appends what can be shown without giving a value away.
    pub fn pause(&mut self, out: &mut Vec<u8>) {
        let at = self.mask(out, false);
        if self.is_half_of_one(at) {
            self.released = self.released.max(at);
        } else {
            self.show(at..self.pending.len(), out);
            self.released = self.pending.len();
        }
    }

    /// The stream has ended: appends the rest.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        let at = self.mask(out, false);
        match self.needle_that_begins(at) {
            Some(pattern) if self.is_half_of_one(at) => self.write_mask(pattern, out),
            _ => self.show(at..self.pending.len(), out),
        }
        self.drop_first(self.pending.len());
    }

    /// Whether something is held back that a pause would show.
    pub fn is_holding(&self) -> bool {
        self.released < self.pending.len()
    }

    /// Masks every value, of those that overlap the first and then the longest, and gives where the last one ends. A
    /// value that could still turn out to be the beginning of a longer one waits, if `more` may come.
    fn mask(&mut self, out: &mut Vec<u8>, more: bool) -> usize {
        let mut found: Vec<Match> = Vec::new();
        self.needles.matcher.each(&self.pending, |it| found.push(it));
        found.sort_unstable_by_key(|it| (it.start, std::cmp::Reverse(it.end)));
        let mut at = 0;
        let mut held = if more { self.held_from(at) } else { self.pending.len() };
        for it in found {
            if it.start < at {
                continue;
            }
            if more && held < at {
                held = self.held_from(at);
            }
            if it.start >= held {
                break;
            }
            self.show(at..it.start, out);
            // One that was masked before a pause, and has not grown since, is not masked twice.
            if it.end > self.released {
                self.write_mask(it.pattern, out);
            }
            at = it.end;
        }
        at
    }

    fn write_mask(&self, pattern: usize, out: &mut Vec<u8>) {
        let (origin, _) = self.needles.of(pattern);
        out.extend_from_slice(b"[redacted ");
        out.extend_from_slice(origin.variable.as_bytes());
        out.push(b']');
    }

    /// Where, at or after a place, something begins that could become a value with what comes next.
    fn held_from(&self, at: usize) -> usize {
        let end = self.pending.len();
        let longest = self.needles.matcher.longest();
        let mut starts = at.max((end + 1).saturating_sub(longest))..end;
        starts.find(|&start| self.needle_that_begins(start).is_some()).unwrap_or(end)
    }

    /// The shortest of the patterns, by their order, that the bytes from there on begin and do not complete.
    fn needle_that_begins(&self, start: usize) -> Option<usize> {
        let begun = self.pending.get(start..).filter(|begun| !begun.is_empty())?;
        if !self.beginnings[usize::from(begun[0])] {
            return None;
        }
        let patterns = self.needles.matcher.patterns();
        let next = self.sorted.partition_point(|&number| patterns[number].as_slice() <= begun);
        self.sorted.get(next).copied().filter(|&number| patterns[number].starts_with(begun))
    }

    /// Whether the bytes from there on are half of a value or more.
    fn is_half_of_one(&self, start: usize) -> bool {
        let begun = &self.pending[start..];
        let Some(first) = self.needle_that_begins(start) else { return false };
        let patterns = self.needles.matcher.patterns();
        let from = self.sorted.iter().skip_while(|&&number| number != first);
        let mut begun_ones = from.map(|&number| &patterns[number]).take_while(|it| it.starts_with(begun));
        begun_ones.any(|it| 2 * begun.len() >= it.len())
    }

    /// Appends what was not shown yet.
    fn show(&self, range: std::ops::Range<usize>, out: &mut Vec<u8>) {
        let start = range.start.max(self.released);
        out.extend_from_slice(self.pending.get(start..range.end).unwrap_or_default());
    }

    fn append(&mut self, bytes: &[u8]) {
        let mut grown = Zeroizing::new(Vec::with_capacity(self.pending.len() + bytes.len()));
        grown.extend_from_slice(&self.pending);
        grown.extend_from_slice(bytes);
        self.pending = grown;
    }

    fn drop_first(&mut self, count: usize) {
        self.pending.drain(..count);
        self.released = self.released.saturating_sub(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::needles::{Collector, Purpose};
    use crate::secret::{Secret, Values};

    const KEY: &str = "q7Zr2vLxW5kTb9Yc";

    fn filter(values: &[(&str, &str)]) -> Filter {
        let values: Values =
            values.iter().map(|&(name, value)| (name.to_owned(), Secret::new(value))).collect();
        let mut collector = Collector::new(Purpose::Mask);
        collector.add(None, &values, None);
        Filter::new(Arc::new(collector.build()))
    }

    /// What is shown of parts that come one after the other; `|` is a pause.
    fn shown(filter: &mut Filter, parts: &[&str]) -> String {
        let mut out = Vec::new();
        for part in parts {
            match *part {
                "|" => filter.pause(&mut out),
                part => filter.push(part.as_bytes(), &mut out),
            }
        }
        filter.end(&mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_value_is_masked_wherever_it_is_split() {
        let text = format!("a {KEY} b {} c", hex::encode(KEY));
        for first in 0..text.len() {
            for second in first..text.len().min(first + 7) {
                let parts = [&text[..first], &text[first..second], &text[second..]];
                let mut filter = filter(&[("API_TOKEN", KEY)]);
                assert_eq!(shown(&mut filter, &parts), "a [redacted API_TOKEN] b [redacted API_TOKEN] c");
            }
        }
        let letters: Vec<String> = text.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        let mut filter = filter(&[("API_TOKEN", KEY)]);
        assert_eq!(shown(&mut filter, &letters), "a [redacted API_TOKEN] b [redacted API_TOKEN] c");
    }

    #[test]
    fn everything_else_comes_out_byte_for_byte() {
        let mut filter = filter(&[("API_TOKEN", KEY)]);
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let mut out = Vec::new();
        for chunk in bytes.chunks(777) {
            filter.push(chunk, &mut out);
        }
        filter.end(&mut out);
        assert!(out == bytes);
    }

    #[test]
    fn of_two_values_the_longer_one_is_masked() {
        let mut filter = filter(&[("A_KEY", "abcd1234"), ("B_KEY", "abcd1234efgh")]);
        assert_eq!(
            shown(&mut filter, &["abcd1234", "efgh abcd1234 e"]),
            "[redacted B_KEY] [redacted A_KEY] e"
        );
    }

    #[test]
    fn a_prompt_that_begins_like_a_value_is_shown_after_a_pause() {
        let mut filter = filter(&[("API_TOKEN", KEY)]);
        let mut out = Vec::new();
        filter.push(b"name: q7", &mut out);
        assert_eq!(out, b"name: ");
        assert!(filter.is_holding());
        filter.pause(&mut out);
        assert_eq!(out, b"name: q7");
        // It was a value after all: the rest of it is masked.
        filter.push(&KEY.as_bytes()[2..], &mut out);
        filter.push(b"\n", &mut out);
        assert_eq!(out, b"name: q7[redacted API_TOKEN]\n");
    }

    #[test]
    fn half_of_a_value_is_not_shown_after_a_pause_nor_at_the_end() {
        let half = &KEY[..8];
        let mut masked = filter(&[("API_TOKEN", KEY)]);
        assert_eq!(shown(&mut masked, &["x ", half, "|", &KEY[8..], "y"]), "x [redacted API_TOKEN]y");
        let mut masked = filter(&[("API_TOKEN", KEY)]);
        assert_eq!(shown(&mut masked, &["x ", half]), "x [redacted API_TOKEN]");
        let mut other = filter(&[("API_TOKEN", KEY)]);
        assert_eq!(shown(&mut other, &["x ", half, "|", "!"]), format!("x {half}!"));
    }

    #[test]
    fn a_value_that_a_longer_one_begins_with_is_masked_once() {
        let mut filter = filter(&[("A_KEY", "abcd1234"), ("B_KEY", "abcd1234efghijklmnop")]);
        assert_eq!(shown(&mut filter, &["abcd1234", "|", "\n"]), "[redacted A_KEY]\n");
    }
}
