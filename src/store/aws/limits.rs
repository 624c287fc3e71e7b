//! The limits of AWS Secrets Manager, checked before anything is sent.
//!
//! Source: the API model of 2017-10-17 (`SecretStringType`, `NameType`) and "AWS Secrets Manager quotas" in the
//! user guide.

use crate::store::Error;
use crate::ui;

/// The longest value of a secret, in bytes of UTF-8.
pub const MAX_VALUE: usize = 65_536;

/// The longest name of a secret, in characters; all of them are ASCII.
const MAX_NAME: usize = 512;

/// Whether AWS takes this name: 1 to 512 of letters, digits and `/_+=.@-`. An ARN is none, which keeps a manifest
/// from naming a secret of another account.
///
/// # Errors
/// [`Error::Definition`].
pub fn check_name(name: &str) -> Result<(), Error> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    let problem = if let Some(bad) = name.chars().find(|&c| !is_allowed(c)) {
        format!("holds {bad:?}")
    } else if name.is_empty() {
        "is empty".to_owned()
    } else if name.len() > MAX_NAME {
        format!("has {} characters, {} too many", name.len(), name.len() - MAX_NAME)
    } else {
        return Ok(());
    };
    let message = format!("the secret's name {} {problem}", ui::escape(&format!("{name:?}")));
    let help = "AWS takes 1 to 512 letters, digits and /_+=.@-".to_owned();
    Err(Error::Definition { message, help: Some(help) })
}

/// Whether the text fits into the secret `path`.
///
/// # Errors
/// [`Error::TooLarge`], or [`Error::Unsupported`] for an empty text, which AWS cannot hold.
pub fn check_value(path: &str, text: &str, help: &str) -> Result<(), Error> {
    if text.is_empty() {
        let what = format!("AWS Secrets Manager cannot hold an empty value, which {path} would have");
        let help = "use layout = \"json\", which can, or leave the variable unset".to_owned();
        return Err(Error::Unsupported { what, help: Some(help) });
    }
    if text.len() > MAX_VALUE {
        let limit = format!("{} bytes, and AWS Secrets Manager takes {MAX_VALUE} in one secret", text.len());
        return Err(Error::TooLarge { path: path.to_owned(), limit, help: help.to_owned() });
    }
    Ok(())
}

/// Whether a name ends like an ARN, in a hyphen and six characters: AWS warns that such a name can be taken for
/// the part of an ARN.
pub fn looks_like_an_arn(name: &str) -> bool {
    let tail = name.rsplit_once('-').map_or("", |(_, tail)| tail);
    tail.len() == 6 && tail.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_characters_that_aws_takes() {
        assert!(check_name("bug-dedup/production/A_1+=.@").is_ok());
        assert!(check_name(&"a".repeat(512)).is_ok());
        let message = |name: &str| check_name(name).map_err(|error| error.to_string()).err();
        assert_eq!(message("").as_deref(), Some("the secret's name \"\" is empty"));
        assert_eq!(message("a b").as_deref(), Some("the secret's name \"a b\" holds ' '"));
        assert!(
            message(&"a".repeat(513)).is_some_and(|text| text.ends_with("has 513 characters, 1 too many"))
        );
        let arn = "arn:aws:secretsmanager:eu-central-1:1:secret:a-abcdef";
        assert!(message(arn).is_some_and(|text| text.ends_with("holds ':'")));
    }

    #[test]
    fn the_limit_is_counted_in_bytes() {
        assert!(check_value("a", &"x".repeat(65_536), "").is_ok());
        let two_bytes_each = "é".repeat(32_769);
        let error = check_value("a", &two_bytes_each, "").expect_err("two bytes too many");
        let message = "a cannot hold this: 65538 bytes, and AWS Secrets Manager takes 65536 in one secret";
        assert_eq!(error.to_string(), message);
        assert!(check_value("a", "", "").is_err());
    }

    #[test]
    fn six_characters_after_a_hyphen_look_like_an_arn() {
        assert!(looks_like_an_arn("shop-canary"));
        assert!(!looks_like_an_arn("shop-staging"));
        assert!(!looks_like_an_arn("shop/abcdef"));
    }
}
