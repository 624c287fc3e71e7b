//! `envward generate`: print a strong secret.

use std::path::PathBuf;

use serde::Serialize;
use zeroize::Zeroizing;

use super::name;
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::generate::{Generated, Recipe, hash};
use crate::project::Project;
use crate::schema::{self, Schema, Source};
use crate::secret::Secret;
use crate::suggest::closest;
use crate::ui;

/// Arguments of `generate`.
#[derive(clap::Args)]
#[command(
    subcommand_value_name = "KIND",
    subcommand_help_heading = "Kinds",
    disable_help_subcommand = true,
    after_help = "Without a kind: 43 letters and digits, worth 256 bits, that need no quotes anywhere.\n\
                  The secret is printed on stdout and nothing else is; `envward generate KIND --help` shows \
                  what a kind can do."
)]
pub struct Args {
    /// What to make
    #[command(subcommand)]
    kind: Option<Kind>,

    /// Make what the schema says for this variable
    #[arg(long = "for", value_name = "NAME")]
    variable: Option<String>,

    /// Schema that says it: a file, or builtin:NAME [default: the project's]
    #[arg(long, value_name = "SCHEMA", requires = "variable")]
    schema: Option<String>,

    /// Write the public key or the certificate to this file
    #[arg(long, global = true, value_name = "FILE")]
    public_out: Option<PathBuf>,
}

/// What the command line can make: every recipe of a schema, and what needs a value.
#[derive(clap::Subcommand)]
enum Kind {
    #[command(flatten)]
    Recipe(Recipe),
    /// The bcrypt hash of a password, read from a prompt or from standard input
    Bcrypt {
        /// Logarithm of the number of rounds, from 10 to 16
        #[arg(long, value_name = "N", default_value_t = 12)]
        cost: u32,
    },
    /// The Argon2id hash of a password, read from a prompt or from standard input
    Argon2,
}

/// The result as JSON.
#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    public: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bits: Option<usize>,
}

/// Print a strong secret.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let json = context.globals.format == Format::Json;
    let generated = make(args, context)?;
    if let Some(path) = &args.public_out {
        let public = generated.public.as_deref().ok_or_else(no_public_part)?;
        fs::write_shared(&context.resolve(path), format!("{public}\n").as_bytes())?;
    }
    print(&generated, json, context)?;
    let for_people = matches!(args.kind, Some(Kind::Recipe(Recipe::Password(_) | Recipe::Passphrase(_))));
    match generated.bits.map(|bits| format!("strength: {bits} bits")) {
        Some(strength) if for_people => context.ui.say(&strength),
        Some(strength) => context.ui.detail(&strength),
        None => {}
    }
    Ok(ExitCode::Done)
}

fn make(args: &Args, context: &mut Context) -> Result<Generated, Error> {
    let now = context.clock.now();
    match (&args.kind, &args.variable) {
        (Some(_), Some(_)) => Err(Error::usage("--for takes the kind from the schema: leave the kind out")),
        (None, Some(variable)) => for_variable(variable, args.schema.as_deref(), context),
        (None, None) => Ok(Recipe::default().make(&mut context.rng, now)?),
        (Some(Kind::Recipe(recipe)), None) => Ok(recipe.make(&mut context.rng, now)?),
        (Some(Kind::Bcrypt { cost }), None) => {
            let password = password(context)?;
            Ok(hash::bcrypt(&password, *cost, &mut context.rng)?.into())
        }
        (Some(Kind::Argon2), None) => {
            let password = password(context)?;
            Ok(hash::argon2(&password, &mut context.rng)?.into())
        }
    }
}

fn password(context: &mut Context) -> Result<Secret, Error> {
    let password = context.ui.secret_from_stdin_or_prompt("password to hash")?;
    if password.is_empty() {
        return Err(Error::usage("the password to hash is empty"));
    }
    Ok(password)
}

fn for_variable(name: &str, schema: Option<&str>, context: &mut Context) -> Result<Generated, Error> {
    name::refuse_value(name)?;
    let schema = load_schema(schema, context)?;
    let Some(variable) = schema.vars.get(name) else {
        let message = format!("the schema has no variable {}", ui::escape(name));
        let close = closest(name, schema.vars.keys().map(String::as_str));
        return Err(match close {
            Some(close) => Error::usage_with_help(message, format!("did you mean {close}?")),
            None => Error::usage(message),
        });
    };
    let made = variable.make_value(&mut context.rng, context.clock.now())?;
    made.ok_or_else(|| {
        let help = match &variable.obtain {
            Some(obtain) => format!("get it from {}", ui::escape(obtain)),
            None => "give it a `generate` in the schema, or name a kind: envward generate --help".to_owned(),
        };
        Error::usage_with_help(format!("the schema does not say how to make {name}"), help)
    })
}

fn load_schema(name: Option<&str>, context: &Context) -> Result<Schema, Error> {
    match name {
        None => Ok(Project::require(context)?.schema()?),
        Some(name) => {
            let root = Project::find(context)?.map(|project| project.root);
            Ok(schema::load(&Source::named(name, &context.cwd, root.as_deref()))?)
        }
    }
}

fn no_public_part() -> Error {
    Error::usage_with_help(
        "what was asked for has no public part to write",
        "leave --public-out away: the key pairs, age, wireguard and tls have one",
    )
}

fn print(generated: &Generated, json: bool, context: &mut Context) -> Result<(), Error> {
    let value = generated.secret.expose();
    let public = generated.public.as_deref();
    let text = if json {
        let report = Report { version: 1, value, public, bits: generated.bits };
        let json = serde_json::to_string(&report).expect("text and numbers are always JSON");
        Zeroizing::new(json + "\n")
    } else {
        Zeroizing::new(format!("{value}\n"))
    };
    context.ui.result(&text).map_err(Error::Output)?;
    if let Some(public) = public.filter(|public| !public.contains('\n')) {
        context.ui.say(&format!("public key: {public}"));
    }
    Ok(())
}
