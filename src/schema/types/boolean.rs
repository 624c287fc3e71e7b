//! `bool`: on or off, in the spelling of the program that reads it.

use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

const TRUE: &[&str] = &["true", "True", "TRUE", "1", "yes", "on"];
const FALSE: &[&str] = &["false", "False", "FALSE", "0", "no", "off"];

/// On or off. `values` narrows the spellings to those that the program understands.
pub struct Bool;

impl ValueType for Bool {
    fn name(&self) -> &'static str {
        "bool"
    }

    fn describe(&self) -> &'static str {
        "true/false, True/False, TRUE/FALSE, 1/0, yes/no or on/off; `values` narrows them"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["values"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let switched_on = TRUE.contains(&value);
        if !switched_on && !FALSE.contains(&value) {
            let help = match &constraints.values {
                Some(spellings) => format!("use one of: {}", spellings.join(", ")),
                None => "use true or false".to_owned(),
            };
            return Err(Mismatch::new("is not a yes-or-no value").help(help));
        }
        match &constraints.values {
            Some(spellings) if !spellings.iter().any(|spelling| spelling == value) => {
                Err(Mismatch::new("is spelt in a way that the program does not read as yes or no")
                    .help(format!("use one of: {}", spellings.join(", "))))
            }
            _ => Ok(Typed::Bool(switched_on)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject, reject_with};
    use super::*;

    #[test]
    fn every_spelling_means_what_it_says() {
        for value in TRUE {
            assert!(accept(&Bool, value) == Typed::Bool(true), "{value}");
        }
        for value in FALSE {
            assert!(accept(&Bool, value) == Typed::Bool(false), "{value}");
        }
    }

    #[test]
    fn other_words_are_refused() {
        for value in ["", "t", "enabled", "tRue", "2"] {
            assert_eq!(reject(&Bool, value), "is not a yes-or-no value", "{value}");
        }
    }

    #[test]
    fn a_program_that_knows_fewer_spellings_says_so() {
        let spellings = vec!["True".to_owned(), "False".to_owned()];
        let constraints = Constraints { values: Some(spellings), ..Constraints::default() };
        assert_eq!(
            reject_with(&Bool, "yes", &constraints),
            "is spelt in a way that the program does not read as yes or no"
        );
    }
}
