//! What of a value is worth looking for: the whole, or the secret texts within it.
//!
//! A value that cannot be told from other text by chance is not looked for: one under [`LEAST`] bytes, a placeholder,
//! a word (see [`is_common`]), or what the schema calls not secret. Of a URL only password, user name, path segments
//! and query values count, of JSON its texts, of several lines each that looks random: what stands around them stands
//! elsewhere too, and the secret may stand elsewhere without it.

use url::Url;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::schema::placeholder::{self, Placeholder};
use crate::schema::strength::{is_common, looks_random};
use crate::schema::{Schema, Variable};

/// Shorter texts are not looked for, in bytes.
pub const LEAST: usize = 8;

/// Shorter values are not masked in the output of a program, in bytes.
pub const LEAST_MASKED: usize = 4;

/// Levels of JSON that are looked into.
const DEEPEST: usize = 64;

/// Types whose values are addresses, numbers and names, and no secrets also where the schema does not say so.
const PUBLIC_TYPES: &[&str] = &[
    "aws-arn",
    "bool",
    "bytesize",
    "cidr",
    "duration",
    "email",
    "enum",
    "float",
    "host",
    "host-port",
    "int",
    "ip",
    "kafka-brokers",
    "path",
    "port",
    "regex",
    "semver",
    "timezone",
];

/// What of names says that the value is a credential, where no schema says anything.
const CREDENTIAL_NAMES: &[&str] =
    &["AUTH", "CERT", "CREDENTIAL", "DSN", "KEY", "PASS", "PRIVATE", "PWD", "SALT", "SECRET", "TOKEN"];

/// A secret text, overwritten when dropped.
#[derive(Clone, Hash, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Part(String);

impl Part {
    /// The text itself, to be looked for and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Whether the value of a variable is secret, and a text that can be looked for.
pub fn is_secret(name: &str, schema: Option<&Schema>) -> bool {
    match schema.map(|schema| schema.vars.get(name)) {
        Some(Some(variable)) => variable.secret && !PUBLIC_TYPES.contains(&variable.value_type.name()),
        Some(None) | None => is_named_as_credential(name),
    }
}

fn is_named_as_credential(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    CREDENTIAL_NAMES.iter().any(|word| upper.contains(word))
}

/// The texts within a value that are worth looking for in files.
pub fn to_find(name: &str, value: &str, schema: Option<&Schema>) -> Vec<Part> {
    let variable = schema.and_then(|schema| schema.vars.get(name));
    if variable.is_some_and(|variable| is_public(value, variable)) {
        return Vec::new();
    }
    let secret = is_secret(name, schema);
    let unsaid = variable.is_none() && (looks_random(value) || value.contains("://"));
    if secret || unsaid { texts(value, 0) } else { Vec::new() }
}

/// The texts within a value that are masked in the output of a program: also short ones and easy ones, and the whole
/// value.
pub fn to_mask(name: &str, value: &str, schema: Option<&Schema>) -> Vec<Part> {
    if value.len() < LEAST_MASKED {
        return Vec::new();
    }
    let known = schema.is_some_and(|schema| schema.vars.contains_key(name));
    let unsaid = !known && value.len() >= LEAST && !is_common(value);
    let mut texts = if is_secret(name, schema) || unsaid { texts(value, 0) } else { return Vec::new() };
    texts.insert(0, value.into());
    texts
}

/// Whether the schema itself shows the value.
fn is_public(value: &str, variable: &Variable) -> bool {
    variable.example.as_deref() == Some(value)
        || variable.default.as_ref().is_some_and(|default| default.values().any(|it| it == value))
}

fn texts(value: &str, depth: usize) -> Vec<Part> {
    let trimmed = value.trim();
    if let Some(leaves) = json_texts(trimmed, depth) {
        return leaves;
    }
    if trimmed.contains('\n') {
        let lines = trimmed.lines().map(str::trim);
        return lines.filter(|line| !line.starts_with("-----")).filter_map(random).collect();
    }
    match Url::parse(trimmed) {
        Ok(url) if trimmed.contains("://") => url_texts(trimmed, &url),
        _ if is_worth(trimmed) => vec![trimmed.into()],
        _ => Vec::new(),
    }
}

fn is_worth(text: &str) -> bool {
    text.len() >= LEAST && placeholder::classify(text) == Placeholder::No && !is_common(text)
}

/// A text within something longer, which nobody called secret by itself: only if it looks random.
fn random(text: &str) -> Option<Part> {
    (looks_random(text) && is_worth(text)).then(|| text.into())
}

/// The texts of a JSON object or array; `None` for any other text.
fn json_texts(value: &str, depth: usize) -> Option<Vec<Part>> {
    if !value.starts_with(['{', '[']) || depth > DEEPEST {
        return None;
    }
    let mut value: serde_json::Value = serde_json::from_str(value).ok()?;
    let mut found = Vec::new();
    collect(&mut value, depth, &mut found);
    Some(found)
}

fn collect(value: &mut serde_json::Value, depth: usize, found: &mut Vec<Part>) {
    match value {
        serde_json::Value::String(text) => {
            let text = Zeroizing::new(std::mem::take(text));
            if text.contains(['\n', '{', '[']) || text.contains("://") {
                found.extend(texts(&text, depth + 1));
            } else {
                found.extend(random(&text));
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| collect(item, depth, found)),
        serde_json::Value::Object(fields) => {
            fields.iter_mut().for_each(|(_, field)| collect(field, depth, found));
        }
        _ => {}
    }
}

/// The password as it stands in the URL and decoded; and whatever looks random of user name, path and query, as the
/// key of a Sentry DSN and the path of a webhook do.
fn url_texts(text: &str, url: &Url) -> Vec<Part> {
    let mut found = Vec::new();
    // As it was written: the parser encodes what the writer left as it was.
    let authority = text.split_once("://").map_or("", |(_, rest)| rest);
    let authority = &authority[..authority.find(['/', '?', '#']).unwrap_or(authority.len())];
    let user_info = authority.rsplit_once('@').map_or("", |(user_info, _)| user_info);
    if let Some((_, password)) = user_info.split_once(':') {
        let decoded =
            Zeroizing::new(percent_encoding::percent_decode_str(password).decode_utf8_lossy().into_owned());
        if is_worth(&decoded) {
            if *decoded != password {
                found.push(password.into());
            }
            found.push(decoded.as_str().into());
        }
    }
    found.extend(random(url.username()));
    found.extend(url.path_segments().into_iter().flatten().filter_map(random));
    found.extend(url.query_pairs().filter_map(|(_, value)| random(&value)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::testing::schema;

    const KEY: &str = "q7Zr2vLxW5kTb9YcN3sYf7Hc";

    fn found(value: &str) -> Vec<String> {
        to_find("API_TOKEN", value, None).iter().map(|part| part.expose().to_owned()).collect()
    }

    #[test]
    fn short_values_words_and_placeholders_are_not_looked_for() {
        for value in [
            "",
            "hunter2",
            "postgres",
            "production",
            "changeme",
            "<your-api-key>",
            "sk-...",
            "admin_password",
        ] {
            assert!(found(value).is_empty(), "{value}");
        }
        assert_eq!(found(KEY), [KEY]);
        assert_eq!(found("correct-horse-battery-staple"), ["correct-horse-battery-staple"]);
    }

    #[test]
    fn what_the_schema_shows_or_calls_not_secret_is_not_looked_for() {
        let schema = schema(
            "[vars.LEVEL]\nsecret = false\n[vars.HOST]\ntype = \"host\"\n[vars.NAME]\ndefault = \"q7Zr2vLxW5kTb9YcN3sYf7Hc\"\n\
             [vars.KEY]\n",
        );
        for name in ["LEVEL", "HOST", "NAME"] {
            assert!(to_find(name, KEY, Some(&schema)).is_empty(), "{name}");
        }
        assert_eq!(to_find("KEY", KEY, Some(&schema)).len(), 1);
    }

    #[test]
    fn without_a_schema_the_name_or_the_look_of_the_value_tells() {
        assert!(to_find("GREETING", "welcome to the jungle, friend", None).is_empty());
        assert_eq!(to_find("WHATEVER", KEY, None).len(), 1);
        assert_eq!(to_find("DB_PASSWORD", "correct-horse-battery-staple", None).len(), 1);
    }

    #[test]
    fn of_a_url_only_the_secret_texts() {
        assert!(found("https://api.acme.io/v1?region=eu-central-1").is_empty());
        assert_eq!(found(&format!("postgres://app:{KEY}@db.internal:5432/app")), [KEY]);
        assert_eq!(
            found("postgres://app:q7Zr2vLx%2FW5kT%40@db/app"),
            ["q7Zr2vLx%2FW5kT%40", "q7Zr2vLx/W5kT@"]
        );
        assert_eq!(found(&format!("https://{KEY}@o1.ingest.sentry.io/7")), [KEY]);
        assert_eq!(found(&format!("https://hooks.slack.com/services/T1/B2/{KEY}")), [KEY]);
    }

    #[test]
    fn of_a_key_its_lines_and_of_a_key_file_its_texts() {
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{KEY}0\n{KEY}1\n-----END PRIVATE KEY-----\n");
        assert_eq!(found(&pem), [format!("{KEY}0"), format!("{KEY}1")]);
        let file = serde_json::json!({ "type": "service_account", "private_key": pem, "private_key_id": KEY,
                                       "token_uri": "https://oauth2.googleapis.com/token" });
        let found: std::collections::BTreeSet<_> = found(&file.to_string()).into_iter().collect();
        assert_eq!(found, [KEY.to_owned(), format!("{KEY}0"), format!("{KEY}1")].into());
    }

    #[test]
    fn what_is_short_is_masked_but_not_what_is_said_not_to_be_secret() {
        let schema = schema("[vars.LEVEL]\nsecret = false\n[vars.KEY]\n");
        let masked = |name, value| to_mask(name, value, Some(&schema)).len();
        assert_eq!((masked("KEY", "pass-1"), masked("KEY", "abc"), masked("LEVEL", "DEBUG")), (1, 0, 0));
    }
}
