//! JSON: an object, name to value. It carries every value.

use indexmap::IndexMap;
use zeroize::Zeroizing;

use super::{Error, Format};
use crate::secret::Values;

/// An object, name to value.
pub struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render(&self, values: &Values, _readers: &[String]) -> Result<Zeroizing<String>, Error> {
        let object: IndexMap<&str, &str> =
            values.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
        let mut json =
            Zeroizing::new(serde_json::to_string_pretty(&object).expect("texts can be written as JSON"));
        json.push('\n');
        Ok(json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn every_value_is_a_text_and_the_order_stays() {
        let values: Values = [("PORT", "80"), ("KEY", "-----\n\"quoted\"\n")]
            .map(|(name, value)| (name.to_owned(), Secret::new(value)))
            .into();
        let json = Json.render(&values, &[]).expect("JSON carries every value");
        assert_eq!(json.as_str(), "{\n  \"PORT\": \"80\",\n  \"KEY\": \"-----\\n\\\"quoted\\\"\\n\"\n}\n");
    }
}
