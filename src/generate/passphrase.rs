//! Words from the EFF's long list, for people to type.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Error, Generated, Kind, PERSON_BITS, alphabet, check_range, check_strength};
use crate::rng::Rng;
use crate::secret::Secret;

/// The EFF's long word list, one word a line: "EFF's Long Wordlist" by Joseph Bonneau, Electronic Frontier
/// Foundation, 2016, licensed under Creative Commons Attribution 3.0 US.
const LIST: &str = include_str!("eff_large_wordlist.txt");

/// Words on the list: one for each roll of five dice.
const WORDS: u32 = 7776;

/// Longest word on the list, in bytes.
const LONGEST: usize = 9;

/// Options of `passphrase`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Number of words, from 5 to 32; each is worth 12.9 bits
    #[arg(long, value_name = "N", default_value_t = Self::default().words)]
    pub words: usize,

    /// What stands between the words
    #[arg(long, value_name = "TEXT", default_value_t = Self::default().separator, allow_hyphen_values = true)]
    pub separator: String,
}

impl Default for Options {
    /// Six words, 77 bits: what the EFF recommends.
    fn default() -> Self {
        Self { words: 6, separator: "-".to_owned() }
    }
}

impl Kind for Options {
    fn check(&self) -> Result<(), Error> {
        if self.separator.len() > 8 || self.separator.contains(char::is_control) {
            return Err(Error::Invalid {
                option: "separator",
                problem: "must be at most 8 printable characters",
            });
        }
        check_range("words", self.words, 0, 32)?;
        check_strength("words", alphabet::bits(WORDS as usize, self.words), PERSON_BITS)
    }

    fn make(&self, rng: &mut Rng, _now: Timestamp) -> Result<Generated, Error> {
        let list: Vec<&str> = LIST.lines().collect();
        let mut text = String::with_capacity(self.words * (LONGEST + self.separator.len()));
        for position in 0..self.words {
            if position > 0 {
                text.push_str(&self.separator);
            }
            text.push_str(list[rng.below(WORDS)? as usize]);
        }
        let bits = Some(alphabet::bits(WORDS as usize, self.words));
        Ok(Generated { secret: Secret::new(text), public: None, bits })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_list_is_7776_different_words_of_known_length() {
        let words: BTreeSet<&str> = LIST.lines().collect();
        assert_eq!((words.len(), LIST.lines().count()), (7776, 7776));
        assert_eq!(words.iter().map(|word| word.len()).max(), Some(LONGEST));
        assert!(words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
        assert_eq!((LIST.lines().next(), LIST.lines().last()), (Some("abacus"), Some("zoom")));
    }

    #[test]
    fn it_has_the_words_asked_for_and_says_what_they_are_worth() {
        let options = Options { words: 7, separator: " ".to_owned() };
        let made = options.make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
        let made = made.expect("a seeded generator does not fail");
        let words: Vec<&str> = made.secret.expose().split(' ').collect();
        assert_eq!(words.len(), 7);
        assert!(words.iter().all(|word| LIST.lines().any(|known| known == *word)));
        assert_eq!(made.bits, Some(90));
    }

    #[test]
    fn four_words_are_too_few() {
        let error = Options { words: 4, ..Options::default() }.check().expect_err("51 bits");
        assert_eq!(error.to_string(), "51 bits are too weak: at least 64 are needed");
        assert!(Options { words: 5, ..Options::default() }.check().is_ok());
        assert!(Options { separator: "\n".to_owned(), ..Options::default() }.check().is_err());
    }
}
