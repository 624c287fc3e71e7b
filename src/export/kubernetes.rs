//! kubernetes: a Secret with the secrets in base64, and a ConfigMap with what is not secret.

use data_encoding::BASE64;

use super::yaml_text::{Node, read, write};
use super::{Error, Format, Input, Output, Refusal};
use crate::manifest::slug;
use crate::secret::{Secret, Values};

/// Manifests for `kubectl apply -f -`.
#[derive(clap::Args, Default)]
pub struct Options {
    /// What the Secret and the ConfigMap are called [default: the project]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Their namespace [default: that of whoever applies them]
    #[arg(short, long, value_name = "NAME")]
    namespace: Option<String>,

    /// Have the cluster refuse changes to them; a new version then needs a new --name
    #[arg(long)]
    immutable: bool,
}

/// The most bytes of values in one Secret, and in one ConfigMap: 1 MiB.
const LARGEST: usize = 1024 * 1024;

impl Format for Options {
    fn refuses(&self, _name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        // Base64 would carry it, but the variable it becomes would not.
        super::refuse_nul(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let metadata = metadata(self.name.as_deref(), self.namespace.as_deref(), input)?;
        let (secret, clear): (Values, Values) =
            input.values.clone().into_iter().partition(|(name, _)| input.is_secret(name));
        for (kind, values) in [("a ConfigMap", &clear), ("a Secret", &secret)] {
            if values.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > LARGEST {
                let reason = format!("{kind} holds at most 1 MiB; split it with --only and --except");
                return Err(Error::Whole { form: "kubernetes", reason });
            }
        }
        let encoded = |value: Secret| Secret::new(BASE64.encode(value.expose().as_bytes()));
        let encoded: Values = secret.into_iter().map(|(name, value)| (name, encoded(value))).collect();
        let mut documents = Vec::new();
        if !clear.is_empty() {
            documents.push(self.document("ConfigMap", metadata.clone(), &[("data", Node::texts(&clear))]));
        }
        if !encoded.is_empty() || documents.is_empty() {
            let parts = [("type", Node::text("Opaque")), ("data", Node::texts(&encoded))];
            documents.push(self.document("Secret", metadata, &parts));
        }
        Ok(Output::Text(write(&documents)))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        let mut values = Values::new();
        for document in read(text)? {
            let is_secret = document.at(&["kind"])?.secret()?.expose() == "Secret";
            for (name, value) in document.at(&["data"])?.values()? {
                let value = if is_secret { decoded(&value)? } else { value };
                if values.insert(name, value).is_some() {
                    return None;
                }
            }
        }
        Some(values)
    }
}

impl Options {
    fn document(&self, kind: &str, metadata: Node, parts: &[(&str, Node)]) -> Node {
        let head =
            Node::map([("apiVersion", Node::text("v1")), ("kind", Node::text(kind)), ("metadata", metadata)]);
        let Node::Map(mut map) = head else { return head };
        if self.immutable {
            map.insert("immutable".to_owned(), Node::True);
        }
        map.extend(parts.iter().map(|(name, node)| ((*name).to_owned(), node.clone())));
        Node::Map(map)
    }
}

fn decoded(value: &Secret) -> Option<Secret> {
    let bytes = BASE64.decode(value.expose().as_bytes()).ok()?;
    String::from_utf8(bytes).ok().map(Secret::from)
}

/// Name and namespace of an object.
///
/// # Errors
/// A cluster would not take them, or there is no project to name the object after.
pub(super) fn metadata(name: Option<&str>, namespace: Option<&str>, input: &Input) -> Result<Node, Error> {
    let of_project = || input.project.as_deref().and_then(slug);
    let Some(name) = name.map(str::to_owned).or_else(of_project) else {
        let message = "there is no project to name the object after".to_owned();
        return Err(Error::Option { message, help: "name it: --name NAME".to_owned() });
    };
    let namespaces = namespace.map(|namespace| ("--namespace", namespace, 63, is_label(namespace)));
    let is_subdomain = name.split('.').all(is_label);
    for (flag, text, longest, is_name) in
        [("--name", name.as_str(), 253, is_subdomain)].into_iter().chain(namespaces)
    {
        if !is_name || text.len() > longest {
            return Err(Error::Option {
                message: format!("{flag} is not a name that a cluster takes"),
                help: format!("use lower-case letters, digits and dashes, at most {longest} (RFC 1123)"),
            });
        }
    }
    let Some(namespace) = namespace else { return Ok(Node::map([("name", Node::text(name))])) };
    Ok(Node::map([("name", Node::text(name)), ("namespace", Node::text(namespace))]))
}

/// A label of a DNS name (RFC 1123).
fn is_label(text: &str) -> bool {
    let inner = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    inner && !text.is_empty() && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::super::testing::{form, input, text};

    #[test]
    fn secrets_and_the_rest_are_two_objects() {
        let expected = "apiVersion: \"v1\"\nkind: \"ConfigMap\"\nmetadata:\n  name: \"shop\"\n  namespace: \"prod\"\n\
                        data:\n  CLEAR_LEVEL: \"INFO\"\n---\n\
                        apiVersion: \"v1\"\nkind: \"Secret\"\nmetadata:\n  name: \"shop\"\n  namespace: \"prod\"\n\
                        type: \"Opaque\"\ndata:\n  PASSWORD: \"aXQncwo=\"\n";
        assert_eq!(text("kubernetes -n prod", &[("PASSWORD", "it's\n"), ("CLEAR_LEVEL", "INFO")]), expected);
    }

    #[test]
    fn without_anything_in_the_clear_there_is_no_config_map() {
        let manifest = text("kubernetes --name web.v2 --immutable", &[("PASSWORD", "x")]);
        assert!(!manifest.contains("ConfigMap"), "{manifest}");
        assert!(manifest.contains("  name: \"web.v2\"\nimmutable: true\ntype:"), "{manifest}");
    }

    #[test]
    fn what_a_cluster_would_refuse_is_refused_here() {
        for words in
            ["kubernetes --name Shop", "kubernetes -n a.b", "kubernetes --name=-a", "kubernetes --name a..b"]
        {
            let error = form(words).render(&input(&[("A", "x")])).err().expect(words);
            assert!(error.to_string().ends_with(" is not a name that a cluster takes"), "{error}");
        }
        let large = "x".repeat(1024 * 1024);
        let error = form("kubernetes").render(&input(&[("A", &large)])).err().expect("it is too large");
        assert!(error.to_string().contains("a Secret holds at most 1 MiB"), "{error}");
    }
}
