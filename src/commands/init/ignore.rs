//! The ignore rules: plaintext stays out of git and of images, what is sealed goes in.

use crate::ledger::GIT_ATTRIBUTE;

/// The rules, in their order: in both `.gitignore` and `.dockerignore` the last one that matches decides.
const RULES: [&str; 7] =
    [".env", ".env.*", "!.env.example", "!.env.*.example", "!.env.schema", ".envward/", "!secrets/*.enc.env"];

const COMMENT: &str = "# envward: plaintext secrets stay out, sealed files go in";

/// The text of an ignore file with the rules that it lacks added at its end; `None` if it lacks none.
pub(super) fn with_ignore_rules(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let line_of = |rule: &str| lines.iter().rposition(|line| *line == rule);
    // An exception counts only below what it is an exception from.
    let last = line_of(".env").zip(line_of(".env.*")).map(|(first, second)| first.max(second));
    let is_missing = |rule: &&&str| match line_of(rule) {
        None => true,
        Some(line) => rule.starts_with('!') && last.is_none_or(|last| line < last),
    };
    let missing: Vec<&str> = RULES.iter().filter(is_missing).copied().collect();
    (!missing.is_empty()).then(|| appended(text, &[&[COMMENT], missing.as_slice()].concat()))
}

/// The text of `.gitattributes` with the ledger's rule; `None` if it has it.
pub(super) fn with_ledger_rule(text: &str) -> Option<String> {
    with_lines(text, &[GIT_ATTRIBUTE])
}

/// The text of an attributes file with the lines that it lacks added at its end; `None` if it lacks none.
pub(in crate::commands) fn with_lines(text: &str, lines: &[&str]) -> Option<String> {
    let is_missing = |wanted: &&&str| !text.lines().any(|line| line.trim() == **wanted);
    let missing: Vec<&str> = lines.iter().filter(is_missing).copied().collect();
    (!missing.is_empty()).then(|| appended(text, &missing))
}

/// Adds lines at the end, a blank one before them if something is there, with the line end that the text has.
fn appended(text: &str, lines: &[&str]) -> String {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut result = text.to_owned();
    if !result.is_empty() {
        if !result.ends_with('\n') {
            result.push_str(line_end);
        }
        result.push_str(line_end);
    }
    for line in lines {
        result.push_str(line);
        result.push_str(line_end);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_gets_every_rule_and_then_lacks_none() {
        let text = with_ignore_rules("").expect("rules are missing");
        assert_eq!(
            text,
            "# envward: plaintext secrets stay out, sealed files go in\n.env\n.env.*\n!.env.example\n\
             !.env.*.example\n!.env.schema\n.envward/\n!secrets/*.enc.env\n"
        );
        assert_eq!(with_ignore_rules(&text), None);
    }

    #[test]
    fn only_what_is_missing_is_added() {
        let text =
            with_ignore_rules("target\n.env\n.env.*\n.envward/\n!.env.example").expect("some are missing");
        assert_eq!(
            text,
            "target\n.env\n.env.*\n.envward/\n!.env.example\n\n\
             # envward: plaintext secrets stay out, sealed files go in\n!.env.*.example\n!.env.schema\n\
             !secrets/*.enc.env\n"
        );
    }

    #[test]
    fn an_exception_above_the_rule_is_repeated_below_it() {
        let text = with_ignore_rules("!.env.example\n.env\n").expect("some are missing");
        assert!(text.ends_with(
            ".env.*\n!.env.example\n!.env.*.example\n!.env.schema\n.envward/\n!secrets/*.enc.env\n"
        ));
    }

    #[test]
    fn line_ends_stay_as_they_are() {
        let text = with_ledger_rule("*.rs text\r\n").expect("it is missing");
        assert_eq!(text, "*.rs text\r\n\r\nenvward.ledger.jsonl merge=union\r\n");
        assert_eq!(with_ledger_rule(&text), None);
    }
}
