//! What is it for?

use std::collections::HashSet;

use super::Evidence;
use super::secret::{gives_away, looks_random};
use crate::schema::infer::Place;

/// Longest description, in characters.
const MAX_LENGTH: usize = 300;

/// Answers the question with the words of the place that explains best, unless they hold what may be a value.
pub(super) fn decide(evidence: &Evidence) -> Option<String> {
    let mut texts: Vec<(u8, &str)> = evidence
        .sightings
        .iter()
        .filter_map(|sighting| Some((rank(sighting.place), sighting.description.as_deref()?)))
        .collect();
    texts.sort_by_key(|(rank, _)| *rank);
    let secrets: HashSet<&str> = if super::secret::decide(evidence).secret {
        evidence.values().filter(|value| value.len() >= 6).collect()
    } else {
        HashSet::new()
    };
    let harmless = texts.into_iter().map(|(_, text)| text).filter(|text| is_harmless(text, &secrets));
    harmless.map(tidy).find(|text| text.len() > 2)
}

/// Whose words come first.
fn rank(place: Place) -> u8 {
    match place {
        Place::EnvFile | Place::EnvComment | Place::GuideBlock => 0,
        Place::GuideTable => 1,
        Place::GuideText => 2,
        _ => 3,
    }
}

/// Whether a text holds no value: neither what looks like a key nor one of these secrets.
fn is_harmless(text: &str, secrets: &HashSet<&str>) -> bool {
    let mut words = text.split(|each: char| each.is_whitespace() || "\"'`()=,;<>".contains(each));
    let looks_secret = words.any(|word| gives_away(word) || !word.contains("://") && looks_random(word));
    !looks_secret && !secrets.iter().any(|secret| text.contains(secret))
}

/// One line, without the marks that other fields say, cut at a sentence where it is too long.
fn tidy(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut line = words.join(" ");
    for mark in [
        "REQUIRED:",
        "OPTIONAL:",
        "Required:",
        "Optional:",
        "(required)",
        "(optional)",
        "[required]",
        "[optional]",
        "(Optional)",
        "(Required)",
    ] {
        line = line.replace(mark, "");
    }
    let line = line.trim().trim_start_matches(['-', '–', ':', ' ']).trim();
    if line.chars().count() <= MAX_LENGTH {
        return line.to_owned();
    }
    let cut: String = line.chars().take(MAX_LENGTH).collect();
    match cut.rfind(". ") {
        Some(end) => cut[..=end].to_owned(),
        None => format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::infer::Sighting;
    use crate::secret::Secret;

    fn described(name: &str, value: &str, text: &str) -> Option<String> {
        let mut sighting = Sighting::new(name, ".env", 1, Place::EnvFile);
        sighting.value = Some(Secret::new(value));
        sighting.description = Some(text.to_owned());
        decide(&Evidence::new(name.to_owned(), vec![sighting]))
    }

    #[test]
    fn words_are_kept_and_marks_are_not() {
        assert_eq!(described("PORT", "1", "OPTIONAL: The  port.").as_deref(), Some("The port."));
        let long = format!("{}. {}", "a".repeat(200), "b ".repeat(200));
        assert_eq!(described("A", "1", &long).map(|text| text.len()), Some(201));
    }

    #[test]
    fn a_text_with_a_value_in_it_is_left_out() {
        assert_eq!(described("A", "", "was sk-proj-8Kq2WxVn5RtYb7LmZc4JdPs9 once"), None);
        assert_eq!(described("DB_PASSWORD", "hunter22", "the old one was hunter22"), None);
    }
}
