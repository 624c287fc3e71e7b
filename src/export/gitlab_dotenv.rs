//! gitlab-dotenv: the report `artifacts:reports:dotenv` of a job of GitLab CI, which gives its variables to later jobs.
//!
//! Whoever may download the job's artifacts can read it, and later jobs do not mask it.

use super::text::Text;
use super::{Error, Format, Input, Output, Refusal, refuse_nul};
use crate::secret::{Secret, Values};

/// A report for `artifacts:reports:dotenv`, which everybody with access to artifacts can read.
#[derive(clap::Args, Default)]
pub struct Options {}

/// The most bytes of a report, unless an administrator says otherwise: 5 KiB.
const LARGEST: usize = 5 * 1024;

/// The most variables of a report on GitLab.com's largest plan.
const MOST: usize = 150;

impl Format for Options {
    fn refuses(&self, _name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        if value.contains(char::is_whitespace) {
            return Some("it has blanks or line ends, which the report cannot have".into());
        }
        if value.contains('$') {
            return Some("it has a $, which the jobs that get it would expand".into());
        }
        refuse_nul(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let mut text = Text::default();
        for (name, value) in &input.values {
            text.push(name).push("=").push(value.expose()).push("\n");
        }
        let text = text.finish();
        if text.len() > LARGEST || input.values.len() > MOST {
            let reason =
                format!("GitLab takes at most {LARGEST} bytes and {MOST} variables; choose with --only");
            return Err(Error::Whole { form: "gitlab-dotenv", reason });
        }
        Ok(Output::Text(text))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        // Each side of the first `=`, without the blanks round it.
        let variable = |line: &str| {
            let (name, value) = line.split_once('=')?;
            Some((name.trim().to_owned(), Secret::new(value.trim())))
        };
        text.split_terminator('\n').map(variable).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{form, input, refusal, text};

    #[test]
    fn a_value_is_the_rest_of_its_line() {
        assert_eq!(text("gitlab-dotenv", &[("A", "x='1'#2\\"), ("B", "")]), "A=x='1'#2\\\nB=\n");
    }

    #[test]
    fn what_gitlab_would_change_or_refuse_is_refused_here() {
        assert!(refusal("gitlab-dotenv", "A", "a b").contains("blanks"));
        assert!(refusal("gitlab-dotenv", "A", "a$b").contains("expand"));
        let error =
            form("gitlab-dotenv").render(&input(&[("A", &"x".repeat(5200))])).err().expect("too large");
        assert!(error.to_string().contains("at most 5120 bytes and 150 variables"), "{error}");
    }
}
