//! Changing a manifest in place: comments, order and spelling of everything else stay.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use super::{Error, Manifest};
use crate::fs;
use crate::toml_text::Problem;

/// A manifest that is being changed. Nothing is on disk before [`ManifestEdit::save`].
pub struct ManifestEdit {
    path: PathBuf,
    document: DocumentMut,
}

impl ManifestEdit {
    /// Reads the manifest at `path`.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let text = fs::read_text(path)?;
        // Checked first, so that the shapes that the methods below rely on are known to be there.
        Manifest::parse(&text, path)?;
        let document = text.parse::<DocumentMut>().map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let problem = Problem::at(&text, offset, "this TOML cannot be changed in place", None);
            Error::Invalid {
                path: path.to_owned(),
                line: problem.line,
                column: problem.column,
                message: problem.message,
                help: problem.help,
            }
        })?;
        Ok(Self { path: path.to_owned(), document })
    }

    /// Writes `name = "key"` under `[recipients]`, in place of what is there under that name.
    pub fn set_recipient(&mut self, name: &str, key: &str) {
        let recipients = self.document.entry("recipients").or_insert_with(|| Item::Table(Table::new()));
        if let Some(recipients) = recipients.as_table_like_mut() {
            recipients.insert(name, Item::Value(Value::from(key)));
        }
    }

    /// Takes a name out of `[recipients]`; `false` if it was not there.
    pub fn remove_recipient(&mut self, name: &str) -> bool {
        let recipients = self.document.get_mut("recipients").and_then(Item::as_table_like_mut);
        recipients.is_some_and(|recipients| recipients.remove(name).is_some())
    }

    /// Adds a recipient's name to an environment; `false` if it is there already.
    pub fn grant(&mut self, environment: &str, recipient: &str) -> bool {
        let Some(environment) = self.environment_mut(environment) else { return false };
        let names = environment.entry("recipients").or_insert_with(|| Item::Value(Value::from(Array::new())));
        match names.as_array_mut() {
            Some(names) if !names.iter().any(|name| name.as_str() == Some(recipient)) => {
                names.push(recipient);
                true
            }
            _ => false,
        }
    }

    /// Takes a recipient's name out of an environment; `false` if it was not there.
    pub fn revoke(&mut self, environment: &str, recipient: &str) -> bool {
        let names = self.environment_mut(environment).and_then(|table| table.get_mut("recipients"));
        let Some(names) = names.and_then(Item::as_array_mut) else { return false };
        let before = names.len();
        names.retain(|name| name.as_str() != Some(recipient));
        names.len() < before
    }

    /// Whether it could be read back. Asked before files are changed that the manifest has to agree with.
    pub fn check(&self) -> Result<(), Error> {
        Manifest::parse(&self.document.to_string(), &self.path).map(drop)
    }

    /// Writes the file, after checking that it can be read back.
    pub fn save(&self) -> Result<(), Error> {
        self.check()?;
        Ok(fs::write_shared(&self.path, self.document.to_string().as_bytes())?)
    }

    fn environment_mut(&mut self, name: &str) -> Option<&mut dyn TableLike> {
        self.document.get_mut("environments")?.as_table_like_mut()?.get_mut(name)?.as_table_like_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "\
# who we are
[project]
name = 'app'   # kept
schema = \"builtin:app\"

[environments.production]
recipients = [\"alice\"] # both

[recipients]
alice = \"age1alice\"
";

    fn edit(change: impl FnOnce(&mut ManifestEdit)) -> String {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("envward.toml");
        fs::write_shared(&path, MANIFEST.as_bytes()).expect("a manifest");
        let mut edit = ManifestEdit::open(&path).expect("a manifest");
        change(&mut edit);
        edit.save().expect("it can be written");
        fs::read_text(&path).expect("it is there").to_string()
    }

    #[test]
    fn adding_a_recipient_changes_two_lines() {
        let text = edit(|edit| {
            edit.set_recipient("bob", "age1bob");
            assert!(edit.grant("production", "bob"));
            assert!(!edit.grant("production", "alice"));
        });
        let expected = MANIFEST.replace("[\"alice\"]", "[\"alice\", \"bob\"]") + "bob = \"age1bob\"\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn removing_a_recipient_leaves_the_rest_alone() {
        let text = edit(|edit| {
            assert!(edit.revoke("production", "alice"));
            assert!(edit.remove_recipient("alice"));
            assert!(!edit.remove_recipient("alice"));
        });
        assert_eq!(text, MANIFEST.replace("[\"alice\"]", "[]").replace("alice = \"age1alice\"\n", ""));
    }
}
