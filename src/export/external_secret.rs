//! external-secret: manifests of the External Secrets Operator, which fetches the secrets from the store of the
//! manifest. They hold no secret; what is none is in a ConfigMap, as in `kubernetes`.

use indexmap::IndexMap;

use super::kubernetes::metadata;
use super::stored::Stored;
use super::yaml_text::{Node, read, write};
use super::{Error, Format, Input, NamedStore, Output, Refusal};
use crate::manifest::{StoreDefinition, slug};
use crate::secret::{Secret, Values};

/// Manifests of the External Secrets Operator, API external-secrets.io/v1.
#[derive(clap::Args, Default)]
pub struct Options {
    /// What the ExternalSecret, its Secret and the ConfigMap are called [default: the project]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Their namespace [default: that of whoever applies them]
    #[arg(short, long, value_name = "NAME")]
    namespace: Option<String>,

    /// The store of the manifest that serves the environment [default: the only one]
    #[arg(long, value_name = "STORE")]
    store: Option<String>,

    /// What the operator calls that store: a SecretStore [default: as the manifest]
    #[arg(long, value_name = "NAME")]
    secret_store: Option<String>,

    /// It is a ClusterSecretStore
    #[arg(long)]
    cluster: bool,
}

impl Format for Options {
    fn refuses(&self, name: &str, value: &str, input: &Input) -> Option<Refusal> {
        if input.is_secret(name) { input.stored.as_ref()?.refuse(name) } else { super::refuse_nul(value) }
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let stored = input.stored()?;
        if matches!(stored.definition, StoreDefinition::Directory(_)) {
            let message = "the operator cannot read a store that is a directory".to_owned();
            return Err(Error::Option {
                message,
                help: "name a Vault or AWS store: --store NAME".to_owned(),
            });
        }
        let metadata = metadata(self.name.as_deref(), self.namespace.as_deref(), input)?;
        let (secret, clear): (Values, Values) =
            input.values.clone().into_iter().partition(|(name, _)| input.is_secret(name));
        let mut documents = Vec::new();
        if !clear.is_empty() {
            documents.push(Node::map([
                ("apiVersion", Node::text("v1")),
                ("kind", Node::text("ConfigMap")),
                ("metadata", metadata.clone()),
                ("data", Node::texts(&clear)),
            ]));
        }
        if !secret.is_empty() {
            documents.push(Node::map([
                ("apiVersion", Node::text("external-secrets.io/v1")),
                ("kind", Node::text("ExternalSecret")),
                ("metadata", metadata),
                ("spec", self.spec(&secret, stored)),
            ]));
        }
        Ok(Output::Text(write(&documents)))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        let mut values = Values::new();
        for document in read(text)? {
            if let Some(clear) = document.at(&["data"]) {
                values.extend(clear.values()?);
                continue;
            }
            for entry in document.at(&["spec", "data"])?.items() {
                let name = entry.at(&["secretKey"])?.secret()?.expose().to_owned();
                let part = |part| Some(entry.at(&["remoteRef", part])?.secret()?.expose());
                values.insert(name, reference(part("key")?, part("property")));
            }
        }
        Some(values)
    }

    fn expected(&self, input: &Input) -> Values {
        let Some(stored) = &input.stored else { return Values::new() };
        let reference = |name: &String| {
            let remote = stored.remote(name);
            reference(&remote.key, remote.property)
        };
        let clear = input.values.iter().filter(|(name, _)| !input.is_secret(name));
        let secret = input.values.keys().filter(|name| input.is_secret(name));
        let clear = clear.map(|(name, value)| (name.clone(), value.clone()));
        clear.chain(secret.map(|name| (name.clone(), reference(name)))).collect()
    }

    fn store(&self) -> Option<NamedStore<'_>> {
        Some(NamedStore(self.store.as_deref()))
    }
}

impl Options {
    fn spec(&self, secret: &Values, stored: &Stored) -> Node {
        let kind = if self.cluster { "ClusterSecretStore" } else { "SecretStore" };
        let name = self.secret_store.clone().or_else(|| slug(&stored.name)).unwrap_or_default();
        let entries = secret.keys().map(|name| {
            let remote = stored.remote(name);
            let mut place: IndexMap<_, _> = [("key".to_owned(), Node::text(remote.key))].into();
            if let Some(property) = remote.property {
                place.insert("property".to_owned(), Node::text(property));
            }
            Node::map([("secretKey", Node::text(name)), ("remoteRef", Node::Map(place))])
        });
        Node::map([
            ("refreshInterval", Node::text("1h")),
            ("secretStoreRef", Node::map([("kind", Node::text(kind)), ("name", Node::text(name))])),
            ("data", Node::List(entries.collect())),
        ])
    }
}

/// A reference as one text, to compare it.
fn reference(key: &str, property: Option<&str>) -> Secret {
    Secret::new(format!("{key}#{}", property.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{form, input, stored, text_of};

    const VAULT: &str = "type = 'vault'\naddress = 'https://v'\npath = 'x'\nnames = { KEY = 'api_key' }";
    const AWS: &str = "type = 'aws-secrets-manager'\nname = 'x'\nlayout = 'per-variable'";

    #[test]
    fn a_secret_is_a_reference_and_the_rest_is_in_a_config_map() {
        let mut input = input(&[("KEY", "hunter2"), ("CLEAR_LEVEL", "INFO")]);
        input.stored = Some(stored(VAULT, "shop/production", &["KEY"]));
        let expected = "\
apiVersion: \"v1\"
kind: \"ConfigMap\"
metadata:
  name: \"shop\"
data:
  CLEAR_LEVEL: \"INFO\"
---
apiVersion: \"external-secrets.io/v1\"
kind: \"ExternalSecret\"
metadata:
  name: \"shop\"
spec:
  refreshInterval: \"1h\"
  secretStoreRef:
    kind: \"SecretStore\"
    name: \"main\"
  data:
    -
      secretKey: \"KEY\"
      remoteRef:
        key: \"shop/production\"
        property: \"api_key\"
";
        assert_eq!(text_of("external-secret", &input), Ok(expected.to_owned()));
    }

    #[test]
    fn one_secret_for_each_variable_has_no_fields() {
        let mut input = input(&[("KEY", "hunter2")]);
        input.stored = Some(stored(AWS, "shop/production", &["KEY"]));
        let manifest =
            text_of("external-secret --secret-store aws --cluster", &input).expect("it can be written");
        assert!(manifest.ends_with("        key: \"shop/production/KEY\"\n"), "{manifest}");
        assert!(manifest.contains("    kind: \"ClusterSecretStore\"\n    name: \"aws\"\n"), "{manifest}");
    }

    #[test]
    fn what_is_not_in_the_store_cannot_be_pointed_at() {
        let mut input = input(&[("KEY", "hunter2"), ("DOTTED", "x")]);
        let dotted = VAULT.replace("KEY = 'api_key'", "DOTTED = 'a.b'");
        input.stored = Some(stored(&dotted, "shop/production", &["DOTTED"]));
        let error = text_of("external-secret", &input).expect_err("neither can be found");
        let (first, second) = error.split_once('\n').expect("both are named");
        assert!(first.starts_with("KEY ") && first.contains("default"), "{first}");
        assert!(second.starts_with("DOTTED ") && second.contains("characters"), "{second}");
        input.stored = None;
        let error = form("external-secret").render(&input).err().expect("there is no store");
        assert_eq!(error.to_string(), "the project names no store that a reference could point at");
    }
}
