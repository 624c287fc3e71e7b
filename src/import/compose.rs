//! docker compose: the `environment` of one service.
//!
//! Compose puts `${NAME}` together from its own environment when it starts (compose specification, interpolation), so
//! such a value is not in the file; `$$` is a dollar sign.

use zeroize::Zeroizing;

use super::{Error, File, Reason, Request, Source, Taken};
use crate::forms::yaml::{Kind, Node};
use crate::secret::Secret;
use crate::ui::escape;

/// A compose file.
pub struct Compose;

impl Source for Compose {
    fn kind(&self) -> &'static str {
        "compose"
    }

    fn recognizes(&self, file: &File) -> bool {
        let services = file.document().and_then(|document| document.get("services"));
        services.is_some_and(|services| matches!(services.kind, Kind::Mapping(_)))
    }

    fn take(&self, file: &File, request: &mut Request<'_>) -> Result<Taken, Error> {
        let services = file.document().and_then(|document| document.get("services")).map(Node::entries);
        let services = services.unwrap_or_default();
        let services: Vec<_> =
            services.into_iter().filter(|(_, service)| service.get("environment").is_some()).collect();
        if services.is_empty() {
            return Err(Error::NotOfKind { kind: self.kind(), problem: "no service has an environment" });
        }
        let chosen = match (request.service, &services[..]) {
            (None, [only]) => Some(only),
            (chosen, services) => services.iter().find(|(name, _)| chosen == Some(*name)),
        };
        let Some((name, service)) = chosen else {
            let services = services.iter().map(|(name, _)| (*name).to_owned()).collect();
            return Err(Error::Service { services });
        };
        let mut taken = Taken::default();
        if let Some(environment) = service.get("environment") {
            take_environment(environment, &mut taken)?;
        }
        let files = env_files(service);
        if !files.is_empty() {
            taken.notes.push(format!(
                "{} also reads {}: import that with --reader compose",
                escape(name),
                files.join(", ")
            ));
        }
        Ok(taken)
    }
}

/// A mapping, or a list of `NAME=value`.
fn take_environment(environment: &Node, taken: &mut Taken) -> Result<(), Error> {
    for (name, value) in environment.entries() {
        match &value.kind {
            Kind::Scalar { .. } if value.is_null() => taken.refuse(name, Reason::FromShell),
            Kind::Scalar { text, .. } => put(name, text.expose(), taken)?,
            Kind::Sequence(_) => taken.refuse(name, Reason::List),
            Kind::Mapping(_) => taken.refuse(name, Reason::NoValue),
        }
    }
    for item in environment.items() {
        let Some(text) = item.text() else { continue };
        match text.expose().split_once('=') {
            Some((name, value)) => put(name, value, taken)?,
            None => taken.refuse(text.expose(), Reason::FromShell),
        }
    }
    Ok(())
}

fn put(name: &str, value: &str, taken: &mut Taken) -> Result<(), Error> {
    if let Some(value) = without_dollars(value) {
        return taken.put(name, value);
    }
    taken.refuse(name, Reason::Expanded("compose"));
    Ok(())
}

/// The value with `$$` as a dollar sign; `None` if something would be put in its place.
fn without_dollars(value: &str) -> Option<Secret> {
    let mut text = Zeroizing::new(String::with_capacity(value.len()));
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        text.push('$');
        rest = after.strip_prefix('$')?;
    }
    text.push_str(rest);
    Some(Secret::new(text.as_str()))
}

/// The files of `env_file`: one, or a list of paths or of mappings with `path`.
fn env_files(service: &Node) -> Vec<String> {
    let Some(files) = service.get("env_file") else { return Vec::new() };
    let list = if files.items().is_empty() { std::slice::from_ref(files) } else { files.items() };
    let path = |node: &Node| {
        let text = node.text().or_else(|| node.get("path")?.text())?;
        Some(escape(text.expose()).into_owned())
    };
    list.iter().filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{error, file, refused, take, values, with};

    const FILE: &str = "\
services:
  web:
    env_file: [.env, {path: extra.env, required: false}]
    environment:
      A: pa$$word
      PORT: 8080
      DEBUG: true
      URL: http://${HOST}/
      HOME_OF:
  db:
    environment:
      - POSTGRES_PASSWORD=x=y
      - TZ
  cache: {image: redis}
";

    #[test]
    fn one_of_several_services_is_chosen() {
        assert!(file("compose.yaml", FILE).is_ok_and(|file| Compose.recognizes(&file)));
        assert_eq!(error(&Compose, "compose.yaml", FILE), "which service? it has web, db");
        let taken = with(&Compose, "compose.yaml", FILE, |request| request.service = Some("web"));
        let taken = taken.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(values(&taken), [("A", "pa$word"), ("PORT", "8080"), ("DEBUG", "true")]);
        let reasons = [
            "URL: is put together by compose from `$…` in it",
            "HOME_OF: has its value from the shell that starts it",
        ];
        assert_eq!(refused(&taken), reasons);
        assert_eq!(taken.notes, ["web also reads .env, extra.env: import that with --reader compose"]);
    }

    #[test]
    fn the_environment_may_be_a_list() {
        let text = "services:\n  db:\n    environment:\n      - A=x=y\n      - TZ\n";
        let taken = take(&Compose, "compose.yaml", text);
        assert_eq!(values(&taken), [("A", "x=y")]);
        assert_eq!(refused(&taken), ["TZ: has its value from the shell that starts it"]);
    }
}
