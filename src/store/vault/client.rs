//! The HTTP client: which server it believes, how it gets there, and for how long it waits.

use std::net::SocketAddr;
use std::time::Duration;

use http::header::{HOST, HeaderMap, HeaderValue};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

use crate::store::Error;

use super::http::Http;
use super::settings::Settings;

/// How long a connection, with its TLS handshake, may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A client that follows no redirect, sends nothing twice by itself, uses no proxy that was not given, and checks
/// certificates.
pub(super) fn bounded(timeout: Duration) -> reqwest::ClientBuilder {
    // Another part of the program may have chosen it already: the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .tls_backend_rustls()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        .timeout(timeout)
        .user_agent(concat!("envward/", env!("CARGO_PKG_VERSION")))
}

impl Settings {
    /// The client that they describe.
    ///
    /// # Errors
    /// [`Error::Configuration`] if the certificates cannot be used.
    pub(super) fn client(self) -> Result<Http, Error> {
        let unusable = self.unusable();
        let mut headers = HeaderMap::new();
        headers.insert("x-vault-request", HeaderValue::from_static("true"));
        if let Some(Ok(namespace)) = self.namespace.as_deref().map(HeaderValue::from_str) {
            headers.insert("x-vault-namespace", namespace);
        }
        let mut builder = bounded(self.timeout);
        let mut base = self.address.url().clone();
        if !self.address.is_encrypted() {
            // Without it the client would read the certificates of the machine, for nothing.
            builder = builder.tls_certs_only([]);
        } else if let Some(authorities) = self.authorities {
            builder = builder.tls_certs_only(authorities);
        }
        if let Some(identity) = self.client_certificate {
            builder = builder.identity(identity);
        }
        if let Some(proxy) = self.proxy {
            builder = builder.proxy(proxy);
        }
        if let Some(name) = self.server_name {
            headers.extend(authority(&base).map(|authority| (HOST, authority)));
            builder = builder.dns_resolver(Renamed { host: base.host_str().unwrap_or_default().to_owned() });
            // It was parsed as the name of a host.
            let _ = base.set_host(Some(&name));
        }
        Ok(Http::new(builder.build().map_err(|_| unusable)?, base, headers))
    }

    /// What it means if the client cannot be built. The library's own error can quote a file.
    fn unusable(&self) -> Error {
        let message = if self.client_certificate.is_some() {
            "the client certificate and its key do not fit together"
        } else if self.authorities.is_some() {
            "the certificate authorities of VAULT_CACERT or VAULT_CAPATH cannot be used"
        } else {
            return no_authorities();
        };
        Error::Configuration { message: message.to_owned(), help: None }
    }
}

/// That the machine has nothing to check certificates by.
pub(super) fn no_authorities() -> Error {
    let help = "install the package ca-certificates, or name one authority: VAULT_CACERT=ca.pem";
    let message = "this machine has no certificate authorities".to_owned();
    Error::Configuration { message, help: Some(help.to_owned()) }
}

fn authority(url: &Url) -> Option<HeaderValue> {
    let host = url.host_str()?;
    let text = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    HeaderValue::from_str(&text).ok()
}

/// Looks up the host of the address when asked for the name that its certificate is for.
struct Renamed {
    host: String,
}

impl Resolve for Renamed {
    fn resolve(&self, _name: Name) -> Resolving {
        let host = self.host.trim_matches(['[', ']']).to_owned();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
