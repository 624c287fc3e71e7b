//! The address that a text names.

/// The first `http` address of a text, without the punctuation of the sentence round it. One of this machine or of
/// the names that stand for any host is no place to read on.
pub fn link(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(start) = rest.find("http") {
        let from = &rest[start..];
        let end = from
            .find(|each: char| each.is_whitespace() || "\"'`<>|{}\\^".contains(each))
            .unwrap_or(from.len());
        let address = from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '*', '_']);
        if is_readable(address) {
            return Some(address.to_owned());
        }
        rest = &from["http".len()..];
    }
    None
}

fn is_readable(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")) else {
        return false;
    };
    let host = rest.split(['/', ':', '?', '#']).next().unwrap_or(rest);
    host.contains('.')
        && !rest.contains('@')
        && !host.starts_with(|first: char| first.is_ascii_digit())
        && !["example", "localhost", "yourdomain", "your-domain", "mydomain"]
            .iter()
            .any(|stand_in| host.contains(stand_in))
}

#[cfg(test)]
mod tests {
    use super::link;

    #[test]
    fn the_sentence_round_it_is_left_out() {
        for (text, expected) in [
            (
                "get one at https://platform.openai.com/api-keys.",
                Some("https://platform.openai.com/api-keys"),
            ),
            ("see [docs](https://docs.acme.io/env).", Some("https://docs.acme.io/env")),
            ("such as http://localhost:3000 or https://example.com", None),
            ("over https only", None),
            ("http://localhost:1, then <https://a.acme.io/x>", Some("https://a.acme.io/x")),
        ] {
            assert_eq!(link(text).as_deref(), expected, "{text}");
        }
    }
}
