//! `placeholder`: a value still stands for "fill this in".

use super::{Code, Rule};
use crate::check::{Report, Severity, State, Subject, shown};
use crate::schema::Variable;

/// A value still stands for "fill this in".
pub struct Placeholder;

const CODE: Code = Code {
    id: "placeholder",
    severity: Severity::Error,
    summary: "A placeholder was never filled in",
    help: "A placeholder counts as unset: most programs would take its text for the real value. A warning \
           if the value could be a real one.",
};

impl Rule for Placeholder {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        for found in &subject.variables {
            let Some(assignment) = &found.assignment else { continue };
            let name = shown(assignment.name);
            let (severity, message) = match found.state {
                State::Placeholder => (CODE.severity, format!("{name} is still a placeholder")),
                State::Valid if found.is_likely_placeholder() => {
                    (Severity::Warning, format!("{name} looks like a placeholder"))
                }
                _ => continue,
            };
            let finding = subject.finding_at(CODE.id, severity, assignment, message);
            report.push(finding.help(how_to_get(found.variable)));
        }
    }
}

/// How a person comes to a value for a variable.
pub(super) fn how_to_get(variable: &Variable) -> String {
    let name = shown(&variable.name);
    if let Some(template) = &variable.template {
        return format!("it is rendered from {}", template.parts().join(", "));
    }
    if variable.generate.is_some() {
        return format!("make one with: envward generate --for {name}");
    }
    match (&variable.obtain, &variable.description) {
        (Some(obtain), _) => format!("get one at {}", shown(obtain)),
        (None, Some(description)) => {
            format!("it says: {}", shown(description.lines().next().unwrap_or_default()))
        }
        (None, None) => format!("give {name} its real value"),
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::check;

    #[test]
    fn what_may_be_a_real_value_is_only_a_warning() {
        assert_eq!(
            check("placeholder", "[vars.A]\n", "A=https://portal.example.com\n"),
            ["1:3 warning: A looks like a placeholder (give A its real value)"]
        );
    }

    #[test]
    fn the_default_of_the_schema_is_a_value() {
        let schema = "
            [vars.A]
            default = \"https://portal.example.com\"
            [vars.B]
            default = { production = \"changeme\", \"*\" = \"your-b-here\" }
        ";
        assert!(check("placeholder", schema, "A=https://portal.example.com\nB=changeme\n").is_empty());
        assert_eq!(
            check("placeholder", schema, "A=https://www.example.com\nB=your-b-here\n"),
            [
                "1:3 warning: A looks like a placeholder (give A its real value)",
                "2:3 error: B is still a placeholder (give B its real value)",
            ]
        );
    }

    #[test]
    fn a_placeholder_says_how_to_come_to_a_value() {
        let schema = "
            [vars.A]
            obtain = \"https://example.com/keys\"
            [vars.B]
            generate = { kind = \"hex\", bytes = 32 }
            [vars.C]
            description = \"The mail relay's password\"
            [vars.D]
        ";
        let file = "A=<your-key>\nB=<generate>\nC=changeme\nD=your-d-here\n";
        assert_eq!(
            check("placeholder", schema, file),
            [
                "1:3 error: A is still a placeholder (get one at https://example.com/keys)",
                "2:3 error: B is still a placeholder (make one with: envward generate --for B)",
                "3:3 error: C is still a placeholder (it says: The mail relay's password)",
                "4:3 error: D is still a placeholder (give D its real value)",
            ]
        );
        assert!(check("missing", schema, file).is_empty());
    }
}
