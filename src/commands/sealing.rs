//! What the commands about sealed files have in common: saying what was done, by name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::init;
use crate::check::{self, Input, Subject};
use crate::context::Context;
use crate::git::Git;
use crate::project::{Environment, Project};
use crate::schema::{self, Schema};
use crate::seal::{self, Opened, Remark, Written};
use crate::secret::Values;
use crate::ui::{Ui, escape, names_after};
use crate::{ledger, manifest};

/// Says what the user should know about a sealed file.
pub(super) fn say_remarks(remarks: &[Remark], ui: &mut Ui) {
    for remark in remarks {
        ui.warn(&remark.to_string());
        if let Some(hint) = remark.hint() {
            ui.help(hint);
        }
    }
}

/// Says what a write did.
pub(super) fn say_written(written: &Written, path: &Path, context: &mut Context) {
    let file = shown(path, context);
    if written.is_unchanged() {
        context.ui.say(&format!("{file} is up to date"));
    } else {
        let generation = written.generation.map(|number| format!(", generation {number}"));
        context.ui.say(&format!("sealed {file}{}", generation.unwrap_or_default()));
        context.ui.say_names("added", &written.added);
        context.ui.say_names("changed", &written.changed);
        context.ui.say_names("removed", &written.removed);
        context.ui.say_names("readable", &written.revealed);
        context.ui.say_names("encrypted", &written.hidden);
    }
    say_remarks(&written.remarks, &mut context.ui);
}

/// Warns that the env file differs from the sealed file, which is the one that is used.
pub(super) fn warn_differing(
    opened: &Opened,
    environment: &Environment,
    ui: &mut Ui,
) -> Result<(), seal::Error> {
    let differing = opened.differs_from_env_file(environment)?;
    if !differing.is_empty() {
        ui.warn(&names_after("the sealed file is used; the env file differs in ", &differing));
        ui.help("take its changes over with: envward seal");
    }
    Ok(())
}

/// Says which values a write could not take into the env file.
pub(super) fn say_sealed_only(names: &[String], ui: &mut Ui) {
    for name in names {
        ui.note(&format!("the env file cannot carry {}: it is in the sealed file only", escape(name)));
    }
}

/// Warns of sealed values that do not fit the schema: `run` would not start anything with them.
pub(super) fn warn_unfit(values: &Values, schema: &Schema, environment: &str, context: &mut Context) {
    let now = context.clock.now();
    let report =
        check::errors(&Subject::new(Some(schema), environment, None, Input::Sealed(values), &[], now));
    if report.diagnostics.is_empty() {
        return;
    }
    let names: BTreeSet<String> =
        report.diagnostics.into_iter().filter_map(|diagnostic| diagnostic.variable).collect();
    let names: Vec<String> = names.into_iter().collect();
    // A rule may be broken without a variable to blame.
    let colon = if names.is_empty() { "" } else { ": " };
    context.ui.warn(&names_after(&format!("the values do not fit the schema{colon}"), &names));
    let environment = context.globals.env.as_ref().map(|name| format!(" -e {name}")).unwrap_or_default();
    context.ui.help(&format!("see why with: envward check{environment}"));
}

/// Ends with the files that belong into one commit: a part of them would be refused as stale. Not outside of git.
pub(super) fn say_commit(project: &Project, environments: &[Environment], context: &mut Context) {
    let Some(git) = Git::discover(&project.root, &context.env) else { return };
    let sealed = environments.iter().flat_map(|it| [it.sealed.clone(), it.project_key.clone()]);
    let below_root = [ledger::FILE_NAME, manifest::FILE_NAME].into_iter().map(PathBuf::from);
    let schema = schema::files(&project.schema_source()).unwrap_or_default();
    let below_root = below_root
        .chain(schema.into_iter().map(|(path, _)| path))
        .chain(init::RULE_FILES.into_iter().map(PathBuf::from));
    let files: Vec<PathBuf> = sealed.chain(below_root.map(|path| project.root.join(path))).collect();
    // Without an answer there is nothing to advise.
    let files = git.to_add(&files).unwrap_or_default();
    if !files.is_empty() {
        let files: Vec<String> = files.into_iter().map(|file| shown(file, context)).collect();
        context.ui.say(&format!("to commit: {}", files.join(" ")));
    }
}

/// Names with commas between them, fit for a terminal.
pub(super) fn list(names: &[String]) -> String {
    names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", ")
}

/// A path as a person would type it here.
pub(super) fn shown(path: &Path, context: &Context) -> String {
    let path = path.strip_prefix(&context.cwd).unwrap_or(path);
    escape(&path.display().to_string()).into_owned()
}
