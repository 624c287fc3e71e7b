//! The lines of the merged file: which variables, in which order, under which comments.

use std::collections::{HashMap, HashSet};

use super::super::layout::{self, Block};
use super::super::sops::Plain;
use crate::merge::Merge;
use crate::secret::Secret;

/// The variables of one version by name; its last comments, which speak of no variable, under `None`.
type ByName<'a> = HashMap<Option<&'a str>, Block<'a>>;

/// The merged lines. A variable has the value of the side that `merge` says, ours where both changed it. The order is
/// that of the side that changed it, ours if both did; what only the other side has stands behind what it follows
/// there. No comment is lost that either side wrote for a variable that stays.
pub(super) fn merged(base: &[Plain], ours: &[Plain], theirs: &[Plain], merge: &Merge) -> Vec<Plain> {
    let orders = [base, ours, theirs].map(order);
    let [base, ours, theirs] = [base, ours, theirs].map(by_name);
    let from_theirs: HashSet<&str> =
        merge.theirs.iter().chain(&merge.theirs_removed).map(String::as_str).collect();
    let (main, other) = if orders[1] == orders[0] { (2, 1) } else { (1, 2) };
    let mut lines = Vec::new();
    for name in woven(&orders[main], &orders[other]) {
        let winner = if from_theirs.contains(name) { &theirs } else { &ours };
        let Some(Block { variable: Some((name, value)), .. }) = winner.get(&Some(name)) else { continue };
        let name = *name;
        lines.extend(comments(Some(name), &base, &ours, &theirs));
        lines.push(Plain::Value { name: name.to_owned(), value: (*value).clone() });
    }
    lines.extend(comments(None, &base, &ours, &theirs));
    lines
}

fn order(lines: &[Plain]) -> Vec<&str> {
    lines
        .iter()
        .filter_map(|line| match line {
            Plain::Value { name, .. } => Some(name.as_str()),
            Plain::Comment(_) => None,
        })
        .collect()
}

fn by_name(lines: &[Plain]) -> ByName<'_> {
    let blocks = layout::blocks(lines).into_iter();
    blocks.map(|block| (block.variable.map(|(name, _)| name), block)).collect()
}

/// Every name once: in the order of `main`, and each that only `other` has behind the one it follows there.
fn woven<'a>(main: &[&'a str], other: &[&'a str]) -> Vec<&'a str> {
    let known: HashSet<&str> = main.iter().copied().collect();
    let mut behind: HashMap<Option<&str>, Vec<&'a str>> = HashMap::new();
    let mut anchor = None;
    for name in other {
        if known.contains(name) {
            anchor = Some(*name);
        } else {
            behind.entry(anchor).or_default().push(name);
        }
    }
    let mut woven = behind.remove(&None).unwrap_or_default();
    for name in main {
        woven.push(name);
        woven.extend(behind.remove(&Some(*name)).unwrap_or_default());
    }
    woven
}

/// The comments above a variable: those of the side that changed them; if both did, those of both.
fn comments(name: Option<&str>, base: &ByName, ours: &ByName, theirs: &ByName) -> Vec<Plain> {
    let of = |side: &ByName| {
        side.get(&name).map(|block| {
            block.comments.iter().map(|&text| text.to_owned()).map(Secret::new).collect::<Vec<_>>()
        })
    };
    let (was, ours, theirs) = (of(base), of(ours), of(theirs));
    let merged = match (ours, theirs) {
        (Some(ours), Some(theirs)) => {
            let was = was.unwrap_or_default();
            if ours == was {
                theirs
            } else if theirs == was {
                ours
            } else {
                let new = theirs.into_iter().filter(|text| !was.contains(text) && !ours.contains(text));
                let new: Vec<Secret> = new.collect();
                ours.into_iter().chain(new).collect()
            }
        }
        (one, other) => one.or(other).unwrap_or_default(),
    };
    merged.into_iter().map(Plain::Comment).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Fingerprints;
    use crate::merge;

    fn lines(text: &str) -> Vec<Plain> {
        let line = |line: &str| {
            if let Some(comment) = line.strip_prefix('#') {
                return Plain::Comment(Secret::new(comment));
            }
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{line}"));
            Plain::Value { name: name.to_owned(), value: Secret::new(value) }
        };
        text.split_whitespace().map(line).collect()
    }

    fn prints(lines: &[Plain]) -> Fingerprints {
        let values = layout::values(lines);
        values.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect()
    }

    /// The merged lines and the conflicts, with a blank between lines.
    fn merge(base: &str, ours: &str, theirs: &str) -> (String, Vec<String>) {
        let (base, ours, theirs) = (lines(base), lines(ours), lines(theirs));
        let by_name = merge::merge(&prints(&base), &prints(&ours), &prints(&theirs), None);
        let line = |line: &Plain| match line {
            Plain::Value { name, value } => format!("{name}={}", value.expose()),
            Plain::Comment(text) => format!("#{}", text.expose()),
        };
        let merged = merged(&base, &ours, &theirs, &by_name);
        (merged.iter().map(line).collect::<Vec<_>>().join(" "), by_name.conflicts)
    }

    #[test]
    fn changes_of_both_sides_are_in_it_and_a_conflict_keeps_our_value() {
        let (merged, conflicts) = merge("A=1 B=1 C=1 D=1", "A=2 B=1 C=2", "A=1 B=2 C=3 D=1 E=1");
        assert_eq!((merged.as_str(), conflicts.as_slice()), ("A=2 B=2 C=2 E=1", &["C".to_owned()][..]));
    }

    #[test]
    fn what_both_sides_add_stands_behind_what_it_follows() {
        assert_eq!(merge("A=1 B=1", "A=1 X=1 B=1", "A=1 B=1 #y Y=1").0, "A=1 X=1 B=1 #y Y=1");
        assert_eq!(merge("A=1", "X=1 A=1", "Y=1 A=1").0, "Y=1 X=1 A=1");
        assert_eq!(merge("", "A=1", "B=1").0, "B=1 A=1");
    }

    #[test]
    fn another_order_and_other_comments_of_either_side_stay() {
        assert_eq!(merge("A=1 B=1", "A=2 B=1", "B=1 A=1").0, "B=1 A=2");
        assert_eq!(merge("#a A=1", "#a A=2", "#b #c A=1 #end").0, "#b #c A=2 #end");
        assert_eq!(merge("#a A=1", "#b A=1", "#a A=2").0, "#b A=2");
        assert_eq!(merge("#a A=1", "#b A=1", "#a #c A=1").0, "#b #c A=1");
    }

    #[test]
    fn a_removed_variable_takes_its_comments_along() {
        assert_eq!(merge("A=1 #b B=1 C=1", "A=1 #b B=1 C=2", "A=1 C=1").0, "A=1 C=2");
        assert_eq!(merge("A=1 #b B=1", "A=1", "A=2 #b B=1").0, "A=2");
    }
}
