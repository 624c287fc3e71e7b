//! Credentials of stores in the environment: `run --from` takes them out of what its command gets.

use crate::manifest::{StoreDefinition, VaultAuth};

/// Every variable that logs in to a store by its own name.
const CREDENTIALS: &[&str] = &[
    "VAULT_TOKEN",
    "BAO_TOKEN",
    "VAULT_ROLE_ID",
    "VAULT_SECRET_ID",
    "BAO_ROLE_ID",
    "BAO_SECRET_ID",
    "VAULT_PASSWORD",
    "BAO_PASSWORD",
    "VAULT_ID_TOKEN",
    "BAO_ID_TOKEN",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
];

/// Every variable that logs in to a store, among them the one that this definition names itself.
pub fn credentials(definition: &StoreDefinition) -> Vec<&str> {
    let own = match definition {
        StoreDefinition::Vault(definition) => match &definition.auth {
            VaultAuth::Jwt { variable, .. } => variable.as_deref(),
            _ => None,
        },
        StoreDefinition::Directory(_) | StoreDefinition::AwsSecretsManager(_) => None,
    };
    CREDENTIALS.iter().copied().chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::VaultDefinition;

    #[test]
    fn a_token_in_a_variable_of_any_name_is_a_credential() {
        let text = "address = 'https://vault'\npath = 'app'\n\
            auth = { method = 'jwt', role = 'deploy', variable = 'CI_TOKEN' }";
        let definition: VaultDefinition = toml::from_str(text).expect("a definition");
        let definition = StoreDefinition::Vault(definition);
        let credentials = credentials(&definition);
        assert!(credentials.contains(&"CI_TOKEN") && credentials.contains(&"VAULT_TOKEN"));
    }
}
