//! helm-values: a file of values for a chart: what is not secret below `env`, secrets below `secrets`.

use super::yaml_text::{Node, read, write};
use super::{Error, Format, Input, Output, Refusal, refuse_nul};
use crate::secret::Values;

/// A file for `helm upgrade --values`.
#[derive(clap::Args, Default)]
pub struct Options {}

impl Format for Options {
    fn refuses(&self, _name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        refuse_nul(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let (secret, clear): (Values, Values) =
            input.values.clone().into_iter().partition(|(name, _)| input.is_secret(name));
        let document = Node::map([("env", Node::texts(&clear)), ("secrets", Node::texts(&secret))]);
        Ok(Output::Text(write(&[document])))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        let [document] = read(text)?.try_into().ok()?;
        let mut values = document.at(&["env"])?.values()?;
        values.extend(document.at(&["secrets"])?.values()?);
        Some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;

    #[test]
    fn secrets_and_the_rest_are_apart() {
        let values = [("KEY", "1e3"), ("CLEAR_LEVEL", "no")];
        assert_eq!(text("helm-values", &values), "env:\n  CLEAR_LEVEL: \"no\"\nsecrets:\n  KEY: \"1e3\"\n");
        assert_eq!(text("helm-values", &[("KEY", "x")]), "env: {}\nsecrets:\n  KEY: \"x\"\n");
    }
}
