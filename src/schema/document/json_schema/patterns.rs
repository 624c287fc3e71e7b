//! What each type takes, as regular expressions that ECMA-262, Python, PCRE and RE2 read alike.
//!
//! They take everything that the type takes, and some of what it does not; a test holds them to the first.

use crate::schema::definition::Constraints;

/// A text without blanks and control characters.
const HOST: &str = r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)";

/// Patterns by type. A type that takes any text has none; those that depend on constraints are in [`of`].
const PATTERNS: &[(&str, &str)] = &[
    ("string", ""),
    ("int", r"^-?[0-9]+$"),
    ("float", r"^-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"),
    ("bool", ""),
    ("enum", ""),
    ("list", ""),
    ("json", ""),
    ("duration", r"^[0-9A-Za-z.]+$"),
    ("bytesize", r"^[0-9]+(?:[kKmMgGtT][iI]?)?[bB]?$"),
    ("url", r"^[A-Za-z][A-Za-z0-9+.-]*://"),
    ("http-url", r"^[Hh][Tt][Tt][Pp][Ss]?://"),
    ("email", r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}$"),
    ("host", r"^(?:\[?[0-9A-Fa-f:.]+\]?|[A-Za-z0-9.-]{1,253})$"),
    ("port", r"^0*(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$"),
    ("host-port", r"^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):[0-9]+$"),
    ("ip", r"^[0-9A-Fa-f:.]+$"),
    ("cidr", r"^[0-9A-Fa-f:.]+/[0-9]{1,3}$"),
    ("path", r"^[^\x00-\x1f\x7f]+$"),
    ("uuid", r"^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$"),
    ("hex", r"^(?:[0-9A-Fa-f]{2})+$"),
    ("base64", r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"),
    ("base64url", r"^[A-Za-z0-9_-]+={0,2}$"),
    ("pem", r"-----BEGIN [^\r\n]+-----"),
    ("jwt", r"^[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+$"),
    (
        "semver",
        r"^(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$",
    ),
    ("timezone", r"^[A-Za-z][A-Za-z0-9_+/-]*$"),
    ("regex", ""),
    ("postgres-url", r"^postgres(?:ql)?(?:\+[^:]+)?://"),
    ("mysql-url", r"^(?:mysqlx?|mariadb)(?:\+[^:]+)?://"),
    ("redis-url", r"^(?:rediss?|valkeys?|unix)://"),
    ("mongodb-url", r"^mongodb(?:\+srv)?://"),
    ("amqp-url", r"^(?:amqps?|pyamqp)://"),
    ("kafka-brokers", ""),
    ("sentry-dsn", r"^[Hh][Tt][Tt][Pp][Ss]?://[^@]+@.+/[0-9]+(?:[?#].*)?$"),
    ("s3-url", r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/|$)"),
    ("fernet-key", r"^[A-Za-z0-9_-]{43}=$"),
    ("age-key", r"^(?:AGE-SECRET-KEY-1|age1)[0-9A-Za-z]+$"),
    ("aws-arn", r"^arn:aws[A-Za-z0-9-]*:[A-Za-z0-9-]+:[A-Za-z0-9-]*:(?:[0-9]{12}|aws)?:[^\s]+$"),
];

/// The patterns that a value of a type has to match.
pub(super) fn of(type_name: &str, constraints: &Constraints) -> Vec<String> {
    let mut patterns: Vec<String> = PATTERNS
        .iter()
        .filter(|(name, pattern)| *name == type_name && !pattern.is_empty())
        .map(|(_, pattern)| (*pattern).to_owned())
        .collect();
    match type_name {
        "list" => patterns.extend(list(constraints)),
        "kafka-brokers" => patterns.push(format!("^{HOST}:[0-9]+(?:,{HOST}:[0-9]+)*$")),
        "hex" | "base64" | "base64url" => {
            patterns.extend(constraints.bytes.map(|bytes| encoded(type_name, bytes)));
        }
        "pem" => {
            if let Some(labels) = &constraints.values {
                patterns.push(format!("-----BEGIN (?:{})-----", alternatives(labels)));
            }
        }
        _ => {}
    }
    if let Some(schemes) = constraints.schemes.as_ref().filter(|_| type_name != "list") {
        patterns.push(format!(r"^(?:{})(?:\+[^:]+)?://", alternatives(schemes)));
    }
    patterns
}

/// The texts that are all there is, if the type has a few only.
pub(super) fn values(type_name: &str, constraints: &Constraints) -> Option<Vec<String>> {
    let bools = ["true", "True", "TRUE", "1", "yes", "on", "false", "False", "FALSE", "0", "no", "off"];
    match (type_name, &constraints.values) {
        ("enum" | "bool", Some(values)) => Some(values.clone()),
        ("bool", None) => Some(bools.map(str::to_owned).to_vec()),
        _ => None,
    }
}

/// Keywords that say what a text is, without a check of it.
pub(super) fn annotations(type_name: &str) -> &'static [(&'static str, &'static str)] {
    match type_name {
        "email" => &[("format", "email")],
        "http-url" => &[("format", "uri")],
        "json" => &[("contentMediaType", "application/json")],
        "regex" => &[("format", "regex")],
        "uuid" => &[("format", "uuid")],
        _ => &[],
    }
}

/// A pattern as all of those engines read it; `None` if it uses what only some of them have.
pub(super) fn portable(pattern: &str) -> Option<&str> {
    let has_group = pattern.match_indices("(?").any(|(at, _)| !pattern[at..].starts_with("(?:"));
    let own = [r"\A", r"\z", r"\p", r"\P", "[[:", r"\x{", "&&", r"\h", r"\R"];
    (!has_group && !own.iter().any(|part| pattern.contains(part))).then_some(pattern)
}

/// Text that stands for itself in a pattern.
pub(super) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\^$.|?*+()[]{}/".contains(character) {
            literal.push('\\');
        }
        literal.push(character);
    }
    literal
}

fn alternatives(texts: &[String]) -> String {
    texts.iter().map(|text| literal(text)).collect::<Vec<_>>().join("|")
}

/// Items that are not empty and have no blanks round them.
fn list(constraints: &Constraints) -> Option<String> {
    let separator = constraints.sep.as_deref().unwrap_or(",");
    let mut characters = separator.chars();
    let (Some(single), None) = (characters.next(), characters.next()) else { return None };
    let escaped = if r"\]^-".contains(single) { format!("\\{single}") } else { single.to_string() };
    let item = match &constraints.values {
        Some(values) => format!("(?:{})", alternatives(values)),
        None => format!("[^{escaped}]+"),
    };
    let separator = literal(separator);
    Some(format!("^(?:{item}(?:{separator}{item})*)?$"))
}

/// So many bytes, encoded.
fn encoded(type_name: &str, bytes: usize) -> String {
    let digits = bytes.div_ceil(3) * 4;
    match type_name {
        "hex" => format!("^[0-9A-Fa-f]{{{}}}$", bytes * 2),
        "base64" => format!("^[A-Za-z0-9+/=]{{{digits}}}$"),
        _ => format!("^[A-Za-z0-9_=-]{{{},{digits}}}$", (bytes * 4).div_ceil(3)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::types;

    /// For each type what it takes, as its own tests have it, and what its pattern has to refuse.
    const SAMPLES: &[(&str, &[&str], &[&str])] = &[
        ("string", &["", "anything\nat all"], &[]),
        ("int", &["20", "-1", "007"], &["", "1.0", "+5", "0x10"]),
        ("float", &["0.85", "1e-3", "-.5", "1.", "7"], &["inf", "nan", "+1", "x"]),
        ("bool", &["true", "off"], &[]),
        ("enum", &[], &[]),
        ("list", &["", "a", "a,b c"], &["a,,b", ",a"]),
        ("json", &["{}", "[1]"], &[]),
        ("duration", &["90d", "1h30m", "PT15M", "30", "1.5h"], &["", "1 h", "-1d"]),
        ("bytesize", &["64KiB", "10MB", "5", "1b"], &["", "1.5MB", "MB"]),
        ("url", &["https://example.com/path", "ftp://h"], &["example.com", "//h"]),
        ("http-url", &["https://example.com", "HTTP://h"], &["ftp://h", "h"]),
        ("email", &["noreply@example.com", "a+b@c.d"], &["a", "a@", "A <a@b.c>"]),
        ("host", &["db.example.com", "10.0.0.1", "::1", "[::1]"], &["", "h:1", "http://h"]),
        ("port", &["1", "8080", "65535", "0080"], &["0", "65536", "x", ""]),
        ("host-port", &["kafka:9092", "[::1]:9092"], &["kafka", ":1", "a b:1"]),
        ("ip", &["10.0.0.1", "2001:db8::1"], &["", "host"]),
        ("cidr", &["10.0.0.0/8", "2001:db8::/32"], &["10.0.0.0", "x/8"]),
        ("path", &["/app/storage", "a b"], &["", "a\nb"]),
        ("uuid", &["123e4567-e89b-12d3-a456-426614174000"], &["123e4567", ""]),
        ("hex", &["00ff", "AB"], &["", "abc", "xy"]),
        ("base64", &["YQ==", "YWJj", "YWI="], &["YQ", "-_==", "a"]),
        ("base64url", &["YQ", "YQ==", "-_8"], &["+/", ""]),
        ("pem", &[], &["", "-----BEGIN"]),
        ("jwt", &["eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln"], &["a.b", ""]),
        ("semver", &["1.4.0", "2.0.0-rc.1", "1.0.0+5"], &["1.4", "v1.0.0", "01.0.0"]),
        ("timezone", &["Europe/Berlin", "UTC", "Etc/GMT+5", "America/Port-au-Prince"], &["", "+02:00"]),
        ("regex", &["a+"], &[]),
        ("postgres-url", &["postgresql+psycopg2://u:p@db/app", "postgres://db/app"], &["mysql://db", "db"]),
        ("mysql-url", &["mysql+pymysql://u@h/d", "mariadb://h/d"], &["postgres://h/d"]),
        ("redis-url", &["redis://h:6379/0", "unix:///run/redis.sock", "rediss://h"], &["http://h"]),
        ("mongodb-url", &["mongodb://a,b/x", "mongodb+srv://h/x"], &["mongo://h"]),
        ("amqp-url", &["amqps://h/v", "pyamqp://u:p@h//"], &["http://h"]),
        ("kafka-brokers", &["kafka-1:9092,kafka-2:9092", "[::1]:1"], &["", "kafka", "a:1,"]),
        ("sentry-dsn", &["https://k@o1.ingest.sentry.io/42"], &["https://o1/42", "https://k@h/x"]),
        ("s3-url", &["s3://bucket", "s3://bucket/key"], &["s3://B", "https://bucket"]),
        ("fernet-key", &["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="], &["AAAA", ""]),
        ("age-key", &[], &["age", "ssh-ed25519 A"]),
        (
            "aws-arn",
            &["arn:aws:kms:eu-central-1:123456789012:key/ID", "arn:aws:s3:::bucket"],
            &["arn:x", "arn:aws:s3"],
        ),
    ];

    fn matches(name: &str, constraints: &Constraints, value: &str) -> bool {
        of(name, constraints).iter().all(|pattern| regex::Regex::new(pattern).expect(pattern).is_match(value))
    }

    #[test]
    fn every_type_has_a_pattern_that_takes_what_the_type_takes() {
        let names: Vec<&str> = types::ALL.iter().map(|known| known.name()).collect();
        assert_eq!(
            PATTERNS.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            names,
            "a type was added: say what it takes"
        );
        assert_eq!(SAMPLES.iter().map(|(name, ..)| *name).collect::<Vec<_>>(), names);
        for (name, accepted, refused) in SAMPLES {
            let none = Constraints::default();
            let value_type = types::by_name(name).expect("it is known");
            for value in *accepted {
                assert!(value_type.check(value, &none).is_ok(), "{name} refuses {value:?}");
                assert!(matches(name, &none, value), "the pattern of {name} refuses {value:?}");
            }
            for value in *refused {
                assert!(!matches(name, &none, value), "the pattern of {name} takes {value:?}");
                assert!(value_type.check(value, &none).is_err(), "{name} takes {value:?}");
            }
        }
    }

    #[test]
    fn a_number_of_bytes_is_a_number_of_digits() {
        let bytes = |bytes| Constraints { bytes: Some(bytes), ..Constraints::default() };
        assert!(matches("hex", &bytes(2), "00ff") && !matches("hex", &bytes(2), "00"));
        assert!(matches("base64", &bytes(1), "YQ==") && !matches("base64", &bytes(4), "YQ=="));
        assert!(matches("base64url", &bytes(1), "YQ") && matches("base64url", &bytes(1), "YQ=="));
    }

    #[test]
    fn lists_and_schemes_follow_their_constraints() {
        let text = |text: &str| Some(text.to_owned());
        let values = Some(vec!["a.b".to_owned(), "c".to_owned()]);
        let list = Constraints { sep: text("|"), values, ..Constraints::default() };
        assert!(matches("list", &list, "a.b|c") && !matches("list", &list, "axb|c"));
        let schemes = Constraints { schemes: Some(vec!["https".to_owned()]), ..Constraints::default() };
        assert!(matches("http-url", &schemes, "https://h") && !matches("http-url", &schemes, "http://h"));
    }

    #[test]
    fn only_what_every_engine_reads_is_handed_on() {
        assert_eq!(portable("(?:a|b)+[0-9]"), Some("(?:a|b)+[0-9]"));
        for pattern in ["(?i)a", r"\Aa", "(?P<n>a)", r"\p{L}", "[[:alpha:]]"] {
            assert_eq!(portable(pattern), None, "{pattern}");
        }
    }
}
