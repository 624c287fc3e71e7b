//! `envward seal`: take the changes of the env file into the sealed file.

use std::path::{Path, PathBuf};

use super::name;
use super::sealing::{list, say_commit, say_remarks, say_written, shown, warn_unfit};
use super::take::TakeArgs;
use crate::context::Context;
use crate::dotenv::Document;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::git::Git;
use crate::manifest::SealFormat;
use crate::merge::{Merge, Side, Take};
use crate::project::{Environment, Project};
use crate::seal::{self, Access, Changes, Layout, Opened, WorkingCopy};
use crate::ui::escape;

/// Arguments of `seal`.
#[derive(clap::Args)]
#[command(
    after_help = "Comment lines go along, encrypted, with the variables they stand above. Comments after a value \
                  stay in the env file."
)]
pub struct Args {
    /// An env file outside of any project, sealed into the file of -o
    #[arg(requires = "output", conflicts_with_all = ["prune", "take", "reveal", "adopt"])]
    file: Option<PathBuf>,

    /// The sealed file to write; a name that ends in .age makes an age file
    #[arg(short, long, value_name = "FILE", requires = "file")]
    output: Option<PathBuf>,

    /// A public key that can open the new file: age1…, ssh-ed25519 … (again for more)
    #[arg(short, long = "recipient", value_name = "KEY", requires = "file")]
    recipients: Vec<String>,

    /// Remove what was removed from the env file
    #[arg(long)]
    prune: bool,

    #[command(flatten)]
    take: TakeArgs,

    /// Store this variable readable, which the schema calls not secret (again for more)
    #[arg(long, value_name = "NAME")]
    reveal: Vec<String>,

    /// Show by name what another tool changed in the sealed file, and take it in
    #[arg(long, conflicts_with_all = ["prune", "take", "reveal"])]
    adopt: bool,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Take the changes of the env file into the sealed file.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    args.reveal.iter().try_for_each(|argument| name::refuse_value(argument))?;
    let mut access = Access::from_context(context, args.identity.as_deref());
    if let (Some(file), Some(output)) = (&args.file, &args.output) {
        return seal_file(file, output, &args.recipients, &mut access, context);
    }
    let project = Project::require(context)?;
    let environment = project.environment(context)?;
    warn_if_ignored(&project, &environment, context);
    if args.adopt {
        return adopt(&project, &environment, &mut access, context);
    }
    if fs::exists(&environment.sealed) {
        seal_changes(args, &project, &environment, &mut access, context)
    } else {
        seal_first(args, &project, &environment, &mut access, context)
    }
}

/// The first seal of an environment: everything that the env file has.
fn seal_first(
    args: &Args,
    project: &Project,
    environment: &Environment,
    access: &mut Access,
    context: &mut Context,
) -> Result<ExitCode, Error> {
    if !args.reveal.is_empty() {
        return Err(seal::Error::Missing { path: environment.sealed.clone() }.into());
    }
    let document = Document::read(&environment.env_file)?;
    let schema = project.schema()?;
    let lines = seal::lines(&document);
    let written = seal::create(project, environment, lines, Some(&schema), access, &mut context.rng)?;
    say_written(&written, &environment.sealed, context);
    warn_unfit(&document.values(), &schema, &environment.name, context);
    say_commit(project, std::slice::from_ref(environment), context);
    Ok(ExitCode::from_findings(written.has_findings()))
}

/// Takes what changed in the env file since it was last in step.
fn seal_changes(
    args: &Args,
    project: &Project,
    environment: &Environment,
    access: &mut Access,
    context: &mut Context,
) -> Result<ExitCode, Error> {
    let opened = seal::open(project, environment, access)?;
    let take = args.take.decision()?;
    let copy = WorkingCopy::read(&opened)?;
    if copy.is_none() && args.reveal.is_empty() {
        // Says which file is missing.
        Document::read(&environment.env_file)?;
    }
    let merge = copy.as_ref().map(|copy| copy.decide(&opened.values, take.as_ref())).transpose()?;
    let merge = merge.unwrap_or_default();
    let mut changes = copy.as_ref().map_or_else(Changes::default, |copy| copy.changes(&merge, args.prune));
    changes.reveal.extend(args.reveal.iter().cloned());
    let schema = project.schema()?;
    let written = seal::write(&opened, &changes, Some(&schema), access, &mut context.rng)?;
    settle(&opened, &merge, take.as_ref(), access)?;
    say_written(&written, &environment.sealed, context);
    say_left(&merge, args.prune, context);
    warn_unfit(&changes.values(&opened)?, &schema, &environment.name, context);
    let revealable = seal::revealable(&opened, &schema);
    let hidden: Vec<String> = revealable.into_iter().filter(|name| !args.reveal.contains(name)).collect();
    if !hidden.is_empty() {
        context.ui.detail(&format!("encrypted although not secret by the schema: {}", list(&hidden)));
    }
    Ok(ExitCode::from_findings(written.has_findings()))
}

/// Where the sealed side won, the env file's value is the old one from now on.
fn settle(opened: &Opened, merge: &Merge, take: Option<&Take>, access: &Access) -> Result<(), Error> {
    if !take.is_some_and(|take| take.side == Side::Theirs) {
        return Ok(());
    }
    if let Some(mut copy) = WorkingCopy::read(opened)? {
        let names = [merge.theirs.as_slice(), &merge.theirs_removed].concat();
        copy.settle(&names, &opened.values, false);
        copy.save(opened, access)?;
    }
    Ok(())
}

/// Says what differs still, and what to do about it.
fn say_left(merge: &Merge, prune: bool, context: &mut Context) {
    if !merge.ours_removed.is_empty() && !prune {
        context.ui.note_names("not in the env file, kept in the sealed file", &merge.ours_removed);
        context.ui.help("remove them with --prune, or bring them back with: envward unseal");
    }
    let newer = [merge.theirs.as_slice(), &merge.theirs_removed].concat();
    if !newer.is_empty() {
        context.ui.note_names("newer in the sealed file", &newer);
        context.ui.help("take them into the env file with: envward unseal");
    }
}

fn adopt(
    project: &Project,
    environment: &Environment,
    access: &mut Access,
    context: &mut Context,
) -> Result<ExitCode, Error> {
    let adopted = seal::adopt(project, environment, access, &mut context.rng)?;
    let file = shown(&environment.sealed, context);
    context.ui.say(&format!("adopted {file}, generation {}", adopted.generation));
    context.ui.say_names("added", &adopted.added);
    context.ui.say_names("changed", &adopted.changed);
    context.ui.say_names("removed", &adopted.removed);
    if adopted.added.is_empty() && adopted.changed.is_empty() && adopted.removed.is_empty() {
        context.ui.say("  no value differs from what the ledger knows");
    }
    say_remarks(&adopted.remarks, &mut context.ui);
    Ok(ExitCode::from_findings(adopted.remarks.iter().any(seal::Remark::is_finding)))
}

/// Seals an env file into a file of its own; an existing one takes what differs.
fn seal_file(
    file: &Path,
    output: &Path,
    recipients: &[String],
    access: &mut Access,
    context: &mut Context,
) -> Result<ExitCode, Error> {
    let document = Document::read(&context.resolve(file))?;
    let output = context.resolve(output);
    let written = if fs::exists(&output) {
        if !recipients.is_empty() {
            return Err(Error::usage_with_help(
                format!("{} exists already, with recipients of its own", shown(&output, context)),
                "leave --recipient away to write what changed, or remove the file first",
            ));
        }
        let opened = seal::open_bare(&output, access)?;
        let mut changes: Changes = document.values().into_iter().collect();
        changes.layout = opened.hides_comments().then(|| Layout::of(&document));
        seal::write(&opened, &changes, None, access, &mut context.rng)?
    } else {
        let format = match output.extension() {
            Some(extension) if extension == "age" => SealFormat::Age,
            _ => SealFormat::Sops,
        };
        let lines = seal::lines(&document);
        seal::create_bare(&output, format, lines, recipients, access, &mut context.rng)?
    };
    say_written(&written, &output, context);
    Ok(ExitCode::Done)
}

/// A sealed file that git ignores is never committed, and lost with this checkout.
fn warn_if_ignored(project: &Project, environment: &Environment, context: &mut Context) {
    let Some(git) = Git::discover(&project.root, &context.env) else { return };
    for path in [&environment.sealed, &environment.project_key] {
        if git.ignores(path).unwrap_or(false) {
            let file = shown(path, context);
            context.ui.warn(&format!("git ignores {file}, so it would never be committed"));
            context.ui.help(&format!("add a line to .gitignore: !{}", escape(&file)));
        }
    }
}
