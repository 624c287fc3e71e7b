//! `unportable`: a reader differs about a value, and none of the other causes says why.

use zeroize::Zeroizing;

use super::Cause;
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};
use crate::dotenv::is_read_alike;

/// Something else about a value.
pub(super) struct Unportable;

pub(super) const CODE: Code = Code {
    id: "unportable",
    severity: Severity::Error,
    summary: "Programs read a value differently as it is written",
    help: "A ~ or = at its start, and characters that are no letters, mean something to some readers.",
};

impl Cause for Unportable {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        !is_read_alike(line.value.expose(), line.quote)
            && super::NAMED_CAUSES.iter().all(|cause| !cause.is_in(line))
    }

    fn sample(&self, _line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        None
    }

    fn what(&self) -> &'static str {
        "how its value is written"
    }

    fn misread(&self, name: &str) -> String {
        format!("another value of {name} would be read")
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn a_shell_expands_a_tilde() {
        assert_eq!(
            read_by(&["bash", "docker"], "unportable", "A=~/data\n"),
            [
                "1:3 error: bash: another value of A would be read (no way to write this value suits bash, docker: use \
                 letters, digits and _ . / : , @ % + = -, or start the program with envward run, which carries every \
                 value)"
            ]
        );
    }
}
