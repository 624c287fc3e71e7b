//! Masking values in a stream of bytes, also those that are split across writes or broken into lines.
//!
//! What could be the beginning of a value is held back until more comes. A program that pauses there, as at a prompt
//! without a newline, gets it shown, unless half of a value is there: that is no accident. What was shown is kept in
//! mind, so that the rest of the value is masked if it was one after all.

use std::sync::Arc;

use super::pending::Pending;
use crate::needles::{Match, Needles};

/// A shorter pattern is masked only where it stands in one line: single letters and digits stand in lines of their own
/// by chance.
const SHORTEST_BROKEN: usize = 8;

/// With fewer bytes of a value at its end, a line is shown at once: programs that talk in lines wait for each other.
const LEAST_HELD: usize = 4;

/// Masks the values in one stream.
pub struct Filter {
    needles: Arc<Needles>,
    /// The numbers of the patterns in the order of their bytes.
    sorted: Vec<usize>,
    /// Bytes that begin a pattern.
    beginnings: [bool; 256],
    /// What was read and may still be a part of a value.
    pending: Pending,
    /// How many bytes of those, from the first, were shown or masked already.
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
        Self { needles, sorted, beginnings, pending: Pending::default(), released: 0 }
    }

    /// Takes what was read, and appends what can be shown of it.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.pending.append(bytes);
        let at = self.mask(out, true);
        let held = self.held_from(at);
        let mut shown = self.pending.raw_start(held);
        if self.pending.is_at_break() && self.pending.folded().len() - held < LEAST_HELD {
            shown = self.pending.raw().len();
        }
        self.show(self.pending.raw_end(at)..shown, out);
        self.released = self.released.max(shown);
        let dropped = self.pending.drop_before(held);
        self.released -= dropped;
    }

    /// Nothing more has come for a while: appends what can be shown without giving a value away.
    pub fn pause(&mut self, out: &mut Vec<u8>) {
        let at = self.mask(out, false);
        let masked = self.pending.raw_end(at);
        if self.is_half_of_one(at) {
            self.released = self.released.max(masked);
        } else {
            self.show(masked..self.pending.raw().len(), out);
            self.released = self.pending.raw().len();
        }
    }

    /// The stream has ended: appends the rest.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        let at = self.mask(out, false);
        let end = self.pending.folded().len();
        let rest = match self.needle_that_begins(at) {
            Some(pattern) if self.is_half_of_one(at) => {
                self.show(self.pending.raw_end(at)..self.pending.raw_start(at), out);
                self.write_mask(pattern, out);
                end
            }
            _ => at,
        };
        self.show(self.pending.raw_end(rest)..self.pending.raw().len(), out);
        self.pending.drop_before(end);
        self.released = 0;
    }

    /// Whether something is held back that a pause would show.
    pub fn is_holding(&self) -> bool {
        self.released < self.pending.raw().len()
    }

    /// Masks every value, of those that overlap the first and then the longest, and gives where the last one ends, in the
    /// text without line ends. A value that could still turn out to be the beginning of a longer one waits, if `more` may
    /// come.
    fn mask(&mut self, out: &mut Vec<u8>, more: bool) -> usize {
        let mut found: Vec<Match> = Vec::new();
        self.needles.matcher.each(self.pending.folded(), |it| found.push(it));
        found.retain(|it| self.stands_together(it));
        found.sort_unstable_by_key(|it| (it.start, std::cmp::Reverse(it.end)));
        let mut at = 0;
        let mut held = if more { self.held_from(at) } else { self.pending.folded().len() };
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
            self.show(self.pending.raw_end(at)..self.pending.raw_start(it.start), out);
            // One that was masked before a pause, and has not grown since, is not masked twice.
            if self.pending.raw_end(it.end) > self.released {
                self.write_mask(it.pattern, out);
            }
            at = it.end;
        }
        at
    }

    /// Whether it is long enough to be broken into lines, or stands in one.
    fn stands_together(&self, it: &Match) -> bool {
        let length = it.end - it.start;
        let raw = || self.pending.raw_end(it.end) - self.pending.raw_start(it.start);
        length >= SHORTEST_BROKEN || length == raw()
    }

    fn write_mask(&self, pattern: usize, out: &mut Vec<u8>) {
        let (origin, _) = self.needles.of(pattern);
        out.extend_from_slice(b"[redacted ");
        out.extend_from_slice(origin.variable.as_bytes());
        out.push(b']');
    }

    /// Where, at or after a place, something begins that could become a value with what comes next.
    fn held_from(&self, at: usize) -> usize {
        let end = self.pending.folded().len();
        let longest = self.needles.matcher.longest();
        let mut starts = at.max((end + 1).saturating_sub(longest))..end;
        starts.find(|&start| self.needle_that_begins(start).is_some()).unwrap_or(end)
    }

    /// The shortest of the patterns, by their order, that the bytes from there on begin and do not complete.
    fn needle_that_begins(&self, start: usize) -> Option<usize> {
        let begun = self.pending.folded().get(start..).filter(|begun| !begun.is_empty())?;
        if !self.beginnings[usize::from(begun[0])] {
            return None;
        }
        let patterns = self.needles.matcher.patterns();
        let next = self.sorted.partition_point(|&number| patterns[number].as_slice() <= begun);
        self.sorted.get(next).copied().filter(|&number| patterns[number].starts_with(begun))
    }

    /// Whether the bytes from there on are half of a value or more.
    fn is_half_of_one(&self, start: usize) -> bool {
        let begun = &self.pending.folded()[start..];
        let Some(first) = self.needle_that_begins(start) else { return false };
        let patterns = self.needles.matcher.patterns();
        let from = self.sorted.iter().skip_while(|&&number| number != first);
        let mut begun_ones = from.map(|&number| &patterns[number]).take_while(|it| it.starts_with(begun));
        begun_ones.any(|it| 2 * begun.len() >= it.len())
    }

    /// Appends what was not shown yet, of the bytes as they came.
    fn show(&self, range: std::ops::Range<usize>, out: &mut Vec<u8>) {
        let start = range.start.max(self.released);
        out.extend_from_slice(self.pending.raw().get(start..range.end).unwrap_or_default());
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

    #[test]
    fn a_value_is_masked_wherever_it_is_broken_into_lines() {
        let text = format!("a {KEY} b");
        for end in ["\n", "\r\n", "\n    ", "\r\n\t"] {
            for at in 3..2 + KEY.len() {
                let broken = format!("{}{end}{}", &text[..at], &text[at..]);
                for split in 0..broken.len() {
                    let mut filter = filter(&[("API_TOKEN", KEY)]);
                    let shown = shown(&mut filter, &[&broken[..split], &broken[split..], "\n"]);
                    // Up to three characters at the end of a line are shown at once, if it comes alone.
                    let (before, after) = shown.split_once("[redacted API_TOKEN]").expect("it is masked");
                    assert!(
                        KEY.starts_with(before[2..].trim_end()) && before.trim_end().len() < 6,
                        "{shown:?}"
                    );
                    assert_eq!(after, " b\n", "{broken:?}");
                }
                let mut filter = filter(&[("API_TOKEN", KEY)]);
                assert_eq!(shown(&mut filter, &[&broken]), "a [redacted API_TOKEN] b");
            }
        }
    }

    #[test]
    fn lines_that_are_short_are_no_value_and_short_values_are_not_broken() {
        let mut filter = filter(&[("PIN_KEY", "1234"), ("API_TOKEN", KEY)]);
        assert_eq!(shown(&mut filter, &["1\n2\n3\n4\n1234\nq\n"]), "1\n2\n3\n4\n[redacted PIN_KEY]\nq\n");
    }

    #[test]
    fn a_line_that_ends_like_a_value_is_shown_at_once_and_a_half_one_keeps_its_line_end() {
        let mut filter = filter(&[("API_TOKEN", KEY)]);
        let mut out = Vec::new();
        filter.push(b"ready q7\n", &mut out);
        assert_eq!(out, b"ready q7\n");
        assert!(!filter.is_holding());
        assert_eq!(shown(&mut filter, &["go\n", &KEY[..8], "\n"]), "go\n[redacted API_TOKEN]\n");
    }

    #[test]
    fn what_is_held_back_is_bounded() {
        let mut filter = filter(&[("API_TOKEN", KEY)]);
        let mut out = Vec::new();
        filter.push(&KEY.as_bytes()[..8], &mut out);
        for _ in 0..1000 {
            filter.push(&[b'\n'; 1000], &mut out);
        }
        assert!(filter.pending.raw().len() < 1000);
        assert_eq!(out.len(), 8 + 1_000_000 - filter.pending.raw().len());
    }
}
