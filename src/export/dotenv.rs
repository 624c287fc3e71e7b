//! dotenv: lines that every reader of env files takes for the same values.

use zeroize::Zeroizing;

use super::{Error, Format};
use crate::dotenv::Document;
use crate::secret::Values;

/// An env file.
pub struct Dotenv;

impl Format for Dotenv {
    fn name(&self) -> &'static str {
        "dotenv"
    }

    fn render(&self, values: &Values, readers: &[String]) -> Result<Zeroizing<String>, Error> {
        let mut document = Document::new();
        for (name, value) in values {
            document.set_for(name, value, readers).map_err(|reason| Error::Unportable {
                format: self.name(),
                name: name.clone(),
                reason,
                instead: super::Json.name(),
            })?;
        }
        let text = std::str::from_utf8(&document.to_bytes()).map(str::to_owned);
        Ok(Zeroizing::new(text.expect("names and values are UTF-8")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn render(value: &str, readers: &[&str]) -> Result<String, String> {
        let values: Values = [("KEY".to_owned(), Secret::new(value))].into();
        let readers: Vec<String> = readers.iter().map(|&reader| reader.to_owned()).collect();
        Dotenv.render(&values, &readers).map(|text| text.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_value_is_quoted_as_far_as_every_reader_needs_it() {
        assert_eq!(render("plain", &[]), Ok("KEY=plain\n".to_owned()));
        assert_eq!(render("a $b", &[]), Ok("KEY='a $b'\n".to_owned()));
    }

    #[test]
    fn a_value_that_readers_would_take_for_another_is_refused_by_name() {
        let refusal = "KEY cannot be written as dotenv: it spans lines, and readers differ about every way to write that";
        assert_eq!(render("two\nlines", &[]), Err(refusal.to_owned()));
        assert_eq!(render("a b", &["docker"]), Ok("KEY=a b\n".to_owned()));
        let refusal = render("a #b", &["docker", "python-dotenv"]).expect_err("docker keeps the quotes");
        assert!(refusal.ends_with(" reads this file and would take it for another value"), "{refusal}");
    }
}
