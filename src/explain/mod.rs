//! What each reader makes of an env file, and why they differ.
//!
//! Also of a file that the strict reader refuses, which is when people ask. [`explain`] asks the models and groups
//! what they see; [`human`] and [`json`] say it.

pub mod human;
pub mod json;
mod reasons;

use indexmap::{IndexMap, IndexSet};
use reasons::Reasons;

use crate::check::Assignment;
use crate::dotenv::readers::{self, Reader, Refused};
use crate::dotenv::{Document, Problem, ProblemKind};
use crate::secret::Secret;

/// Readers that leave a variable alone which the process has already, where others take the file's value: measured
/// with each of the programs.
const PROCESS_WINS: &[&str] =
    &["node-20", "node-22", "dotenv-expand", "next", "vite", "bun", "deno", "just", "uv"];

/// What readers make of a file.
pub struct Explanation {
    /// The readers that were asked.
    pub readers: Vec<&'static str>,
    /// Those that give no variable at all.
    pub refusals: Vec<Refusal>,
    /// Every variable that is told about.
    pub variables: Vec<Variable>,
}

/// A reader that gives no variable at all.
pub struct Refusal {
    /// The reader.
    pub reader: &'static str,
    /// How.
    pub refused: Refused,
    /// Why, with the line, as far as lines say so by themselves.
    pub reasons: Vec<String>,
}

/// What readers make of one variable.
pub struct Variable {
    /// Its name, as it stands in the file.
    pub name: String,
    /// Line of the name, from 1, if the strict reader reads it.
    pub line: Option<u32>,
    /// What each reader sees, in the order in which they were asked.
    pub sights: Vec<(&'static str, Sight)>,
    /// The different values. The first is the one that is written, if the strict reader reads it.
    pub values: Vec<Secret>,
    /// Whether all see the same: what is written, or what a reference in it stands for.
    pub portable: bool,
    /// Whether nothing is wrong with its own line: it is lost since an earlier one.
    pub fallout: bool,
    /// Why readers differ: each reason with those it holds for.
    pub reasons: IndexMap<String, Vec<&'static str>>,
    /// What to do about it.
    pub help: IndexSet<String>,
}

/// What one reader sees of one variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// A value: its place in [`Variable::values`].
    Value(usize),
    /// Nothing.
    Absent,
    /// It gives no variable at all.
    Refused(Refused),
}

impl Explanation {
    /// Whether a variable is read differently, or a reader gives none.
    pub fn differs(&self) -> bool {
        !self.refusals.is_empty() || self.variables.iter().any(|variable| !variable.portable)
    }

    /// The readers that were asked for which a variable of the process wins over the file.
    pub fn process_wins(&self) -> Vec<&'static str> {
        self.readers.iter().copied().filter(|id| PROCESS_WINS.contains(id)).collect()
    }
}

/// Asks readers what they make of a file. The variables are those of the strict reader; where it cannot read the
/// whole file, all that any reader sees. `declared` says whether these readers are known to read it, and not only
/// the most common ones.
pub fn explain(bytes: &[u8], asked: &[&'static dyn Reader], declared: bool) -> Explanation {
    let (document, problems) = Document::parse_with_problems(bytes);
    let ids: Vec<_> = asked.iter().map(|reader| reader.id()).collect();
    let readings = readers::read_all(bytes, &ids);
    let mut names: IndexSet<&str> = document.entries().map(|entry| entry.name).collect();
    if !problems.is_empty() {
        let read = readings.iter().filter_map(|(_, reading)| reading.as_ref().ok());
        names.extend(read.flat_map(|values| values.keys().map(String::as_str)));
        names.sort_by_key(|name| place(name, &document, &problems));
    }
    let reasons = Reasons::new(bytes, &document, &problems, asked, declared);
    let refused = readings.iter().filter_map(|(id, reading)| Some((*id, *reading.as_ref().err()?)));
    let refusals = refused
        .map(|(reader, refused)| Refusal { reader, refused, reasons: reasons.of_refusal(reader) })
        .collect();
    let variables = names.iter().map(|name| {
        let line = document.get(name).map(Assignment::from);
        let mut variable = sights(name, line.as_ref(), &readings);
        // All may agree about the first line of a key.
        variable.portable &= !problems.iter().any(|problem| is_key(problem, name));
        if !variable.portable {
            reasons.explain(&mut variable, line.as_ref());
        }
        variable
    });
    Explanation { variables: variables.collect(), readers: ids, refusals }
}

fn is_key(problem: &Problem, name: &str) -> bool {
    problem.kind == ProblemKind::UnquotedKey && problem.name.as_deref() == Some(name)
}

/// Where a name first stands, for those whose place is known.
fn place(name: &str, document: &Document, problems: &[Problem]) -> u32 {
    let problem = || problems.iter().find(|problem| problem.name.as_deref() == Some(name));
    let line = document.get(name).map(|entry| entry.line).or_else(|| Some(problem()?.line));
    line.unwrap_or(u32::MAX)
}

fn sights(name: &str, line: Option<&Assignment<'_>>, readings: &[readers::Reading]) -> Variable {
    let mut values: Vec<Secret> = line.map(|line| line.value.clone()).into_iter().collect();
    let mut sights = Vec::new();
    for (id, reading) in readings {
        let sight = match reading.as_ref().map(|values| values.get(name)) {
            Err(refused) => Sight::Refused(*refused),
            Ok(None) => Sight::Absent,
            Ok(Some(value)) => {
                Sight::Value(values.iter().position(|known| known == value).unwrap_or_else(|| {
                    values.push(value.clone());
                    values.len() - 1
                }))
            }
        };
        sights.push((*id, sight));
    }
    // A reference that all expand to the same value is meant to be: nobody sees what is written, and all agree.
    let first = sights.first().map(|(_, sight)| *sight).filter(|first| matches!(first, Sight::Value(_)));
    let expanded = first.filter(|_| line.is_some_and(|line| line.refers));
    let expected = expanded.unwrap_or(Sight::Value(0));
    let portable = sights.iter().all(|(_, sight)| *sight == expected);
    let (name, line) = (name.to_owned(), line.and_then(|line| Some(line.position?.0)));
    let (reasons, help) = (IndexMap::new(), IndexSet::new());
    Variable { name, line, sights, values, portable, fallout: false, reasons, help }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(file: &[u8], ids: &[&str]) -> Explanation {
        let asked: Vec<_> = ids.iter().map(|id| readers::by_id(id).expect("it is modelled")).collect();
        explain(file, &asked, true)
    }

    #[test]
    fn readers_are_grouped_by_what_they_see_and_the_first_group_is_what_is_written() {
        let explained = explained(b"A=1 # c\nB=2\nexport C=3\n", &["podman", "bash", "systemd"]);
        let sights =
            |at: usize| explained.variables[at].sights.iter().map(|(_, sight)| *sight).collect::<Vec<_>>();
        assert_eq!(sights(0), [Sight::Value(1), Sight::Value(0), Sight::Value(1)]);
        assert_eq!(sights(1), [Sight::Value(0); 3]);
        assert_eq!(sights(2), [Sight::Absent, Sight::Value(0), Sight::Absent]);
        assert_eq!(
            explained.variables.iter().map(|variable| variable.portable).collect::<Vec<_>>(),
            [false, true, false]
        );
        assert!(explained.differs() && explained.refusals.is_empty());
    }

    #[test]
    fn of_a_file_that_the_strict_reader_refuses_every_variable_is_told_that_any_reader_sees() {
        let explained = explained(b"\xef\xbb\xbfA=1\nB = 2\nC=3\n", &["python-dotenv", "podman"]);
        let names: Vec<_> = explained.variables.iter().map(|variable| variable.name.as_str()).collect();
        assert_eq!(names, ["A", "B", "C", "\u{feff}A", "B "]);
        let reasons: Vec<_> = explained.variables[1].reasons.keys().collect();
        assert_eq!(reasons, ["there is a blank beside ="]);
        let reasons: Vec<_> = explained.variables[0].reasons.keys().collect();
        assert_eq!(reasons, ["the file starts with a byte order mark"]);
    }

    #[test]
    fn a_reader_that_refuses_the_file_says_which_lines_are_why() {
        let explained = explained(b"A=1\nexport B=2\nC = 3\n", &["docker", "podman"]);
        let [refusal] = &explained.refusals[..] else { panic!("docker alone refuses it") };
        assert_eq!(refusal.reader, "docker");
        assert_eq!(
            refusal.reasons,
            ["line 2: B, because of export before it", "line 3: there is a blank beside ="]
        );
    }

    #[test]
    fn a_line_that_swallows_others_is_named_at_those() {
        let explained = explained(b"A=it's\nB=2\nC=it's\n", &["bash"]);
        let reasons: Vec<_> = explained.variables[1].reasons.keys().collect();
        assert_eq!(reasons, ["lost since line 1, because of the quote inside its value"]);
    }
}
