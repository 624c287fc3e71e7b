//! azure-pipelines: logging commands that set variables for the steps that follow in a job; secrets are masked.

use super::cursor::{Cursor, entries};
use super::text::{Escape, Text};
use super::{Error, Format, Input, Output, Refusal, refuse_nul};
use crate::secret::{Secret, Values};

/// Commands to the agent, for standard output.
#[derive(clap::Args, Default)]
pub struct Options {}

/// Names that begin so, in any case, do not reach the steps.
const RESERVED: &[&str] = &["endpoint", "input", "path", "secret", "securefile"];

/// What the agent puts back into the text of a command. Whether it does so for the last one is a setting.
const DECODED: &[(&str, char)] = &[("%3B", ';'), ("%0D", '\r'), ("%0A", '\n'), ("%5D", ']'), ("%AZP25", '%')];

impl Format for Options {
    fn refuses(&self, name: &str, value: &str, input: &Input) -> Option<Refusal> {
        let lower = name.to_ascii_lowercase();
        if let Some(reserved) = RESERVED.iter().find(|reserved| lower.starts_with(**reserved)) {
            return Some(
                format!("Azure Pipelines keeps names that begin with {reserved:?} from the steps").into(),
            );
        }
        if !input.is_secret(name) && name.contains(|it: char| it.is_ascii_lowercase()) {
            return Some("the agent writes names in capitals, and this one has other letters".into());
        }
        if input.is_secret(name) && value.contains(['\r', '\n']) {
            return Some("it spans lines, which the agent takes for no secret".into());
        }
        if DECODED.iter().any(|(code, _)| value.contains(code)) {
            return Some("it has a code with % that agents read differently".into());
        }
        refuse_nul(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let mut text = Text::default();
        for (name, value) in &input.values {
            let secret = if input.is_secret(name) { ";issecret=true" } else { "" };
            text.push("##vso[task.setvariable variable=").push(name).push(secret).push("]");
            text.push_escaped(value.expose(), escape).push("\n");
        }
        Ok(Output::Text(text.finish()))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        entries(text, |cursor| {
            cursor.eat("##vso[task.setvariable variable=")?;
            let name = cursor.until("]")?;
            let name = name.strip_suffix(";issecret=true").unwrap_or(name);
            Some((name.to_owned(), decoded(&mut Cursor(cursor.until("\n")?))))
        })
    }

    fn sets_in_place(&self) -> bool {
        true
    }
}

fn escape(character: char) -> Option<Escape> {
    match character {
        '\r' => Some(Escape::As("%0D")),
        '\n' => Some(Escape::As("%0A")),
        _ => None,
    }
}

fn decoded(line: &mut Cursor<'_>) -> Secret {
    let mut text = Text::default();
    while !line.0.is_empty() {
        let code = DECODED.iter().find(|(code, _)| line.eat(code).is_some());
        let character = code.map(|(_, character)| *character).or_else(|| line.next());
        text.push_char(character.unwrap_or_default());
    }
    text.into_secret()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, text};

    #[test]
    fn secrets_are_said_to_be_such() {
        let expected = "##vso[task.setvariable variable=KEY;issecret=true]50%;]\n\
                        ##vso[task.setvariable variable=CLEAR_TEXT]a%0Ab\n";
        assert_eq!(text("azure-pipelines", &[("KEY", "50%;]"), ("CLEAR_TEXT", "a\nb")]), expected);
    }

    #[test]
    fn what_the_agent_would_change_is_refused() {
        assert!(refusal("azure-pipelines", "Secret_Key", "x").contains("\"secret\""));
        assert!(refusal("azure-pipelines", "KEY", "a\nb").contains("spans lines"));
        assert!(refusal("azure-pipelines", "KEY", "a%0Ab").contains("read differently"));
        assert!(refusal("azure-pipelines", "CLEAR_a", "x").contains("capitals"));
    }
}
