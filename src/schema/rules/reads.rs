//! Which variables an expression names.

use cel::common::ast::{EntryExpr, Expr};
use cel::parser::Expression as Tree;

use super::presence::HAS;
use super::scope::ENVIRONMENT;

/// How deep loops over lists may be nested: each level multiplies the work by the length of a list.
const MAX_LOOPS: usize = 2;

/// How deep the syntax tree may be: evaluation recurses into it.
const MAX_DEPTH: usize = 100;

/// The variables that an expression names, each once, in order.
#[derive(Default)]
pub(super) struct Reads {
    /// Those whose value it uses.
    pub values: Vec<String>,
    /// Those it asks about with `has(…)`.
    pub presence: Vec<String>,
    /// The names that the loops around the current place define.
    bound: Vec<String>,
    loops: usize,
    depth: usize,
}

/// Finds them; the error is a message about the expression.
pub(super) fn of(tree: &Tree) -> Result<Reads, String> {
    let mut reads = Reads::default();
    reads.visit(tree)?;
    Ok(reads)
}

impl Reads {
    fn visit(&mut self, tree: &Tree) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("is nested more than {MAX_DEPTH} deep"));
        }
        match &tree.expr {
            Expr::Ident(name) => self.name(name),
            Expr::Select(select) => match &select.operand.expr {
                Expr::Ident(has) if has == HAS && !select.test => add(&mut self.presence, &select.field),
                _ => self.visit(&select.operand)?,
            },
            Expr::Call(call) => self.all(call.target.iter().map(AsRef::as_ref).chain(&call.args))?,
            Expr::List(list) => self.all(&list.elements)?,
            Expr::Map(map) => self.entries(map.entries.iter().map(|entry| &entry.expr))?,
            Expr::Struct(fields) => self.entries(fields.entries.iter().map(|entry| &entry.expr))?,
            Expr::Comprehension(comprehension) => {
                let outer = self.bound.len();
                self.visit(&comprehension.iter_range)?;
                self.visit(&comprehension.accu_init)?;
                self.loops += 1;
                if self.loops > MAX_LOOPS {
                    return Err(format!("nests more than {MAX_LOOPS} loops"));
                }
                self.bound.extend([comprehension.iter_var.clone(), comprehension.accu_var.clone()]);
                self.bound.extend(comprehension.iter_var2.clone());
                self.all([&comprehension.loop_cond, &comprehension.loop_step, &comprehension.result])?;
                self.bound.truncate(outer);
                self.loops -= 1;
            }
            Expr::Literal(_) | Expr::Unspecified => {}
        }
        self.depth -= 1;
        Ok(())
    }

    fn all<'t>(&mut self, trees: impl IntoIterator<Item = &'t Tree>) -> Result<(), String> {
        trees.into_iter().try_for_each(|tree| self.visit(tree))
    }

    fn entries<'t>(&mut self, entries: impl Iterator<Item = &'t EntryExpr>) -> Result<(), String> {
        for entry in entries {
            match entry {
                EntryExpr::StructField(field) => self.visit(&field.value)?,
                EntryExpr::MapEntry(entry) => self.all([&entry.key, &entry.value])?,
            }
        }
        Ok(())
    }

    fn name(&mut self, name: &str) {
        if name != ENVIRONMENT && !self.bound.iter().any(|bound| bound == name) {
            add(&mut self.values, name);
        }
    }
}

fn add(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}
