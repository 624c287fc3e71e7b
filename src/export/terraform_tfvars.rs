//! terraform-tfvars: a file of variables for Terraform and OpenTofu: `-var-file`.

use unicode_normalization::is_nfc;

use super::cursor::{Cursor, entries};
use super::text::{Escape, Text};
use super::{Error, Format, Input, Output, Refusal};
use crate::secret::{Secret, Values};

/// A file for `-var-file`.
#[derive(clap::Args, Default)]
pub struct Options {}

/// Names that no variable of a module can have.
const RESERVED: &[&str] =
    &["count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"];

impl Format for Options {
    fn refuses(&self, name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        if RESERVED.contains(&name) {
            return Some("no variable of a Terraform module can have this name".into());
        }
        if name.starts_with('_') {
            return Some("no name in Terraform begins with _".into());
        }
        if !is_nfc(value) {
            return Some(
                "it is not in Unicode's composed form (NFC), and Terraform would change it to that".into(),
            );
        }
        super::refuse_nul(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let mut text = Text::default();
        for (name, value) in &input.values {
            text.push(name).push(" = \"");
            push_value(&mut text, value.expose());
            text.push("\"\n");
        }
        Ok(Output::Text(text.finish()))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        entries(text, |cursor| {
            let name = cursor.until(" = \"")?.to_owned();
            let value = value(cursor)?;
            cursor.eat("\n")?;
            Some((name, value))
        })
    }
}

fn push_value(text: &mut Text, value: &str) {
    let mut rest = value;
    // `${` and `%{` begin a template. Their own escapes are ambiguous after another `$` or `%`; a number is not.
    while let Some(at) = rest.find(['$', '%']) {
        text.push_escaped(&rest[..at], escape);
        let (mark, after) = rest[at..].split_at(1);
        let number = if mark == "$" { "\\u0024" } else { "\\u0025" };
        text.push(if after.starts_with('{') { number } else { mark });
        rest = after;
    }
    text.push_escaped(rest, escape);
}

fn escape(character: char) -> Option<Escape> {
    match character {
        '"' | '\\' => Some(Escape::Marked('\\')),
        '\n' => Some(Escape::As("\\n")),
        '\r' => Some(Escape::As("\\r")),
        '\t' => Some(Escape::As("\\t")),
        control if control.is_control() => Some(Escape::Code(format!("\\u{:04x}", u32::from(control)))),
        _ => None,
    }
}

fn value(cursor: &mut Cursor<'_>) -> Option<Secret> {
    let mut text = Text::default();
    loop {
        if cursor.0.starts_with("${") || cursor.0.starts_with("%{") {
            return None;
        }
        let character = match cursor.next()? {
            '"' => return Some(text.into_secret()),
            '\\' => match cursor.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => char::from_u32(cursor.hex(4)?)?,
                other @ ('"' | '\\') => other,
                _ => return None,
            },
            other => other,
        };
        text.push_char(character);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, text};

    #[test]
    fn nothing_begins_a_template() {
        let expected = "KEY = \"$\\u0024{a} \\u0025{b} 5% $c \\\"\\\\\\n\"\n";
        assert_eq!(text("terraform-tfvars", &[("KEY", "$${a} %{b} 5% $c \"\\\n")]), expected);
    }

    #[test]
    fn what_terraform_would_change_is_refused() {
        assert!(refusal("terraform-tfvars", "KEY", "e\u{301}").contains("(NFC)"));
        assert!(refusal("terraform-tfvars", "version", "x").contains("this name"));
    }
}
