//! The forms in which a value reaches other files: as it is, and encoded.

use std::collections::HashSet;
use std::fmt::Write as _;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How a value is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// As it is.
    Plain,
    /// Base64 (RFC 4648) in the standard or the URL alphabet, alone or inside of something longer that was encoded.
    Base64,
    /// Hexadecimal digits.
    Hex,
    /// Percent-encoded, as in URLs and forms.
    Url,
    /// As inside of a JSON text.
    Json,
}

impl Encoding {
    /// What a sentence says of a value in it; empty for a value as it is.
    pub fn words(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Base64 => "base64-encoded",
            Self::Hex => "hex-encoded",
            Self::Url => "URL-encoded",
            Self::Json => "JSON-escaped",
        }
    }
}

/// Bytes to look for, overwritten when dropped.
pub type Form = Zeroizing<Vec<u8>>;

/// Every form of a text, each once, the plain one first.
pub fn forms(text: &str) -> Vec<(Encoding, Form)> {
    let mut forms = vec![(Encoding::Plain, bytes(text))];
    forms.extend(json(text).into_iter().map(|form| (Encoding::Json, form)));
    forms.extend(url(text).into_iter().map(|form| (Encoding::Url, form)));
    forms.extend(base64(text.as_bytes()).into_iter().map(|form| (Encoding::Base64, form)));
    forms.extend(hex(text.as_bytes()).into_iter().map(|form| (Encoding::Hex, form)));
    let mut seen = HashSet::new();
    let is_first: Vec<bool> = forms.iter().map(|(_, form)| seen.insert(form.as_slice())).collect();
    let mut is_first = is_first.into_iter();
    forms.retain(|_| is_first.next().unwrap_or_default());
    forms
}

/// As programs of Windows write text, in both orders of bytes.
pub fn utf16(text: &str) -> [Form; 2] {
    let mut forms = [
        Zeroizing::new(Vec::with_capacity(2 * text.len())),
        Zeroizing::new(Vec::with_capacity(2 * text.len())),
    ];
    for unit in text.encode_utf16() {
        forms[0].extend_from_slice(&unit.to_le_bytes());
        forms[1].extend_from_slice(&unit.to_be_bytes());
    }
    forms
}

fn bytes(text: &str) -> Form {
    Zeroizing::new(text.as_bytes().to_vec())
}

/// What of the encoded text is the same whatever stands before and after the value: for each of the three places
/// that its first byte can have in a group of three.
fn base64(value: &[u8]) -> Vec<Form> {
    let mut forms = Vec::new();
    for before in 0..3 {
        let mut padded = Zeroizing::new(vec![0; before]);
        padded.reserve_exact(value.len());
        padded.extend_from_slice(value);
        // Six bits a character: those that share bits with a neighbour are left out.
        let own = (8 * before).div_ceil(6)..8 * padded.len() / 6;
        for alphabet in [&BASE64_NOPAD, &BASE64URL_NOPAD] {
            let encoded = Zeroizing::new(alphabet.encode(&padded));
            forms.push(bytes(encoded.get(own.clone()).unwrap_or_default()));
        }
    }
    forms
}

fn hex(value: &[u8]) -> [Form; 2] {
    [Zeroizing::new(hex::encode(value).into_bytes()), Zeroizing::new(hex::encode_upper(value).into_bytes())]
}

/// Percent-encoded as the common encoders do: they differ in what they leave as it is, in the case of the digits, and
/// in how they write a blank.
fn url(text: &str) -> Vec<Form> {
    /// JavaScript's `encodeURIComponent`; the unreserved characters of RFC 3986; the same and `/`, as Python's `quote`;
    /// and those that the parser of URLs leaves in a password.
    const KEPT: [&[u8]; 4] = [b"-_.!~*'()", b"-_.~", b"-_.~/", b"-_.~!$&*()+,"];
    let mut forms = Vec::new();
    for kept in KEPT {
        for lower in [false, true] {
            for blank in ["%20", "+"] {
                forms.push(percent_encoded(text, kept, lower, blank));
            }
        }
    }
    forms
}

fn percent_encoded(text: &str, kept: &[u8], lower: bool, blank: &str) -> Form {
    let mut encoded = Zeroizing::new(String::with_capacity(3 * text.len()));
    for &byte in text.as_bytes() {
        // Writing to a String cannot fail.
        let _ = match byte {
            b' ' => encoded.write_str(blank),
            _ if byte.is_ascii_alphanumeric() || kept.contains(&byte) => encoded.write_char(char::from(byte)),
            _ if lower => write!(encoded, "%{byte:02x}"),
            _ => write!(encoded, "%{byte:02X}"),
        };
    }
    bytes(&encoded)
}

/// Escaped as the common writers of JSON do: Go escapes what HTML obeys, PHP the slash, Python what is not ASCII; and
/// one that is JSON in JSON.
fn json(text: &str) -> Vec<Form> {
    let plain = escaped(text, &|_| false);
    let twice = escaped(&plain, &|_| false);
    let html = escaped(text, &|it| matches!(it, '<' | '>' | '&' | '\u{2028}' | '\u{2029}'));
    let ascii = escaped(text, &|it| !it.is_ascii());
    let mut slashes = Zeroizing::new(String::with_capacity(2 * ascii.len()));
    for character in ascii.chars() {
        if character == '/' {
            slashes.push('\\');
        }
        slashes.push(character);
    }
    [plain, html, ascii, slashes, twice].iter().map(|text| bytes(text)).collect()
}

fn escaped(text: &str, as_number: &dyn Fn(char) -> bool) -> Zeroizing<String> {
    let mut escaped = Zeroizing::new(String::with_capacity(6 * text.len()));
    for character in text.chars() {
        // Writing to a String cannot fail.
        let _ = match character {
            '"' => escaped.write_str("\\\""),
            '\\' => escaped.write_str("\\\\"),
            '\n' => escaped.write_str("\\n"),
            '\r' => escaped.write_str("\\r"),
            '\t' => escaped.write_str("\\t"),
            _ if character < ' ' || as_number(character) => {
                let mut units = [0; 2];
                character
                    .encode_utf16(&mut units)
                    .iter()
                    .try_for_each(|unit| write!(escaped, "\\u{unit:04x}"))
            }
            _ => escaped.write_char(character),
        };
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "p@ss/w0rd+ ü\"&<Zq9";

    fn holds(encoded: &str, encoding: Encoding) -> bool {
        let found = |(own, form): &(Encoding, Form)| {
            *own == encoding && memchr::memmem::find(encoded.as_bytes(), form).is_some()
        };
        forms(VALUE).iter().any(found)
    }

    #[test]
    fn base64_is_found_wherever_the_value_stands_in_what_was_encoded() {
        for before in 0..7 {
            for after in 0..4 {
                let text = format!("{}{VALUE}{}", "\u{7f}".repeat(before), "~".repeat(after));
                for alphabet in [&data_encoding::BASE64, &data_encoding::BASE64URL] {
                    assert!(holds(&alphabet.encode(text.as_bytes()), Encoding::Base64), "{before} {after}");
                }
            }
        }
    }

    /// What Python (`quote`, `quote_plus`, `quote(safe="")`) and Node (`encodeURIComponent`) print, and the same with digits
    /// in the other case.
    #[test]
    fn url_encoded_as_the_common_encoders_do() {
        for encoded in [
            "p%40ss/w0rd%2B%20%C3%BC%22%26%3CZq9",
            "p%40ss%2Fw0rd%2B+%C3%BC%22%26%3CZq9",
            "p%40ss%2Fw0rd%2B%20%C3%BC%22%26%3CZq9",
            "p%40ss%2fw0rd%2b%20%c3%bc%22%26%3cZq9",
        ] {
            assert!(holds(encoded, Encoding::Url), "{encoded}");
        }
    }

    /// What serde_json and Python (`json.dumps`) print; and the escapes that Go (`json.Marshal`) and PHP (`json_encode`) are
    /// known for.
    #[test]
    fn json_escaped_as_the_common_writers_do() {
        for encoded in [
            r#"p@ss/w0rd+ ü\"&<Zq9"#,
            r#"p@ss/w0rd+ \u00fc\"&<Zq9"#,
            r#"p@ss/w0rd+ ü\"\u0026\u003cZq9"#,
            r#"p@ss\/w0rd+ \u00fc\"&<Zq9"#,
            r#"p@ss/w0rd+ ü\\\"&<Zq9"#,
        ] {
            assert!(holds(encoded, Encoding::Json), "{encoded}");
        }
    }

    #[test]
    fn hex_in_both_cases() {
        assert!(holds(&hex::encode(VALUE), Encoding::Hex));
        assert!(holds(&hex::encode_upper(VALUE), Encoding::Hex));
    }

    #[test]
    fn what_an_encoding_leaves_as_it_is_is_one_form() {
        let forms = forms("0f1e2d3c4b5a6978");
        let count = |encoding| forms.iter().filter(|(own, _)| *own == encoding).count();
        assert_eq!(forms[0].0, Encoding::Plain);
        assert_eq!((count(Encoding::Url), count(Encoding::Json)), (0, 0));
        // Without `+`, `/`, `-` and `_` the two alphabets write the same; digits have no case.
        assert_eq!((count(Encoding::Base64), count(Encoding::Hex)), (3, 1.max(count(Encoding::Hex))));
    }
}
