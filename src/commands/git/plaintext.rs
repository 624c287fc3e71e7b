//! Env files in plaintext, which must not be committed.

use std::collections::BTreeSet;
use std::path::Path;

use crate::commands::sealing::shown;
use crate::context::Context;
use crate::dotenv::Document;
use crate::error::Error;
use crate::needles::parts::is_secret;
use crate::project::{Environment, Project};
use crate::schema::Schema;
use crate::schema::placeholder::is_placeholder;
use crate::{seal, ui};

/// What the name of an example has between its dots and dashes.
const EXAMPLES: [&str; 6] = ["example", "sample", "template", "dist", "schema", "tpl"];

/// A larger file is no env file.
const LARGEST: usize = 256 * 1024;

/// What a value begins with that stands for a secret kept elsewhere, or is encrypted.
const ELSEWHERE: [&str; 5] = ["op://", "vault:", "ref+", "encrypted:", "ENC["];

/// What the name of a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    /// It is an env file: whatever is not public in it may be secret.
    EnvFile,
    /// It is one by a name that other files have too.
    Likely,
    /// Nothing: it is one if it has nothing but assignments.
    Nothing,
    /// It shows which variables there are, without their values.
    Example,
}

/// Which files are looked at. Without a manifest only names tell.
#[derive(Default)]
pub(super) struct Rules {
    environments: Vec<Environment>,
    schema: Option<Schema>,
}

impl Rules {
    /// Those of the project.
    pub(super) fn read(context: &Context) -> Result<Self, Error> {
        let Some(project) = Project::find(context)? else { return Ok(Self::default()) };
        let names = project.manifest.environments.keys();
        let environments = names.map(|name| project.environment_named(name)).collect::<Result<_, _>>()?;
        Ok(Self { environments, schema: Some(project.schema()?) })
    }

    /// Whether the file must not be committed; says why.
    pub(super) fn refuse(&self, path: &Path, bytes: &[u8], context: &mut Context) -> bool {
        let Some(names) = self.plaintext(path, bytes) else { return false };
        let file = shown(path, context);
        let after = if names.is_empty() { String::new() } else { ui::names_after(": ", &names) };
        context.ui.error(&format!("{file} would be committed with plaintext values{after}"));
        context.ui.help(&format!("run: git rm --cached {file}, and add it to .gitignore"));
        true
    }

    /// The variables whose values would be readable and may be secret; `None` if there is none.
    fn plaintext(&self, path: &Path, bytes: &[u8]) -> Option<Vec<String>> {
        let name = self.name(path)?;
        let is_read = name == Name::EnvFile || bytes.len() <= LARGEST && !bytes.contains(&0);
        if name == Name::Example || !is_read || seal::is_sealed(bytes) {
            return None;
        }
        let document = match (name, Document::parse(bytes)) {
            (_, Ok(document)) => document,
            // What is no env file by all rules is one by those of some reader.
            (Name::EnvFile, Err(_)) => return Some(Vec::new()),
            // A script with assignments among its commands.
            (Name::Likely, Err(_)) => Document::parse_with_problems(bytes).0,
            _ => return None,
        };
        let secret = document.entries().filter(|entry| match name {
            Name::EnvFile => !entry.value.is_empty() && !self.is_public(entry.name),
            Name::Likely => is_secret(entry.name, self.schema.as_ref()) && is_literal(entry.value.expose()),
            _ => self.is_known_secret(entry.name) && is_literal(entry.value.expose()),
        });
        let names: BTreeSet<String> = secret.map(|entry| entry.name.to_owned()).collect();
        (!names.is_empty()).then(|| names.into_iter().collect())
    }

    /// What the file is by its name; `None` for the sealed file of an environment.
    fn name(&self, path: &Path) -> Option<Name> {
        if self.environments.iter().any(|environment| environment.sealed == path) {
            return None;
        }
        let is_named = self.environments.iter().any(|environment| environment.env_file == path);
        Some(if is_named { Name::EnvFile } else { by_name(path) })
    }

    fn is_public(&self, name: &str) -> bool {
        let variable = self.schema.as_ref().and_then(|schema| schema.vars.get(name));
        variable.is_some_and(|variable| !variable.secret)
    }

    fn is_known_secret(&self, name: &str) -> bool {
        let is_known = |schema: &&Schema| schema.vars.contains_key(name);
        self.schema.as_ref().filter(is_known).is_some_and(|schema| is_secret(name, Some(schema)))
    }
}

/// Whether a value stands for itself, and for something.
fn is_literal(value: &str) -> bool {
    let value = value.trim();
    !value.is_empty()
        && !is_placeholder(value)
        && !value.starts_with('$')
        && !["${", "$("].iter().any(|begin| value.contains(begin))
        && !ELSEWHERE.iter().any(|begin| value.starts_with(begin))
}

fn by_name(path: &Path) -> Name {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if name.split(['.', '-', '_']).any(|word| EXAMPLES.contains(&word)) {
        Name::Example
    } else if name == ".env" || name.starts_with(".env.") {
        Name::EnvFile
    } else if name == ".envrc" || name == "env" || name.split('.').any(|word| word == "env") {
        Name::Likely
    } else {
        Name::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::testing::schema;

    #[test]
    fn what_names_say() {
        let of = |name: &str| by_name(Path::new(name));
        for name in [".env", ".env.production", "deploy/.env.local"] {
            assert_eq!(of(name), Name::EnvFile, "{name}");
        }
        for name in ["prod.env", "env.production", ".envrc", "a/app.env.bak", "env"] {
            assert_eq!(of(name), Name::Likely, "{name}");
        }
        for name in [".env.example", ".env.production.example", ".env.dist", "env.sample", "example.env"] {
            assert_eq!(of(name), Name::Example, "{name}");
        }
        assert_eq!(of("environment.ts"), Name::Nothing);
    }

    #[test]
    fn of_other_files_only_a_value_for_a_secret_variable_counts() {
        let rules = Rules {
            environments: Vec::new(),
            schema: Some(schema("[vars.API_KEY]\n[vars.LOG_LEVEL]\nsecret = false\n")),
        };
        let names = |path: &str, text: &str| rules.plaintext(Path::new(path), text.as_bytes());
        let found = || Some(vec!["API_KEY".to_owned()]);
        assert_eq!(names("prod.env", "API_KEY=hunter22\nLOG_LEVEL=INFO\n"), found());
        assert_eq!(names(".envrc", "use nix\nexport API_KEY=hunter22\n"), found());
        assert_eq!(names("notes.txt", "# the key\nAPI_KEY=hunter22\n"), found());
        assert_eq!(names("a.env", "OTHER_TOKEN=hunter22\n"), Some(vec!["OTHER_TOKEN".to_owned()]));
        for text in [
            "API_KEY=\n",
            "API_KEY=<your-key>\n",
            "API_KEY=${KEY}\n",
            "API_KEY=op://a/b\n",
            "LOG_LEVEL=INFO\n",
        ] {
            assert_eq!(names("prod.env", text), None, "{text}");
        }
        assert_eq!(names("notes.txt", "see API_KEY=hunter22 there\n"), None);
        assert_eq!(names("notes.txt", "OTHER_TOKEN=hunter22\n"), None);
        assert_eq!(names("prod.env.example", "API_KEY=hunter22\n"), None);
        assert_eq!(names(".env", "what is this\n"), Some(Vec::new()));
    }
}
