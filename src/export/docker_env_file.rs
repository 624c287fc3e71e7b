//! docker-env-file: a value is the rest of its line, as it stands. Podman and kubectl read it alike.

use super::text::Text;
use super::{Error, Format, Input, Output, Refusal, refuse_nul};
use crate::dotenv::readers::{self, Environment};
use crate::secret::Values;

/// The file of `docker run --env-file`.
#[derive(clap::Args, Default)]
pub struct Options {}

/// The longest line that docker reads, without its end: that of Go's `bufio.Scanner`.
const LONGEST: usize = 65_535;

impl Format for Options {
    fn refuses(&self, name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        if value.contains('\n') {
            return Some("it spans lines, and a value of this form ends with its line".into());
        }
        if value.ends_with('\r') {
            return Some("it ends in a carriage return, which is taken for a part of the line end".into());
        }
        if name.len() + 1 + value.len() > LONGEST {
            return Some(format!("its line is longer than the {LONGEST} bytes that docker reads").into());
        }
        refuse_nul(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let mut text = Text::default();
        for (name, value) in &input.values {
            text.push(name).push("=").push(value.expose()).push("\n");
        }
        Ok(Output::Text(text.finish()))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        readers::by_id("docker")?.read(text.as_bytes(), &Environment::new()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, text};

    #[test]
    fn a_value_stands_as_it_is() {
        assert_eq!(text("docker-env-file", &[("A", " it's \"x\" # \\ ")]), "A= it's \"x\" # \\ \n");
    }

    #[test]
    fn what_docker_would_read_otherwise_is_refused() {
        let why = "A cannot be written as docker-env-file: ";
        assert_eq!(
            refusal("docker-env-file", "A", "a\nb"),
            format!("{why}it spans lines, and a value of this form ends with its line")
        );
        let long = "x".repeat(70_000);
        assert_eq!(
            refusal("docker-env-file", "A", &long),
            format!("{why}its line is longer than the 65535 bytes that docker reads")
        );
        assert!(refusal("docker-env-file", "A", "a\r").contains("carriage return"));
    }
}
