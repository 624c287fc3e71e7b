//! `quoted`: quotes stand around a value.

use zeroize::Zeroizing;

use super::Cause;
use super::cause::value_of;
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};
use crate::dotenv::Quote;

/// Quotes stand around a value.
pub(super) struct Quoted;

pub(super) const CODE: Code = Code {
    id: "quoted",
    severity: Severity::Error,
    summary: "A reader keeps the quotes as part of the value",
    help: "docker, podman and kubectl know no quoting. A value that needs none is read alike by all.",
};

impl Cause for Quoted {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        line.quote != Quote::Bare
    }

    fn sample(&self, line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        Some(value_of(line, |_| false))
    }

    fn what(&self) -> &'static str {
        "the quotes around its value"
    }

    fn misread(&self, name: &str) -> String {
        format!("the quotes would be taken for part of the value of {name}")
    }

    fn hides_the_rest(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn docker_keeps_quotes() {
        let by = |readers: &[&str], file: &str| read_by(readers, "quoted", file);
        let said = "1:3 error: docker: the quotes would be taken for part of the value of A";
        assert_eq!(by(&["docker"], "A='$x'\n"), [format!("{said} (write it without quotes, or use --fix)")]);
        assert_eq!(
            by(&["docker", "bash"], "A='My App'\n"),
            [format!(
                "{said} (no way to write this value suits docker, bash: use letters, digits and _ . / : , @ % + = -, or \
                 start the program with envward run, which carries every value)"
            )]
        );
        // Where nobody says who reads the file, quotes are the best there is.
        assert!(by(&[], "A='My App'\n").is_empty());
    }
}
