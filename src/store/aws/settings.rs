//! What is known about the place before anything is sent: from the manifest, and from the user's environment.

use std::net::IpAddr;

use aws_credential_types::Credentials;
use url::{Host, Url};

use super::limits;
use crate::approvals::{Claim, ClaimKind};
use crate::env_vars::{self, EnvSnapshot};
use crate::manifest::AwsDefinition;
use crate::store::{Error, expand};

/// The variables that name an endpoint, the more specific one first, as the SDK looks at them.
const ENDPOINTS: [&str; 2] = [env_vars::AWS_ENDPOINT_URL_SECRETS_MANAGER, env_vars::AWS_ENDPOINT_URL];

/// The variables that name a region, in the SDK's order.
const REGIONS: [&str; 2] = [env_vars::AWS_REGION, env_vars::AWS_DEFAULT_REGION];

/// A place in AWS Secrets Manager.
pub struct Settings {
    /// The secret's name, or what the names of all of them begin with.
    pub name: String,
    /// The region, if the manifest or the environment names one; else the SDK looks for it.
    pub region: Option<String>,
    /// The endpoint, if the manifest or the environment names one; else the SDK looks for it.
    pub endpoint: Option<String>,
    /// Whether the manifest names the endpoint, rather than the user.
    pub endpoint_of_manifest: bool,
    /// The credentials of the environment; else the SDK looks for some.
    pub credentials: Option<Credentials>,
    /// The KMS key of secrets that are created.
    pub kms_key: Option<String>,
    /// Tags of secrets that are created.
    pub tags: Vec<(String, String)>,
}

impl Settings {
    /// Checks and gathers them.
    ///
    /// # Errors
    /// [`Error::Definition`].
    pub fn new(
        definition: &AwsDefinition,
        environment: &str,
        project: &str,
        env: &EnvSnapshot,
    ) -> Result<Self, Error> {
        let name = expand(&definition.name, environment, project)?;
        limits::check_name(&name)?;
        let region = definition.region.as_deref().or_else(|| first(env, &REGIONS).map(|(_, value)| value));
        if let Some(region) = region {
            check_region(region)?;
        }
        let endpoint = definition.endpoint.as_deref();
        let endpoint = endpoint.or_else(|| user_endpoint(env).map(|(_, value)| value));
        Ok(Self {
            name,
            region: region.map(str::to_owned),
            endpoint: endpoint.map(str::to_owned),
            endpoint_of_manifest: definition.endpoint.is_some() && user_endpoint(env).is_none(),
            credentials: credentials(env),
            kms_key: definition.kms_key.clone(),
            tags: definition.tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        })
    }

    /// All secrets whose names begin with `prefix`, where the user's own environment says.
    ///
    /// # Errors
    /// [`Error::Definition`].
    pub fn of_user(prefix: &str, env: &EnvSnapshot) -> Result<Self, Error> {
        if !prefix.is_empty() {
            limits::check_name(prefix)?;
        }
        let region = first(env, &REGIONS).map(|(_, value)| value);
        region.map_or(Ok(()), check_region)?;
        Ok(Self {
            name: prefix.to_owned(),
            region: region.map(str::to_owned),
            endpoint: user_endpoint(env).map(|(_, value)| value.to_owned()),
            endpoint_of_manifest: false,
            credentials: credentials(env),
            kms_key: None,
            tags: Vec::new(),
        })
    }

    /// The server, for a person.
    pub fn address(&self) -> String {
        match (&self.endpoint, &self.region) {
            (Some(endpoint), _) => endpoint.clone(),
            (None, Some(region)) => format!("AWS Secrets Manager in {region}"),
            (None, None) => "AWS Secrets Manager".to_owned(),
        }
    }
}

/// What of a definition the user has to have confirmed. The region decides only which of AWS's own hosts is asked;
/// an endpoint decides who gets the values.
///
/// # Errors
/// [`Error::OtherAddress`] if the user's environment names another endpoint; [`Error::Definition`] if the endpoint
/// cannot be used.
pub fn claims(definition: &AwsDefinition, env: &EnvSnapshot) -> Result<Vec<Claim>, Error> {
    let Some(endpoint) = &definition.endpoint else { return Ok(Vec::new()) };
    let url = parse_endpoint(endpoint)?;
    if let Some((variable, user)) = user_endpoint(env) {
        if Url::parse(user).is_ok_and(|user| user == url) {
            return Ok(Vec::new());
        }
        let (manifest, user) = (endpoint.clone(), user.to_owned());
        return Err(Error::OtherAddress { manifest, variable, user });
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        let message = format!("the endpoint {endpoint} is not encrypted: values would travel in clear text");
        let help = format!("use https, or name it yourself in {}", ENDPOINTS[0]);
        return Err(Error::Definition { message, help: Some(help) });
    }
    Ok(vec![Claim { kind: ClaimKind::StoreAddress, text: endpoint.clone(), content: None }])
}

fn parse_endpoint(endpoint: &str) -> Result<Url, Error> {
    let url = Url::parse(endpoint).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.filter(|url| url.username().is_empty() && url.password().is_none()).ok_or_else(|| {
        let message = "the endpoint is not an address of the form https://host:port".to_owned();
        let help = "leave endpoint out for AWS itself".to_owned();
        Error::Definition { message, help: Some(help) }
    })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

/// A region becomes a part of the host that credentials are sent to, so it may be nothing but a label of it.
pub fn check_region(region: &str) -> Result<(), Error> {
    let is_label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !region.is_empty() && region.len() <= 63 && region.chars().all(is_label) {
        return Ok(());
    }
    let message = "the region of the AWS store is none".to_owned();
    Err(Error::Definition { message, help: Some("write it like \"eu-central-1\"".to_owned()) })
}

fn user_endpoint(env: &EnvSnapshot) -> Option<(&'static str, &str)> {
    let is_ignored = env.get(env_vars::AWS_IGNORE_CONFIGURED_ENDPOINT_URLS);
    if is_ignored.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return None;
    }
    first(env, &ENDPOINTS)
}

fn first<'a>(env: &'a EnvSnapshot, names: &[&'static str]) -> Option<(&'static str, &'a str)> {
    names.iter().find_map(|name| Some((*name, env.get(name)?)))
}

/// The credentials that the SDK's chain would take first.
fn credentials(env: &EnvSnapshot) -> Option<Credentials> {
    let id = env.get(env_vars::AWS_ACCESS_KEY_ID)?;
    let secret = env.get(env_vars::AWS_SECRET_ACCESS_KEY)?;
    let token = env.get(env_vars::AWS_SESSION_TOKEN).map(str::to_owned);
    Some(Credentials::new(id, secret, token, None, "environment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(text: &str) -> AwsDefinition {
        toml::from_str(&format!("name = \"shop/{{env}}\"\n{text}")).expect("a definition")
    }

    fn env(variables: &[(&str, &str)]) -> EnvSnapshot {
        variables.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    #[test]
    fn only_an_endpoint_that_the_user_does_not_name_has_to_be_confirmed() {
        let mine = env(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:5000")]);
        let none = env(&[]);
        assert_eq!(claims(&definition("region = \"eu-central-1\""), &none).ok(), Some(Vec::new()));
        let local = definition("endpoint = \"http://127.0.0.1:5000/\"");
        let claim =
            |text: &str| Claim { kind: ClaimKind::StoreAddress, text: text.to_owned(), content: None };
        assert_eq!(claims(&local, &none).ok(), Some(vec![claim("http://127.0.0.1:5000/")]));
        assert_eq!(claims(&local, &mine).ok(), Some(Vec::new()));
        let ignored = env(&[
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ]);
        assert_eq!(claims(&local, &ignored).ok().map(|claims| claims.len()), Some(1));
    }

    #[test]
    fn another_endpoint_than_the_users_is_refused_and_names_both() {
        let mine = env(&[
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:5000"),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", "https://mine.example.com"),
        ]);
        let error =
            claims(&definition("endpoint = \"https://evil.example.com\""), &mine).expect_err("another");
        let message = "the manifest names https://evil.example.com, and AWS_ENDPOINT_URL_SECRETS_MANAGER names \
                       https://mine.example.com";
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn an_endpoint_of_the_manifest_has_to_be_encrypted() {
        for bad in
            ["http://aws.example.com", "ftp://aws.example.com", "aws", "https://user:pw@aws.example.com"]
        {
            let refused = claims(&definition(&format!("endpoint = \"{bad}\"")), &env(&[]));
            assert!(matches!(refused, Err(Error::Definition { .. })), "{bad}");
        }
        let mine = env(&[("AWS_ENDPOINT_URL", "http://aws.example.com")]);
        assert!(claims(&definition("endpoint = \"http://aws.example.com\""), &mine).is_ok());
    }

    #[test]
    fn a_region_cannot_lead_to_another_host() {
        for bad in ["evil.example.com/", "evil.example.com#", "", "EU", "a@b"] {
            let settings = Settings::new(&definition(&format!("region = \"{bad}\"")), "p", "s", &env(&[]));
            assert!(matches!(settings, Err(Error::Definition { .. })), "{bad}");
        }
    }

    #[test]
    fn the_manifest_names_the_region_before_the_environment() {
        let user = env(&[("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "us-east-2")]);
        let region = |text: &str| Settings::new(&definition(text), "p", "s", &user).map(|all| all.region);
        assert_eq!(region("region = \"eu-central-1\"").ok().flatten().as_deref(), Some("eu-central-1"));
        assert_eq!(region("").ok().flatten().as_deref(), Some("us-east-1"));
    }
}
