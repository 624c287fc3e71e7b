//! `envward recipients add`: wrap the data key and the project key to one more key.

use std::path::PathBuf;

use super::{environments, reseal_stores, say_other_remarks};
use crate::approvals::Claim;
use crate::commands::claims::{self, Question};
use crate::commands::sealing::say_commit;
use crate::commands::{HUMAN, name, require_format};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::manifest::ManifestEdit;
use crate::project::{Environment, Project};
use crate::seal::recipients::{Plugins, Recipient, canonical};
use crate::seal::{self, Access, Opened};
use crate::ui::escape;

/// Arguments of `recipients add`.
#[derive(clap::Args)]
#[command(
    after_help = "Without -e, in every environment. The person's `envward identity show` prints the key."
)]
pub struct Args {
    /// What the manifest calls the recipient
    #[arg(value_name = "NAME")]
    name: String,

    /// The public key: age1…, or an SSH key in quotes
    #[arg(value_name = "KEY")]
    key: String,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Lets someone open the sealed files.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_format(HUMAN, context)?;
    name::refuse_value(&args.name)?;
    let project = Project::require(context)?;
    let recipient = Recipient::parse(&args.key, Plugins::Allowed).map_err(seal::Error::from)?;
    let key = recipient.to_string();
    refuse_other_key(&project, &args.name, &key)?;
    confirm_plugin(&recipient, &args.name, &project, context)?;
    let environments = environments(&project, context)?;
    let mut manifest = ManifestEdit::open(&project.manifest_path())?;
    if !project.manifest.recipients.contains_key(&args.name) {
        manifest.set_recipient(&args.name, &key);
    }
    for environment in &environments {
        manifest.grant(&environment.name, &args.name);
    }
    manifest.check()?;
    // All are opened before the first is written, so that a missing identity changes nothing.
    let mut access = Access::from_context(context, args.identity.as_deref());
    let mut all: Vec<(&Environment, Opened)> = Vec::new();
    let mut differs = false;
    for environment in environments.iter().filter(|environment| fs::exists(&environment.sealed)) {
        let opened = seal::open(&project, environment, &mut access)?;
        differs |= say_other_remarks(&opened, &args.name, &key, context);
        all.push((environment, opened));
    }
    for (environment, opened) in &all {
        let mut recipients: Vec<String> = opened.recipients.iter().map(|key| canonical(key)).collect();
        if recipients.contains(&key) {
            context.ui.say(&format!("{}: {} can open it already", environment.name, args.name));
            continue;
        }
        recipients.push(key.clone());
        seal::set_recipients(opened, &recipients, &mut access, &mut context.rng)?;
        context.ui.say(&format!("{}: {} can open it now", environment.name, args.name));
        reseal_stores(&project, environment, args.identity.as_deref(), context)?;
    }
    manifest.save()?;
    for environment in environments.iter().filter(|environment| !fs::exists(&environment.sealed)) {
        context.ui.say(&format!("{}: not sealed yet; only the manifest was changed", environment.name));
    }
    say_commit(&project, &environments, context);
    Ok(ExitCode::from_findings(differs))
}

/// Wrapping to the key may run a program: asks once whether that is meant.
fn confirm_plugin(
    recipient: &Recipient,
    name: &str,
    project: &Project,
    context: &mut Context,
) -> Result<(), Error> {
    let Some(claim) = recipient.plugin().map(Claim::plugin) else { return Ok(()) };
    if claims::approvals(project, context)?.covers(&claim) {
        return Ok(());
    }
    let name = escape(name);
    let statement = format!("the key of {name} needs the program {}", escape(&claim.text));
    let otherwise =
        format!("name the key as {name} under [recipients] in envward.toml, and run: envward allow");
    let question = Question { statement: &statement, request: "run it", otherwise: &otherwise };
    claims::confirm(project, &[claim], &question, context)
}

/// A name means one key: another one under it would leave the old key in the files without a name.
fn refuse_other_key(project: &Project, name: &str, key: &str) -> Result<(), Error> {
    match project.manifest.recipients.get(name) {
        Some(known) if canonical(known.key()) != key => Err(Error::usage_with_help(
            format!("the manifest has another key for {name}"),
            format!("run `envward recipients remove {name}` first, or choose another name"),
        )),
        _ => Ok(()),
    }
}
