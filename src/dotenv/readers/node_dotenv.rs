//! The npm package `dotenv` 16 and 17 (`lib/main.js`, `parse`): one regular expression over the whole file.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use zeroize::Zeroizing;

use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

/// The package's own expression, with `\w` spelled out. It needs neither look-around nor back references, so it
/// finds the same here.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    let value = r#"\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+"#;
    let line = format!(
        r"(?m)^\s*(?:export\s+)?([A-Za-z0-9_.-]+)(?:\s*=\s*?|:\s+?)({value})?\s*(?:#[^\r\n\u2028\u2029]*)?$"
    );
    Regex::new(&line).expect("the expression is valid")
});

/// A value in quotes; it works line by line, as the package's does.
static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?m)^(?:'([\s\S]*)'|"([\s\S]*)"|`([\s\S]*)`)$"#).expect("the expression is valid")
});

/// `require('dotenv')`.
pub(super) struct NodeDotenv;

impl Reader for NodeDotenv {
    fn id(&self) -> &'static str {
        "node-dotenv"
    }

    fn read(&self, bytes: &[u8], _environment: &Environment) -> Result<Values, Refused> {
        let text = Zeroizing::new(String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n"));
        // JavaScript counts a byte order mark as a blank.
        let text = text.trim_start_matches('\u{feff}');
        let mut values = Values::new();
        for line in LINE.captures_iter(text) {
            let value = line.get(2).map(|value| value.as_str().trim()).unwrap_or_default();
            values.insert(line[1].to_owned(), unquote(value));
        }
        Ok(values)
    }
}

fn unquote(value: &str) -> Secret {
    let inside = QUOTED.replace_all(value, |quoted: &Captures| {
        (1..=3)
            .find_map(|group| quoted.get(group))
            .map(|inside| inside.as_str())
            .unwrap_or_default()
            .to_owned()
    });
    if value.starts_with('"') {
        Secret::new(inside.replace("\\n", "\n").replace("\\r", "\r"))
    } else {
        Secret::new(inside)
    }
}
