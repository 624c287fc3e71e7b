//! dotenv: lines that every reader of env files takes for the same values, or those that are named.

use clap::builder::PossibleValuesParser;
use zeroize::Zeroizing;

use super::text::{Escape, Text};
use super::{Error, Format, Input, Output, Refusal};
use crate::dotenv::Document;
use crate::dotenv::readers::{self, Environment, verify_written};
use crate::secret::{Secret, Values};

/// An env file.
#[derive(clap::Args, Default)]
pub struct Options {
    /// Write it for these readers alone, whatever others make of it [default: those of the environment, portably]
    #[arg(long = "reader", value_name = "READER", value_delimiter = ',', value_parser = PossibleValuesParser::new(ids()))]
    readers: Vec<String>,
}

impl Format for Options {
    fn refuses(&self, name: &str, value: &str, input: &Input) -> Option<Refusal> {
        let value = Secret::new(value);
        if self.readers.is_empty() {
            if input.readers.is_empty() && value.expose().contains("${") {
                return Some("it holds ${, which some readers expand even in single quotes".into());
            }
            let refusal = Document::new().can_carry(name, &value, &input.readers).err();
            return refusal.map(|reason| reason.to_string().into());
        }
        let none =
            || format!("no way to write it is read as the same value by {}", self.readers.join(", ")).into();
        self.line(name, &value).is_none().then(none)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        Ok(Output::Text(self.lines(&input.values, &input.readers)))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        if self.readers.is_empty() {
            return Document::parse(text.as_bytes()).ok().map(|document| document.values());
        }
        let read = |id: &String| readers::by_id(id)?.read(text.as_bytes(), &Environment::new()).ok();
        let mut readings = self.readers.iter().map(read);
        let first = readings.next()??;
        readings.all(|reading| reading.as_ref() == Some(&first)).then_some(first)
    }
}

impl Options {
    /// The lines of these values. One that has no line is missed when they are read back.
    pub(super) fn lines(&self, values: &Values, readers: &[String]) -> Zeroizing<String> {
        let mut text = Text::default();
        for (name, value) in values {
            let line = if self.readers.is_empty() {
                let mut document = Document::new();
                document.set_for(name, value, readers).ok();
                let line = std::str::from_utf8(&document.to_bytes()).map(str::to_owned);
                line.map(Secret::from).ok()
            } else {
                self.line(name, value)
            };
            text.push(line.as_ref().map_or("", Secret::expose));
        }
        text.finish()
    }

    /// The plainest line that all of the named readers read as the value, and the line after it as it is, also where
    /// quotes follow in which an open one would end.
    fn line(&self, name: &str, value: &Secret) -> Option<Secret> {
        let (next, one) = ("NEXT_LINE", Secret::new("1"));
        let reads = |line: &Secret| {
            let mut file = Text::default();
            file.push(line.expose()).push(next).push("=1\nQUOTES='`'\nMORE=\"1\"\n");
            let file = file.finish();
            [(name, value), (next, &one)]
                .into_iter()
                .all(|(name, value)| verify_written(file.as_bytes(), &self.readers, name, value).is_ok())
        };
        // Which control characters are blanks, that end a bare value, is where readers surprise most.
        let bare_last = usize::from(value.expose().contains(char::is_control));
        let spellings = SPELLINGS.iter().cycle().skip(bare_last).take(SPELLINGS.len());
        spellings.map(|spelling| spelling.line(name, value.expose())).find(reads)
    }
}

/// The readers that can be named: those whose models can say what they would read.
fn ids() -> impl Iterator<Item = &'static str> {
    readers::ALL.iter().map(|reader| reader.id())
}

/// A way to write a value that some reader knows.
struct Spelling {
    mark: &'static str,
    escape: fn(char) -> Option<Escape>,
}

impl Spelling {
    fn line(&self, name: &str, value: &str) -> Secret {
        let mut text = Text::default();
        text.push(name).push("=").push(self.mark);
        text.push_escaped(value, self.escape).push(self.mark).push("\n");
        text.into_secret()
    }
}

/// Every way, from the plainest on.
const SPELLINGS: &[Spelling] = &[
    Spelling { mark: "", escape: |_| None },
    Spelling { mark: "'", escape: |_| None },
    Spelling { mark: "\"", escape: |_| None },
    Spelling { mark: "`", escape: |_| None },
    Spelling { mark: "'", escape: |it| marked(it, "'") },
    Spelling { mark: "'", escape: |it| marked(it, "\\'") },
    Spelling { mark: "'", escape: |it| marked(it, "$") },
    Spelling { mark: "'", escape: |it| (it == '\'').then_some(Escape::As("'\\''")) },
    Spelling { mark: "\"", escape: |it| marked(it, "\"") },
    Spelling { mark: "\"", escape: |it| marked(it, "\\\"") },
    Spelling { mark: "\"", escape: |it| marked(it, "\\\"$") },
    Spelling { mark: "\"", escape: |it| marked(it, "\\\"$`") },
    Spelling { mark: "\"", escape: line_ends },
    Spelling { mark: "\"", escape: |it| line_ends(it).or_else(|| marked(it, "$")) },
    Spelling { mark: "\"", escape: |it| line_ends(it).or_else(|| marked(it, "\\\"")) },
    Spelling { mark: "\"", escape: |it| line_ends(it).or_else(|| marked(it, "\\\"$")) },
    Spelling { mark: "\"", escape: |it| line_ends(it).or_else(|| marked(it, "\\\"$`")) },
];

fn marked(character: char, special: &str) -> Option<Escape> {
    special.contains(character).then_some(Escape::Marked('\\'))
}

fn line_ends(character: char) -> Option<Escape> {
    match character {
        '\n' => Some(Escape::As("\\n")),
        '\r' => Some(Escape::As("\\r")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{form, input, refusal, text};

    #[test]
    fn a_value_is_quoted_as_far_as_every_reader_needs_it() {
        assert_eq!(text("dotenv", &[("A", "plain"), ("B", "a $b")]), "A=plain\nB='a $b'\n");
    }

    #[test]
    fn a_value_that_readers_would_take_for_another_is_refused_by_name() {
        let expected = "KEY cannot be written as dotenv: it spans lines, and readers differ about every way to write that";
        assert_eq!(refusal("dotenv", "KEY", "two\nlines"), expected);
    }

    #[test]
    fn what_python_dotenv_expands_in_single_quotes_is_refused_unless_it_is_known_not_to_read_it() {
        assert!(refusal("dotenv", "KEY", "a ${b} c").contains("expand"));
        let mut input = input(&[("KEY", "a ${b} c")]);
        input.readers = ["bash".to_owned()].into();
        assert!(form("dotenv").render(&input).is_ok());
    }

    #[test]
    fn the_readers_of_the_environment_are_obeyed() {
        let mut input = input(&[("KEY", "a #b")]);
        input.readers = ["docker".to_owned(), "python-dotenv".to_owned()].into();
        let refused = form("dotenv").render(&input).err().expect("docker keeps the quotes").to_string();
        assert!(refused.ends_with(" reads this file and would take it for another value"), "{refused}");
    }

    #[test]
    fn a_named_reader_gets_what_it_alone_can_read() {
        let values = [("A", "two\nlines"), ("B", "it's \"$x\" \\"), ("C", "plain")];
        let expected = "A='two\nlines'\nB=it's \"$x\" \\\nC=plain\n";
        assert_eq!(text("dotenv --reader python-dotenv", &values), expected);
        let expected = "A='two\nlines'\nB='it'\\''s \"$x\" \\'\nC=plain\n";
        assert_eq!(text("dotenv --reader bash,sh", &values), expected);
    }

    #[test]
    fn what_no_way_of_writing_carries_is_refused() {
        let expected =
            "A cannot be written as dotenv: no way to write it is read as the same value by docker";
        assert_eq!(refusal("dotenv --reader docker", "A", "two\nlines"), expected);
    }
}
