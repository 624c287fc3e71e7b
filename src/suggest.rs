//! "Did you mean …?" for names that are nearly right.

/// The candidate closest to `name`, if one is close enough to be what was meant: at most a third of its
/// characters differ, letter case aside. Swapped neighbours count as one difference.
pub fn closest<'a, I: IntoIterator<Item = &'a str>>(name: &str, candidates: I) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let tolerance = wanted.chars().count().div_ceil(3);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= tolerance)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_misspelt_name_finds_the_closest_candidate() {
        let names = ["DB_PASSWORD", "DB_USER", "REDIS_PASSWORD"];
        assert_eq!(closest("DB_PASWORD", names), Some("DB_PASSWORD"));
        assert_eq!(closest("DB_PASSWROD", names), Some("DB_PASSWORD"));
        assert_eq!(closest("db_user", names), Some("DB_USER"));
    }

    #[test]
    fn an_unrelated_name_finds_nothing() {
        assert_eq!(closest("SENTRY_DSN", ["DB_PASSWORD", "PORT"]), None);
        assert_eq!(closest("", ["A"]), None);
    }
}
