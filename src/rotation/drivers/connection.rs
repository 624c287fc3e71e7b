//! What the drivers of servers with connection URLs have in common.

use jiff::Timestamp;

use super::Error;
use crate::env_vars::EnvSnapshot;
use crate::generate::Recipe;
use crate::rng::Rng;
use crate::schema::{Schema, Variable};
use crate::secret::{Secret, Values};

/// The variable that holds the connection URL: the one that was named, the rotated one itself, or the only one of the
/// type that has the rotated one as a part.
///
/// # Errors
/// There is none, or there are several.
pub(super) fn url_variable(
    variable: &Variable,
    schema: &Schema,
    named: Option<&str>,
    value_type: &str,
) -> Result<String, Error> {
    if let Some(name) = named {
        return Ok(name.to_owned());
    }
    if variable.value_type.name() == value_type {
        return Ok(variable.name.clone());
    }
    let has_part = |whole: &&Variable| {
        let template = whole.template.as_ref().filter(|_| whole.value_type.name() == value_type);
        template.is_some_and(|template| template.parts().contains(&variable.name.as_str()))
    };
    let mut wholes = schema.vars.values().filter(has_part);
    match (wholes.next(), wholes.next()) {
        (Some(whole), None) => Ok(whole.name.clone()),
        (found, _) => {
            let count = if found.is_some() { "several variables" } else { "no variable" };
            Err(Error::setup(
                format!("{count} of type {value_type} with {} as a part", variable.name),
                "name the one to connect with in the driver, such as url = \"DATABASE_URL\"",
            ))
        }
    }
}

/// The value of a variable that a driver needs.
///
/// # Errors
/// It is not set.
pub(super) fn value<'a>(name: &str, values: &'a Values) -> Result<&'a Secret, Error> {
    values.get(name).ok_or_else(|| {
        Error::setup(
            format!("{name} is not set, which says how to connect"),
            "complete the environment: envward bootstrap",
        )
    })
}

/// The connection URL of someone who may change others: a variable of the environment, or one that envward was started
/// with.
///
/// # Errors
/// It is not set.
pub(super) fn admin_url(name: &str, values: &Values, env: &EnvSnapshot) -> Result<Secret, Error> {
    let url = values.get(name).cloned().or_else(|| env.get(name).map(Secret::new));
    url.ok_or_else(|| {
        Error::setup(
            format!("{name} is not set, which holds the URL of someone who may change the password"),
            format!("set it in the environment of envward, or in the sealed file: envward set {name} --new"),
        )
    })
}

/// A new password: as the schema generates the variable, else letters and digits. In the connection URL if that is the
/// variable which is rotated.
///
/// # Errors
/// There is no randomness, or the URL cannot carry a password.
pub(super) fn new_password(
    variable: &Variable,
    url: &str,
    current: &Values,
    rng: &mut Rng,
    now: Timestamp,
) -> Result<Values, Error> {
    let made = match variable.make_value(rng, now)? {
        Some(generated) if variable.name != url => generated,
        _ => Recipe::Alphanumeric(crate::generate::alphanumeric::Options::default()).make(rng, now)?,
    };
    let value = if variable.name == url {
        with_password(url, value(url, current)?, &made.secret)?
    } else {
        made.secret
    };
    Ok([(variable.name.clone(), value)].into_iter().collect())
}

/// A connection URL with another password, and every other byte as it was.
fn with_password(name: &str, url: &Secret, password: &Secret) -> Result<Secret, Error> {
    let text = url.expose();
    let start = text.find("://").map(|at| at + 3);
    let parts = start.and_then(|start| {
        let authority = text[start..].find(['/', '?', '#']).map_or(text.len(), |length| start + length);
        let end = start + text[start..authority].rfind('@')?;
        let user = start + text[start..end].find(':').unwrap_or(end - start);
        Some((user, end))
    });
    let (user, end) = parts.ok_or_else(|| Error::Setup {
        message: format!("{name} names no user, whose password could be rotated"),
        help: None,
    })?;
    let mut changed = zeroize::Zeroizing::new(String::with_capacity(text.len() + password.len() + 1));
    for part in [&text[..user], ":", password.expose(), &text[end..]] {
        crate::secret::push(&mut changed, part);
    }
    Ok(Secret::new(changed.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(url: &str) -> Option<String> {
        let changed = with_password("URL", &Secret::new(url), &Secret::new("new"));
        changed.ok().map(|url| url.expose().to_owned())
    }

    #[test]
    fn only_the_password_of_a_url_changes() {
        assert_eq!(
            changed("postgresql+psycopg2://app:o%40ld@db:5432/x?sslmode=require").as_deref(),
            Some("postgresql+psycopg2://app:new@db:5432/x?sslmode=require")
        );
        assert_eq!(changed("redis://:old@cache/0").as_deref(), Some("redis://:new@cache/0"));
        assert_eq!(changed("postgresql://app@db/x").as_deref(), Some("postgresql://app:new@db/x"));
        assert_eq!(changed("postgresql://db/x?a=b@c"), None);
    }
}
