//! `envward recipients remove`: new keys without one of the recipients, and the list of what that person has
//! seen. New keys protect what is sealed from now on; what was readable stays known and has to be changed.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{environments, reseal_stores, say_other_remarks};
use crate::cli::Format;
use crate::commands::exposing::{expose, say_due};
use crate::commands::name;
use crate::commands::sealing::say_commit;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::git::Git;
use crate::manifest::ManifestEdit;
use crate::project::{Environment, Project};
use crate::seal::exposure::{Exposure, exposure};
use crate::seal::recipients::{Plugins, Recipient, canonical};
use crate::seal::{self, Access, Opened};
use crate::ui::{Table, Ui};

/// Arguments of `recipients remove`.
#[derive(clap::Args)]
#[command(after_help = "Without -e, in every environment. Formats: human, json.")]
pub struct Args {
    /// What the manifest calls the recipient
    #[arg(value_name = "NAME")]
    name: String,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// What a person could open, as JSON.
#[derive(Serialize)]
struct Report {
    version: u32,
    recipient: String,
    complete: bool,
    variables: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    environment: String,
    variable: String,
    first: String,
    last: String,
}

/// Shuts someone out.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let as_json = context.globals.format == Format::Json;
    name::refuse_value(&args.name)?;
    let project = Project::require(context)?;
    let environments = environments(&project, context)?;
    let key = key_of(&project, &args.name)?;
    let manifest = edited(&project, &environments, &args.name, context)?;
    let mut access = Access::from_context(context, args.identity.as_deref());
    let mut leaving: Vec<(&Environment, Opened, Vec<String>)> = Vec::new();
    let mut found = false;
    for environment in environments.iter().filter(|environment| fs::exists(&environment.sealed)) {
        let opened = seal::open(&project, environment, &mut access)?;
        found |= say_other_remarks(&opened, &args.name, &key.to_string(), context);
        let (remaining, expired) = remaining(&opened, &key, environment, &project, context)?;
        found |= expired;
        leaving.push((environment, opened, remaining));
    }
    refuse_last(&environments, &args.name)?;
    if leaving.iter().any(|(_, _, remaining)| access.is_shut_out(&key, remaining)) {
        confirm_own(&args.name, &mut context.ui)?;
    }
    let git = Git::discover(&project.root, &context.env);
    let mut report = Report::new(&args.name);
    for (environment, opened, remaining) in &leaving {
        // Before the file is written: afterwards it is no longer wrapped to the key.
        let sealed = fs::read(&environment.sealed)?;
        let known: Vec<String> = opened.values.keys().cloned().collect();
        let found = exposure(git.as_ref(), environment, &sealed, &known, &key, context.clock.now())?;
        report.add(&environment.name, &found);
        // Before the keys change too: who shuts himself out could not write it any more.
        let known: Vec<String> = found.variables.into_keys().collect();
        expose(&project, environment, known, &format!("left: {}", args.name), &mut access)?;
        shut_out(opened, remaining, &args.name, &environment.name, &mut access, context)?;
        reseal_stores(&project, environment, args.identity.as_deref(), context)?;
    }
    for environment in environments.iter().filter(|environment| has_key_alone(environment, &key)) {
        if seal::rekey_unsealed(&project, environment, &key, &mut access, &mut context.rng)? {
            context.ui.say(&format!("{}: new project key, without {}", environment.name, args.name));
        }
    }
    manifest.save()?;
    if git.is_none() {
        context.ui.note("this is no git repository: only the present files were looked at");
    }
    print(&report, as_json, context)?;
    if !report.variables.is_empty() {
        say_due(&project, context);
    }
    say_commit(&project, &environments, context);
    Ok(ExitCode::from_findings(found || !report.complete))
}

/// The public key of a name of the manifest.
fn key_of(project: &Project, name: &str) -> Result<Recipient, Error> {
    let Some(definition) = project.manifest.recipients.get(name) else {
        let known = project.manifest.recipients.keys().map(String::as_str);
        let help = crate::suggest::closest(name, known).map_or_else(
            || "`envward recipients list` shows their names".to_owned(),
            |known| format!("did you mean {known:?}?"),
        );
        return Err(Error::usage_with_help(format!("the manifest has no recipient {name:?}"), help));
    };
    Ok(Recipient::parse(definition.key(), Plugins::Allowed).map_err(seal::Error::from)?)
}

/// The manifest without the name in these environments; the key itself goes when no other uses it.
fn edited(
    project: &Project,
    environments: &[Environment],
    name: &str,
    context: &Context,
) -> Result<ManifestEdit, Error> {
    let mut manifest = ManifestEdit::open(&project.manifest_path())?;
    for environment in environments {
        manifest.revoke(&environment.name, name);
    }
    let still_used = project.manifest.environments.iter().any(|(environment, definition)| {
        !environments.iter().any(|left| left.name == *environment)
            && definition.recipients.iter().any(|recipient| recipient == name)
    });
    if context.globals.env.is_none() || !still_used {
        manifest.remove_recipient(name);
    }
    manifest.check()?;
    Ok(manifest)
}

/// Whether nothing is sealed to the key yet and it may open the project key.
fn has_key_alone(environment: &Environment, key: &Recipient) -> bool {
    let is_named = environment.recipients.iter().any(|(_, other)| canonical(other) == key.to_string());
    is_named && !fs::exists(&environment.sealed) && fs::exists(&environment.project_key)
}

/// Who can still open the file: neither the one who leaves nor a recipient whose time is over; and whether there
/// is one of those.
fn remaining(
    opened: &Opened,
    key: &Recipient,
    environment: &Environment,
    project: &Project,
    context: &mut Context,
) -> Result<(Vec<String>, bool), Error> {
    let today = context.clock.now().to_zoned(TimeZone::UTC).date();
    let mut remaining: Vec<String> = opened.recipients.iter().map(|key| canonical(key)).collect();
    remaining.retain(|other| *other != key.to_string());
    let mut expired = false;
    for (name, definition) in &project.manifest.recipients {
        let over = definition.expires().filter(|last| *last < today);
        if let Some(last) = over
            && remaining.contains(&canonical(definition.key()))
        {
            remaining.retain(|other| *other != canonical(definition.key()));
            context.ui.warn(&format!("{}: not sealed to {name}, which expired on {last}", environment.name));
            expired = true;
        }
    }
    if remaining.is_empty() {
        return Err(nobody_left(environment));
    }
    Ok((remaining, expired))
}

/// Also where nothing is sealed yet, nothing could be sealed without a recipient.
fn refuse_last(environments: &[Environment], name: &str) -> Result<(), Error> {
    let is_last = |environment: &&Environment| {
        let mut names = environment.recipients.iter().map(|(other, _)| other.as_str()).peekable();
        names.peek().is_some() && names.all(|other| other == name)
    };
    environments.iter().find(is_last).map_or(Ok(()), |environment| Err(nobody_left(environment)))
}

fn nobody_left(environment: &Environment) -> Error {
    Error::usage_with_help(
        format!("nobody would be left who can open {}", environment.name),
        "add someone first: envward recipients add NAME KEY",
    )
}

/// Asks before users shut themselves out; where nobody can be asked, it is refused.
fn confirm_own(name: &str, ui: &mut Ui) -> Result<(), Error> {
    let refused = || {
        Error::usage_with_help(
            format!("{name} is your own key: you could no longer open what you seal; nothing was changed"),
            format!("let another recipient run: envward recipients remove {name}"),
        )
    };
    if !ui.can_ask() {
        return Err(refused());
    }
    ui.warn(&format!("{name} is your own key: you will no longer be able to open these files"));
    if ui.confirm("remove it all the same?")? { Ok(()) } else { Err(refused()) }
}

/// Gives the file new keys.
fn shut_out(
    opened: &Opened,
    remaining: &[String],
    name: &str,
    environment: &str,
    access: &mut Access,
    context: &mut Context,
) -> Result<(), Error> {
    if opened.recipients.iter().all(|key| remaining.contains(&canonical(key))) {
        context.ui.say(&format!("{environment}: {name} could not open it"));
        return Ok(());
    }
    seal::set_recipients(opened, remaining, access, &mut context.rng)?;
    context.ui.say(&format!("{environment}: new data key and new project key, without {name}"));
    Ok(())
}

impl Report {
    fn new(recipient: &str) -> Self {
        Self { version: 1, recipient: recipient.to_owned(), complete: true, variables: Vec::new() }
    }

    fn add(&mut self, environment: &str, exposure: &Exposure) {
        self.complete &= exposure.complete;
        self.variables.extend(exposure.variables.iter().map(|(variable, span)| Row {
            environment: environment.to_owned(),
            variable: variable.clone(),
            first: day(span.first),
            last: day(span.last),
        }));
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

fn print(report: &Report, as_json: bool, context: &mut Context) -> Result<(), Error> {
    if as_json {
        let text = serde_json::to_string(report).expect("names and dates are valid JSON");
        return context.ui.result(&format!("{text}\n")).map_err(Error::Output);
    }
    let name = &report.recipient;
    if !report.variables.is_empty() {
        let mut table = Table::new(&["ENVIRONMENT", "VARIABLE", "FIRST", "LAST"]);
        for row in &report.variables {
            table.row([&row.environment, &row.variable, &row.first, &row.last]);
        }
        let least = if report.complete { "" } else { "at least " };
        context.ui.warn(&format!("{name} could open {least}these; change their values where they are used"));
        context.ui.result(&table.render()).map_err(Error::Output)?;
    }
    if !report.complete {
        context.ui.warn("this clone is shallow, so older commits could not be looked at");
        context.ui.help("run `git fetch --unshallow` before you remove someone");
    }
    Ok(())
}
