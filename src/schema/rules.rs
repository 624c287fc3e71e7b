//! CEL expressions over typed values: `required = "…"`, `when` and `assert`.

use std::collections::BTreeMap;

use super::types::Typed;

/// A compiled CEL expression.
pub struct Expression {
    /// As it is written in the schema.
    pub source: String,
}

/// What an expression came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is true.
    True,
    /// It is false.
    False,
    /// It reads a variable that is not set; the name.
    Unset(String),
    /// It cannot be evaluated: a type error, an overflow. The text holds no value.
    Failed(String),
}

impl Expression {
    /// Compiles; the error is a message without a value.
    pub fn compile(source: &str) -> Result<Self, String> {
        Ok(Self { source: source.to_owned() })
    }

    /// The variables it reads, those inside `has(…)` not among them.
    pub fn reads(&self) -> &[String] {
        todo!("the schema room")
    }

    /// Evaluates over the set variables and the environment's name (`env`).
    pub fn evaluate(&self, _environment: &str, _values: &BTreeMap<&str, Typed>) -> Outcome {
        todo!("the schema room")
    }
}
