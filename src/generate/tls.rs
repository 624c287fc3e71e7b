//! A self-signed TLS certificate with its private key (P-256), both in PEM: the value is the key followed by
//! the certificate, one text that nginx, HAProxy and Python take as it is; the public part is the certificate.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::{EncodePrivateKey, LineEnding};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use x509_cert::builder::{Builder, CertificateBuilder, Profile};
use x509_cert::certificate::Certificate;
use x509_cert::der::EncodePem;
use x509_cert::der::asn1::{GeneralizedTime, Ia5String, OctetString};
use x509_cert::der::oid::db::rfc5280::ID_KP_SERVER_AUTH;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{ExtendedKeyUsage, SubjectAltName};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::{Time, Validity};

use super::p256::secret_key;
use super::{Error, Generated, Kind, check_range};
use crate::rng::Rng;
use crate::secret::Secret;

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// Longest common name (RFC 5280 appendix A.1, ub-common-name).
const MAX_COMMON_NAME: usize = 64;

/// Options of `tls`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Host names and IP addresses it is for; the first is also its subject
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', default_values_t = Self::default().names)]
    pub names: Vec<String>,

    /// Number of days it is valid, from 1 to 3650
    #[arg(long, value_name = "N", default_value_t = Self::default().days)]
    pub days: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { names: vec!["localhost".to_owned()], days: 365 }
    }
}

impl Kind for Options {
    fn check(&self) -> Result<(), Error> {
        let invalid = |problem| Err(Error::Invalid { option: "names", problem });
        if self.names.is_empty() {
            return invalid("must have at least one name");
        }
        if !self.names.iter().all(|name| name.parse::<IpAddr>().is_ok() || is_host_name(name)) {
            return invalid("must be host names such as *.example.com, or IP addresses");
        }
        if self.names[0].len() > MAX_COMMON_NAME {
            return invalid("must begin with one of at most 64 characters, which becomes the subject");
        }
        check_range("days", self.days, 1, 3650)
    }

    fn make(&self, rng: &mut Rng, now: Timestamp) -> Result<Generated, Error> {
        let failed = || Error::Failed { what: "certificate" };
        let key = secret_key(rng)?;
        let serial: [u8; 16] = rng.bytes()?;
        let certificate = self.certificate(&SigningKey::from(&key), serial, now).map_err(|_| failed())?;
        let certificate = certificate.to_pem(LineEnding::LF).map_err(|_| failed())?;
        let private = key.to_pkcs8_pem(LineEnding::LF).map_err(|_| failed())?;
        let mut both = String::with_capacity(private.len() + certificate.len());
        both.push_str(&private);
        both.push_str(certificate.trim_end());
        Ok(Generated::key_pair(Secret::new(both), certificate.trim_end()))
    }
}

impl Options {
    fn certificate(
        &self,
        key: &SigningKey,
        mut serial: [u8; 16],
        now: Timestamp,
    ) -> Result<Certificate, x509_cert::builder::Error> {
        // Positive, and without a leading zero that DER would drop (RFC 5280 section 4.1.2.2).
        serial[0] = (serial[0] & 0x7f) | 0x40;
        let subject = Name::from_str(&format!("CN={}", self.names[0]))?;
        let mut builder = CertificateBuilder::new(
            // Not an authority: whoever trusts it trusts this one certificate.
            Profile::Leaf {
                issuer: subject.clone(),
                enable_key_agreement: false,
                enable_key_encipherment: false,
            },
            SerialNumber::new(&serial)?,
            validity(now, self.days)?,
            subject,
            SubjectPublicKeyInfoOwned::from_key(*key.verifying_key())?,
            key,
        )?;
        builder.add_extension(&ExtendedKeyUsage(vec![ID_KP_SERVER_AUTH]))?;
        let names: Result<_, _> = self.names.iter().map(|name| general_name(name)).collect();
        builder.add_extension(&SubjectAltName(names?))?;
        builder.build::<DerSignature>()
    }
}

/// Letters, digits and hyphens in labels of at most 63 characters, `*` alone in the first (RFC 1123
/// section 2.1, RFC 6125 section 6.4.3).
fn is_host_name(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let name = name.strip_prefix("*.").unwrap_or(name);
    name.len() <= 253 && name.split('.').all(label)
}

fn general_name(name: &str) -> x509_cert::der::Result<GeneralName> {
    Ok(match name.parse() {
        Ok(IpAddr::V4(address)) => GeneralName::IpAddress(OctetString::new(address.octets())?),
        Ok(IpAddr::V6(address)) => GeneralName::IpAddress(OctetString::new(address.octets())?),
        Err(_) => GeneralName::DnsName(Ia5String::new(name)?),
    })
}

fn validity(now: Timestamp, days: usize) -> x509_cert::der::Result<Validity> {
    let start = u64::try_from(now.as_second()).unwrap_or(0);
    let end = start + days as u64 * SECONDS_PER_DAY;
    Ok(Validity { not_before: time(start)?, not_after: time(end)? })
}

fn time(seconds: u64) -> x509_cert::der::Result<Time> {
    // The builder turns it into the older form where RFC 5280 section 4.1.2.5 wants that.
    GeneralizedTime::from_unix_duration(Duration::from_secs(seconds)).map(Time::GeneralTime)
}

#[cfg(test)]
mod tests {
    use p256::pkcs8::DecodePrivateKey;
    use x509_cert::der::DecodePem;

    use super::*;

    fn made(options: &Options) -> (String, Certificate) {
        let now = "2026-03-01T12:00:00Z".parse().expect("a time");
        let made =
            options.make(&mut Rng::test_only_seeded(1), now).expect("a seeded generator does not fail");
        let certificate = made.public.expect("it has a public part");
        let certificate = Certificate::from_pem(certificate.as_bytes()).expect("it is a certificate");
        (made.secret.expose().to_owned(), certificate)
    }

    #[test]
    fn the_value_is_the_key_and_the_certificate_of_that_key() {
        let (text, certificate) = made(&Options::default());
        let end = "-----END PRIVATE KEY-----\n";
        let (private, rest) = text.split_at(text.find(end).expect("a private key") + end.len());
        let private = p256::SecretKey::from_pkcs8_pem(private).expect("it is PKCS#8");
        assert_eq!(Certificate::from_pem(rest.as_bytes()).expect("a certificate"), certificate);
        let public = SubjectPublicKeyInfoOwned::from_key(private.public_key()).expect("it encodes");
        assert_eq!(certificate.tbs_certificate.subject_public_key_info, public);
    }

    #[test]
    fn it_names_its_hosts_and_lasts_as_long_as_asked() {
        let names = ["db.example.com", "*.example.com", "10.0.0.1", "::1"].map(str::to_owned).to_vec();
        let (_, certificate) = made(&Options { names, days: 30 });
        let certificate = certificate.tbs_certificate;
        assert_eq!(certificate.subject.to_string(), "CN=db.example.com");
        let validity = certificate.validity;
        assert_eq!(validity.not_before.to_string(), "2026-03-01T12:00:00Z");
        assert_eq!(validity.not_after.to_string(), "2026-03-31T12:00:00Z");
        let (_, names) = certificate.get::<SubjectAltName>().expect("it decodes").expect("it has names");
        assert_eq!(names.0.len(), 4);
        assert_eq!(names.0[1], GeneralName::DnsName(Ia5String::new("*.example.com").expect("ASCII")));
        assert_eq!(names.0[2], GeneralName::IpAddress(OctetString::new([10, 0, 0, 1]).expect("bytes")));
    }

    #[test]
    fn names_that_are_none_are_refused() {
        let refused = |name: &str| Options { names: vec![name.to_owned()], days: 1 }.check().is_err();
        for name in ["", "a b", "-a.example", "a..b", "*", "a.*.b", "x,CN=y", &"a".repeat(64)] {
            assert!(refused(name), "{name:?}");
        }
        assert!(!refused("localhost"));
        assert!(Options { names: Vec::new(), days: 1 }.check().is_err());
        assert!(Options { days: 3651, ..Options::default() }.check().is_err());
    }
}
