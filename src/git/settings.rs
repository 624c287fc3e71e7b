//! What belongs to one clone and is not committed: its settings, its hooks, its attributes.

use std::path::PathBuf;

use super::{Error, Git};

impl Git {
    /// Gives a setting of this clone a value; whether it had another one.
    ///
    /// # Errors
    /// git fails.
    pub fn set_config(&self, key: &str, value: &str) -> Result<bool, Error> {
        if self.config(key)?.as_deref() == Some(value) {
            return Ok(false);
        }
        self.text(["config", "--local", "--replace-all", key, value])?;
        Ok(true)
    }

    /// The attributes of this clone, which come before those that are committed.
    ///
    /// # Errors
    /// git fails.
    pub fn own_attributes(&self) -> Result<PathBuf, Error> {
        Ok(self.directory.join(self.text(["rev-parse", "--git-path", "info/attributes"])?))
    }

    /// The directory that hooks lie in where nothing else is set.
    ///
    /// # Errors
    /// git fails.
    pub fn own_hooks(&self) -> Result<PathBuf, Error> {
        let common = self.text(["rev-parse", "--git-common-dir"])?;
        Ok(self.directory.join(common).join("hooks"))
    }

    /// The directory that `core.hooksPath` names, if it does.
    ///
    /// # Errors
    /// git fails.
    pub fn hooks_path(&self) -> Result<Option<PathBuf>, Error> {
        let (_, values) = self.output(["config", "--get-all", "--type=path", "core.hooksPath"])?;
        let values = String::from_utf8_lossy(&values).into_owned();
        let mut values = values.lines().rev();
        // The last one is from the command line that git is called with here: it keeps hooks from running.
        values.next();
        let root = self.root()?;
        Ok(values.next().map(|path| root.join(path)))
    }

    /// What of an attribute holds for a file; `None` where nothing is said.
    ///
    /// # Errors
    /// git fails.
    pub fn attribute(&self, name: &str, path: &std::path::Path) -> Result<Option<String>, Error> {
        let arguments = [
            std::ffi::OsStr::new("check-attr"),
            "-z".as_ref(),
            name.as_ref(),
            "--".as_ref(),
            path.as_os_str(),
        ];
        let text = self.text(arguments)?;
        let value = text.split('\0').nth(2).unwrap_or_default();
        Ok((!value.is_empty() && value != "unspecified").then(|| value.to_owned()))
    }
}
