//! Everything that is known of one variable, in the form in which the questions ask for it.

use crate::schema::infer::Sighting;
use crate::schema::placeholder::{self, Placeholder};
use crate::secret::Secret;

/// What was seen of one variable.
pub struct Evidence {
    /// The name as it is.
    pub name: String,
    /// The words of the name, in lower case.
    pub words: Vec<String>,
    /// Every sighting, in the order in which they were seen.
    pub sightings: Vec<Sighting>,
    /// What is said about it anywhere, in lower case.
    pub text: String,
}

impl Evidence {
    /// Gathers the sightings of one name.
    pub fn new(name: String, sightings: Vec<Sighting>) -> Self {
        let words = words(&name);
        let texts: Vec<&str> =
            sightings.iter().filter_map(|sighting| sighting.description.as_deref()).collect();
        let text = texts.join(" ").to_lowercase();
        Self { name, words, sightings, text }
    }

    /// Whether one of these words is in the name. Here and below, words have blanks between them.
    pub fn has(&self, words: &str) -> bool {
        self.words.iter().any(|word| is_one_of(word, words))
    }

    /// Whether the name ends with one of these words.
    pub fn ends(&self, words: &str) -> bool {
        self.words.last().is_some_and(|last| is_one_of(last, words))
    }

    /// Whether the name begins with one of these words.
    pub fn begins(&self, words: &str) -> bool {
        self.words.first().is_some_and(|first| is_one_of(first, words))
    }

    /// Whether these words follow one another in the name.
    pub fn has_row(&self, row: &str) -> bool {
        let row: Vec<&str> = row.split(' ').collect();
        self.words
            .windows(row.len())
            .any(|window| window.iter().zip(&row).all(|(word, wanted)| word == wanted))
    }

    /// Whether the name begins with these words, and goes on.
    pub fn goes_on_from(&self, row: &str) -> bool {
        let mut row = row.split(' ');
        let mut words = self.words.iter();
        row.all(|wanted| words.next().is_some_and(|word| word == wanted)) && words.next().is_some()
    }

    /// Every value that is not empty, placeholders too. `null` is what some frameworks read as empty.
    pub fn written(&self) -> impl Iterator<Item = &str> {
        self.sightings
            .iter()
            .flat_map(|sighting| [&sighting.default, &sighting.value])
            .flatten()
            .map(Secret::expose)
            .filter(|value| !matches!(*value, "" | "null" | "nil" | "undefined"))
    }

    /// Every value that stands for itself: no placeholder, nothing that is filled in from elsewhere.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.written().filter(|value| is_literal(value))
    }
}

/// Whether a word is one of these, which have blanks between them.
pub(super) fn is_one_of(word: &str, words: &str) -> bool {
    words.split_whitespace().any(|each| each == word)
}

/// Whether a value stands for itself.
pub(super) fn is_literal(value: &str) -> bool {
    placeholder::classify(value) != Placeholder::Sure
        && !value.contains("${")
        && !value.contains("$(")
        && !value.contains("{{")
        && !has_reference(value)
}

/// `$NAME` somewhere in the value.
fn has_reference(value: &str) -> bool {
    value
        .match_indices('$')
        .any(|(at, _)| value[at + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || next == '_'))
}

/// The words of a name in lower case: `DB_PASSWORD`, `dbPassword` and `DBPASSWORD` are `db`, `password`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in name.split(['_', '-', '.']).filter(|part| !part.is_empty()) {
        for word in camel(part) {
            let lower = word.to_lowercase();
            match gap(&lower) {
                Some(at) => words.extend([lower[..at].to_owned(), lower[at..].to_owned()]),
                None => words.push(lower),
            }
        }
    }
    words
}

/// Where people hear a gap in a word that has none: `OPENAIAPIKEY`, `PGHOST`.
fn gap(word: &str) -> Option<usize> {
    const ENDS: &[&str] = &["password", "passwd", "passphrase", "secret", "token", "apikey", "credentials"];
    const SERVERS: &[&str] = &["pg", "db", "mysql", "mongo", "redis", "smtp"];
    const PARTS: &str = "host port user username pass pwd database name url sslmode";
    let before_end = ENDS.iter().filter_map(|end| word.strip_suffix(end)).map(str::len);
    let behind_server = SERVERS
        .iter()
        .filter(|server| word.strip_prefix(**server).is_some_and(|rest| is_one_of(rest, PARTS)));
    before_end.chain(behind_server.map(|server| server.len())).find(|at| *at > 0)
}

/// The words of `someWords`; a word in capitals stays whole.
fn camel(part: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut before = ' ';
    for (at, each) in part.char_indices() {
        if each.is_ascii_uppercase() && before.is_ascii_lowercase() {
            words.push(&part[start..at]);
            start = at;
        }
        before = each;
    }
    words.push(&part[start..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_where_people_hear_a_gap() {
        for (name, expected) in [
            ("DB_PASSWORD", "db password"),
            ("POSTGRESPASSWORD", "postgres password"),
            ("dbPassword", "db password"),
            ("OPENAI_APIKEY", "openai apikey"),
            ("OPENAIAPIKEY", "openai apikey"),
            ("PGHOST", "pg host"),
            ("REDISPORT", "redis port"),
            ("DBNAME", "db name"),
            ("SECRET", "secret"),
            ("S3_KEY", "s3 key"),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn what_is_filled_in_is_no_value() {
        for value in ["${A}", "postgres://$USER:$PASS@db", "{{ x }}", "changeme", "$(openssl rand -hex 32)"] {
            assert!(!is_literal(value), "{value}");
        }
        for value in ["$1", "a$", "production", "http://localhost:3000"] {
            assert!(is_literal(value), "{value}");
        }
    }
}
