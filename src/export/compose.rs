//! compose: an override that gives a service its environment: `docker compose -f compose.yaml -f override.yaml up`.

use super::yaml_text::{Node, read, write};
use super::{Error, Format, Input, Output, Refusal, refuse_nul};
use crate::secret::{Secret, Values};

/// A Compose file.
#[derive(clap::Args, Default)]
pub struct Options {
    /// The service that gets the environment
    #[arg(long, value_name = "NAME")]
    service: String,
}

impl Format for Options {
    fn refuses(&self, _name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        refuse_nul(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        // Compose expands `$` wherever it reads a text, and takes two for one.
        let doubled = |value: &Secret| Node::text(value.expose().replace('$', "$$"));
        let environment = input.values.iter().map(|(name, value)| (name.clone(), doubled(value))).collect();
        let service = Node::map([("environment", Node::Map(environment))]);
        let services = Node::map([(self.service.as_str(), service)]);
        Ok(Output::Text(write(&[Node::map([("services", services)])])))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        let [document] = read(text)?.try_into().ok()?;
        let values = document.at(&["services", &self.service, "environment"])?.values()?;
        values.into_iter().map(|(name, value)| Some((name, halved(value.expose())?))).collect()
    }
}

/// The text with one `$` for two; `None` for one that stands alone.
fn halved(text: &str) -> Option<Secret> {
    let is_doubled = !text.replace("$$", "").contains('$');
    is_doubled.then(|| Secret::new(text.replace("$$", "$")))
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;

    #[test]
    fn no_dollar_is_left_to_expand() {
        let expected = "services:\n  web:\n    environment:\n      A: \"$$x $${y} $$$$\"\n      B: \"no\"\n";
        assert_eq!(text("compose --service web", &[("A", "$x ${y} $$"), ("B", "no")]), expected);
    }
}
