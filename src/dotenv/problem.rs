//! What is wrong with an env file, by position and rule; never the line's text.

use std::fmt;

/// How many problems are kept of one file; reading stops there.
pub(super) const MAX_PROBLEMS: usize = 1_000;

/// How many variables one file may have.
pub(super) const MAX_VARIABLES: usize = 200_000;

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
    /// A line that git writes where it could not merge.
    MergeMarker,
    /// A blank before or after `=`.
    BlankAroundEquals,
    /// Nothing but blanks after `=`.
    BlankAfterEmpty,
    /// A quote that is never closed.
    UnterminatedQuote,
    /// A backslash in double quotes before something other than `n r t " \ $`.
    BadEscape,
    /// The lines of a private key or certificate without quotes.
    UnquotedKey,
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
    /// More than 200,000 variables; the rest of the file was not read.
    TooMany,
    /// More than 1,000 problems; the rest of the file was not read.
    TooManyProblems,
}

impl Problem {
    /// The rule's name, stable, in kebab-case.
    pub fn code(&self) -> &'static str {
        match self.kind {
            ProblemKind::MissingEquals => "missing-equals",
            ProblemKind::BadName => "bad-name",
            ProblemKind::MergeMarker => "merge-marker",
            ProblemKind::BlankAroundEquals => "blank-around-equals",
            ProblemKind::BlankAfterEmpty => "blank-after-empty",
            ProblemKind::UnterminatedQuote => "unterminated-quote",
            ProblemKind::BadEscape => "bad-escape",
            ProblemKind::UnquotedKey => "unquoted-key",
            ProblemKind::TextAfterQuote => "text-after-quote",
            ProblemKind::Duplicate { .. } => "duplicate",
            ProblemKind::ByteOrderMark => "byte-order-mark",
            ProblemKind::Nul => "nul",
            ProblemKind::LoneCarriageReturn => "lone-cr",
            ProblemKind::NotUtf8 => "not-utf8",
            ProblemKind::TooMany => "too-many-variables",
            ProblemKind::TooManyProblems => "too-many-problems",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self.kind {
            ProblemKind::MissingEquals => "write NAME=value, or start the line with # to make it a comment",
            ProblemKind::BadName => "use letters, digits and _, and do not start with a digit",
            ProblemKind::MergeMarker => "finish the merge: most programs read the lines of both sides",
            ProblemKind::BlankAroundEquals => "write NAME=value without blanks around =, or use --fix",
            ProblemKind::BlankAfterEmpty => {
                "remove the blank, or use --fix: some readers take the next line for the value"
            }
            ProblemKind::UnterminatedQuote => "close the quote, or put the value in the other kind of quotes",
            ProblemKind::BadEscape => {
                "put the value in single quotes, where a backslash is a backslash, or write \\\\"
            }
            ProblemKind::UnquotedKey => {
                "put the whole key into double quotes, from -----BEGIN to the end of its last line"
            }
            ProblemKind::TextAfterQuote => {
                "put the whole value inside one pair of quotes, and a blank before a comment"
            }
            ProblemKind::Duplicate { .. } => {
                "keep one of the lines: some readers take the first, others the last"
            }
            ProblemKind::ByteOrderMark => "save the file as UTF-8 without a byte order mark, or use --fix",
            ProblemKind::Nul => "remove the byte; no environment can carry it",
            ProblemKind::LoneCarriageReturn => "end lines with LF or CRLF",
            ProblemKind::NotUtf8 => "save the file as UTF-8",
            ProblemKind::TooMany => "is this the right file?",
            ProblemKind::TooManyProblems => "is this an env file?",
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::MissingEquals => "this line is neither a comment nor NAME=value",
            Self::BadName => "this is not a name that every program can read",
            Self::MergeMarker => "this line is the mark of an unfinished merge",
            Self::BlankAroundEquals => "there is a blank beside =",
            Self::BlankAfterEmpty => "there is a blank after the = of an empty value",
            Self::UnterminatedQuote => "this quote is never closed",
            Self::BadEscape => "in double quotes, a backslash stands only before n r t \" \\ $",
            Self::UnquotedKey => {
                "a key begins here without quotes, so that its lines would be taken for variables"
            }
            Self::TextAfterQuote => "there is text after the closing quote",
            Self::Duplicate { first_line } => {
                return write!(formatter, "this name was already set on line {first_line}");
            }
            Self::ByteOrderMark => "the file starts with a byte order mark",
            Self::Nul => "there is a NUL byte on this line",
            Self::LoneCarriageReturn => "there is a carriage return that does not end a line",
            Self::NotUtf8 => "this is not valid UTF-8",
            Self::TooMany => "the file has more than 200,000 variables; the rest was not read",
            Self::TooManyProblems => "the file has more than 1,000 problems; the rest was not read",
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: ", self.line, self.column)?;
        if let Some(name) = &self.name {
            write!(formatter, "{name}: ")?;
        }
        self.kind.fmt(formatter)
    }
}

/// Every problem of one file, in the order of the lines; never empty.
#[derive(Debug)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// What to do about the first one.
    pub fn help(&self) -> Option<&'static str> {
        self.0.first().map(Problem::help)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(first) = self.0.first() {
            first.fmt(formatter)?;
        }
        match self.0.len().saturating_sub(1) {
            0 => Ok(()),
            1 => formatter.write_str(" (and 1 more problem)"),
            more => write!(formatter, " (and {more} more problems)"),
        }
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_problem_is_told_and_the_others_are_counted() {
        let problem = Problem { line: 3, column: 7, name: None, kind: ProblemKind::Nul };
        let named = Problem { name: Some("DB_URL".to_owned()), ..problem.clone() };
        assert_eq!(named.to_string(), "3:7: DB_URL: there is a NUL byte on this line");
        let two = Problems(vec![problem.clone(), problem.clone()]);
        assert_eq!(two.to_string(), "3:7: there is a NUL byte on this line (and 1 more problem)");
        let three = Problems(vec![problem.clone(), problem.clone(), problem]);
        assert!(three.to_string().ends_with("(and 2 more problems)"));
    }
}
