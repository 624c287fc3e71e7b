//! Of which type is it?
//!
//! What a place says, then the shape of its values, then its name. A type that refuses one of the values that were
//! seen is wrong; `string` is always right.

use std::sync::LazyLock;

use regex::Regex;

use super::evidence::is_literal;
use super::options::options;
use super::{Evidence, Type};
use crate::schema::definition::Constraints;
use crate::schema::types;

/// Answers the question.
pub(super) fn decide(evidence: &Evidence) -> Type {
    let candidates = [hinted, listed, by_words, plural, by_values, by_name];
    candidates
        .into_iter()
        .filter_map(|candidate| candidate(evidence))
        .find(|candidate| accepts_all(candidate, evidence))
        .unwrap_or_else(|| Type::plain("string"))
}

/// Whether a type accepts every value that was seen and is one.
fn accepts_all(candidate: &Type, evidence: &Evidence) -> bool {
    evidence.values().all(|value| accepts(candidate, value))
}

fn accepts(candidate: &Type, value: &str) -> bool {
    let constraints = Constraints {
        values: (!candidate.values.is_empty()).then(|| candidate.values.clone()),
        of: candidate.of.map(str::to_owned),
        sep: candidate.separator.map(str::to_owned),
        ..Constraints::default()
    };
    types::by_name(candidate.name).is_some_and(|known| known.check(value, &constraints).is_ok())
}

/// What a place says: an annotation, a conversion.
fn hinted(evidence: &Evidence) -> Option<Type> {
    let hint = evidence.sightings.iter().find_map(|sighting| sighting.type_hint.as_ref())?;
    // A program that makes a number of a port says less than its name.
    if hint.name == "int" && is_port(evidence) {
        return None;
    }
    Some(Type { values: hint.values.clone(), ..Type::plain(hint.name) })
}

/// What a text lists.
fn listed(evidence: &Evidence) -> Option<Type> {
    let mut texts = evidence.sightings.iter().filter_map(|sighting| sighting.description.as_deref());
    let mut written: Vec<&str> = evidence.values().collect();
    written.sort_unstable();
    written.dedup();
    let values = texts.find_map(|text| Some(options(text, &written)).filter(|found| found.len() >= 2))?;
    if values.iter().all(|value| accepts(&Type::plain("bool"), value)) {
        return Some(Type::plain("bool"));
    }
    if values.iter().all(|value| value.parse::<i64>().is_ok()) {
        return Some(Type::plain("int"));
    }
    Some(Type { values, ..Type::plain("enum") })
}

/// Words that everybody means the same by.
fn by_words(evidence: &Evidence) -> Option<Type> {
    const LEVELS: &str = "trace debug verbose info notice warn warning error critical fatal off";
    const MODES: &str = "development test staging production";
    let known = if evidence.ends("level loglevel") && evidence.has("log logging loglevel logger") {
        LEVELS
    } else if evidence.has_row("node env") || evidence.has_row("rails env") {
        MODES
    } else {
        return None;
    };
    let seen = evidence.values().next()?;
    let is_upper = seen.bytes().all(|byte| byte.is_ascii_uppercase());
    let values =
        known.split(' ').map(|word| if is_upper { word.to_uppercase() } else { word.to_owned() }).collect();
    Some(Type { values, ..Type::plain("enum") })
}

/// What the name says is several.
fn plural(evidence: &Evidence) -> Option<Type> {
    if evidence.has("kafka") && evidence.ends("servers brokers hosts") {
        return Some(Type::plain("kafka-brokers"));
    }
    let several = evidence.ends("origins origin models providers domains brokers urls hosts scopes emails ids ips cidrs languages locales");
    let first = evidence.values().next().unwrap_or_default();
    let is_other = first.starts_with(['[', '{']) || first.contains(' ');
    // `CORS_ORIGIN` is one or several; more than one tells.
    if !several || is_other || evidence.ends("origin") && !first.contains(',') {
        return None;
    }
    let separator = (first.contains(';') && !first.contains(',')).then_some(";");
    let items = || first.split([',', ';']).filter(|item| !item.is_empty());
    let of = ["http-url", "url", "email"]
        .into_iter()
        .find(|name| items().next().is_some() && items().all(|item| accepts(&Type::plain(name), item)));
    Some(Type { of, separator, ..Type::plain("list") })
}

/// The type whose shape all values have.
fn by_values(evidence: &Evidence) -> Option<Type> {
    // A placeholder has a shape too: `https://your-domain.com`, `user@example.com`.
    let first = evidence.values().next().or_else(|| evidence.written().next())?;
    let plain = |name| Some(Type::plain(name));
    let is_number = first.parse::<i64>().is_ok();
    let lower = first.to_ascii_lowercase();
    if matches!(lower.as_str(), "true" | "false")
        || matches!(lower.as_str(), "yes" | "no" | "on" | "off") && !evidence.ends("name")
    {
        return plain("bool");
    }
    if is_number {
        return plain(number(evidence, first));
    }
    if first.contains("://") {
        return Some(url(evidence, first));
    }
    if first.contains('.') && first.parse::<f64>().is_ok() && !evidence.ends("version") {
        return plain("float");
    }
    if first.starts_with(['{', '[']) && accepts(&Type::plain("json"), first) {
        return plain("json");
    }
    let shapes: [(&'static str, bool); 9] = [
        ("duration", first.starts_with(|each: char| each.is_ascii_digit())),
        ("bytesize", first.starts_with(|each: char| each.is_ascii_digit())),
        ("uuid", first.len() == 36),
        ("email", first.contains('@')),
        ("path", first.starts_with('/') || first.starts_with("./") || first.starts_with("../")),
        ("ip", !evidence.ends("host hostname version")),
        ("timezone", is_timezone(evidence) || evidence.has("tz timezone")),
        ("host", evidence.ends("host hostname domain server")),
        (
            "host-port",
            !first.contains('/') && first.matches(':').count() == 1 && !evidence.ends("image tag model"),
        ),
    ];
    let fit = shapes.into_iter().find(|(name, may)| *may && accepts(&Type::plain(name), first));
    fit.map(|(name, _)| Type::plain(name)).or_else(|| list(evidence, first))
}

/// What a whole number is.
fn number(evidence: &Evidence, value: &str) -> &'static str {
    // `DOCKERIZED`, `TELEMETRY_DISABLED`.
    let is_participle = evidence.words.last().is_some_and(|last| last.len() > 5 && last.ends_with("ed"));
    let is_switch = matches!(value, "0" | "1")
        && (evidence.begins("no")
            || evidence.has("enable disable is use allow auto force skip show")
            || evidence.ends("debug verbose secure")
            || is_participle && !evidence.has("max min num count number")
            || is_switch_in_words(&evidence.text));
    if is_switch {
        "bool"
    } else if is_port(evidence) && accepts(&Type::plain("port"), value) {
        "port"
    } else {
        "int"
    }
}

/// Whether a text begins as those of switches do: "Enable/disable …", "Whether to …", "Set to 1 if …".
fn is_switch_in_words(text: &str) -> bool {
    const BEGINNINGS: &[&str] =
        &["enable ", "enables ", "enable/", "disable", "whether ", "turn on", "turn off", "toggle"];
    static SET: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\bset (?:(?:\S+ )?to )?[`"']?(?:1|0|true|false)\b"#).expect("the pattern is tested")
    });
    BEGINNINGS.iter().any(|beginning| text.starts_with(beginning)) || SET.is_match(text)
}

fn is_port(evidence: &Evidence) -> bool {
    evidence.has("port") && !evidence.has("report range offset count timeout")
}

/// The URLs that have a type of their own.
const FAMILIES: &[&str] =
    &["http-url", "postgres-url", "mysql-url", "redis-url", "mongodb-url", "amqp-url", "s3-url"];

/// What a URL is, or several of them.
fn url(evidence: &Evidence, value: &str) -> Type {
    if let Some(separator) = [",", ";"].into_iter().find(|separator| value.contains(separator)) {
        let items: Vec<&str> = value.split(separator).collect();
        let all = |name| items.iter().all(|item| accepts(&Type::plain(name), item.trim()));
        let of = if all("http-url") { Some("http-url") } else { all("url").then_some("url") };
        // `http://localhost:*` is none, but one of several.
        if of.is_some() || items.iter().all(|item| item.contains("://")) {
            let separator = (separator != ",").then_some(separator);
            return Type { of, separator, ..Type::plain("list") };
        }
    }
    if is_dsn(evidence) && accepts(&Type::plain("sentry-dsn"), value) {
        return Type::plain("sentry-dsn");
    }
    // What is filled in later is no URL yet; its scheme tells: `postgres://${USER}:${PASSWORD}@${HOST}/app`.
    let scheme = value.split("://").next().unwrap_or(value);
    let bare = format!("{scheme}://user:password@host");
    let named = format!("{bare}/name");
    let whole = if is_literal(value) { vec![value] } else { vec![named.as_str(), bare.as_str()] };
    let is_of = |name: &&&'static str| whole.iter().any(|whole| accepts(&Type::plain(name), whole));
    let family = FAMILIES.iter().find(is_of);
    Type::plain(family.copied().unwrap_or("url"))
}

fn is_dsn(evidence: &Evidence) -> bool {
    evidence.has_row("sentry dsn")
}

/// Several words with a separator between them.
fn list(evidence: &Evidence, value: &str) -> Option<Type> {
    let separator = [",", ";"].into_iter().find(|separator| value.contains(separator))?;
    let items: Vec<&str> = value.split(separator).collect();
    let are_words = items.iter().all(|item| {
        !item.is_empty()
            && item.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:/@*-".contains(&byte))
    });
    let separator = (separator != ",").then_some(separator);
    let found = Type { separator, ..Type::plain("list") };
    (are_words && accepts_all(&found, evidence)).then_some(found)
}

/// What the name alone says.
fn by_name(evidence: &Evidence) -> Option<Type> {
    const SWITCHES: &str = "enable disable is has use allow skip show force require should";
    let is_open = evidence.values().next().is_none();
    let name = if is_dsn(evidence) {
        "sentry-dsn"
    } else if !is_open {
        // Its values have no shape; the name alone would promise one.
        return evidence.ends("path dir directory file").then(|| Type::plain("path"));
    } else if evidence.ends("port") {
        "port"
    } else if evidence.ends("enabled disabled enable disable verify debug secure verbose")
        || evidence.begins(SWITCHES)
        || evidence.has("skip disable enable force allow ignore")
            && !evidence.ends("list url origins hosts ids domains")
        || is_switch_in_words(&evidence.text)
            && !evidence.ends("key token secret password url uri host name id path file dir email list")
    {
        "bool"
    } else if evidence.ends("url uri endpoint") {
        "url"
    } else if evidence.ends("email") || is_sender(evidence) {
        "email"
    } else if is_count(evidence) {
        "int"
    } else if is_timezone(evidence) {
        "timezone"
    } else if evidence.ends("host hostname") {
        "host"
    } else if evidence.ends("dir directory file path") && !evidence.has("url") {
        "path"
    } else {
        return None;
    };
    Some(Type::plain(name))
}

fn is_timezone(evidence: &Evidence) -> bool {
    evidence.ends("tz timezone") || evidence.has_row("time zone")
}

/// `MAIL_FROM_ADDRESS`; `MAIL_FROM` may have a name before the address.
fn is_sender(evidence: &Evidence) -> bool {
    ["from address", "email address", "sender address"].iter().any(|row| evidence.has_row(row))
}

/// Whether a name says that it is a number of something. A size or a timeout may have a unit in it: `10MB`, `30s`.
fn is_count(evidence: &Evidence) -> bool {
    let has_unit =
        evidence.has("size memory upload body storage file disk rate timeout duration age ttl period window");
    let of_several = evidence.has("pool connection connections conn conns workers threads");
    evidence.ends("seconds secs minutes mins hours days ms")
        || !has_unit
            && (evidence.ends("count retries attempts limit concurrency")
                || evidence.begins("max min num")
                || of_several && evidence.ends("max min"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::infer::{Place, Sighting};
    use crate::secret::Secret;

    fn type_of(name: &str, value: &str, text: &str) -> Type {
        let mut sighting = Sighting::new(name, ".env", 1, Place::EnvFile);
        sighting.value = Some(Secret::new(value));
        sighting.description = (!text.is_empty()).then(|| text.to_owned());
        decide(&Evidence::new(name.to_owned(), vec![sighting]))
    }

    #[test]
    fn values_have_shapes() {
        for (name, value, expected) in [
            ("DEBUG", "False", "bool"),
            ("USE_TLS", "1", "bool"),
            ("EMAIL_USE_TLS", "1", "bool"),
            ("NEXT_PUBLIC_ENABLE_AUTH", "0", "bool"),
            ("DOCKERIZED", "1", "bool"),
            ("MAX_FAILED", "1", "int"),
            ("REDIS_DB", "0", "int"),
            ("WORKERS", "1", "int"),
            ("PORT", "3000", "port"),
            ("SMTP_PORT", "587", "port"),
            ("THRESHOLD", "0.85", "float"),
            ("VERSION", "1.5", "string"),
            ("SITE", "https://acme.io", "http-url"),
            ("DATABASE_URL", "postgresql://u:p@db:5432/x", "postgres-url"),
            ("WS", "wss://acme.io", "url"),
            ("ORIGINS", "http://a.io,http://b.io", "list"),
            ("ALLOW_LIST", "https://a.io,http://localhost:*", "list"),
            ("SCOPE", "email,profile", "list"),
            ("FROM", "noreply@acme.io", "email"),
            ("RETENTION", "15d", "duration"),
            ("MAX_SIZE", "15GB", "bytesize"),
            ("DATA", "/var/lib/data", "path"),
            ("DB_HOST", "db", "host"),
            ("BROKER", "kafka:9092", "host-port"),
            ("BIND_IP", "127.0.0.1", "ip"),
            ("TZ", "Europe/Berlin", "timezone"),
            ("TZ_DISPLAY", "Europe/Berlin", "timezone"),
            ("EXPIRY", "(1000 * 60) * 7", "string"),
            ("FOOTER", "My custom, footer", "string"),
            ("OPTIONS", "{\"a\": 1}", "json"),
        ] {
            assert_eq!(type_of(name, value, "").name, expected, "{name}={value}");
        }
    }

    #[test]
    fn names_tell_what_an_open_value_will_be() {
        for (name, value, expected) in [
            ("SMTP_PORT", "", "port"),
            ("SKIP_VERIFY", "", "bool"),
            ("FEATURE_BILLING_ENABLED", "", "bool"),
            ("API_URL", "<your-url>", "url"),
            ("SENTRY_DSN", "", "sentry-dsn"),
            ("ADMIN_EMAIL", "", "email"),
            ("MAIL_FROM_ADDRESS", "", "email"),
            ("LINKS_PER_PAGE_COUNT", "", "int"),
            ("MAX_LINKS", "", "int"),
            ("CACHE_TTL_SECONDS", "", "int"),
            ("POOL_MAX", "", "int"),
            ("MAX_UPLOAD_SIZE", "", "string"),
            ("RATE_LIMIT", "", "string"),
            ("APP_TIME_ZONE", "", "timezone"),
            ("STORE", "postgresql://${PGUSER}:${PGPASSWORD}@${PGHOST}/${PGDATABASE}", "postgres-url"),
            ("STORE", "redis://${REDIS_HOST}:6379/", "redis-url"),
            ("SITE", "https://${HOST}", "http-url"),
            ("NAME", "", "string"),
        ] {
            assert_eq!(type_of(name, value, "").name, expected, "{name}={value}");
        }
    }

    #[test]
    fn texts_list_the_values_of_an_enum_which_must_take_the_one_that_is_there() {
        let text = "Options: local (default) | s3";
        assert_eq!(type_of("STORAGE", "local", text).values, ["local", "s3"]);
        assert_eq!(type_of("STORAGE", "gcs", text).name, "string");
        assert_eq!(type_of("FLAG", "", "either true or false").name, "bool");
        assert_eq!(type_of("FLAG", "0", "Enable/Disable tracking").name, "bool");
        assert_eq!(type_of("FLAG", "", "Set to \"1\" if you run it alone").name, "bool");
        assert_eq!(type_of("LEVEL", "0", "How many are shown").name, "int");
        assert_eq!(type_of("SETUP_ASSETS", "1", "Set SETUP_ASSETS to 1 to have them").name, "bool");
        assert_eq!(type_of("AI_KEY", "", "Enables reports").name, "string");
        assert_eq!(type_of("WEB", "", "Set `true` to listen").name, "bool");
        assert!(type_of("LOG_LEVEL", "INFO", "").values.contains(&"WARNING".to_owned()));
    }
}
