//! What of a definition the user has to confirm before a credential is sent anywhere.

use crate::approvals::{Claim, ClaimKind};
use crate::env_vars::EnvSnapshot;
use crate::manifest::{VaultAuth, VaultDefinition};
use crate::store::Error;

use super::address::Address;
use super::auth;
use super::settings::is_vouched_for;

/// The address, and where to log in there and as what. Nothing, if the user's own environment names the address.
///
/// # Errors
/// [`Error::OtherAddress`] if it names another one; the address cannot be used.
pub(in crate::store) fn claims(definition: &VaultDefinition, env: &EnvSnapshot) -> Result<Vec<Claim>, Error> {
    let address = Address::of_manifest(&definition.address)?;
    if is_vouched_for(&address, env)? {
        return Ok(Vec::new());
    }
    let claim = |kind, text| Claim { kind, text, content: None };
    let mut claims = vec![claim(ClaimKind::StoreAddress, address.shown())];
    claims.extend(login(definition).map(|login| claim(ClaimKind::StoreLogin, login)));
    Ok(claims)
}

/// Where to log in and as what, with everything that decides which credential is sent. A token needs no login.
fn login(definition: &VaultDefinition) -> Option<String> {
    let identity = match &definition.auth {
        VaultAuth::Token => return None,
        VaultAuth::Approle { .. } => String::new(),
        VaultAuth::Kubernetes { role, .. } => format!(" as {role}"),
        VaultAuth::Userpass { username, .. } => format!(" as {username}"),
        VaultAuth::Cert { role, .. } => role.as_ref().map_or_else(String::new, |role| format!(" as {role}")),
        VaultAuth::Jwt { role, audience, variable, .. } => {
            let audience = audience.as_ref().map_or_else(String::new, |name| format!(" for {name}"));
            let variable = variable.as_ref().map_or_else(String::new, |name| format!(" with {name}"));
            format!(" as {role}{audience}{variable}")
        }
    };
    let namespace = definition.namespace.as_ref().map_or_else(String::new, |name| format!(" in {name}"));
    Some(format!("auth/{}{identity}{namespace}", auth::mount(&definition.auth)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::definition;
    use super::*;

    fn texts(definition: &VaultDefinition, variables: &[(&str, &str)]) -> Result<Vec<String>, Error> {
        let env = variables.iter().map(|&(name, value)| (name.into(), value.into())).collect();
        Ok(claims(definition, &env)?.into_iter().map(|claim| claim.text).collect())
    }

    #[test]
    fn the_address_and_everything_that_chooses_the_credential_is_confirmed() {
        let auth = VaultAuth::Jwt {
            mount: Some("gitlab".to_owned()),
            role: "deploy".to_owned(),
            audience: Some("vault".to_owned()),
            variable: Some("SHOP_TOKEN".to_owned()),
        };
        let definition = VaultDefinition { auth, namespace: Some("team".to_owned()), ..definition() };
        assert_eq!(
            texts(&definition, &[]).ok(),
            Some(vec![
                "https://vault.example.com:8200".to_owned(),
                "auth/gitlab as deploy for vault with SHOP_TOKEN in team".to_owned(),
            ])
        );
    }

    #[test]
    fn an_address_of_the_user_needs_no_confirming_and_another_one_is_an_error() {
        assert_eq!(texts(&definition(), &[]).ok(), Some(vec!["https://vault.example.com:8200".to_owned()]));
        let same = [("VAULT_ADDR", "https://VAULT.example.com:8200/")];
        assert_eq!(texts(&definition(), &same).ok(), Some(Vec::new()));
        let other = texts(&definition(), &[("VAULT_ADDR", "https://vault.example.com")]);
        assert!(matches!(other, Err(Error::OtherAddress { variable: "VAULT_ADDR", .. })));
    }
}
