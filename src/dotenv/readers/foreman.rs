//! `foreman` 0.87 (`foreman/env.rb`): one expression per line; no blanks at `=`, no `export`, no comments.

use zeroize::Zeroizing;

use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

/// `foreman start`.
pub(super) struct Foreman;

impl Reader for Foreman {
    fn id(&self) -> &'static str {
        "foreman"
    }

    fn model(&self, bytes: &[u8], _environment: &Environment) -> Result<Values, Refused> {
        let text = std::str::from_utf8(bytes).map_err(|_| Refused::Rejects)?;
        let text = Zeroizing::new(text.replace("\r\n", "\n"));
        let mut values = Values::new();
        for line in text.split('\n') {
            let Some((name, value)) = line.split_once('=') else { continue };
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            if !name.is_empty() && name.bytes().all(allowed) {
                values.insert(name.to_owned(), unquote(value));
            }
        }
        Ok(values)
    }
}

fn unquote(value: &str) -> Secret {
    let inside = |quote| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    match (inside('\''), inside('"')) {
        (Some(inside), _) => Secret::new(inside),
        (None, Some(inside)) => unescape(inside),
        (None, None) => Secret::new(value),
    }
}

/// `\n` first becomes a newline, wherever it stands; then every backslash goes that is not before a newline.
fn unescape(text: &str) -> Secret {
    let text = Zeroizing::new(text.replace("\\n", "\n"));
    let mut value = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let escaped = characters.clone().next().filter(|&next| character == '\\' && next != '\n');
        if escaped.is_some() {
            characters.next();
        }
        value.push(escaped.unwrap_or(character));
    }
    Secret::new(value)
}
