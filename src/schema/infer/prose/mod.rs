//! What sentences of people say about variables: commands that make a value, addresses, words such as "optional".
//! For comments of env files as well as for guides.

pub mod commands;
pub mod links;

pub use commands::recipe;
pub use links::link;

/// Whether a text says that a variable may or must be set: "optional", "required"; `None` if it says neither or both.
pub fn required(text: &str) -> Option<bool> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|each: char| !each.is_alphanumeric()).collect();
    let has = |word: &str| words.contains(&word);
    let negated =
        lower.contains("not required") || lower.contains("isn't required") || lower.contains("only needed");
    let optional = negated
        || ["optional", "optionally"].iter().any(|word| has(word))
        || lower.contains("defaults to")
        || lower.contains("if you want")
        || lower.contains("leave blank")
        || lower.contains("leave empty")
        || lower.contains("leave this blank")
        || lower.contains("leave this empty");
    let required = !negated
        && (has("required") && !lower.contains("required if") && !lower.contains("required when")
            || has("mandatory")
            || lower.contains("must be set")
            || lower.contains("must set"));
    match (optional, required) {
        (true, false) => Some(false),
        (false, true) => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::required;

    #[test]
    fn only_a_clear_word_counts() {
        assert_eq!(required("OPTIONAL: the port"), Some(false));
        assert_eq!(required("(required) the key"), Some(true));
        assert_eq!(required("Not required for local use"), Some(false));
        assert_eq!(required("Required if SSO is on, else optional"), Some(false));
        assert_eq!(required("Required if SSO is on"), None);
        assert_eq!(required("The port"), None);
    }
}
