//! `envward rotation sync`: take into the ledger what is known elsewhere: entries that a CI job gave out, or what the
//! stores prove.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::commands::sealing::say_commit;
use crate::commands::store_access::stores_of;
use crate::commands::syncing::{Session, failed};
use crate::commands::{HUMAN, require_format};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::ledger::{self, Entry, Event, Ledger, Recorded};
use crate::project::{Environment, Project};
use crate::rotation::verification::KeysByEnvironment;
use crate::rotation::{Error as RotationError, intake};
use crate::schema::Grade;
use crate::seal::{self, Access};
use crate::sync::{self, Local, Observed};
use crate::ui::escape;

/// Arguments of `rotation sync`.
#[derive(clap::Args)]
#[command(
    after_help = "Without a file, asks the stores of the environment: a push that left its mark and that the ledger \
                  does not know is entered as observed, with the store's own time."
)]
pub struct Args {
    /// Files that --ledger-out wrote
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Takes in what is known elsewhere.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_format(HUMAN, context)?;
    if args.files.is_empty() {
        observe_stores(args.identity.as_deref(), context)
    } else {
        take_files(&args.files, args.identity.as_deref(), context)
    }
}

/// Takes in the entries of files: of all, or if anything speaks against one, of none.
fn take_files(files: &[PathBuf], identity: Option<&Path>, context: &mut Context) -> Result<ExitCode, Error> {
    let project = Project::require(context)?;
    let mut given: Vec<Recorded> = Vec::new();
    for file in files {
        let path = context.resolve(file);
        // A file that is not there is no empty one here.
        crate::fs::read(&path)?;
        given.extend_from_slice(Ledger::read(&path).map_err(RotationError::from)?.entries());
    }
    let names: BTreeSet<&str> = given.iter().map(|recorded| recorded.entry.environment.as_str()).collect();
    let environments: Vec<Environment> =
        names.into_iter().map(|name| project.environment_named(name)).collect::<Result<_, _>>()?;
    let mut access = Access::from_context(context, identity);
    let mut keys = KeysByEnvironment::new();
    for environment in &environments {
        keys.insert(environment.name.clone(), seal::project_keys(&project, environment, &mut access)?);
    }
    let now = context.clock.now();
    let taken = seal::take_in(&project, |ledger| intake::missing(ledger, given, &keys, now))?;
    match taken {
        Ok(count) => {
            context.ui.say(&format!("{} new in the ledger", entries(count)));
            say_commit(&project, &environments, context);
            Ok(ExitCode::Done)
        }
        Err(findings) => {
            for finding in &findings {
                context.ui.error(&finding.message);
            }
            context.ui.help("nothing was taken in; if this checkout is older, run: git pull");
            Ok(ExitCode::Findings)
        }
    }
}

fn entries(count: usize) -> String {
    if count == 1 { "1 entry is".to_owned() } else { format!("{count} entries are") }
}

/// Enters the pushes that the stores of the environment prove.
fn observe_stores(identity: Option<&Path>, context: &mut Context) -> Result<ExitCode, Error> {
    let session = Session::open(identity, context)?;
    let Some(opened) = session.holder.opened() else {
        return Err(seal::Error::Missing { path: session.environment.sealed.clone() }.into());
    };
    let local = session.local(context)?;
    let mut access = Access::from_context(context, identity);
    for name in stores_of(&session.project, &session.environment) {
        let target = session.target(name)?;
        let observed = target.with_store(context, |store, _| {
            sync::observe(&local, target.definition.names(), store).map_err(failed(target))
        })?;
        let shown = escape(name);
        match observed {
            None => context.ui.say(&format!("store {shown}: no push left a mark that is to be believed")),
            Some(observed) if !opened.descends_from(&observed.sealed)? => {
                let generation = observed.generation;
                context.ui.warn(&format!(
                    "store {shown}: generation {generation} was pushed, which this ledger does not know"
                ));
                context.ui.help("run: git pull");
            }
            Some(observed) if is_known(&observed, name, &local, &session.project)? => {
                context.ui.say(&format!("store {shown}: the ledger knows of its last push"));
            }
            Some(observed) => {
                enter(&observed, name, &session, &mut access)?;
                let version = escape(observed.version.as_str());
                context
                    .ui
                    .say(&format!("store {shown}: the push of version {version} is entered as observed"));
            }
        }
    }
    say_commit(&session.project, std::slice::from_ref(&session.environment), context);
    Ok(ExitCode::Done)
}

/// Whether the ledger has the push.
fn is_known(observed: &Observed, store: &str, local: &Local<'_>, project: &Project) -> Result<bool, Error> {
    let path = project.root.join(ledger::FILE_NAME);
    let ledger = Ledger::read(&path).map_err(RotationError::from)?;
    let is_push = |Recorded { entry, .. }: &Recorded| {
        matches!(entry.event, Event::Pushed | Event::Observed)
            && entry.environment == local.environment
            && entry.store.as_deref() == Some(store)
            && entry.store_version.as_deref() == Some(observed.version.as_str())
    };
    Ok(ledger.entries().iter().any(is_push))
}

fn enter(observed: &Observed, store: &str, session: &Session, access: &mut Access) -> Result<(), Error> {
    let entry = Entry {
        evidence: Some(Grade::B),
        fingerprints: observed.fingerprints.clone(),
        generation: observed.generation,
        sha256: observed.sealed.clone(),
        store: Some(store.to_owned()),
        store_time: observed.created.map(|at| at.to_string()),
        store_version: Some(observed.version.as_str().to_owned()),
        ..seal::note(&session.project, &session.environment, Event::Observed, access)
    };
    seal::record(&session.project, &session.environment, entry, None, access)?;
    Ok(())
}
