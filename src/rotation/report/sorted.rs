//! Texts in the order of their keys, however many there are: what memory should not hold is sorted in parts, which are
//! merged in the end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Read, Write};

use crate::fs::Scratch;

/// So many bytes of text are held and sorted at a time.
const PART: usize = 8 * 1024 * 1024;

/// What is sorted by: first the one number, then the other.
pub(super) type Key = (u8, i64);

/// Texts with their keys.
pub(super) struct Sorted {
    part: usize,
    held: Vec<(Key, String)>,
    bytes: usize,
    parts: Vec<Scratch>,
}

impl Sorted {
    pub(super) fn new() -> Self {
        Self::with_parts_of(PART)
    }

    fn with_parts_of(part: usize) -> Self {
        Self { part, held: Vec::new(), bytes: 0, parts: Vec::new() }
    }

    /// Takes a text.
    pub(super) fn push(&mut self, key: Key, text: String) -> io::Result<()> {
        self.bytes += text.len();
        self.held.push((key, text));
        if self.bytes >= self.part { self.end_part() } else { Ok(()) }
    }

    fn end_part(&mut self) -> io::Result<()> {
        self.held.sort_by_key(|(key, _)| *key);
        let mut part = Scratch::new();
        for ((first, second), text) in self.held.drain(..) {
            part.write_all(&[first])?;
            part.write_all(&second.to_le_bytes())?;
            part.write_all(&(text.len() as u64).to_le_bytes())?;
            part.write_all(text.as_bytes())?;
        }
        self.bytes = 0;
        self.parts.push(part);
        Ok(())
    }

    /// Writes all of them, smallest key first; equal ones as they came.
    pub(super) fn write_to(mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.parts.is_empty() {
            self.held.sort_by_key(|(key, _)| *key);
            return self.held.iter().try_for_each(|(_, text)| out.write_all(text.as_bytes()));
        }
        self.end_part()?;
        let mut parts = self.parts.into_iter().map(Scratch::into_reader).collect::<io::Result<Vec<_>>>()?;
        let mut next = BinaryHeap::new();
        for (index, part) in parts.iter_mut().enumerate() {
            next.extend(read_key(part)?.map(|key| Reverse((key, index))));
        }
        while let Some(Reverse((_, index))) = next.pop() {
            let part = &mut parts[index];
            let mut length = [0; 8];
            part.read_exact(&mut length)?;
            io::copy(&mut part.take(u64::from_le_bytes(length)), out)?;
            next.extend(read_key(part)?.map(|key| Reverse((key, index))));
        }
        Ok(())
    }
}

/// The key of the next text of a part, if there is one.
fn read_key(part: &mut impl Read) -> io::Result<Option<Key>> {
    let mut first = [0];
    if part.read(&mut first)? == 0 {
        return Ok(None);
    }
    let mut second = [0; 8];
    part.read_exact(&mut second)?;
    Ok(Some((first[0], i64::from_le_bytes(second))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_merged_and_equal_keys_stay_as_they_came() {
        for part in [1, 20, 10_000] {
            let mut sorted = Sorted::with_parts_of(part);
            for number in 0..100_i64 {
                let key = (u8::try_from(number % 3).expect("small"), -(number % 5));
                sorted.push(key, format!("{key:?} {number:02}\n")).expect("it takes everything");
            }
            let mut out = Vec::new();
            sorted.write_to(&mut out).expect("memory takes everything");
            let mut expected: Vec<(Key, i64)> = (0..100_i64)
                .map(|number| ((u8::try_from(number % 3).expect("small"), -(number % 5)), number))
                .collect();
            expected.sort_unstable();
            let expected: Vec<String> =
                expected.iter().map(|(key, number)| format!("{key:?} {number:02}")).collect();
            let written = String::from_utf8(out).expect("UTF-8");
            assert_eq!(written.lines().collect::<Vec<_>>(), expected, "{part}");
        }
    }
}
