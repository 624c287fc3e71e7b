//! The dotenv store of sops (`stores/dotenv/store.go`), for a file that is not sealed: neither quotes nor comments behind
//! a value, and two characters that are one.

use zeroize::Zeroizing;

use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

/// `sops encrypt` of a dotenv file, and what `sops exec-env` gives of it.
pub(super) struct Sops;

/// What sops keeps for itself.
const METADATA: &str = "sops_";

impl Reader for Sops {
    fn id(&self) -> &'static str {
        "sops"
    }

    fn model(&self, bytes: &[u8], _environment: &Environment) -> Result<Values, Refused> {
        let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
        let mut values = Values::new();
        for line in text.split('\n').filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, value) = line.split_once('=').ok_or(Refused::Rejects)?;
            if !name.starts_with(METADATA) {
                // There is no escape for the backslash, so that a value cannot hold the two characters.
                values.insert(name.to_owned(), Secret::new(value.replace("\\n", "\n")));
            }
        }
        Ok(values)
    }
}
