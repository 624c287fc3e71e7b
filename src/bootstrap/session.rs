//! What is set, what can be filled in, and what is still missing.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::generate;
use crate::rng::Rng;
use crate::schema::placeholder::{self, Placeholder};
use crate::schema::rules::Outcome;
use crate::schema::template::Template;
use crate::schema::types::{Mismatch, Typed};
use crate::schema::{Required, Schema, ValueSource, Variable};
use crate::secret::{Secret, Values};
use crate::suggest::closest;

/// Where a value that was filled in comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Filled {
    /// A person or an answers file gave it.
    Answered,
    /// It was made at random.
    Generated,
    /// It was rendered from other variables, or read back from one that was.
    Derived,
    /// The schema has it as the default of this environment.
    Default,
}

/// Why an answer was not taken.
#[derive(Debug, PartialEq, Eq)]
pub enum Rejected {
    /// The schema has no such variable.
    Unknown {
        /// The name.
        name: String,
        /// The closest one it has.
        suggestion: Option<String>,
    },
    /// The value is not one the variable accepts.
    Invalid {
        /// The variable.
        name: String,
        /// What is wrong with the value, which it does not hold.
        mismatch: Mismatch,
    },
    /// The variable has another value already.
    Kept {
        /// The variable.
        name: String,
    },
}

/// One environment on its way to being complete. Values that are there are never changed; placeholders and
/// empty texts are not values.
pub struct Session<'a> {
    schema: &'a Schema,
    environment: &'a str,
    /// Variables that have a value.
    known: Values,
    /// Variables with a placeholder: somebody wants them set, required or not.
    placeholders: BTreeSet<String>,
    /// What this session filled in, in its order.
    filled: IndexMap<String, Filled>,
}

impl<'a> Session<'a> {
    /// Starts from what is there.
    pub fn new(schema: &'a Schema, environment: &'a str, present: &Values) -> Self {
        let (placeholders, known): (Vec<_>, Vec<_>) = present
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .partition(|(name, value)| is_placeholder(schema, environment, name, value));
        Self {
            schema,
            environment,
            known: known.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            placeholders: placeholders.into_iter().map(|(name, _)| name.clone()).collect(),
            filled: IndexMap::new(),
        }
    }

    /// Every value there is now.
    pub fn values(&self) -> &Values {
        &self.known
    }

    /// What was filled in so far, in order.
    pub fn filled(&self) -> &IndexMap<String, Filled> {
        &self.filled
    }

    /// Takes the answers of a file. Those that cannot be taken are returned; empty ones are no answers.
    pub fn take_answers(&mut self, answers: &Values) -> Vec<Rejected> {
        let mut rejected = Vec::new();
        for (name, value) in answers.iter().filter(|(_, value)| !value.is_empty()) {
            if !self.schema.vars.contains_key(name) {
                let known = self.schema.vars.keys().map(String::as_str);
                let suggestion = closest(name, known).map(str::to_owned);
                rejected.push(Rejected::Unknown { name: name.clone(), suggestion });
            } else if let Some(present) = self.known.get(name) {
                if present != value {
                    rejected.push(Rejected::Kept { name: name.clone() });
                }
            } else if let Err(mismatch) = self.answer(name, value.clone()) {
                rejected.push(Rejected::Invalid { name: name.clone(), mismatch });
            }
        }
        rejected
    }

    /// Takes one answer, if the variable accepts it.
    pub fn answer(&mut self, name: &str, value: Secret) -> Result<(), Mismatch> {
        if is_placeholder(self.schema, self.environment, name, &value) {
            let message = "is a placeholder".to_owned();
            return Err(Mismatch { message, help: Some("give the real value".to_owned()) });
        }
        if let Some(variable) = self.schema.vars.get(name) {
            variable.value_type.check(value.expose(), &variable.constraints)?;
        }
        self.fill(name, value, Filled::Answered);
        Ok(())
    }

    /// Fills in everything that needs no person: parts of wholes, defaults, generated values, wholes.
    pub fn fill_in(&mut self, rng: &mut Rng, now: Timestamp) -> Result<(), generate::Error> {
        let schema = self.schema;
        // Each round may make the next possible: a condition that became true, a part that was generated.
        loop {
            let before = self.filled.len();
            for variable in schema.vars.values() {
                self.split(variable);
            }
            for variable in schema.vars.values() {
                self.default_or_generate(variable, rng, now)?;
            }
            for variable in schema.vars.values() {
                self.derive(variable);
            }
            if self.filled.len() == before {
                return Ok(());
            }
        }
    }

    /// The variables that must be set, have no value, and do not follow from others, in the schema's order.
    pub fn missing(&self) -> Vec<&'a Variable> {
        self.open().into_iter().filter(|variable| !self.will_be_derived(variable)).collect()
    }

    /// The variables that must be set and have no value yet, those among them that will follow from others.
    pub fn open(&self) -> Vec<&'a Variable> {
        let wanted = |variable: &&Variable| self.is_open(variable) && self.is_wanted(variable);
        self.schema.vars.values().filter(wanted).collect()
    }

    /// Whether a value is still to be found: not set, and not the platform's business.
    fn is_open(&self, variable: &Variable) -> bool {
        variable.source == ValueSource::File && !self.known.contains_key(&variable.name)
    }

    /// Whether it must be set, or somebody put a placeholder there.
    fn is_wanted(&self, variable: &Variable) -> bool {
        if self.placeholders.contains(&variable.name) {
            return true;
        }
        match &variable.required {
            Required::Always => true,
            Required::Never => false,
            // A condition that cannot be evaluated is a finding of `check`.
            Required::When(condition) => condition.evaluate(self.environment, &self.typed()) == Outcome::True,
        }
    }

    fn typed(&self) -> BTreeMap<&str, Typed> {
        let typed = |variable: &'a Variable| {
            let value = self.known.get(&variable.name)?;
            let typed = variable.value_type.check(value.expose(), &variable.constraints).ok()?;
            Some((variable.name.as_str(), typed))
        };
        self.schema.vars.values().filter_map(typed).collect()
    }

    fn default(&self, variable: &'a Variable) -> Option<&'a str> {
        // A value that should no longer be set is not set anew.
        let default = variable.default.as_ref().filter(|_| variable.deprecated.is_none())?;
        default.for_environment(self.environment)
    }

    /// Whether a whole that is set says, or should say, what this part is: a random value would contradict it.
    fn is_part_of_a_whole(&self, part: &Variable) -> bool {
        self.schema.vars.values().any(|whole| {
            let names_it = |template: &Template| template.parts().contains(&part.name.as_str());
            whole.template.as_ref().is_some_and(names_it) && self.known.contains_key(&whole.name)
        })
    }

    /// Whether the parts of its template are all set or still asked for.
    fn will_be_derived(&self, variable: &Variable) -> bool {
        let Some(template) = &variable.template else { return false };
        let obtainable = |part: &&str| {
            let part = self.schema.vars.get(*part);
            part.is_some_and(|part| !self.is_open(part) || self.is_wanted(part))
        };
        template.parts().iter().all(obtainable)
    }

    /// Reads the missing parts of a whole that is set.
    fn split(&mut self, whole: &Variable) {
        let (Some(template), Some(value)) = (&whole.template, self.known.get(&whole.name)) else { return };
        for (name, value) in template.split(value).into_iter().flatten() {
            let is_open = self.schema.vars.get(&name).is_some_and(|part| self.is_open(part));
            if is_open && !placeholder::is_placeholder(value.expose()) {
                self.fill(&name, value, Filled::Derived);
            }
        }
    }

    fn default_or_generate(
        &mut self,
        variable: &'a Variable,
        rng: &mut Rng,
        now: Timestamp,
    ) -> Result<(), generate::Error> {
        if !self.is_open(variable) {
            return Ok(());
        }
        if let Some(default) = self.default(variable) {
            self.fill(&variable.name, Secret::new(default), Filled::Default);
        } else if let Some(recipe) = &variable.generate
            && self.is_wanted(variable)
            && !self.is_part_of_a_whole(variable)
        {
            let value = generate::generate(recipe, rng, now)?;
            self.fill(&variable.name, value, Filled::Generated);
        }
        Ok(())
    }

    /// Renders a whole whose parts are all set.
    fn derive(&mut self, whole: &Variable) {
        if let Some(template) = &whole.template
            && self.is_open(whole)
            && let Ok(value) = template.render(&self.known)
        {
            self.fill(&whole.name, value, Filled::Derived);
        }
    }

    fn fill(&mut self, name: &str, value: Secret, how: Filled) {
        self.known.insert(name.to_owned(), value);
        self.filled.insert(name.to_owned(), how);
    }
}

fn is_placeholder(schema: &Schema, environment: &str, name: &str, value: &Secret) -> bool {
    let variable = schema.vars.get(name);
    let likeness = variable.map(|variable| variable.likeness(value.expose(), environment));
    likeness.unwrap_or_else(|| placeholder::classify(value.expose())) == Placeholder::Sure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs;
    use crate::schema::{self, Source};

    fn schema(text: &str) -> Schema {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("app.toml");
        fs::write_shared(&path, text.as_bytes()).expect("a file");
        schema::load(&Source::File { path, root: directory.path().to_owned() }).expect("a schema")
    }

    /// Fills in what can be, and gives back name and origin of it.
    fn filled(schema: &Schema, present: &[(&str, &str)]) -> Vec<(String, Filled)> {
        let present = present.iter().map(|&(name, value)| (name.to_owned(), Secret::new(value))).collect();
        let mut session = Session::new(schema, "production", &present);
        session.fill_in(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH).expect("nothing fails");
        session.filled().iter().map(|(name, &how)| (name.clone(), how)).collect()
    }

    fn pairs(expected: &[(&str, Filled)]) -> Vec<(String, Filled)> {
        expected.iter().map(|&(name, how)| (name.to_owned(), how)).collect()
    }

    #[test]
    fn an_optional_variable_is_generated_only_in_the_place_of_a_placeholder() {
        let schema = schema("[vars.KEY]\nrequired = false\ngenerate = { kind = \"hex\" }\n");
        assert_eq!(filled(&schema, &[]), []);
        assert_eq!(filled(&schema, &[("KEY", "changeme")]), pairs(&[("KEY", Filled::Generated)]));
        assert_eq!(filled(&schema, &[("KEY", "")]), []);
    }

    #[test]
    fn what_a_default_makes_necessary_is_filled_in_as_well() {
        let schema = schema(
            "[vars.KEY]\nrequired = \"MODE == 'signed'\"\ngenerate = { kind = \"hex\" }\n\
             [vars.MODE]\ndefault = \"signed\"\nsecret = false\n",
        );
        let expected = [("MODE", Filled::Default), ("KEY", Filled::Generated)];
        assert_eq!(filled(&schema, &[]), pairs(&expected));
        assert_eq!(filled(&schema, &[("MODE", "plain")]), []);
    }

    #[test]
    fn the_default_of_a_deprecated_variable_is_not_set_anew() {
        let schema = schema("[vars.OLD]\ndefault = \"x\"\ndeprecated = \"set NEW\"\nrequired = false\n");
        assert_eq!(filled(&schema, &[]), []);
    }

    #[test]
    fn what_the_platform_sets_is_left_to_it() {
        let schema = schema("[vars.PORT]\nsource = \"environment\"\n");
        assert_eq!(filled(&schema, &[]), []);
        let session = Session::new(&schema, "production", &Values::new());
        assert!(session.missing().is_empty());
    }

    #[test]
    fn a_whole_waits_for_its_parts() {
        let schema = schema("[vars.URL]\ntemplate = \"db://${USER}@h\"\n[vars.USER]\nsecret = false\n");
        let mut session = Session::new(&schema, "production", &Values::new());
        let missing: Vec<_> = session.missing().iter().map(|variable| variable.name.clone()).collect();
        assert_eq!(missing, ["USER"]);
        assert_eq!(session.answer("USER", Secret::new("app")), Ok(()));
        session.fill_in(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH).expect("nothing fails");
        assert!(session.values().get("URL").is_some_and(|url| url.expose() == "db://app@h"));
        assert!(session.missing().is_empty());
    }
}
