//! For people: first who gets nothing, then each variable that is read differently, with the reason and what to write
//! instead, then the names that all read alike.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use indexmap::IndexMap;
use zeroize::Zeroizing;

use super::{Explanation, Refusal, Sight, Variable};
use crate::check::shown;
use crate::dotenv::is_name;
use crate::dotenv::readers::Refused;
use crate::secret;
use crate::ui::{escape, names_after};

/// Variables that are told about one by one; a terminal is no place for more.
const MOST_SHOWN: usize = 100;

/// Lines that are told about of one refusal.
const MOST_LINES: usize = 5;

/// What may be shown, and how.
#[derive(Clone, Copy)]
pub struct View {
    /// Whether values are shown.
    pub values: bool,
    /// Whether the text may be coloured.
    pub color: bool,
}

impl View {
    fn paint(self, text: &str, style: Style) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// The explanation as text.
pub fn render(explanation: &Explanation, file: &str, view: View) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    let mut push = |part: &str| secret::push(&mut text, part);
    push(&format!("{file}: {}\n", summary(explanation)));
    for refusal in &explanation.refusals {
        push(&refused(refusal, view));
    }
    let told = |variable: &&Variable| !variable.portable && !is_only_refused(variable);
    let (fallout, differing): (Vec<_>, Vec<_>) =
        explanation.variables.iter().filter(told).partition(|variable| variable.fallout && !view.values);
    for variable in differing.iter().take(MOST_SHOWN) {
        push(&told_of(variable, view));
    }
    if let Some(more) = differing.len().checked_sub(MOST_SHOWN).filter(|&more| more > 0) {
        push(&format!("\nand {more} more; --format json shows them all\n"));
    }
    push(&told_of_fallout(&fallout));
    let alike: Vec<_> = explanation.variables.iter().filter(|variable| !told(variable)).collect();
    if view.values {
        for variable in &alike {
            push(&told_of(variable, view));
        }
    } else if !alike.is_empty() {
        let names: Vec<_> = alike.iter().map(|variable| shown(&variable.name).into_owned()).collect();
        let all = if explanation.refusals.is_empty() { "all" } else { "all others" };
        push(&format!("\n{}\n", names_after(&format!("read alike by {all}: "), &names)));
    }
    text
}

/// Whether those that read the file at all agree about the variable.
fn is_only_refused(variable: &Variable) -> bool {
    let is_told = variable.line.is_none() && !variable.reasons.is_empty();
    !is_told && variable.sights.iter().all(|(_, sight)| matches!(sight, Sight::Value(0) | Sight::Refused(_)))
}

/// Whether all agree about a variable, and not on what is written.
fn is_expanded(variable: &Variable) -> bool {
    variable.portable && variable.sights.iter().any(|(_, sight)| *sight != Sight::Value(0))
}

fn summary(explanation: &Explanation) -> String {
    let readers = explanation.readers.join(", ");
    let total = explanation.variables.len();
    match explanation.variables.iter().filter(|variable| !variable.portable).count() {
        0 if !explanation.refusals.is_empty() => format!("not every one of {readers} reads it"),
        0 if explanation.variables.iter().any(is_expanded) => {
            format!("every variable is read alike by {readers}")
        }
        0 => format!("every variable is read as it is written by {readers}"),
        1 if total == 1 => format!("it is not read alike by {readers}"),
        1 => format!("1 of {total} variables is not read alike by {readers}"),
        differing => format!("{differing} of {total} variables are not read alike by {readers}"),
    }
}

fn refused(refusal: &Refusal, view: View) -> String {
    let reader = view.paint(refusal.reader, red());
    let mut text = match refusal.refused {
        Refused::Rejects => format!("\n{reader} refuses the whole file and gets nothing\n"),
        Refused::Computes => format!("\n{reader} would run or expand a part of the file while it reads it\n"),
    };
    for reason in refusal.reasons.iter().take(MOST_LINES) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {reason}");
    }
    if let Some(more) = refusal.reasons.len().checked_sub(MOST_LINES).filter(|&more| more > 0) {
        let _ = writeln!(text, "  and {more} more lines");
    }
    text
}

/// The names that are lost since another line, under each reason.
fn told_of_fallout(fallout: &[&Variable]) -> String {
    let mut names: IndexMap<_, Vec<String>> = IndexMap::new();
    for variable in fallout {
        for (reason, readers) in &variable.reasons {
            names.entry((readers, reason)).or_default().push(shown(&variable.name).into_owned());
        }
    }
    let told = names.iter().map(|((readers, reason), names)| {
        format!("\n{}\n", names_after(&format!("{}, {reason}: ", readers.join(", ")), names))
    });
    told.collect()
}

fn told_of(variable: &Variable, view: View) -> String {
    // With a blank at its end, say, a name could not be told from another.
    let name = shown(&variable.name);
    let name = if is_name(&variable.name) { name.into_owned() } else { format!("\"{name}\"") };
    let name = view.paint(&name, Style::new().bold());
    let place = variable.line.map(|line| format!(" (line {line})")).unwrap_or_default();
    let mut text = format!("\n{name}{place}\n");
    for at in 0..variable.values.len() {
        let readers = readers_with(variable, Sight::Value(at));
        let as_written = at == 0 && variable.line.is_some();
        if as_written && is_expanded(variable) {
            continue;
        }
        let label = match (as_written, variable.values.len()) {
            (true, _) => view.paint("as written", Style::new().fg_color(Some(AnsiColor::Green.into()))),
            (false, 1) => "one value ".to_owned(),
            (false, _) if is_expanded(variable) => "expanded  ".to_owned(),
            (false, 2) if variable.line.is_some() => view.paint("another   ", red()),
            (false, _) => view.paint(&format!("value {:<4}", at + 1), red()),
        };
        let readers = if readers.is_empty() { "none of them".to_owned() } else { readers.join(", ") };
        let _ = writeln!(text, "  {label}  {readers}");
        if view.values {
            let _ = writeln!(text, "              {}", escape(variable.values[at].expose()));
        }
    }
    let absent = readers_with(variable, Sight::Absent);
    if !absent.is_empty() {
        let _ = writeln!(text, "  {}  {}", view.paint("absent    ", red()), absent.join(", "));
    }
    for (reason, readers) in &variable.reasons {
        let _ = writeln!(text, "  {}: {reason}", readers.join(", "));
    }
    for help in &variable.help {
        // Said where `--fix` is a flag of this very command.
        let help = help.replace("use --fix", "run envward check --fix");
        let help = help.replace("so --fix", "so envward check --fix");
        let _ = writeln!(text, "  = help: {help}");
    }
    text
}

fn red() -> Style {
    Style::new().fg_color(Some(AnsiColor::Red.into()))
}

fn readers_with(variable: &Variable, wanted: Sight) -> Vec<&'static str> {
    variable.sights.iter().filter(|(_, sight)| *sight == wanted).map(|(id, _)| *id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dotenv::readers::by_id;
    use crate::explain::explain;

    #[test]
    fn a_person_sees_who_reads_it_wrong_why_and_what_to_write() {
        let asked: Vec<_> =
            ["docker", "python-dotenv", "dotenvy", "bash"].iter().filter_map(|id| by_id(id)).collect();
        let file = b"PORT=3600  # 1 hour\nTITLE=My App\nLEVEL=INFO\n";
        let view = View { values: false, color: false };
        insta::assert_snapshot!(*render(&explain(file, &asked, true), ".env", view), @r"
        .env: 3 of 3 variables are not read alike by docker, python-dotenv, dotenvy, bash

        dotenvy refuses the whole file and gets nothing
          line 2: TITLE, because of the blank in its value

        PORT (line 1)
          as written  python-dotenv, bash
          another     docker
          docker: the comment would be taken for part of the value of PORT
          = help: move the comment to a line of its own above, or run envward check --fix

        TITLE (line 2)
          as written  docker, python-dotenv
          absent      bash
          bash: TITLE would be lost, because of the blank in its value
          = help: no way to write this value suits docker, python-dotenv, dotenvy, bash: use letters, digits and _ . / : , @ % + = -, or start the program with envward run, which carries every value

        read alike by all others: LEVEL
        ");
        let view = View { values: true, color: false };
        insta::assert_snapshot!(*render(&explain(b"A='1'\nB=2\n", &asked[..2], false), ".env", view), @r"
        .env: 1 of 2 variables is not read alike by docker, python-dotenv

        A (line 1)
          as written  python-dotenv
                      1
          another     docker
                      '1'
          docker: the quotes would be taken for part of the value of A
          = help: write it without quotes, or run envward check --fix

        B (line 2)
          as written  docker, python-dotenv
                      2
        ");
    }
}
