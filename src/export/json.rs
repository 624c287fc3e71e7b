//! JSON: an object, name to value. It carries every value.

use indexmap::IndexMap;
use zeroize::Zeroizing;

use super::{Error, Format, Input, Output};
use crate::secret::{Secret, Values};

/// An object, name to value.
#[derive(clap::Args, Default)]
pub struct Options {}

impl Format for Options {
    fn write(&self, input: &Input) -> Result<Output, Error> {
        Ok(Output::Text(render(&input.values)))
    }

    fn takes_any_name(&self) -> bool {
        true
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        let object: IndexMap<String, String> = serde_json::from_str(text).ok()?;
        Some(object.into_iter().map(|(name, value)| (name, Secret::from(value))).collect())
    }
}

/// The values as an object of texts, in their order.
pub fn render(values: &Values) -> Zeroizing<String> {
    let object: IndexMap<&str, &str> =
        values.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
    let mut json =
        Zeroizing::new(serde_json::to_string_pretty(&object).expect("texts can be written as JSON"));
    json.push('\n');
    json
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;

    #[test]
    fn every_value_is_a_text_and_the_order_stays() {
        let json = text("json", &[("PORT", "80"), ("KEY", "-----\n\"quoted\"\n")]);
        assert_eq!(json, "{\n  \"PORT\": \"80\",\n  \"KEY\": \"-----\\n\\\"quoted\\\"\\n\"\n}\n");
    }
}
