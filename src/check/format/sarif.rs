//! SARIF 2.1.0 (OASIS), for code scanning.

use std::path::Path;

use serde_json::{Value, json};
use url::Url;

use super::fingerprint;
use crate::check::{Diagnostic, Report, Severity, rules};

/// The report as a SARIF log with one run.
pub fn render(report: &Report) -> String {
    let codes: Vec<&rules::Code> = rules::codes().collect();
    let results: Vec<Value> = report
        .diagnostics
        .iter()
        .zip(fingerprint::of(report))
        .map(|(diagnostic, fingerprint)| result(diagnostic, &fingerprint, &codes))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "envward",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": codes.iter().map(|code| rule(code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: &rules::Code) -> Value {
    json!({
        "id": code.id,
        "shortDescription": { "text": code.summary },
        "fullDescription": { "text": code.help },
        "help": { "text": code.help },
        "defaultConfiguration": { "level": level(code.severity) },
        "properties": { "tags": ["security"] },
    })
}

fn result(diagnostic: &Diagnostic, fingerprint: &str, codes: &[&rules::Code]) -> Value {
    let text = match &diagnostic.help {
        Some(help) => format!("{}; {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let mut result = json!({
        "ruleId": diagnostic.code,
        "level": level(diagnostic.severity),
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
    let mut physical = json!({ "artifactLocation": { "uri": uri(diagnostic.file.as_deref()?) } });
    if let (Some(line), Some(column)) = (diagnostic.line, diagnostic.column) {
        physical["region"] = json!({ "startLine": line, "startColumn": column });
    }
    let mut location = json!({ "physicalLocation": physical });
    if let Some(variable) = &diagnostic.variable {
        location["logicalLocations"] = json!([{ "name": variable, "kind": "variable" }]);
    }
    Some(location)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A URI of the file: a relative reference for a relative path, percent-encoded as in a URL.
fn uri(path: &Path) -> String {
    let text = path.to_string_lossy();
    let segments = text.split('/').filter(|segment| !segment.is_empty() && *segment != ".");
    let relative = segments.map(encode).collect::<Vec<_>>().join("/");
    if path.is_absolute() { format!("file:///{relative}") } else { relative }
}

fn encode(segment: &str) -> String {
    let mut url = Url::parse("file:///").expect("a constant URL is valid");
    match url.path_segments_mut() {
        // `..` would be taken for a step, not for a name.
        Ok(mut segments) if segment != ".." => segments.clear().push(segment),
        _ => return segment.to_owned(),
    };
    url.path().trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(uri(Path::new("./a b/.env")), "a%20b/.env");
        assert_eq!(uri(Path::new("../50%/.env")), "../50%25/.env");
        assert_eq!(uri(Path::new("/tmp/x#y")), "file:///tmp/x%23y");
    }

    #[test]
    fn every_result_points_at_its_rule() {
        let log: Value = serde_json::from_str(&render(&testing::report())).expect("JSON");
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
