//! What has to change in a store for variables to have the values of an older version again. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Change, is_synced, store_name, variable, variables};
use crate::schema::Schema;
use crate::secret::{Secret, Values};
use crate::store::{Changes, Held, Snapshot};

/// What is to be rolled back.
pub struct Choice<'a> {
    /// The variables; empty for all.
    pub only: &'a [String],
    /// Whether variables that the older version does not have are removed.
    pub prune: bool,
}

/// What has to change, by name.
#[derive(Default)]
pub struct Rollback {
    /// What to write, by the store's own names.
    pub changes: Changes,
    /// The same, by variable.
    pub actions: Vec<Change>,
    /// Variables that the older version does not have, and that stay because nobody said to prune.
    pub kept: Vec<String>,
    /// Among those that change: those that are rendered from others.
    pub rendered: Vec<String>,
    /// The store's names that differ and are left alone, because the schema does not know them or because they hold
    /// what no variable can be.
    pub foreign: Vec<String>,
    /// The values of all variables afterwards.
    pub after: Values,
}

/// Compares what a store holds now with what it held at an older version. `names` is from the store's definition.
pub fn rollback(
    now: &Snapshot,
    old: &Snapshot,
    names: &BTreeMap<String, String>,
    schema: &Schema,
    environment: &str,
    choice: &Choice<'_>,
) -> Rollback {
    let mut plan = Rollback { after: variables(now, names, schema).values, ..Rollback::default() };
    // Where each name has versions of its own, an older version is one of some names and says nothing of others.
    let is_asked = |own: &str, variable: &str| {
        (old.versions.is_empty() || old.versions.contains_key(own))
            && (choice.only.is_empty() || choice.only.iter().any(|name| name == variable))
    };
    let all: BTreeSet<&String> = now.values.keys().chain(old.values.keys()).collect();
    for own in all {
        let (is, was) = (now.values.get(own), old.values.get(own));
        let known = variable(own, names).filter(|variable| is_synced(variable, schema));
        if is == was || !is_asked(own, known.unwrap_or(own)) {
            continue;
        }
        match known {
            Some(variable) if is_text(is) && is_text(was) => plan.take(own, variable, is, was, choice.prune),
            _ => plan.foreign.push(own.clone()),
        }
    }
    plan.render(names, schema, environment);
    plan
}

/// Whether a variable can be, or not be, what a name holds.
fn is_text(held: Option<&Held>) -> bool {
    held.is_none_or(|held| held.text().is_some())
}

impl Rollback {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    fn take(&mut self, own: &str, variable: &str, is: Option<&Held>, was: Option<&Held>, prune: bool) {
        let value = was.and_then(Held::text);
        let action = match (is, value) {
            (None, _) => Action::Create,
            (Some(_), Some(_)) => Action::Update,
            (Some(_), None) if prune => Action::Delete,
            (Some(_), None) => return self.kept.push(variable.to_owned()),
        };
        self.put(own, variable, value.cloned(), action);
    }

    fn put(&mut self, own: &str, variable: &str, value: Option<Secret>, action: Action) {
        match &value {
            Some(value) => drop(self.after.insert(variable.to_owned(), value.clone())),
            None => drop(self.after.shift_remove(variable)),
        }
        self.changes.insert(own.to_owned(), value);
        self.actions.push(Change { variable: variable.to_owned(), action });
    }

    /// Renders again what has one of the variables as a part and was not taken over itself.
    fn render(&mut self, names: &BTreeMap<String, String>, schema: &Schema, environment: &str) {
        let touched: Vec<String> = self.actions.iter().map(|change| change.variable.clone()).collect();
        for (whole, value) in schema.rerender(environment, &self.after, &touched) {
            let is_new = self.after.get(&whole).is_some_and(|old| *old != value);
            if is_new && !touched.contains(&whole) && is_synced(&whole, schema) {
                self.put(store_name(&whole, names), &whole, Some(value), Action::Update);
                self.rendered.push(whole);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;
    use crate::schema::{self, Source};
    use crate::store::Version;

    const SCHEMA: &str = "[project]\nname = 'app'\n[vars.A]\n[vars.B]\n[vars.PART]\n\
        [vars.WHOLE]\ntemplate = 'x-${PART}'\n[vars.PORT]\nsource = 'environment'\n";

    fn schema() -> Schema {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let manifest = directory.path().join("envward.toml");
        crate::fs::write_shared(&manifest, SCHEMA.as_bytes()).expect("writable");
        Manifest::load(&manifest).expect("a manifest");
        schema::load(&Source::Inline { manifest }).expect("a schema")
    }

    fn snapshot(pairs: &[(&str, &str)]) -> Snapshot {
        let held = |&(name, value): &(&str, &str)| {
            let text = Secret::new(value);
            let is_json = value.starts_with('[');
            (name.to_owned(), if is_json { Held::Json(text) } else { Held::Text(text) })
        };
        Snapshot { values: pairs.iter().map(held).collect(), ..Snapshot::empty() }
    }

    fn plan(now: &[(&str, &str)], old: &[(&str, &str)], only: &[&str], prune: bool) -> Rollback {
        let names = BTreeMap::from([("B".to_owned(), "b-key".to_owned())]);
        let only: Vec<String> = only.iter().map(|&name| name.to_owned()).collect();
        let choice = Choice { only: &only, prune };
        rollback(&snapshot(now), &snapshot(old), &names, &schema(), "production", &choice)
    }

    fn actions(plan: &Rollback) -> Vec<String> {
        plan.actions.iter().map(|it| format!("{} {}", it.action.word(), it.variable)).collect()
    }

    #[test]
    fn what_differs_is_taken_back_by_the_name_that_the_store_has_for_it() {
        let found = plan(&[("A", "2"), ("b-key", "2")], &[("A", "1"), ("b-key", "2")], &[], false);
        assert_eq!((actions(&found), found.changes.len()), (vec!["update A".to_owned()], 1));
        let found = plan(&[("A", "1")], &[("A", "1"), ("b-key", "9")], &[], false);
        assert_eq!(actions(&found), ["create B"]);
        assert!(found.changes["b-key"] == Some(Secret::new("9")));
        assert!(plan(&[("A", "1")], &[("A", "1")], &[], true).is_empty());
    }

    #[test]
    fn nothing_is_removed_unless_it_is_said() {
        let kept = plan(&[("A", "1"), ("b-key", "2")], &[("A", "1")], &[], false);
        assert_eq!((kept.is_empty(), kept.kept), (true, vec!["B".to_owned()]));
        let pruned = plan(&[("A", "1"), ("b-key", "2")], &[("A", "1")], &[], true);
        assert_eq!(actions(&pruned), ["delete B"]);
        assert!(pruned.changes["b-key"].is_none() && !pruned.after.contains_key("B"));
    }

    #[test]
    fn what_is_no_variable_is_left_alone() {
        let now = [("A", "[2]"), ("OTHER", "2"), ("PORT", "2"), ("B", "2")];
        let found = plan(&now, &[("A", "1"), ("OTHER", "1"), ("PORT", "1"), ("B", "1")], &[], true);
        assert!(found.is_empty());
        assert_eq!(found.foreign, ["A", "B", "OTHER", "PORT"]);
    }

    #[test]
    fn only_the_named_change_and_what_is_rendered_from_them() {
        let now = [("A", "2"), ("PART", "2"), ("WHOLE", "x-2")];
        let found = plan(&now, &[("A", "1"), ("PART", "1"), ("WHOLE", "x-1")], &["PART"], false);
        assert_eq!(actions(&found), ["update PART", "update WHOLE"]);
        assert_eq!(found.rendered, ["WHOLE"]);
        assert!(found.after["WHOLE"] == Secret::new("x-1") && found.after["A"] == Secret::new("2"));
    }

    #[test]
    fn a_version_of_one_name_says_nothing_of_the_others() {
        let mut old = snapshot(&[("A", "1")]);
        old.versions.insert("A".to_owned(), Version::new("v1"));
        let choice = Choice { only: &[], prune: true };
        let now = snapshot(&[("A", "2"), ("PART", "2")]);
        let found = rollback(&now, &old, &BTreeMap::new(), &schema(), "production", &choice);
        assert_eq!(actions(&found), ["update A"]);
    }
}
