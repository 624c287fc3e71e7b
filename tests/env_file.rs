//! The env file: no byte is lost, and one change changes one value.

use envward::dotenv::{Document, Quote};
use envward::secret::Secret;
use proptest::prelude::*;

/// Text that looks enough like an env file for its parts to be read.
fn env_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[A-C]=[a-z# \\\\$'\"]{0,6}",
        "export [A-C]='[a-z\"\n]{0,4}'( # c)?",
        "[A-C]=\"([a-z'\r\n]|\\\\[nrt\"]){0,4}\"",
        "[ #='\"\\\\A-C\t\r\u{feff}\u{0}é-]{0,8}",
        "# [A-C]: only in the sealed file \\(multi-line\\)",
    ];
    let line_end = prop_oneof![Just("\n"), Just("\r\n"), Just("")];
    prop::collection::vec((piece, line_end), 0..12)
        .prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
}

/// A file of variables V0, V1, … in every form, with comments between them.
fn valid_file() -> impl Strategy<Value = String> {
    let value =
        prop_oneof!["[a-z0-9]{0,6}", "'[a-z #$\"\\\\]{0,6}[a-z]'( +# c)?", "\"[a-z #'\n]{0,6}\"( # c)?"];
    let line = ("(export )?", value, "(\n# c\n|\n\n|\n|\r\n)");
    prop::collection::vec(line, 1..8).prop_map(|lines| {
        let number = |(at, (export, value, end)): (usize, (String, String, String))| {
            format!("{export}V{at}={value}{end}")
        };
        lines.into_iter().enumerate().map(number).collect()
    })
}

fn values(document: &Document) -> Vec<(String, String)> {
    document.entries().map(|entry| (entry.name.to_owned(), entry.value.expose().to_owned())).collect()
}

proptest! {
    #[test]
    fn any_bytes_are_kept(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (document, _) = Document::parse_with_problems(&bytes);
        prop_assert_eq!(&*document.to_bytes(), &bytes);
    }

    #[test]
    fn any_env_like_text_is_kept(text in env_like()) {
        let (document, _) = Document::parse_with_problems(text.as_bytes());
        prop_assert_eq!(&*document.to_bytes(), text.as_bytes());
    }

    #[test]
    fn a_value_that_is_set_is_read_back_and_every_other_line_stays(
        text in valid_file(), value in "\\PC{0,12}|[ -~]{0,12}"
    ) {
        let before = Document::parse(text.as_bytes()).expect("the file is valid");
        let mut document = Document::parse(text.as_bytes()).expect("the file is valid");
        let portable = Quote::portable(&value);
        if document.set("V0", &Secret::new(value.clone())).is_err() {
            prop_assert!(portable.is_err());
            prop_assert_eq!(&*document.to_bytes(), text.as_bytes());
            return Ok(());
        }
        let after = Document::parse(&document.to_bytes()).expect("what was written can be read");
        let mut expected = values(&before);
        expected[0].1 = value;
        prop_assert_eq!(values(&after), expected);
        // Everything from the second variable on is as it was, byte for byte.
        let rest = |text: &str| text.find("V1=").map(|at| text[at..].to_owned());
        let written = String::from_utf8(document.to_bytes().to_vec()).expect("the file is UTF-8");
        prop_assert_eq!(rest(&written), rest(&text));
    }

    #[test]
    fn an_added_variable_leaves_the_file_as_its_beginning(text in valid_file(), value in "[ -&(-\\[\\]-~]{0,12}") {
        let mut document = Document::parse(text.as_bytes()).expect("the file is valid");
        document.set("NEW", &Secret::new(value.clone())).expect("no quote and no backslash: portable");
        let written = document.to_bytes();
        prop_assert!(written.starts_with(text.as_bytes()));
        let after = Document::parse(&written).expect("what was written can be read");
        prop_assert_eq!(after.get("NEW").map(|entry| entry.value.expose().to_owned()), Some(value));
        document.remove("NEW");
        prop_assert_eq!(&*document.to_bytes(), text.as_bytes());
    }
}
