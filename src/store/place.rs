//! Where in a store an environment lies.

use super::Error;

/// Puts the environment's and the project's names where a path or name of the manifest has `{env}` and `{project}`.
///
/// # Errors
/// [`Error::Definition`] for any other `{…}`.
pub fn expand(template: &str, environment: &str, project: &str) -> Result<String, Error> {
    let text = template.replace("{env}", environment).replace("{project}", project);
    if text.contains(['{', '}']) {
        let message = format!("{template:?} holds a placeholder that is neither {{env}} nor {{project}}");
        return Err(Error::Definition { message, help: None });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_names_are_filled_in() {
        assert_eq!(expand("{project}/{env}", "production", "shop").ok().as_deref(), Some("shop/production"));
        assert!(expand("{user}/{env}", "production", "shop").is_err());
    }
}
