//! Attacks on a sealed file by someone who can change it and has no key. What the MAC cannot see (the order
//! of comments, empty values, names of clear values) is not claimed here: it is the seal record's to find.

use super::tests::{identities, ok, sealed, value};
use super::*;
use crate::secret::Key;

const CANARY: &str = "canary-3f9a";

fn file() -> (Vec<u8>, Key, Vec<Plain>) {
    let lines = vec![value("A", CANARY), value("B", "second"), value("C", "third")];
    let (document, key) = sealed(lines.clone());
    (document.to_bytes(), key, lines)
}

/// What a changed file gives: an error that shows nothing, or exactly the lines that were sealed.
fn assert_harmless(changed: &[u8], key: &Key, lines: &[Plain], what: &str) {
    let result = Document::parse(changed).and_then(|document| document.decrypt(key));
    match result {
        Ok(found) => assert!(found == lines, "{what} changed what is read"),
        Err(error) => assert!(!format!("{error} {error:?}").contains(CANARY), "{what}: {error}"),
    }
}

/// Where the sealed lines end and the metadata begins.
fn data_length(file: &[u8]) -> usize {
    let text = std::str::from_utf8(file).expect("text");
    text.find("sops_age").expect("metadata")
}

#[test]
fn a_changed_missing_or_repeated_byte_never_changes_what_is_read() {
    let (file, key, lines) = file();
    for position in 0..file.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut changed = file.clone();
            changed[position] ^= flip;
            assert_harmless(&changed, &key, &lines, &format!("flipping byte {position}"));
        }
        let mut changed = file.clone();
        changed.remove(position);
        assert_harmless(&changed, &key, &lines, &format!("removing byte {position}"));
        changed = file.clone();
        changed.insert(position, file[position]);
        assert_harmless(&changed, &key, &lines, &format!("repeating byte {position}"));
    }
}

#[test]
fn every_changed_byte_of_a_sealed_line_is_an_error() {
    let (file, key, _) = file();
    for position in 0..data_length(&file) {
        let mut changed = file.clone();
        changed[position] ^= 0x01;
        let result = Document::parse(&changed).and_then(|document| document.decrypt(&key));
        assert!(result.is_err(), "byte {position}");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_an_error_or_whole() {
    let (file, key, lines) = file();
    for length in 0..file.len() {
        assert_harmless(&file[..length], &key, &lines, &format!("{length} bytes"));
    }
    for length in 0..data_length(&file) {
        assert!(Document::parse(&file[..length]).is_err(), "{length} bytes have no metadata");
    }
}

#[test]
fn lines_that_are_swapped_removed_or_borrowed_are_errors() {
    let (file, key, _) = file();
    let (other, _) = sealed(vec![value("A", "other"), value("B", "second")]);
    let document = ok(Document::parse(&file));
    let error = |change: &dyn Fn(&mut Document)| {
        let mut changed = document.clone();
        change(&mut changed);
        changed.decrypt(&key).err().map(|error| error.to_string())
    };
    let mac = Some("the seal is broken: its MAC does not match the values".to_owned());
    assert_eq!(error(&|document| document.lines.swap(0, 1)), mac);
    assert_eq!(error(&|document| document.lines.rotate_left(1)), mac);
    assert_eq!(error(&|document| drop(document.lines.pop())), mac);
    // The same key sealed both files, so the line itself opens.
    assert_eq!(error(&|document| document.lines[0] = other.lines[0].clone()), mac);
    let moved = "A cannot be decrypted: it was changed, or moved here from another name or file";
    assert_eq!(error(&|document| swap_values(document, 0, 1)).as_deref(), Some(moved));
}

#[test]
fn a_value_put_in_readable_is_an_error() {
    let (file, key, _) = file();
    let mut document = ok(Document::parse(&file));
    document.lines[1] = Line::Value { name: "B".to_owned(), stored: Stored::Clear(CANARY.to_owned()) };
    let error = document.decrypt(&key).err().map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some("B is not encrypted in the sealed file, and should be"));
}

#[test]
fn a_changed_comment_is_an_error() {
    let (mut document, key) = sealed(vec![Plain::Comment(Secret::new(" note")), value("A", "1")]);
    if let Line::Comment { stored: Stored::Encrypted(text) } = &mut document.lines[0] {
        *text = text.replace("data:", "data:AAAA");
    }
    let error = document.decrypt(&key).err().map(|error| error.to_string());
    let expected = "a comment cannot be decrypted: it was changed, or moved here from another name or file";
    assert_eq!(error.as_deref(), Some(expected));
}

#[test]
fn another_date_or_mac_is_an_error() {
    let (file, key, _) = file();
    let text = String::from_utf8(file).expect("text");
    let later = text.replace("2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z");
    let without = text.replace("sops_mac=ENC[AES256_GCM,", "sops_mac=ENC[AES256_GCM,x");
    for changed in [later, without] {
        let result = ok(Document::parse(changed.as_bytes())).decrypt(&key);
        assert!(matches!(result, Err(Error::Mac)));
    }
}

#[test]
fn a_plain_file_under_the_name_of_a_sealed_one_is_refused() {
    let error = Document::parse(format!("A={CANARY}\n").as_bytes()).err().map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some("it is not a sealed file: it has no sops metadata"));
    assert!(Document::parse(b"").is_err());
}

#[test]
fn crlf_line_ends_are_named() {
    let (file, _, _) = file();
    let crlf = String::from_utf8(file).expect("text").replace('\n', "\r\n");
    assert!(matches!(Document::parse(crlf.as_bytes()), Err(Error::CarriageReturns)));
}

#[test]
fn a_damaged_data_key_is_an_error() {
    let (document, _) = sealed(vec![value("A", "1")]);
    let text = String::from_utf8(document.to_bytes()).expect("text");
    let start = text.find("sops_age__list_0__map_enc=").expect("the wrapped key");
    let end = text[start..].find("\nsops_").expect("the next entry") + start;
    for position in (start + 26..end).step_by(7) {
        let mut changed = text.clone().into_bytes();
        changed[position] ^= 0x01;
        let result =
            Document::parse(&changed).and_then(|document| document.unwrap_key(&mut identities("alice")));
        assert!(result.is_err(), "byte {position}");
    }
}

fn swap_values(document: &mut Document, first: usize, second: usize) {
    let stored = |line: &Line| match line {
        Line::Value { stored, .. } | Line::Comment { stored } => stored.clone(),
    };
    let values = (stored(&document.lines[first]), stored(&document.lines[second]));
    for (index, new) in [(first, values.1), (second, values.0)] {
        if let Line::Value { stored, .. } = &mut document.lines[index] {
            *stored = new;
        }
    }
}
