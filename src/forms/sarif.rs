//! SARIF 2.1.0 (OASIS), for code scanning: the log, its rules, and places.

use std::path::Path;

use serde_json::{Value, json};
use url::Url;

/// How grave a result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It fails.
    Error,
    /// It may be wrong.
    Warning,
    /// It is only said.
    Note,
}

impl Level {
    /// Its word in a log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A log with one run of envward. `more` says how many results it leaves out, if it does.
pub fn log(rules: &[Value], results: &[Value], more: Option<&str>) -> Value {
    let mut run = json!({
        "tool": { "driver": {
            "name": "envward",
            "version": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules,
        }},
        "columnKind": "unicodeCodePoints",
        "results": results,
    });
    if let Some(more) = more {
        run["invocations"] = json!([{
            "executionSuccessful": true,
            "toolExecutionNotifications": [{ "level": "warning", "message": { "text": more } }],
        }]);
    }
    json!({ "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run] })
}

/// A rule that results refer to by its id.
pub fn rule(id: &str, level: Level, summary: &str, help: &str) -> Value {
    json!({
        "id": id,
        "shortDescription": { "text": summary },
        "fullDescription": { "text": help },
        "help": { "text": help },
        "defaultConfiguration": { "level": level.name() },
        "properties": { "tags": ["security"] },
    })
}

/// The place of something in a file; line and column count from 1.
pub fn physical_location(file: &Path, line: Option<u32>, column: Option<u32>) -> Value {
    let mut location = json!({ "artifactLocation": { "uri": uri(file) } });
    if let Some(line) = line {
        location["region"] = json!({ "startLine": line });
        if let Some(column) = column {
            location["region"]["startColumn"] = json!(column);
        }
    }
    location
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
    use super::*;

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(uri(Path::new("./a b/.env")), "a%20b/.env");
        assert_eq!(uri(Path::new("../50%/.env")), "../50%25/.env");
        assert_eq!(uri(Path::new("/tmp/x#y")), "file:///tmp/x%23y");
    }
}
