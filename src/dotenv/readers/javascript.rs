//! What the readers written in JavaScript have in common: `String.prototype.replace`, and a limit to expansion.

use zeroize::Zeroizing;

use super::Refused;
use crate::secret::push;

/// The members of a character class that is `\s` of JavaScript's regular expressions, in the `regex` crate's
/// syntax.
pub(super) const SPACES: &str =
    r"\t\n\x0B\x0C\r \u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}\u{FEFF}";

/// `String.prototype.trim()`.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|character: char| match character {
        '\u{85}' => false,
        '\u{feff}' => true,
        other => other.is_whitespace(),
    })
}

/// A text in which references are replaced one by one, each of which may bring new ones. What would go on longer
/// than anyone waits, or for ever, is not modelled.
pub(super) struct Expansion {
    /// Bytes that may still be looked at.
    budget: usize,
}

impl Expansion {
    /// For all values of one file.
    pub(super) fn new() -> Self {
        Self { budget: 64 << 20 }
    }

    /// Counts what is looked at.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), Refused> {
        self.budget = self.budget.checked_sub(bytes).ok_or(Refused::Computes)?;
        Ok(())
    }

    /// `text.replace(pattern, replacement)`: the first occurrence of the pattern, wherever that is; and in
    /// the replacement, `$$`, `$&`, `` $` `` and `$'` mean something.
    pub(super) fn replace(
        &mut self,
        text: &str,
        pattern: &str,
        replacement: &str,
    ) -> Result<Zeroizing<String>, Refused> {
        self.spend(text.len() + replacement.len() + 1)?;
        let Some((before, after)) = text.split_once(pattern) else {
            return Ok(Zeroizing::new(text.to_owned()));
        };
        let mut result = Zeroizing::new(String::with_capacity(text.len() + replacement.len()));
        push(&mut result, before);
        let mut rest = replacement;
        while let Some((plain, special)) = rest.split_once('$') {
            push(&mut result, plain);
            let meant = match special.chars().next() {
                Some('$') => Some("$"),
                Some('&') => Some(pattern),
                Some('`') => Some(before),
                Some('\'') => Some(after),
                _ => None,
            };
            push(&mut result, meant.unwrap_or("$"));
            rest = if meant.is_some() { &special[1..] } else { special };
        }
        push(&mut result, rest);
        push(&mut result, after);
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replacement_has_patterns_of_its_own() {
        let replaced = Expansion::new().replace("a$Xb$X", "$X", "<$$|$&|$`|$'|$1>").expect("it is short");
        assert_eq!(*replaced, "a<$|$X|a|b$X|$1>b$X");
    }
}
