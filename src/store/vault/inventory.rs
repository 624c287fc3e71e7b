//! A whole KV engine, or what lies below a path of it: for an audit, by the user's own environment alone.

use super::connection::Connection;
use super::kv::{self, Place};
use super::policy::{Need, refuse_wildcards, to_hcl};
use super::settings;
use crate::env_vars::EnvSnapshot;
use crate::manifest::{VaultAuth, VaultDefinition};
use crate::rng::Rng;
use crate::store::{Error, Inventory, Policy};

/// Lists every secret below a path of a mount with the age of its current version. The address and the token are the
/// user's. No value is read.
///
/// # Errors
/// There is no address or token, or the token may not list or read the metadata.
pub fn inventory(mount: &str, path: Option<&str>, env: &EnvSnapshot, rng: Rng) -> Result<Inventory, Error> {
    let place = Place::of_tree(mount, path)?;
    let definition = VaultDefinition {
        address: settings::address_of_user(env)?,
        mount: mount.to_owned(),
        path: String::new(),
        namespace: None,
        auth: VaultAuth::Token,
        inline_auth: false,
        names: std::collections::BTreeMap::new(),
    };
    let mut connection = Connection::open(&definition, env, rng)?;
    let secrets = kv::below(&mut connection, &place);
    let closed = connection.close();
    let secrets = secrets?;
    closed?;
    Ok(Inventory { address: connection.address().to_owned(), secrets })
}

/// The least that [`inventory`] has to be allowed; OpenBao takes one request for all of it, if it is allowed.
///
/// # Errors
/// [`Error::Definition`] if mount or path cannot be written in a policy without allowing more than themselves.
pub fn audit_policy(mount: &str, path: Option<&str>, is_openbao: bool) -> Result<Policy, Error> {
    let place = Place::of_tree(mount, path)?;
    let need = |kind, capabilities, purpose| Need { path: place.all(kind), capabilities, purpose };
    let mut needs =
        vec![need("metadata", &["list", "read"], "list the secrets, and when each version was made")];
    if is_openbao {
        needs.push(need("detailed-metadata", &["scan"], "the same in one request"));
    }
    refuse_wildcards(&place.to_string())?;
    Ok(to_hcl(&format!("audit of {place}"), &needs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_lets_nobody_read_a_value() {
        let policy = audit_policy("secret", Some("/shop/"), true).map(|policy| policy.text);
        let expected = r#"# envward: audit of secret/shop

# list the secrets, and when each version was made
path "secret/metadata/shop/*" {
  capabilities = ["list", "read"]
}

# the same in one request
path "secret/detailed-metadata/shop/*" {
  capabilities = ["scan"]
}
"#;
        assert_eq!(policy.ok().as_deref(), Some(expected));
        let policy = audit_policy("team/kv", None, false).map(|policy| policy.text);
        assert!(
            policy.is_ok_and(|text| text.contains("path \"team/kv/metadata/*\"") && !text.contains("scan"))
        );
    }

    #[test]
    fn a_path_that_would_allow_others_is_refused() {
        for path in ["shop*", "+", "a\"b", ".."] {
            assert!(
                matches!(audit_policy("secret", Some(path), true), Err(Error::Definition { .. })),
                "{path}"
            );
        }
    }
}
