//! How a value is written: the portable rule.

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
}
