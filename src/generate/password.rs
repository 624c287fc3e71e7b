//! A password that contains every kind of character a policy asks for, and only characters that every reader
//! of env files takes as they are.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::alphabet::{self, DIGITS, LOWER, UPPER};
use super::{Error, Generated, Kind, PERSON_BITS, check_range, check_strength};
use crate::rng::Rng;
use crate::secret::Secret;

/// Symbols that every measured reader of env files reads back from a bare value.
const SYMBOLS: &str = "_-.@%+:,/!*?^=";

/// Characters that are taken for one another when a password is read aloud or copied by hand.
const LOOK_ALIKES: &str = "0Oo1Il|5S2Z8B";

/// Options of `password`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Number of characters, at most 1024
    #[arg(long, value_name = "N", default_value_t = Self::default().length)]
    pub length: usize,

    /// Kinds of character to take, at least one of each: lower, upper, digit, symbol
    #[arg(long, value_name = "CLASS,…", value_delimiter = ',', hide_possible_values = true)]
    #[arg(default_values_t = Self::default().classes)]
    pub classes: Vec<Class>,

    /// Symbols to take, out of `_-.@%+:,/!*?^=`
    #[arg(long, value_name = "SYMBOLS", default_value_t = Self::default().symbols, allow_hyphen_values = true)]
    pub symbols: String,

    /// Leave out characters that look like others: 0 O o 1 I l 5 S 2 Z 8 B
    #[arg(long)]
    pub no_look_alikes: bool,
}

/// A kind of character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Lower-case letters.
    Lower,
    /// Upper-case letters.
    Upper,
    /// Digits.
    Digit,
    /// Symbols.
    Symbol,
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Digit => "digit",
            Self::Symbol => "symbol",
        })
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            length: 24,
            classes: vec![Class::Lower, Class::Upper, Class::Digit, Class::Symbol],
            symbols: SYMBOLS.to_owned(),
            no_look_alikes: false,
        }
    }
}

impl Options {
    fn characters(&self, class: Class) -> String {
        let all = match class {
            Class::Lower => LOWER,
            Class::Upper => UPPER,
            Class::Digit => DIGITS,
            Class::Symbol => &self.symbols,
        };
        all.chars().filter(|&c| !(self.no_look_alikes && LOOK_ALIKES.contains(c))).collect()
    }

    fn alphabet(&self) -> String {
        self.classes.iter().map(|&class| self.characters(class)).collect()
    }

    fn fits(&self, text: &str) -> bool {
        let has_all = self.classes.iter().all(|&class| text.contains(|c| self.characters(class).contains(c)));
        // A symbol in front is an option to some programs and an expansion to some shells.
        let only_symbols = self.classes == [Class::Symbol];
        has_all && (only_symbols || text.starts_with(|c: char| c.is_ascii_alphanumeric()))
    }
}

impl Kind for Options {
    fn check(&self) -> Result<(), Error> {
        let invalid = |option, problem| Err(Error::Invalid { option, problem });
        let repeats = |text: &str| text.char_indices().any(|(at, c)| text[..at].contains(c));
        if self.classes.is_empty() {
            return invalid("classes", "must name at least one class");
        }
        if self.classes.iter().enumerate().any(|(at, class)| self.classes[..at].contains(class)) {
            return invalid("classes", "names a class twice");
        }
        if self.symbols.is_empty() || repeats(&self.symbols) {
            return invalid("symbols", "must be one or more different characters");
        }
        if !self.symbols.chars().all(|c| SYMBOLS.contains(c)) {
            return invalid(
                "symbols",
                "may only be of _-.@%+:,/!*?^=, which every reader of env files takes",
            );
        }
        check_range("length", self.length, self.classes.len(), 1024)?;
        check_strength("length", alphabet::bits(self.alphabet().len(), self.length), PERSON_BITS)
    }

    fn make(&self, rng: &mut Rng, _now: Timestamp) -> Result<Generated, Error> {
        let alphabet = self.alphabet();
        loop {
            // The whole is drawn again until it fits: putting a missing class somewhere would favour that place.
            let text = Secret::new(alphabet::pick(rng, &alphabet, self.length)?);
            if self.fits(text.expose()) {
                let bits = Some(alphabet::bits(alphabet.len(), self.length));
                return Ok(Generated { secret: text, public: None, bits });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(options: &Options, seed: u64) -> String {
        options.check().expect("the options are right");
        let made = options.make(&mut Rng::test_only_seeded(seed), Timestamp::UNIX_EPOCH);
        made.expect("a seeded generator does not fail").secret.expose().to_owned()
    }

    #[test]
    fn it_has_every_class_and_begins_with_a_letter_or_digit() {
        // 13 characters are few enough that a draw without the policy would often miss a class.
        let options = Options { length: 13, ..Options::default() };
        for seed in 0..200 {
            let text = make(&options, seed);
            assert_eq!(text.len(), 13);
            assert!(text.contains(|c: char| c.is_ascii_lowercase()), "{text}");
            assert!(text.contains(|c: char| c.is_ascii_uppercase()), "{text}");
            assert!(text.contains(|c: char| c.is_ascii_digit()), "{text}");
            assert!(text.contains(|c| SYMBOLS.contains(c)), "{text}");
            assert!(text.starts_with(|c: char| c.is_ascii_alphanumeric()), "{text}");
            assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || SYMBOLS.contains(c)), "{text}");
        }
    }

    #[test]
    fn look_alikes_and_other_symbols_stay_out_when_asked() {
        let options = Options { symbols: "-_".to_owned(), no_look_alikes: true, ..Options::default() };
        for seed in 0..50 {
            let text = make(&options, seed);
            assert!(!text.contains(|c| LOOK_ALIKES.contains(c) || ".@%+:,/!*?^=".contains(c)), "{text}");
        }
    }

    #[test]
    fn a_policy_can_ask_for_fewer_classes() {
        let options = Options { classes: vec![Class::Digit], ..Options::default() };
        assert!(make(&options, 1).bytes().all(|byte| byte.is_ascii_digit()));
    }

    #[test]
    fn what_cannot_be_met_is_refused() {
        let refused = |options: Options| options.check().err().map(|error| error.to_string());
        let default = Options::default;
        assert_eq!(
            refused(Options { length: 10, ..default() }).as_deref(),
            Some("62 bits are too weak: at least 64 are needed")
        );
        assert_eq!(
            refused(Options { symbols: "$".to_owned(), ..default() }).as_deref(),
            Some("symbols may only be of _-.@%+:,/!*?^=, which every reader of env files takes")
        );
        assert!(refused(Options { classes: Vec::new(), ..default() }).is_some());
        assert!(refused(Options { classes: vec![Class::Lower; 2], ..default() }).is_some());
        assert!(refused(Options { symbols: "--".to_owned(), ..default() }).is_some());
        assert!(refused(Options { length: usize::MAX, ..default() }).is_some());
    }
}
