//! teller: `.teller.yml`, which says in which provider a variable is. It holds no values; what can be taken are the
//! names, and for each where it comes from. Both versions of the file are read: `maps` with `keys` (2), and `env`
//! (1).

use super::taken::name_of;
use super::{Error, File, Reason, Request, Source, Taken};
use crate::dotenv::is_name;
use crate::forms::yaml::{Kind, Node};
use crate::secret::Secret;
use crate::ui::escape;

/// A `.teller.yml`.
pub struct Teller;

impl Source for Teller {
    fn kind(&self) -> &'static str {
        "teller"
    }

    fn recognizes(&self, file: &File) -> bool {
        let providers = file.document().and_then(|document| document.get("providers"));
        providers.is_some_and(|providers| matches!(providers.kind, Kind::Mapping(_)))
    }

    fn take(&self, file: &File, _request: &mut Request<'_>) -> Result<Taken, Error> {
        let providers = file.document().and_then(|document| document.get("providers"));
        let problem = "it has no providers";
        let providers = providers.ok_or(Error::NotOfKind { kind: self.kind(), problem })?;
        let mut taken = Taken::default();
        for (name, provider) in providers.entries() {
            let provider_kind = word(provider, "kind").unwrap_or(name);
            for map in provider.get("maps").map(Node::items).unwrap_or_default() {
                take_map(provider_kind, map, &mut taken);
            }
            for (variable, place) in provider.get("env").map(Node::entries).unwrap_or_default() {
                let path = word(place, "path").unwrap_or_default();
                declare(provider_kind, path, word(place, "field").unwrap_or(variable), variable, &mut taken);
            }
            if let Some(path) = provider.get("env_sync").and_then(|sync| word(sync, "path")) {
                note_everything(provider_kind, path, &mut taken);
            }
        }
        Ok(taken)
    }
}

/// `keys: {key in the provider: name}`, where `==` stands for the same name; without keys it is all there is.
fn take_map(provider: &str, map: &Node, taken: &mut Taken) {
    let path = word(map, "path").unwrap_or_default();
    let keys = map.get("keys").map(Node::entries).unwrap_or_default();
    if keys.is_empty() {
        return note_everything(provider, path, taken);
    }
    for (key, name) in keys {
        let name = name.text().map(Secret::expose).filter(|name| *name != "==").unwrap_or(key);
        declare(provider, path, key, name, taken);
    }
}

fn declare(provider: &str, path: &str, key: &str, name: &str, taken: &mut Taken) {
    if !is_name(name) {
        return taken.refuse(name, Reason::Name { would_be: name_of([name]) });
    }
    let place = if path.is_empty() { String::new() } else { format!(" at {path}") };
    let key = if key == name { String::new() } else { format!(", as {key}") };
    taken.declare(name).description = Some(format!("From {provider}{place}{key}"));
}

fn note_everything(provider: &str, path: &str, taken: &mut Taken) {
    let (provider, path) = (escape(provider), escape(path));
    taken.notes.push(format!("{provider} takes everything at {path}: those names are not in the file"));
}

fn word<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    Some(node.get(key)?.text()?.expose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{file, refused, take};

    #[test]
    fn both_versions_say_where_a_variable_is() {
        let text = "\
providers:
  vault_1:
    kind: hashicorp
    maps:
      - id: app
        path: secret/app
        keys: {GITHUB_TOKEN: ==, mg: MAILGUN_KEY, x: bad-name}
      - id: all
        path: secret/all
  heroku:
    env:
      DATABASE_URL: {path: shop, field: DB}
";
        assert!(file(".teller.yml", text).is_ok_and(|file| Teller.recognizes(&file)));
        let taken = take(&Teller, ".teller.yml", text);
        let found: Vec<_> = taken
            .declared
            .iter()
            .map(|(name, variable)| (name.as_str(), variable.description.as_deref().unwrap_or_default()))
            .collect();
        let expected = [
            ("GITHUB_TOKEN", "From hashicorp at secret/app"),
            ("MAILGUN_KEY", "From hashicorp at secret/app, as mg"),
            ("DATABASE_URL", "From heroku at shop, as DB"),
        ];
        assert_eq!(found, expected);
        assert_eq!(
            taken.notes,
            ["hashicorp takes everything at secret/all: those names are not in the file"]
        );
        assert_eq!(refused(&taken), ["bad-name: is no name of a variable"]);
        assert!(taken.values.is_empty());
    }
}
