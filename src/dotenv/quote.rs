//! How a value is written: the portable rule.
//!
//! Measured with 47 readers: the bare set is read alike by all of them; single quotes, and double quotes
//! without anything to escape, by every reader that knows quotes at all. Nothing else is.

use zeroize::Zeroizing;

/// How a value stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// Without quotes.
    Bare,
    /// In `'…'`.
    Single,
    /// In `"…"`.
    Double,
}

/// Why no quoting carries a value to every reader. Never holds the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unportable {
    /// It spans lines.
    #[error("it spans lines, and readers differ about every way to write that")]
    MultiLine,
    /// It holds both kinds of quotes, or a single quote beside `$`, a backslash or a backtick.
    #[error("it mixes quotes with characters that readers treat differently inside double quotes")]
    MixedQuotes,
    /// It ends in a backslash.
    #[error("it ends in a backslash, which some readers take for an escape of the closing quote")]
    TrailingBackslash,
    /// It holds NUL, which no environment can carry.
    #[error("it holds a NUL byte, which no environment can carry")]
    Nul,
    /// A program that is declared to read the file would take it for another value.
    #[error("{0} reads this file and would take it for another value")]
    Reader(&'static str),
    /// The name itself is not one that can be written.
    #[error("its name is not made of letters, digits and _")]
    BadName,
}

impl Quote {
    /// The first of bare, single and double quotes that every reader takes for this value.
    pub fn portable(value: &str) -> Result<Self, Unportable> {
        let fits = |quote: &Self| quote.carries(value);
        [Self::Bare, Self::Single, Self::Double].into_iter().find(fits).ok_or_else(|| reason(value))
    }

    /// Whether the value can stand in the file this way without any escape.
    pub fn carries(self, value: &str) -> bool {
        !value.contains(['\n', '\r', '\0'])
            && match self {
                Self::Bare => is_bare(value),
                Self::Single => !value.contains('\'') && !value.ends_with('\\'),
                Self::Double => !value.contains(['"', '\\', '$', '`']),
            }
    }

    /// The character on both sides of the value.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Bare => "",
            Self::Single => "'",
            Self::Double => "\"",
        }
    }
}

/// The value in a form for this reader alone, so that a person can edit it: the portable one if there is one,
/// else with its line breaks as they are.
pub fn literal(value: &str) -> Zeroizing<String> {
    if let Ok(quote) = Quote::portable(value) {
        return Zeroizing::new(format!("{mark}{value}{mark}", mark = quote.mark()));
    }
    if !value.contains(['\'', '\r']) {
        return Zeroizing::new(format!("'{value}'"));
    }
    // Every character may need an escape; the buffer must not grow.
    let mut literal = Zeroizing::new(String::with_capacity(2 * value.len() + 2));
    literal.push('"');
    for character in value.chars() {
        match character {
            '\r' => literal.push_str("\\r"),
            '"' | '\\' | '$' => literal.extend(['\\', character]),
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}

/// `[A-Za-z0-9_./:,@%+-][A-Za-z0-9_./:,@%+=-]*`, or nothing: the set that all 47 readers take as it stands.
fn is_bare(value: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./:,@%+-=".contains(byte);
    value.as_bytes().iter().all(plain) && !value.starts_with('=')
}

fn reason(value: &str) -> Unportable {
    if value.contains('\0') {
        Unportable::Nul
    } else if value.contains(['\n', '\r']) {
        Unportable::MultiLine
    } else if value.contains('\'') {
        Unportable::MixedQuotes
    } else {
        Unportable::TrailingBackslash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portable_form_is_the_plainest_that_every_reader_takes() {
        let cases = [
            ("", Quote::Bare),
            ("postgres://u:p@localhost:5432/db?", Quote::Single),
            ("postgres://u:p@localhost:5432/db", Quote::Bare),
            ("c2VjcmV0==", Quote::Bare),
            ("=c2VjcmV0", Quote::Single),
            ("~/data", Quote::Single),
            ("two words", Quote::Single),
            ("a#b", Quote::Single),
            ("$2b$12$abc", Quote::Single),
            ("say \"hi\"", Quote::Single),
            ("C:\\new", Quote::Single),
            ("größe", Quote::Single),
            ("it's", Quote::Double),
            ("it's # fine", Quote::Double),
        ];
        for (value, quote) in cases {
            assert_eq!(Quote::portable(value), Ok(quote), "{value}");
        }
    }

    #[test]
    fn every_value_has_a_form_that_can_be_edited() {
        for value in ["", "a b", "a\nb\n", "it's $5", "it's\n\"x\" \\", "a\rb", "a\\", "\\'\n", "'"] {
            let line = format!("A={}\n", &*literal(value));
            let document = crate::dotenv::Document::parse(line.as_bytes()).expect("it can be read");
            assert!(document.get("A").is_some_and(|entry| entry.value.expose() == value), "{value:?}");
        }
    }

    #[test]
    fn what_no_quoting_carries_is_refused_with_the_reason() {
        let cases = [
            ("a\nb", Unportable::MultiLine),
            ("a\rb", Unportable::MultiLine),
            ("it's $5", Unportable::MixedQuotes),
            ("it's \"x\"", Unportable::MixedQuotes),
            ("it's a `b`", Unportable::MixedQuotes),
            ("C:\\", Unportable::TrailingBackslash),
            ("a\0b", Unportable::Nul),
        ];
        for (value, reason) in cases {
            assert_eq!(Quote::portable(value), Err(reason), "{value:?}");
        }
    }
}
