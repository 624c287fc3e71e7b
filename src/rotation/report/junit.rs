//! JUnit XML, for what shows test results: a suite for each environment, a case for each variable, which fails where
//! `--fail-on` does unless told otherwise.

use std::io::{self, Write};

use super::Sink;
use super::rules::{Rule, standing};
use crate::forms::sarif::Level;
use crate::forms::xml;
use crate::fs::Scratch;
use crate::rotation::{Finding, Row, Summary};
use crate::ui;

/// A document that is written suite by suite.
pub(super) struct Junit<'a> {
    out: Box<dyn Write + 'a>,
    suite: Option<Suite>,
}

/// The cases of one environment, which wait until they are counted.
struct Suite {
    name: String,
    cases: Scratch,
    tests: usize,
    failures: usize,
}

impl<'a> Junit<'a> {
    pub(super) fn open(mut out: Box<dyn Write + 'a>) -> io::Result<Self> {
        out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"envward\">\n")?;
        Ok(Self { out, suite: None })
    }

    /// The suite of that name: what comes next to each other is together.
    fn suite(&mut self, name: &str) -> io::Result<&mut Suite> {
        if self.suite.as_ref().is_some_and(|suite| suite.name != name) {
            self.end_suite()?;
        }
        Ok(self.suite.get_or_insert_with(|| Suite {
            name: name.to_owned(),
            cases: Scratch::new(),
            tests: 0,
            failures: 0,
        }))
    }

    fn end_suite(&mut self) -> io::Result<()> {
        let Some(Suite { name, cases, tests, failures }) = self.suite.take() else { return Ok(()) };
        let name = escape(&name);
        writeln!(
            self.out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">"
        )?;
        cases.copy_to(&mut self.out)?;
        self.out.write_all(b"  </testsuite>\n")
    }
}

impl Sink for Junit<'_> {
    fn row(&mut self, row: &Row) -> io::Result<()> {
        let findings = row.findings.iter().map(|finding| Rule::Finding(finding.code));
        let worst = findings.chain([Rule::Status(row.status)]).min_by_key(|rule| rule.level());
        let rule = worst.unwrap_or(Rule::Status(row.status));
        let messages =
            row.findings.iter().map(|Finding { code, message }| format!("{}: {message}", code.name()));
        let lines: Vec<String> = [standing(row)].into_iter().chain(messages).collect();
        self.suite(&format!("{}/{}", row.project, row.environment))?.case(&row.variable, rule, &lines)
    }

    fn finish(mut self: Box<Self>, summary: &Summary) -> io::Result<()> {
        for (project, finding) in &summary.findings {
            let rule = Rule::Finding(finding.code);
            self.suite(project)?.case(finding.code.name(), rule, std::slice::from_ref(&finding.message))?;
        }
        self.end_suite()?;
        self.out.write_all(b"</testsuites>\n")?;
        self.out.flush()
    }
}

impl Suite {
    fn case(&mut self, name: &str, rule: Rule, lines: &[String]) -> io::Result<()> {
        let fails = rule.level() == Level::Error;
        self.tests += 1;
        self.failures += usize::from(fails);
        let (name, suite) = (escape(name), escape(&self.name));
        let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
        let (message, text) = (lines.first().map_or("", String::as_str), lines.join("\n"));
        let result = if fails {
            format!("<failure message=\"{message}\" type=\"{}\">{text}</failure>", rule.id())
        } else {
            format!("<system-out>{text}</system-out>")
        };
        writeln!(self.cases, "    <testcase name=\"{name}\" classname=\"{suite}\">{result}</testcase>")
    }
}

/// Text of one line.
fn escape(text: &str) -> String {
    xml::escape(&ui::escape(text))
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use crate::cli::Format;

    #[test]
    fn a_suite_for_each_environment_and_a_case_for_each_variable() {
        insta::assert_snapshot!(testing::write(Format::Junit, &testing::rows(), 2), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="envward">
          <testsuite name="shop/production" tests="9" failures="4" errors="0" skipped="0">
            <testcase name="OK" classname="shop/production"><system-out>is due on 2026-05-30</system-out></testcase>
            <testcase name="DUE_SOON" classname="shop/production"><system-out>is due on 2026-03-13</system-out></testcase>
            <testcase name="OVERDUE" classname="shop/production"><failure message="was due on 2026-02-26" type="rotation-overdue">was due on 2026-02-26</failure></testcase>
            <testcase name="BREACHED" classname="shop/production"><failure message="was due on 2026-01-01, and its grace is over" type="rotation-breached">was due on 2026-01-01, and its grace is over</failure></testcase>
            <testcase name="UNKNOWN" classname="shop/production"><failure message="has no accepted proof of when it was replaced" type="rotation-unknown">has no accepted proof of when it was replaced
        shallow-history: older commits are missing from the clone</failure></testcase>
            <testcase name="EXEMPT" classname="shop/production"><system-out>is exempt until 2026-04-30, as Bob &lt;bob@example.com&gt; agreed</system-out></testcase>
            <testcase name="EXEMPT_EXPIRED" classname="shop/production"><failure message="was exempt until 2026-02-20, as Bob &lt;bob@example.com&gt; agreed, and was due on 2026-02-01" type="rotation-exempt-expired">was exempt until 2026-02-20, as Bob &lt;bob@example.com&gt; agreed, and was due on 2026-02-01</failure></testcase>
            <testcase name="OVERLAP" classname="shop/production"><system-out>was replaced, and its previous value is still accepted; it is due on 2026-05-29</system-out></testcase>
            <testcase name="OK" classname="shop/production"><system-out>is in order</system-out></testcase>
          </testsuite>
          <testsuite name="=cmd|'/c'!A1&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&amp;/=cmd|'/c'!A1&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&amp;" tests="1" failures="1" errors="0" skipped="0">
            <testcase name="=cmd|'/c'!A1&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&amp;" classname="=cmd|'/c'!A1&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&amp;/=cmd|'/c'!A1&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&amp;"><failure message="was due on 2026-02-26" type="rotation-overdue">was due on 2026-02-26
        sources-disagree: =cmd|'/c'!A1&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&amp;</failure></testcase>
          </testsuite>
          <testsuite name="till" tests="1" failures="1" errors="0" skipped="0">
            <testcase name="ledger-rewritten" classname="till"><failure message="an entry that an older commit has is missing" type="rotation-ledger-rewritten">an entry that an older commit has is missing</failure></testcase>
          </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn an_empty_report_is_a_document() {
        let text = testing::write(Format::Junit, &[], 1);
        assert!(text.ends_with("<testsuites name=\"envward\">\n</testsuites>\n"), "{text}");
    }
}
