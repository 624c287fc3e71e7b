//! YAML: a map, name to value. It carries every value.

use super::yaml_text::{Node, read, write};
use super::{Error, Format, Input, Output};
use crate::secret::Values;

/// A map, name to value.
#[derive(clap::Args, Default)]
pub struct Options {}

impl Format for Options {
    fn write(&self, input: &Input) -> Result<Output, Error> {
        Ok(Output::Text(write(&[Node::texts(&input.values)])))
    }

    fn takes_any_name(&self) -> bool {
        true
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        let [document] = read(text)?.try_into().ok()?;
        document.values()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;

    #[test]
    fn every_value_is_quoted_so_that_none_is_a_number_or_a_truth() {
        let expected = "\"NO\": \"no\"\nPORT: \"0o17\"\nKEY: \"a\\n\\u2028: # \\\"\\\\\"\n";
        let values = [("NO", "no"), ("PORT", "0o17"), ("KEY", "a\n\u{2028}: # \"\\")];
        assert_eq!(text("yaml", &values), expected);
        assert_eq!(text("yaml", &[]), "{}\n");
    }
}
