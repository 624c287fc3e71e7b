//! Doppler: what `doppler secrets download --format json` writes, an object of names and texts, and what `doppler
//! secrets --json` writes, an object for each name.

use super::{Error, File, Reason, Request, Source, Taken, tree};
use crate::forms::yaml::{Kind, Node};

/// What Doppler adds about itself, which is no part of the environment.
const OWN: [&str; 3] = ["DOPPLER_PROJECT", "DOPPLER_ENVIRONMENT", "DOPPLER_CONFIG"];

/// JSON of Doppler.
pub struct Doppler;

impl Source for Doppler {
    fn kind(&self) -> &'static str {
        "doppler"
    }

    fn recognizes(&self, file: &File) -> bool {
        let Some(document) = file.document() else { return false };
        let entries = document.entries();
        let has_own = OWN.iter().all(|name| entries.iter().any(|(key, _)| key == name));
        has_own || !entries.is_empty() && entries.iter().all(|(_, value)| value.get("computed").is_some())
    }

    fn take(&self, file: &File, request: &mut Request<'_>) -> Result<Taken, Error> {
        let document = file.document().filter(|document| matches!(document.kind, Kind::Mapping(_)));
        let problem = "it is not one object of names";
        let document = document.ok_or(Error::NotOfKind { kind: self.kind(), problem })?;
        let mut taken = Taken::default();
        for (name, value) in document.entries().into_iter().filter(|(name, _)| !OWN.contains(name)) {
            match &value.kind {
                Kind::Mapping(_) => take_described(name, value, &mut taken)?,
                _ => tree::take_one(name, value, request.flatten, &mut taken)?,
            }
        }
        Ok(taken)
    }
}

/// A secret with what Doppler knows about it. What counts is the value with its references filled in.
fn take_described(name: &str, secret: &Node, taken: &mut Taken) -> Result<(), Error> {
    match secret.get("computed").filter(|computed| !computed.is_null()).and_then(Node::text) {
        Some(value) => taken.put(name, value.clone())?,
        None => taken.refuse(name, Reason::Hidden("Doppler")),
    }
    let note = secret.get("note").and_then(Node::text).filter(|note| !note.is_empty());
    if let (Some(note), true) = (note, taken.declared.contains_key(name)) {
        taken.declare(name).description = Some(note.expose().to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{file, refused, take, values};

    #[test]
    fn the_download_is_taken_without_what_doppler_adds() {
        let text = r#"{"API_KEY": "k", "DOPPLER_CONFIG": "prd", "DOPPLER_ENVIRONMENT": "prd",
                      "DOPPLER_PROJECT": "shop", "PORT": "80"}"#;
        assert!(file("x.json", text).is_ok_and(|file| Doppler.recognizes(&file)));
        assert_eq!(values(&take(&Doppler, "x.json", text)), [("API_KEY", "k"), ("PORT", "80")]);
    }

    #[test]
    fn the_computed_value_counts_and_a_hidden_one_is_named() {
        let text = r#"{"URL": {"computed": "http://h", "raw": "http://${HOST}", "note": "Where it is"},
                      "KEY": {"computed": null, "raw": null, "computedVisibility": "restricted", "note": ""}}"#;
        assert!(file("x.json", text).is_ok_and(|file| Doppler.recognizes(&file)));
        let taken = take(&Doppler, "x.json", text);
        assert_eq!(values(&taken), [("URL", "http://h")]);
        assert_eq!(refused(&taken), ["KEY: is hidden by Doppler"]);
        assert_eq!(taken.declared["URL"].description.as_deref(), Some("Where it is"));
    }
}
