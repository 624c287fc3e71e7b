//! The lossless document: reading it. [`edit`] changes it.

mod edit;

use std::collections::{HashMap, hash_map};
use std::ops::Range;
use std::path::Path;

use memchr::memchr;
use zeroize::Zeroizing;

use super::lexer::{self, Assignment, Content, Lexer, count, newlines};
use super::problem::{MAX_PROBLEMS, MAX_VARIABLES};
use super::text::Text;
use super::{Error, Problem, ProblemKind, Problems, Quote, reference};
use crate::fs;
use crate::secret::{Secret, Values};

/// An env file, line by line, with every byte it had.
pub struct Document {
    /// Every byte that the pieces point to. Text is only ever added; a changed line points to its new text.
    text: Text,
    pieces: Vec<Piece>,
    /// Where in `pieces` a name is: its assignment, or the comment that stands for it.
    index: HashMap<String, usize>,
    line_end: &'static str,
    /// The number that an added line gets.
    next_line: u32,
}

/// A part of the file. The pieces in their order make up its bytes.
enum Piece {
    /// Blank lines, comments, and lines that could not be read; also what a removed line leaves: nothing.
    Other(Range<usize>),
    /// A comment that stands for a value which only the sealed file has.
    SealedOnly { span: Range<usize>, name: Range<usize> },
    /// A variable.
    Variable { span: Range<usize>, line: u32, parts: Assignment },
}

/// One variable of a document.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value, decoded.
    pub value: &'a Secret,
    /// How the value stands in the file.
    pub quote: Quote,
    /// Line of the name in the file as it was read, from 1; lines added since count on from its end.
    pub line: u32,
    /// Column of the first character of the value as it stands (the quote, if there is one), from 1.
    pub column: u32,
    /// Whether a comment follows on the same line: most readers drop it, `docker run` keeps it in the value.
    pub inline_comment: bool,
    /// Whether the line starts with `export `.
    pub export: bool,
    /// Whether the value refers to another variable, which programs that expand it would put in its place.
    pub refers: bool,
    /// The line, or lines, as they stand in the file, with their line end.
    pub text: &'a [u8],
    /// The value as it stands in the file, with its quotes.
    pub raw: &'a [u8],
}

/// A line of a document.
#[derive(Clone, Copy)]
pub enum Line<'a> {
    /// Nothing but blanks.
    Blank,
    /// The text after `#`.
    Comment(&'a str),
    /// A variable.
    Variable(Entry<'a>),
}

impl Document {
    /// Reads and parses a file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path)?;
        Self::parse(&bytes).map_err(|problems| Error::Invalid { path: path.to_owned(), problems })
    }

    /// Parses strictly.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problems> {
        let (document, problems) = Self::parse_with_problems(bytes);
        if problems.is_empty() { Ok(document) } else { Err(Problems(problems)) }
    }

    /// Parses as much as can be parsed, for `check`: lines with a problem are kept as they are and give no
    /// entry; of duplicates the last one counts.
    pub fn parse_with_problems(bytes: &[u8]) -> (Self, Vec<Problem>) {
        let mut document = Self {
            text: Text::from(bytes),
            line_end: line_end_of(bytes),
            next_line: newlines(bytes) + 1,
            ..Self::new()
        };
        let mut problems = Vec::new();
        for line in Lexer::new(bytes) {
            if let Some(kind) = document.limit(&line, problems.len()) {
                problems.push(Problem { line: line.number, column: 1, name: None, kind });
                document.push_other(line.span.start..bytes.len());
                break;
            }
            problems.extend(document.push(line));
        }
        (document, problems)
    }

    /// An empty document.
    pub fn new() -> Self {
        Self {
            text: Text::default(),
            pieces: Vec::new(),
            index: HashMap::new(),
            line_end: "\n",
            next_line: 1,
        }
    }

    /// The variables in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.pieces.iter().filter_map(|piece| self.entry(piece))
    }

    /// The names and values in the order of the file.
    pub fn values(&self) -> Values {
        self.entries().map(|entry| (entry.name.to_owned(), entry.value.clone())).collect()
    }

    /// The lines in the order of the file, without those that could not be read.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.pieces.iter().flat_map(|piece| {
            let entry = self.entry(piece).map(Line::Variable);
            let text = if entry.is_some() { "" } else { self.text.str(piece.span()) };
            let others = text.lines().map(str::trim_start).filter_map(|line| match line.strip_prefix('#') {
                Some(comment) => Some(Line::Comment(comment)),
                None => line.is_empty().then_some(Line::Blank),
            });
            others.chain(entry)
        })
    }

    /// The variable of that name.
    pub fn get(&self, name: &str) -> Option<Entry<'_>> {
        self.entry(&self.pieces[*self.index.get(name)?])
    }

    /// Whether there is a variable of that name, or the comment that stands for it.
    pub fn contains(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }

    /// Names that a comment `# NAME: only in the sealed file (multi-line)` stands for.
    pub fn sealed_only(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::SealedOnly { name, .. } => Some(self.text.str(name)),
            _ => None,
        })
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let length = self.pieces.iter().map(|piece| piece.span().len()).sum();
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        for piece in &self.pieces {
            bytes.extend_from_slice(self.text.bytes(piece.span()));
        }
        bytes
    }

    fn limit(&self, line: &lexer::Line, problems: usize) -> Option<ProblemKind> {
        match line.content {
            Content::Assignment(_) if self.index.len() >= MAX_VARIABLES => Some(ProblemKind::TooMany),
            Content::Bad(_) if problems >= MAX_PROBLEMS => Some(ProblemKind::TooManyProblems),
            _ => None,
        }
    }

    /// Takes a line whose text is already in `text`; gives back what is wrong with it.
    fn push(&mut self, line: lexer::Line) -> Option<Problem> {
        let at = self.pieces.len();
        match line.content {
            Content::Other => self.push_other(line.span),
            Content::Bad(problem) => {
                self.push_other(line.span);
                return Some(problem);
            }
            Content::SealedOnly(name) => {
                // An assignment of the name, or another such comment, is what counts.
                let owned = self.text.str(&name).to_owned();
                if let hash_map::Entry::Vacant(free) = self.index.entry(owned) {
                    free.insert(at);
                    self.pieces.push(Piece::SealedOnly { span: line.span, name });
                } else {
                    self.push_other(line.span);
                }
            }
            Content::Assignment(parts) => {
                let name = self.text.str(&parts.name).to_owned();
                let first = self.index.get(&name).copied();
                let problem = first.and_then(|first| self.supersede(first)).map(|first_line| Problem {
                    line: line.number,
                    // Only ASCII stands before a name.
                    column: count(parts.name.start - line.span.start) + 1,
                    name: Some(name.clone()),
                    kind: ProblemKind::Duplicate { first_line },
                });
                self.index.insert(name, at);
                self.pieces.push(Piece::Variable { span: line.span, line: line.number, parts });
                return problem;
            }
        }
        None
    }

    /// Keeps a line as it is, without its meaning, because a later one sets the same name; its number, if it
    /// was a variable's.
    fn supersede(&mut self, at: usize) -> Option<u32> {
        let span = self.pieces[at].span().clone();
        match std::mem::replace(&mut self.pieces[at], Piece::Other(span)) {
            Piece::Variable { line, .. } => Some(line),
            _ => None,
        }
    }

    fn push_other(&mut self, span: Range<usize>) {
        match self.pieces.last_mut() {
            // One piece for a run of lines: a file of nothing but line ends stays small in memory.
            Some(Piece::Other(last)) if last.end == span.start => last.end = span.end,
            _ => self.pieces.push(Piece::Other(span)),
        }
    }

    fn entry<'a>(&'a self, piece: &'a Piece) -> Option<Entry<'a>> {
        let Piece::Variable { span, line, parts } = piece else { return None };
        // Everything before the value is ASCII, so a byte is a column.
        let column = count(parts.raw.start - span.start) + 1;
        let is_set = |name: &str| self.index.contains_key(name);
        Some(Entry {
            name: self.text.str(&parts.name),
            value: &parts.value,
            quote: parts.quote,
            line: *line,
            column,
            inline_comment: parts.inline_comment,
            export: parts.export,
            refers: reference::is_in(self.text.str(&parts.raw), parts.quote, is_set),
            text: self.text.bytes(span),
            raw: self.text.bytes(&parts.raw),
        })
    }
}

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}

impl Piece {
    fn span(&self) -> &Range<usize> {
        match self {
            Self::Other(span) | Self::SealedOnly { span, .. } | Self::Variable { span, .. } => span,
        }
    }
}

/// The line end of the first line.
fn line_end_of(bytes: &[u8]) -> &'static str {
    match memchr(b'\n', bytes) {
        Some(newline) if newline > 0 && bytes[newline - 1] == b'\r' => "\r\n",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Document {
        Document::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{text:?}: {problems}"))
    }

    fn text(document: &Document) -> String {
        String::from_utf8(document.to_bytes().to_vec()).expect("the tests use UTF-8")
    }

    #[test]
    fn an_entry_says_where_and_how_the_value_stands() {
        let document = parse("# c\n\nexport A='x'  # c\nB=\"one\ntwo\"\n  C=3");
        let seen: Vec<_> = document
            .entries()
            .map(|entry| {
                (entry.name, entry.line, entry.column, entry.quote, entry.export, entry.inline_comment)
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("A", 3, 10, Quote::Single, true, true),
                ("B", 4, 3, Quote::Double, false, false),
                ("C", 6, 5, Quote::Bare, false, false),
            ]
        );
    }

    #[test]
    fn of_duplicates_the_last_counts_and_every_later_one_is_a_problem() {
        let (document, problems) = Document::parse_with_problems(b"A=1\nB=2\nexport A=3\nA=4\n");
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["3:8: A: this name was already set on line 1", "4:1: A: this name was already set on line 3"]
        );
        assert!(document.get("A").is_some_and(|entry| entry.value.expose() == "4"));
        assert_eq!(document.entries().map(|entry| entry.name).collect::<Vec<_>>(), ["B", "A"]);
        assert_eq!(text(&document), "A=1\nB=2\nexport A=3\nA=4\n");
    }

    #[test]
    fn reading_stops_at_the_limits_and_keeps_the_rest_as_it_is() {
        use std::fmt::Write as _;
        let mut many = String::new();
        for number in 0..=MAX_VARIABLES {
            writeln!(many, "A{number}=").expect("a String takes everything");
        }
        let (document, problems) = Document::parse_with_problems(many.as_bytes());
        assert_eq!(
            problems.last().map(ToString::to_string).as_deref(),
            Some("200001:1: the file has more than 200,000 variables; the rest was not read")
        );
        assert!(*document.to_bytes() == *many.as_bytes());
        let (_, problems) = Document::parse_with_problems("x\n".repeat(2_000).as_bytes());
        assert_eq!(problems.len(), MAX_PROBLEMS + 1);
    }
}
