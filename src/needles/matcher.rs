//! Finding thousands of long byte patterns in much text, faster than it can be read from most disks.
//!
//! Every pattern is at least [`SHORTEST`] bytes long, so the text need not be looked at byte by byte: of each pattern
//! a window as long as the shortest pattern is chosen, and its groups of four bytes are put into a table. Wherever the
//! window stands in a text, one of its groups stands at a multiple of the stride, which is how many groups a window
//! has. So one look in every stride is enough, at a table of bits that fits into a processor's nearest cache; what it
//! lets through is compared. An automaton (Aho-Corasick) has to take a step for each byte, and its states grow with
//! the bytes of all patterns.

use zeroize::Zeroizing;

/// No pattern is shorter, in bytes.
pub const SHORTEST: usize = GROUP;

/// Bytes of a group.
const GROUP: usize = 4;

/// A pattern longer than that leaves its windows as short; a wider window needs more room in the tables.
const WIDEST: usize = 24;

/// Bits of a hash that address the table of bits (32 KiB), and of those the first that address the buckets.
const FILTER_BITS: u32 = 18;
const BUCKET_BITS: u32 = 15;

/// Patterns to look for, overwritten when dropped.
pub struct Matcher {
    patterns: Vec<Zeroizing<Vec<u8>>>,
    stride: usize,
    filter: Vec<u64>,
    /// Where the groups of each bucket begin, and at last where the last ones end.
    buckets: Vec<u32>,
    groups: Vec<Group>,
    longest: usize,
}

/// Four bytes of a pattern.
#[derive(Clone, Copy)]
struct Group {
    hash: u32,
    pattern: u32,
    /// Where in the pattern it stands.
    offset: u32,
}

/// Where a pattern stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// Its number, in the order in which they were given.
    pub pattern: usize,
}

impl Matcher {
    /// Looks for these. None may be shorter than [`SHORTEST`].
    pub fn new(patterns: Vec<Zeroizing<Vec<u8>>>) -> Self {
        let shortest = patterns.iter().map(|pattern| pattern.len()).min().unwrap_or(WIDEST);
        let longest = patterns.iter().map(|pattern| pattern.len()).max().unwrap_or_default();
        let window = shortest.clamp(GROUP, WIDEST);
        let stride = window - GROUP + 1;
        let mut groups: Vec<Group> = Vec::with_capacity(patterns.len() * stride);
        let mut filter = vec![0; 1 << (FILTER_BITS - 6)];
        for (number, pattern) in (0..).zip(&patterns) {
            // The last bytes: values begin alike (`sk-`, `https://`, `-----BEGIN`), and end at random.
            let first = pattern.len().saturating_sub(window);
            for (offset, bytes) in (0..).zip(pattern.windows(GROUP)).skip(first) {
                let hash = hash(bytes);
                let bit = hash >> (32 - FILTER_BITS);
                filter[index(bit >> 6)] |= 1 << (bit & 63);
                groups.push(Group { hash, pattern: number, offset });
            }
        }
        groups.sort_unstable_by_key(|group| group.hash);
        let mut buckets = vec![0; (1 << BUCKET_BITS) + 1];
        for group in &groups {
            buckets[index(bucket(group.hash)) + 1] += 1;
        }
        let mut sum = 0;
        for begin in &mut buckets {
            sum += *begin;
            *begin = sum;
        }
        Self { patterns, stride, filter, buckets, groups, longest }
    }

    /// Bytes of the longest pattern.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The patterns, in the order in which they were given.
    pub fn patterns(&self) -> &[Zeroizing<Vec<u8>>] {
        &self.patterns
    }

    /// Reports every place of every pattern in the text, in no order.
    pub fn each(&self, text: &[u8], mut report: impl FnMut(Match)) {
        if self.is_empty() {
            return;
        }
        let mut at = 0;
        while let Some(bytes) = text.get(at..at + GROUP) {
            let hash = hash(bytes);
            let bit = hash >> (32 - FILTER_BITS);
            if self.filter[index(bit >> 6)] >> (bit & 63) & 1 == 1 {
                self.compare(text, at, hash, &mut report);
            }
            at += self.stride;
        }
    }

    /// Compares what has a group of this hash there.
    #[cold]
    fn compare(&self, text: &[u8], at: usize, hash: u32, report: &mut impl FnMut(Match)) {
        let bucket = index(bucket(hash));
        let groups = index(self.buckets[bucket])..index(self.buckets[bucket + 1]);
        for group in self.groups[groups].iter().filter(|group| group.hash == hash) {
            let pattern = &self.patterns[index(group.pattern)];
            let Some(start) = at.checked_sub(index(group.offset)) else { continue };
            if text[start..].starts_with(pattern) {
                // A window has one group at a multiple of the stride, so nothing is reported twice.
                report(Match { start, end: start + pattern.len(), pattern: index(group.pattern) });
            }
        }
    }
}

fn bucket(hash: u32) -> u32 {
    hash >> (32 - BUCKET_BITS)
}

fn index(number: u32) -> usize {
    usize::try_from(number).expect("an address has 32 bits or more")
}

/// Fibonacci hashing: one multiplication, whose upper bits depend on all of the lower ones.
fn hash(group: &[u8]) -> u32 {
    let bytes: [u8; GROUP] = group.try_into().expect("it is as long as a group");
    u32::from_le_bytes(bytes).wrapping_mul(0x9E37_79B1)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn found(patterns: &[Vec<u8>], text: &[u8]) -> Vec<Match> {
        let matcher = Matcher::new(patterns.iter().cloned().map(Zeroizing::new).collect());
        let mut found = Vec::new();
        matcher.each(text, |it| found.push(it));
        found.sort_unstable();
        found
    }

    fn expected(patterns: &[Vec<u8>], text: &[u8]) -> Vec<Match> {
        let mut expected = Vec::new();
        for start in 0..text.len() {
            for (pattern, bytes) in patterns.iter().enumerate() {
                if text[start..].starts_with(bytes) {
                    expected.push(Match { start, end: start + bytes.len(), pattern });
                }
            }
        }
        expected.sort_unstable();
        expected
    }

    proptest! {
        /// Of few different bytes, so that patterns overlap, begin alike and stand in each other.
        #[test]
        fn everything_is_found_and_nothing_else(
            patterns in vec(vec(b'a'..=b'c', SHORTEST..40), 1..6),
            text in vec(b'a'..=b'c', 0..600),
            places in vec((0..600_usize, 0..6_usize), 0..8),
        ) {
            let mut text = text;
            for (place, pattern) in places {
                let (place, pattern) = (place.min(text.len()), &patterns[pattern % patterns.len()]);
                text.splice(place..place, pattern.iter().copied());
            }
            prop_assert_eq!(found(&patterns, &text), expected(&patterns, &text));
        }
    }

    #[test]
    fn a_match_may_begin_and_end_the_text() {
        let patterns = [b"0123456789abcdef".to_vec()];
        assert_eq!(found(&patterns, &patterns[0]).len(), 1);
        assert_eq!(found(&patterns, &patterns[0][1..]).len(), 0);
        assert_eq!(found(&patterns, &patterns[0].repeat(3)).len(), 3);
    }

    #[test]
    fn nothing_to_look_for_is_nothing_found() {
        assert!(found(&[], b"some text").is_empty());
    }
}
