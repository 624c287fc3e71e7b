//! What has to wait before it is written, and may be more than memory should hold.

use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use tempfile::SpooledTempFile;

/// More than that, in bytes, goes to a file without a name, which is gone when it is closed or the process ends.
const IN_MEMORY: usize = 1024 * 1024;

/// Text that is written now and read later. Not for values: it may reach a disk.
pub struct Scratch(BufWriter<SpooledTempFile>);

impl Scratch {
    /// An empty one.
    pub fn new() -> Self {
        Self(BufWriter::new(SpooledTempFile::new(IN_MEMORY)))
    }

    /// What was written, from its beginning.
    ///
    /// # Errors
    /// The file cannot be written or read.
    pub fn into_reader(self) -> io::Result<impl Read> {
        let mut file = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(BufReader::new(file))
    }

    /// Copies what was written.
    ///
    /// # Errors
    /// It cannot be read, or `out` does not take it.
    pub fn copy_to(self, out: &mut dyn Write) -> io::Result<()> {
        io::copy(&mut self.into_reader()?, out).map(|_| ())
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for Scratch {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_comes_back_whether_it_fits_in_memory_or_not() {
        for length in [0, 10, 3 * IN_MEMORY] {
            let text: Vec<u8> = (0..=255).cycle().take(length).collect();
            let mut scratch = Scratch::new();
            scratch.write_all(&text).expect("it takes everything");
            let mut copy = Vec::new();
            scratch.copy_to(&mut copy).expect("it can be read");
            assert!(copy == text, "{length}");
        }
    }
}
