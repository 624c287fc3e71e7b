//! `python-decouple` 3.8 (`RepositoryEnv`) and Starlette's `Config` 1.x (`starlette/config.py`): a line is split
//! at its first `=`, and quotes that enclose the whole value are removed. There are no escapes and no comments
//! behind a value.

use super::{Environment, Reader, Refused, python};
use crate::secret::{Secret, Values};

/// A reader that splits and strips.
pub(super) struct SplitAndStrip {
    id: &'static str,
}

/// `decouple.config`.
pub(super) static PYTHON_DECOUPLE: SplitAndStrip = SplitAndStrip { id: "python-decouple" };

/// `starlette.config.Config`.
pub(super) static STARLETTE: SplitAndStrip = SplitAndStrip { id: "starlette" };

impl Reader for SplitAndStrip {
    fn id(&self) -> &'static str {
        self.id
    }

    fn model(&self, bytes: &[u8], _environment: &Environment) -> Result<Values, Refused> {
        let text = python::text(bytes)?;
        let mut values = Values::new();
        for line in text.split('\n') {
            let line = line.trim_matches(python::is_space);
            if line.starts_with('#') {
                continue;
            }
            if let Some((name, value)) = line.split_once('=') {
                let value = unquote(value.trim_matches(python::is_space));
                values.insert(name.trim_matches(python::is_space).to_owned(), Secret::new(value));
            }
        }
        Ok(values)
    }
}

fn unquote(value: &str) -> &str {
    let inside = |quote| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inside('\'').or_else(|| inside('"')).unwrap_or(value)
}
