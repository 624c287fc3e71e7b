//! Variables and their references: `$(NAME)`, `${NAME}`, `$N`, `$$`.

use std::cell::Cell;
use std::collections::HashSet;

use indexmap::IndexMap;
use zeroize::Zeroizing;

use super::{Assignment, Environment, Flavor, Refused, Secret, Values, is_blank, is_exported};

/// How deep references may be nested.
const MAX_DEPTH: usize = 64;

/// How many bytes all references of a file together may give, with [`REFERENCE`] for each: references to references double
/// with every line.
const MAX_WORK: usize = 1 << 24;

/// What a reference costs that gives nothing.
const REFERENCE: usize = 64;

/// Functions: a reference that begins with one of these words and a blank is a call.
const FUNCTIONS: [&str; 37] = [
    "subst",
    "patsubst",
    "findstring",
    "filter",
    "filter-out",
    "sort",
    "word",
    "wordlist",
    "words",
    "firstword",
    "lastword",
    "dir",
    "notdir",
    "suffix",
    "basename",
    "addsuffix",
    "addprefix",
    "join",
    "wildcard",
    "realpath",
    "abspath",
    "error",
    "warning",
    "info",
    "shell",
    "origin",
    "flavor",
    "foreach",
    "if",
    "or",
    "and",
    "call",
    "eval",
    "file",
    "value",
    "strip",
    "let",
];

/// One variable.
struct Variable {
    text: Secret,
    is_simple: bool,
    is_exported: bool,
}

/// The variables of the file, over those of the environment.
pub(super) struct Variables<'a> {
    own: IndexMap<String, Variable>,
    environment: &'a Environment,
    /// What is left of [`MAX_WORK`].
    left: Cell<usize>,
}

impl<'a> Variables<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        Self { own: IndexMap::new(), environment, left: Cell::new(MAX_WORK) }
    }

    /// Takes an assignment.
    pub(super) fn assign(&mut self, assignment: &Assignment<'_>, is_exported: bool) -> Result<(), Refused> {
        let name = self.expand(assignment.name)?;
        if name.trim_matches(is_blank).is_empty() {
            return Err(Refused::Rejects);
        }
        let value = assignment.value;
        let before = self.own.get(name.as_str());
        let inherited = self.environment.get(name.as_str());
        let (text, is_simple) = match assignment.flavor {
            Flavor::Shell => return Err(Refused::Computes),
            Flavor::Conditional if before.is_some() || inherited.is_some() => return Ok(()),
            Flavor::Simple => (Secret::new(std::mem::take(&mut *self.expand(value)?)), true),
            Flavor::Append => {
                match (before.map(|before| (before.text.expose(), before.is_simple)), inherited) {
                    (Some((text, true)), _) => {
                        (Secret::new(format!("{text} {}", *self.expand(value)?)), true)
                    }
                    (Some((text, false)), _) => (Secret::new(format!("{text} {value}")), false),
                    (None, Some(text)) => (Secret::new(format!("{text} {value}")), false),
                    (None, None) => (Secret::new(value), false),
                }
            }
            Flavor::Recursive | Flavor::Conditional => (Secret::new(value), false),
        };
        self.own.insert(name.to_string(), Variable { text, is_simple, is_exported });
        Ok(())
    }

    /// Whether programs see a variable; one that has no value is then empty.
    pub(super) fn export(&mut self, name: &str, is_exported: bool) {
        match self.own.get_mut(name) {
            Some(variable) => variable.is_exported = is_exported,
            None if is_exported && !self.environment.contains_key(name) => {
                let variable = Variable { text: Secret::default(), is_simple: true, is_exported };
                self.own.insert(name.to_owned(), variable);
            }
            None => {}
        }
    }

    /// What programs see.
    pub(super) fn into_values(self) -> Result<Values, Refused> {
        let mut values = Values::new();
        for (name, variable) in
            self.own.iter().filter(|(name, variable)| variable.is_exported && is_exported(name))
        {
            let value = self.value(name, variable, &mut HashSet::new(), 0)?;
            values.insert(name.clone(), value);
        }
        Ok(values)
    }

    /// A text with its references replaced.
    pub(super) fn expand(&self, text: &str) -> Result<Zeroizing<String>, Refused> {
        self.expand_at(text, &mut HashSet::new(), 0)
    }

    fn value(
        &self,
        name: &str,
        variable: &Variable,
        open: &mut HashSet<String>,
        depth: usize,
    ) -> Result<Secret, Refused> {
        if variable.is_simple {
            return Ok(variable.text.clone());
        }
        // make stops at a variable that refers to itself.
        if !open.insert(name.to_owned()) {
            return Err(Refused::Rejects);
        }
        let mut value = self.expand_at(variable.text.expose(), open, depth + 1)?;
        open.remove(name);
        Ok(Secret::new(std::mem::take(&mut *value)))
    }

    fn expand_at(
        &self,
        text: &str,
        open: &mut HashSet<String>,
        depth: usize,
    ) -> Result<Zeroizing<String>, Refused> {
        if depth > MAX_DEPTH {
            return Err(Refused::Computes);
        }
        let mut expanded = Zeroizing::new(String::with_capacity(text.len()));
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            expanded.push_str(before);
            let length = reference_length(&rest[before.len()..]).ok_or(Refused::Rejects)?;
            let reference = &rest[before.len()..][..length];
            rest = &after[length - 1..];
            let inside = match reference.as_bytes() {
                [b'$'] | [b'$', b'$'] => {
                    expanded.push('$');
                    continue;
                }
                [b'$', b'(' | b'{', ..] => &reference[2..length - 1],
                _ => &reference[1..],
            };
            let value = self.reference(inside, open, depth)?;
            let left = self.left.get().checked_sub(REFERENCE + value.len());
            self.left.set(left.ok_or(Refused::Computes)?);
            expanded.push_str(value.expose());
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    fn reference(&self, inside: &str, open: &mut HashSet<String>, depth: usize) -> Result<Secret, Refused> {
        let word = inside.split(is_blank).next().unwrap_or_default();
        if word.len() < inside.len() && FUNCTIONS.contains(&word) {
            return Err(Refused::Computes);
        }
        // Without the bracket that would close it, what is inside stays as it is.
        let is_closed = inside.matches(['(', '{']).count() == inside.matches([')', '}']).count();
        let name = if inside.contains('$') && is_closed {
            self.expand_at(inside, open, depth + 1)?
        } else {
            Zeroizing::new(inside.to_owned())
        };
        // `$(NAME:.c=.o)`
        if name.split_once(':').is_some_and(|(_, substitution)| substitution.contains('=')) {
            return Err(Refused::Computes);
        }
        match (self.own.get(name.as_str()), self.environment.get(name.as_str())) {
            (Some(variable), _) => self.value(&name, variable, open, depth),
            (None, Some(inherited)) => Ok(Secret::new(inherited.as_str())),
            (None, None) => Ok(Secret::default()),
        }
    }
}

/// How long the reference at the start of a text is, which is a `$`: to the first closing bracket, or if there is another
/// reference before that, to the one that closes it. `None` without one.
pub(super) fn reference_length(text: &str) -> Option<usize> {
    let after = &text[1..];
    let (open, close) = match after.chars().next() {
        None => return Some(1),
        Some('(') => ('(', ')'),
        Some('{') => ('{', '}'),
        Some(other) => return Some(1 + other.len_utf8()),
    };
    let first = after.find(close)?;
    if !after[..first].contains('$') {
        return Some(1 + first + 1);
    }
    let mut depth = 0_usize;
    for (at, character) in after.char_indices() {
        if character == open {
            depth += 1;
        } else if character == close {
            depth -= 1;
            if depth == 0 {
                return Some(1 + at + 1);
            }
        }
    }
    Some(1 + first + 1)
}
