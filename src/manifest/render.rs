//! A new manifest as text.

use toml_edit::Value;

/// What a new manifest says: one environment with one recipient.
pub struct NewManifest<'a> {
    /// The project's name.
    pub project: &'a str,
    /// Path of the schema from the project's root, or `builtin:NAME`.
    pub schema: &'a str,
    /// The environment.
    pub environment: &'a str,
    /// Name of its recipient.
    pub recipient: &'a str,
    /// The recipient's public key.
    pub key: &'a str,
}

impl NewManifest<'_> {
    /// The text of the file. `environment` and `recipient` must be names that a manifest accepts.
    pub fn render(&self) -> String {
        let Self { environment, recipient, .. } = self;
        let [project, schema, key] = [self.project, self.schema, self.key].map(quoted);
        format!(
            "[project]\n\
             name = {project}\n\
             schema = {schema}\n\
             default = \"{environment}\"\n\
             \n\
             [environments.{environment}]\n\
             file = \".env.{environment}\"\n\
             sealed = \"secrets/{environment}.enc.env\"\n\
             recipients = [\"{recipient}\"]\n\
             \n\
             [recipients]\n\
             {recipient} = {key}\n"
        )
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A person's or a directory's name in the form that manifests use: lower-case letters, digits and single
/// dashes. `None` if nothing is left.
pub fn slug(name: &str) -> Option<String> {
    let words = name.split(|character: char| !character.is_ascii_alphanumeric());
    let slug = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-").to_ascii_lowercase();
    let slug = slug.get(..64).unwrap_or(&slug).trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::manifest::Manifest;

    #[test]
    fn a_new_manifest_can_be_read_back() {
        let text = NewManifest {
            project: "my \"app\"",
            schema: "schemas/app.toml",
            environment: "production",
            recipient: "alice",
            key: "age1abc",
        }
        .render();
        let manifest = Manifest::parse(&text, Path::new("envward.toml")).expect("a manifest");
        assert_eq!(manifest.project.name, "my \"app\"");
        assert_eq!(manifest.project.default.as_deref(), Some("production"));
        assert_eq!(manifest.environments["production"].recipients, ["alice"]);
        assert_eq!(manifest.recipients["alice"].key(), "age1abc");
    }

    #[test]
    fn a_slug_keeps_letters_and_digits() {
        assert_eq!(slug("Alice Example").as_deref(), Some("alice-example"));
        assert_eq!(slug("  O'Brien_2 ").as_deref(), Some("o-brien-2"));
        assert_eq!(slug("日本"), None);
        assert_eq!(slug(&"x".repeat(80)).map(|slug| slug.len()), Some(64));
    }
}
