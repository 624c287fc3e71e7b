//! A secret for time-based one-time codes (RFC 6238), in base32 without padding, as authenticator apps take it.
//! With an issuer it is the whole `otpauth:` URL, ready for a QR code.

use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::{Error, Generated, Kind, check_bytes, random_bytes};
use crate::rng::Rng;
use crate::secret::Secret;

/// Options of `totp`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Number of random bytes, from 16 to 1024; RFC 4226 recommends 20
    #[arg(long, value_name = "N", default_value_t = Self::default().bytes)]
    pub bytes: usize,

    /// Who the codes are for; makes an otpauth URL instead of the bare secret
    #[arg(long, value_name = "NAME")]
    pub issuer: Option<String>,

    /// Whose codes they are, in the otpauth URL
    #[arg(long, value_name = "NAME", requires = "issuer")]
    pub account: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { bytes: 20, issuer: None, account: None }
    }
}

impl Kind for Options {
    fn check(&self) -> Result<(), Error> {
        if self.account.is_some() && self.issuer.is_none() {
            return Err(Error::Invalid { option: "account", problem: "needs an issuer" });
        }
        let names = [("issuer", &self.issuer), ("account", &self.account)];
        for (option, name) in names {
            if name.as_ref().is_some_and(|name| name.is_empty() || name.contains(':')) {
                return Err(Error::Invalid { option, problem: "must be a name without a colon" });
            }
        }
        check_bytes(self.bytes)
    }

    fn make(&self, rng: &mut Rng, _now: Timestamp) -> Result<Generated, Error> {
        let secret = Secret::new(BASE32_NOPAD.encode(&random_bytes(rng, self.bytes)?));
        let secret = match &self.issuer {
            Some(issuer) => otpauth_url(&secret, issuer, self.account.as_deref()),
            None => secret,
        };
        Ok(Generated { secret, public: None, bits: Some(self.bytes * 8) })
    }
}

/// The URL that authenticator apps read from a QR code (Google Authenticator's "Key URI Format").
fn otpauth_url(secret: &Secret, issuer: &str, account: Option<&str>) -> Secret {
    let issuer = percent_encode(issuer);
    let account = percent_encode(account.unwrap_or("account"));
    let secret = secret.expose();
    Secret::new(format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}"))
}

fn percent_encode(text: &str) -> String {
    // Form encoding differs from a URL's only in the blank, and apps show the plus sign as it is.
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(options: &Options) -> String {
        options.check().expect("the options are right");
        let made = options.make(&mut Rng::test_only_seeded(1), Timestamp::UNIX_EPOCH);
        made.expect("a seeded generator does not fail").secret.expose().to_owned()
    }

    #[test]
    fn it_is_base32_of_20_bytes() {
        let text = make(&Options::default());
        assert_eq!(text.len(), 32);
        assert_eq!(BASE32_NOPAD.decode(text.as_bytes()).map(|secret| secret.len()), Ok(20));
    }

    #[test]
    fn with_an_issuer_it_is_a_url() {
        let bare = make(&Options::default());
        let account = Some("a+b@example.com".to_owned());
        let url = make(&Options { issuer: Some("Bug Dedup".to_owned()), account, ..Options::default() });
        assert_eq!(
            url,
            format!("otpauth://totp/Bug%20Dedup:a%2Bb%40example.com?secret={bare}&issuer=Bug%20Dedup")
        );
    }

    #[test]
    fn an_account_without_an_issuer_and_a_colon_are_refused() {
        let account = Some("alice".to_owned());
        assert!(Options { account, ..Options::default() }.check().is_err());
        assert!(Options { issuer: Some("a:b".to_owned()), ..Options::default() }.check().is_err());
        assert!(Options { bytes: 10, ..Options::default() }.check().is_err());
    }
}
