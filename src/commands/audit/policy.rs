//! `envward audit policy`: the least that a login has to be allowed.

use super::super::{HUMAN, require_format};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::store::{self, Policy};

/// Arguments of `audit policy`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    store: Kind,
}

#[derive(clap::Subcommand)]
enum Kind {
    /// For `audit vault` on HashiCorp Vault, in HCL
    #[cfg(feature = "vault")]
    Vault(Kv),
    /// For `audit vault` on OpenBao, in HCL: one request for all of it
    #[cfg(feature = "vault")]
    Openbao(Kv),
    /// For `audit aws`, as an IAM policy
    #[cfg(feature = "aws")]
    Aws(Names),
}

#[cfg(feature = "vault")]
#[derive(clap::Args)]
struct Kv {
    /// Only what lies below this path
    #[arg(value_name = "PATH")]
    path: Option<String>,

    /// Where the KV engine is mounted
    #[arg(long, value_name = "MOUNT", default_value = "secret")]
    mount: String,
}

#[cfg(feature = "aws")]
#[derive(clap::Args)]
struct Names {
    /// Only secrets whose names begin like this
    #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    prefix: String,
}

/// Prints the policy.
pub(super) fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_format(HUMAN, context)?;
    let Policy { text, .. } = policy(&args.store, context).map_err(|error| refused(&error))?;
    context.ui.result(&text).map_err(Error::Output)?;
    Ok(ExitCode::Done)
}

#[cfg_attr(not(feature = "aws"), expect(unused_variables, reason = "AWS alone needs to know the region"))]
fn policy(kind: &Kind, context: &Context) -> Result<Policy, store::Error> {
    match kind {
        #[cfg(feature = "vault")]
        Kind::Vault(Kv { path, mount }) => store::vault::audit_policy(mount, path.as_deref(), false),
        #[cfg(feature = "vault")]
        Kind::Openbao(Kv { path, mount }) => store::vault::audit_policy(mount, path.as_deref(), true),
        #[cfg(feature = "aws")]
        Kind::Aws(Names { prefix }) => store::aws::audit_policy(prefix, &context.env),
    }
}

/// What was typed cannot be in a policy.
fn refused(error: &store::Error) -> Error {
    Error::Usage { message: error.to_string(), help: error.hint() }
}
