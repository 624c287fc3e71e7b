//! jenkins: a file for the plugin Configuration as Code: secrets as credentials of the kind "secret text", called as
//! their variables, the rest as global environment variables.

use super::yaml_text::{Node, read, write};
use super::{Error, Format, Input, Output, Refusal, refuse_nul};
use crate::secret::{Secret, Values};

/// A file for Configuration as Code.
#[derive(clap::Args, Default)]
pub struct Options {}

impl Format for Options {
    fn refuses(&self, _name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        refuse_nul(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let (mut secret, mut clear) = (Vec::new(), Vec::new());
        for (name, value) in &input.values {
            let value = Node::Text(escaped(value));
            if input.is_secret(name) {
                let fields = [("scope", Node::text("GLOBAL")), ("id", Node::text(name)), ("secret", value)];
                secret.push(Node::map([("string", Node::map(fields))]));
            } else {
                clear.push(Node::map([("key", Node::text(name)), ("value", value)]));
            }
        }
        let mut document = indexmap::IndexMap::new();
        if !clear.is_empty() {
            let property = Node::map([("envVars", Node::map([("env", Node::List(clear))]))]);
            let jenkins = Node::map([("globalNodeProperties", Node::List(vec![property]))]);
            document.insert("jenkins".to_owned(), jenkins);
        }
        if !secret.is_empty() {
            let domain = Node::List(vec![Node::map([("credentials", Node::List(secret))])]);
            let system = Node::map([("system", Node::map([("domainCredentials", domain)]))]);
            document.insert("credentials".to_owned(), system);
        }
        Ok(Output::Text(write(&[Node::Map(document)])))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        let [document] = read(text)?.try_into().ok()?;
        let mut values = Values::new();
        let domains =
            document.at(&["credentials", "system", "domainCredentials"]).map_or(&[][..], Node::items);
        for credential in
            domains.iter().filter_map(|domain| domain.at(&["credentials"])).flat_map(Node::items)
        {
            let field = |name| credential.at(&["string", name])?.secret();
            values.insert(field("id")?.expose().to_owned(), unescaped(field("secret")?)?);
        }
        let properties = document.at(&["jenkins", "globalNodeProperties"]).map_or(&[][..], Node::items);
        for variable in properties.iter().filter_map(|it| it.at(&["envVars", "env"])).flat_map(Node::items) {
            let field = |name| variable.at(&[name])?.secret();
            values.insert(field("key")?.expose().to_owned(), unescaped(field("value")?)?);
        }
        Some(values)
    }
}

/// The plugin replaces `${…}`, unless a `^` stands before it, which it takes away.
fn escaped(value: &Secret) -> Secret {
    Secret::new(value.expose().replace("${", "^${"))
}

fn unescaped(value: &Secret) -> Option<Secret> {
    let text = value.expose();
    let is_escaped = text.match_indices("${").all(|(at, _)| text[..at].ends_with('^'));
    is_escaped.then(|| Secret::new(value.expose().replace("^${", "${")))
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;

    #[test]
    fn secrets_are_credentials_and_the_rest_is_environment() {
        let expected = "\
jenkins:
  globalNodeProperties:
    -
      envVars:
        env:
          -
            key: \"CLEAR_LEVEL\"
            value: \"INFO\"
credentials:
  system:
    domainCredentials:
      -
        credentials:
          -
            string:
              scope: \"GLOBAL\"
              id: \"KEY\"
              secret: \"a^${b}^^${c}$^${{\"
";
        assert_eq!(text("jenkins", &[("KEY", "a${b}^${c}$${{"), ("CLEAR_LEVEL", "INFO")]), expected);
    }
}
