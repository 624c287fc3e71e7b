//! What a write did, by name.

use std::path::PathBuf;

use super::{Changes, Remark};
use crate::secret::Values;

/// What a write did, by name.
#[derive(Debug, Default)]
pub struct Written {
    /// Variables that are new.
    pub added: Vec<String>,
    /// Variables with another value.
    pub changed: Vec<String>,
    /// Variables that are gone.
    pub removed: Vec<String>,
    /// Old and new names.
    pub renamed: Vec<(String, String)>,
    /// Variables that can be read without a key from now on.
    pub revealed: Vec<String>,
    /// Variables that are encrypted from now on.
    pub hidden: Vec<String>,
    /// Changed variables that the env file cannot hold, so that they are in the sealed file alone.
    pub sealed_only: Vec<String>,
    /// The env file, if it was changed too.
    pub env_file: Option<PathBuf>,
    /// The generation of the file now; `None` for a file without a seal record.
    pub generation: Option<u64>,
    /// What the user should know.
    pub remarks: Vec<Remark>,
    /// Whether comments or their order changed.
    pub(super) rearranged: bool,
}

impl Written {
    /// Compares the values before and after.
    pub(super) fn compare(before: &Values, after: &Values, changes: &Changes) -> Self {
        let renamed: Vec<(String, String)> =
            changes.rename.iter().map(|(from, to)| (from.clone(), to.clone())).collect();
        let was = |name: &String| {
            let old = renamed.iter().find(|(_, to)| to == name).map_or(name, |(from, _)| from);
            before.get(old)
        };
        let new = |(name, _): &(&String, _)| was(name).is_none();
        let other = |(name, value): &(&String, _)| was(name).is_some_and(|old| old != *value);
        let names = |(name, _): (&String, _)| name.clone();
        let gone =
            |name: &&String| !after.contains_key(*name) && !renamed.iter().any(|(from, _)| from == *name);
        Self {
            added: after.iter().filter(new).map(names).collect(),
            changed: after.iter().filter(other).map(names).collect(),
            removed: before.keys().filter(gone).cloned().collect(),
            renamed,
            ..Self::default()
        }
    }

    /// Whether nothing had to be written: no value, name, comment or readability was changed.
    pub fn is_unchanged(&self) -> bool {
        let names = [&self.added, &self.changed, &self.removed, &self.revealed, &self.hidden];
        names.iter().all(|names| names.is_empty()) && self.renamed.is_empty() && !self.rearranged
    }

    /// Every variable whose value, name or presence changed.
    pub fn names(&self) -> Vec<&String> {
        let renamed = self.renamed.iter().flat_map(|(from, to)| [from, to]);
        self.added.iter().chain(&self.changed).chain(&self.removed).chain(renamed).collect()
    }

    /// Whether the recipients of the file differ from the manifest, which makes the exit code 1.
    pub fn has_findings(&self) -> bool {
        self.remarks.iter().any(Remark::is_finding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|&(name, value)| (name.to_owned(), Secret::new(value))).collect()
    }

    #[test]
    fn every_kind_of_change_is_named_once() {
        let before = values(&[("A", "1"), ("B", "2"), ("C", "3"), ("OLD", "4")]);
        let after = values(&[("A", "1"), ("B", "9"), ("D", "5"), ("NEW", "4")]);
        let mut changes = Changes::default();
        changes.rename("OLD", "NEW");
        let written = Written::compare(&before, &after, &changes);
        assert_eq!(written.added, ["D"]);
        assert_eq!(written.changed, ["B"]);
        assert_eq!(written.removed, ["C"]);
        assert_eq!(written.renamed, [("OLD".to_owned(), "NEW".to_owned())]);
        assert!(!written.is_unchanged());
        assert!(Written::compare(&before, &before, &Changes::default()).is_unchanged());
    }
}
