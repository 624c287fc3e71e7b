//! What sentences of people say about variables: commands that make a value, addresses, words such as "optional".
//! For comments of env files as well as for guides.

pub mod commands;
mod defaults;
pub mod links;

pub use commands::recipe;
pub use defaults::default;
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
        || WITHOUT.iter().any(|words| lower.contains(words));
    let required = !negated
        && (is_said_required(&lower) && !is_conditional(&lower)
            || has("mandatory")
            || lower.contains("must be set")
            || lower.contains("must set"));
    match (optional, required) {
        (true, false) => Some(false),
        (false, true) => Some(true),
        _ => None,
    }
}

/// What says that it works without a value, or what happens then.
const WITHOUT: &[&str] = &[
    "auto-set",
    "automatically set",
    "by default",
    "can be empty",
    "can be left",
    "default is",
    "defaults to",
    "if empty",
    "if left",
    "if not set",
    "if not specified",
    "if omitted",
    "if unset",
    "if you want",
    "leave blank",
    "leave empty",
    "leave this blank",
    "leave this empty",
    "leave unset",
    "may be left",
    "not need to be set",
    "when empty",
    "when unset",
];

/// Whether it is required only for something: "required if", "required for mail".
fn is_conditional(lower: &str) -> bool {
    const ALWAYS: &[&str] = &["production", "all", "every", "startup", "the app", "deploy"];
    ["required if", "required when", "required only"].iter().any(|words| lower.contains(words))
        || lower
            .split_once("required for ")
            .is_some_and(|(_, what)| !ALWAYS.iter().any(|always| what.starts_with(always)))
}

/// Whether "required" is said of the variable, and not of something in its value: "trailing slash required".
fn is_said_required(lower: &str) -> bool {
    lower.match_indices("required").any(|(at, word)| {
        let before = lower[..at].trim_end();
        let after = lower[at + word.len()..].trim_start();
        let last = before.rsplit(' ').next().unwrap_or(before);
        before.is_empty()
            || !before.ends_with(char::is_alphanumeric)
            || matches!(last, "is" | "are" | "be" | "both" | "always" | "this" | "variable")
            || after.starts_with(':')
    })
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
        assert_eq!(required("/static/ (trailing slash required)"), None);
        assert_eq!(required("This key is required."), Some(true));
        assert_eq!(required("Required for mail"), None);
        assert_eq!(required("Required for production"), Some(true));
        assert_eq!(required("If empty, it is the same domain."), Some(false));
    }
}
