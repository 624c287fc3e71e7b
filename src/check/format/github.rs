//! GitHub workflow commands: an annotation on the line for each finding.

use std::fmt::Write as _;

use crate::check::{Report, Severity};

/// One `::error …::` line for each finding.
pub fn render(report: &Report) -> String {
    let mut text = String::new();
    for diagnostic in &report.diagnostics {
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let file = diagnostic.file.as_ref().map(|file| ("file", file.to_string_lossy().into_owned()));
        let line = diagnostic.line.map(|line| ("line", line.to_string()));
        let column = diagnostic.column.map(|column| ("col", column.to_string()));
        let title = Some(("title", diagnostic.code.to_owned()));
        let properties: Vec<String> = [file, line, column, title]
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("{name}={}", escape_property(&value)))
            .collect();
        let message = match &diagnostic.help {
            Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
            None => diagnostic.message.clone(),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "::{command} {}::{}", properties.join(","), escape_data(&message));
    }
    text
}

/// As the runner undoes it (actions/toolkit, `command.ts`, `escapeData`).
fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As the runner undoes it (actions/toolkit, `command.ts`, `escapeProperty`).
fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn each_finding_is_one_command() {
        assert_eq!(
            render(&testing::report()),
            "::error file=a b/.env,line=3,col=6,title=type::PORT is not a whole number%0Ahelp: use digits only: \
             100%25\n\
             ::warning file=a b/.env,title=file-mode::others can read this file\n\
             ::notice title=rule::not checked\n"
        );
    }

    #[test]
    fn nothing_ends_a_command_early_or_starts_another() {
        assert_eq!(escape_property("a,b:c%\r\n::x"), "a%2Cb%3Ac%25%0D%0A%3A%3Ax");
        assert_eq!(escape_data("100%\n::stop::"), "100%25%0A::stop::");
    }
}
