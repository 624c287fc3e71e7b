//! Why readers differ, in words.

use std::collections::HashMap;

use memchr::memmem;

use super::{Sight, Variable};
use crate::check::rules::readers::{Blame, blame, causes, spelling};
use crate::check::{Assignment, shown};
use crate::dotenv::readers::{self, Deviation, Reader};
use crate::dotenv::{Document, Problem};

/// What is needed to say why.
pub(super) struct Reasons<'a> {
    bytes: &'a [u8],
    lines: Vec<Assignment<'a>>,
    problems: &'a [Problem],
    asked: &'a [&'static dyn Reader],
    /// Those whom the way to write a value has to suit; without any, as many as it can.
    suited: &'a [&'static dyn Reader],
    /// For each reader the lines after which it loses what follows, and why.
    losses: HashMap<&'static str, Vec<(u32, &'static str)>>,
    keeping_carriage_returns: Vec<&'static str>,
}

impl<'a> Reasons<'a> {
    pub(super) fn new(
        bytes: &'a [u8],
        document: &'a Document,
        problems: &'a [Problem],
        asked: &'a [&'static dyn Reader],
        declared: bool,
    ) -> Self {
        let lines: Vec<_> = document.entries().map(Assignment::from).collect();
        let ids: Vec<_> = asked.iter().map(|reader| reader.id()).collect();
        let has_carriage_returns = memmem::find(bytes, b"\r\n").is_some();
        let keeping_carriage_returns =
            if has_carriage_returns { readers::keeping_carriage_returns(&ids) } else { Vec::new() };
        let mut losses: HashMap<_, Vec<_>> = HashMap::new();
        for reader in asked {
            for (line, blame) in lines.iter().flat_map(|line| blames(*reader, line)) {
                if blame.deviation == Deviation::LosesNext {
                    losses.entry(reader.id()).or_default().push((line, blame.cause.what()));
                }
            }
        }
        let suited = if declared { asked } else { &[] };
        Self { bytes, lines, problems, asked, suited, losses, keeping_carriage_returns }
    }

    /// Says why each reader that does not see what is written does not, and what to do about it.
    pub(super) fn explain(&self, variable: &mut Variable, line: Option<&Assignment<'_>>) {
        let mut own = false;
        for (id, sight) in variable.sights.clone() {
            let as_written = line.is_some() && sight == Sight::Value(0);
            if as_written || matches!(sight, Sight::Refused(_)) {
                continue;
            }
            let Some(reader) = self.asked.iter().find(|reader| reader.id() == id) else { continue };
            let mut say = |reason: String| variable.reasons.entry(reason).or_default().push(id);
            if let Some(problem) = self.problem_of(&variable.name) {
                own = true;
                say(problem.kind.to_string());
                variable.help.insert(problem.help().to_owned());
                continue;
            }
            let blamed = line.map(|line| blame(*reader, line)).unwrap_or_default();
            for blame in &blamed {
                say(blame.sentence(&shown(&variable.name)));
                let help = blame.cause.help(!self.suited.is_empty()).map(str::to_owned);
                let help = help.or_else(|| Some(spelling(line?, self.suited)));
                variable.help.extend(help);
            }
            if !blamed.is_empty() {
                own = true;
            } else if let Some(reason) = self.loss(id, variable.line) {
                say(reason);
            } else {
                own = true;
                let (reason, help) = self.elsewhere(id, variable.line);
                say(reason);
                variable.help.extend(help);
            }
        }
        variable.fallout = !own && !variable.reasons.is_empty();
    }

    /// What is wrong with the line that assigns the name.
    fn problem_of(&self, name: &str) -> Option<&Problem> {
        self.problems.iter().find(|problem| problem.name.as_deref() == Some(name.trim()))
    }

    /// The line since which a reader loses what follows, up to this one.
    fn loss(&self, id: &str, line: Option<u32>) -> Option<String> {
        let (at, what) = self.losses.get(id)?.first().filter(|(at, _)| line.is_none_or(|line| *at < line))?;
        Some(format!("lost since line {at}, because of {what}"))
    }

    /// Why a reader does not see what is written, where no line that can be read is to blame.
    fn elsewhere(&self, id: &'static str, line: Option<u32>) -> (String, Option<String>) {
        let before = |at: u32| line.is_none_or(|line| at < line);
        if self.keeping_carriage_returns.contains(&id) {
            let help = "end lines with LF alone, or use --fix".to_owned();
            return ("the CR at the end of the line is taken for part of the value".to_owned(), Some(help));
        }
        let problem = match line {
            Some(_) => self.problems.iter().rfind(|problem| before(problem.line)),
            None => self.problems.iter().find(|problem| problem.name.is_none()),
        };
        match problem.or(self.problems.first()) {
            Some(problem) => {
                (format!("line {}: {}", problem.line, problem.kind), Some(problem.help().to_owned()))
            }
            None => ("it reads the lines before it otherwise".to_owned(), None),
        }
    }

    /// Why a reader refuses the whole file: each line that it would refuse by itself.
    pub(super) fn of_refusal(&self, id: &str) -> Vec<String> {
        let Some(reader) = self.asked.iter().find(|reader| reader.id() == id) else { return Vec::new() };
        let refusing = self.lines.iter().flat_map(|line| {
            let refused =
                blames(*reader, line).filter(|(_, blame)| matches!(blame.deviation, Deviation::Refused(_)));
            refused
                .map(|(at, blame)| (at, format!("{}, because of {}", shown(line.name), blame.cause.what())))
        });
        let text: Vec<&[u8]> = self.bytes.split(|&byte| byte == b'\n').collect();
        let unreadable = self.problems.iter().filter(|problem| {
            text.get(index(problem.line)).is_some_and(|line| readers::refuses(*reader, line))
        });
        let mut reasons: Vec<(u32, String)> = refusing.collect();
        reasons.extend(unreadable.map(|problem| (problem.line, problem.kind.to_string())));
        reasons.sort_by_key(|(at, _)| *at);
        reasons.into_iter().map(|(at, reason)| format!("line {at}: {reason}")).collect()
    }
}

/// Whom a reader blames of a line, each with the line's number.
fn blames(reader: &dyn Reader, line: &Assignment<'_>) -> impl Iterator<Item = (u32, Blame)> + use<> {
    let at = line.position.map_or(0, |(line, _)| line);
    let blamed = if causes(line).next().is_some() { blame(reader, line) } else { Vec::new() };
    blamed.into_iter().map(move |blame| (at, blame))
}

fn index(line: u32) -> usize {
    usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX)
}
