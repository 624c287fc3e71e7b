//! template: a file with `{{ NAME }}` where a value belongs, or `{{ NAME | ENCODER }}` where it has to be written so
//! that it survives there. `{{{{` is `{{`; nothing else is special, and nothing is computed.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::cursor::Cursor;
use super::text::Text;
use super::{Error, Format, Input, Output};
use crate::schema::ENCODERS;
use crate::secret::Secret;
use crate::suggest::closest;
use crate::{fs, ui};

/// A file with the values filled in.
#[derive(clap::Args, Default)]
#[command(after_help = "{{ NAME }} is the value as it is, {{ NAME | json }} the inside of a JSON string, \
                        {{ NAME | url }} percent-encoded, {{ NAME | base64 }} in base64; {{{{ is {{.")]
pub struct Options {
    /// The template
    #[arg(id = "template", value_name = "FILE")]
    file: PathBuf,
}

impl Format for Options {
    fn write(&self, input: &Input) -> Result<Output, Error> {
        let template = self.template(input)?;
        let mut text = Text::default();
        for part in parts(&template) {
            match part.map_err(|fault| self.error(&template, &fault))? {
                Part::Literal(literal) => text.push(literal),
                Part::Value { name, encoder, rest } => {
                    let value = input.values.get(name).ok_or_else(|| {
                        let known = closest(name, input.values.keys().map(String::as_str));
                        let help = known.map_or_else(
                            || "set it, or write {{{{ where two braces are meant".to_owned(),
                            |known| format!("did you mean {known}?"),
                        );
                        let message =
                            format!("names {}, which the environment does not have", ui::escape(name));
                        self.error(&template, &Fault { rest, message, help: Some(help) })
                    })?;
                    let encoded = encoded(value, encoder).ok_or_else(|| {
                        let names: Vec<_> = ENCODERS.iter().map(|encoder| encoder.name).collect();
                        let message = format!("has no encoder {}", ui::escape(encoder));
                        let help = Some(format!("it has: {}", names.join(", ")));
                        self.error(&template, &Fault { rest, message, help })
                    })?;
                    text.push(&encoded)
                }
            };
        }
        Ok(Output::Text(text.finish()))
    }

    /// The literal parts are there, and between them what decodes to the values.
    fn says_the_same(&self, output: &Output, input: &Input) -> bool {
        let (Output::Text(text), Ok(template)) = (output, self.template(input)) else { return false };
        let mut cursor = Cursor(text);
        let mut holds = |part: Result<Part<'_>, Fault<'_>>| match part.ok()? {
            Part::Literal(literal) => cursor.eat(literal),
            Part::Value { name, encoder, .. } => {
                let value = input.values.get(name)?;
                let encoded = encoded(value, encoder)?;
                cursor.eat(&encoded)?;
                (decoded(&encoded, encoder)? == *value).then_some(())
            }
        };
        parts(&template).all(|part| holds(part).is_some()) && cursor.0.is_empty()
    }
}

impl Options {
    fn template(&self, input: &Input) -> Result<Zeroizing<String>, Error> {
        Ok(fs::read_text(&input.here.join(&self.file))?)
    }

    fn error(&self, template: &str, fault: &Fault<'_>) -> Error {
        let line = template[..template.len() - fault.rest.len()].matches('\n').count() + 1;
        let file = ui::escape(&self.file.display().to_string()).into_owned();
        let help =
            fault.help.clone().unwrap_or_else(|| "write {{ NAME }}, or {{{{ for two braces".to_owned());
        Error::Option { message: format!("{file}:{line} {}", fault.message), help }
    }
}

/// A part of a template.
enum Part<'a> {
    /// Text as it is.
    Literal(&'a str),
    /// A variable and its encoder, empty for none; and the template from there on.
    Value { name: &'a str, encoder: &'a str, rest: &'a str },
}

/// What is wrong with a template, and the template from there on.
struct Fault<'a> {
    rest: &'a str,
    message: String,
    help: Option<String>,
}

fn parts(template: &str) -> impl Iterator<Item = Result<Part<'_>, Fault<'_>>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (here, at) = (rest, rest.find("{{").unwrap_or(rest.len()));
        if at > 0 {
            rest = &here[at..];
            return Some(Ok(Part::Literal(&here[..at])));
        }
        if let Some(after) = here.strip_prefix("{{{{") {
            rest = after;
            return Some(Ok(Part::Literal("{{")));
        }
        let Some((inside, after)) = here[2..].split_once("}}").filter(|(inside, _)| !inside.contains('\n'))
        else {
            rest = "";
            return Some(Err(Fault {
                rest: here,
                message: "has {{ without }} on its line".to_owned(),
                help: None,
            }));
        };
        rest = after;
        let (name, encoder) = inside.split_once('|').unwrap_or((inside, ""));
        Some(Ok(Part::Value { name: name.trim(), encoder: encoder.trim(), rest: here }))
    })
}

/// `None` for an encoder that there is not.
fn encoded(value: &Secret, encoder: &str) -> Option<Zeroizing<String>> {
    if encoder.is_empty() {
        return Some(Zeroizing::new(value.expose().to_owned()));
    }
    let encoder = ENCODERS.iter().find(|known| known.name == encoder)?;
    Some(Zeroizing::new((encoder.encode)(value.expose())))
}

fn decoded(text: &str, encoder: &str) -> Option<Secret> {
    if encoder.is_empty() {
        return Some(Secret::new(text));
    }
    let encoder = ENCODERS.iter().find(|known| known.name == encoder)?;
    (encoder.decode)(text).map(Secret::from)
}

#[cfg(test)]
mod tests {
    use super::super::Output;
    use super::super::testing::{form, input};

    /// What a template becomes, or what is wrong with it and what to do.
    fn fill(template: &str) -> Result<String, (String, Option<String>)> {
        let directory = tempfile::tempdir().expect("there is a place for temporary files");
        crate::fs::write_shared(&directory.path().join("t"), template.as_bytes()).expect("it is written");
        let mut input = input(&[("KEY", "it's \"x\"/\n"), ("LEVEL", "INFO")]);
        input.here = directory.path().to_owned();
        match form("template t").render(&input) {
            Ok(Output::Text(text)) => Ok(text.to_string()),
            Ok(_) => panic!("it is one text"),
            Err(error) => Err((error.to_string(), error.hint())),
        }
    }

    #[test]
    fn values_stand_where_they_are_named() {
        let filled =
            fill("{\"a\": \"{{KEY | json}}\", {{ LEVEL }}}} {{{{ x }}\n{{ KEY|url }} {{KEY|base64}}\n");
        let expected =
            "{\"a\": \"it's \\\"x\\\"/\\n\", INFO}} {{ x }}\nit%27s%20%22x%22%2F%0A aXQncyAieCIvCg==\n";
        assert_eq!(filled.as_deref(), Ok(expected));
    }

    #[test]
    fn what_cannot_be_filled_is_an_error_with_its_line() {
        let help = "did you mean LEVEL?".to_owned();
        let message = "t:2 names LEVL, which the environment does not have".to_owned();
        assert_eq!(fill("a\n{{ LEVL }}"), Err((message, Some(help))));
        let help = "it has: url, base64, json".to_owned();
        assert_eq!(fill("{{ KEY | sh }}"), Err(("t:1 has no encoder sh".to_owned(), Some(help))));
        let help = "write {{ NAME }}, or {{{{ for two braces".to_owned();
        assert_eq!(fill("{{ KEY\n}}"), Err(("t:1 has {{ without }} on its line".to_owned(), Some(help))));
    }
}
