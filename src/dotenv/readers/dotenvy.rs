//! The Rust crate `dotenvy`, asked itself, and two programs that use it. Its errors quote the line, so nothing of them is
//! kept.
//!
//! It expands `$NAME` from the environment of this process, not from the one it is handed; whatever that
//! gives, it is not what is written, which is all that is asked of it.

use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// `dotenvy::from_path` and its kin.
pub(super) struct Dotenvy;

/// `just` with `set dotenv-load`.
pub(super) struct Just;

/// `uv run --env-file`.
pub(super) struct Uv;

impl Reader for Dotenvy {
    fn id(&self) -> &'static str {
        "dotenvy"
    }

    fn model(&self, bytes: &[u8], _environment: &Environment) -> Result<Values, Refused> {
        let mut values = Values::new();
        for pair in pairs(bytes) {
            let (name, value) = pair?;
            // It sets what is not set yet, so the first of two lines counts.
            values.entry(name).or_insert(value);
        }
        Ok(values)
    }
}

impl Reader for Just {
    fn id(&self) -> &'static str {
        "just"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let mut values = Values::new();
        for pair in pairs(bytes) {
            let (name, value) = pair?;
            // What the process already has stays.
            if !environment.contains_key(&name) {
                values.insert(name, value);
            }
        }
        Ok(values)
    }
}

impl Reader for Uv {
    fn id(&self) -> &'static str {
        "uv"
    }

    /// After the first line that it cannot read it warns, and starts the program without the rest.
    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        // Not a line that cannot be read, but a file.
        std::str::from_utf8(bytes).map_err(|_| Refused::Rejects)?;
        let mut values = Values::new();
        for (name, value) in pairs(bytes).map_while(Result::ok) {
            if !environment.contains_key(&name) {
                values.entry(name).or_insert(value);
            }
        }
        Ok(values)
    }
}

fn pairs(bytes: &[u8]) -> impl Iterator<Item = Result<(String, Secret), Refused>> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let pairs = ::dotenvy::from_read_iter(bytes);
    pairs.map(|pair| pair.map(|(name, value)| (name, Secret::new(value))).map_err(|_| Refused::Rejects))
}
