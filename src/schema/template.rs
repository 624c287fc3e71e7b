//! Values rendered from other variables: `postgresql://${DB_USER}:${DB_PASSWORD|url}@db/app`.

use crate::secret::{Secret, Values};

/// A parsed template: text and `${NAME}` or `${NAME|encoder}`; `$$` is a dollar sign.
pub struct Template {}

impl Template {
    /// Parses; the error says what is wrong and at which character.
    pub fn parse(_source: &str) -> Result<Self, String> {
        todo!("the schema room")
    }

    /// The names of its parts, each once, in order.
    pub fn parts(&self) -> Vec<&str> {
        todo!("the schema room")
    }

    /// The whole, if every part has a value; else the names of those that have none.
    pub fn render(&self, _values: &Values) -> Result<Secret, Vec<&str>> {
        todo!("the schema room")
    }

    /// The parts back from a whole, if the whole has the template's shape in exactly one way.
    pub fn split(&self, _whole: &Secret) -> Option<Values> {
        todo!("the schema room")
    }
}
