//! `envward audit aws`: the age of every secret of a region.

use super::stored::{self, Place};
use crate::context::Context;
use crate::env_vars;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::rng::Rng;
use crate::store::aws;

/// Arguments of `audit aws`.
#[derive(clap::Args)]
#[command(
    after_help = "Reads metadata, and no value: the date of a version says that something was written then, not that \
                  it was new (evidence D). Region and login are those of the AWS command line"
)]
pub struct Args {
    /// Only secrets whose names begin like this
    #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    prefix: String,

    #[command(flatten)]
    stored: stored::Args,
}

/// Shows the age of every secret.
pub(super) fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let inventory = aws::inventory(&args.prefix, &context.env, Rng::system(&context.env));
    let region = context.env.first([env_vars::AWS_REGION, env_vars::AWS_DEFAULT_REGION]);
    let region = region.map_or("default", |(_, region)| region).to_owned();
    let shown = format!("{}*", args.prefix);
    let place = Place { store: "aws", part: &region, shown: &shown };
    stored::run(&args.stored, place, inventory, context)
}
