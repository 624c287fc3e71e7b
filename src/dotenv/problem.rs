//! What is wrong with an env file, by position and rule; never the line's text.

/// One thing wrong in an env file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The name on that line, if one could be read.
    pub name: Option<String>,
    /// The rule that is broken.
    pub kind: ProblemKind,
}

/// The rules of the strict reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A line that is neither blank, a comment nor `NAME=value`.
    MissingEquals,
    /// A name outside `[A-Za-z_][A-Za-z0-9_]*`.
    BadName,
    /// A blank before or after `=`.
    BlankAroundEquals,
    /// A quote that is never closed.
    UnterminatedQuote,
    /// A backslash in double quotes before something other than `n r t " \ $`.
    BadEscape,
    /// Text after a closing quote that is no comment.
    TextAfterQuote,
    /// The same name a second time.
    Duplicate {
        /// Line of the first one, from 1.
        first_line: u32,
    },
    /// The file starts with a byte order mark.
    ByteOrderMark,
    /// A NUL byte.
    Nul,
    /// A carriage return that does not end a line.
    LoneCarriageReturn,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// More than 200,000 variables.
    TooMany,
}

/// Every problem of one file, in the order of the lines; never empty.
#[derive(Debug)]
pub struct Problems(pub Vec<Problem>);
