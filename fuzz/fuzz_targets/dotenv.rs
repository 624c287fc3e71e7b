//! Any bytes: the parser and the reader models do not panic, and no byte is lost.
#![no_main]

use envward::dotenv::{Document, readers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (document, _) = Document::parse_with_problems(bytes);
    assert!(*document.to_bytes() == *bytes);
    for reader in readers::ALL {
        let _ = reader.read(bytes, &readers::Environment::new());
    }
});
