//! `export-prefix`: `export` stands before a name.

use zeroize::Zeroizing;

use super::Cause;
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};

/// `export` stands before a name.
pub(super) struct ExportPrefix;

pub(super) const CODE: Code = Code {
    id: "export-prefix",
    severity: Severity::Error,
    summary: "A reader does not know export before a name",
    help: "systemd and podman lose such a variable, docker and kubectl refuse the file.",
};

impl Cause for ExportPrefix {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        line.export
    }

    fn sample(&self, _line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        Some(Zeroizing::new("export A=x".to_owned()))
    }

    fn what(&self) -> &'static str {
        "export before it"
    }

    fn misread(&self, name: &str) -> String {
        format!("another value of {name} would be read, because of export before it")
    }

    fn help(&self, declared: bool) -> Option<&'static str> {
        Some(if declared {
            "remove export, or use --fix; a shell that needs it reads the file after set -a"
        } else {
            "remove export; a shell that needs it reads the file after set -a. --fix removes it where readers are \
             declared and one of them refuses it"
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn exported_names_are_lost_or_refused() {
        let by = |readers: &[&str]| read_by(readers, "export-prefix", "export A=1\nB=2\n");
        let help = "(remove export, or use --fix; a shell that needs it reads the file after set -a)";
        let lost = "A would be lost, because of export before it";
        let refused = "the whole file would be refused, because of export before it";
        assert_eq!(by(&["systemd"]), [format!("1:10 error: systemd: {lost} {help}")]);
        assert_eq!(by(&["docker", "kubectl"]), [format!("1:10 error: docker, kubectl: {refused} {help}")]);
        assert_eq!(
            by(&["docker", "systemd"]),
            [format!("1:10 error: docker: {refused}; systemd: {lost} {help}")]
        );
        assert!(by(&["bash", "compose"]).is_empty());
        let undeclared = "(remove export; a shell that needs it reads the file after set -a. --fix removes it where \
                          readers are declared and one of them refuses it)";
        assert!(by(&[]).iter().all(|found| found.ends_with(undeclared)) && by(&[]).len() == 1);
    }
}
