//! Infisical: what `infisical export --format=json` writes, a list of secrets, or its API, the same under `secrets`.
//! (An object of names and texts is any tool's, see `object`.)

use std::collections::HashSet;

use super::{Error, File, Request, Source, Taken};
use crate::forms::yaml::{Kind, Node};
use crate::secret::Secret;

/// A list of Infisical's secrets.
pub struct Infisical;

impl Source for Infisical {
    fn kind(&self) -> &'static str {
        "infisical"
    }

    fn recognizes(&self, file: &File) -> bool {
        secrets(file).is_some_and(|secrets| secrets.iter().all(|secret| field(secret, "key").is_some()))
    }

    fn take(&self, file: &File, _request: &mut Request<'_>) -> Result<Taken, Error> {
        let problem = "it is not a list of secrets with key and value";
        let failed = || Error::NotOfKind { kind: self.kind(), problem };
        let secrets = secrets(file).ok_or_else(failed)?;
        // What a person put over a shared secret counts for that person, as in `infisical run`.
        let is_personal =
            |secret: &Node| field(secret, "type").is_some_and(|kind| kind.expose() == "personal");
        let personal: HashSet<&str> = secrets
            .iter()
            .filter(|secret| is_personal(secret))
            .filter_map(|secret| field(secret, "key").map(Secret::expose))
            .collect();
        let mut taken = Taken::default();
        for secret in secrets {
            let (Some(key), Some(value)) = (field(secret, "key"), field(secret, "value")) else {
                return Err(failed());
            };
            let key = key.expose();
            if personal.contains(key) && !is_personal(secret) {
                continue;
            }
            taken.put(key, value.clone())?;
            let comment = field(secret, "comment").filter(|comment| !comment.is_empty());
            if let (Some(comment), true) = (comment, taken.declared.contains_key(key)) {
                taken.declare(key).description = Some(comment.expose().to_owned());
            }
        }
        Ok(taken)
    }
}

fn secrets(file: &File) -> Option<&[Node]> {
    let document = file.document()?;
    let list =
        document.entries().into_iter().find(|(key, _)| *key == "secrets").map_or(document, |(_, list)| list);
    match &list.kind {
        Kind::Sequence(secrets) if !secrets.is_empty() => Some(secrets),
        _ => None,
    }
}

/// A field, under its own name or that of the API: `secretKey` for `key`.
fn field<'a>(secret: &'a Node, name: &str) -> Option<&'a Secret> {
    let (first, rest) = name.split_at(1);
    let of_api = format!("secret{}{rest}", first.to_ascii_uppercase());
    let node = secret.get(name).or_else(|| secret.get(&of_api))?;
    if node.is_null() { None } else { node.text() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{error, file, take, values};

    #[test]
    fn a_personal_value_counts_before_the_shared_one() {
        let text = r#"[{"key": "A", "value": "1", "type": "shared", "comment": "First"},
                       {"key": "B", "value": "2", "type": "shared"},
                       {"key": "B", "value": "mine", "type": "personal"}]"#;
        assert!(file("x.json", text).is_ok_and(|file| Infisical.recognizes(&file)));
        let taken = take(&Infisical, "x.json", text);
        assert_eq!(values(&taken), [("A", "1"), ("B", "mine")]);
        assert_eq!(taken.declared["A"].description.as_deref(), Some("First"));
    }

    #[test]
    fn the_answer_of_the_api_is_read_too() {
        let text = r#"{"secrets": [{"secretKey": "A", "secretValue": "", "secretComment": ""}]}"#;
        assert_eq!(values(&take(&Infisical, "x.json", text)), [("A", "")]);
        let message = error(&Infisical, "x.json", r#"[{"name": "A"}]"#);
        assert_eq!(message, "it is no file of infisical: it is not a list of secrets with key and value");
    }
}
