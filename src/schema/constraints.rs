//! The limits that do not depend on a type: length, pattern, prefix, refused values, entropy.
//!
//! Each type names those it takes in [`ValueType::constraints`](super::types::ValueType::constraints);
//! [`SHARED`] are taken by every type, [`TEXT`] by every type whose value is text of its own making, [`URL`] by every
//! type of URLs.

use std::collections::HashMap;

use regex_automata::meta::Regex;

use super::definition::Constraints;
use super::types::Mismatch;

/// Fields of [`Constraints`] that every type takes.
pub const SHARED: &[&str] = &["pattern", "deny"];

/// Fields of [`Constraints`] that a type takes whose value is opaque text.
pub const TEXT: &[&str] = &["min_length", "max_length", "prefix", "min_entropy"];

/// Fields of [`Constraints`] that a type of URLs takes.
pub const URL: &[&str] = &["schemes", "prefix", "min_length", "max_length"];

/// Most memory that a compiled `pattern` may take. The engine is linear in the value's length whatever the
/// pattern says; this bounds the pattern's own size, which comes from a file.
const PATTERN_SIZE: usize = 256 * 1024;

/// Checks the value against each limit that is set.
pub fn check(value: &str, constraints: &Constraints) -> Result<(), Mismatch> {
    refuse_denied(value, constraints)?;
    check_prefix(value, constraints)?;
    check_length(value, constraints)?;
    check_pattern(value, constraints)?;
    check_entropy(value, constraints)
}

/// Compiles a `pattern`, which must match the whole value. The error holds nothing of the pattern, which may
/// quote a value.
pub fn compile_pattern(pattern: &str) -> Result<Regex, &'static str> {
    // It is compiled for one value: the automata that make many matches fast take far longer to build than one
    // match without them.
    let for_one_match =
        Regex::config().nfa_size_limit(Some(PATTERN_SIZE)).dfa(false).onepass(false).hybrid(false);
    Regex::builder().configure(for_one_match).build(&format!(r"\A(?:{pattern})\z")).map_err(|error| {
        match error.size_limit() {
            Some(_) => "its pattern is too large",
            None => "its pattern is not a regular expression",
        }
    })
}

/// A lower estimate of how many bits it takes to guess the value, from how often each character occurs in
/// it. Says something about random values only: a phrase of words is far easier to guess than this.
pub fn estimate_bits(value: &str) -> f64 {
    let mut counts = HashMap::<char, u32>::new();
    for character in value.chars() {
        *counts.entry(character).or_default() += 1;
    }
    let total = f64::from(counts.values().sum::<u32>());
    counts.values().map(|&count| f64::from(count) * (total / f64::from(count)).log2()).sum()
}

fn refuse_denied(value: &str, constraints: &Constraints) -> Result<(), Mismatch> {
    if constraints.deny.iter().flatten().any(|denied| denied == value) {
        return Err(Mismatch::new("is a value that the schema refuses").help("choose another value"));
    }
    Ok(())
}

fn check_prefix(value: &str, constraints: &Constraints) -> Result<(), Mismatch> {
    match &constraints.prefix {
        Some(prefix) if !value.starts_with(prefix.as_str()) => {
            Err(Mismatch::new(format!("does not start with `{prefix}`")))
        }
        _ => Ok(()),
    }
}

fn check_length(value: &str, constraints: &Constraints) -> Result<(), Mismatch> {
    let length = value.chars().count();
    if let Some(min) = constraints.min_length
        && length < min
    {
        return Err(Mismatch::new(format!("has {length} characters; at least {min} are needed")));
    }
    if let Some(max) = constraints.max_length
        && length > max
    {
        return Err(Mismatch::new(format!("has {length} characters; at most {max} are allowed")));
    }
    Ok(())
}

fn check_pattern(value: &str, constraints: &Constraints) -> Result<(), Mismatch> {
    let Some(pattern) = &constraints.pattern else { return Ok(()) };
    match compile_pattern(pattern) {
        Ok(regex) if regex.is_match(value) => Ok(()),
        Ok(_) => {
            Err(Mismatch::new("does not match the schema's pattern").help(format!("it must match {pattern}")))
        }
        Err(reason) => Err(Mismatch::new(format!("cannot be checked: {reason}")).help("correct the schema")),
    }
}

fn check_entropy(value: &str, constraints: &Constraints) -> Result<(), Mismatch> {
    match constraints.min_entropy {
        Some(min) if estimate_bits(value) < min => {
            Err(Mismatch::new(format!("is too easy to guess: less than {min} bits of entropy"))
                .help("generate a random value"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(value: &str, constraints: &Constraints) -> Option<String> {
        check(value, constraints).err().map(|mismatch| mismatch.message)
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        let constraints = Constraints { min_length: Some(3), max_length: Some(4), ..Constraints::default() };
        assert_eq!(message("äö", &constraints).as_deref(), Some("has 2 characters; at least 3 are needed"));
        assert_eq!(message("äöü", &constraints), None);
        assert_eq!(
            message("abcde", &constraints).as_deref(),
            Some("has 5 characters; at most 4 are allowed")
        );
    }

    #[test]
    fn a_pattern_matches_the_whole_value() {
        let constraints = Constraints { pattern: Some("a|b".to_owned()), ..Constraints::default() };
        assert_eq!(message("a", &constraints), None);
        assert_eq!(message("ab", &constraints).as_deref(), Some("does not match the schema's pattern"));
        assert_eq!(message("b\n", &constraints).as_deref(), Some("does not match the schema's pattern"));
    }

    #[test]
    fn a_pattern_that_cannot_be_used_is_never_a_pass() {
        for (pattern, reason) in [
            ("(", "cannot be checked: its pattern is not a regular expression"),
            (r"(\w{1000}){1000}", "cannot be checked: its pattern is too large"),
        ] {
            let constraints = Constraints { pattern: Some(pattern.to_owned()), ..Constraints::default() };
            assert_eq!(message("x", &constraints).as_deref(), Some(reason));
        }
    }

    #[test]
    fn prefix_and_refused_values() {
        let constraints = Constraints {
            prefix: Some("bgd_live_".to_owned()),
            deny: Some(vec!["bgd_live_x".to_owned()]),
            ..Constraints::default()
        };
        assert_eq!(message("bgd_test_1", &constraints).as_deref(), Some("does not start with `bgd_live_`"));
        assert_eq!(
            message("bgd_live_x", &constraints).as_deref(),
            Some("is a value that the schema refuses")
        );
        assert_eq!(message("bgd_live_y", &constraints), None);
    }

    #[test]
    fn entropy_tells_random_from_repeated() {
        assert!(estimate_bits("aaaaaaaaaaaaaaaaaaaaaaaa") < 1.0);
        assert!(estimate_bits("0f1e2d3c4b5a69788796a5b4c3d2e1f0") > 110.0);
        let constraints = Constraints { min_entropy: Some(64.0), ..Constraints::default() };
        assert_eq!(
            message("aaaa", &constraints).as_deref(),
            Some("is too easy to guess: less than 64 bits of entropy")
        );
    }
}
