//! What a write does to the sealed variables, by name.

use std::collections::{BTreeSet, HashSet};

use indexmap::IndexMap;

use super::sops::Plain;
use super::{Error, Layout, Opened, layout};
use crate::dotenv::Document;
use crate::schema::Schema;
use crate::secret::{Secret, Values};

/// Changes to a sealed file. A variable that is set keeps its place, a new one goes to the end, or where the
/// layout has it.
#[derive(Clone, Default)]
pub struct Changes {
    /// New values.
    pub set: Values,
    /// Variables that go; one that is not there counts as gone.
    pub remove: BTreeSet<String>,
    /// Old name to new name; place, comments and value stay.
    pub rename: IndexMap<String, String>,
    /// Encrypted variables that become readable without a key (`seal --reveal`).
    pub reveal: BTreeSet<String>,
    /// All variables and comments anew, before anything else is applied (`edit`).
    pub lines: Option<Vec<Plain>>,
    /// Where new variables go, and which comments come and go with a variable; without one, none does.
    pub layout: Option<Layout>,
}

impl Changes {
    /// What a person made of a file that was given out as [`Opened::to_env_file`]. Comments count where the
    /// file hides them.
    pub fn edited(opened: &Opened, document: &Document) -> Self {
        let entries = document.entries().filter(|entry| opened.values.get(entry.name) != Some(entry.value));
        let mut changes: Self = entries.map(|entry| (entry.name.to_owned(), entry.value.clone())).collect();
        changes.remove = opened.values.keys().filter(|name| document.get(name).is_none()).cloned().collect();
        if opened.hides_comments() {
            changes.layout = Some(Layout::of(document));
            let edited = layout::lines(document);
            // Only where it is needed: every change of someone else would conflict with lines given anew.
            let is_enough = |lines: Vec<Plain>| layout::outline(&lines).eq(layout::outline(&edited));
            if !changes.apply(&opened.lines).is_ok_and(is_enough) {
                changes.lines = Some(edited);
            }
        }
        changes
    }

    /// Sets a value.
    pub fn set(&mut self, name: impl Into<String>, value: Secret) {
        self.set.insert(name.into(), value);
    }

    /// Removes a variable.
    pub fn remove(&mut self, name: impl Into<String>) {
        self.remove.insert(name.into());
    }

    /// Renames a variable.
    pub fn rename(&mut self, from: impl Into<String>, to: impl Into<String>) {
        self.rename.insert(from.into(), to.into());
    }

    /// Adds the wholes whose parts change; gives the names of those that differ from what is stored, which is
    /// `stored`.
    pub fn rerender(&mut self, stored: &Values, schema: &Schema, environment: &str) -> Vec<String> {
        let mut values = stored.clone();
        let mut touched: Vec<String> = self.set.keys().chain(&self.remove).cloned().collect();
        for (from, to) in &self.rename {
            values.shift_remove(from).map(|value| values.insert(to.clone(), value));
            touched.extend([from.clone(), to.clone()]);
        }
        values.extend(self.set.iter().map(|(name, value)| (name.clone(), value.clone())));
        values.retain(|name, _| !self.remove.contains(name));
        let mut names = Vec::new();
        for (name, value) in schema.rerender(environment, &values, &touched) {
            // A whole that is given in the same breath is meant as it is given.
            if values.get(&name) != Some(&value) && !self.set.contains_key(&name) {
                names.push(name.clone());
                self.set.insert(name, value);
            }
        }
        names
    }

    /// The values after the changes.
    ///
    /// # Errors
    /// A variable that is to be renamed is not there, or its new name is taken.
    pub fn values(&self, opened: &Opened) -> Result<Values, Error> {
        Ok(layout::values(&self.apply(&opened.lines)?))
    }

    /// The variables it is about; all that either file has, if the lines are given anew.
    fn names<'a>(&'a self, values: [&'a Values; 2]) -> HashSet<&'a String> {
        if self.lines.is_some() {
            return values.into_iter().flat_map(|values| values.keys()).collect();
        }
        let renamed = self.rename.iter().flat_map(|(from, to)| [from, to]);
        self.set.keys().chain(&self.remove).chain(renamed).chain(&self.reveal).collect()
    }

    /// Which of the variables it is about were changed by someone else between two readings, sorted.
    pub(super) fn conflicts(&self, seen: &Values, now: &Values) -> Vec<String> {
        let names = self.names([seen, now]);
        let changed = names.into_iter().filter(|name| seen.get(*name) != now.get(*name));
        let mut changed: Vec<String> = changed.cloned().collect();
        changed.sort();
        changed
    }

    /// The lines after the changes.
    pub(super) fn apply(&self, lines: &[Plain]) -> Result<Vec<Plain>, Error> {
        let mut lines = self.lines.clone().unwrap_or_else(|| lines.to_vec());
        for (from, to) in &self.rename {
            rename(&mut lines, from, to)?;
        }
        let mut present = HashSet::new();
        for line in &mut lines {
            if let Plain::Value { name, value } = line
                && let Some((name, new)) = self.set.get_key_value(name)
            {
                *value = new.clone();
                present.insert(name);
            }
        }
        let mut added = self.set.clone();
        added.retain(|name, _| !present.contains(name));
        if let Some(layout) = &self.layout {
            return Ok(layout.insert(&layout.remove(lines, &self.remove), &added));
        }
        lines.retain(|line| !matches!(line, Plain::Value { name, .. } if self.remove.contains(name)));
        Ok(Layout::default().insert(&lines, &added))
    }
}

fn rename(lines: &mut [Plain], from: &str, to: &str) -> Result<(), Error> {
    let mut found = None;
    for line in lines {
        match line {
            Plain::Value { name, .. } if name == to => {
                return Err(Error::VariableExists { name: to.to_owned() });
            }
            Plain::Value { name, .. } if name == from => found = Some(name),
            _ => {}
        }
    }
    let name = found.ok_or_else(|| Error::no_variable(from, []))?;
    to.clone_into(name);
    Ok(())
}

impl FromIterator<(String, Secret)> for Changes {
    /// Sets every one of the values.
    fn from_iter<I: IntoIterator<Item = (String, Secret)>>(values: I) -> Self {
        Self { set: values.into_iter().collect(), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str, value: &str) -> Plain {
        Plain::Value { name: name.to_owned(), value: Secret::new(value) }
    }

    fn lines() -> Vec<Plain> {
        vec![Plain::Comment(Secret::new(" first")), value("A", "1"), value("B", "2")]
    }

    #[test]
    fn a_set_variable_keeps_its_place_and_a_new_one_goes_to_the_end() {
        let mut changes = Changes::default();
        changes.set("NEW", Secret::new("3"));
        changes.set("A", Secret::new("9"));
        let expected =
            [Plain::Comment(Secret::new(" first")), value("A", "9"), value("B", "2"), value("NEW", "3")];
        assert!(changes.apply(&lines()).is_ok_and(|lines| lines == expected));
    }

    #[test]
    fn renaming_keeps_place_and_value_and_needs_a_free_name() {
        let mut changes = Changes::default();
        changes.rename("A", "C");
        let renamed = changes.apply(&lines()).unwrap_or_else(|error| panic!("{error}"));
        assert!(renamed[1] == value("C", "1"));
        changes.rename.insert("A".to_owned(), "B".to_owned());
        assert!(matches!(changes.apply(&lines()), Err(Error::VariableExists { name }) if name == "B"));
        changes.rename = [("X".to_owned(), "Y".to_owned())].into();
        assert!(matches!(changes.apply(&lines()), Err(Error::NoVariable { name, .. }) if name == "X"));
    }

    #[test]
    fn only_the_variables_it_is_about_can_conflict() {
        let values = |a: &str, b: &str| -> Values {
            [("A".to_owned(), Secret::new(a)), ("B".to_owned(), Secret::new(b))].into()
        };
        let mut changes = Changes::default();
        changes.set("A", Secret::new("9"));
        assert!(changes.conflicts(&values("1", "2"), &values("1", "7")).is_empty());
        assert_eq!(changes.conflicts(&values("1", "2"), &values("7", "2")), ["A"]);
        changes.lines = Some(lines());
        assert_eq!(changes.conflicts(&values("1", "2"), &values("1", "7")), ["B"]);
    }
}
