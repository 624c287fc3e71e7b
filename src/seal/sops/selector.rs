//! Which lines of a file are encrypted.
//!
//! sops stores exactly one of six rules with each file. A name matches a regular expression anywhere unless
//! the expression is anchored (Go RE2; the `regex` crate differs from it for the classes `\w \d \s \b` on names
//! that are not ASCII). The default is `unencrypted_suffix=_unencrypted`.
//!
//! Files that envward makes say `unencrypted_regex=^(A|B)$` with the names that stay readable. That form is
//! recognised and matched as a list, so that no expression is compiled to run a program.

use indexmap::IndexSet;
use regex::{Regex, RegexBuilder};

use super::Error;

/// The rule that says which lines are encrypted.
#[derive(Clone)]
pub enum Selector {
    /// Names with this ending are clear, everything else is encrypted.
    UnencryptedSuffix(String),
    /// Names with this ending are encrypted, everything else is clear, comments too.
    EncryptedSuffix(String),
    /// These names are clear, everything else is encrypted: `unencrypted_regex=^(A|B)$`.
    ClearNames(IndexSet<String>),
    /// Names that match are clear, everything else is encrypted.
    UnencryptedRegex(Regex),
    /// Names that match are encrypted, everything else is clear, comments too.
    EncryptedRegex(Regex),
    /// What follows a comment that matches is clear up to and with the next value, the comment too.
    UnencryptedCommentRegex(Regex),
    /// What follows a comment that matches is encrypted up to and with the next value; the comment is clear.
    EncryptedCommentRegex(Regex),
}

/// The metadata keys of the rules, without `sops_`.
pub(super) const KEYS: [&str; 6] = [
    "unencrypted_suffix",
    "encrypted_suffix",
    "unencrypted_regex",
    "encrypted_regex",
    "unencrypted_comment_regex",
    "encrypted_comment_regex",
];

/// What a file without any rule means.
pub(super) const DEFAULT_SUFFIX: &str = "_unencrypted";

/// Memory that compiling an expression from a file may take, in bytes.
const REGEX_LIMIT: usize = 1 << 20;

impl Selector {
    /// The rule of a file that envward makes: these names stay readable. One that is not a plain variable name
    /// would mean something else in an expression and is left out, which encrypts it.
    pub fn clear_names<I: IntoIterator<Item = S>, S: Into<String>>(names: I) -> Self {
        Self::ClearNames(names.into_iter().map(Into::into).filter(|name| is_plain(name)).collect())
    }

    /// Reads a rule from the metadata; `key` is one of [`KEYS`].
    pub(super) fn parse(key: &str, text: &str) -> Result<Self, Error> {
        let regex = || {
            let compiled = RegexBuilder::new(text).size_limit(REGEX_LIMIT).build();
            // The error of the library quotes the expression; say only that it cannot be used.
            compiled.map_err(|_| Error::Metadata {
                key: key.to_owned(),
                problem: "the regular expression is not understood",
            })
        };
        Ok(match key {
            "unencrypted_suffix" => Self::UnencryptedSuffix(text.to_owned()),
            "encrypted_suffix" => Self::EncryptedSuffix(text.to_owned()),
            "unencrypted_regex" => match listed_names(text) {
                Some(names) => Self::ClearNames(names),
                None => Self::UnencryptedRegex(regex()?),
            },
            "encrypted_regex" => Self::EncryptedRegex(regex()?),
            "unencrypted_comment_regex" => Self::UnencryptedCommentRegex(regex()?),
            _ => Self::EncryptedCommentRegex(regex()?),
        })
    }

    /// The metadata key of this rule, without `sops_`.
    pub fn key(&self) -> &'static str {
        match self {
            Self::UnencryptedSuffix(_) => KEYS[0],
            Self::EncryptedSuffix(_) => KEYS[1],
            Self::ClearNames(_) | Self::UnencryptedRegex(_) => KEYS[2],
            Self::EncryptedRegex(_) => KEYS[3],
            Self::UnencryptedCommentRegex(_) => KEYS[4],
            Self::EncryptedCommentRegex(_) => KEYS[5],
        }
    }

    /// The metadata value of this rule.
    pub fn text(&self) -> String {
        match self {
            Self::UnencryptedSuffix(suffix) | Self::EncryptedSuffix(suffix) => suffix.clone(),
            Self::ClearNames(names) => {
                format!("^({})$", names.iter().map(String::as_str).collect::<Vec<_>>().join("|"))
            }
            Self::UnencryptedRegex(regex)
            | Self::EncryptedRegex(regex)
            | Self::UnencryptedCommentRegex(regex)
            | Self::EncryptedCommentRegex(regex) => regex.as_str().to_owned(),
        }
    }

    /// Whether comments are encrypted that no comment rule speaks of.
    pub fn encrypts_comments(&self) -> bool {
        !matches!(self, Self::EncryptedSuffix(_) | Self::EncryptedRegex(_) | Self::EncryptedCommentRegex(_))
    }

    /// Whether every comment is encrypted, and none changes what is.
    pub fn hides_comments(&self) -> bool {
        self.encrypts_comments() && !matches!(self, Self::UnencryptedCommentRegex(_))
    }

    /// Whether the value at the end of these keys is encrypted: sops asks every key on the way. `None` if it asks
    /// comments instead.
    pub(super) fn encrypts(&self, path: &[String]) -> Option<bool> {
        Some(match self {
            Self::UnencryptedSuffix(suffix) => !path.iter().any(|key| key.ends_with(suffix.as_str())),
            Self::EncryptedSuffix(suffix) => path.iter().any(|key| key.ends_with(suffix.as_str())),
            Self::ClearNames(names) => !path.iter().any(|key| names.contains(key)),
            Self::UnencryptedRegex(regex) => !path.iter().any(|key| regex.is_match(key)),
            Self::EncryptedRegex(regex) => path.iter().any(|key| regex.is_match(key)),
            Self::UnencryptedCommentRegex(_) | Self::EncryptedCommentRegex(_) => return None,
        })
    }

    /// Starts at the first line of a file.
    pub fn walk(&self) -> Walk<'_> {
        Walk { selector: self, marked: false }
    }
}

/// Whether the variable is encrypted, as far as its name decides.
pub fn is_encrypted(name: &str, selector: &Selector) -> bool {
    selector.walk().value(name)
}

/// Goes through the lines of a file in order, because comment rules look at the comments before a value.
pub struct Walk<'a> {
    selector: &'a Selector,
    marked: bool,
}

impl Walk<'_> {
    /// Whether a comment with this text is encrypted.
    pub fn comment(&mut self, text: &str) -> bool {
        match self.selector {
            Selector::UnencryptedCommentRegex(regex) => {
                self.marked |= regex.is_match(text);
                !self.marked
            }
            // The comment that switches encryption on stays readable itself.
            Selector::EncryptedCommentRegex(regex) => {
                let encrypted = self.marked;
                self.marked |= regex.is_match(text);
                encrypted
            }
            selector => selector.encrypts_comments(),
        }
    }

    /// Whether the value of this name is encrypted.
    pub fn value(&mut self, name: &str) -> bool {
        let marked = std::mem::take(&mut self.marked);
        match self.selector {
            Selector::UnencryptedSuffix(suffix) => !name.ends_with(suffix.as_str()),
            Selector::EncryptedSuffix(suffix) => name.ends_with(suffix.as_str()),
            Selector::ClearNames(names) => !names.contains(name),
            Selector::UnencryptedRegex(regex) => !regex.is_match(name),
            Selector::EncryptedRegex(regex) => regex.is_match(name),
            Selector::UnencryptedCommentRegex(_) => !marked,
            Selector::EncryptedCommentRegex(_) => marked,
        }
    }
}

/// The names of `^(A|B)$`, if the expression has that form.
fn listed_names(text: &str) -> Option<IndexSet<String>> {
    let inner = text.strip_prefix("^(")?.strip_suffix(")$")?;
    if inner.is_empty() {
        return Some(IndexSet::new());
    }
    inner.split('|').map(|name| is_plain(name).then(|| name.to_owned())).collect()
}

/// Whether a name stands for itself in a regular expression.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selector(key: &str, text: &str) -> Selector {
        Selector::parse(key, text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn each_rule_decides_by_name() {
        let cases = [
            ("unencrypted_suffix", "_clear", "A_clear", false, "A", true),
            ("encrypted_suffix", "_secret", "A_secret", true, "A", false),
            ("unencrypted_regex", "^(A|B)$", "A", false, "AB", true),
            ("unencrypted_regex", "^()$", "A", true, "B", true),
            ("unencrypted_regex", "^LOG_", "LOG_LEVEL", false, "A_LOG_", true),
            ("encrypted_regex", "PASS|KEY$", "MY_PASSWORD", true, "KEYS", false),
        ];
        for (key, text, first, first_encrypted, second, second_encrypted) in cases {
            let selector = selector(key, text);
            assert_eq!(is_encrypted(first, &selector), first_encrypted, "{key} {text} {first}");
            assert_eq!(is_encrypted(second, &selector), second_encrypted, "{key} {text} {second}");
            assert_eq!((selector.key(), selector.text().as_str()), (key, text));
        }
    }

    #[test]
    fn a_list_of_names_is_matched_without_an_expression() {
        assert!(matches!(selector("unencrypted_regex", "^(A|B_2)$"), Selector::ClearNames(_)));
        for text in ["^(A|B.)$", "^(A|)$", "^A$", "(A|B)"] {
            assert!(matches!(selector("unencrypted_regex", text), Selector::UnencryptedRegex(_)), "{text}");
        }
    }

    #[test]
    fn a_name_that_would_be_an_expression_is_not_listed() {
        let selector = Selector::clear_names(["A", ".*"]);
        assert_eq!(selector.text(), "^(A)$");
        assert!(is_encrypted("B", &selector));
    }

    #[test]
    fn an_unencrypted_comment_rule_holds_up_to_and_with_the_next_value() {
        let selector = selector("unencrypted_comment_regex", "public");
        let mut walk = selector.walk();
        assert!(walk.comment(" before"));
        assert!(!walk.comment(" public"));
        assert!(!walk.comment(" after"));
        assert!(!walk.value("A"));
        assert!(walk.value("B"));
        assert!(walk.comment(" other"));
    }

    #[test]
    fn an_encrypted_comment_rule_leaves_its_own_comment_readable() {
        let selector = selector("encrypted_comment_regex", "seal");
        let mut walk = selector.walk();
        assert!(!walk.comment(" seal this"));
        assert!(walk.comment(" and this, seal"));
        assert!(walk.value("A"));
        assert!(!walk.value("B"));
    }

    #[test]
    fn an_expression_that_is_not_understood_is_refused_without_its_text() {
        for text in ["(", "\\Q", "(((a{999}){999}){999})"] {
            let error = Selector::parse("encrypted_regex", text).err().map(|error| error.to_string());
            assert_eq!(
                error.as_deref(),
                Some("sops metadata `sops_encrypted_regex`: the regular expression is not understood")
            );
        }
    }
}
