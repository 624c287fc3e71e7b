//! Names a finding so that the next run's same finding is recognised.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::check::{Diagnostic, Report};

/// A fingerprint for each finding, in their order: of code, file, variable, and a number among equals. No line
/// and no date, so that it survives an edit above and another day; no value, so that it tells nothing.
pub(super) fn of(report: &Report) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    report.diagnostics.iter().map(|diagnostic| fingerprint(diagnostic, &mut seen)).collect()
}

fn fingerprint(diagnostic: &Diagnostic, seen: &mut HashMap<String, usize>) -> String {
    let file = diagnostic.file.as_deref().unwrap_or(std::path::Path::new("")).to_string_lossy();
    let variable = diagnostic.variable.as_deref().unwrap_or_default();
    let what = format!("{}\0{file}\0{variable}", diagnostic.code);
    let count = seen.entry(what.clone()).or_default();
    *count += 1;
    let digest = Sha256::digest(format!("{what}\0{count}"));
    hex::encode(&digest[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Severity;

    #[test]
    fn a_fingerprint_survives_a_moved_line_and_tells_equals_apart() {
        let found = |line| Diagnostic::new("missing-equals", Severity::Error, "m").at(line, 1);
        let mut report = Report::default();
        report.push(found(1));
        report.push(found(2));
        let before = of(&report);
        assert_ne!(before[0], before[1]);
        report.diagnostics[0].line = Some(7);
        report.diagnostics[1].line = Some(8);
        assert_eq!(of(&report), before);
    }
}
