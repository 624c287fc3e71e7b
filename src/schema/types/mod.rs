//! The types of values, one file each.
//!
//! To add one: write its file with a unit struct that implements [`ValueType`], its message and its tests,
//! and add it to [`ALL`].

mod age_key;
mod amqp_url;
mod aws_arn;
mod base64;
mod base64url;
mod boolean;
mod bytes;
mod bytesize;
mod cidr;
mod connection;
mod duration;
mod email;
mod enumeration;
mod fernet_key;
mod float;
mod hex;
mod host;
mod host_port;
mod http_url;
mod int;
mod ip;
mod json;
mod jwt;
mod kafka_brokers;
mod list;
mod mongodb_url;
mod mysql_url;
mod numbers;
mod path;
mod pem;
mod port;
mod postgres_url;
mod redis_url;
mod regex;
mod s3_url;
mod semver;
mod sentry_dsn;
mod string;
mod timezone;
mod url;
mod uuid;

pub use duration::parse as parse_duration;
pub use jwt::{claims as jwt_claims, expiry as jwt_expiry};
pub use pem::certificate_expiry;

use super::constraints;
use super::definition::Constraints;

/// What a type makes of a value; what rules see.
#[derive(Clone, PartialEq)]
pub enum Typed {
    /// Text.
    String(String),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// Several texts.
    List(Vec<String>),
    /// A length of time.
    Duration(jiff::SignedDuration),
    /// The parts of a URL.
    Url(UrlParts),
}

/// The parts of a URL, percent-decoded; empty where it has none.
#[derive(Clone, Default, PartialEq)]
pub struct UrlParts {
    /// Scheme, in lower case.
    pub scheme: String,
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
    /// Host, without brackets; of several hosts the first.
    pub host: String,
    /// Port, or the scheme's own.
    pub port: Option<u16>,
    /// Path with its leading slash.
    pub path: String,
    /// Query without its question mark.
    pub query: String,
}

/// Why a value is not of a type. Holds no part of the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What is wrong: "is not a whole number".
    pub message: String,
    /// What would be right: "use digits only, such as 20".
    pub help: Option<String>,
}

impl Mismatch {
    /// What is wrong, as the rest of a sentence that begins with the variable's name.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// Adds what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// One type of value.
pub trait ValueType: Sync {
    /// The word that names it in a schema.
    fn name(&self) -> &'static str;

    /// What it accepts, one sentence for documentation.
    fn describe(&self) -> &'static str;

    /// Names of the [`Constraints`] fields it has a use for, beyond [`constraints::SHARED`].
    fn constraints(&self) -> &'static [&'static str] {
        &[]
    }

    /// Reads the value and checks the constraints that are this type's own.
    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch>;

    /// Checks the value against the type and all constraints.
    fn check(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let typed = self.parse(value, constraints)?;
        constraints::check(value, constraints)?;
        Ok(typed)
    }

    /// Whether it has a use for that field of [`Constraints`].
    fn takes(&self, constraint: &str) -> bool {
        self.constraints().contains(&constraint) || constraints::SHARED.contains(&constraint)
    }
}

/// Every type, in the order of the documentation.
pub static ALL: &[&dyn ValueType] = &[
    &string::AnyText,
    &int::Int,
    &float::Float,
    &boolean::Bool,
    &enumeration::Enum,
    &list::List,
    &json::Json,
    &duration::Duration,
    &bytesize::ByteSize,
    &url::Url,
    &http_url::HttpUrl,
    &email::Email,
    &host::Host,
    &port::Port,
    &host_port::HostPort,
    &ip::Ip,
    &cidr::Cidr,
    &path::Path,
    &uuid::Uuid,
    &hex::Hex,
    &base64::Base64,
    &base64url::Base64Url,
    &pem::Pem,
    &jwt::Jwt,
    &semver::SemVer,
    &timezone::TimeZone,
    &regex::Regex,
    &postgres_url::POSTGRES_URL,
    &mysql_url::MYSQL_URL,
    &redis_url::REDIS_URL,
    &mongodb_url::MONGODB_URL,
    &amqp_url::AMQP_URL,
    &kafka_brokers::KafkaBrokers,
    &sentry_dsn::SentryDsn,
    &s3_url::S3Url,
    &fernet_key::FernetKey,
    &age_key::AgeKey,
    &aws_arn::AwsArn,
];

/// The type of that name.
pub fn by_name(name: &str) -> Option<&'static dyn ValueType> {
    ALL.iter().copied().find(|value_type| value_type.name() == name)
}

/// What the tests of every type are made of.
#[cfg(test)]
mod testing {
    use super::{Constraints, Typed, ValueType};

    /// The typed value; panics with the message if there is none.
    #[track_caller]
    pub fn accept(value_type: &dyn ValueType, value: &str) -> Typed {
        accept_with(value_type, value, &Constraints::default())
    }

    /// The same, with constraints.
    #[track_caller]
    pub fn accept_with(value_type: &dyn ValueType, value: &str, constraints: &Constraints) -> Typed {
        match value_type.check(value, constraints) {
            Ok(typed) => typed,
            Err(mismatch) => panic!("{value:?} {}", mismatch.message),
        }
    }

    /// The message; panics if the value is accepted.
    #[track_caller]
    pub fn reject(value_type: &dyn ValueType, value: &str) -> String {
        reject_with(value_type, value, &Constraints::default())
    }

    /// The same, with constraints.
    #[track_caller]
    pub fn reject_with(value_type: &dyn ValueType, value: &str, constraints: &Constraints) -> String {
        match value_type.check(value, constraints) {
            Ok(_) => panic!("{value:?} is accepted"),
            Err(mismatch) => mismatch.message,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values made so that a type gets far into them before it refuses.
    const HOSTILE: &[&str] = &[
        "hunter2",
        "hunter2:hunter2",
        "hunter2://hunter2",
        "https://hunter2@hunter2:hunter2/hunter2",
        "https://user:hunter2@@[hunter2]/",
        "postgresql://user:hunter2/x@db:5432/app",
        "redis://:hunter2@h:1/hunter2",
        "s3://hunter2_/",
        "hunter2.hunter2.hunter2",
        "eyJhbGciOiJIUzI1NiJ9.hunter2.hunter2",
        "-----BEGIN hunter2-----\nhunter2\n-----END hunter2-----",
        "-----BEGIN CERTIFICATE-----\nhunter2=\n-----END CERTIFICATE-----",
        "AGE-SECRET-KEY-1HUNTER2",
        "age1hunter2",
        "arn:hunter2:hunter2",
        "{\"hunter2\": hunter2}",
        "(hunter2",
        "1.hunter2.3",
        "10.0.0.hunter2/8",
        "hunter2@hunter2@hunter2",
        "hunter2,,hunter2",
        "15hunter2",
    ];

    #[test]
    fn no_message_holds_a_part_of_the_value() {
        for value_type in ALL {
            for value in HOSTILE {
                if let Err(Mismatch { message, help }) = value_type.check(value, &Constraints::default()) {
                    let text = format!("{message} {}", help.unwrap_or_default()).to_lowercase();
                    assert!(!text.contains("hunter2"), "{}: {text}", value_type.name());
                }
            }
        }
    }

    #[test]
    fn every_message_continues_a_sentence() {
        for value_type in ALL {
            for value in HOSTILE {
                if let Err(Mismatch { message, .. }) = value_type.check(value, &Constraints::default()) {
                    assert!(message.starts_with(|first: char| first.is_ascii_lowercase()), "{message}");
                    assert!(!message.ends_with('.'), "{message}");
                }
            }
        }
    }

    #[test]
    fn names_are_unique_and_found() {
        for value_type in ALL {
            let found = by_name(value_type.name()).map(ValueType::describe);
            assert_eq!(found, Some(value_type.describe()));
        }
        assert!(by_name("number").is_none());
    }

    #[test]
    fn every_type_takes_a_pattern_but_only_text_has_a_length() {
        assert!(ALL.iter().all(|value_type| value_type.takes("pattern")));
        assert!(string::AnyText.takes("min_length"));
        assert!(!int::Int.takes("min_length"));
    }

    #[test]
    fn nothing_is_accepted_blank_around_or_with_a_control_character_by_structured_types() {
        let loose = ["string", "path", "regex", "list", "json", "enum", "pem"];
        for value_type in ALL.iter().filter(|value_type| !loose.contains(&value_type.name())) {
            for value in [" ", " 1", "1 ", "1\n", "https://a.example/\t", "\u{1b}[1m"] {
                let accepted = value_type.check(value, &Constraints::default()).is_ok();
                assert!(!accepted, "{} accepts {value:?}", value_type.name());
            }
        }
    }

    /// Pieces that types look for, in any order, between other text.
    fn composed() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("://".to_owned()),
            Just("redis://".to_owned()),
            Just("mongodb://".to_owned()),
            Just("s3://".to_owned()),
            Just("arn:aws:".to_owned()),
            Just("-----BEGIN ".to_owned()),
            Just("-----END ".to_owned()),
            Just("-----\n".to_owned()),
            Just("AGE-SECRET-KEY-1".to_owned()),
            "[@:/?#,.+%=\\[\\]-]{1,3}",
            "[0-9]{1,20}",
            "[a-zA-Z]{1,4}",
            "\\PC{1,3}",
        ];
        proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_value_makes_a_type_panic(value in composed()) {
            for value_type in ALL {
                let _ = value_type.check(&value, &Constraints::default());
            }
        }
    }
}
