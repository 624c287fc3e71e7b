//! Placeholders inside URLs: `postgresql://user:password@localhost/app`, `https://your-company.example`.

use super::{Placeholder, words};

/// Users that stand for any user.
const USERS: &[&str] = &["user", "username", "dbuser", "db_user"];

/// Passwords that stand for any password, beside a user that does.
const PASSWORDS: &[&str] = &["pass", "passwd", "password", "pw", "pwd", "secret"];

/// What a lower-case URL looks like; `None` for what is no URL.
pub(super) fn classify(value: &str) -> Option<Placeholder> {
    let (scheme, rest) = value.split_once("://")?;
    if scheme.is_empty()
        || scheme.contains(|each: char| !each.is_ascii_alphanumeric() && !"+.-".contains(each))
    {
        return None;
    }
    let (authority, path) = rest.split_once(['/', '?', '#']).unwrap_or((rest, ""));
    let (credentials, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    let path = if words::is_yours(path) { Placeholder::Likely } else { Placeholder::No };
    Some(credentials_look(user, password).max(host_look(host)).max(path))
}

fn credentials_look(user: &str, password: &str) -> Placeholder {
    let stand_for_any = USERS.contains(&user) && PASSWORDS.contains(&password);
    if stand_for_any || words::asks(password) || words::is_yours(user) {
        Placeholder::Sure
    } else if password.starts_with("${") {
        Placeholder::No
    } else {
        // `postgres:password@` is what many a developer's database really takes, and so is `app:secure_password@`.
        words::classify(password).min(Placeholder::Likely)
    }
}

fn host_look(host: &str) -> Placeholder {
    let name = host.split(':').next().unwrap_or(host);
    let is_description =
        !name.contains('.') && (name.ends_with("-url") || matches!(name, "host" | "hostname"));
    if is_description || words::is_yours(name) {
        Placeholder::Sure
    } else if words::has_example_domain(host) {
        Placeholder::Likely
    } else {
        Placeholder::No
    }
}
