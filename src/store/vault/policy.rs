//! The least that a login has to be allowed to read and write one environment.

use std::fmt::Write as _;

use crate::manifest::VaultDefinition;
use crate::store::{Error, Policy, expand};

use super::kv::Place;

/// A path, and what has to be allowed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// The path, without `/v1/`.
    pub(super) path: String,
    /// The capabilities, as policies call them.
    pub(super) capabilities: &'static [&'static str],
    /// What they are for, as a person would say it.
    pub(super) purpose: &'static str,
}

/// The policy in HCL, as `bao policy write` and `vault policy write` take it.
///
/// # Errors
/// [`Error::Definition`] if the path cannot be written in a policy without allowing more than itself.
pub(in crate::store) fn policy(
    definition: &VaultDefinition,
    environment: &str,
    project: &str,
) -> Result<Policy, Error> {
    let place = Place::new(&definition.mount, &expand(&definition.path, environment, project)?)?;
    let namespace = definition.namespace.as_deref().map(|name| format!(" in the namespace {name}"));
    let title = format!("{project}, {environment}{}", namespace.unwrap_or_default());
    let needs = place.needs(definition.inline_auth);
    needs.iter().try_for_each(|need| refuse_wildcards(&need.path))?;
    Ok(to_hcl(&title, &needs))
}

/// The policy for these needs, as it is written.
pub(super) fn to_hcl(title: &str, needs: &[Need]) -> Policy {
    let mut text = format!("# envward: {title}\n");
    for need in needs {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n# {}\npath {:?} {{\n  capabilities = {:?}\n}}\n",
            need.purpose, need.path, need.capabilities
        );
    }
    Policy { language: "HCL policy of Vault and OpenBao", text }
}

/// In a policy `*` at the end and `+` as a segment stand for other paths too.
pub(super) fn refuse_wildcards(text: &str) -> Result<(), Error> {
    let is_wild = text.contains('*') || text.split('/').any(|segment| segment == "+");
    if is_wild || text.contains(['"', '\\']) || text.chars().any(char::is_control) {
        let message =
            "the mount or path of the store holds a character that means more in a policy".to_owned();
        return Err(Error::Definition { message, help: Some("leave out * + \" and \\".to_owned()) });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::definition;
    use super::*;

    #[test]
    fn the_policy_allows_one_path_and_nothing_else() {
        let policy = policy(&definition(), "production", "shop").map(|policy| policy.text);
        let expected = r#"# envward: shop, production

# read and write the values
path "secret/data/shop/production" {
  capabilities = ["create", "read", "update"]
}

# read the history, and leave a mark at each push
path "secret/metadata/shop/production" {
  capabilities = ["patch", "read"]
}

# read the names without the values
path "secret/subkeys/shop/production" {
  capabilities = ["read"]
}
"#;
        assert_eq!(policy.ok().as_deref(), Some(expected));
    }

    #[test]
    fn a_path_that_would_allow_others_is_refused() {
        for path in ["shop*", "+/{env}", "a\"b"] {
            let definition = VaultDefinition { path: path.to_owned(), ..definition() };
            assert!(
                matches!(policy(&definition, "production", "shop"), Err(Error::Definition { .. })),
                "{path}"
            );
        }
    }
}
