//! How is a value made? Only of secrets that the operator makes up; what another party gives out is obtained there.

use std::sync::LazyLock;

use regex::Regex;

use super::Evidence;
use crate::generate::{Recipe, base64, hex};
use crate::schema::infer::prose::commands::of_characters;

/// Answers the question: a command that is named for it, then a length, then what its name says.
pub(super) fn decide(evidence: &Evidence) -> Option<Recipe> {
    if is_address(evidence) {
        return None;
    }
    if let Some(named) = evidence.sightings.iter().find_map(|sighting| sighting.recipe.clone()) {
        return Some(named);
    }
    if is_given_out(evidence) {
        return None;
    }
    of_said_length(evidence).or_else(|| self_made(evidence))
}

/// Addresses and credentials in files are put together, not drawn.
fn is_address(evidence: &Evidence) -> bool {
    evidence.ends("url urls uri dsn credentials contents json string")
}

/// Who gives out keys, and for what.
const OTHERS: &str = "\
    algolia anthropic apple auth0 aws azure bitbucket braintree brevo captcha clerk client cloudflare cloudinary cohere digitalocean \
    discord dropbox email facebook fb figma firebase gcp gemini github gitlab google groq hcaptcha hetzner imap intercom licence license \
    linkedin mail mailchimp mailgun mailjet mandrill mistral mixpanel notion oauth oauth2 okta openai paypal plaid posthog postmark \
    pusher r2 razorpay recaptcha resend s3 segment sendgrid sentry shopify slack smtp sparkpost spotify stripe supabase telegram \
    teller turnstile twilio twitch twitter zendesk zoom";

/// Whether the value is left to whoever runs the application: "a random string", "any 32 characters".
fn is_said_to_be_random(evidence: &Evidence) -> bool {
    static RANDOM: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:\b|_)random(?:\b|_)|\bany (?:\d|string|value)").expect("the pattern is tested")
    });
    let mut placeholders = evidence.written().filter(|value| !super::evidence::is_literal(value));
    RANDOM.is_match(&evidence.text) || placeholders.any(|value| RANDOM.is_match(value))
}

/// Whether another party gives it out: an API key, the secret of an OAuth client, a signed token.
fn is_given_out(evidence: &Evidence) -> bool {
    const KEYS: &[&str] = &["api key", "access key", "anon key", "role key", "public key"];
    let signed = evidence.values().any(|value| value.starts_with("eyJ"));
    let is_named_so =
        evidence.ends("token pat") || evidence.has("apikey") || KEYS.iter().any(|row| evidence.has_row(row));
    // `APP_SECRET` is the application's own, `ACME_APP_SECRET` is what ACME gives an application.
    let of_another = evidence.words.len() > 2
        && ["app secret", "app key", "webhook secret"].iter().any(|row| evidence.has_row(row));
    signed || evidence.has(OTHERS) || (is_named_so || of_another) && !is_said_to_be_random(evidence)
}

/// "32 characters", "at least 64 chars", "32 bytes in hex", "your-32-character-key".
fn of_said_length(evidence: &Evidence) -> Option<Recipe> {
    static LENGTH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(\d{1,4})[\s_-]*(?:random[\s_-]*)?(?:\+[\s_-]*)?(hex(?:adecimal)?[\s_-]*)?(char(?:acter)?s?|bytes?|digits?|long)\b|(?:must[\s_-]be|length)[\s_-]*(?:of[\s_-]*)?(\d{2,4})\b")
            .expect("the pattern is tested")
    });
    let placeholders =
        evidence.written().filter(|value| !super::evidence::is_literal(value) || value.contains(' '));
    let texts: Vec<String> =
        placeholders.map(|value| value.replace('_', " ")).chain([evidence.text.clone()]).collect();
    let (found, text) = texts.iter().find_map(|text| Some((LENGTH.captures(text)?, text)))?;
    let number: usize = found.get(1).or_else(|| found.get(4))?.as_str().parse().ok()?;
    if !(16..=1024).contains(&number) {
        return None;
    }
    let lower = text.to_lowercase();
    let in_hex = found.get(2).is_some() || lower.contains("hex");
    let unit = found.get(3).map_or("", |unit| unit.as_str()).to_lowercase();
    let bytes = unit.starts_with("byte");
    let is_random_text = lower.contains("base64");
    Some(match (bytes, in_hex) {
        (true, true) => Recipe::Hex(hex::Options { bytes: number }),
        (true, false) if is_random_text => Recipe::Base64(base64::Options { bytes: number }),
        (false, true) if number >= 32 => Recipe::Hex(hex::Options { bytes: number / 2 }),
        _ => of_characters(number),
    })
}

/// What the name says: keys and secrets of the application itself, passwords of its own servers.
fn self_made(evidence: &Evidence) -> Option<Recipe> {
    let drawn = || {
        evidence
            .values()
            .find(|value| value.len() >= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let is_own = evidence.has("jwt session cookie csrf nextauth auth encryption crypto signing master hash salt pepper webhook internal cron enc creds app") || evidence.has_row("secret key");
    if evidence.ends("password pass passwd pwd") {
        let is_server = evidence.has("admin clickhouse dashboard database db elastic elasticsearch grafana keycloak mariadb minio mongo mongodb mysql pg pgadmin postgres postgresql rabbitmq redis root superuser");
        return is_server.then(|| of_characters(43));
    }
    let is_own = is_own && evidence.has("secret key salt pepper iv token");
    if !is_own && !is_said_to_be_random(evidence) {
        return None;
    }
    if evidence.has("encryption enc crypto") && drawn().is_none() {
        // 32 characters are 32 bytes however they are read.
        return Some(of_characters(32));
    }
    Some(Recipe::Hex(hex::Options { bytes: drawn().map_or(32, |value| (value.len() / 2).clamp(16, 1024)) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::infer::{Place, Sighting};
    use crate::secret::Secret;

    fn recipe(name: &str, value: &str, text: &str) -> Option<Recipe> {
        let mut sighting = Sighting::new(name, ".env", 1, Place::EnvFile);
        sighting.value = Some(Secret::new(value));
        sighting.description = (!text.is_empty()).then(|| text.to_owned());
        decide(&Evidence::new(name.to_owned(), vec![sighting]))
    }

    fn hex_bytes(bytes: usize) -> Recipe {
        Recipe::Hex(hex::Options { bytes })
    }

    #[test]
    fn a_length_that_is_said_is_kept() {
        assert_eq!(
            recipe("KEY_A_SECRET", "", "a random string of at least 48 characters"),
            Some(of_characters(48))
        );
        assert_eq!(recipe("CRON_TOKEN", "", "any 32-character value"), Some(of_characters(32)));
        assert_eq!(recipe("BOT_TOKEN", "", "a token of 46 characters"), None);
        assert_eq!(recipe("API_KEY", "generate-a-random-key", ""), Some(hex_bytes(32)));
        assert_eq!(recipe("VAULT_ENC_KEY", "your-32-character-encryption-key", ""), Some(of_characters(32)));
        assert_eq!(recipe("STORE_KEY", "<KEY_MUST_BE_32_LONG>", ""), Some(of_characters(32)));
        assert_eq!(recipe("DATA_KEY", "", "32 bytes, hex"), Some(hex_bytes(32)));
        assert_eq!(recipe("CREDS_KEY", "", "32-byte key (64 characters in hex)"), Some(hex_bytes(32)));
    }

    #[test]
    fn own_secrets_are_made_and_those_of_others_are_not() {
        assert_eq!(recipe("JWT_SECRET", "secret", ""), Some(hex_bytes(32)));
        assert_eq!(recipe("SESSION_SECRET", "", ""), Some(hex_bytes(32)));
        assert_eq!(recipe("POSTGRES_PASSWORD", "postgres", ""), Some(of_characters(43)));
        for name in [
            "GITHUB_CLIENT_SECRET",
            "OPENAI_API_KEY",
            "SMTP_PASSWORD",
            "DATABASE_URL",
            "STRIPE_WEBHOOK_SECRET",
            "TURNSTILE_SECRET_KEY",
            "DROPBOX_APP_KEY",
            "ACME_APP_SECRET",
            "ACME_WEBHOOK_SECRET",
        ] {
            assert_eq!(recipe(name, "", ""), None, "{name}");
        }
    }

    #[test]
    fn the_shape_of_an_example_is_kept() {
        assert_eq!(recipe("CREDS_IV", "e2341419ec3dd3d19b13a1a87fafcbfb", ""), Some(hex_bytes(16)));
    }
}
