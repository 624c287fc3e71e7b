//! Is it secret?
//!
//! In this order: what a value gives away, what the place says, what the name says, what is said about it. In doubt
//! it is secret, since a schema that is wrong the other way would let a value be shown.

use super::Evidence;
use super::evidence::{is_one_of, words};
use crate::schema::infer::sources::references::references;
use crate::schema::placeholder::{self, Placeholder};

/// The answer.
pub(super) struct Secrecy {
    /// Whether it is secret.
    pub secret: bool,
    /// What a person should look at.
    pub doubt: Option<&'static str>,
}

/// What a browser gets in any case: build tools put such variables into the code they ship.
const PUBLIC_PREFIXES: &[&str] = &[
    "next public",
    "vite",
    "react app",
    "nuxt public",
    "expo public",
    "gatsby",
    "vue app",
    "public",
    "storybook",
];

/// Words that say how much, how long, where or which, and never the secret itself.
const ATTRIBUTES: &str = "\
    address addresses age alg algo algorithm algorithms allowed attempts audience backend bits bucket budget bytes \
    callback chars class client complexity cost count days debug decimals delay dir directory \
    disable disabled domain domains driver email enable enabled encoding endpoint exp expiration \
    expire expires expiry field fields file filename footer format groups header headers host \
    hostname hosts hours id ids index interval issuer kind label length level lifespan lifetime \
    limit location max method min minutes mode model models ms name names namespace number origin \
    path paths per percent pool port prefix provider providers proxy ratio region required retention \
    rotation rounds scope scopes sec seconds secs service size source storage strategy suffix tenant \
    threshold time timeout title ttl type types user username users validity version window workers";

/// Words that name a secret wherever they end a name.
const SECRETS: &str = "\
    apikey authtoken bearer kek connectionstring cred datasource credential credentials creds dsn jwt keys otp pass \
    passcode passphrase passwd password passwords pat pepper pin privatekey pw pwd salt secret \
    secretkey secrets token tokens";

/// What stands before `KEY` in names of what is no secret.
const OPEN_KEYS: &str = "\
    cache column foreign group idempotency index map partition primary project public publishable \
    routing row s3object shard site sort tag translation";

/// Names of services and parts of names with which a key is given to every browser.
const OPEN_KEY_ROWS: &[&str] = &[
    "pusher app key",
    "reverb app key",
    "sitekey",
    "posthog key",
    "posthog api key",
    "algolia search key",
    "algolia search api key",
    "segment write key",
    "vapid public",
];

/// What may follow the word that names a secret: `SECRET_KEY_BASE`, `DB_PASSWORD_PROD`, `JWT_SECRET_OLD`, `CREDS_IV`.
const QUALIFIERS: &str = "\
    1 2 3 base current default dev development fallback hash iv live new next old pem previous prod \
    override production sandbox secondary staging test value b64 base64 json string raw";

/// Servers whose address carries the password.
const SERVERS: &str = "\
    amqp broker celery clickhouse database databases db jdbc mariadb mongo mongodb mongohq mysql pg \
    postgres postgresql rabbitmq redis valkey cache cloudinary dsn queue \
    cloudamqp rediscloud redistogo jawsdb cleardb mongolab";

/// Names of such addresses whose words are also in others: `EMAIL_LOGO_URL` and `KV_REST_API_URL` are none.
const ADDRESS_ROWS: &[&str] =
    &["smtp url", "smtp connection", "mailer url", "mail url", "email url", "kv url"];

/// Names of passwords that say what they do: `REDIS_AUTH`, `BASIC_AUTH`.
const AUTH_ROWS: &[&str] = &["redis auth", "valkey auth", "basic auth", "registry auth", "npm auth"];

/// Whose incoming addresses are secrets: whoever knows one can write.
const HOOKS: &str = "webhook webhooks";

/// Answers the question.
pub(super) fn decide(evidence: &Evidence) -> Secrecy {
    let sure = |secret| Secrecy { secret, doubt: None };
    if evidence.values().any(gives_away) {
        // A mere example of a key proves what belongs there just as well.
        return sure(true);
    }
    if is_for_browsers(evidence) {
        let named = evidence.ends(SECRETS) && !evidence.ends("token dsn") && !evidence.has_row("api key");
        let doubt = named.then_some("is named like a secret, but its prefix gives it to every browser");
        return Secrecy { secret: false, doubt };
    }
    if is_switch(evidence) {
        return sure(false);
    }
    match said_by_place(evidence) {
        Some(true) => return sure(true),
        Some(false) if !names_secret(evidence) && !is_address_with_password(evidence) => return sure(false),
        _ => {}
    }
    if names_secret(evidence) {
        return sure(true);
    }
    if is_address_with_password(evidence) {
        return sure(true);
    }
    if evidence.ends(ATTRIBUTES) || evidence.ends("url urls uri key contents content") {
        return sure(false);
    }
    if evidence.written().any(placeholder_of_secret) || said_by_text(&evidence.text) {
        return Secrecy { secret: true, doubt: Some("its name does not say that it is secret") };
    }
    if evidence.values().next().is_none()
        && evidence.sightings.iter().any(|sighting| sighting.recipe.is_some())
    {
        return Secrecy {
            secret: true,
            doubt: Some("only the command that makes it says that it is secret"),
        };
    }
    if evidence.values().any(looks_random) {
        return Secrecy { secret: true, doubt: Some("only its value looks secret") };
    }
    sure(false)
}

/// Whether it is switched on and off or counted: no value of such a variable hides anything.
fn is_switch(evidence: &Evidence) -> bool {
    let mut values = evidence.values().peekable();
    let any = values.peek().is_some();
    let all_switches = any
        && values.all(|value| {
            matches!(value.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no" | "on" | "off")
        });
    let all_numbers = any && evidence.values().all(|value| value.parse::<f64>().is_ok());
    let strong = evidence.ends("password passwd pass pin otp secret key passphrase");
    all_switches
        || all_numbers && !strong
        || !any && evidence.begins("enable disable is has use allow require skip") && !strong
}

/// What the places say that know: a secret of Kubernetes or of a workflow.
fn said_by_place(evidence: &Evidence) -> Option<bool> {
    let mut said = evidence.sightings.iter().filter_map(|sighting| sighting.secret);
    let first = said.next()?;
    Some(first || said.any(|secret| secret))
}

/// Whether the name is one of a secret.
fn names_secret(evidence: &Evidence) -> bool {
    // `X_FILE_CONTENTS` is what is in the file.
    let contents = evidence.ends("contents content");
    if contents {
        let open = evidence.has("public crt cert ca template") && !evidence.has_row("private key");
        return !open && evidence.has("file credentials key secret p12 pem signing");
    }
    if evidence.ends(ATTRIBUTES) {
        return false;
    }
    if evidence.ends("key") && is_path(evidence) {
        return false;
    }
    if OPEN_KEY_ROWS.iter().any(|row| evidence.has_row(row)) || evidence.has_row("public key") {
        return false;
    }
    if evidence.ends("key") {
        let before = evidence.words.len().checked_sub(2).map(|at| evidence.words[at].as_str());
        return before.is_none_or(|before| !is_one_of(before, OPEN_KEYS)) && evidence.words.len() > 1;
    }
    if evidence.ends("public") {
        return false;
    }
    let core = evidence.words.iter().rposition(|word| !is_one_of(word, QUALIFIERS));
    let Some(core) = core else { return false };
    let word = evidence.words[core].as_str();
    let is_key = word == "key" && core > 0 && !is_one_of(&evidence.words[core - 1], OPEN_KEYS);
    is_one_of(word, SECRETS)
        || is_key
        || evidence.ends("auth") && AUTH_ROWS.iter().any(|row| evidence.has_row(row))
        || evidence.ends("iv") && evidence.has("encryption enc crypto aes cipher")
        || evidence.has_row("connection string")
        || evidence.has_row("service account") && evidence.ends("json account key")
        || evidence.has_row("private key")
}

/// Whether its values say where a file is: `TLS_KEY=/certs/server.key`.
fn is_path(evidence: &Evidence) -> bool {
    let is_path = |value: &str| {
        let is_rooted = ["/", "./", "../"].iter().any(|root| value.starts_with(root));
        let file = value.rsplit('/').next().unwrap_or(value);
        is_rooted && file.contains('.') && !value.contains(['+', '='])
    };
    evidence.values().next().is_some() && evidence.values().all(is_path)
}

/// Whether it is the address of a server that takes a password in it, or one that is itself the permission to write.
fn is_address_with_password(evidence: &Evidence) -> bool {
    let core = evidence.words.iter().rfind(|word| !is_one_of(word, QUALIFIERS));
    let is_address = core.is_some_and(|word| is_one_of(word, "url urls uri uris webhook"));
    let is_server_url = evidence.written().any(|value| {
        const SCHEMES: &str = "\
            postgres postgresql mysql mariadb redis rediss mongodb amqp amqps valkey smtp smtps \
            clickhouse";
        value
            .split_once("://")
            .is_some_and(|(scheme, _)| is_one_of(scheme.split('+').next().unwrap_or(scheme), SCHEMES))
    });
    let is_http =
        evidence.written().any(|value| value.starts_with("http://") || value.starts_with("https://"));
    // Also where it is filled in from elsewhere: `http://$USER:$PASSWORD@host`.
    let holds_password = evidence
        .written()
        .any(|value| has_password_in_url(value) || value.contains("://") && refers_to_password(value));
    let is_of_server = evidence.has(SERVERS) || ADDRESS_ROWS.iter().any(|row| evidence.has_row(row));
    is_server_url
        || holds_password
        || is_address && (is_of_server && !is_http || evidence.has(HOOKS) && !evidence.has("base public"))
}

/// Whether a password is filled into a value from elsewhere.
fn refers_to_password(value: &str) -> bool {
    references(value).iter().any(|reference| {
        words(reference.name).last().is_some_and(|last| is_one_of(last, "password passwd pass pw pwd secret"))
    })
}

/// Whether build tools put it into what browsers get.
fn is_for_browsers(evidence: &Evidence) -> bool {
    PUBLIC_PREFIXES.iter().any(|prefix| evidence.goes_on_from(prefix))
}

/// Whether what is said about it begins by saying that it is secret.
fn said_by_text(text: &str) -> bool {
    let first = text.split(". ").next().unwrap_or(text);
    let names = [
        "password",
        "passphrase",
        "private key",
        "secret key",
        "keep secret",
        "keep this secret",
        "do not share",
    ];
    let others = ["whether", "enable", "path", "url", "name of", "if ", "when ", "used by", "for the"];
    names.iter().any(|words| first.contains(words)) && !others.iter().any(|words| first.contains(words))
}

/// Whether a placeholder describes a secret: `your-secret-key`, `sk-...`.
fn placeholder_of_secret(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    placeholder::classify(value) == Placeholder::Sure
        && (["password", "secret", "api-key", "api_key", "apikey", "token"]
            .iter()
            .any(|word| lower.contains(word))
            || ["sk-", "sk_", "ghp_", "xoxb-", "akia"].iter().any(|prefix| lower.starts_with(prefix)))
}

/// Whether a value can only be a secret: the key of a well-known service, a private key, an address with a password.
pub(super) fn gives_away(value: &str) -> bool {
    const PREFIXES: &str = "\
        sk- sk_live_ sk_test_ rk_live_ rk_test_ ghp_ gho_ ghs_ github_pat_ glpat- xoxb- xoxp- xoxa- \
        whsec_ AIza AGE-SECRET-KEY- hvs. dckr_pat_ npm_ pypi- SG. shpat_ gsk_ hf_ ATATT re_ lin_api_";
    let long = value.len() >= 16;
    long && PREFIXES.split_whitespace().any(|prefix| value.starts_with(prefix))
        || value.contains("PRIVATE KEY-----")
        || value.starts_with("eyJ") && value.matches('.').count() == 2
        || has_password_in_url(value)
        || value.starts_with("https://hooks.slack.com/services/T")
        || value.starts_with("https://discord.com/api/webhooks/")
}

/// `scheme://user:password@host`.
fn has_password_in_url(value: &str) -> bool {
    value.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        authority
            .rsplit_once('@')
            .is_some_and(|(user, _)| user.split_once(':').is_some_and(|(_, password)| !password.is_empty()))
    })
}

/// Whether a value looks drawn: long, without words, letters and digits mixed.
pub(super) fn looks_random(value: &str) -> bool {
    let is_hex = value.len() >= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_token = value.len() >= 20
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte));
    let switches = value
        .as_bytes()
        .windows(2)
        .filter(|pair| kind(pair[0]).zip(kind(pair[1])).is_some_and(|(one, other)| one != other))
        .count();
    is_hex || is_token && switches * 3 >= value.len() && value.bytes().any(|byte| byte.is_ascii_digit())
}

/// Digit, lower case or upper case; `None` for a sign, as words are joined with.
fn kind(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(0),
        b'a'..=b'z' => Some(1),
        b'A'..=b'Z' => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::infer::{Place, Sighting};
    use crate::secret::Secret;

    fn is_secret(name: &str, value: &str) -> bool {
        let mut sighting = Sighting::new(name, ".env", 1, Place::EnvFile);
        sighting.value = Some(Secret::new(value));
        decide(&Evidence::new(name.to_owned(), vec![sighting])).secret
    }

    #[track_caller]
    fn all(expected: bool, variables: &[(&str, &str)]) {
        let wrong: Vec<_> =
            variables.iter().filter(|(name, value)| is_secret(name, value) != expected).collect();
        assert!(wrong.is_empty(), "should be {expected}: {wrong:?}");
    }

    #[test]
    fn names_of_secrets() {
        all(
            true,
            &[
                ("DB_PASSWORD", ""),
                ("JWT_SECRET", "x"),
                ("SECRET_KEY_BASE", ""),
                ("OPENAI_API_KEY", "user_provided"),
                ("GOOGLE_KEY", ""),
                ("CREDS_IV", ""),
                ("APP_KEY", ""),
                ("SMTP_PASS", ""),
                ("GITHUB_TOKEN", ""),
                ("PASSWORD_SALT", ""),
                ("SENTRY_DSN", ""),
                ("AWS_SECRET_ACCESS_KEY", ""),
                ("PIN", "1234"),
                ("DATABASE_URL", ""),
                ("REDIS_URL", "redis://localhost:6379/0"),
                ("SLACK_WEBHOOK_URL", ""),
                ("TEAM_SLACK_WEBHOOK", ""),
                ("SMTP_CONNECTION_URL", ""),
                ("REDIS_AUTH", ""),
                ("CLOUDAMQP_URL", ""),
                ("ENCRYPTION_IV", ""),
                ("APP_KEK", ""),
                ("POSTGRES_URL_OVERRIDE", ""),
                ("STORE", "pg://db:5432?u=${DB_USER}&p=${DB_PW}"),
                ("EVENTS_URL", "http://$(EVENTS_USER):$(EVENTS_PASSWORD)@$(EVENTS_HOST)/x"),
                ("SIGNING_LOCAL_FILE_CONTENTS", ""),
            ],
        );
    }

    #[test]
    fn names_about_secrets() {
        all(
            false,
            &[
                ("JWT_EXPIRY", "3600"),
                ("REFRESH_TOKEN_EXPIRY", "(1000 * 60) * 7"),
                ("TOKEN_SALT_COMPLEXITY", "10"),
                ("API_KEY_PREFIX", "bgd_live_"),
                ("OPENAI_API_KEY_FILE", "/run/secrets/openai"),
                ("JWT_ALGORITHM", "HS256"),
                ("FUNCTIONS_VERIFY_JWT", "false"),
                ("STRIPE_PUBLISHABLE_KEY", ""),
                ("JIRA_PROJECT_KEY", "BUG"),
                ("VAPID_PUBLIC_KEY", ""),
                ("SMTP_USER", "postmaster"),
                ("GOOGLE_CLIENT_ID", ""),
                ("MIN_PASSWORD_LENGTH", "8"),
                ("ALLOW_WEBHOOK", "true"),
                ("EMAIL_LOGO_URL", ""),
                ("REDIS_TLS_KEY", "/certs/redis.key"),
                ("SMTP_AUTH", "plain"),
                ("ENABLE_PASSWORD", "true"),
                ("NEXT_PUBLIC_POSTHOG_KEY", ""),
                ("API_BASE_URL", "https://api.acme.io"),
                ("SIGNING_PUBLIC_CRT_FILE_CONTENTS", ""),
                ("LOG_LEVEL", "INFO"),
                ("MAX_TOKENS", "2048"),
            ],
        );
    }

    #[test]
    fn values_give_away_what_names_do_not() {
        all(
            true,
            &[
                ("BACKEND", "https://app:q7Zr2vLx@api.acme.io"),
                ("OPENAI", "sk-proj-8Kq2WxVn5RtYb7LmZc4JdPs9"),
                ("SEED", "16f8c0ef4a5d391b26034086c628469d3f9f497f08163ab9b40137092f2909ef"),
                ("CERT", "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----"),
            ],
        );
        all(false, &[("IMAGE", "sentence-transformers/all-MiniLM-L6-v2"), ("HOSTS", "a.acme.io,b.acme.io")]);
    }
}
