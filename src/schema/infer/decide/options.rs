//! The values that a text lists: "Options: local (default) | gcloud-hsm", "one of `a`, `b` or `c`", "`x` or `y`".

use std::sync::LazyLock;

use regex::Regex;

/// What announces a list of values.
static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:options?(?:\s+are)?|(?:possible|valid|allowed|accepted|supported|available)\s+(?:values?|options?|choices|types?|modes?|levels?)(?:\s+are|\s+include)?|one\s+of|can\s+be(?:\s+either)?|either|choices|must\s+be|values?|choose\s+(?:from|between))\s*:?\s*[(\[]?",
    )
    .expect("the pattern is tested")
});

/// Values with bars between them need no announcement.
static BARRED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"[\w."'`-]+(?:\s*\(default\))?(?:\s*\|\s*[\w."'`-]+(?:\s*\(default\))?)+"#)
        .expect("the pattern is tested")
});

/// Most values of a list that are taken for all there are.
const MAX_VALUES: usize = 16;

/// The values that a text lists; empty if it lists none. `written` are values that were seen: words in parentheses
/// are a list of values only if one of them is among these.
pub(super) fn options(text: &str, written: &[&str]) -> Vec<String> {
    if let Some(barred) = BARRED.find(text) {
        let found: Vec<String> = barred.as_str().split('|').filter_map(item).collect();
        if found.len() == barred.as_str().split('|').count() {
            return found;
        }
    }
    let announced = ANNOUNCED.find_iter(text).map(|announced| listed(&text[announced.end()..]));
    let in_parentheses = text.split('(').skip(1).map(listed);
    let in_parentheses =
        in_parentheses.filter(|found| found.iter().any(|value| written.contains(&value.as_str())));
    announced.chain(in_parentheses).find(|found| found.len() >= 2).unwrap_or_default()
}

/// The values at the beginning of a text, up to the end of the sentence. Nothing if one of them is more than a word.
fn listed(text: &str) -> Vec<String> {
    let end = [". ", ")", "]", ";", "\n"].iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
    // A note on one of them is no end: `local (default) | s3`.
    let end = if text[end..].starts_with(')') && text[..end].contains('(') {
        text.find(". ").unwrap_or(text.len())
    } else {
        end
    };
    let sentence = text[..end].trim_end_matches(['.', ' ']);
    let spread = sentence.replace(" or ", ",").replace(" and ", ",").replace(['|', '/'], ",");
    let parts: Vec<&str> = spread.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let found: Vec<String> = parts.iter().filter_map(|part| item(part)).collect();
    let is_whole = found.len() == parts.len() && (2..=MAX_VALUES).contains(&found.len());
    if is_whole { found } else { Vec::new() }
}

/// One value without quotes and without a note behind it; `None` if it is more than a word.
fn item(text: &str) -> Option<String> {
    let word = text
        .split('(')
        .next()
        .unwrap_or(text)
        .trim()
        .trim_start_matches("or ")
        .trim_matches(['"', '\'', '`', '*', ' ']);
    let is_word = !word.is_empty()
        && word.len() <= 40
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        && !matches!(word, "a" | "an" | "the" | "any" | "etc" | "etc." | "..." | "set" | "empty");
    is_word.then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::options;

    #[test]
    fn lists_are_found_in_the_ways_people_write_them() {
        for (text, expected) in [
            ("Available options: local (default) | gcloud-hsm", "local gcloud-hsm"),
            ("One of `debug`, `info` or `error`.", "debug info error"),
            ("Possible values: dev, test, production", "dev test production"),
            ("The driver (can be 'smtp' or 'ses')", "smtp ses"),
            ("database | s3", "database s3"),
            ("How to send (smtp-auth, resend, or none)", "smtp-auth resend none"),
            ("Storage. Valid values are local, s3. More below.", "local s3"),
        ] {
            assert_eq!(options(text, &["resend"]).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn sentences_are_no_lists() {
        for text in [
            "You can be sure",
            "Can be left empty, or set to a URL",
            "One of the best",
            "The port",
            "must be set, always and everywhere you look at",
        ] {
            assert!(options(text, &[]).is_empty(), "{text}: {:?}", options(text, &[]));
        }
    }
}
