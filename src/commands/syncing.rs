//! What `diff`, `push` and `pull` have in common: the environment beside its stores, and how a plan is shown.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::holder::Holder;
use super::name;
use super::sealing::warn_differing;
use super::store_access::{Target, chosen};
use super::take::TakeFromStoreArgs;
use crate::check::{self, Input, Subject};
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::project::{Environment, Project};
use crate::schema::Schema;
use crate::seal::Access;
use crate::secret::{Secret, Values};
use crate::sync::{self, Action, By, Change, Keys, Local, Options, Plan, Seen};
use crate::ui::{Table, Ui, escape, names_after};

/// Which variables a plan is about, and who decides.
#[derive(clap::Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    take: TakeFromStoreArgs,

    /// Remove what the other side removed
    #[arg(long)]
    prune: bool,

    /// Only these variables, and what is rendered from them
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
}

impl PlanArgs {
    /// Whether anything was chosen.
    pub(super) fn is_given(&self) -> bool {
        self.prune || !self.only.is_empty() || self.take.is_given()
    }

    /// The choices, where `session` knows the names.
    pub(super) fn options(&self, session: &Session) -> Result<Options, Error> {
        let mut only: BTreeSet<String> = BTreeSet::new();
        for name in &self.only {
            name::refuse_value(name)?;
            if !sync::is_synced(name, &session.schema) {
                let message = format!("no store holds {}: the schema does not say so", escape(name));
                return Err(Error::usage(message));
            }
            only.insert(name.clone());
        }
        let wholes = session.schema.rerender(&session.environment.name, session.holder.values(), &self.only);
        only.extend(wholes.into_keys());
        let only = (!self.only.is_empty()).then_some(only);
        Ok(Options { take: self.take.decision()?, prune: self.prune, only })
    }
}

/// An environment that is synced with its stores.
pub(super) struct Session {
    pub(super) project: Project,
    pub(super) environment: Environment,
    pub(super) schema: Schema,
    pub(super) holder: Holder,
    identity: Option<PathBuf>,
}

impl Session {
    /// Opens the environment's sealed file, else its env file, and says what the user should know about it.
    pub(super) fn open(identity: Option<&Path>, context: &mut Context) -> Result<Self, Error> {
        let project = Project::require(context)?;
        let environment = project.environment(context)?;
        let schema = project.schema()?;
        let access = Access::from_context(context, identity);
        let holder =
            Holder::of_environment(Project::require(context)?, environment.clone(), access, context)?;
        if let Some(opened) = holder.opened() {
            warn_differing(opened, &environment, &mut context.ui)?;
        }
        Ok(Self { project, environment, schema, holder, identity: identity.map(Path::to_owned) })
    }

    /// The environment's side of a sync.
    pub(super) fn local(&self, context: &mut Context) -> Result<Local<'_>, Error> {
        let opened = self.holder.opened();
        let keys = match opened {
            Some(opened) => Keys::of_sealed(opened, &self.project.root)?,
            None => Keys::of_working_copy(&self.project.root, &mut context.rng)?,
        };
        Ok(Local::new(&self.environment.name, self.holder.values(), &self.schema, opened, keys))
    }

    /// The stores that were named, else all that serve the environment.
    pub(super) fn stores(&self, named: &[String]) -> Result<Vec<String>, Error> {
        Ok(chosen(named, &self.project, &self.environment)?.to_vec())
    }

    /// A store of the environment.
    pub(super) fn target<'a>(&'a self, store: &'a str) -> Result<Target<'a>, Error> {
        Target::find(store, &self.project, &self.environment, self.identity.as_deref())
    }

    /// Says which variables stay out of stores.
    pub(super) fn say_unknown(local: &Local<'_>, context: &mut Context) {
        if !local.unknown.is_empty() {
            context.ui.note_names("not of the schema, kept out of stores", &local.unknown);
        }
    }

    /// Whether the values fit the schema; says what does not. With `only`, no more than these variables are looked
    /// at.
    pub(super) fn fits(
        &self,
        values: &Values,
        only: Option<&BTreeSet<String>>,
        context: &mut Context,
    ) -> bool {
        let input = Input::Sealed(values);
        let now = context.clock.now();
        let subject = Subject::new(Some(&self.schema), &self.environment.name, None, input, &[], now);
        let mut found = check::errors(&subject).diagnostics;
        found.retain(|diagnostic| match (only, &diagnostic.variable) {
            (None, _) => true,
            (Some(only), Some(variable)) => only.contains(variable),
            (Some(_), None) => false,
        });
        for diagnostic in &found {
            context.ui.error(&diagnostic.message);
        }
        found.is_empty()
    }
}

/// Says which store an error is of.
pub(super) fn failed(target: Target<'_>) -> impl Fn(sync::Error) -> Error {
    move |error| match error {
        sync::Error::Store(error) => target.failed(error),
        error => error.into(),
    }
}

/// Refuses to show values to anything but a person.
pub(super) fn require_terminal_for(show_values: bool, context: &Context) -> Result<(), Error> {
    let json = context.globals.format == Format::Json;
    if show_values && (json || !context.ui.result_is_terminal()) {
        let help = "leave --show-values out, or ask for one value: envward get NAME";
        return Err(Error::usage_with_help("--show-values shows values on a terminal only", help));
    }
    Ok(())
}

/// Refuses to begin what would end at a question that cannot be asked.
pub(super) fn require_answer(
    command: &str,
    yes: bool,
    dry_run: bool,
    context: &Context,
) -> Result<(), Error> {
    if yes || dry_run || context.ui.can_ask() {
        return Ok(());
    }
    let message = format!("{command} asks before it writes, and nobody can be asked");
    Err(Error::usage_with_help(message, "--yes writes without asking, --dry-run only shows the plan"))
}

/// The JSON object about one store.
#[derive(Serialize)]
struct Report<'a> {
    version: u8,
    store: &'a str,
    environment: &'a str,
    /// Generation of the sealed file when both sides were last in step; null if that is not known.
    base: Option<u64>,
    changes: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    variable: &'a str,
    action: Action,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<By>,
}

/// The JSON object about one store, as a line.
pub(super) fn json_line<'a>(
    store: &str,
    local: &Local<'_>,
    seen: &Seen,
    changes: impl Iterator<Item = (&'a Change, Option<By>)>,
) -> String {
    let line = |(change, by): (&'a Change, Option<By>)| {
        let Change { variable, action } = change;
        Line { variable, action: *action, by }
    };
    let base = seen.base.as_ref().map(|base| base.generation);
    let environment = local.environment;
    let report = Report { version: 1, store, environment, base, changes: changes.map(line).collect() };
    serde_json::to_string(&report).expect("names and words are always JSON") + "\n"
}

/// Shows what a plan writes: by name, or with the values, which only a person is shown.
pub(super) fn show_plan(
    plan: &Plan,
    local: &Values,
    store: &Values,
    show_values: bool,
    context: &mut Context,
) -> Result<(), Error> {
    if !show_values {
        say_actions(&plan.changes, &mut context.ui);
        return Ok(());
    }
    let mut table = Table::new(&["ACTION", "VARIABLE", "LOCAL", "STORE"]);
    for change in plan.changes.iter().filter(|change| change.action != Action::Unchanged) {
        let Change { variable, action } = change;
        table.row([action.word(), variable, shown(local.get(variable)), shown(store.get(variable))]);
    }
    context.ui.result(&table.render()).map_err(Error::Output)
}

/// Says by name what happens to variables; not which stay as they are.
pub(super) fn say_actions(changes: &[Change], ui: &mut Ui) {
    for action in [Action::Create, Action::Update, Action::Delete, Action::Conflict] {
        let names = changes.iter().filter(|change| change.action == action);
        let names: Vec<String> = names.map(|change| change.variable.clone()).collect();
        ui.say_names(action.word(), &names);
    }
}

/// A value for a table that was asked for.
pub(super) fn shown(value: Option<&Secret>) -> &str {
    value.map(Secret::expose).unwrap_or_default()
}

/// Says what the store holds that is no variable.
pub(super) fn say_foreign(store: &str, seen: &Seen, context: &mut Context) {
    if !seen.foreign.is_empty() {
        let intro = format!("not of the schema, left alone in store {}", escape(store));
        context.ui.note_names(&intro, &seen.foreign);
    }
    if !seen.unusable.is_empty() {
        let intro = format!("store {} holds a list or an object, which no variable can be: ", escape(store));
        context.ui.warn(&names_after(&intro, &seen.unusable));
    }
}
