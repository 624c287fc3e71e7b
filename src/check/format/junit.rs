//! JUnit XML, for what shows test results: a suite for each file, a failed case for each finding.

use std::fmt::Write as _;

use super::Place;
use crate::check::{Diagnostic, Report, Severity};
use crate::forms::xml::escape;

/// The report as an XML document. A finding that does not fail the check is a passed case with output.
pub fn render(report: &Report, places: &[Place<'_>], strict: bool) -> String {
    let fails = |diagnostic: &Diagnostic| {
        diagnostic.severity == Severity::Error || (strict && diagnostic.severity == Severity::Warning)
    };
    let mut suites = String::new();
    for place in places {
        let findings: Vec<&Diagnostic> =
            report.diagnostics.iter().filter(|diagnostic| diagnostic.file.as_deref() == place.file).collect();
        let failures = findings.iter().filter(|diagnostic| fails(diagnostic)).count();
        let name = escape(&place.name());
        let cases: String = if findings.is_empty() {
            format!("    <testcase name=\"nothing found\" classname=\"{name}\"/>\n")
        } else {
            findings.iter().map(|diagnostic| case(diagnostic, &name, fails(diagnostic))).collect()
        };
        // Writing to a String cannot fail.
        let _ = write!(
            suites,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\">\n{cases}  </testsuite>\n",
            findings.len().max(1),
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"envward\">\n{suites}</testsuites>\n"
    )
}

fn case(diagnostic: &Diagnostic, suite: &str, fails: bool) -> String {
    let variable = diagnostic.variable.as_deref().map(crate::check::shown);
    let name =
        variable.map_or_else(|| diagnostic.code.to_owned(), |name| format!("{}: {name}", diagnostic.code));
    let line = diagnostic.line.map(|line| format!("line {line}: ")).unwrap_or_default();
    let help = diagnostic.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let (name, message) = (escape(&name), escape(&diagnostic.message));
    let text = escape(&format!("{line}{}{help}", diagnostic.message));
    let result = if fails {
        format!("<failure message=\"{message}\" type=\"{}\">{text}</failure>", diagnostic.code)
    } else {
        format!("<system-out>{text}</system-out>")
    };
    format!("    <testcase name=\"{name}\" classname=\"{suite}\">{result}</testcase>\n")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::testing;
    use super::*;

    #[test]
    fn a_suite_for_each_file_and_a_case_for_each_finding() {
        let places = [
            Place { file: Some(Path::new("a b/.env")), text: None },
            Place { file: Some(Path::new("<&\">")), text: None },
        ];
        insta::assert_snapshot!(render(&testing::report(), &places, false), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="envward">
          <testsuite name="a b/.env" tests="2" failures="1">
            <testcase name="type: PORT" classname="a b/.env"><failure message="PORT is not a whole number" type="type">line 3: PORT is not a whole number
        help: use digits only: 100%</failure></testcase>
            <testcase name="file-mode" classname="a b/.env"><system-out>others can read this file</system-out></testcase>
          </testsuite>
          <testsuite name="&lt;&amp;&quot;&gt;" tests="1" failures="0">
            <testcase name="nothing found" classname="&lt;&amp;&quot;&gt;"/>
          </testsuite>
        </testsuites>
        "#);
    }
}
