//! Any bytes: the parser of sealed files does not panic, and what it reads is written so that it reads alike.
#![no_main]

use envward::seal::{is_sealed, sops::Document};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = is_sealed(bytes);
    if let Ok(document) = Document::parse(bytes) {
        let written = document.to_bytes();
        let again = Document::parse(&written).expect("what was written can be read");
        assert!(again.to_bytes() == written);
    }
});
