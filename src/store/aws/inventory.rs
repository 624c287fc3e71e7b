//! All secrets of a region whose names begin in a certain way: for an audit, by the user's own environment alone.

use serde_json::json;

use super::operations::each;
use super::service::{Runtime, Service};
use super::settings::Settings;
use super::{Failure, policy};
use crate::env_vars::EnvSnapshot;
use crate::rng::Rng;
use crate::store::{Error, Inventory, Listed, Policy};

/// Lists the secrets whose names begin with `prefix`, which may be empty, with the age of the version that has
/// AWSCURRENT. No value is read.
///
/// # Errors
/// There is no region or login, or the login may not list them.
pub fn inventory(prefix: &str, env: &EnvSnapshot, rng: Rng) -> Result<Inventory, Error> {
    let service = Service::new(Settings::of_user(prefix, env)?, rng);
    Runtime::new()?.run(&service, async {
        let listed = service.list(prefix).await;
        let listed = listed.map_err(|failure| service.error(failure, "list", &format!("{prefix}*")))?;
        // The service matches words of a name too.
        let listed = listed.into_iter().filter(|secret| secret.path.starts_with(prefix));
        let found = each(listed, |secret| current(&service, secret.path)).await;
        let mut secrets: Vec<Listed> =
            found.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>()?;
        secrets.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Inventory { address: service.address().into_owned(), secrets })
    })
}

/// The secret with the version that is served; `None` if it went away or has none.
async fn current(service: &Service, path: String) -> Result<Option<Listed>, Error> {
    let versions = match service.versions(&path).await {
        // The list can be five minutes old.
        Err(Failure::NotFound | Failure::State) => return Ok(None),
        versions => versions.map_err(|failure| service.error(failure, "read the versions of", &path))?,
    };
    let current = versions.into_iter().find(|version| version.is_current);
    Ok(current.map(|kept| Listed { path, version: kept.version, created: kept.created }))
}

/// The least that [`inventory`] has to be allowed.
///
/// # Errors
/// [`Error::Definition`] if the prefix cannot be one of a name.
pub fn audit_policy(prefix: &str, env: &EnvSnapshot) -> Result<Policy, Error> {
    let settings = Settings::of_user(prefix, env)?;
    let region = settings.region.as_deref().unwrap_or("*");
    let partition = policy::partition(region);
    let secrets = format!("arn:{partition}:secretsmanager:{region}:*:secret:{prefix}*");
    let statements = [
        policy::allow("List", &["secretsmanager:ListSecrets"], "*"),
        policy::allow("Versions", &["secretsmanager:ListSecretVersionIds"], &secrets),
    ];
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    let text = serde_json::to_string_pretty(&policy).expect("made of texts") + "\n";
    Ok(Policy { language: "IAM policy", text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_lets_nobody_read_a_value() {
        let env = [("AWS_REGION".into(), "eu-central-1".into())].into_iter().collect();
        let text = audit_policy("shop/", &env).map(|policy| policy.text).unwrap_or_default();
        let policy: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let statements = policy["Statement"].as_array().expect("statements");
        let actions: Vec<_> = statements.iter().map(|statement| statement["Action"][0].as_str()).collect();
        assert_eq!(
            actions,
            [Some("secretsmanager:ListSecrets"), Some("secretsmanager:ListSecretVersionIds")]
        );
        let resource = "arn:aws:secretsmanager:eu-central-1:*:secret:shop/*";
        assert_eq!(statements[1]["Resource"], resource);
    }

    #[test]
    fn a_prefix_that_would_allow_others_is_refused() {
        for prefix in ["*", "shop?", "${aws:username}"] {
            assert!(
                matches!(audit_policy(prefix, &EnvSnapshot::default()), Err(Error::Definition { .. })),
                "{prefix}"
            );
        }
    }
}
