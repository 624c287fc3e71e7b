//! One thing that a manifest names and a user confirms.

use crate::mac::sha256;

/// What a manifest claims and a user confirms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Claim {
    /// What kind of thing it is.
    pub kind: ClaimKind,
    /// The thing itself, as it is shown and compared: an address, `auth/jwt as deploy`, a command line.
    pub text: String,
    /// The SHA-256 of what it stands for, where that can change under the same text: the script that a command
    /// runs.
    pub content: Option<String>,
}

/// What kind of thing a manifest names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimKind {
    /// Where a store is.
    StoreAddress,
    /// Where to log in to a store and as what.
    StoreLogin,
    /// A program that is run.
    Command,
    /// An age plugin of a recipient.
    Plugin,
}

impl ClaimKind {
    /// Its name in what is hashed and in reports. Another one would make every user confirm again.
    pub fn name(self) -> &'static str {
        match self {
            Self::StoreAddress => "store-address",
            Self::StoreLogin => "store-login",
            Self::Command => "command",
            Self::Plugin => "plugin",
        }
    }
}

impl Claim {
    /// The program of an age plugin. What the program does is not the manifest's: it comes from the user's PATH.
    pub fn plugin(name: &str) -> Self {
        Self { kind: ClaimKind::Plugin, text: format!("age-plugin-{name}"), content: None }
    }

    /// What is remembered of it: the SHA-256 over kind, text and content, each with its length before it, in 64
    /// hexadecimal digits. It holds nothing secret.
    pub fn hash(&self) -> String {
        let fields =
            ["envward/1/claim", self.kind.name(), &self.text].into_iter().chain(self.content.as_deref());
        let mut bytes = Vec::new();
        for field in fields {
            bytes.extend((field.len() as u64).to_le_bytes());
            bytes.extend(field.as_bytes());
        }
        sha256(&bytes)
    }
}

/// Whether a text has the form of [`Claim::hash`].
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(kind: ClaimKind, text: &str, content: Option<&str>) -> String {
        Claim { kind, text: text.to_owned(), content: content.map(str::to_owned) }.hash()
    }

    #[test]
    fn kind_text_and_content_all_count() {
        let all = [
            hash(ClaimKind::Command, "deploy", None),
            hash(ClaimKind::Command, "deploy", Some("")),
            hash(ClaimKind::Command, "deploy", Some("a")),
            hash(ClaimKind::Command, "deploya", None),
            hash(ClaimKind::Plugin, "deploy", None),
        ];
        let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert!(all.iter().all(|hash| is_hash(hash)));
    }

    #[test]
    fn the_construction_stays_as_it_is() {
        // Computed with Python's hashlib and struct from the description above.
        assert_eq!(
            hash(ClaimKind::StoreAddress, "https://vault.example.com:8200", None),
            "9046207009a32d1ee35f7acf00ac0f773e7c4099146ce93c8d2f29335c66e48d"
        );
    }
}
