//! What was read of a stream and may still be a part of a value: as it came, and without its line ends.
//!
//! `base64`, `fold` and many others break what they print into lines, so values are looked for in the text without line
//! ends. A line end is any of CR and LF, with the blanks behind it.

use memchr::memchr2;
use zeroize::Zeroizing;

use crate::needles::is_break;

/// After so many bytes of line ends and blanks what stands before and after them belongs together no longer: else what
/// is held back of a stream could grow for ever.
const LONGEST_BREAK: usize = 256;

/// The bytes, and where in them those stand that are no line ends.
#[derive(Default)]
pub(super) struct Pending {
    raw: Zeroizing<Vec<u8>>,
    folded: Zeroizing<Vec<u8>>,
    /// Where each run of bytes begins that stand one after the other in both: in `folded`, and in `raw`.
    runs: Vec<(usize, usize)>,
    /// Bytes of the line end that the stream is in the middle of.
    in_break: usize,
}

impl Pending {
    /// The bytes as they came.
    pub(super) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The bytes without line ends.
    pub(super) fn folded(&self) -> &[u8] {
        &self.folded
    }

    /// Whether a line has just ended.
    pub(super) fn is_at_break(&self) -> bool {
        self.in_break > 0
    }

    /// Where a byte of the folded text stands; for its end, the end.
    pub(super) fn raw_start(&self, at: usize) -> usize {
        if at >= self.folded.len() {
            return self.raw.len();
        }
        let next = self.runs.partition_point(|&(folded, _)| folded <= at);
        let (folded, raw) = self.runs[next - 1];
        raw + (at - folded)
    }

    /// One past where the byte before that place stands.
    pub(super) fn raw_end(&self, at: usize) -> usize {
        at.checked_sub(1).map_or(0, |last| self.raw_start(last) + 1)
    }

    /// Adds what was read.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        let mut at = self.raw.len();
        grow(&mut self.raw, bytes);
        // Large enough, so that no copy of what is there is left behind.
        let mut folded = Zeroizing::new(Vec::with_capacity(self.folded.len() + bytes.len()));
        folded.extend_from_slice(&self.folded);
        self.folded = folded;
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            if is_break(first, self.in_break > 0) {
                self.in_break += 1;
                if self.in_break == LONGEST_BREAK {
                    self.take(at, &rest[..1]);
                }
                (at, rest) = (at + 1, &rest[1..]);
                continue;
            }
            self.in_break = 0;
            let count = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            self.take(at, &rest[..count]);
            (at, rest) = (at + count, &rest[count..]);
        }
    }

    /// Adds a run to the folded text.
    fn take(&mut self, at: usize, bytes: &[u8]) {
        let goes_on = self.runs.last().is_some_and(|&(folded, raw)| self.folded.len() - folded == at - raw);
        if !goes_on {
            self.runs.push((self.folded.len(), at));
        }
        self.folded.extend_from_slice(bytes);
    }

    /// Drops what stands before a place of the folded text; gives how many bytes that was.
    pub(super) fn drop_before(&mut self, at: usize) -> usize {
        let dropped = self.raw_start(at);
        if at >= self.folded.len() {
            self.runs.clear();
        } else {
            let next = self.runs.partition_point(|&(folded, _)| folded <= at);
            self.runs.drain(..next - 1);
            self.runs[0] = (at, dropped);
            for (folded, raw) in &mut self.runs {
                (*folded, *raw) = (*folded - at, *raw - dropped);
            }
        }
        let at = at.min(self.folded.len());
        self.folded.drain(..at);
        self.raw.drain(..dropped);
        dropped
    }
}

/// Appends without leaving a copy behind.
fn grow(bytes: &mut Zeroizing<Vec<u8>>, more: &[u8]) {
    let mut grown = Zeroizing::new(Vec::with_capacity(bytes.len() + more.len()));
    grown.extend_from_slice(bytes);
    grown.extend_from_slice(more);
    *bytes = grown;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(parts: &[&str]) -> Pending {
        let mut pending = Pending::default();
        for part in parts {
            pending.append(part.as_bytes());
        }
        pending
    }

    #[test]
    fn line_ends_are_left_out_however_they_come() {
        for parts in [&["ab\r\n  cd\n\n\tef g\n"][..], &["ab\r", "\n", " ", " cd", "\n\n", "\tef g", "\n"]] {
            let mut pending = pending(parts);
            assert_eq!(pending.folded(), b"abcdef g");
            assert_eq!([0, 2, 3, 4, 8].map(|at| pending.raw_start(at)), [0, 6, 7, 11, 16]);
            assert_eq!([0, 2, 4, 8].map(|at| pending.raw_end(at)), [0, 2, 8, 15]);
            assert_eq!(pending.drop_before(3), 7);
            assert_eq!((pending.folded(), pending.raw()), (&b"def g"[..], &b"d\n\n\tef g\n"[..]));
            assert_eq!([0, 1, 5].map(|at| pending.raw_start(at)), [0, 4, 9]);
            assert_eq!(pending.drop_before(5), 9);
            assert!(pending.raw().is_empty() && pending.is_at_break());
            pending.append(b"  x");
            assert_eq!((pending.folded(), pending.raw_start(0)), (&b"x"[..], 2));
        }
    }

    #[test]
    fn a_very_long_break_is_none() {
        let text = format!("a{}b", "\n".repeat(3 * LONGEST_BREAK));
        assert_eq!(pending(&[&text]).folded(), b"a\nb");
    }
}
