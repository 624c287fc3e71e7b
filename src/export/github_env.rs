//! github-env: variables for the steps that follow in a job of GitHub Actions, through the file `$GITHUB_ENV`.
//!
//! The runner is told to mask the secrets before it can see one. The file's form is that of the runner's
//! `FileCommandManager`: `NAME<<DELIMITER`, the value, and the delimiter on a line of its own.

use super::text::{Escape, Text};
use super::{Destination, Error, Format, Input, Output, Refusal, refuse_nul};
use crate::env_vars;
use crate::secret::{Secret, Values};

/// Variables for the steps that follow.
#[derive(clap::Args, Default)]
pub struct Options {}

impl Format for Options {
    fn refuses(&self, name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        if name == "NODE_OPTIONS" {
            return Some("the runner refuses this name".into());
        }
        if name.starts_with("GITHUB_") || name.starts_with("RUNNER_") {
            return Some("the runner sets the names that begin so itself".into());
        }
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
        Destination::Appended(env_vars::GITHUB_ENV)
    }

    fn sets_in_place(&self) -> bool {
        true
    }
}

/// Why the runner's files cannot carry the value.
pub(super) fn refuse(value: &str) -> Option<Refusal> {
    if value.ends_with('\r') {
        return Some(
            "it ends in a carriage return, which runners on Windows take for a part of the line end".into(),
        );
    }
    refuse_nul(value)
}

/// The masks, and the lines for the file.
pub(super) fn write(input: &Input) -> Output {
    let mut delimiter = format!("envward_{}", input.nonce);
    while input.values.values().any(|value| value.expose().contains(&delimiter)) {
        delimiter.push('_');
    }
    let (mut commands, mut lines) = (Text::default(), Text::default());
    for (name, value) in &input.values {
        if input.is_secret(name) {
            push_masks(&mut commands, value.expose());
        }
        lines.push(name).push("<<").push(&delimiter).push("\n");
        lines.push(value.expose()).push("\n").push(&delimiter).push("\n");
    }
    Output::Append { commands: commands.finish(), lines: lines.finish() }
}

/// The shortest line that is masked; shorter ones would turn every log into stars.
const SHORTEST: usize = 4;

/// The log is masked line by line, so every line of a value is. Nothing of a value can begin a line here, which the
/// runner would take for a command.
fn push_masks(commands: &mut Text, value: &str) {
    let escape = |character| (character == '%').then_some(Escape::As("%25"));
    for line in value.split(['\r', '\n']).filter(|line| line.trim().len() >= SHORTEST) {
        commands.push("::add-mask::").push_escaped(line, escape).push("\n");
    }
}

/// Reads the lines as the runner does.
pub(super) fn read(lines: &str) -> Option<Values> {
    let mut values = Values::new();
    let mut rest = lines;
    while !rest.is_empty() {
        let (head, after) = rest.split_once('\n')?;
        let (name, delimiter) = head.split_once("<<")?;
        let end = format!("\n{delimiter}\n");
        // An empty value is an empty line.
        let (value, after) = after.split_once(&end)?;
        if values.insert(name.to_owned(), Secret::new(value)).is_some() {
            return None;
        }
        rest = after;
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::super::Output;
    use super::super::testing::{refusal, render};

    fn append(values: &[(&str, &str)]) -> (String, String) {
        match render("github-env", values) {
            Ok(Output::Append { commands, lines }) => (commands.to_string(), lines.to_string()),
            _ => panic!("it is appended"),
        }
    }

    #[test]
    fn every_line_of_a_secret_is_masked_and_nothing_else() {
        let (commands, lines) = append(&[("KEY", "100%\n::stop-commands::x\nab\n"), ("CLEAR_LEVEL", "INFO")]);
        assert_eq!(commands, "::add-mask::100%25\n::add-mask::::stop-commands::x\n");
        let expected = "KEY<<envward_n0nce\n100%\n::stop-commands::x\nab\n\nenvward_n0nce\n\
                        CLEAR_LEVEL<<envward_n0nce\nINFO\nenvward_n0nce\n";
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_value_cannot_end_itself() {
        let (_, lines) = append(&[("KEY", "a\nenvward_n0nce\nPATH=x"), ("EMPTY", "")]);
        assert!(
            lines.starts_with("KEY<<envward_n0nce_\na\nenvward_n0nce\nPATH=x\nenvward_n0nce_\n"),
            "{lines}"
        );
        assert!(lines.ends_with("EMPTY<<envward_n0nce_\n\nenvward_n0nce_\n"), "{lines}");
    }

    #[test]
    fn names_of_the_runner_are_refused() {
        assert!(refusal("github-env", "NODE_OPTIONS", "x").ends_with("the runner refuses this name"));
        assert!(refusal("github-env", "GITHUB_TOKEN", "x").contains("itself"));
    }
}
