//! railway: a JSON object for the raw editor of Railway's variables.

use super::{Error, Format, Input, Output, Refusal, json, refuse_nul};
use crate::secret::Values;

/// A JSON object for Railway's raw editor.
#[derive(clap::Args, Default)]
pub struct Options {}

impl Format for Options {
    fn refuses(&self, _name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        if value.contains("${{") {
            return Some("it has ${{, which Railway takes for a reference to another variable".into());
        }
        refuse_nul(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        json::Options::default().write(input)
    }

    fn read(&self, output: &Output) -> Option<Values> {
        json::Options::default().read(output)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, text};

    #[test]
    fn a_reference_to_another_variable_is_refused() {
        assert_eq!(text("railway", &[("A", "${b}")]), "{\n  \"A\": \"${b}\"\n}\n");
        assert!(refusal("railway", "A", "x${{shared.B}}").contains("a reference to another variable"));
    }
}
