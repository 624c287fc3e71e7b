//! Changing a document: only the line that changes gets another text.

use zeroize::Zeroizing;

use super::{Document, Line, Piece};
use crate::dotenv::lexer::{self, Content, Lexer};
use crate::dotenv::slot::{Slot, join};
use crate::dotenv::{Unportable, comment_line, is_name, sealed_only_comment};
use crate::secret::Secret;

impl Document {
    /// Sets a value in place, keeping the line's quoting where it can carry the new value, or appends a line.
    /// A comment that stands for the value becomes its line. The value that is already there is left as it
    /// stands, whatever its form.
    pub fn set(&mut self, name: &str, value: &Secret) -> Result<(), Unportable> {
        self.set_for(name, value, &[])
    }

    /// Like [`Document::set`], in a form that every one of these readers reads back as the same value.
    pub fn set_for(&mut self, name: &str, value: &Secret, readers: &[String]) -> Result<(), Unportable> {
        let Some(line) = self.line_for(name, value, readers)? else { return Ok(()) };
        match self.index.get(name) {
            Some(&at) => self.replace(at, &line),
            None => self.append(&line),
        }
        Ok(())
    }

    /// Whether [`Document::set_for`] would take the value, and if not, why.
    pub fn can_carry(&self, name: &str, value: &Secret, readers: &[String]) -> Result<(), Unportable> {
        self.line_for(name, value, readers).map(drop)
    }

    /// The line that gives the variable the value; `None` if it has it.
    fn line_for(
        &self,
        name: &str,
        value: &Secret,
        readers: &[String],
    ) -> Result<Option<Zeroizing<String>>, Unportable> {
        if !is_name(name) {
            return Err(Unportable::BadName);
        }
        let at = self.index.get(name).copied();
        let slot = match at.map(|at| &self.pieces[at]) {
            Some(Piece::Variable { parts, .. }) if parts.value == *value => return Ok(None),
            Some(Piece::Variable { span, parts, .. }) => Slot {
                before: self.text.str(&(span.start..parts.raw.start)).to_owned(),
                after: self.text.str(&(parts.raw.end..span.end)).to_owned(),
                quote: Some(parts.quote),
            },
            _ => Slot { before: format!("{name}="), after: self.line_end.to_owned(), quote: None },
        };
        slot.fill(name, value, readers).map(Some)
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
            self.push_comments(&[&format!(" {line}")]);
        }
    }

    /// Appends comment lines, given without their `#`.
    pub fn push_comments(&mut self, texts: &[&str]) {
        for text in texts {
            let line = join(&[&comment_line(text), self.line_end]);
            self.append(&line);
        }
    }

    /// Whether nothing or an empty line stands at the end.
    pub fn ends_in_blank(&self) -> bool {
        matches!(self.lines().last(), None | Some(Line::Blank))
    }

    /// Appends an empty line.
    pub fn push_blank(&mut self) {
        let line = join(&[self.line_end]);
        self.append(&line);
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
}
