//! `envward audit vault`: the age of every secret of a KV engine.

use super::stored::{self, Place};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::rng::Rng;
use crate::store::vault;

/// Arguments of `audit vault`.
#[derive(clap::Args)]
#[command(
    after_help = "Reads metadata, and no value: the date of a version says that something was written then, not that \
                  it was new (evidence D). The address and the token are those of VAULT_ADDR and VAULT_TOKEN, or of \
                  BAO_ADDR and BAO_TOKEN"
)]
pub struct Args {
    /// Only what lies below this path
    #[arg(value_name = "PATH")]
    path: Option<String>,

    /// Where the KV engine is mounted
    #[arg(long, value_name = "MOUNT")]
    mount: String,

    #[command(flatten)]
    stored: stored::Args,
}

/// Shows the age of every secret.
pub(super) fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let path = args.path.as_deref();
    let inventory = vault::inventory(&args.mount, path, &context.env, Rng::system(&context.env));
    let shown = path.map_or_else(|| args.mount.clone(), |path| format!("{}/{path}", args.mount));
    let place = Place { store: "vault", part: &args.mount, shown: &shown };
    stored::run(&args.stored, place, inventory, context)
}
