//! The schema file as it is written. The JSON Schema for editors is generated from these types.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// Limits on a value. Each type says which of them it has a use for; another one is an error in the schema.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct Constraints {
    /// Smallest number, duration or size.
    pub min: Option<Bound>,
    /// Largest number, duration or size.
    pub max: Option<Bound>,
    /// Fewest characters.
    pub min_length: Option<usize>,
    /// Most characters.
    pub max_length: Option<usize>,
    /// Exact number of decoded bytes.
    pub bytes: Option<usize>,
    /// Regular expression the whole value must match.
    pub pattern: Option<String>,
    /// Text the value must start with.
    pub prefix: Option<String>,
    /// URL schemes that are accepted.
    pub schemes: Option<Vec<String>>,
    /// The accepted values of an enum, or the spellings of a bool.
    pub values: Option<Vec<String>>,
    /// Type of the items of a list.
    pub of: Option<String>,
    /// Separator of a list [default: ","].
    pub sep: Option<String>,
    /// Least entropy in bits, estimated.
    pub min_entropy: Option<f64>,
    /// Values that are refused.
    pub deny: Option<Vec<String>>,
}

/// A limit as it is written: a number, or text such as `"15m"` or `"64KiB"` for a type that has units.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Bound {
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text with a unit.
    Text(String),
}

/// `rotate = { every = "90d", warn = "14d", driver = "generate" }`, or through a class.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotate {
    /// Class whose fields apply where this table has none.
    pub class: Option<String>,
    /// Longest age, such as `90d`.
    pub every: Option<String>,
    /// How long before the deadline to warn.
    pub warn: Option<String>,
    /// How it is rotated [default: "manual"].
    pub driver: Option<String>,
    /// Who rotates it.
    pub owner: Option<String>,
}

/// `[classes.api-key]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotationClass {
    /// Longest age, such as `90d`.
    pub every: Option<String>,
    /// How long before the deadline to warn.
    pub warn: Option<String>,
}

/// A default: one value, or one per environment with `*` for the rest.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DefaultDefinition {
    /// The same in every environment.
    Same(String),
    /// By environment.
    PerEnvironment(BTreeMap<String, String>),
}
