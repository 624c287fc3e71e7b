//! Values that stand for "fill this in": they count as unset.
//!
//! Programs accept a placeholder as a real secret, and its length often passes the checks, so it must be
//! found by its looks. Matching is by hand and linear: it runs for every value of every command.
//!
//! Three looks: marks that no real value has (this file), words that describe a value instead of being one
//! (`words.rs`), and URLs with such words in them (`url.rs`).

mod url;
mod words;

use zeroize::Zeroizing;

/// How much a value looks like a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placeholder {
    /// It does not.
    No,
    /// It may be one, but a real value can look like this too: `https://api.example.com`, `admin_password`.
    Likely,
    /// It is one: `<your-key>`, `changeme`, `sk-...`.
    Sure,
}

/// Longer values are not read: placeholders are written by people.
const MAX_LENGTH: usize = 1024;

/// Whether a value is a placeholder: `<…>`, `your-…-here`, `changeme`, `sk-...`, `${{ … }}`, `TODO`, …
pub fn is_placeholder(value: &str) -> bool {
    classify(value) == Placeholder::Sure
}

/// How much a value looks like a placeholder. Of a list with commas, the item that does most.
pub fn classify(value: &str) -> Placeholder {
    let value = value.trim();
    if value.is_empty() || value.len() > MAX_LENGTH {
        return Placeholder::No;
    }
    if has_mark(value) {
        return Placeholder::Sure;
    }
    let lower = Zeroizing::new(value.to_ascii_lowercase());
    let items = lower.split(',').map(str::trim);
    items
        .map(|item| url::classify(item).unwrap_or_else(|| words::classify(item)))
        .max()
        .unwrap_or(Placeholder::No)
}

/// Whether it has a mark that no real value has.
fn has_mark(value: &str) -> bool {
    has_angle_brackets(value)
        || is_template(value)
        || is_cut_off(value)
        || has_run(value)
        || (value.starts_with("!!!") && value.ends_with("!!!"))
        || value.starts_with("TODO") && !value[4..].starts_with(|next: char| next.is_alphanumeric())
}

/// `<generate-with-openssl>`, `https://<host>/`: words between angle brackets, which begin the value or follow
/// punctuation. Not the address in `Name <a@b.c>`, and not markup.
fn has_angle_brackets(value: &str) -> bool {
    !value.contains("</")
        && value.match_indices('<').any(|(open, _)| {
            let begins = value[..open].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
            let inside = value[open + 1..].split_once('>').map(|(inside, _)| inside);
            begins
                && inside.is_some_and(|inside| {
                    inside.len() >= 2
                        && inside.starts_with(|first: char| first.is_alphabetic())
                        && inside.chars().all(|each| each.is_alphanumeric() || " _-./:|'".contains(each))
                })
        })
}

/// `${{ secrets.KEY }}`, `.{{ domain }}`, `https://{{ host }}`: a mark of a template, and round it nothing but a scheme
/// and a domain. A text with marks in it is what some program fills in at its time.
fn is_template(value: &str) -> bool {
    let scheme = value.split_once("://").filter(|(scheme, _)| scheme.chars().all(char::is_alphanumeric));
    let rest = scheme.map_or(value, |(_, rest)| rest);
    let Some((before, marked)) = rest.split_once("{{") else { return false };
    let Some((_, after)) = marked.split_once("}}") else { return false };
    let (before, after) = (before.trim_end_matches('$'), after.trim_end_matches('/'));
    let is_domain = |text: &str| text.chars().all(|each| each.is_alphanumeric() || "-.:".contains(each));
    let begins = before.is_empty() || before.ends_with('.') && is_domain(before);
    let ends = after.is_empty() || after.starts_with(['.', ':']) && is_domain(after);
    begins && ends
}

/// `...`, `sk-...`, `AKIA...`: what a person leaves out, after nothing or the beginning of a key.
fn is_cut_off(value: &str) -> bool {
    let begun = ["...", "…"].iter().find_map(|dots| value.split_once(dots)).map(|(before, _)| before);
    begun.is_some_and(|before| {
        before.is_empty()
            || before.len() <= 16 && before.ends_with(['-', '_'])
            || matches!(before, "AKIA" | "AIza" | "eyJ" | "age1" | "AGE-SECRET-KEY-1")
    })
}

/// `xxxx`, `G-XXXXXXXXXX`, `********`: one filler character again and again.
fn has_run(value: &str) -> bool {
    let is_filler_only =
        |filler: char| value.len() >= 3 && value.chars().all(|each| each == filler || each == '-');
    is_filler_only('*')
        || is_filler_only('x')
        || is_filler_only('X')
        || value.contains("xxxx")
        || is_key_of_fillers(value)
        || value.contains("XXXX")
}

/// `pk_test_xxx`: the beginning of a key and a filler.
fn is_key_of_fillers(value: &str) -> bool {
    value.rsplit_once(['_', '-']).is_some_and(|(before, last)| {
        before.len() <= 16
            && words::begins_key(before)
            && last.len() >= 3
            && last.chars().all(|each| each == 'x')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn all(expected: Placeholder, values: &[&str]) {
        let wrong: Vec<_> = values.iter().filter(|value| classify(value) != expected).collect();
        assert!(wrong.is_empty(), "not {expected:?}: {wrong:#?}");
    }

    #[test]
    fn what_the_deployment_guides_leave_open_is_found() {
        all(
            Placeholder::Sure,
            &[
                "<generate-with-python-secrets-token-hex-32>",
                "<jira-api-token>",
                "<your-sentry-dsn>",
                "postgresql://user:password@localhost:5432/bugdedup_prod",
                "postgresql+psycopg2://user:pass@host:5432/dbname",
                "https://portal.example.com/webhooks,https://slack-webhook-url",
                "https://your-company.atlassian.net",
                "https://your-cluster-id.qdrant.io",
                "https://yourdomain.com,https://www.yourdomain.com",
                "https://your-domain.com/logo.png",
                "secure_random_password_here",
                "your_jwt_secret_key_here",
                "your_32_byte_encryption_key_here",
                "secure_redis_password",
                "secure-smtp-password",
                "your-super-secret-key-here",
                "your-encryption-key",
                "sk-...",
                "...",
                "sk-production-key",
                "${{Postgres.DATABASE_URL}}",
                "postmaster@mg.your-domain.com",
                "noreply@your-domain.com",
                "Your App Name",
                "Your Brand",
            ],
        );
    }

    #[test]
    fn what_example_files_leave_open_is_found() {
        all(
            Placeholder::Sure,
            &[
                "changeme",
                "CHANGEME",
                "change_me",
                "please-change-this-secret",
                "changeme123",
                "TODO",
                "TODO: ask ops",
                "tbd",
                "REPLACE_ME",
                "replace-with-strong-password",
                "xxx",
                "xxxxxxxx",
                "sk-proj-xxxxxxxx",
                "XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX",
                "************************************************",
                "AKIA...",
                "pk_live_...",
                "!!!SET DJANGO_SECRET_KEY!!!",
                ".{{ cookiecutter.domain_name }}",
                "https://{{ host }}.example.com",
                "pk_test_xxx",
                "sk_live_xxxx",
                "https://YOUR_ACCOUNT_ID.r2.cloudflarestorage.com",
                "YOUR_SECRET_KEY",
                "your-super-secret-key-change-this-in-production-at-least-256-bits-long",
                "https://<host>/path",
                "postgres://app:<password>@db/app",
                "postgres://app:changeme@db/app",
                "dsn_from_sentry_dashboard",
                "client_secret_from_auth0_dashboard",
                "add some secret here",
                "fake_mail_password",
                "super-secret",
            ],
        );
    }

    #[test]
    fn what_may_be_meant_is_only_likely() {
        all(
            Placeholder::Likely,
            &[
                "automation@example.com",
                "https://testplatform.example.com/api",
                "https://portal.example.com,https://admin.example.com",
                "smtp.example.com",
                "postgresql://flagwise_prod:secure_password@db:5432/flagwise",
                "postgres://documenso:password@127.0.0.1:54320/documenso",
                "secret",
                "password",
                "admin_password",
                "access_token",
                "a_cookie_secret",
                "data encryption key with 32 char",
                "https://hooks.slack.com/services/your/webhook/url",
            ],
        );
    }

    #[test]
    fn real_values_are_left_alone() {
        all(
            Placeholder::No,
            &[
                "",
                "production",
                "True",
                "INFO",
                "20",
                "0.85",
                "localhost",
                "kafka:9092",
                "redis://localhost:6379/0",
                "postgresql://app:q7Zr2vLxW5kTb9Yc@db.internal:5432/app",
                "https://aigov.acme.test",
                "https://api.embeddings.com",
                "https://yourkit.com",
                "bgd_live_",
                "sentence-transformers/all-MiniLM-L6-v2",
                "gpt-4o-mini",
                "16f8c0ef4a5d391b26034086c628469d3f9f497f08163ab9b40137092f2909ef",
                "UpNVntn3cDxHJpq99YMc1T1AQgQpc8kfYTuRgBiYa15BLrx8etQoXz3gZv1/u2oq",
                "ATATT3xFfGF0q7Yb2mNcV5tKsRwZ",
                "sk-proj-8Kq2WxVn5RtYb7LmZc4JdPs9",
                "correct-horse-battery-staple",
                "a<b>c!d",
                "<b>Thank you</b>",
                "\"Ops Team\" <ops@acme.io>",
                "x-api-key",
                "src.api.app:create_app",
                "postmaster@mg.acme.io",
                "llm_requests",
                "todo-service",
                "Loading...",
                "Bring your own keys, and here we go on with a longer sentence",
                "user_provided",
                "${APP_NAME}",
                "postgresql://${DB_USER}:${DB_PASSWORD}@db/app",
                "{\"a\": {\"b\": 1}}",
                "Hello {{ name }}, code Zx81kQmv99Tr5LpW",
                "{\"url\": \"https://x/{{id}}\"}",
                "https://x/{{id}}",
                "changemeZx81kQmv99Tr5LpW",
                "your-Zx81kQmv99Tr5LpWq",
                "abc-xxx",
                "* * * * *",
            ],
        );
    }

    #[test]
    fn long_values_cost_nothing() {
        assert_eq!(classify(&"your-".repeat(100_000)), Placeholder::No);
        assert_eq!(classify(&"<".repeat(1024)), Placeholder::No);
    }
}
