//! The schema file as it is written. The JSON Schema for editors is generated from these types.
//!
//! Everything a variable can say is optional here, because a file that extends another gives only what it
//! changes; [`super::load()`] merges, fills in what is not said, and checks.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

use super::driver::DriverDefinition;
use super::{Default as DefaultValue, Grade, ValueSource, types};
use crate::generate::Recipe;

/// A schema: the variables and rules of one system. It holds no values.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SchemaDefinition {
    /// What the schema is called and what it builds on.
    #[serde(default)]
    pub schema: Header,
    /// The variables by name.
    #[serde(default)]
    #[schemars(with = "IndexMap<String, VariableDefinition>")]
    pub vars: IndexMap<Spanned<String>, VariableDefinition>,
    /// What must hold between variables.
    #[serde(default)]
    #[schemars(with = "Vec<RuleDefinition>")]
    pub rules: Vec<Spanned<RuleDefinition>>,
    /// Rotation classes by name.
    #[serde(default)]
    pub classes: IndexMap<String, RotationClass>,
}

/// `[schema]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Name of the schema, for people [default: the name of the file].
    pub name: Option<String>,
    /// Schemas whose variables, rules and classes this one takes over: paths relative to this file and inside
    /// the project, or `builtin:NAME`. Later ones refine earlier ones, this file refines them all.
    #[serde(default)]
    pub extends: Vec<String>,
}

/// `[vars.NAME]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
// Serde documents this attribute as unsupported beside `flatten`, yet refuses unknown fields; the tests of
// this file hold it to that.
#[serde(deny_unknown_fields)]
pub struct VariableDefinition {
    /// What it is for, one sentence or more.
    pub description: Option<String>,
    /// What it accepts [default: "string"].
    #[serde(rename = "type")]
    #[schemars(schema_with = "type_name")]
    pub value_type: Option<String>,
    /// Limits on top of the type.
    #[serde(flatten)]
    pub constraints: Constraints,
    /// Whether it must be set: true, false, or a CEL condition over the other variables [default: true].
    pub required: Option<RequiredDefinition>,
    /// The value when none is set: one, or a table of them by environment with `*` for the rest.
    pub default: Option<DefaultDefinition>,
    /// How it is rendered from other variables: `${NAME}`, `${NAME|url}`; `$$` is a dollar sign.
    pub template: Option<String>,
    /// How to make a value.
    pub generate: Option<Recipe>,
    /// When and how to rotate it.
    pub rotate: Option<Rotate>,
    /// An example for documentation; never used as a value.
    pub example: Option<Scalar>,
    /// Why it should no longer be set, and what to set instead.
    pub deprecated: Option<String>,
    /// Heading it belongs under.
    pub group: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where to read more.
    pub docs: Option<String>,
    /// Where a person gets a value.
    pub obtain: Option<String>,
    /// Who sets it [default: "file"].
    pub source: Option<ValueSource>,
    /// Whether the value is secret [default: true].
    pub secret: Option<bool>,
}

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
#[serde(untagged, expecting = "expected a number, or text with a unit such as \"15m\"")]
pub enum Bound {
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text with a unit.
    Text(String),
}

/// `required`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected true, false, or a CEL condition in quotes")]
pub enum RequiredDefinition {
    /// Always or never.
    Plain(bool),
    /// When this CEL expression is true.
    When(String),
}

/// A default: one value, or one per environment with `*` for the rest.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a value, or a table of values by environment")]
pub enum DefaultDefinition {
    /// The same in every environment.
    Same(Scalar),
    /// By environment.
    PerEnvironment(IndexMap<String, Scalar>),
}

/// A value as an env file would hold it. TOML numbers and `true`/`false` may be written without quotes; they
/// become the text `20`, `0.85`, `1.0`, `true`. Another spelling, such as Python's `True`, needs quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar(pub String);

/// `rotate = { every = "90d", warn = "14d", driver = "generate" }`, or through a class.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotate {
    /// Class whose fields apply where this table has none.
    pub class: Option<String>,
    /// Longest age, such as `90d` [default: any; then only an event makes it due, such as a leak or the end of a
    /// token].
    pub every: Option<String>,
    /// How long before the deadline to warn [default: 14d, at most a quarter of `every`].
    pub warn: Option<String>,
    /// How long after the deadline it is merely overdue; then it is breached [default: 7d, at most a quarter of
    /// `every`].
    pub grace: Option<String>,
    /// How long the previous value stays valid.
    pub overlap: Option<String>,
    /// Weakest evidence that proves a rotation.
    pub min_evidence: Option<Grade>,
    /// How it is rotated: a name, or a table with `kind` [default: "manual"].
    pub driver: Option<DriverDefinition>,
    /// Who rotates it.
    pub owner: Option<String>,
    /// The variable that holds the previous value while the overlap lasts.
    pub previous: Option<String>,
    /// Where the steps of a rotation by hand are written down.
    pub runbook: Option<String>,
    /// Clauses of standards that ask for it, such as `PCI-DSS-4.0.1/8.6.3`.
    pub controls: Option<Vec<String>>,
}

/// `[classes.api-key]`: what variables of one kind have in common.
//
// Not one struct with `Rotate`: serde cannot flatten a struct into another that refuses unknown fields.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotationClass {
    /// Longest age, such as `90d` [default: any; then only an event makes it due, such as a leak or the end of a
    /// token].
    pub every: Option<String>,
    /// How long before the deadline to warn [default: 14d, at most a quarter of `every`].
    pub warn: Option<String>,
    /// How long after the deadline it is merely overdue; then it is breached [default: 7d, at most a quarter of
    /// `every`].
    pub grace: Option<String>,
    /// How long the previous value stays valid.
    pub overlap: Option<String>,
    /// Weakest evidence that proves a rotation.
    pub min_evidence: Option<Grade>,
    /// How it is rotated: a name, or a table with `kind` [default: "manual"].
    pub driver: Option<DriverDefinition>,
    /// Who rotates it.
    pub owner: Option<String>,
    /// Where the steps of a rotation by hand are written down.
    pub runbook: Option<String>,
    /// Clauses of standards that ask for it, such as `PCI-DSS-4.0.1/8.6.3`.
    pub controls: Option<Vec<String>>,
}

/// Names and texts of the fields that hold a length of time.
pub type Durations<'a> = [(&'static str, Option<&'a str>); 4];

/// The same for a class and for a variable of it.
macro_rules! durations {
    ($($definition:ident)*) => {
        $(impl $definition {
            /// The fields that hold a length of time.
            pub fn durations(&self) -> Durations<'_> {
                [
                    ("every", self.every.as_deref()),
                    ("warn", self.warn.as_deref()),
                    ("grace", self.grace.as_deref()),
                    ("overlap", self.overlap.as_deref()),
                ]
            }
        })*
    };
}

durations!(Rotate RotationClass);

/// `[[rules]]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleDefinition {
    /// CEL condition under which the rule applies [default: always].
    pub when: Option<String>,
    /// CEL condition that must be true then, over the variables and `env`, the environment's name.
    pub assert: String,
    /// What to say when it is not; holds no value.
    pub message: String,
    /// The clause of a guide or a standard that asks for it.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
}

/// Takes every field that `$over` gives. Naming a field here that does not exist, or leaving one out, does
/// not compile.
macro_rules! refine {
    ($base:ident, $over:ident, { $($field:ident),+ $(,)? } $($rest:ident)*) => {{
        let Self { $($field,)+ $($rest),* } = $over;
        $(if $field.is_some() { $base.$field = $field; })+
        $($base.$rest.refine($rest);)*
    }};
}

impl VariableDefinition {
    /// Replaces what `over` gives and keeps the rest.
    pub fn refine(&mut self, over: Self) {
        refine!(self, over, {
            description, value_type, required, default, template, generate, rotate, example, deprecated, group,
            owner, docs, obtain, source, secret,
        } constraints);
    }
}

impl Constraints {
    /// Replaces what `over` gives and keeps the rest.
    pub fn refine(&mut self, over: Self) {
        refine!(self, over, {
            min, max, min_length, max_length, bytes, pattern, prefix, schemes, values, of, sep, min_entropy, deny,
        });
    }

    /// Names of the fields that are given.
    pub fn given(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("min_length", self.min_length.is_some()),
            ("max_length", self.max_length.is_some()),
            ("bytes", self.bytes.is_some()),
            ("pattern", self.pattern.is_some()),
            ("prefix", self.prefix.is_some()),
            ("schemes", self.schemes.is_some()),
            ("values", self.values.is_some()),
            ("of", self.of.is_some()),
            ("sep", self.sep.is_some()),
            ("min_entropy", self.min_entropy.is_some()),
            ("deny", self.deny.is_some()),
        ];
        given.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name)
    }
}

impl From<DefaultDefinition> for DefaultValue {
    fn from(definition: DefaultDefinition) -> Self {
        match definition {
            DefaultDefinition::Same(Scalar(value)) => Self::Same(value),
            DefaultDefinition::PerEnvironment(values) => {
                Self::PerEnvironment(values.into_iter().map(|(name, Scalar(value))| (name, value)).collect())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Scalar;

            fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
                formatter.write_str("text, a number, true or false")
            }
            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
                // The debug form keeps the point of `1.0`.
                Ok(Scalar(format!("{number:?}")))
            }
            fn visit_bool<E>(self, yes: bool) -> Result<Scalar, E> {
                Ok(Scalar(yes.to_string()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Scalar {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

fn type_name(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let names: Vec<&str> = types::ALL.iter().map(|value_type| value_type.name()).collect();
    schemars::json_schema!({ "type": ["string", "null"], "enum": names })
}
