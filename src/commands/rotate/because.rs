//! `envward rotate --because`: mark what someone knows who left, or what leaked, as due.

use std::collections::BTreeSet;

use super::Args;
use crate::commands::exposing::{expose, say_due};
use crate::commands::rotation::known;
use crate::commands::sealing::{say_commit, say_remarks};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::git::Git;
use crate::manifest::Manifest;
use crate::project::{Environment, Project};
use crate::seal::exposure::exposure;
use crate::seal::recipients::{Plugins, Recipient};
use crate::seal::{self, Access};
use crate::ui::{PromptError, escape};

/// Why values have to be replaced.
enum Reason<'a> {
    /// Someone left: what their key could open in any commit.
    Left(&'a str),
    /// Something leaked.
    Leaked,
}

/// Marks variables as due.
pub(super) fn run(because: &str, args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let project = Project::require(context)?;
    known(&args.names, &project.schema()?)?;
    match reason(because)? {
        Reason::Left(who) => left(because, who, &args.names, &project, args, context),
        Reason::Leaked => leaked(because, &project, args, context),
    }
}

fn reason(because: &str) -> Result<Reason<'_>, Error> {
    let parts = because.split_once(':').map(|(word, rest)| (word, rest.trim()));
    match parts {
        Some(("left", who)) if !who.is_empty() => Ok(Reason::Left(who)),
        Some(("leaked", what)) if !what.is_empty() => Ok(Reason::Leaked),
        _ => Err(Error::usage_with_help(
            "--because is `left: NAME` or `leaked: WHERE`",
            "such as --because \"left: alice\" or --because \"leaked: log of a CI job\"",
        )),
    }
}

/// Whether what became known for that reason leaked: anyone may have it, not only someone who was meant to.
pub(super) fn is_leak(because: &str) -> bool {
    matches!(reason(because), Ok(Reason::Leaked))
}

/// Everything that the keys of someone could open in any commit, or of that what was named.
fn left(
    because: &str,
    who: &str,
    names: &[String],
    project: &Project,
    args: &Args,
    context: &mut Context,
) -> Result<ExitCode, Error> {
    let git = Git::discover(&project.root, &context.env);
    let keys = keys_of(who, project, git.as_ref())?;
    let mut access = Access::from_context(context, args.identity.as_deref());
    let (mut complete, mut marked) = (true, Vec::new());
    for environment in environments(project, context)? {
        let opened = seal::open(project, &environment, &mut access)?;
        say_remarks(&opened.remarks, &mut context.ui);
        let present: Vec<String> = opened.values.keys().cloned().collect();
        let sealed = fs::read(&environment.sealed)?;
        let mut exposed = BTreeSet::new();
        for key in &keys {
            let found = exposure(git.as_ref(), &environment, &sealed, &present, key, context.clock.now())?;
            complete &= found.complete;
            exposed.extend(found.variables.into_keys());
        }
        exposed.retain(|name| names.is_empty() || names.contains(name));
        let exposed: Vec<String> = exposed.into_iter().collect();
        if opened.recipients.iter().any(|recipient| keys.iter().any(|key| key.to_string() == *recipient)) {
            context.ui.warn(&format!("{}: {} can still open it", environment.name, escape(who)));
            context.ui.help(&format!("shut them out: envward recipients remove {}", escape(who)));
        }
        mark(because, &exposed, project, &environment, &mut access, context)?;
        marked.push(environment);
    }
    if !complete {
        context.ui.warn("this clone is shallow: at least these, since older commits could not be looked at");
        context.ui.help("run `git fetch --unshallow`, and this command again");
    }
    say_due(project, context);
    say_commit(project, &marked, context);
    Ok(ExitCode::from_findings(!complete))
}

/// The sealed environment of `-e`, else every one: whoever leaves does so everywhere.
fn environments(project: &Project, context: &Context) -> Result<Vec<Environment>, Error> {
    let names = match &context.globals.env {
        Some(name) => vec![name],
        None => project.manifest.environments.keys().collect(),
    };
    let environments: Vec<Environment> =
        names.into_iter().map(|name| project.environment_named(name)).collect::<Result<_, _>>()?;
    Ok(environments.into_iter().filter(|environment| fs::exists(&environment.sealed)).collect())
}

/// The public key that was named, or every one that the manifest had for that name in any commit.
fn keys_of(who: &str, project: &Project, git: Option<&Git>) -> Result<Vec<Recipient>, Error> {
    if let Ok(key) = Recipient::parse(who, Plugins::Allowed) {
        return Ok(vec![key]);
    }
    let path = project.manifest_path();
    let mut keys: BTreeSet<String> = BTreeSet::new();
    let mut add = |manifest: &Manifest| {
        keys.extend(manifest.recipients.get(who).map(|recipient| recipient.key().to_owned()));
    };
    add(&project.manifest);
    if let Some(git) = git {
        for revision in git.revisions(&path)? {
            let text =
                git.show_file(&revision.commit, &path)?.and_then(|bytes| String::from_utf8(bytes).ok());
            // A manifest that cannot be read any more names nobody.
            if let Some(manifest) = text.and_then(|text| Manifest::parse(&text, &path).ok()) {
                add(&manifest);
            }
        }
    }
    let keys: Vec<Recipient> =
        keys.iter().filter_map(|key| Recipient::parse(key, Plugins::Allowed).ok()).collect();
    if keys.is_empty() {
        let help = "name them as envward.toml did in any commit, or give the public key";
        return Err(Error::usage_with_help(format!("no commit has a recipient {:?}", escape(who)), help));
    }
    Ok(keys)
}

/// The variables that were named, or every secret one of the environment.
fn leaked(because: &str, project: &Project, args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let environment = project.environment(context)?;
    let mut access = Access::from_context(context, args.identity.as_deref());
    let opened = seal::open(project, &environment, &mut access)?;
    say_remarks(&opened.remarks, &mut context.ui);
    let schema = project.schema()?;
    let is_secret = |name: &&String| schema.vars.get(*name).is_none_or(|variable| variable.secret);
    let names: Vec<String> = if args.names.is_empty() {
        opened.values.keys().filter(is_secret).cloned().collect()
    } else {
        args.names.clone()
    };
    if args.names.is_empty() && !args.yes {
        if !context.ui.can_ask() {
            let help = "name those that leaked, or mark all with --yes";
            return Err(Error::usage_with_help("nobody can be asked whether every secret leaked", help));
        }
        let question = format!("mark all {} secrets of {} as leaked?", names.len(), environment.name);
        if !context.ui.confirm(&question)? {
            return Err(PromptError::Declined.into());
        }
    }
    mark(because, &names, project, &environment, &mut access, context)?;
    say_due(project, context);
    say_commit(project, std::slice::from_ref(&environment), context);
    Ok(ExitCode::Done)
}

fn mark(
    because: &str,
    names: &[String],
    project: &Project,
    environment: &Environment,
    access: &mut Access,
    context: &mut Context,
) -> Result<(), Error> {
    if names.is_empty() {
        context.ui.say(&format!("{}: nothing to mark", environment.name));
        return Ok(());
    }
    expose(project, environment, names.to_vec(), because, access)?;
    context.ui.say(&format!("{}: marked as due", environment.name));
    context.ui.say_names("exposed", names);
    Ok(())
}
