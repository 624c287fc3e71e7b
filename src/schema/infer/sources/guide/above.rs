//! What stands above a block says whether its variables are needed: "Optional:", "### Required environment variables".

/// Most words of a line that announces a block.
const MAX_WORDS: usize = 6;

/// Whether the variables below must be set: what the line directly above says, else the nearest heading that says it.
pub(super) fn required(last_line: &str, headings: &[&str]) -> Option<bool> {
    let announces =
        last_line.trim_end_matches('*').ends_with(':') && last_line.split_whitespace().count() <= MAX_WORDS;
    let line = Some(last_line).filter(|_| announces).and_then(says);
    line.or_else(|| headings.iter().rev().find_map(|heading| says(heading)))
}

/// A heading that says "required" may speak of something else, unless it is short or speaks of variables.
fn says(text: &str) -> Option<bool> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|each: char| !each.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let has = |wanted: &str| words.contains(&wanted);
    let is_about_variables = words.iter().filter(|word| word.parse::<u32>().is_err()).count() <= 3
        || has("variables")
        || has("env")
        || has("secrets");
    match (has("optional"), has("required")) {
        (true, false) => Some(false),
        (false, true) if is_about_variables && !has("not") => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::required;

    #[test]
    fn the_nearest_words_count() {
        assert_eq!(required("Optional:", &["Required variables"]), Some(false));
        assert_eq!(required("**Optional but recommended:**", &[]), Some(false));
        assert_eq!(required("", &["Environment variables (required)", "Optional"]), Some(false));
        assert_eq!(required("", &["9.1. Required"]), Some(true));
        assert_eq!(required("", &["Required environment variables", "Mail"]), Some(true));
        assert_eq!(required("This is optional in every case that I know:", &[]), None);
        assert_eq!(required("", &["An account at the provider is required"]), None);
    }
}
