//! How a part is written into a template so that it survives there: `${NAME|url}`.
//!
//! To add one: write its two functions and add it to [`ALL`].

use data_encoding::BASE64;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A way to write a value inside another one.
pub struct Encoder {
    /// The word after the bar.
    pub name: &'static str,
    /// Writes the value.
    pub encode: fn(&str) -> String,
    /// The value back; `None` for text that is not of this encoding.
    pub decode: fn(&str) -> Option<String>,
    /// Bytes that encoded text can have.
    pub allows: fn(u8) -> bool,
}

/// Every encoder.
pub static ALL: &[Encoder] = &[
    Encoder { name: "url", encode: encode_url, decode: decode_url, allows: allowed_in_url },
    Encoder { name: "base64", encode: encode_base64, decode: decode_base64, allows: allowed_in_base64 },
    Encoder { name: "json", encode: encode_json, decode: decode_json, allows: |byte| byte >= b' ' },
];

/// The value as it is, for a part without a bar.
pub(super) static PLAIN: Encoder =
    Encoder { name: "", encode: str::to_owned, decode: |text| Some(text.to_owned()), allows: |_| true };

/// All but the unreserved characters of RFC 3986, so that the text fits in every place of a URL.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn encode_url(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

fn decode_url(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

/// What a person may leave unencoded in the userinfo of a URL (RFC 3986, section 3.2.1), the colon aside.
fn allowed_in_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(&byte)
}

fn encode_base64(value: &str) -> String {
    BASE64.encode(value.as_bytes())
}

fn decode_base64(text: &str) -> Option<String> {
    String::from_utf8(BASE64.decode(text.as_bytes()).ok()?).ok()
}

fn allowed_in_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

/// The inside of a JSON string, without its quotes.
fn encode_json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn decode_json(text: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{text}\"")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_to_the_same() {
        for encoder in ALL.iter().chain([&PLAIN]) {
            for value in
                ["", "plain", "p@ss:/w?o#r%d&=+ ", "quote\" back\\slash", "zwölf 日本 \u{1f600}", "a\tb\n"]
            {
                let encoded = (encoder.encode)(value);
                assert_eq!((encoder.decode)(&encoded).as_deref(), Some(value), "{}", encoder.name);
                assert!(encoded.bytes().all(encoder.allows), "{} {encoded}", encoder.name);
            }
        }
    }

    #[test]
    fn a_url_part_has_no_character_with_a_meaning() {
        assert_eq!(encode_url("a/b@c:d e+f%"), "a%2Fb%40c%3Ad%20e%2Bf%25");
    }

    #[test]
    fn text_of_another_encoding_is_refused() {
        assert_eq!(decode_base64("not base64!"), None);
        assert_eq!(decode_json("a\"b"), None);
        assert_eq!(decode_url("%FF"), None);
    }
}
