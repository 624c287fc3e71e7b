//! A schema for others: as a page for people ([`mod@markdown`]), as a JSON Schema for other tools ([`mod@json_schema`]),
//! as an example env file ([`mod@example`]). None of them holds a default of a secret variable.

pub mod example;
pub mod json_schema;
pub mod markdown;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::definition::{Bound, Constraints, Rotate, RotationClass};
use super::driver::DriverDefinition;
use super::{Required, Schema, Variable};

/// Where variables without a group stand.
pub const NO_GROUP: &str = "other";

/// The variables by their group, groups in the order in which they first occur.
fn groups(schema: &Schema) -> IndexMap<&str, Vec<&Variable>> {
    let mut groups: IndexMap<&str, Vec<&Variable>> = IndexMap::new();
    for variable in schema.vars.values() {
        groups.entry(variable.group.as_deref().unwrap_or(NO_GROUP)).or_default().push(variable);
    }
    groups
}

/// The defaults by environment, `*` for all or for the rest; none of a secret variable.
pub fn defaults(variable: &Variable) -> Vec<(&str, &str)> {
    match &variable.default {
        _ if variable.secret => Vec::new(),
        None => Vec::new(),
        Some(super::Default::Same(value)) => vec![("*", value)],
        Some(super::Default::PerEnvironment(values)) => {
            values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
        }
    }
}

/// When a variable must be set: `yes`, `no`, or the condition.
pub fn required(variable: &Variable) -> &str {
    match &variable.required {
        Required::Always => "yes",
        Required::Never => "no",
        Required::When(condition) => &condition.source,
    }
}

/// The limits of a variable, by the names that a schema gives them. Values that are refused may once have been real
/// ones, so those of a secret variable are only counted.
pub fn limits(variable: &Variable) -> Map<String, Value> {
    let Constraints {
        min,
        max,
        min_length,
        max_length,
        bytes,
        pattern,
        prefix,
        schemes,
        values,
        of,
        sep,
        min_entropy,
        deny,
    } = &variable.constraints;
    let bound = |bound: &Option<Bound>| match bound {
        None => Value::Null,
        Some(Bound::Int(number)) => (*number).into(),
        Some(Bound::Float(number)) => (*number).into(),
        Some(Bound::Text(text)) => text.as_str().into(),
    };
    let denied = deny.as_ref().map(|denied| {
        if variable.secret { Value::from(denied.len()) } else { Value::from(denied.as_slice()) }
    });
    let limits = [
        ("min", bound(min)),
        ("max", bound(max)),
        ("min_length", Value::from(*min_length)),
        ("max_length", Value::from(*max_length)),
        ("bytes", Value::from(*bytes)),
        ("pattern", Value::from(pattern.as_deref())),
        ("prefix", Value::from(prefix.as_deref())),
        ("schemes", Value::from(schemes.as_deref())),
        ("values", Value::from(values.as_deref())),
        ("of", Value::from(of.as_deref())),
        ("sep", Value::from(sep.as_deref())),
        ("min_entropy", Value::from(*min_entropy)),
        ("deny", denied.unwrap_or_default()),
    ];
    limits
        .into_iter()
        .filter(|(_, limit)| !limit.is_null())
        .map(|(name, limit)| (name.to_owned(), limit))
        .collect()
}

/// How a variable is rotated: the fields of its own table, else those of its class.
pub fn rotation<'a>(variable: &'a Variable, schema: &'a Schema) -> Vec<(&'static str, &'a str)> {
    let Some(rotate) = &variable.rotate else { return Vec::new() };
    let Rotate { class, every, warn, driver, owner, runbook, previous, .. } = rotate;
    let of_class = class.as_ref().and_then(|class| schema.classes.get(class));
    let field = |own: &'a Option<String>, of: fn(&RotationClass) -> &Option<String>| {
        own.as_deref().or_else(|| of(of_class?).as_deref())
    };
    let driver = driver.as_ref().or_else(|| of_class?.driver.as_ref());
    let fields = [
        ("class", class.as_deref()),
        ("every", field(every, |class| &class.every)),
        ("warn", field(warn, |class| &class.warn)),
        ("driver", driver.map(DriverDefinition::table).map(|driver| driver.name())),
        ("owner", field(owner, |class| &class.owner)),
        ("previous", previous.as_deref()),
        ("runbook", field(runbook, |class| &class.runbook)),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
