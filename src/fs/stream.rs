//! Files that are too long to be held whole before they are written.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::{Error, check_shared_target, mode, replace_with};

/// Writes a file that is meant to be shared like [`super::write_shared`], with what `write` gives as it comes. Nobody
/// sees a part of it: until it is whole, what was there before is.
pub fn stream_shared<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
) -> Result<T, Error> {
    check_shared_target(path)?;
    replace_with(path, mode(path).unwrap_or(0o644), |file| {
        let mut out = BufWriter::new(file);
        let result = write(&mut out)?;
        out.flush().map(|()| result)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::{list_dir, read_text};

    #[test]
    fn a_failure_leaves_what_was_there_and_nothing_beside_it() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("report.prom");
        stream_shared(&path, |out| out.write_all(b"old")).expect("it can be written");
        let failed = stream_shared(&path, |out| {
            out.write_all(b"new")?;
            Err::<(), _>(io::Error::other("half"))
        });
        assert!(failed.is_err());
        assert_eq!(read_text(&path).expect("it is there").as_str(), "old");
        assert_eq!(list_dir(directory.path()).expect("it is there"), ["report.prom"]);
    }
}
