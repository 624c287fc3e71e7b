//! The npm package `dotenv` 16 and 17 (`lib/main.js`, `parse`): one regular expression over the whole file.

use std::sync::LazyLock;

use regex::Regex;
use zeroize::Zeroizing;

use super::javascript::{self, SPACES};
use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

const LS: &str = r"[\u{2028}\u{2029}]";
const NO_LS: &str = r"[^\r\n\u{2028}\u{2029}]";

/// The package's own expression, with `\w` and `\s` spelled out. It needs neither look-around nor back references,
/// so it finds the same here.
///
/// A line also ends at U+2028 and U+2029 in JavaScript; only where one stands directly before a name that follows
/// a comment, JavaScript sees a line here that this does not.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    let value = r#"\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+"#;
    let line = format!(
        r"(?m)(?:^|{LS})\s*(?:export\s+)?([A-Za-z0-9_.-]+)(?:\s*=\s*?|:\s+?)({value})?\s*(?:#{NO_LS}*)?(?:$|{LS})"
    );
    Regex::new(&line.replace(r"\s", &format!("[{SPACES}]"))).expect("the expression is valid")
});

/// `require('dotenv')`.
pub(super) struct NodeDotenv;

impl Reader for NodeDotenv {
    fn id(&self) -> &'static str {
        "node-dotenv"
    }

    fn model(&self, bytes: &[u8], _environment: &Environment) -> Result<Values, Refused> {
        let text = Zeroizing::new(String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n"));
        let mut values = Values::new();
        for line in LINE.captures_iter(&text) {
            let value = line.get(2).map(|value| javascript::trim(value.as_str())).unwrap_or_default();
            // A plain object has no property of its own by that name.
            if &line[1] != "__proto__" {
                values.insert(line[1].to_owned(), unquote(value));
            }
        }
        Ok(values)
    }
}

fn unquote(value: &str) -> Secret {
    let inside = without_quotes(value);
    if value.starts_with('"') {
        Secret::new(inside.replace("\\n", "\n").replace("\\r", "\r"))
    } else {
        Secret::new(inside.as_str())
    }
}

/// Removes a quote at the start of a line together with the last such quote at the end of one, which is what
/// the package's expression `^(['"`])([\s\S]*)\1$` does line by line.
fn without_quotes(value: &str) -> Zeroizing<String> {
    let ends_line = |text: &str| text.is_empty() || text.starts_with(is_line_end);
    let last = |quote| value.rmatch_indices(quote).map(|(at, _)| at).find(|at| ends_line(&value[at + 1..]));
    let closing = QUOTES.map(|quote| (quote, last(quote)));
    let mut inside = Zeroizing::new(String::with_capacity(value.len()));
    let mut taken = 0;
    for (start, line) in lines(value) {
        let quote = line.chars().next();
        let close = closing.iter().find(|(known, _)| Some(*known) == quote).and_then(|(_, close)| *close);
        if let Some(close) = close.filter(|&close| start >= taken && close > start) {
            inside.push_str(&value[taken..start]);
            inside.push_str(&value[start + 1..close]);
            taken = close + 1;
        }
    }
    inside.push_str(&value[taken..]);
    inside
}

const QUOTES: [char; 3] = ['\'', '"', '`'];

fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\u{2028}' | '\u{2029}')
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive(is_line_end).map(move |line| {
        let at = start;
        start += line.len();
        (at, line)
    })
}
