//! The address of a server.

use url::{Host, Url};

use crate::env_vars::{self, EnvSnapshot};
use crate::store::Error;
use crate::ui;

/// The address of a server, in one spelling: two that are equal lead to the same server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address(Url);

impl Address {
    /// Takes an address of the manifest.
    ///
    /// # Errors
    /// [`Error::Definition`] if it is no address of a server, or holds a credential.
    pub(super) fn of_manifest(text: &str) -> Result<Self, Error> {
        Self::parse(text).map_err(|problem| Error::Definition {
            message: format!("the address of the store {problem}"),
            help: Some("write it like https://vault.example.com:8200".to_owned()),
        })
    }

    /// The address that the user's own environment names, and the variable.
    ///
    /// # Errors
    /// [`Error::Configuration`] if it is no address of a server.
    pub(super) fn of_user(env: &EnvSnapshot) -> Result<Option<(&'static str, Self)>, Error> {
        let Some((variable, text)) = env.first(env_vars::VAULT_ADDR) else { return Ok(None) };
        let address = Self::parse(text).map_err(|problem| Error::Configuration {
            message: format!("the address of {variable} {problem}"),
            help: Some("write it like https://vault.example.com:8200".to_owned()),
        })?;
        Ok(Some((variable, address)))
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        let mut url = Url::parse(text.trim()).map_err(|_| "is not a URL")?;
        if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
            return Err("is not one of a server");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("holds a user or a password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("holds a query or a fragment");
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// As a URL.
    pub(super) fn url(&self) -> &Url {
        &self.0
    }

    /// For a person: without the slash at the end that a URL always has.
    pub(super) fn shown(&self) -> String {
        ui::escape(self.0.as_str().trim_end_matches('/')).into_owned()
    }

    /// Whether what is sent there is encrypted.
    pub(super) fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it is on this machine, so that nothing sent there passes a network.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

/// Whether a URL leads to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Result<Address, &'static str> {
        Address::parse(text)
    }

    #[test]
    fn spellings_of_the_same_server_are_equal() {
        let plain = address("https://vault.example.com");
        for same in
            ["https://Vault.example.com/", "https://vault.example.com:443", " https://vault.example.com//"]
        {
            assert_eq!(address(same), plain, "{same}");
        }
        for other in
            ["http://vault.example.com", "https://vault.example.com:8200", "https://vault.example.com/a"]
        {
            assert_ne!(address(other), plain, "{other}");
        }
    }

    #[test]
    fn an_address_holds_no_credential_and_no_query() {
        assert_eq!(address("https://user:password@vault.example.com"), Err("holds a user or a password"));
        assert_eq!(address("https://vault.example.com/?token=x"), Err("holds a query or a fragment"));
        assert_eq!(address("vault.example.com:8200"), Err("is not one of a server"));
        assert_eq!(address("/etc/passwd"), Err("is not a URL"));
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let is_loopback = |text| address(text).is_ok_and(|address| address.is_loopback());
        assert!(is_loopback("http://127.0.0.1:8200") && is_loopback("http://[::1]:8200"));
        assert!(is_loopback("http://localhost:8200"));
        assert!(!is_loopback("http://localhost.example.com") && !is_loopback("http://10.0.0.1"));
    }
}
