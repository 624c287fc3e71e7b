//! `envward identity`: make, show or import the private key that opens sealed files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::seal::identity::{self, Identities, Identity, Kept, Questions};
use crate::seal::{self, keyring};
use crate::secret::Secret;
use crate::ui::{Prompter, escape};

/// Arguments of `identity`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make a new identity and print its public key
    #[command(
        after_help = "It is kept in the OS keyring, or where there is none in a key file that only you can \
                            read. An identity you already have is never overwritten."
    )]
    New,
    /// Print the public key, to be added by someone who can open the files
    Show {
        /// Print the private key instead
        #[arg(long)]
        secret: bool,

        /// Private key file to look at [default: your own identity]
        #[arg(long, value_name = "FILE")]
        identity: Option<PathBuf>,
    },
    /// Take an age identity from a key file
    #[command(after_help = "Reads what age-keygen wrote, also under a passphrase.")]
    Import {
        /// Key file [default: standard input, or a prompt on a terminal]
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// Make, show or import the private key that opens sealed files.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    match &args.action {
        Action::New => {
            let (secret, public) = identity::new_identity(context)?;
            keep(&secret, &public, context)?;
        }
        Action::Show { secret, identity } => show(*secret, identity.as_deref(), context)?,
        Action::Import { file } => import(file.as_deref(), context)?,
    }
    Ok(ExitCode::Done)
}

/// Keeps an identity, says where, and prints its public key.
fn keep(secret: &Secret, public: &str, context: &mut Context) -> Result<(), Error> {
    match identity::keep(secret, public, context).map_err(seal::Error::from)? {
        Kept::Keyring => context.ui.say("the identity is in the OS keyring"),
        Kept::File(path) => {
            let path = escape(&path.display().to_string()).into_owned();
            context.ui.say(&format!("the identity is in {path}, which only you can read"));
            if !keyring::is_off(&context.env) {
                context.ui.note("this machine has no OS keyring that answers");
            }
        }
    }
    print(public, context)
}

fn show(secret: bool, file: Option<&Path>, context: &mut Context) -> Result<(), Error> {
    let mut identities = Identities::from_user(file, context);
    let (origin, identities) = identities.first().map_err(seal::Error::from)?;
    context.ui.detail(&format!("from {origin}"));
    for identity in identities {
        let text = if secret {
            identity.secret().map(|secret| Zeroizing::new(secret.expose().to_owned()))
        } else {
            identity.public().map(Zeroizing::new)
        };
        let text = text.ok_or_else(|| not_shown(identity, origin))?;
        print(&text, context)?;
    }
    Ok(())
}

fn not_shown(identity: &Identity, origin: &str) -> Error {
    match identity {
        Identity::Ssh(_) => Error::usage_with_help(
            format!("{origin} is an SSH key, which has no one-line form"),
            "it is used where it lies",
        ),
        _ => Error::usage_with_help(
            format!("{origin} holds a plugin's identity, which does not tell its public key"),
            "the plugin printed it when it made the identity",
        ),
    }
}

fn import(file: Option<&Path>, context: &mut Context) -> Result<(), Error> {
    let (text, origin) = if let Some(file) = file {
        let path = context.resolve(file);
        (
            identity::read_key_file(&path).map_err(seal::Error::from)?,
            escape(&path.display().to_string()).into_owned(),
        )
    } else {
        let key = context.ui.secret_from_stdin_or_prompt("private key")?;
        (Zeroizing::new(key.expose().as_bytes().to_vec()), "what was given".to_owned())
    };
    let prompter: Arc<dyn Questions> = Arc::new(Prompter::new(context.globals.no_input));
    let identities = identity::parse(&text, &origin, &prompter).map_err(seal::Error::from)?;
    let [identity] = identities.as_slice() else {
        return Err(Error::usage(format!("{origin} holds {} identities; import one", identities.len())));
    };
    match (identity.secret(), identity.public()) {
        (Some(secret), Some(public)) => keep(&secret, &public, context),
        _ => Err(Error::usage_with_help(
            format!("{origin} is not an age key; SSH keys and plugins are used where they lie"),
            "name it with --identity or ENVWARD_IDENTITY",
        )),
    }
}

fn print(line: &str, context: &mut Context) -> Result<(), Error> {
    let line = Zeroizing::new(format!("{line}\n"));
    context.ui.result(&line).map_err(Error::Output)
}
