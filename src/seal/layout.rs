//! Where the comments and the new variables of an env file stand in the sealed file, and the way back.
//!
//! A sealed file has no blank lines, and no comments beside a value: a comment line stands directly above the
//! variable it speaks of, and comments after a value stay in the env file.

use std::collections::{BTreeSet, HashMap, HashSet};

use zeroize::Zeroizing;

use super::record::Record;
use super::sops::Plain;
use crate::dotenv::{Document, Line, comment_line, sealed_only_name};
use crate::secret::{Secret, Values};

/// The order of an env file's variables, with the comments above each.
#[derive(Clone, Default)]
pub struct Layout {
    rows: Vec<Row>,
    /// The comments after the last variable.
    trailing: Vec<Secret>,
}

#[derive(Clone)]
struct Row {
    name: String,
    /// Every comment between the variable before it and this one.
    above: Vec<Secret>,
    /// How many of them, the last ones, stand directly above, with no blank line between.
    block: usize,
}

/// A variable with the comments above it; the last block of a file may have no variable.
pub(super) struct Block<'a> {
    pub(super) comments: Vec<&'a str>,
    pub(super) variable: Option<(&'a str, &'a Secret)>,
}

/// The comments and variables of an env file that is sealed for the first time.
pub fn lines(document: &Document) -> Vec<Plain> {
    let lines = document.lines().filter_map(|line| match line {
        Line::Variable(entry) => {
            Some(Plain::Value { name: entry.name.to_owned(), value: entry.value.clone() })
        }
        Line::Comment(text) => (!is_own(text)).then(|| Plain::Comment(Secret::new(text))),
        Line::Blank => None,
    });
    lines.collect()
}

/// The variables among the lines.
pub(super) fn values(lines: &[Plain]) -> Values {
    let values = lines.iter().filter_map(|line| match line {
        Plain::Value { name, value } => Some((name.clone(), value.clone())),
        Plain::Comment(_) => None,
    });
    values.collect()
}

/// The comments and the names of the variables, without what would mean something to envward.
pub(super) fn outline(lines: &[Plain]) -> impl Iterator<Item = Zeroizing<String>> {
    lines.iter().filter_map(|line| match line {
        Plain::Value { name, .. } => Some(Zeroizing::new(name.clone())),
        Plain::Comment(text) => (!is_own(text.expose())).then(|| comment_line(text.expose())),
    })
}

/// The variables of a sealed file, each with its comments.
pub(super) fn blocks(lines: &[Plain]) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut comments = Vec::new();
    for line in lines {
        match line {
            Plain::Comment(text) if is_own(text.expose()) => {}
            Plain::Comment(text) => comments.push(text.expose()),
            Plain::Value { name, value } => {
                let comments = std::mem::take(&mut comments);
                blocks.push(Block { comments, variable: Some((name, value)) });
            }
        }
    }
    if !comments.is_empty() {
        blocks.push(Block { comments, variable: None });
    }
    blocks
}

/// Whether the comment would mean something to envward, which no comment of a person may.
pub(super) fn is_own(comment: &str) -> bool {
    sealed_only_name(comment).is_some() || Record::is_record(comment.trim_start())
}

impl Layout {
    /// The layout of an env file.
    pub fn of(document: &Document) -> Self {
        let mut layout = Self::default();
        let (mut above, mut block) = (Vec::new(), 0);
        for line in document.lines() {
            let name = match line {
                Line::Blank => {
                    block = 0;
                    continue;
                }
                Line::Variable(entry) => entry.name,
                Line::Comment(text) => match sealed_only_name(text) {
                    Some(name) => name,
                    None if is_own(text) => continue,
                    None => {
                        above.push(Secret::new(text));
                        block += 1;
                        continue;
                    }
                },
            };
            let (above, block) = (std::mem::take(&mut above), std::mem::take(&mut block));
            layout.rows.push(Row { name: name.to_owned(), above, block });
        }
        layout.trailing = above;
        layout
    }

    /// Takes variables away, each with the comments between it and the variable before it, as far as the env
    /// file does not have them any more.
    pub(super) fn remove(&self, lines: Vec<Plain>, names: &BTreeSet<String>) -> Vec<Plain> {
        if names.is_empty() {
            return lines;
        }
        let comments = self.rows.iter().flat_map(|row| &row.above).chain(&self.trailing);
        let kept: HashSet<&str> = comments.map(Secret::expose).collect();
        let (mut left, mut gap, mut has_predecessor) = (Vec::with_capacity(lines.len()), Vec::new(), false);
        for line in lines {
            match &line {
                Plain::Comment(_) => gap.push(line),
                Plain::Value { name, .. } => {
                    let goes = names.contains(name);
                    if goes && has_predecessor {
                        gap.retain(
                            |line| matches!(line, Plain::Comment(text) if kept.contains(text.expose())),
                        );
                    }
                    left.append(&mut gap);
                    left.extend((!goes).then_some(line));
                    has_predecessor = true;
                }
            }
        }
        left.append(&mut gap);
        left
    }

    /// Puts new variables in, each behind the variable that it follows in the env file, with the comments
    /// directly above it. A variable that the env file does not have goes to the end.
    pub(super) fn insert(&self, lines: &[Plain], added: &Values) -> Vec<Plain> {
        let mut behind = self.behind(lines, added);
        let mut placed = Vec::with_capacity(lines.len() + added.len());
        let mut done = HashSet::new();
        let (mut rest, mut anchor) = (lines, None);
        loop {
            for row in behind.remove(&anchor).unwrap_or_default() {
                let (skipped, comments) = row.fit(rest);
                placed.extend_from_slice(&rest[..skipped]);
                rest = &rest[skipped..];
                placed.extend(comments.iter().cloned().map(Plain::Comment));
                placed.extend(added.get(&row.name).map(|value| variable(&row.name, value)));
                done.insert(&row.name);
            }
            let Some(next) = rest.iter().position(|line| name(line).is_some()) else { break };
            placed.extend_from_slice(&rest[..=next]);
            anchor = name(&rest[next]);
            rest = &rest[next + 1..];
        }
        placed.extend_from_slice(rest);
        let others = added.iter().filter(|(name, _)| !done.contains(name));
        placed.extend(others.map(|(name, value)| variable(name, value)));
        placed
    }

    /// The rows of the new variables by the sealed variable that they come after.
    fn behind<'a>(&'a self, lines: &'a [Plain], added: &Values) -> HashMap<Option<&'a str>, Vec<&'a Row>> {
        let there: HashSet<&str> = lines.iter().filter_map(name).collect();
        let mut behind: HashMap<_, Vec<&Row>> = HashMap::new();
        let mut anchor = None;
        for row in &self.rows {
            if there.contains(row.name.as_str()) {
                anchor = Some(row.name.as_str());
            } else if added.contains_key(&row.name) {
                behind.entry(anchor).or_default().push(row);
            }
        }
        behind
    }
}

impl Row {
    /// How many of these lines go before the variable, and which comments of its own it brings. Comments that
    /// stand there already, such as the head of the file, are not brought again.
    fn fit(&self, lines: &[Plain]) -> (usize, &[Secret]) {
        let is_same = |(text, line): &(&Secret, &Plain)| matches!(line, Plain::Comment(old) if old == *text);
        let same = self.above.iter().zip(lines).take_while(is_same).count();
        if same == self.above.len() {
            return (same, &[]);
        }
        let head = self.above.len() - self.block;
        (same.min(head), &self.above[head..])
    }
}

fn name(line: &Plain) -> Option<&str> {
    match line {
        Plain::Value { name, .. } => Some(name),
        Plain::Comment(_) => None,
    }
}

fn variable(name: &str, value: &Secret) -> Plain {
    Plain::Value { name: name.to_owned(), value: value.clone() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn document(text: &str) -> Document {
        Document::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{text:?}: {problems}"))
    }

    fn sealed(text: &str) -> Vec<Plain> {
        lines(&document(text))
    }

    fn text(lines: &[Plain]) -> String {
        let line = |line: &Plain| match line {
            Plain::Value { name, value } => format!("{name}={}\n", value.expose()),
            Plain::Comment(text) => format!("#{}\n", text.expose()),
        };
        lines.iter().map(line).collect()
    }

    /// The sealed file after what is new in the env file was put in.
    fn inserted(before: &str, env: &str) -> String {
        let (before, env) = (sealed(before), document(env));
        let there = values(&before);
        let mut added = values(&lines(&env));
        added.retain(|name, _| !there.contains_key(name));
        text(&Layout::of(&env).insert(&before, &added))
    }

    fn removed(before: &str, env: &str, names: &[&str]) -> String {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        text(&Layout::of(&document(env)).remove(sealed(before), &names))
    }

    #[test]
    fn a_first_seal_takes_every_comment_line_and_no_marker() {
        let env = "# head\n\n  # a\nA=1 # beside\n# B: only in the sealed file (multi-line)\n#\nC=2\n# end\n";
        assert_eq!(text(&sealed(env)), "# head\n# a\nA=1\n#\nC=2\n# end\n");
        let record = "# envward:seal {}\nA=1\n";
        assert_eq!(text(&sealed(record)), "A=1\n");
    }

    #[test]
    fn a_new_variable_brings_the_comments_directly_above_it_behind_its_predecessor() {
        let before = "# head\n# a\nA=1\n# c\nC=3\n";
        assert_eq!(inserted(before, "A=1\n# far\n\n# b\n# bb\nB=2\nC=3\n"), {
            "# head\n# a\nA=1\n# b\n# bb\nB=2\n# c\nC=3\n"
        });
        assert_eq!(inserted(before, "C=3\nX=4\nA=1\nD=5\n# e\nE=6\n"), {
            "# head\n# a\nA=1\nD=5\n# e\nE=6\n# c\nC=3\nX=4\n"
        });
        let marker = "A=1\n# C: only in the sealed file (multi-line)\nD=2\n";
        assert_eq!(inserted(before, marker), format!("{before}D=2\n"));
    }

    #[test]
    fn comments_that_stand_there_already_are_not_brought_again() {
        let before = "# head\n# a\nA=1\n";
        assert_eq!(inserted(before, "# head\n\nNEW=0\n\n# a\nA=1\n"), "# head\nNEW=0\n# a\nA=1\n");
        assert_eq!(inserted(before, "# head\n\n# n\nNEW=0\n# a\nA=1\n"), "# head\n# n\nNEW=0\n# a\nA=1\n");
        assert_eq!(inserted("# g\nB=1\n", "# g\nA=0\nB=1\n"), "# g\nA=0\nB=1\n");
        let ruled =
            inserted("Z=0\n# -\n# old\n# -\nA=1\n", "Z=0\n# -\n# new\n# -\nN=2\n# -\n# old\n# -\nA=1\n");
        assert_eq!(ruled, "Z=0\n# -\n# new\n# -\nN=2\n# -\n# old\n# -\nA=1\n");
    }

    #[test]
    fn what_the_env_file_does_not_have_goes_to_the_end() {
        let added = [("X".to_owned(), Secret::new("1"))].into();
        let placed = Layout::default().insert(&sealed("A=1\n# end\n"), &added);
        assert_eq!(text(&placed), "A=1\n# end\nX=1\n");
    }

    #[test]
    fn a_removed_variable_takes_its_comments_unless_the_env_file_still_has_them() {
        let before = "# head\nA=1\n# group\n# b\nB=2\nC=3\n# end\n";
        assert_eq!(removed(before, "# head\nA=1\nC=3\n", &["B"]), "# head\nA=1\nC=3\n# end\n");
        assert_eq!(removed(before, "A=1\n# group\nC=3\n", &["B"]), "# head\nA=1\n# group\nC=3\n# end\n");
        assert_eq!(removed(before, "", &["A"]), "# head\n# group\n# b\nB=2\nC=3\n# end\n");
        assert_eq!(removed(before, "", &["A", "B", "C"]), "# head\n# end\n");
    }

    proptest! {
        #[test]
        fn whatever_is_new_is_placed_once_and_nothing_else_moves(
            order in Just(('A'..='J').collect::<Vec<_>>()).prop_shuffle(),
            commented in proptest::collection::vec(any::<bool>(), 10),
            known in proptest::collection::vec(any::<bool>(), 10),
        ) {
            let block = |(at, name): (usize, &char)| {
                let comment = if commented[at] { format!("# of {name}\n") } else { String::new() };
                format!("{comment}{name}={at}\n")
            };
            let env: String = order.iter().enumerate().map(block).collect();
            let old = order.iter().enumerate().filter(|(at, _)| known[*at]);
            let before: String = old.map(block).collect();
            prop_assert_eq!(inserted(&before, &env), env);
        }
    }
}
