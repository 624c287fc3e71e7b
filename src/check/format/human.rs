//! For people: each finding as a compiler would show it, then a summary.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use indexmap::IndexMap;

use super::{Place, counted, mask, path_text};
use crate::check::{Diagnostic, Report, Severity};

/// Findings that are shown; a terminal is no place for more.
const MOST_SHOWN: usize = 100;

/// Longest line that is shown, in characters: a longer one is all name.
const LONGEST_LINE: usize = 160;

/// The report as text.
pub fn render(report: &Report, places: &[Place<'_>], color: bool) -> String {
    let names: Vec<String> = places.iter().map(Place::name).collect();
    format!("{}{}: {}\n", findings(report, places, color), names.join(", "), counts(report))
}

/// The findings alone.
pub fn findings(report: &Report, places: &[Place<'_>], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut lines = Lines::new(places);
    let mut text = String::new();
    let (unchecked, found): (Vec<_>, Vec<_>) =
        report.diagnostics.iter().partition(|diagnostic| diagnostic.unchecked_for.is_some());
    for diagnostic in found.iter().take(MOST_SHOWN) {
        text.push_str(&renderer.render(&[group(diagnostic, &mut lines)]));
        text.push_str("\n\n");
    }
    if let Some(more) = found.len().checked_sub(MOST_SHOWN).filter(|&more| more > 0) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "and {more} more; --format json shows them all");
    }
    text.push_str(&unchecked_notes(&unchecked, places, &renderer));
    text
}

/// One line for each variable without which something was not checked: what it is, its own finding says.
fn unchecked_notes(unchecked: &[&Diagnostic], places: &[Place<'_>], renderer: &Renderer) -> String {
    let mut counts: IndexMap<_, usize> = IndexMap::new();
    for diagnostic in unchecked {
        let file = diagnostic.file.as_deref().filter(|_| places.len() > 1);
        *counts.entry((diagnostic.code, &diagnostic.unchecked_for, file)).or_default() += 1;
    }
    let mut text = String::new();
    for ((code, name, file), count) in counts {
        let rules = if count == 1 { "1 rule was".to_owned() } else { format!("{count} rules were") };
        let place = file.map(|file| format!(" in {}", path_text(file))).unwrap_or_default();
        let message =
            format!("{rules} not checked for want of {}{place}", name.as_deref().unwrap_or_default());
        text.push_str(&renderer.render(&[Group::with_title(Level::NOTE.primary_title(&message).id(code))]));
        text.push('\n');
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn group<'a>(diagnostic: &'a Diagnostic, lines: &mut Lines<'a>) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(&diagnostic.message).id(diagnostic.code));
    if let Some(file) = &diagnostic.file {
        group = locate(group, diagnostic, file, lines);
    }
    match &diagnostic.help {
        Some(help) => group.element(Level::HELP.message(help)),
        None => group,
    }
}

/// Adds file and line, and the line itself with its value masked.
fn locate<'a>(
    group: Group<'a>,
    diagnostic: &'a Diagnostic,
    file: &'a Path,
    lines: &mut Lines<'a>,
) -> Group<'a> {
    let path = path_text(file);
    let (Some(line), Some(column)) = (diagnostic.line, diagnostic.column) else {
        return group.element(Origin::path(path));
    };
    let masked = lines
        .get(file, line)
        .map(|bytes| mask::line(bytes, diagnostic.variable.as_deref(), column))
        .filter(|masked| masked.text.chars().count() <= LONGEST_LINE);
    match masked {
        None => group.element(Origin::path(path).line(usize_of(line)).char_column(usize_of(column))),
        Some(masked) => group.element(
            Snippet::source(masked.text)
                .path(path)
                .line_start(usize_of(line))
                .annotation(AnnotationKind::Primary.span(masked.span)),
        ),
    }
}

fn usize_of(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// `2 errors, 1 warning`, or that there are none.
pub fn counts(report: &Report) -> String {
    let counts: Vec<String> =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
            .into_iter()
            .map(|(severity, noun)| (report.count(severity), noun))
            .filter(|&(count, _)| count > 0)
            .map(|(count, noun)| counted(count as u64, noun))
            .collect();
    if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") }
}

/// The lines of the places, found in one pass while findings come in the order of lines.
struct Lines<'a> {
    texts: HashMap<&'a Path, Cursor<'a>>,
}

struct Cursor<'a> {
    whole: &'a [u8],
    rest: &'a [u8],
    /// Number of the line that `rest` begins with.
    line: u32,
}

impl<'a> Lines<'a> {
    fn new(places: &[Place<'a>]) -> Self {
        let cursor = |place: &Place<'a>| {
            let whole = place.text?;
            Some((place.file?, Cursor { whole, rest: whole, line: 1 }))
        };
        Self { texts: places.iter().filter_map(cursor).collect() }
    }

    fn get(&mut self, file: &Path, line: u32) -> Option<&'a [u8]> {
        let cursor = self.texts.get_mut(file)?;
        if line < cursor.line {
            (cursor.rest, cursor.line) = (cursor.whole, 1);
        }
        while cursor.line < line {
            let end = cursor.rest.iter().position(|&byte| byte == b'\n')?;
            cursor.rest = &cursor.rest[end + 1..];
            cursor.line += 1;
        }
        let end = cursor.rest.iter().position(|&byte| byte == b'\n').unwrap_or(cursor.rest.len());
        Some(cursor.rest[..end].strip_suffix(b"\r").unwrap_or(&cursor.rest[..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn a_finding_shows_its_line_without_the_value() {
        let report = testing::report();
        let text = b"# a\nA=1\nPORT=hunter2\n";
        let places = [Place { file: Some(Path::new("a b/.env")), text: Some(text) }];
        insta::assert_snapshot!(render(&report, &places, false), @r"
        error[type]: PORT is not a whole number
         --> a b/.env:3:6
          |
        3 | PORT=••••••••
          |      ^^^^^^^^
          |
          = help: use digits only: 100%

        warning[file-mode]: others can read this file
        --> a b/.env

        note[rule]: not checked

        a b/.env: 1 error, 1 warning, 1 note
        ");
    }

    #[test]
    fn a_clean_report_says_so() {
        let places = [Place { file: Some(Path::new(".env")), text: None }];
        assert_eq!(render(&Report::default(), &places, false), ".env: nothing found\n");
    }

    #[test]
    fn a_flood_is_cut_and_says_where_the_rest_is() {
        let mut report = Report::default();
        for _ in 0..150 {
            report.push(Diagnostic::new("unknown", Severity::Warning, "w"));
        }
        let text = render(&report, &[Place { file: None, text: None }], false);
        assert_eq!(text.matches("warning[unknown]").count(), 100);
        assert!(
            text.ends_with(
                "and 50 more; --format json shows them all\nthe process environment: 150 warnings\n"
            )
        );
    }
}
