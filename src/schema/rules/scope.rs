//! What an expression sees: the values of the variables, in the types that CEL has.

use std::collections::{BTreeMap, HashMap};

use cel::ExecutionError;
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelNull, CelString};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;

use super::presence::HAS;
use crate::schema::types::{Typed, UrlParts, parse_duration};

/// The name under which the environment's name is found.
pub(super) const ENVIRONMENT: &str = "env";

/// The variables of one environment.
pub(super) struct Scope<'a> {
    pub environment: &'a str,
    pub values: &'a BTreeMap<&'a str, Typed>,
}

impl VariableResolver for Scope<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        if let Some(value) = self.values.get(name) {
            return Some(CowVal::Owned(value_of(value)));
        }
        if name == ENVIRONMENT {
            return Some(CowVal::owned(CelString::from(self.environment)));
        }
        let (has, asked) = name.split_once('.')?;
        (has == HAS).then(|| CowVal::owned(CelBool::from(self.values.contains_key(asked))))
    }
}

fn value_of(value: &Typed) -> Box<dyn Val + '_> {
    match value {
        Typed::String(text) => string(text),
        Typed::Int(number) => Box::new(CelInt::from(*number)),
        Typed::Float(number) => Box::new(CelDouble::from(*number)),
        Typed::Bool(yes) => Box::new(CelBool::from(*yes)),
        Typed::List(items) => {
            Box::new(CelList::from(items.iter().map(|item| string(item)).collect::<Vec<_>>()))
        }
        Typed::Duration(length) => Box::new(CelDouble::from(length.as_secs_f64())),
        Typed::Url(parts) => Box::new(url(parts)),
    }
}

fn string(text: &str) -> Box<dyn Val + '_> {
    Box::new(CelString::from(text))
}

fn url(parts: &UrlParts) -> CelMap<'_> {
    let port: Box<dyn Val> = match parts.port {
        Some(port) => Box::new(CelInt::from(i64::from(port))),
        None => Box::new(CelNull),
    };
    let fields: HashMap<_, _> = [
        ("scheme".into(), string(&parts.scheme)),
        ("user".into(), string(&parts.user)),
        ("password".into(), string(&parts.password)),
        ("host".into(), string(&parts.host)),
        ("port".into(), port),
        ("path".into(), string(&parts.path)),
        ("query".into(), string(&parts.query)),
    ]
    .into();
    fields.into()
}

/// `duration("15m")`: the same text as a variable of type `duration`, in seconds.
#[expect(clippy::needless_pass_by_value, reason = "the signature that CEL functions have")]
pub(super) fn seconds<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let text = arguments.first().and_then(|argument| argument.downcast_ref::<CelString>());
    match text.and_then(|text| parse_duration(text.inner())) {
        Some(length) => Ok(CowVal::owned(CelDouble::from(length.as_secs_f64()))),
        None => Err(ExecutionError::function_error("duration", "not a duration")),
    }
}
