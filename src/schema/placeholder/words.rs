//! Words that describe a value instead of being one: `your-secret-key-here`, `secure_random_password`.

use super::Placeholder;

/// Whole values that are filled in for nothing else.
const FILLERS: &[&str] = &[
    "changeit",
    "changeme",
    "changethis",
    "fixme",
    "placeholder",
    "replaceme",
    "replacethis",
    "setme",
    "tbd",
    "todo",
    "updateme",
];

/// Two words in a row that ask for something.
const REQUESTS: &[(&str, &str)] = &[
    ("change", "in"),
    ("change", "it"),
    ("change", "me"),
    ("change", "this"),
    ("fill", "in"),
    ("fill", "me"),
    ("goes", "here"),
    ("insert", "here"),
    ("put", "here"),
    ("replace", "me"),
    ("replace", "this"),
    ("replace", "with"),
    ("set", "me"),
    ("set", "this"),
    ("to", "replace"),
    ("update", "me"),
];

/// What asks, at the beginning, for a value that follows.
const VERBS: &[&str] = &["add", "enter", "fill", "generate", "insert", "paste", "provide", "put", "replace"];

/// What can follow "your" without a gap: `yourdomain.com`.
const YOURS: &[&str] = &[
    "account",
    "api",
    "apikey",
    "app",
    "brand",
    "bucket",
    "client",
    "company",
    "database",
    "db",
    "domain",
    "dsn",
    "email",
    "host",
    "id",
    "key",
    "name",
    "org",
    "organization",
    "password",
    "project",
    "region",
    "secret",
    "server",
    "site",
    "team",
    "tenant",
    "token",
    "url",
    "user",
    "username",
    "website",
];

/// What a secret is called.
const SECRETS: &[&str] = &[
    "apikey",
    "key",
    "pass",
    "passphrase",
    "passwd",
    "password",
    "pwd",
    "salt",
    "secret",
    "secretkey",
    "token",
];

/// What a secret is said to be. The name of a header or a field, such as `x-api-key`, has none of these.
const PRAISE: &[&str] = &[
    "dummy", "fake", "insecure", "long", "random", "safe", "sample", "secure", "strong", "super", "unsafe",
    "very",
];

/// Words that go with the name of a secret and make it no more secret.
const COMPANY: &[&str] = &[
    "a",
    "access",
    "admin",
    "and",
    "api",
    "app",
    "at",
    "auth",
    "aws",
    "be",
    "bit",
    "bits",
    "byte",
    "bytes",
    "char",
    "character",
    "characters",
    "chars",
    "client",
    "cookie",
    "data",
    "database",
    "db",
    "dev",
    "development",
    "email",
    "encryption",
    "example",
    "for",
    "grafana",
    "hex",
    "in",
    "is",
    "jwt",
    "least",
    "local",
    "mail",
    "master",
    "min",
    "minimum",
    "my",
    "mysql",
    "of",
    "or",
    "plus",
    "postgres",
    "private",
    "prod",
    "production",
    "public",
    "redis",
    "root",
    "sample",
    "session",
    "should",
    "signing",
    "smtp",
    "some",
    "staging",
    "string",
    "test",
    "that",
    "the",
    "this",
    "thirty",
    "two",
    "updated",
    "user",
    "value",
    "webhook",
    "with",
];

/// How the keys of well-known services begin.
const KEY_PREFIXES: &[&str] = &["ghp", "glpat", "gsk", "pk", "rk", "sk", "whsec", "xoxb", "xoxp"];

/// Where people are sent to find a value: `dsn_from_sentry_dashboard`.
const SOURCES: &[&str] = &["aws", "console", "dashboard", "portal", "settings"];

/// What lower-case text that is not a URL looks like.
pub(super) fn classify(value: &str) -> Placeholder {
    let words: Vec<&str> = words(value).collect();
    // Somebody made that up, and the rest may be a part of it.
    if words.iter().any(|word| is_random(word)) {
        return Placeholder::No;
    }
    if is_request(value, &words) || is_yours(value) || is_praise(&words) || is_described_key(&words) {
        Placeholder::Sure
    } else if is_description(&words) || has_example_domain(value) {
        Placeholder::Likely
    } else {
        Placeholder::No
    }
}

/// Whether lower-case text asks to be replaced, and does not only praise itself.
pub(super) fn asks(value: &str) -> bool {
    is_request(value, &words(value).collect::<Vec<_>>()) || is_yours(value)
}

/// Whether a word is long, and goes between letters and digits as no words do.
fn is_random(word: &str) -> bool {
    let switches =
        word.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit());
    word.len() >= 12 && switches.count() >= 4
}

/// Whether a value begins as the keys of well-known services do.
pub(super) fn begins_key(value: &str) -> bool {
    words(value).next().is_some_and(|first| KEY_PREFIXES.contains(&first))
}

/// Letters and digits between anything else.
fn words(value: &str) -> impl Iterator<Item = &str> {
    value.split(|each: char| !each.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// `changeme`, `please-change-me`, `replace-with-your-key`, `client_id_from_auth0_dashboard`,
/// `secure_random_password_here`.
fn is_request(value: &str, words: &[&str]) -> bool {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    let begun = words.iter().any(|word| word.starts_with("changeme") || word.starts_with("replaceme"));
    let whole = words.len() == 1 && FILLERS.contains(first);
    let asked = words.windows(2).any(|pair| REQUESTS.contains(&(pair[0], pair[1])));
    // A sentence such as "Add a note here" is no value to be replaced; a value has no blanks, or names a secret.
    let secret = names_secret(words);
    let compact = !value.contains(' ');
    begun
        || whole
        || asked && (compact || secret)
        || *last == "here" && words.len() >= 2 && (compact || secret)
        || VERBS.contains(first) && secret && words.len() >= 2
        || words.contains(&"from") && SOURCES.contains(last) && compact
}

/// `your-api-key`, `YOUR_BUCKET`, `postmaster@mg.your-domain.com`, `yourdomain.com`, `Your App Name`.
pub(super) fn is_yours(value: &str) -> bool {
    // Most values do not hold it, and need not be taken apart.
    if !value.contains("your") {
        return false;
    }
    let blanks = value.matches(' ').count();
    let mut rest = words(value);
    let joined = words(value).any(|word| word.strip_prefix("your").is_some_and(|rest| YOURS.contains(&rest)));
    let apart = match blanks {
        0 => value.len() > "your".len() && rest.any(|word| word == "your"),
        1..=3 => rest.next() == Some("your"),
        _ => false,
    };
    joined || apart
}

/// `secure_redis_password`, `super-secret`, `fake_mail_password`: it names a secret, says how good it is, and
/// says nothing else.
fn is_praise(words: &[&str]) -> bool {
    words.len() >= 2 && words.iter().any(|word| PRAISE.contains(word)) && is_description(words)
}

/// `sk-production-key`: the beginning of a real key, then words instead of characters.
fn is_described_key(words: &[&str]) -> bool {
    match words {
        [prefix, rest @ ..] => KEY_PREFIXES.contains(prefix) && rest.len() >= 2 && is_description(rest),
        [] => false,
    }
}

/// `admin_password`, `a_cookie_secret`, `secret`: nothing but the name of a secret.
fn is_description(words: &[&str]) -> bool {
    names_secret(words)
        && words.iter().all(|word| {
            SECRETS.contains(word)
                || PRAISE.contains(word)
                || COMPANY.contains(word)
                || word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit())
        })
}

fn names_secret(words: &[&str]) -> bool {
    words.iter().any(|word| SECRETS.contains(word))
}

/// A host that RFC 2606 and RFC 6761 reserve for documentation.
pub(super) fn has_example_domain(value: &str) -> bool {
    let host = value.rsplit('@').next().unwrap_or(value);
    let host = host.split([':', '/']).next().unwrap_or(host);
    let (rest, top) = host.rsplit_once('.').unwrap_or(("", host));
    let second = rest.rsplit('.').next().unwrap_or(rest);
    !rest.is_empty()
        && (matches!(top, "example" | "invalid")
            || second == "example" && matches!(top, "com" | "edu" | "net" | "org"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reserved_domains_are_examples() {
        for value in ["example.com", "api.example.org", "a@example.net", "a.example", "smtp.example.com:587"]
        {
            assert!(has_example_domain(value), "{value}");
        }
        for value in ["example", "myexample.com", "example.com.evil.net", "example.auth0.com", "acme.test"] {
            assert!(!has_example_domain(value), "{value}");
        }
    }
}
