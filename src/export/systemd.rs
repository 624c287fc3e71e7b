//! systemd: the file of `EnvironmentFile=`.

use super::cursor::entries;
use super::text::{Escape, Text};
use super::{Error, Format, Input, Output, Refusal, refuse_nul};
use crate::secret::Values;

/// The file of `EnvironmentFile=`.
#[derive(clap::Args, Default)]
pub struct Options {}

impl Format for Options {
    fn refuses(&self, _name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        refuse(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let escape = |character| is_special(character).then_some(Escape::Marked('\\'));
        let mut text = Text::default();
        for (name, value) in &input.values {
            text.push(name).push("=\"").push_escaped(value.expose(), escape).push("\"\n");
        }
        Ok(Output::Text(text.finish()))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        entries(text, |cursor| {
            let name = cursor.until("=\"")?.to_owned();
            let value = cursor.quoted('"', '\\', |cursor| cursor.next().filter(|&it| is_special(it)))?;
            cursor.eat("\n")?;
            Some((name, value))
        })
    }
}

/// Why systemd takes no variable with this value.
pub(super) fn refuse(value: &str) -> Option<Refusal> {
    if value.contains(is_noncharacter) {
        return Some("it holds a code point that is no character, and systemd takes that for damage".into());
    }
    refuse_nul(value)
}

/// The 66 code points that Unicode gives no meaning (Unicode 16, section 23.7).
fn is_noncharacter(character: char) -> bool {
    let number = u32::from(character);
    (0xfdd0..0xfdf0).contains(&number) || number & 0xfffe == 0xfffe
}

/// What a backslash makes literal inside double quotes (systemd 252, `parse_env_file_internal`). A line end stands
/// as it is.
fn is_special(character: char) -> bool {
    matches!(character, '"' | '\\' | '`' | '$')
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, text};

    #[test]
    fn line_ends_stand_as_they_are() {
        assert_eq!(text("systemd", &[("A", "it's \"$x\" \\n\n%h")]), "A=\"it's \\\"\\$x\\\" \\\\n\n%h\"\n");
    }

    #[test]
    fn what_systemd_takes_for_damage_is_refused() {
        assert!(refusal("systemd", "A", "x\u{fdd0}").contains("no character"));
        assert!(refusal("systemd", "A", "\u{1ffff}").contains("no character"));
    }
}
