//! SARIF 2.1.0, for code scanning: a result for each variable that is not in order and for each finding, at the line
//! that declares the variable. An alert closes by itself once the variable is replaced.

use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::rules::{Rule, standing};
use super::words::authors;
use super::worst::Worst;
use super::{Sink, identity};
use crate::forms::sarif::{self, Level};
use crate::manifest;
use crate::rotation::{Row, Status, Summary};
use crate::ui::{escape, write_json};

/// Results in a log. GitHub shows this many of a run, and refuses a run with more than 25,000.
const MOST_RESULTS: usize = 5_000;

/// The gravest first, then the earliest deadline, then by fingerprint.
type Rank = (Level, Timestamp, String);

/// A log, which is written when all rows are known: which results are left out depends on all of them.
pub(super) struct Sarif<'a> {
    out: Box<dyn Write + 'a>,
    results: Worst<Rank, Value>,
}

impl<'a> Sarif<'a> {
    pub(super) fn open(out: Box<dyn Write + 'a>) -> Self {
        Self { out, results: Worst::new(MOST_RESULTS) }
    }

    fn push(&mut self, rule: Rule, due: Timestamp, fingerprint: &str, result: impl FnOnce() -> Value) {
        let rank = (rule.level(), due, fingerprint.to_owned());
        self.results.push(rank, || {
            let mut result = result();
            result["ruleId"] = json!(rule.id());
            result["ruleIndex"] = json!(Rule::all().position(|known| known == rule));
            result["level"] = json!(rule.level().name());
            result["partialFingerprints"] = json!({ "envward/v1": fingerprint });
            result
        });
    }
}

impl Sink for Sarif<'_> {
    fn row(&mut self, row: &Row) -> io::Result<()> {
        let due = row.due.unwrap_or(Timestamp::MAX);
        if row.status != Status::Ok {
            let rule = Rule::Status(row.status);
            let fingerprint = identity::identity(row, &rule.id());
            self.push(rule, due, &fingerprint, || of_row(row, &standing(row)));
        }
        for finding in &row.findings {
            let rule = Rule::Finding(finding.code);
            let fingerprint = identity::identity(row, &rule.id());
            self.push(rule, due, &fingerprint, || of_row(row, &format!(": {}", finding.message)));
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, summary: &Summary) -> io::Result<()> {
        for (project, finding) in &summary.findings {
            let rule = Rule::Finding(finding.code);
            let fingerprint = identity::of_project(project, &rule.id());
            let text = format!("{project}: {}", finding.message);
            self.push(rule, Timestamp::MIN, &fingerprint, || result(&text, manifest::FILE_NAME, 1, project));
        }
        let Self { mut out, results } = *self;
        let more = match results.dropped() {
            0 => None,
            more => Some(format!("{more} results are left out: there are more than {MOST_RESULTS}")),
        };
        let notes: Vec<String> = more.into_iter().chain(authors(summary).map(str::to_owned)).collect();
        let notes = (!notes.is_empty()).then(|| notes.join("; "));
        let results: Vec<Value> = results.into_sorted().collect();
        let rule = |rule: Rule| sarif::rule(&rule.id(), rule.level(), rule.summary(), rule.help());
        let rules: Vec<Value> = Rule::all().map(rule).collect();
        write_json(&mut out, &sarif::log(&rules, &results, notes.as_deref()))?;
        out.write_all(b"\n")?;
        out.flush()
    }
}

fn of_row(row: &Row, said: &str) -> Value {
    let blank = if said.starts_with(':') { "" } else { " " };
    let text = format!("{} in {}{blank}{said}", row.variable, row.environment);
    let name = format!("{}/{}/{}", row.project, row.environment, row.variable);
    // What a built-in schema declares has no line of its own in the project.
    let (file, line) =
        row.declared.as_ref().map_or((manifest::FILE_NAME, 1), |(file, line)| (file.as_str(), *line));
    let mut result = result(&text, file, line, &name);
    if row.status == Status::Exempt {
        let justification = escape(&standing(row)).into_owned();
        result["suppressions"] =
            json!([{ "kind": "external", "status": "accepted", "justification": justification }]);
    }
    result
}

fn result(text: &str, file: &str, line: u32, name: &str) -> Value {
    let physical = sarif::physical_location(Path::new(file), Some(line.max(1)), None);
    json!({
        "message": { "text": escape(text) },
        "locations": [{
            "physicalLocation": physical,
            "logicalLocations": [{ "fullyQualifiedName": escape(name), "kind": "variable" }],
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::cli::Format;

    fn log(rows: &[Row]) -> Value {
        serde_json::from_str(&testing::write(Format::Sarif, rows, 2)).expect("JSON")
    }

    #[test]
    fn results_are_the_worst_first_at_the_line_that_declares_them() {
        let results = log(&testing::rows())["runs"][0]["results"].clone();
        let lines: Vec<String> = results.as_array().expect("an array").iter().map(Value::to_string).collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        {"level":"error","locations":[{"logicalLocations":[{"fullyQualifiedName":"till","kind":"variable"}],"physicalLocation":{"artifactLocation":{"uri":"envward.toml"},"region":{"startLine":1}}}],"message":{"text":"till: an entry that an older commit has is missing"},"partialFingerprints":{"envward/v1":"fe2ea3e91b6eaae1c5f5409dce399e05"},"ruleId":"rotation-ledger-rewritten","ruleIndex":11}
        {"level":"error","locations":[{"logicalLocations":[{"fullyQualifiedName":"shop/production/BREACHED","kind":"variable"}],"physicalLocation":{"artifactLocation":{"uri":"schemas/shop.toml"},"region":{"startLine":12}}}],"message":{"text":"BREACHED in production was due on 2026-01-01, and its grace is over"},"partialFingerprints":{"envward/v1":"8bef654c65d8dd421d3b709504b7bf78"},"ruleId":"rotation-breached","ruleIndex":0}
        {"level":"error","locations":[{"logicalLocations":[{"fullyQualifiedName":"shop/production/EXEMPT_EXPIRED","kind":"variable"}],"physicalLocation":{"artifactLocation":{"uri":"schemas/shop.toml"},"region":{"startLine":12}}}],"message":{"text":"EXEMPT_EXPIRED in production was exempt until 2026-02-20, as Bob <bob@example.com> agreed, and was due on 2026-02-01"},"partialFingerprints":{"envward/v1":"1a67f5c9eb8733beb27e4ed7f6661174"},"ruleId":"rotation-exempt-expired","ruleIndex":2}
        {"level":"error","locations":[{"logicalLocations":[{"fullyQualifiedName":"shop/production/OVERDUE","kind":"variable"}],"physicalLocation":{"artifactLocation":{"uri":"schemas/shop.toml"},"region":{"startLine":12}}}],"message":{"text":"OVERDUE in production was due on 2026-02-26"},"partialFingerprints":{"envward/v1":"2f54ce87545fb06183e7996490dc409f"},"ruleId":"rotation-overdue","ruleIndex":1}
        {"level":"error","locations":[{"logicalLocations":[{"fullyQualifiedName":"=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&/=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&/=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&","kind":"variable"}],"physicalLocation":{"artifactLocation":{"uri":"=cmd|'/c'!A1%22%3E%3Cscript%3Ealert(1)%3C/script%3E%1B[2JEND:VEVENT%5C,;|%60**[x](y)%E2%80%AE&"},"region":{"startLine":3}}}],"message":{"text":"=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}& in =cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}& was due on 2026-02-26"},"partialFingerprints":{"envward/v1":"a815e83d7d680e946fd2cda8dbf3afa8"},"ruleId":"rotation-overdue","ruleIndex":1}
        {"level":"error","locations":[{"logicalLocations":[{"fullyQualifiedName":"shop/production/UNKNOWN","kind":"variable"}],"physicalLocation":{"artifactLocation":{"uri":"schemas/shop.toml"},"region":{"startLine":12}}}],"message":{"text":"UNKNOWN in production has no accepted proof of when it was replaced"},"partialFingerprints":{"envward/v1":"702d42b652fddc1b2cb3879e84e781c5"},"ruleId":"rotation-unknown","ruleIndex":3}
        {"level":"warning","locations":[{"logicalLocations":[{"fullyQualifiedName":"=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&/=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&/=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&","kind":"variable"}],"physicalLocation":{"artifactLocation":{"uri":"=cmd|'/c'!A1%22%3E%3Cscript%3Ealert(1)%3C/script%3E%1B[2JEND:VEVENT%5C,;|%60**[x](y)%E2%80%AE&"},"region":{"startLine":3}}}],"message":{"text":"=cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}& in =cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&: =cmd|'/c'!A1\"><script>alert(1)</script>\\u{1b}[2J\\u{d}\\u{a}END:VEVENT\\,;|`**[x](y)\\u{202e}&"},"partialFingerprints":{"envward/v1":"7cfd49fcc50e3ecff47a8c866b7a7393"},"ruleId":"rotation-sources-disagree","ruleIndex":8}
        {"level":"warning","locations":[{"logicalLocations":[{"fullyQualifiedName":"shop/production/DUE_SOON","kind":"variable"}],"physicalLocation":{"artifactLocation":{"uri":"schemas/shop.toml"},"region":{"startLine":12}}}],"message":{"text":"DUE_SOON in production is due on 2026-03-13"},"partialFingerprints":{"envward/v1":"5c22041e16e370926db530712305be23"},"ruleId":"rotation-due-soon","ruleIndex":4}
        {"level":"warning","locations":[{"logicalLocations":[{"fullyQualifiedName":"shop/production/UNKNOWN","kind":"variable"}],"physicalLocation":{"artifactLocation":{"uri":"schemas/shop.toml"},"region":{"startLine":12}}}],"message":{"text":"UNKNOWN in production: older commits are missing from the clone"},"partialFingerprints":{"envward/v1":"38f0029c18f61054e8e2054788ba2499"},"ruleId":"rotation-shallow-history","ruleIndex":15}
        {"level":"note","locations":[{"logicalLocations":[{"fullyQualifiedName":"shop/production/EXEMPT","kind":"variable"}],"physicalLocation":{"artifactLocation":{"uri":"schemas/shop.toml"},"region":{"startLine":12}}}],"message":{"text":"EXEMPT in production is exempt until 2026-04-30, as Bob <bob@example.com> agreed"},"partialFingerprints":{"envward/v1":"680329f9f9fb228b3a99a6717e3de65e"},"ruleId":"rotation-exempt","ruleIndex":6,"suppressions":[{"justification":"is exempt until 2026-04-30, as Bob <bob@example.com> agreed","kind":"external","status":"accepted"}]}
        {"level":"note","locations":[{"logicalLocations":[{"fullyQualifiedName":"shop/production/OVERLAP","kind":"variable"}],"physicalLocation":{"artifactLocation":{"uri":"schemas/shop.toml"},"region":{"startLine":12}}}],"message":{"text":"OVERLAP in production was replaced, and its previous value is still accepted; it is due on 2026-05-29"},"partialFingerprints":{"envward/v1":"b69d38b4c9f38d54b2e9a81a359b40fb"},"ruleId":"rotation-overlap","ruleIndex":5}
        "#);
    }

    #[test]
    fn fingerprints_do_not_depend_on_the_day() {
        let today = testing::row("A");
        let tomorrow = Row { due: today.warn, last_rotated: None, declared: None, ..today.clone() };
        let fingerprint = |row| log(&[row])["runs"][0]["results"][0]["partialFingerprints"].clone();
        assert_eq!(fingerprint(today), fingerprint(tomorrow));
    }

    #[test]
    fn a_flood_is_cut_to_the_worst_and_says_so() {
        let soon = |number: i32| Row { status: Status::DueSoon, ..testing::row(&format!("S{number}")) };
        let mut rows: Vec<Row> = (0..5_100).map(soon).collect();
        rows.push(testing::row("LATE"));
        let log = log(&rows);
        let run = &log["runs"][0];
        let results = run["results"].as_array().expect("an array");
        assert_eq!(results.len(), MOST_RESULTS);
        assert_eq!(results[0]["message"]["text"], "till: an entry that an older commit has is missing");
        assert_eq!(results[1]["message"]["text"], "LATE in production was due on 2026-02-26");
        let said = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
        let expected = "102 results are left out: there are more than 5000; who wrote the entries of the ledger was \
                        not checked: that takes a key";
        assert_eq!(said, expected);
    }
}
