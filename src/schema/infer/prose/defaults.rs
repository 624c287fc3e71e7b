//! The default that a text names: "Defaults to 3000.", "(default: `info`)".

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What announces a default, and the default in quotes or without.
static DEFAULT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)\bdefaults?(?:\s+value)?\s*(?:\bis\b|\bto\b|=|:|\s)\s*(?:"([^"]+)"|'([^']+)'|`([^`]+)`|([^\s"'`,;()]+))"#,
    )
    .expect("the pattern is tested")
});

/// The first default that a text names. A word without quotes may be the beginning of a sentence, so only what no
/// sentence has counts: a number, a switch, a word in capitals or with a digit in it.
pub fn default(text: &str) -> Option<String> {
    DEFAULT.captures_iter(text).find_map(|found| value(&found))
}

fn value(found: &Captures<'_>) -> Option<String> {
    if let Some(quoted) = found.iter().skip(1).take(3).flatten().next() {
        let quoted = quoted.as_str().trim();
        return (!quoted.is_empty() && !quoted.contains(' ')).then(|| quoted.to_owned());
    }
    let word = found.get(4)?.as_str().trim_end_matches(['.', ':', '!', '?', ']']);
    let is_switch = matches!(word.to_ascii_lowercase().as_str(), "true" | "false");
    let is_number = word.contains(|each: char| each.is_ascii_digit());
    let is_shouted = word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_switch || is_number || is_shouted).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::default;

    #[test]
    fn a_default_is_found_in_the_ways_people_write_it() {
        for (text, expected) in [
            ("The port. Defaults to 3000.", Some("3000")),
            ("Code of the region (default: `fsn1`)", Some("fsn1")),
            ("Default value is \"X-Real-IP\", others are known", Some("X-Real-IP")),
            ("Debug mode, default is false.", Some("false")),
            ("binding port, default 5001.", Some("5001")),
            ("If not set, defaults to UTC", Some("UTC")),
            ("Default: 2592000 (30 days)", Some("2592000")),
            ("Default is 128MB", Some("128MB")),
        ] {
            assert_eq!(default(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn sentences_about_defaults_name_none() {
        for text in [
            "The default language",
            "Defaults to hourly (5 minutes after the hour)",
            "Default is not set",
            "the default is the same as the host",
            "default: none",
            "Use the default `openid profile email` scopes",
        ] {
            assert_eq!(default(text), None, "{text}");
        }
    }
}
