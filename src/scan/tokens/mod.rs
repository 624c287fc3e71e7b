//! Well-known tokens, which are found without knowing any value: by how their issuers make them.
//!
//! A few bytes that every token of a kind has (its trigger) are looked for in all text; what stands around them then
//! has to be the whole token, and no example of one.

mod list;
mod plausible;

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::bytes::Regex;

pub use self::list::ALL;

/// No token reaches further from its trigger, in bytes, in either direction.
pub const REACH: usize = 512;

/// A kind of token.
#[derive(Debug)]
pub struct Token {
    /// The stable word in kebab-case.
    pub id: &'static str,
    /// What it is, for a sentence that begins with "this looks like".
    pub name: &'static str,
    /// Every token has one of these, of three bytes or more.
    triggers: &'static [&'static str],
    /// The whole token around its trigger, or with one group the part of it that is secret.
    pattern: &'static str,
    /// Whether the trigger begins the token, and no letter or digit stands before it.
    begins: bool,
    /// Whether the secret part is one, and not an example or a placeholder.
    is_real: fn(&str) -> bool,
}

/// Finds tokens of every kind.
pub struct Tokens {
    triggers: AhoCorasick,
    /// Of each trigger, which token has it.
    owners: Vec<usize>,
    patterns: Vec<OnceLock<Regex>>,
}

impl Tokens {
    /// Ready to find all of [`ALL`].
    pub fn new() -> Self {
        let triggers = ALL.iter().enumerate();
        let triggers = triggers.flat_map(|(owner, token)| token.triggers.iter().map(move |it| (owner, *it)));
        let (owners, triggers): (Vec<usize>, Vec<&str>) = triggers.unzip();
        let triggers = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(triggers);
        let triggers = triggers.expect("the triggers are few and short");
        Self { triggers, owners, patterns: ALL.iter().map(|_| OnceLock::new()).collect() }
    }

    /// Reports every token in the text and where it is.
    pub fn each(&self, text: &[u8], mut report: impl FnMut(&'static Token, Range<usize>)) {
        let mut at = 0;
        while let Some(trigger) = self.triggers.find(aho_corasick::Input::new(text).range(at..)) {
            let owner = self.owners[trigger.pattern().as_usize()];
            at = trigger.start() + 1;
            if let Some(range) = self.around(owner, text, trigger.range()) {
                at = at.max(range.end);
                report(&ALL[owner], range);
            }
        }
    }

    /// The token around its trigger, if there is one.
    fn around(&self, owner: usize, text: &[u8], trigger: Range<usize>) -> Option<Range<usize>> {
        let token = &ALL[owner];
        let is_part = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
        if token.begins && trigger.start.checked_sub(1).is_some_and(is_part) {
            return None;
        }
        let first = if token.begins { trigger.start } else { trigger.start.saturating_sub(REACH) };
        let window = &text[first..text.len().min(trigger.end + REACH)];
        let pattern = self.patterns[owner].get_or_init(|| compile(token));
        let captures = pattern
            .captures_iter(window)
            .find(|captures| captures.get(0).is_some_and(|whole| first + whole.end() >= trigger.end))?;
        let whole = captures.get(0).filter(|whole| first + whole.start() <= trigger.start)?;
        let range = first + whole.start()..first + whole.end();
        let secret = std::str::from_utf8(captures.get(1).unwrap_or(whole).as_bytes()).ok()?;
        let is_cut = is_part(range.end) || range.start.checked_sub(1).is_some_and(is_part);
        (!is_cut && (token.is_real)(secret)).then_some(range)
    }
}

impl Default for Tokens {
    fn default() -> Self {
        Self::new()
    }
}

fn compile(token: &Token) -> Regex {
    let anchor = if token.begins { r"\A" } else { "" };
    Regex::new(&format!("(?-u){anchor}(?:{})", token.pattern)).expect("the tests compile every pattern")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_triggers_long_enough_and_all_patterns_compile() {
        let mut ids = HashSet::new();
        for token in ALL {
            assert!(ids.insert(token.id), "{} twice", token.id);
            assert!(token.triggers.iter().all(|trigger| trigger.len() >= 3), "{}", token.id);
            compile(token);
        }
    }

    #[test]
    fn the_triggers_are_few_enough_to_be_looked_for_many_bytes_at_a_time() {
        // `aho_corasick::packed` takes 64; with more, a search takes twice as long.
        assert!(ALL.iter().map(|token| token.triggers.len()).sum::<usize>() <= 64);
        assert!(format!("{:?}", Tokens::new().triggers).contains("prefilter: true"));
    }

    #[test]
    fn a_token_stands_alone() {
        let tokens = Tokens::new();
        let token = format!("npm_{}", "q7Zr2vLxW5kTb9YcN3sYf7HcJm8Kq2tR4vXw");
        let count = |text: &str| {
            let mut count = 0;
            tokens.each(text.as_bytes(), |_, range| {
                assert_eq!(&text[range], token);
                count += 1;
            });
            count
        };
        assert_eq!(count(&format!("TOKEN={token}\nand '{token}'")), 2);
        assert_eq!(count(&format!("a{token}")), 0);
        assert_eq!(count(&format!("{token}b")), 0);
    }
}
