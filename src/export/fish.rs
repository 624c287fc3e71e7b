//! fish: `set -gx NAME '…'`.

use super::cursor::entries;
use super::text::{Escape, Text};
use super::{Error, Format, Input, Output, Refusal, refuse_nul};
use crate::secret::Values;

/// Commands for fish.
#[derive(clap::Args, Default)]
pub struct Options {}

/// Names that fish does not let anybody set, or that change it (fish 3.6, "special variables").
const OWN: &[&str] = &[
    "COLUMNS",
    "FISH_VERSION",
    "LINES",
    "PWD",
    "SHLVL",
    "_",
    "argv",
    "fish_kill_signal",
    "fish_killring",
    "fish_pid",
    "fish_read_limit",
    "history",
    "hostname",
    "pipestatus",
    "status",
    "status_generation",
    "umask",
    "version",
];

impl Format for Options {
    fn refuses(&self, name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        if OWN.contains(&name) {
            return Some("fish has a variable of that name that is its own".into());
        }
        refuse_nul(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let escape = |character| matches!(character, '\\' | '\'').then_some(Escape::Marked('\\'));
        let mut text = Text::default();
        for (name, value) in &input.values {
            text.push("set -gx ").push(name).push(" '").push_escaped(value.expose(), escape).push("'\n");
        }
        Ok(Output::Text(text.finish()))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        entries(text, |cursor| {
            cursor.eat("set -gx ")?;
            let name = cursor.until(" '")?.to_owned();
            let escaped = |character: &char| matches!(character, '\\' | '\'');
            let value = cursor.quoted('\'', '\\', |cursor| cursor.next().filter(escaped))?;
            cursor.eat("\n")?;
            Some((name, value))
        })
    }

    fn sets_in_place(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;

    #[test]
    fn a_backslash_and_a_quote_are_escaped() {
        assert_eq!(text("fish", &[("A", "it's $x \\ \n")]), "set -gx A 'it\\'s $x \\\\ \n'\n");
    }
}
