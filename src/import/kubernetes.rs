//! Kubernetes: Secrets and ConfigMaps, one, several documents, or a List of them.

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::taken::name_of;
use super::{Error, File, Reason, Request, Source, Taken};
use crate::forms::yaml::Node;
use crate::secret::Secret;

/// Resources that stand for a Secret without holding its values.
const SEALED: [&str; 3] = ["SealedSecret", "ExternalSecret", "ClusterExternalSecret"];

/// Manifests with Secrets or ConfigMaps.
pub struct Kubernetes;

impl Source for Kubernetes {
    fn kind(&self) -> &'static str {
        "kubernetes"
    }

    fn recognizes(&self, file: &File) -> bool {
        file.documents()
            .iter()
            .any(|document| word(document, "apiVersion").is_some() && word(document, "kind").is_some())
    }

    fn take(&self, file: &File, request: &mut Request<'_>) -> Result<Taken, Error> {
        let mut resources = Vec::new();
        file.documents().iter().for_each(|document| collect(document, &mut resources));
        let mut taken = Taken::default();
        let mut found = false;
        for resource in resources {
            let kind = word(resource, "kind").unwrap_or_default();
            match kind {
                "Secret" => {
                    take_secret(resource, request.flatten, &mut taken)?;
                    found = true;
                }
                "ConfigMap" => {
                    take_config_map(resource, request.flatten, &mut taken)?;
                    found = true;
                }
                _ => {
                    if let Some(kind) = SEALED.into_iter().find(|sealed| *sealed == kind) {
                        taken.refuse(name(resource), Reason::Sealed(kind));
                        found = true;
                    }
                }
            }
        }
        if found {
            Ok(taken)
        } else {
            Err(Error::NotOfKind { kind: self.kind(), problem: "it has no Secret and no ConfigMap" })
        }
    }
}

/// The resources of a document, those of its lists instead of the lists.
fn collect<'a>(document: &'a Node, resources: &mut Vec<&'a Node>) {
    match document.get("items") {
        Some(items) if word(document, "kind").is_some_and(|kind| kind.ends_with("List")) => {
            items.items().iter().for_each(|item| collect(item, resources));
        }
        _ => resources.push(document),
    }
}

/// `data` is base64; what `stringData` has too counts as it is there.
fn take_secret(secret: &Node, flatten: bool, taken: &mut Taken) -> Result<(), Error> {
    let texts = entries(secret, "stringData");
    for (key, value) in entries(secret, "data") {
        if texts.iter().any(|(text, _)| *text == key) {
            continue;
        }
        let Some(encoded) = value.text().filter(|_| !value.is_null()) else {
            taken.refuse(key, Reason::NoValue);
            continue;
        };
        let encoded: Zeroizing<String> =
            Zeroizing::new(encoded.expose().chars().filter(|each| !each.is_ascii_whitespace()).collect());
        match BASE64.decode(encoded.as_bytes()).map(Zeroizing::new) {
            Err(_) => taken.refuse(key, Reason::NotBase64),
            Ok(bytes) => match std::str::from_utf8(&bytes) {
                Err(_) => taken.refuse(key, Reason::Binary),
                Ok(text) => put(key, Secret::new(text), flatten, taken)?,
            },
        }
    }
    for (key, value) in texts {
        match value.text().filter(|_| !value.is_null()) {
            Some(text) => put(key, text.clone(), flatten, taken)?,
            None => taken.refuse(key, Reason::NoValue),
        }
    }
    Ok(())
}

fn take_config_map(map: &Node, flatten: bool, taken: &mut Taken) -> Result<(), Error> {
    for (key, value) in entries(map, "data") {
        let Some(text) = value.text().filter(|_| !value.is_null()) else {
            taken.refuse(key, Reason::NoValue);
            continue;
        };
        let before = taken.values.len();
        put(key, text.clone(), flatten, taken)?;
        if taken.values.len() > before
            && let Some(name) = taken.values.keys().last().cloned()
        {
            taken.declare(&name).secret = Some(false);
        }
    }
    for (key, _) in entries(map, "binaryData") {
        taken.refuse(key, Reason::Binary);
    }
    Ok(())
}

fn put(key: &str, value: Secret, flatten: bool, taken: &mut Taken) -> Result<(), Error> {
    if flatten { taken.put_as(key, &name_of([key]), value) } else { taken.put(key, value) }
}

fn entries<'a>(resource: &'a Node, field: &str) -> Vec<(&'a str, &'a Node)> {
    resource.get(field).map(Node::entries).unwrap_or_default()
}

fn name(resource: &Node) -> &str {
    resource
        .get("metadata")
        .and_then(|metadata| word(metadata, "name"))
        .unwrap_or("a resource without a name")
}

fn word<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    Some(node.get(key)?.text()?.expose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{error, file, refused, take, take_flat, values};

    const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: shop
data:
  API_KEY: a2V5LTE=
  tls.crt: LS0tLS0=
  BROKEN: '!'
  BINARY: /w==
  BOTH: b2xk
stringData:
  BOTH: new
---
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data:
  LOG_LEVEL: INFO
---
apiVersion: apps/v1
kind: Deployment
";

    #[test]
    fn secrets_are_decoded_and_config_maps_are_no_secrets() {
        assert!(file("x.yaml", SECRET).is_ok_and(|file| Kubernetes.recognizes(&file)));
        let taken = take(&Kubernetes, "x.yaml", SECRET);
        assert_eq!(values(&taken), [("API_KEY", "key-1"), ("BOTH", "new"), ("LOG_LEVEL", "INFO")]);
        let reasons = ["tls.crt: is no name of a variable", "BROKEN: is not base64", "BINARY: is not text"];
        assert_eq!(refused(&taken), reasons);
        assert_eq!(taken.declared["LOG_LEVEL"].secret, Some(false));
        assert_eq!(taken.declared["API_KEY"].secret, None);
        let flat = take_flat(&Kubernetes, "x.yaml", SECRET);
        assert!(values(&flat).contains(&("TLS_CRT", "-----")));
    }

    #[test]
    fn a_list_is_what_is_in_it_and_what_only_the_cluster_opens_is_named() {
        let text = r#"{"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "Secret", "data": {"A": "MQ=="}},
            {"apiVersion": "v1", "kind": "Secret", "data": {"A": "Mg=="}},
            {"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": {"name": "db"}}]}"#;
        let taken = take(&Kubernetes, "x.json", text);
        assert_eq!(values(&taken), [("A", "1")]);
        let reasons = [
            "A: is there twice, with different values",
            "db: is a SealedSecret, which only the cluster can open",
        ];
        assert_eq!(refused(&taken), reasons);
        let message = error(&Kubernetes, "x.yaml", "apiVersion: v1\nkind: Pod\n");
        assert_eq!(message, "it is no file of kubernetes: it has no Secret and no ConfigMap");
    }
}
