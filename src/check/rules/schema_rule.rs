//! `rule`: a rule of the schema over several variables does not hold.

use super::{Code, Rule};
use crate::check::{Diagnostic, Report, Severity, State, Subject, shown};
use crate::schema::rules::{Expression, Outcome};
use crate::schema::{Required, Rule as Declared};
use crate::ui;

/// A rule of the schema over several variables does not hold.
pub struct SchemaRule;

const CODE: Code = Code {
    id: "rule",
    severity: Severity::Error,
    summary: "A rule of the schema does not hold",
    help: "The schema's `[[rules]]` say what must be true of several variables together.",
};

impl Rule for SchemaRule {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        for rule in subject.schema.iter().flat_map(|schema| &schema.rules) {
            let verdict = match applies(subject, rule) {
                Outcome::True => rule.assert.evaluate(subject.environment, &subject.typed),
                Outcome::False => continue,
                unknown => unknown,
            };
            match verdict {
                Outcome::True => {}
                Outcome::False => report.push(finding(subject, rule, ui::escape(&rule.message).into_owned())),
                Outcome::Unset(name) => report.diagnostics.extend(not_applied(subject, rule, &name)),
                Outcome::Failed(why) => {
                    let message = format!("a rule cannot be evaluated: {}", shown(&why));
                    report.push(finding(subject, rule, message));
                }
            }
        }
    }
}

fn applies(subject: &Subject<'_>, rule: &Declared) -> Outcome {
    match &rule.when {
        None => Outcome::True,
        Some(when) => when.evaluate(subject.environment, &subject.typed),
    }
}

/// A rule that reads an optional variable without a value is not applied. One that reads a required variable
/// without a usable value was not shown to hold; that variable has an error of its own.
fn not_applied(subject: &Subject<'_>, rule: &Declared, name: &str) -> Option<Diagnostic> {
    let found = subject.variable(name)?;
    let optional = !matches!(found.variable.required, Required::Always);
    if optional && matches!(found.state, State::Unset) {
        return None;
    }
    let message = format!("not checked for want of {}: {}", shown(name), ui::escape(&rule.message));
    let mut finding = finding(subject, rule, message);
    finding.severity = Severity::Note;
    finding.unchecked_for = Some(shown(name).to_string());
    Some(finding)
}

/// At the first variable the rule reads that stands in the file.
fn finding(subject: &Subject<'_>, rule: &Declared, message: String) -> Diagnostic {
    let reads = || rule.assert.reads().iter().chain(rule.when.iter().flat_map(Expression::reads));
    let assigned = reads().find_map(|name| subject.variable(name)?.assignment);
    let finding = match (assigned, reads().next()) {
        (Some(assignment), _) => subject.finding_at(CODE.id, CODE.severity, &assignment, message),
        (None, Some(name)) => subject.finding(CODE.id, CODE.severity, message).variable(name),
        (None, None) => subject.finding(CODE.id, CODE.severity, message),
    };
    let origin = format!("{}:{}", shown(&rule.origin.file.to_string_lossy()), rule.origin.line);
    finding.help(match &rule.reference {
        Some(reference) => format!("{} ({origin})", ui::escape(reference)),
        None => format!("the rule is at {origin}"),
    })
}

#[cfg(test)]
mod tests {
    use crate::check::testing::check;

    const SCHEMA: &str = "
        [vars.LOW]
        type = \"float\"
        [vars.HIGH]
        type = \"float\"
        required = false
        [[rules]]
        assert = \"LOW < HIGH\"
        message = \"LOW must be below HIGH\"
        ref = \"guide, line 61\"
    ";

    fn rule(file: &str) -> Vec<String> {
        check("rule", SCHEMA, file)
    }

    #[test]
    fn a_rule_that_does_not_hold_points_at_what_it_reads() {
        assert!(rule("LOW=0.1\nHIGH=0.2\n").is_empty());
        assert_eq!(
            rule("LOW=0.3\nHIGH=0.2\n"),
            ["1:5 error: LOW must be below HIGH (guide, line 61 (schema.toml:7))"]
        );
    }

    #[test]
    fn a_rule_about_an_unset_optional_variable_does_not_apply() {
        assert!(rule("LOW=0.3\n").is_empty());
    }

    #[test]
    fn a_rule_about_an_unset_required_variable_is_said_not_to_be_checked() {
        assert_eq!(
            rule("HIGH=0.2\n"),
            [
                "1:6 note: not checked for want of LOW: LOW must be below HIGH (guide, line 61 (schema.toml:7))"
            ]
        );
    }

    #[test]
    fn a_rule_for_another_environment_does_not_apply() {
        let schema = "
            [vars.DEBUG]
            type = \"bool\"
            [[rules]]
            when = \"env == 'staging'\"
            assert = \"DEBUG == false\"
            message = \"DEBUG must be off\"
        ";
        assert!(check("rule", schema, "DEBUG=true\n").is_empty());
        assert_eq!(check("rule", &schema.replace("staging", "production"), "DEBUG=true\n").len(), 1);
    }
}
