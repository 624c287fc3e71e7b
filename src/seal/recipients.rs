//! Recipients: the public keys a file is wrapped to.

use std::fmt;

use age::plugin;
use age::ssh::{self, ParseRecipientKeyError};
use age::{NoCallbacks, x25519};

/// The longest public key that is looked at, in bytes; an RSA key of 4096 bits takes 724.
const MAX_LENGTH: usize = 2048;

/// How many characters a native age key has: `age1`, 52 for 32 bytes, and 6 of a checksum (BIP 173).
const AGE_LENGTH: usize = 62;

/// A public key cannot be used. Holds none of its text, since people paste private keys by mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is none of the known forms.
    #[error("it is not a public key")]
    NotAKey,
    /// An age key that lost or gained characters.
    #[error("it is not a whole age key: it has {length} characters, and an age key {AGE_LENGTH}")]
    Length {
        /// How many it has.
        length: usize,
    },
    /// An age key with another character somewhere.
    #[error("a character of it is wrong: its checksum does not fit")]
    Checksum,
    /// An SSH key that lost characters, or has others.
    #[error("it is not a whole SSH key")]
    BrokenSsh,
    /// It is the private key.
    #[error("it is a private key, which must not be shared")]
    Private,
    /// It is a point for which every private key gives the same secret.
    #[error("it is a weak public key that anyone could open")]
    Weak,
    /// An RSA key under 2048 bits is breakable, one over 4096 only slows everybody down.
    #[error("it is an RSA key of an unsafe size; 2048 to 4096 bits are accepted")]
    RsaSize,
    /// An SSH key of a kind that age has no recipient for.
    #[error("SSH keys of this kind cannot be recipients; ssh-ed25519 and ssh-rsa can")]
    SshKind,
    /// It names a plugin, and plugins were not allowed.
    #[error("it needs the program age-plugin-{name}, which is not allowed here")]
    Plugin {
        /// The plugin.
        name: String,
    },
    /// Its plugin would be looked for in a directory that depends on where the command is run.
    #[error("age-plugin-{plugin} is not run while PATH holds a relative directory")]
    RelativePath {
        /// The plugin.
        plugin: String,
    },
    /// Wrapping to it failed: its plugin is missing or refused.
    #[error("the data key cannot be wrapped to one of the recipients")]
    Wrap,
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotAKey | Self::Length { .. } | Self::Checksum | Self::BrokenSsh => {
                "a public key is age1 and 58 letters and digits, or ssh-ed25519 AAAA…; \
                 the person's own `envward identity show` prints it"
            }
            Self::Private => "give the line that `envward identity show` prints, and make a new identity",
            Self::SshKind | Self::Weak | Self::RsaSize => "use an age key: run `envward identity new`",
            Self::Plugin { .. } => "if it is to run here, confirm it with: envward allow",
            Self::RelativePath { .. } => "take it, or an empty part, out of PATH",
            Self::Wrap => "is the recipient's plugin installed?",
        };
        Some(hint.to_owned())
    }
}

/// Whether recipients may name a plugin, which runs the program `age-plugin-NAME`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plugins {
    /// A plugin recipient is an error.
    Refused,
    /// A plugin recipient is fine; wrapping to it runs its program.
    Allowed,
}

/// One public key. Its [`Display`](fmt::Display) is its one canonical spelling, without an SSH comment.
#[derive(Clone)]
pub enum Recipient {
    /// `age1…`, the native kind.
    X25519(x25519::Recipient),
    /// `ssh-ed25519 …` or `ssh-rsa …`.
    Ssh(ssh::Recipient),
    /// `age1NAME1…`, served by the program `age-plugin-NAME`.
    Plugin(plugin::Recipient),
}

impl Recipient {
    /// Reads a public key. An SSH key may carry its comment.
    pub fn parse(text: &str, plugins: Plugins) -> Result<Self, Error> {
        let text = text.trim();
        if text.len() > MAX_LENGTH {
            return Err(Error::NotAKey);
        }
        let upper = text.to_ascii_uppercase();
        if ["AGE-SECRET-KEY-", "AGE-PLUGIN-", "-----BEGIN "].iter().any(|start| upper.starts_with(start)) {
            return Err(Error::Private);
        }
        if text.starts_with("ssh-") || text.starts_with("ecdsa-") || text.starts_with("sk-") {
            return parse_ssh(text);
        }
        if let Ok(key) = text.parse::<x25519::Recipient>() {
            return if is_low_order(&key) { Err(Error::Weak) } else { Ok(Self::X25519(key)) };
        }
        let key: plugin::Recipient = text.parse().map_err(|_| misspelt(text))?;
        match plugins {
            Plugins::Allowed => Ok(Self::Plugin(key)),
            Plugins::Refused => Err(Error::Plugin { name: key.plugin().to_owned() }),
        }
    }

    /// The name of the plugin that it needs.
    pub fn plugin(&self) -> Option<&str> {
        match self {
            Self::X25519(_) | Self::Ssh(_) => None,
            Self::Plugin(key) => Some(key.plugin()),
        }
    }

    /// The age library's recipient. Looks for the program of a plugin.
    pub(super) fn to_age(&self) -> Result<Box<dyn age::Recipient>, Error> {
        Ok(match self {
            Self::X25519(key) => Box::new(key.clone()),
            Self::Ssh(key) => Box::new(key.clone()),
            Self::Plugin(key) => {
                let name = key.plugin().to_owned();
                let keys = std::slice::from_ref(key);
                let plugin = plugin::RecipientPluginV1::new(&name, keys, &[], NoCallbacks);
                Box::new(plugin.map_err(|_| Error::Wrap)?)
            }
        })
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::X25519(key) => key.fmt(formatter),
            Self::Ssh(key) => key.fmt(formatter),
            Self::Plugin(key) => key.fmt(formatter),
        }
    }
}

impl PartialEq for Recipient {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Recipient {}

/// A public key as files spell it: without the comment that an SSH key may carry. Nothing is checked, so it is
/// cheap enough to compare many.
pub fn canonical(key: &str) -> String {
    let words = if key.trim_start().starts_with("age1") { 1 } else { 2 };
    key.split_whitespace().take(words).collect::<Vec<_>>().join(" ")
}

/// What is wrong with a text that is no age key, as far as it can be told.
fn misspelt(text: &str) -> Error {
    match text.strip_prefix("age1") {
        None => Error::NotAKey,
        // The key of a plugin, of any length.
        Some(rest) if rest.contains('1') => Error::Checksum,
        Some(_) if text.chars().count() == AGE_LENGTH => Error::Checksum,
        Some(_) => Error::Length { length: text.chars().count() },
    }
}

fn parse_ssh(text: &str) -> Result<Recipient, Error> {
    let key: ssh::Recipient = text.parse().map_err(|error| match error {
        ParseRecipientKeyError::RsaModulusTooLarge | ParseRecipientKeyError::RsaModulusTooSmall => {
            Error::RsaSize
        }
        ParseRecipientKeyError::Unsupported(_) | ParseRecipientKeyError::Ignore => Error::SshKind,
        _ => Error::BrokenSsh,
    })?;
    // The library reads as much as it understands: what follows the key must be a comment of its own.
    let canonical = key.to_string();
    let rest = text.strip_prefix(canonical.as_str()).ok_or(Error::BrokenSsh)?;
    if rest.is_empty() || rest.starts_with(' ') { Ok(Recipient::Ssh(key)) } else { Err(Error::BrokenSsh) }
}

/// Whether the shared secret with this point is zero whatever the private key (RFC 7748, section 6.1).
/// Wrapping to one would make the age library panic.
fn is_low_order(key: &x25519::Recipient) -> bool {
    let (_, point) = bech32::decode(&key.to_string()).expect("the age library writes Bech32");
    let point: [u8; 32] = point.try_into().expect("the age library checked the length");
    // Clamping makes any scalar a multiple of the cofactor, so one is as good as another.
    x25519_dalek::x25519([1; 32], point) == [0; 32]
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma";
    const SSH: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";

    fn error(text: &str) -> Option<Error> {
        Recipient::parse(text, Plugins::Refused).err()
    }

    #[test]
    fn public_keys_have_one_spelling() {
        let parse = |text: &str| Recipient::parse(text, Plugins::Refused).map(|key| key.to_string());
        assert_eq!(parse(ALICE), Ok(ALICE.to_owned()));
        assert_eq!(parse(&format!(" {ALICE}\n")), Ok(ALICE.to_owned()));
        assert_eq!(parse(&format!("{SSH} alice's private laptop")), Ok(SSH.to_owned()));
    }

    #[test]
    fn what_is_not_a_public_key_is_refused_without_showing_it() {
        let private = "AGE-SECRET-KEY-1DU0VVGGPWMDFELNVTZAA68063ATFU3NKYMQJH5YNPJRLYQUK5Z0SZ6HV5H";
        assert_eq!(error(private), Some(Error::Private));
        assert_eq!(error(&private.to_lowercase()), Some(Error::Private));
        assert_eq!(error("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n"), Some(Error::Private));
        assert_eq!(error(""), Some(Error::NotAKey));
        assert_eq!(error(&ALICE.replace('h', "j")), Some(Error::Checksum));
        assert_eq!(error(&ALICE.replace('h', "hh")), Some(Error::Length { length: 64 }));
        assert_eq!(error(&format!("{SSH}AAAA")), Some(Error::BrokenSsh));
        assert_eq!(error(SSH.trim_end_matches('N')), Some(Error::BrokenSsh));
        assert_eq!(error("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY="), Some(Error::SshKind));
    }

    #[test]
    fn a_key_that_everyone_can_open_is_refused() {
        // 32 zero bytes: the point of order 1.
        let zero = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z";
        assert_eq!(error(zero), Some(Error::Weak));
    }

    #[test]
    fn plugins_are_refused_unless_allowed_and_their_names_are_plain() {
        let key = "age1yubikey1qypqxl3v7vr";
        assert_eq!(error(key), Some(Error::Plugin { name: "yubikey".to_owned() }));
        assert!(Recipient::parse(key, Plugins::Allowed).is_ok());
        let hostile =
            ["age1../../x1qypqxs5hjz3", "age1a/b1qypqxpzqyxy", "age1..\\x1qy43rzuz", "age11qypqxn8vqdg"];
        for key in hostile {
            assert_eq!(Recipient::parse(key, Plugins::Allowed).err(), Some(Error::Checksum), "{key}");
        }
    }
}
