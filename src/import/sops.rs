//! SOPS: a dotenv, YAML or JSON file whose values are encrypted, or one that was encrypted whole (which sops does
//! to every file whose name says no format, such as `.env.production`).

use super::{Error, File, Request, Source, Taken, tree};
use crate::dotenv::Document;
use crate::forms::json;
use crate::forms::yaml::Node;
use crate::seal::{self, sops::Tree};
use crate::secret::Secret;

/// The key of a file that was encrypted whole.
const WHOLE: &str = "data";

/// A file that sops encrypted.
pub struct Sops;

impl Source for Sops {
    fn kind(&self) -> &'static str {
        "sops"
    }

    fn recognizes(&self, file: &File) -> bool {
        match file.documents() {
            [] => seal::is_sealed(&file.bytes) || whole(file).is_some(),
            [first, ..] => Tree::is_one(first),
        }
    }

    fn take(&self, file: &File, request: &mut Request<'_>) -> Result<Taken, Error> {
        let mut taken = Taken::default();
        let documents = match file.documents() {
            [] => whole(file).into_iter().collect(),
            documents => documents.to_vec(),
        };
        if documents.is_empty() {
            let opened = seal::open_bare(&file.path, request.access)?;
            for (name, value) in &opened.values {
                taken.put(name, value.clone())?;
                if opened.is_clear(name) {
                    taken.declare(name).secret = Some(false);
                }
            }
            return Ok(taken);
        }
        if documents.len() > 1 {
            let problem = "it has several documents, and an environment is one";
            return Err(Error::NotOfKind { kind: self.kind(), problem });
        }
        for document in seal::open_tree(documents, request.access)? {
            match wrapped(&document) {
                Some(text) => {
                    let inner = Document::parse(text.expose().as_bytes()).map_err(Error::Dotenv)?;
                    for entry in inner.entries() {
                        taken.put(entry.name, entry.value.clone())?;
                    }
                }
                None => tree::take(&document, request.flatten, &mut taken)?,
            }
        }
        Ok(taken)
    }
}

/// The tree in a file that was encrypted whole, and kept its name.
fn whole(file: &File) -> Option<Node> {
    let text = file.lines().filter(|text| text.trim_start().starts_with('{'))?;
    let document = json::parse(text).ok()?;
    Tree::is_one(&document).then_some(document)
}

/// The text of a file that was encrypted whole.
fn wrapped(document: &Node) -> Option<&Secret> {
    match document.entries()[..] {
        [(WHOLE, value)] => value.text(),
        _ => None,
    }
}
