//! The checks of a schema that loading leaves out, because they would cost every `run`: that defaults are
//! valid, patterns are regular expressions, and what is generated is of its type.

use jiff::Timestamp;

use super::error::{Fault, Faults};
use super::{Default, Error, Schema, Variable, constraints};
use crate::rng::Rng;
use crate::toml_text::Problem;
use crate::ui;

/// Checks what [`load()`](super::load()) did not. Every fault that is found is in the error.
pub fn lint(schema: &Schema, rng: &mut Rng, now: Timestamp) -> Result<(), Error> {
    let vars = schema.vars.values();
    let faults: Vec<Fault> =
        vars.filter_map(|variable| fault(variable).or_else(|| unfit_recipe(variable, rng, now))).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(Faults(faults))) }
}

/// The first fault of a variable: without its pattern its defaults cannot be checked.
fn fault(variable: &Variable) -> Option<Fault> {
    let pattern = variable.constraints.pattern.as_deref();
    if let Some(Err(problem)) = pattern.map(constraints::compile_pattern) {
        return Some(fault_at(variable, &format!("cannot be checked: {problem}"), None));
    }
    defaults(variable).find_map(|(environment, value)| {
        let mismatch = variable.value_type.check(value, &variable.constraints).err()?;
        let place = environment.map(|name| format!(" for {:?}", ui::escape(name))).unwrap_or_default();
        let message = format!("has a default{place} that {}", mismatch.message);
        Some(fault_at(variable, &message, mismatch.help))
    })
}

/// A recipe whose values the variable refuses, seen by one of them.
fn unfit_recipe(variable: &Variable, rng: &mut Rng, now: Timestamp) -> Option<Fault> {
    let sample = variable.generate.as_ref()?.sample(rng, now).ok()?;
    let mismatch = variable.value_type.check(sample.expose(), &variable.constraints).err()?;
    let message = format!("has a recipe whose value {}", mismatch.message);
    let help = "make its `generate` and its `type` agree".to_owned();
    Some(fault_at(variable, &message, Some(help)))
}

/// Each default, with its environment where there are several.
fn defaults(variable: &Variable) -> Box<dyn Iterator<Item = (Option<&str>, &str)> + '_> {
    match &variable.default {
        None => Box::new(std::iter::empty()),
        Some(Default::Same(value)) => Box::new(std::iter::once((None, value.as_str()))),
        Some(Default::PerEnvironment(values)) => {
            Box::new(values.iter().map(|(name, value)| (Some(name.as_str()), value.as_str())))
        }
    }
}

fn fault_at(variable: &Variable, message: &str, help: Option<String>) -> Fault {
    let message = format!("{:?} {message}", ui::escape(&variable.name));
    let problem = Problem { line: variable.origin.line, column: 1, message, help };
    Fault { file: variable.origin.file.clone(), problem }
}

#[cfg(test)]
mod tests {
    use super::super::testing::schema;
    use super::*;

    fn checked(schema: &Schema) -> Result<(), Error> {
        lint(schema, &mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH)
    }

    fn said(text: &str) -> String {
        checked(&schema(text)).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_default_must_be_a_value_that_the_variable_takes() {
        assert_eq!(said("[vars.A]\ntype = 'int'\ndefault = 5\nmax = 9\n"), "");
        assert_eq!(
            said("[vars.A]\ntype = 'int'\ndefault = 'hunter2'\n"),
            "app.toml:1:1: \"A\" has a default that is not a whole number"
        );
        assert_eq!(
            said("\n[vars.A]\ntype = 'int'\ndefault = { production = 5, '*' = 'hunter2' }\n"),
            "app.toml:2:1: \"A\" has a default for \"*\" that is not a whole number"
        );
    }

    #[test]
    fn a_pattern_must_be_a_regular_expression() {
        assert_eq!(said("[vars.A]\npattern = '[a-z]+'\n"), "");
        assert_eq!(
            said("[vars.A]\npattern = 'hunter2('\n"),
            "app.toml:1:1: \"A\" cannot be checked: its pattern is not a regular expression"
        );
        assert_eq!(
            said("[vars.A]\npattern = '\\p{L}{1000}{1000}'\n"),
            "app.toml:1:1: \"A\" cannot be checked: its pattern is too large"
        );
    }

    #[test]
    fn what_is_generated_must_be_of_its_type() {
        assert_eq!(said("[vars.A]\ntype = 'hex'\nbytes = 32\ngenerate = { kind = 'hex' }\n"), "");
        assert_eq!(said("[vars.A]\ntype = 'pem'\ngenerate = { kind = 'rsa', bits = 8192 }\n"), "");
        assert_eq!(
            said("[vars.A]\ntype = 'hex'\ngenerate = { kind = 'password' }\n"),
            "app.toml:1:1: \"A\" has a recipe whose value is not hexadecimal"
        );
        assert!(
            said("[vars.A]\nmin_length = 80\ngenerate = { kind = 'hex' }\n").contains("recipe whose value")
        );
    }

    #[test]
    fn every_built_in_schema_passes() {
        for builtin in crate::schema::builtin::ALL {
            let source = crate::schema::Source::Builtin(builtin.name.to_owned());
            let loaded = crate::schema::load(&source);
            if let Err(error) = loaded.and_then(|schema| checked(&schema)) {
                panic!("{error}");
            }
        }
    }
}
