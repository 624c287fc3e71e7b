//! The lossless document.

use std::collections::{HashMap, hash_map};
use std::ops::Range;
use std::path::Path;

use memchr::memchr;
use zeroize::Zeroizing;

use super::lexer::{self, Assignment, Content, Lexer, count, newlines};
use super::problem::{MAX_PROBLEMS, MAX_VARIABLES};
use super::slot::{Slot, join};
use super::text::Text;
use super::{Error, Problem, ProblemKind, Problems, Quote, Unportable, is_name, sealed_only_comment};
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
}

/// A comment or a variable of a document.
#[derive(Clone, Copy)]
pub enum Line<'a> {
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

    /// The comments and variables in the order of the file; without what is blank or could not be read.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.pieces.iter().flat_map(|piece| {
            let entry = self.entry(piece).map(Line::Variable);
            let text = if entry.is_some() { "" } else { self.text.str(piece.span()) };
            let comments = text.lines().filter_map(|line| line.trim_start().strip_prefix('#'));
            comments.map(Line::Comment).chain(entry)
        })
    }

    /// The variable of that name.
    pub fn get(&self, name: &str) -> Option<Entry<'_>> {
        self.entry(&self.pieces[*self.index.get(name)?])
    }

    /// Names that a comment `# NAME: only in the sealed file (multi-line)` stands for.
    pub fn sealed_only(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::SealedOnly { name, .. } => Some(self.text.str(name)),
            _ => None,
        })
    }

    /// Sets a value in place, keeping the line's quoting where it can carry the new value, or appends a line.
    /// A comment that stands for the value becomes its line. The value that is already there is left as it
    /// stands, whatever its form.
    pub fn set(&mut self, name: &str, value: &Secret) -> Result<(), Unportable> {
        self.set_for(name, value, &[])
    }

    /// Like [`Document::set`], in a form that every one of these readers reads back as the same value.
    pub fn set_for(&mut self, name: &str, value: &Secret, readers: &[String]) -> Result<(), Unportable> {
        if !is_name(name) {
            return Err(Unportable::BadName);
        }
        let at = self.index.get(name).copied();
        let slot = match at.map(|at| &self.pieces[at]) {
            Some(Piece::Variable { parts, .. }) if parts.value == *value => return Ok(()),
            Some(Piece::Variable { span, parts, .. }) => Slot {
                before: self.text.str(&(span.start..parts.raw.start)).to_owned(),
                after: self.text.str(&(parts.raw.end..span.end)).to_owned(),
                quote: Some(parts.quote),
            },
            _ => Slot { before: format!("{name}="), after: self.line_end.to_owned(), quote: None },
        };
        let line = slot.fill(name, value, readers)?;
        match at {
            Some(at) => self.replace(at, &line),
            None => self.append(&line),
        }
        Ok(())
    }

    /// Leaves the comment `# NAME: only in the sealed file (multi-line)` in place of a variable, or at the end
    /// of the file. Does nothing for a name that is none.
    pub fn set_sealed_only(&mut self, name: &str) {
        if !is_name(name) {
            return;
        }
        let line = join(&["# ", &sealed_only_comment(name), self.line_end]);
        match self.index.get(name) {
            Some(&at) => self.replace(at, &line),
            None => self.append(&line),
        }
    }

    /// Removes a variable's line, or the comment that stands for it; `false` if there was neither.
    pub fn remove(&mut self, name: &str) -> bool {
        let Some(at) = self.index.remove(name) else { return false };
        self.pieces[at] = Piece::Other(0..0);
        true
    }

    /// Changes a variable's name and nothing else, also in the comment that stands for it; `false` if there
    /// was none of that name, or there is one of the new name, or the new name is none.
    pub fn rename(&mut self, from: &str, to: &str) -> bool {
        if !is_name(to) || self.index.contains_key(to) {
            return false;
        }
        let Some(at) = self.index.remove(from) else { return false };
        let (span, name) = match &self.pieces[at] {
            Piece::Variable { span, parts, .. } => (span, &parts.name),
            Piece::SealedOnly { span, name } => (span, name),
            Piece::Other(_) => return false,
        };
        let (before, after) = (span.start..name.start, name.end..span.end);
        let line = join(&[self.text.str(&before), to, self.text.str(&after)]);
        self.replace(at, &line);
        true
    }

    /// Appends a comment line `# text`, one per line of the text.
    pub fn push_comment(&mut self, text: &str) {
        for line in text.lines() {
            let mut comment = String::from("# ");
            comment
                .extend(line.chars().map(|character| if character.is_control() { ' ' } else { character }));
            // Some readers take a backslash at the end of a comment for a continuation into the next line.
            let kept =
                comment.trim_end_matches(|character: char| character == '\\' || character.is_whitespace());
            let line = join(&[kept, self.line_end]);
            self.append(&line);
        }
    }

    /// Appends an empty line.
    pub fn push_blank(&mut self) {
        let line = join(&[self.line_end]);
        self.append(&line);
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

    fn append(&mut self, line: &str) {
        self.end_last_line();
        let start = self.text.push(line);
        self.read_back(start, self.next_line, |document, line| {
            document.push(line);
        });
        self.next_line += 1;
    }

    /// A file may lack its last line end; nothing can be appended to it before.
    fn end_last_line(&mut self) {
        let last = self.pieces.iter().rposition(|piece| !piece.span().is_empty());
        let Some(last) = last else { return };
        let span = self.pieces[last].span().clone();
        if self.text.bytes(&span).ends_with(b"\n") {
            return;
        }
        self.next_line += 1;
        if matches!(self.pieces[last], Piece::Other(_)) {
            let start = self.text.push(self.line_end);
            self.pieces.push(Piece::Other(start..start + self.line_end.len()));
        } else {
            let line = join(&[self.text.str(&span), self.line_end]);
            self.replace(last, &line);
        }
    }

    /// Puts another line in the place of one.
    fn replace(&mut self, at: usize, line: &str) {
        let number = match &self.pieces[at] {
            Piece::Variable { line, .. } => *line,
            _ => self.next_line,
        };
        let start = self.text.push(line);
        self.read_back(start, number, |document, line| {
            let name = match &line.content {
                Content::Assignment(parts) => document.text.str(&parts.name).to_owned(),
                Content::SealedOnly(name) => document.text.str(name).to_owned(),
                Content::Other | Content::Bad(_) => return,
            };
            document.index.insert(name, at);
            document.pieces[at] = match line.content {
                Content::Assignment(parts) => Piece::Variable { span: line.span, line: line.number, parts },
                Content::SealedOnly(name) => Piece::SealedOnly { span: line.span, name },
                Content::Other | Content::Bad(_) => Piece::Other(line.span),
            };
        });
    }

    /// What was written is taken into the document as it reads, not as it was meant.
    fn read_back(&mut self, start: usize, number: u32, take: impl FnOnce(&mut Self, lexer::Line)) {
        let line = Lexer::starting_at(self.text.all(), start, number).next();
        if let Some(line) = line {
            take(self, line);
        }
    }

    fn entry<'a>(&'a self, piece: &'a Piece) -> Option<Entry<'a>> {
        let Piece::Variable { span, line, parts } = piece else { return None };
        // Everything before the value is ASCII, so a byte is a column.
        let column = count(parts.raw.start - span.start) + 1;
        Some(Entry {
            name: self.text.str(&parts.name),
            value: &parts.value,
            quote: parts.quote,
            line: *line,
            column,
            inline_comment: parts.inline_comment,
            export: parts.export,
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

    fn set(before: &str, name: &str, value: &str) -> String {
        let mut document = parse(before);
        document.set(name, &Secret::new(value)).expect("the value is portable");
        assert!(document.get(name).is_some_and(|entry| entry.value.expose() == value));
        text(&document)
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
    fn setting_a_value_changes_that_value_and_nothing_else() {
        let file = "# head\r\n\r\nexport A='x'  # c\r\nB=old # why\r\nC=\"3\"\n";
        assert_eq!(set(file, "A", "y z"), file.replace("'x'", "'y z'"));
        assert_eq!(set(file, "A", ""), file.replace("'x'", "''"));
        assert_eq!(set(file, "B", "new"), file.replace("old", "new"));
        assert_eq!(set(file, "B", ""), file.replace("old", "''"));
        assert_eq!(set(file, "C", "it's"), file.replace("\"3\"", "\"it's\""));
        assert_eq!(set(file, "C", "$5"), file.replace("\"3\"", "'$5'"));
        assert_eq!(set(file, "A", "it's"), file.replace("'x'", "\"it's\""));
    }

    #[test]
    fn a_value_that_is_already_there_keeps_its_form() {
        let file = "A=\"a\\tb\"\nB='one\ntwo'\n";
        assert_eq!(set(file, "A", "a\tb"), file);
        assert_eq!(set(file, "B", "one\ntwo"), file);
    }

    #[test]
    fn a_new_variable_is_appended_with_the_line_end_of_the_file() {
        assert_eq!(set("", "A", "1"), "A=1\n");
        assert_eq!(set("A=1", "B", "two words"), "A=1\nB='two words'\n");
        assert_eq!(set("# c", "B", ""), "# c\nB=\n");
        assert_eq!(set("A=1\r\n", "B", "2"), "A=1\r\nB=2\r\n");
        let mut document = parse("A=1");
        document.set("B", &Secret::new("2")).expect("the value is portable");
        assert_eq!(document.get("B").map(|entry| entry.line), Some(2));
        assert!(document.remove("A"));
        assert_eq!(text(&document), "B=2\n");
    }

    #[test]
    fn what_cannot_be_written_leaves_the_document_alone() {
        let mut document = parse("A=1\n");
        assert_eq!(document.set("A", &Secret::new("a\nb")), Err(Unportable::MultiLine));
        assert_eq!(document.set("B", &Secret::new("it's $5")), Err(Unportable::MixedQuotes));
        assert_eq!(document.set("B C", &Secret::new("x")), Err(Unportable::BadName));
        assert_eq!(text(&document), "A=1\n");
    }

    #[test]
    fn the_form_is_one_that_the_declared_readers_take() {
        let readers = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect::<Vec<_>>();
        let set = |value: &str, ids: &[&str]| {
            let mut document = parse("A=1\n");
            document.set_for("A", &Secret::new(value), &readers(ids)).map(|()| text(&document))
        };
        assert_eq!(set("two words", &["bash"]).as_deref(), Ok("A='two words'\n"));
        assert_eq!(set("two words", &["docker", "python-dotenv"]).as_deref(), Ok("A=two words\n"));
        assert_eq!(set("two words", &["docker", "bash"]), Err(Unportable::Reader("docker")));
        assert_eq!(set(" padded", &["docker"]), Err(Unportable::Reader("docker")));
    }

    #[test]
    fn removing_takes_every_line_of_the_value_and_no_other() {
        let mut document = parse("# a\nA='one\ntwo' # c\nB=2\n");
        assert!(document.remove("A"));
        assert!(!document.remove("A"));
        assert!(document.get("A").is_none());
        assert_eq!(text(&document), "# a\nB=2\n");
    }

    #[test]
    fn renaming_changes_the_name_and_nothing_else() {
        let mut document = parse("export A='x' # A\nB=2\n# C: only in the sealed file (multi-line)\n");
        assert!(!document.rename("A", "B"), "B is taken");
        assert!(!document.rename("A", "A-2"), "not a name");
        assert!(!document.rename("X", "Y"), "there is no X");
        assert!(document.rename("A", "A2"));
        assert!(document.rename("C", "C2"));
        assert!(document.get("A").is_none());
        assert_eq!(text(&document), "export A2='x' # A\nB=2\n# C2: only in the sealed file (multi-line)\n");
    }

    #[test]
    fn a_comment_stands_for_a_value_that_only_the_sealed_file_has() {
        let mut document = parse("A=1\nB=2\n");
        document.set_sealed_only("A");
        document.set_sealed_only("C");
        let comment = |name| format!("# {name}: only in the sealed file (multi-line)\n");
        assert_eq!(text(&document), format!("{}B=2\n{}", comment("A"), comment("C")));
        assert_eq!(document.sealed_only().collect::<Vec<_>>(), ["A", "C"]);
        assert!(document.get("A").is_none());
        document.set("A", &Secret::new("3")).expect("the value is portable");
        assert!(document.remove("C"));
        assert_eq!(text(&document), "A=3\nB=2\n");
        assert_eq!(document.sealed_only().count(), 0);
    }

    #[test]
    fn comments_cannot_break_the_file() {
        let mut document = Document::new();
        document.push_comment("One.\nTwo\r\0\\\n\nA=1");
        document.push_blank();
        assert_eq!(text(&document), "# One.\n# Two\n#\n# A=1\n\n");
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
