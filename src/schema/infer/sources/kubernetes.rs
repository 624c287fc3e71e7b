//! Manifests of Kubernetes and values of Helm: what containers are given, and what Secrets and ConfigMaps hold.

use std::path::Path;

use super::{Source, extension};
use crate::dotenv;
use crate::forms::yaml::{self, Node};
use crate::schema::infer::{Place, Sighting};
use crate::secret::Secret;

/// Manifests of Kubernetes.
pub struct Kubernetes;

impl Source for Kubernetes {
    fn name(&self) -> &'static str {
        "Kubernetes manifest"
    }

    fn reads(&self, path: &Path, head: &str) -> bool {
        let has = |key: &str| head.lines().any(|line| line.starts_with(key));
        let is_yaml = matches!(extension(path).as_str(), "yml" | "yaml" | "tpl");
        let is_values = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("values"));
        is_yaml
            && (has("apiVersion:") && has("kind:")
                || is_values && head.lines().any(|line| line.trim_start().starts_with("env")))
    }

    fn sightings(&self, file: &Path, text: &str) -> Vec<Sighting> {
        let mut found = Vec::new();
        for document in yaml::parse(&without_templates(text)).unwrap_or_default() {
            of_holder(file, &document, &mut found);
            of_containers(file, &document, &mut found);
        }
        found.sort_by_key(|sighting| sighting.line);
        found
    }
}

/// The text without what Helm fills in: lines that are only that are empty, and the rest is a placeholder.
fn without_templates(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for line in text.lines() {
        let trimmed = line.trim();
        let is_control = trimmed.starts_with("{{") && trimmed.ends_with("}}") && !trimmed.contains(": ");
        if !is_control {
            let mut rest = line;
            while let Some((before, after)) = rest.split_once("{{") {
                plain.push_str(before);
                let Some((_, behind)) = after.split_once("}}") else { break };
                plain.push_str("HELM");
                rest = behind;
            }
            plain.push_str(if rest.contains("{{") { "" } else { rest });
        }
        plain.push('\n');
    }
    plain
}

/// The keys of a Secret or a ConfigMap, and of what becomes a Secret.
fn of_holder(file: &Path, document: &Node, found: &mut Vec<Sighting>) {
    let kind = document.get("kind").and_then(Node::text).map(Secret::expose).unwrap_or_default();
    let (fields, secret): (&[&str], bool) = match kind {
        "Secret" => (&["data", "stringData"], true),
        "ConfigMap" => (&["data"], false),
        "SealedSecret" => (&["encryptedData"], true),
        _ => (&[], true),
    };
    let holder = if kind == "SealedSecret" { document.get("spec") } else { Some(document) };
    for field in fields {
        let Some(data) = holder.and_then(|holder| holder.get(field)) else { continue };
        for (name, value) in data.entries() {
            // A value under `data` of a Secret is encoded; what it is stays there.
            let text = value.text().filter(|_| kind == "ConfigMap" || *field == "stringData");
            add(file, name, value.line, text, Some(secret), found);
        }
    }
    if kind == "ExternalSecret" {
        let data = document.get("spec").and_then(|spec| spec.get("data"));
        for item in data.map(Node::items).unwrap_or_default() {
            let Some(name) = item.get("secretKey").and_then(Node::text) else { continue };
            add(file, name.expose(), item.line, None, Some(true), found);
        }
    }
}

/// What containers are given, wherever a list of names and values stands under `env`.
fn of_containers(file: &Path, node: &Node, found: &mut Vec<Sighting>) {
    for (key, value) in node.entries() {
        if matches!(key, "env" | "extraEnv" | "extraEnvVars" | "envVars" | "environment") {
            value.items().iter().for_each(|item| of_item(file, item, found));
            for (name, value) in value.entries() {
                if value.text().is_some() {
                    add(file, name, value.line, value.text(), None, found);
                }
            }
        }
        of_containers(file, value, found);
    }
    for item in node.items() {
        of_containers(file, item, found);
    }
}

fn of_item(file: &Path, item: &Node, found: &mut Vec<Sighting>) {
    let Some(name) = item.get("name").and_then(Node::text) else { return };
    let from = item.get("valueFrom");
    let is = |reference: &str| from.is_some_and(|from| from.get(reference).is_some());
    // What the platform knows of the pod itself is set by nobody.
    if is("fieldRef") || is("resourceFieldRef") {
        return;
    }
    let secret = if is("secretKeyRef") { Some(true) } else { is("configMapKeyRef").then_some(false) };
    add(file, name.expose(), item.line, item.get("value").and_then(Node::text), secret, found);
}

fn add(
    file: &Path,
    name: &str,
    line: u32,
    value: Option<&Secret>,
    secret: Option<bool>,
    found: &mut Vec<Sighting>,
) {
    let is_variable = dotenv::is_name(name) && !name.contains(|each: char| each.is_ascii_lowercase());
    if is_variable && name != "HELM" {
        let mut sighting = Sighting::new(name, file, line, Place::Kubernetes);
        sighting.value = value.filter(|value| !value.expose().contains("HELM")).cloned();
        sighting.secret = secret;
        found.push(sighting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, u32, Option<bool>)> {
        let found = Kubernetes.sightings(Path::new("app.yaml"), text);
        found.into_iter().map(|sighting| (sighting.name, sighting.line, sighting.secret)).collect()
    }

    #[test]
    fn containers_secrets_and_config_maps_are_read() {
        let text = "\
apiVersion: v1
kind: Secret
stringData:
  API_KEY: <key>
  tls.crt: x
---
apiVersion: v1
kind: ConfigMap
data:
  MODE: production
  nginx.conf: |
    A=1
---
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: app
          env:
            - name: PLAIN
              value: x
            - name: TOKEN
              valueFrom: {secretKeyRef: {name: s, key: t}}
            - name: POD_IP
              valueFrom: {fieldRef: {fieldPath: status.podIP}}
";
        let expected = [
            ("API_KEY", 4, Some(true)),
            ("MODE", 10, Some(false)),
            ("PLAIN", 22, None),
            ("TOKEN", 24, Some(true)),
        ];
        assert_eq!(read(text), expected.map(|(name, line, secret)| (name.to_owned(), line, secret)));
    }

    #[test]
    fn templates_of_helm_are_read_round() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}\n{{- if .Values.a }}\ndata:\n  KEY: {{ .Values.key | b64enc }}\n{{- end }}\n";
        assert_eq!(read(text), [("KEY".to_owned(), 7, Some(true))]);
    }

    #[test]
    fn only_manifests_are_read() {
        assert!(Kubernetes.reads(Path::new("a.yaml"), "# x\napiVersion: v1\nkind: Secret\n"));
        assert!(!Kubernetes.reads(Path::new("a.yaml"), "services:\n"));
        assert!(!Kubernetes.reads(Path::new("a.md"), "apiVersion: v1\nkind: Secret\n"));
    }
}
