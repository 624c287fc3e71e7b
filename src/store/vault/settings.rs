//! What the definition and the user's own environment say about the connection.
//!
//! Whatever weakens it comes from the user alone: a manifest comes from a repository.

use std::path::Path;
use std::time::Duration;

use http::header::HeaderValue;
use zeroize::Zeroizing;

use crate::env_vars::{self, EnvSnapshot};
use crate::manifest::VaultDefinition;
use crate::store::Error;
use crate::{fs, ui};

use super::address::Address;

/// How long a request may take unless the user says otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The settings of a connection.
pub(super) struct Settings {
    pub(super) address: Address,
    pub(super) namespace: Option<String>,
    pub(super) authorities: Option<Vec<reqwest::Certificate>>,
    pub(super) client_certificate: Option<reqwest::Identity>,
    pub(super) server_name: Option<String>,
    pub(super) proxy: Option<reqwest::Proxy>,
    pub(super) timeout: Duration,
}

impl Settings {
    /// Takes them together.
    ///
    /// # Errors
    /// [`Error::Definition`], [`Error::Configuration`]: something cannot be used; [`Error::OtherAddress`].
    pub(super) fn new(definition: &VaultDefinition, env: &EnvSnapshot) -> Result<Self, Error> {
        let address = Address::of_manifest(&definition.address)?;
        let vouched = is_vouched_for(&address, env)?;
        if !address.is_encrypted() && !address.is_loopback() && !vouched {
            return Err(unencrypted(&address));
        }
        refuse_skip_verify(env)?;
        Ok(Self {
            namespace: namespace(definition, env)?,
            authorities: authorities(env)?,
            client_certificate: client_certificate(env)?,
            server_name: server_name(&address, env)?,
            proxy: proxy(&address, env)?,
            timeout: timeout(env)?,
            address,
        })
    }
}

/// Whether the user's own environment names the address.
///
/// # Errors
/// [`Error::OtherAddress`] if it names another one.
pub(super) fn is_vouched_for(address: &Address, env: &EnvSnapshot) -> Result<bool, Error> {
    match Address::of_user(env)? {
        None => Ok(false),
        Some((_, user)) if user == *address => Ok(true),
        Some((variable, user)) => {
            Err(Error::OtherAddress { manifest: address.shown(), variable, user: user.shown() })
        }
    }
}

/// The address that the user's own environment names.
///
/// # Errors
/// It names none, or one that cannot be used.
pub(super) fn address_of_user(env: &EnvSnapshot) -> Result<String, Error> {
    let address = Address::of_user(env)?.map(|(_, address)| address.url().to_string());
    address.ok_or_else(|| Error::Configuration {
        message: "no server is named".to_owned(),
        help: Some("set VAULT_ADDR or BAO_ADDR to its address".to_owned()),
    })
}

fn unencrypted(address: &Address) -> Error {
    Error::Definition {
        message: format!("what is sent to {} is not encrypted", address.shown()),
        help: Some(format!(
            "use https, or vouch for the network between yourself: VAULT_ADDR={}",
            address.shown()
        )),
    }
}

fn refuse_skip_verify(env: &EnvSnapshot) -> Result<(), Error> {
    // The values that Go's strconv.ParseBool takes for false; the servers' own programs use it.
    let is_off = |value: &str| matches!(value, "0" | "f" | "F" | "false" | "False" | "FALSE");
    match env.first(env_vars::VAULT_SKIP_VERIFY) {
        Some((variable, value)) if !is_off(value) => Err(Error::Configuration {
            message: format!("{variable} turns off the check of the server's certificate"),
            help: Some(format!(
                "unset it, and name the server's certificate authority: VAULT_CACERT={}",
                "ca.pem"
            )),
        }),
        _ => Ok(()),
    }
}

fn namespace(definition: &VaultDefinition, env: &EnvSnapshot) -> Result<Option<String>, Error> {
    let own = definition.namespace.as_deref();
    let namespace = own.or_else(|| env.first(env_vars::VAULT_NAMESPACE).map(|(_, value)| value));
    let namespace = namespace.map(|text| text.trim_matches('/')).filter(|text| !text.is_empty());
    if namespace.is_some_and(|text| HeaderValue::from_str(text).is_err()) {
        let message = "the namespace of the store holds characters that no namespace has".to_owned();
        return Err(Error::Definition { message, help: None });
    }
    Ok(namespace.map(str::to_owned))
}

fn authorities(env: &EnvSnapshot) -> Result<Option<Vec<reqwest::Certificate>>, Error> {
    let (variable, files) = if let Some((variable, path)) = env.first(env_vars::VAULT_CACERT) {
        (variable, vec![Path::new(path).to_owned()])
    } else if let Some((variable, path)) = env.first(env_vars::VAULT_CAPATH) {
        let names = fs::list_dir(Path::new(path)).map_err(|error| unreadable(variable, &error))?;
        let paths = names.iter().map(|name| Path::new(path).join(name));
        (variable, paths.filter(|path| path.is_file()).collect())
    } else {
        return Ok(None);
    };
    let mut authorities = Vec::new();
    for file in files {
        let pem = fs::read(&file).map_err(|error| unreadable(variable, &error))?;
        let certificates = reqwest::Certificate::from_pem_bundle(&pem).unwrap_or_default();
        authorities.extend(certificates);
    }
    if authorities.is_empty() {
        let message = format!("{variable} names no certificate in PEM");
        return Err(Error::Configuration { message, help: None });
    }
    Ok(Some(authorities))
}

fn client_certificate(env: &EnvSnapshot) -> Result<Option<reqwest::Identity>, Error> {
    let (certificate, key) =
        match (env.first(env_vars::VAULT_CLIENT_CERT), env.first(env_vars::VAULT_CLIENT_KEY)) {
            (None, None) => return Ok(None),
            (Some(certificate), Some(key)) => (certificate, key),
            (Some((there, _)), None) | (None, Some((there, _))) => {
                return Err(Error::Configuration {
                    message: format!("{there} is set, and its other half is not"),
                    help: Some("set VAULT_CLIENT_CERT and VAULT_CLIENT_KEY, or none of them".to_owned()),
                });
            }
        };
    let read =
        |(variable, path): (_, &str)| fs::read(Path::new(path)).map_err(|error| unreadable(variable, &error));
    let (certificate_pem, key_pem) = (read(certificate)?, read(key)?);
    let mut pem = Zeroizing::new(Vec::with_capacity(certificate_pem.len() + key_pem.len() + 1));
    pem.extend_from_slice(&certificate_pem);
    pem.push(b'\n');
    pem.extend_from_slice(&key_pem);
    let identity = reqwest::Identity::from_pem(&pem).map_err(|_| Error::Configuration {
        message: format!("{} and {} are not a certificate and its key in PEM", certificate.0, key.0),
        help: None,
    })?;
    Ok(Some(identity))
}

fn server_name(address: &Address, env: &EnvSnapshot) -> Result<Option<String>, Error> {
    let Some((variable, name)) = env.first(env_vars::VAULT_TLS_SERVER_NAME) else { return Ok(None) };
    if !address.is_encrypted() {
        return Ok(None);
    }
    match url::Host::parse(name) {
        Ok(url::Host::Domain(name)) => Ok(Some(name)),
        _ => Err(Error::Configuration {
            message: format!("{variable} is not the name of a host"),
            help: Some("set it to a name that the server's certificate holds".to_owned()),
        }),
    }
}

/// The proxy that the user names for https. One that is not named is never used, and none for what is on this
/// machine or not encrypted.
fn proxy(address: &Address, env: &EnvSnapshot) -> Result<Option<reqwest::Proxy>, Error> {
    let Some((variable, proxy)) = env.first(env_vars::HTTPS_PROXY) else { return Ok(None) };
    if !address.is_encrypted() || address.is_loopback() {
        return Ok(None);
    }
    let except = env.first(env_vars::NO_PROXY).and_then(|(_, hosts)| reqwest::NoProxy::from_string(hosts));
    let proxy = reqwest::Proxy::https(proxy).map_err(|_| Error::Configuration {
        message: format!("{variable} is not the URL of a proxy"),
        help: None,
    })?;
    Ok(Some(proxy.no_proxy(except)))
}

fn timeout(env: &EnvSnapshot) -> Result<Duration, Error> {
    let Some((variable, text)) = env.first(env_vars::VAULT_CLIENT_TIMEOUT) else { return Ok(TIMEOUT) };
    let seconds = text.strip_suffix('s').unwrap_or(text).parse().ok().filter(|&seconds| seconds > 0);
    seconds.map(Duration::from_secs).ok_or_else(|| Error::Configuration {
        message: format!("{variable} is not a number of seconds"),
        help: Some("set it like 30s".to_owned()),
    })
}

fn unreadable(variable: &str, error: &fs::Error) -> Error {
    let message = format!("{variable}: {}", ui::escape(&error.to_string()));
    Error::Configuration { message, help: error.hint() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(address: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
        let definition = VaultDefinition { address: address.to_owned(), ..super::super::tests::definition() };
        let env = variables.iter().map(|&(name, value)| (name.into(), value.into())).collect();
        Settings::new(&definition, &env).map_err(|error| error.to_string())
    }

    fn refusal(address: &str, variables: &[(&str, &str)]) -> String {
        settings(address, variables).err().unwrap_or_default()
    }

    #[test]
    fn plain_http_over_a_network_takes_the_word_of_the_user() {
        let address = "http://vault.internal:8200";
        assert_eq!(refusal(address, &[]), "what is sent to http://vault.internal:8200 is not encrypted");
        assert!(settings(address, &[("VAULT_ADDR", address)]).is_ok());
        assert!(settings("http://127.0.0.1:8200", &[]).is_ok());
    }

    #[test]
    fn another_address_of_the_user_is_named() {
        assert_eq!(
            refusal("https://vault.example.com", &[("BAO_ADDR", "https://bao.example.com/")]),
            "the manifest names https://vault.example.com, and BAO_ADDR names https://bao.example.com"
        );
        assert!(
            settings("https://vault.example.com", &[("VAULT_ADDR", "https://vault.example.com:443/")])
                .is_ok()
        );
    }

    #[test]
    fn the_certificate_is_always_checked() {
        for value in ["1", "true", "yes"] {
            assert_eq!(
                refusal("https://vault.example.com", &[("VAULT_SKIP_VERIFY", value)]),
                "VAULT_SKIP_VERIFY turns off the check of the server's certificate"
            );
        }
        assert!(settings("https://vault.example.com", &[("VAULT_SKIP_VERIFY", "false")]).is_ok());
    }

    #[test]
    fn the_namespace_of_the_manifest_comes_before_the_users() {
        let namespace = |own: Option<&str>, user: &str| {
            let definition =
                VaultDefinition { namespace: own.map(str::to_owned), ..super::super::tests::definition() };
            let env = [("VAULT_NAMESPACE".into(), user.into())].into_iter().collect();
            Settings::new(&definition, &env).ok().and_then(|settings| settings.namespace)
        };
        assert_eq!(namespace(Some("team/"), "other").as_deref(), Some("team"));
        assert_eq!(namespace(None, "other/shop/").as_deref(), Some("other/shop"));
        assert_eq!(namespace(None, ""), None);
    }

    #[test]
    fn what_cannot_be_used_is_named_by_its_variable() {
        let https = "https://vault.example.com";
        assert_eq!(
            refusal(https, &[("VAULT_CLIENT_CERT", "/tmp/cert.pem")]),
            "VAULT_CLIENT_CERT is set, and its other half is not"
        );
        assert_eq!(
            refusal(https, &[("VAULT_CLIENT_TIMEOUT", "soon")]),
            "VAULT_CLIENT_TIMEOUT is not a number of seconds"
        );
        assert!(
            refusal(https, &[("VAULT_CACERT", "/nowhere/ca.pem")])
                .starts_with("VAULT_CACERT: cannot read /nowhere")
        );
        assert_eq!(
            refusal(https, &[("BAO_TLS_SERVER_NAME", "10.0.0.1")]),
            "BAO_TLS_SERVER_NAME is not the name of a host"
        );
    }
}
