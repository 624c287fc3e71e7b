//! The Rust crate `dotenvy`, asked itself. Its errors quote the line, so nothing of them is kept.
//!
//! It expands `$NAME` from the environment of this process, not from the one it is handed; whatever that
//! gives, it is not what is written, which is all that is asked of it.

use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// `dotenvy::from_path` and its kin.
pub(super) struct Dotenvy;

impl Reader for Dotenvy {
    fn id(&self) -> &'static str {
        "dotenvy"
    }

    fn read(&self, bytes: &[u8], _environment: &Environment) -> Result<Values, Refused> {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let mut values = Values::new();
        for pair in ::dotenvy::from_read_iter(bytes) {
            let (name, value) = pair.map_err(|_| Refused::Rejects)?;
            // It sets what is not set yet, so the first of two lines counts.
            values.entry(name).or_insert_with(|| Secret::new(value));
        }
        Ok(values)
    }
}
