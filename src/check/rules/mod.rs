//! The rules, one file each.
//!
//! To add one: write its file with a unit struct that implements [`Rule`], its messages and its tests, and add
//! it to [`ALL`].

mod carriage_return;
mod deprecated;
mod expired;
mod file_mode;
mod git_state;
mod missing;
mod out_of_step;
mod placeholder;
pub mod readers;
mod same_secret;
mod schema_rule;
mod syntax;
mod too_long;
mod unknown;
mod value_type;
mod weak_secret;

use jiff::Timestamp;

use super::{Report, Severity, Subject, code};
use crate::schema::Variable;

/// One rule: looks at a subject and reports what is wrong with it. Rules know nothing of each other.
pub trait Rule: Sync {
    /// The codes of the findings it can report.
    fn codes(&self) -> &'static [Code];

    /// Reports what is wrong.
    fn check(&self, subject: &Subject<'_>, report: &mut Report);

    /// When it may report another error of the same subject; `None` if the time makes no difference to it.
    fn next_change(&self, _subject: &Subject<'_>) -> Option<Timestamp> {
        None
    }
}

/// A code, as it is documented.
pub struct Code {
    /// The stable word in kebab-case.
    pub id: &'static str,
    /// The worst severity it is reported with.
    pub severity: Severity,
    /// What is wrong, one sentence.
    pub summary: &'static str,
    /// Why it matters and what to do, a sentence or two.
    pub help: &'static str,
}

/// Every rule.
pub static ALL: &[&dyn Rule] = &[
    &syntax::Syntax,
    &missing::Missing,
    &placeholder::Placeholder,
    &value_type::ValueType,
    &schema_rule::SchemaRule,
    &unknown::Unknown,
    &deprecated::Deprecated,
    &out_of_step::OutOfStep,
    &weak_secret::WeakSecret,
    &same_secret::SameSecret,
    &expired::Expired,
    &readers::Readers,
    &carriage_return::CarriageReturn,
    &too_long::TooLong,
    &file_mode::FileMode,
    &git_state::GitState,
];

/// Every code of every rule, and those of the findings about code.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    ALL.iter().flat_map(|rule| rule.codes()).chain(code::CODES)
}

/// Whether a value of this variable is itself a credential, and not an address, a name or a number that the
/// schema keeps secret only because it does not say otherwise.
fn is_credential(variable: &Variable) -> bool {
    let own = ["string", "hex", "base64", "base64url", "jwt", "fernet-key", "age-key"];
    variable.secret && variable.template.is_none() && own.contains(&variable.value_type.name())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_in_kebab_case() {
        let mut seen = HashSet::new();
        for code in codes() {
            assert!(seen.insert(code.id), "{} twice", code.id);
            let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(code.id.bytes().all(kebab), "{}", code.id);
        }
    }
}
