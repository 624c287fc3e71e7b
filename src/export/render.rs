//! render: the body of `PUT /v1/services/ID/env-vars` of Render's API, which replaces a service's environment.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Error, Format, Input, Output, Refusal, refuse_nul};
use crate::secret::{Secret, Values};

/// A JSON array for Render's API: PUT /v1/services/ID/env-vars
#[derive(clap::Args, Default)]
pub struct Options {}

#[derive(Serialize)]
struct Written<'a> {
    key: &'a str,
    value: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    key: String,
    value: String,
}

impl Format for Options {
    fn refuses(&self, _name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        refuse_nul(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let variables: Vec<_> =
            input.values.iter().map(|(name, value)| Written { key: name, value: value.expose() }).collect();
        let json = serde_json::to_string_pretty(&variables).expect("texts can be written as JSON");
        let mut json = Zeroizing::new(json);
        json.push('\n');
        Ok(Output::Text(json))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        let variables: Vec<Read> = serde_json::from_str(text).ok()?;
        Some(variables.into_iter().map(|Read { key, value }| (key, Secret::from(value))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;

    #[test]
    fn it_is_the_list_that_the_api_takes() {
        let expected = "[\n  {\n    \"key\": \"A\",\n    \"value\": \"x\\n\"\n  }\n]\n";
        assert_eq!(text("render", &[("A", "x\n")]), expected);
    }
}
