//! Taking the values of a file into the environment: what may be taken, the plan, the write.

use super::Args;
use super::choice::Choice;
use crate::commands::holder::{Holder, refuse_mismatch};
use crate::commands::sealing::{say_commit, say_written, shown};
use crate::commands::syncing::{require_answer, say_actions};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::import::{self, Refused, Taken};
use crate::project::Project;
use crate::schema::{Schema, placeholder};
use crate::seal::sops::Plain;
use crate::seal::{self, Access, Changes};
use crate::secret::{Secret, Values};
use crate::suggest::closest;
use crate::sync::{Action, Change};
use crate::ui::{PromptError, Ui, escape, names_after};

/// Takes the values into the environment, after showing by name what that changes.
pub(super) fn write(
    args: &Args,
    file: &str,
    skip: &Choice<'_>,
    taken: Taken,
    access: Access,
    context: &mut Context,
) -> Result<ExitCode, Error> {
    require_answer("import", args.yes, args.dry_run, context)?;
    let project = Project::require(context)?;
    let environment = project.environment(context)?;
    let schema = project.schema()?;
    let mut holder =
        Holder::of_environment_or_new(Project::require(context)?, environment.clone(), access, context)?;
    let overwrite = Choice::new(&args.overwrite)?;
    let known: Vec<&str> = taken.values.keys().map(String::as_str).collect();
    overwrite.require_known("--overwrite", file, &known)?;
    let refused = taken.refused.iter().map(|refused| refused.key.as_str());
    skip.require_known("--skip", file, &refused.chain(known).collect::<Vec<_>>())?;

    let Some(Usable { values, found }) = usable(args, skip, taken, &schema, &mut context.ui) else {
        return Ok(ExitCode::Findings);
    };
    let plan = plan(&values, holder.values(), &overwrite);
    say_actions(&plan, &mut context.ui);
    let conflicts = names(&plan, Action::Conflict);
    if !conflicts.is_empty() {
        return Err(import::Error::Conflict { names: conflicts }.into());
    }
    let mut changes = Changes::default();
    for change in plan.iter().filter(|change| change.action.writes()) {
        changes.set(change.variable.clone(), values[&change.variable].clone());
    }
    let is_new = !fs::exists(&environment.sealed) && !fs::exists(&environment.env_file);
    let uncarried = holder.uncarried(&changes);
    if !uncarried.is_empty() && !is_new {
        context.ui.error(&names_after(&format!("{} cannot carry ", holder.shown(context)), &uncarried));
        context.ui.help("a sealed file can: run envward seal, and import again");
        return Ok(ExitCode::Findings);
    }
    let target =
        if uncarried.is_empty() { holder.shown(context) } else { shown(&environment.sealed, context) };
    if changes.set.is_empty() {
        context.ui.say(&format!("{target} has all of it already"));
        return Ok(ExitCode::from_findings(found));
    }
    if args.dry_run {
        context.ui.say("nothing was written (--dry-run)");
        return Ok(ExitCode::from_findings(found));
    }
    if !args.yes && !context.ui.confirm(&format!("take this from {file} into {target}?"))? {
        return Err(PromptError::Declined.into());
    }
    if !uncarried.is_empty() {
        context.ui.note_names("sealed at once, since an env file cannot carry", &uncarried);
        holder.rerender(&mut changes, Some(&schema));
        let lines = changes.set.into_iter().map(|(name, value)| Plain::Value { name, value }).collect();
        let mut access = Access::from_context(context, args.identity.as_deref());
        let written =
            seal::create(&project, &environment, lines, Some(&schema), &mut access, &mut context.rng)?;
        say_written(&written, &environment.sealed, context);
        say_commit(&project, &[environment], context);
        context.ui.say("next: envward check");
        return Ok(ExitCode::from_findings(found || written.has_findings()));
    }
    let outcome = holder.write(changes, Some(&schema), context)?;
    context.ui.say(&format!("imported {file} into {}", outcome.files));
    if holder.opened().is_some() {
        say_commit(&project, &[environment], context);
    }
    context.ui.say("next: envward check");
    Ok(ExitCode::from_findings(found | (ExitCode::from(outcome) == ExitCode::Findings)))
}

/// The values that may be written.
struct Usable {
    values: Values,
    /// Whether something was left out that nobody named.
    found: bool,
}

/// Leaves out what was chosen to be left out, and says everything else that stands in the way; `None` if something
/// does.
fn usable(args: &Args, skip: &Choice<'_>, taken: Taken, schema: &Schema, ui: &mut Ui) -> Option<Usable> {
    let (mut left_out, mut in_the_way) = (Vec::new(), false);
    let Taken { mut values, refused, .. } = taken;
    for Refused { key, reason } in refused.iter().filter(|refused| !skip.names(&refused.key)) {
        if skip.is_all() || reason.is_only_a_name() {
            ui.warn(&format!("{} was left out: it {reason}", escape(key)));
            left_out.push(key.clone());
        } else {
            ui.error(&format!("{} {reason}", escape(key)));
            in_the_way = true;
        }
        if let Some(hint) = reason.hint() {
            ui.help(&hint);
        }
    }
    // Of a key that gives a second value for a name, skipping it leaves the first.
    values.retain(|name, _| !skip.names(name));
    let unknown: Vec<String> =
        values.keys().filter(|name| !args.new && !schema.vars.contains_key(*name)).cloned().collect();
    let unfit = |(name, value): (&String, &Secret), ui: &mut Ui| {
        refuse_mismatch(name, value.expose(), Some(schema), ui).then(|| name.clone())
    };
    let unfit: Vec<String> = values.iter().filter_map(|pair| unfit(pair, ui)).collect();
    say_unknown(&unknown, schema, ui);
    if skip.is_all() {
        left_out.extend(unknown.into_iter().chain(unfit));
        values.retain(|name, _| !left_out.contains(name));
    } else {
        in_the_way |= !unknown.is_empty() || !unfit.is_empty();
    }
    if in_the_way {
        ui.note("nothing was written");
        ui.help("leave out what cannot be taken with --skip NAME,… or --skip all");
        return None;
    }
    if !left_out.is_empty() {
        ui.note_names("left out", &left_out);
    }
    Some(Usable { values, found: !left_out.is_empty() })
}

/// Says which names the schema does not know, and which ones may have been meant.
fn say_unknown(unknown: &[String], schema: &Schema, ui: &mut Ui) {
    if unknown.is_empty() {
        return;
    }
    let word = if unknown.len() == 1 { "variable" } else { "variables" };
    ui.error(&names_after(&format!("the schema {} has no {word} ", escape(&schema.name)), unknown));
    for name in unknown {
        if let Some(close) = closest(name, schema.vars.keys().map(String::as_str)) {
            ui.help(&format!("for {}, did you mean {close}?", escape(name)));
        }
    }
    ui.help("--new takes them as they are");
}

/// What happens to each variable. Nothing there, a placeholder and an empty text are no value that could be lost.
fn plan(values: &Values, present: &Values, overwrite: &Choice<'_>) -> Vec<Change> {
    let action = |name: &str, value: &Secret| match present.get(name) {
        None => Action::Create,
        Some(present) if present == value => Action::Unchanged,
        Some(present) if present.is_empty() || placeholder::is_placeholder(present.expose()) => {
            Action::Update
        }
        Some(_) if overwrite.has(name) => Action::Update,
        Some(_) => Action::Conflict,
    };
    values
        .iter()
        .map(|(name, value)| Change { variable: name.clone(), action: action(name, value) })
        .collect()
}

fn names(plan: &[Change], action: Action) -> Vec<String> {
    plan.iter().filter(|change| change.action == action).map(|change| change.variable.clone()).collect()
}
