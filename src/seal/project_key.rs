//! The project key of an environment: 32 random bytes with a number, known to its recipients only.
//!
//! It proves that a sealed file was written by someone who could open the environment, and it keys the
//! fingerprints. It lies beside the sealed file, in an age file for the environment's recipients. The file
//! keeps the former keys too, newest first: they are needed to check older ledger entries and revisions, and
//! whoever writes a new key shows with them that he knew the one before.
//!
//! Not promised: that a tag tells one recipient from another. All of them know the same key.

use zeroize::Zeroizing;

use super::machine::Seen;
use crate::mac::Mac;
use crate::rng::{self, Rng};
use crate::secret::Key;

/// First line of the text inside the age file.
const HEADER: &str = "envward project key 1";

/// A project key.
#[derive(Clone)]
pub struct ProjectKey {
    /// Counts from 1.
    pub number: u32,
    /// The 32 bytes.
    pub key: Key,
}

impl ProjectKey {
    /// What can be shown of it: two people compare it to know that they have the same key. 128 bits, as 32
    /// hexadecimal digits.
    pub fn pin(&self) -> String {
        Mac::new(&self.key, "envward/1/pin").finish_short()
    }

    /// What a machine remembers of it beside a generation of the sealed file.
    pub(super) fn seen(&self, generation: u64) -> Seen {
        Seen { key: self.number, pin: self.pin(), generation, verified: None, fit: None }
    }
}

/// Whether a text could be what [`ProjectKey::pin`] gives.
pub fn is_pin(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The text inside a project key file is not what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Written by a newer envward.
    Newer,
    /// Anything else.
    Broken,
}

/// The present project key of an environment and its former ones.
#[derive(Clone)]
pub struct ProjectKeys {
    current: ProjectKey,
    former: Vec<ProjectKey>,
}

impl ProjectKeys {
    /// The first key of an environment.
    pub fn generate(rng: &mut Rng) -> Result<Self, rng::Error> {
        let current = ProjectKey { number: 1, key: Key::new(rng.bytes()?) };
        Ok(Self { current, former: Vec::new() })
    }

    /// The same with a new current key, for when a recipient leaves.
    pub fn next(&self, rng: &mut Rng) -> Result<Self, rng::Error> {
        let current = ProjectKey { number: self.current.number + 1, key: Key::new(rng.bytes()?) };
        let former = self.iter().cloned().collect();
        Ok(Self { current, former })
    }

    /// The key that new tags are made with.
    pub fn current(&self) -> &ProjectKey {
        &self.current
    }

    /// The key of that number.
    pub fn number(&self, number: u32) -> Option<&ProjectKey> {
        self.iter().find(|key| key.number == number)
    }

    /// Every key, the current one first.
    pub fn iter(&self) -> impl Iterator<Item = &ProjectKey> {
        std::iter::once(&self.current).chain(&self.former)
    }

    /// The text to encrypt.
    pub fn to_text(&self) -> Zeroizing<String> {
        let count = 1 + self.former.len();
        // With its final size at once, so that growing leaves no copy behind.
        let mut text = Zeroizing::new(String::with_capacity(HEADER.len() + 1 + count * (10 + 1 + 64 + 1)));
        text.push_str(HEADER);
        for key in self.iter() {
            let bytes = Zeroizing::new(hex::encode(key.key.expose()));
            text.push('\n');
            text.push_str(&key.number.to_string());
            text.push(' ');
            text.push_str(&bytes);
        }
        text.push('\n');
        text
    }

    /// Reads the decrypted text, strictly: numbers count down to 1 without a gap.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut lines = text.strip_suffix('\n').ok_or(Malformed::Broken)?.split('\n');
        match lines.next() {
            Some(HEADER) => {}
            Some(line) if line.starts_with("envward project key ") => return Err(Malformed::Newer),
            _ => return Err(Malformed::Broken),
        }
        let keys = lines.map(parse_line).collect::<Option<Vec<_>>>().ok_or(Malformed::Broken)?;
        let counted = keys.iter().rev().zip(1..).all(|(key, number)| key.number == number);
        let mut keys = keys.into_iter();
        match keys.next() {
            Some(current) if counted => Ok(Self { current, former: keys.collect() }),
            _ => Err(Malformed::Broken),
        }
    }
}

fn parse_line(line: &str) -> Option<ProjectKey> {
    let (number, digits) = line.split_once(' ')?;
    let mut bytes = Zeroizing::new([0_u8; 32]);
    hex::decode_to_slice(digits, bytes.as_mut_slice()).ok()?;
    Some(ProjectKey { number: number.parse().ok()?, key: Key::new(*bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(count: u32) -> ProjectKeys {
        let mut rng = Rng::test_only_seeded(1);
        let first = ProjectKeys::generate(&mut rng).expect("a seeded generator does not fail");
        (1..count).fold(first, |keys, _| keys.next(&mut rng).expect("a seeded generator does not fail"))
    }

    #[test]
    fn the_text_reads_back_with_every_former_key() {
        let keys = keys(3);
        let read = ProjectKeys::parse(&keys.to_text()).expect("what was written reads back");
        assert_eq!(read.current().number, 3);
        for number in 1..=3 {
            let pin = |keys: &ProjectKeys| keys.number(number).map(ProjectKey::pin);
            assert_eq!(pin(&read), pin(&keys));
        }
        assert!(read.number(4).is_none());
    }

    #[test]
    fn the_pin_differs_from_key_to_key_and_is_not_the_key() {
        let keys = keys(2);
        let (first, second) = (keys.number(1).expect("it has two"), keys.current());
        assert_ne!(first.pin(), second.pin());
        assert!(!hex::encode(first.key.expose()).contains(&first.pin()));
    }

    #[test]
    fn anything_else_is_refused() {
        let text = keys(2).to_text().to_string();
        let broken = [
            "",
            "envward project key 1\n",
            text.trim_end(),
            &text.replace("\n2 ", "\n3 "),
            &text.replace("\n1 ", "\n2 "),
            &text[..text.len() - 2],
        ];
        for text in broken {
            assert_eq!(ProjectKeys::parse(text).err(), Some(Malformed::Broken));
        }
        let newer = text.replace("key 1\n", "key 2\n");
        assert_eq!(ProjectKeys::parse(&newer).err(), Some(Malformed::Newer));
    }
}
