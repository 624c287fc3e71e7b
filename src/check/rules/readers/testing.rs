//! What the tests of the causes share.

use crate::check::FileFacts;
use crate::check::testing::{World, check_in};

/// The findings of one code about a file that these readers are declared to read.
pub(super) fn read_by(readers: &[&str], code: &str, file: &str) -> Vec<String> {
    let readers = readers.iter().map(|&reader| reader.to_owned()).collect();
    let facts = FileFacts { readers, ..FileFacts::default() };
    check_in(&World { facts, ..World::default() }, code, "[vars.A]\n[vars.B]\nrequired = false\n", file)
}
