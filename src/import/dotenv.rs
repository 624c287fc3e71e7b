//! A plain dotenv file, as envward reads it or as another program does.

use super::{Error, File, Request, Source, Taken};
use crate::dotenv::Document;
use crate::dotenv::readers::{self, Environment, Refused};
use crate::secret::Values;

/// A plain dotenv file.
pub struct Dotenv;

impl Source for Dotenv {
    fn kind(&self) -> &'static str {
        "dotenv"
    }

    fn recognizes(&self, file: &File) -> bool {
        file.documents().is_empty() && file.lines().is_some_and(|text| text.contains('='))
    }

    fn take(&self, file: &File, request: &mut Request<'_>) -> Result<Taken, Error> {
        let values = match request.reader {
            Some(id) => read_as(id, &file.bytes)?,
            None => Document::parse(&file.bytes).map_err(Error::Dotenv)?.values(),
        };
        let mut taken = Taken::default();
        for (name, value) in values {
            taken.put(&name, value)?;
        }
        Ok(taken)
    }
}

fn read_as(id: &str, bytes: &[u8]) -> Result<Values, Error> {
    let failed = |problem| Error::Reader { reader: id.to_owned(), problem };
    let reader = readers::by_id(id).ok_or_else(|| failed("is no reader that is known"))?;
    // What it would have in its environment is not part of the file.
    reader.read(bytes, &Environment::new()).map_err(|refused| match refused {
        Refused::Rejects => failed("refuses the file"),
        Refused::Computes => failed("computes a value while it reads, which envward does not"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{error, refused, take, take_as_read_by, values};

    #[test]
    fn a_file_is_read_as_the_chosen_program_reads_it() {
        let text = "A=1 # one\nB='x'\n";
        assert_eq!(values(&take(&Dotenv, ".env", text)), [("A", "1"), ("B", "x")]);
        assert_eq!(values(&take_as_read_by("docker", text)), [("A", "1 # one"), ("B", "'x'")]);
    }

    #[test]
    fn a_name_that_is_none_is_refused_alone() {
        let taken = take_as_read_by("docker", "my-key=1\nA=2\n");
        assert_eq!(values(&taken), [("A", "2")]);
        assert_eq!(refused(&taken), ["my-key: is no name of a variable"]);
        assert_eq!(taken.refused[0].reason.hint().as_deref(), Some("--flatten takes it as MY_KEY"));
    }

    #[test]
    fn what_cannot_be_read_is_said_without_the_text() {
        assert_eq!(error(&Dotenv, ".env", "A=\"hunter2\n"), "1:3: A: this quote is never closed");
    }
}
