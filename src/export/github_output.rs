//! github-output: outputs of a step of GitHub Actions, through the file `$GITHUB_OUTPUT`.

use super::github_env::{read, refuse, write};
use super::{Destination, Error, Format, Input, Output, Refusal};
use crate::env_vars;
use crate::secret::Values;

/// Outputs of a step.
#[derive(clap::Args, Default)]
pub struct Options {}

impl Format for Options {
    fn refuses(&self, _name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        refuse(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        Ok(write(input))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Append { lines, .. } = output else { return None };
        read(lines)
    }

    fn destination(&self) -> Destination {
        Destination::Appended(env_vars::GITHUB_OUTPUT)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Output;
    use super::super::testing::render;

    #[test]
    fn secrets_are_masked_here_too() {
        let Ok(Output::Append { commands, lines }) = render("github-output", &[("KEY", "secret")]) else {
            panic!("it is appended")
        };
        assert_eq!(commands.as_str(), "::add-mask::secret\n");
        assert_eq!(lines.as_str(), "KEY<<envward_n0nce\nsecret\nenvward_n0nce\n");
    }
}
