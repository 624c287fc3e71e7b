//! dotenv: lines that every reader of env files takes for the same values, or those that are named.

use clap::builder::PossibleValuesParser;
use zeroize::Zeroizing;

use super::spelling::Named;
use super::whole::{Dialect, Whole};
use super::{Error, Format, Input, Output, Refusal};
use crate::dotenv::Document;
use crate::dotenv::readers::{self, verify_written};
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
            return Portable(&input.readers).refuses(name, &value);
        }
        let is_carried = Named(&self.readers).spellings(name, &value).next().is_some();
        (!is_carried).then(|| {
            format!("no way to write it is read as the same value by {}", self.readers.join(", ")).into()
        })
    }

    fn refuses_together(&self, values: &Values, input: &Input) -> Vec<(String, Refusal)> {
        self.misread(values, &input.readers)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        Ok(Output::Text(self.lines(&input.values, &input.readers)))
    }

    fn says_the_same(&self, output: &Output, input: &Input) -> bool {
        let Output::Text(text) = output else { return false };
        let readings = if self.readers.is_empty() {
            Portable(&input.readers).read(text)
        } else {
            Named(&self.readers).read(text)
        };
        readings.into_iter().all(|reading| reading.is_some_and(|values| values == input.values))
    }
}

impl Options {
    /// The lines of these values. One that has no line is missed when they are read back.
    pub(super) fn lines(&self, values: &Values, readers: &[String]) -> Zeroizing<String> {
        self.whole(values, readers).text()
    }

    /// The variables that have a line each which is read as its value, but not in one file with all the others.
    pub(super) fn misread(&self, values: &Values, readers: &[String]) -> Vec<(String, Refusal)> {
        let (mut kept, mut misread) = (values.clone(), Vec::new());
        // Without those that it refuses, a file is put together in other steps: none may be refused at the next try.
        loop {
            let refused: Vec<_> = self.whole(&kept, readers).refused.into_iter().map(str::to_owned).collect();
            if refused.is_empty() {
                break;
            }
            kept.retain(|name, _| !refused.contains(name));
            misread.extend(refused);
        }
        let readers = match (self.readers.is_empty(), readers.is_empty()) {
            (false, _) => self.readers.join(", "),
            (true, false) => readers.join(", "),
            (true, true) => "some reader".to_owned(),
        };
        let reason =
            format!("{readers} would take it or a line after it for another value, however both are written");
        misread.into_iter().map(|name| (name, reason.clone().into())).collect()
    }

    fn whole<'a>(&self, values: &'a Values, readers: &[String]) -> Whole<'a> {
        if self.readers.is_empty() {
            Whole::of(values, &Portable(readers))
        } else {
            Whole::of(values, &Named(&self.readers))
        }
    }
}

/// The readers of an environment, beside which every other one is to read the file too.
struct Portable<'a>(&'a [String]);

/// Who is asked where nobody says who reads the file: the programs that most projects meet and that know quotes.
const ASKED: [&str; 6] = ["compose", "node-dotenv", "python-dotenv", "dotenvy", "bash", "systemd"];

impl Portable<'_> {
    fn refuses(&self, name: &str, value: &Secret) -> Option<Refusal> {
        if self.0.is_empty() && value.expose().contains("${") {
            return Some("it holds ${, which some readers expand even in single quotes".into());
        }
        let mut document = Document::new();
        if let Err(reason) = document.set_for(name, value, self.0) {
            return Some(reason.to_string().into());
        }
        let asked = if self.0.is_empty() { &ASKED[..] } else { &[] };
        let differing = verify_written(&document.to_bytes(), asked, name, value).err()?;
        Some(format!("{} would take it for another value, even in quotes", differing.join(", ")).into())
    }
}

impl Dialect for Portable<'_> {
    fn spellings(&self, name: &str, value: &Secret) -> impl Iterator<Item = Secret> {
        let mut document = Document::new();
        let is_set = document.set_for(name, value, self.0).is_ok();
        let line = is_set.then(|| std::str::from_utf8(&document.to_bytes()).map(Secret::new).ok());
        line.flatten().into_iter()
    }

    fn read(&self, text: &str) -> Vec<Option<Values>> {
        let strict = Document::parse(text.as_bytes()).ok().map(|document| document.values());
        let readings = if self.0.is_empty() {
            readers::read_all(text.as_bytes(), &ASKED)
        } else {
            readers::read_all(text.as_bytes(), self.0)
        };
        [strict].into_iter().chain(readings.into_iter().map(|(_, reading)| reading.ok())).collect()
    }
}

/// The readers that can be named: those whose models can say what they would read.
fn ids() -> impl Iterator<Item = &'static str> {
    readers::ALL.iter().map(|reader| reader.id())
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
    fn what_python_dotenv_changes_in_single_quotes_is_refused_unless_it_is_known_not_to_read_it() {
        assert!(refusal("dotenv", "KEY", "a ${b} c").contains("expand"));
        let expected =
            "KEY cannot be written as dotenv: python-dotenv would take it for another value, even in quotes";
        assert_eq!(refusal("dotenv", "KEY", r"\\host\share"), expected);
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
    fn a_quote_that_would_end_in_a_line_below_is_written_in_another_way() {
        // npm's dotenv reads on from `'x #\'` to the quote in `B='`.
        let values = [("A", "x #\\"), ("B", "'")];
        assert_eq!(text("dotenv --reader node-dotenv", &values), "A='x #\\'\nB='''\n");
    }

    #[test]
    fn python_dotenv_reads_on_from_a_backslash_before_the_last_quote() {
        assert!(refusal("dotenv --reader python-dotenv", "A", "x #\\").contains("python-dotenv"));
        assert_eq!(text("dotenv --reader python-dotenv", &[("A", "x$\\")]), "A=x$\\\n");
    }

    #[test]
    fn what_zsh_would_expand_in_some_locales_is_in_single_quotes() {
        let values = [("A", "$\u{436}"), ("B", "~y"), ("C", "it's $\u{436}"), ("D", "1")];
        let expected = "A='$\u{436}'\nB='~y'\nC='it'\\''s $\u{436}'\nD=1\n";
        assert_eq!(text("dotenv --reader zsh", &values), expected);
    }

    #[test]
    fn what_no_way_of_writing_carries_is_refused() {
        let expected =
            "A cannot be written as dotenv: no way to write it is read as the same value by docker";
        assert_eq!(refusal("dotenv --reader docker", "A", "two\nlines"), expected);
    }
}
