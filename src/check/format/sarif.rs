//! SARIF 2.1.0 (OASIS), for code scanning.

use serde_json::{Value, json};

use super::fingerprint;
use crate::check::{Diagnostic, Report, Severity, rules};
use crate::forms::sarif::{self, Level};

/// The report as a SARIF log with one run. `codes` are those that its findings may have.
pub fn render<'a>(report: &Report, codes: impl IntoIterator<Item = &'a rules::Code>) -> String {
    let codes: Vec<&rules::Code> = codes.into_iter().collect();
    let results: Vec<Value> = report
        .diagnostics
        .iter()
        .zip(fingerprint::of(report))
        .map(|(diagnostic, fingerprint)| result(diagnostic, &fingerprint, &codes))
        .collect();
    let rule = |code: &&rules::Code| sarif::rule(code.id, level(code.severity), code.summary, code.help);
    let rules: Vec<Value> = codes.iter().map(rule).collect();
    format!("{:#}\n", sarif::log(&rules, &results, None))
}

fn result(diagnostic: &Diagnostic, fingerprint: &str, codes: &[&rules::Code]) -> Value {
    let text = match &diagnostic.help {
        Some(help) => format!("{}; {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let mut result = json!({
        "ruleId": diagnostic.code,
        "level": level(diagnostic.severity).name(),
        "message": { "text": text },
        "partialFingerprints": { "envward/v1": fingerprint },
    });
    if let Some(index) = codes.iter().position(|code| code.id == diagnostic.code) {
        result["ruleIndex"] = json!(index);
    }
    if let Some(location) = location(diagnostic) {
        result["locations"] = json!([location]);
    }
    result
}

fn location(diagnostic: &Diagnostic) -> Option<Value> {
    let file = diagnostic.file.as_deref()?;
    let (line, column) = diagnostic.line.zip(diagnostic.column).unzip();
    let physical = sarif::physical_location(file, line, column);
    let mut location = json!({ "physicalLocation": physical });
    if let Some(variable) = &diagnostic.variable {
        location["logicalLocations"] = json!([{ "name": variable, "kind": "variable" }]);
    }
    Some(location)
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Note => Level::Note,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn every_result_points_at_its_rule() {
        let log: Value = serde_json::from_str(&render(&testing::report(), rules::codes())).expect("JSON");
        let run = &log["runs"][0];
        for result in run["results"].as_array().expect("an array") {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("a number")).expect("small");
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
        assert_eq!(
            run["results"][0]["locations"][0]["physicalLocation"],
            serde_json::json!({
                "artifactLocation": { "uri": "a%20b/.env" },
                "region": { "startLine": 3, "startColumn": 6 },
            })
        );
    }
}
