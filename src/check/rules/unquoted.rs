//! `unquoted`: a value that readers understand differently as it stands.

use super::{Code, Rule};
use crate::check::{Report, Scope, Severity, Subject, shown};
use crate::dotenv::{Quote, is_read_alike};
use crate::schema::placeholder;

/// A value that readers understand differently as it stands.
pub struct Unquoted;

const CODE: Code = Code {
    id: "unquoted",
    severity: Severity::Warning,
    summary: "Programs read a value differently as it is written",
    help: "Blanks, quotes and the characters # $ & ; | < > ( ) \\ mean something to some readers: a shell runs \
           the second word of an unquoted value, Node ends it at #, others expand $.",
};

impl Rule for Unquoted {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        if subject.scope != Scope::EnvFile {
            return;
        }
        for assignment in &subject.assignments {
            let value = assignment.value.expose();
            if is_read_alike(value, assignment.quote) || placeholder::is_placeholder(value) {
                continue;
            }
            let message = format!("programs read the value of {} differently", shown(assignment.name));
            let help = match Quote::portable(value) {
                Ok(Quote::Single) => "write it in single quotes, or use --fix".to_owned(),
                Ok(_) => "write it in double quotes, or use --fix".to_owned(),
                Err(reason) => format!("no quoting carries it to every program: {reason}"),
            };
            report.push(subject.finding_at(CODE.id, CODE.severity, assignment, message).help(help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::check;

    #[test]
    fn words_without_quotes_are_a_shell_command() {
        let schema = "[vars.SENDER]\n[vars.PASSWORD]\n[vars.FINE]\n[vars.KEY]\n";
        let file = "SENDER=My App\nPASSWORD=p#q\nFINE='My $App'\nKEY=\"a'b\\$c\"\n";
        assert_eq!(
            check("unquoted", schema, file),
            [
                "1:8 warning: programs read the value of SENDER differently (write it in single quotes, or use --fix)",
                "2:10 warning: programs read the value of PASSWORD differently (write it in single quotes, or use \
                 --fix)",
                "4:5 warning: programs read the value of KEY differently (no quoting carries it to every program: it \
                 mixes quotes with characters that readers treat differently inside double quotes)",
            ]
        );
    }
}
