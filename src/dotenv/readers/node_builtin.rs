//! `node --env-file` of Node.js 20 (`Dotenv::ParseContent` in `src/node_dotenv.cc`): it looks for the next `=`
//! wherever it is, so a line without one becomes a part of the next name.

use zeroize::Zeroizing;

use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

/// `node --env-file` and `util.parseEnv`.
pub(super) struct Node20;

impl Reader for Node20 {
    fn id(&self) -> &'static str {
        "node-20"
    }

    fn read(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let text = Zeroizing::new(String::from_utf8_lossy(bytes).replace('\r', ""));
        let mut rest = text.trim_matches(' ');
        let mut values = Values::new();
        while !rest.is_empty() {
            if let (true, Some(newline)) = (rest.starts_with(['\n', '#']), rest.find('\n')) {
                rest = &rest[newline + 1..];
                continue;
            }
            let Some((name, after)) = rest.split_once('=') else { break };
            let name = name.trim_matches(' ');
            if name.is_empty() {
                break;
            }
            let name = name.strip_prefix("export ").unwrap_or(name);
            let (value, after) = value(after.trim_matches(' '));
            rest = after;
            // What the process already has stays.
            if let (Some(value), false) = (value, environment.contains_key(name)) {
                values.insert(name.to_owned(), value);
            }
        }
        Ok(values)
    }
}

/// The value at the start of the text, if there is one, and what follows it.
fn value(text: &str) -> (Option<Secret>, &str) {
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |offset| from + offset);
    let Some(quote) = text.chars().next().filter(|first| matches!(first, '"' | '\'' | '`')) else {
        let (line, rest) = text.split_at(line_end(0));
        let value = line.split('#').next().unwrap_or_default();
        return (Some(Secret::new(value.trim_matches(' '))), rest);
    };
    match (text[1..].find(quote), text.find('\n')) {
        (Some(close), _) => {
            let inside = &text[1..=close];
            let value = if quote == '"' { inside.replace("\\n", "\n") } else { inside.to_owned() };
            (Some(Secret::new(value)), &text[line_end(close + 2)..])
        }
        (None, Some(newline)) => (Some(Secret::new(&text[..newline])), &text[newline..]),
        // The last line: the name is dropped and the value read again, as if a line started there.
        (None, None) => (None, text),
    }
}
