//! Where a secret lies: a mount and a path below it.

use std::fmt;

use crate::store::Error;
use crate::store::vault::policy::Need;
use crate::ui;

/// A path below a mount, neither with slashes around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store::vault) struct Place {
    pub(super) mount: String,
    pub(super) path: String,
}

impl Place {
    /// From a mount and a path as a manifest has them, the placeholders filled in.
    ///
    /// # Errors
    /// [`Error::Definition`] if the server would take one of them for something else.
    pub(in crate::store::vault) fn new(mount: &str, path: &str) -> Result<Self, Error> {
        Ok(Self { mount: clean("mount", mount)?, path: clean("path", path)? })
    }

    /// A mount, or a path below which secrets lie.
    ///
    /// # Errors
    /// As [`Place::new`].
    pub(in crate::store::vault) fn of_tree(mount: &str, path: Option<&str>) -> Result<Self, Error> {
        let path = path.filter(|path| !path.trim_matches('/').is_empty());
        let path = path.map(|path| clean("path", path)).transpose()?.unwrap_or_default();
        Ok(Self { mount: clean("mount", mount)?, path })
    }

    /// Every path of the API below this one, as a policy spells it.
    pub(in crate::store::vault) fn all(&self, kind: &str) -> String {
        let parts = [self.mount.as_str(), kind, self.path.as_str(), "*"];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }

    /// The path of the API for the configuration of the engine, which only version 2 has.
    pub(super) fn config(&self) -> String {
        format!("{}/config", self.mount)
    }

    /// What is needed in version 2, the most important first.
    pub(in crate::store::vault) fn needs(&self, is_inline: bool) -> Vec<Need> {
        let need = |kind, capabilities, purpose| Need { path: self.api(kind), capabilities, purpose };
        let mut needs = vec![
            need("data", &["create", "read", "update"], "read and write the values"),
            need("metadata", &["patch", "read"], "read the history, and leave a mark at each push"),
            need("subkeys", &["read"], "read the names without the values"),
        ];
        if is_inline {
            let (path, purpose) = (self.config(), "know the version of the engine");
            needs.push(Need { path, capabilities: &["read"], purpose });
        }
        needs
    }

    /// What is needed in version 1.
    pub(super) fn need(&self) -> Need {
        let path = format!("{}/{}", self.mount, self.path);
        Need { path, capabilities: &["create", "read", "update"], purpose: "read and write the values" }
    }

    /// The path of the API for this secret; version 2 has several, such as `data`.
    pub(super) fn api(&self, kind: &str) -> String {
        format!("{}/{kind}/{}", self.mount, self.path)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", ui::escape(&self.mount), ui::escape(&self.path))
    }
}

fn clean(field: &str, text: &str) -> Result<String, Error> {
    let trimmed = text.trim_matches('/');
    let mut segments = trimmed.split('/');
    // The server cleans `.` and `..` out of a path, and serves nothing at one that ends in a period.
    if segments.any(|segment| segment.is_empty() || segment == "." || segment == "..") || text.ends_with('.')
    {
        let message = format!("{text:?} cannot be the {field} of a store");
        let help = "write names with single slashes in between, as in shop/production".to_owned();
        return Err(Error::Definition { message, help: Some(help) });
    }
    Ok(trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_around_it_do_not_matter() {
        let place = Place::new("/team/secret/", "/shop/production/").expect("a place");
        assert_eq!(place.to_string(), "team/secret/shop/production");
        assert_eq!(place.api("data"), "team/secret/data/shop/production");
    }

    #[test]
    fn a_path_that_would_lead_elsewhere_is_refused() {
        for path in ["", "/", "a//b", "a/../b", "./a", "..", "a/b."] {
            assert!(Place::new("secret", path).is_err(), "{path}");
        }
        assert!(Place::new("", "a").is_err());
        assert!(Place::new("secret", "v1.2/a.b").is_ok());
    }
}
