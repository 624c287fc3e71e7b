//! `envward init`: write envward.toml and a schema from what the project already has.

mod ask_git;
mod ignore;
mod inferred;

use std::path::{Component, Path, PathBuf};

use zeroize::Zeroizing;

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::git::Git;
use crate::manifest::{self, NewManifest, slug};
use crate::project::Project;
use crate::schema::{self, Schema, Source, builtin};
use crate::seal::identity::{self, Identities, Kept};
use crate::ui::{escape, names_after};
use crate::{env_vars, fs, seal};

pub(super) use ignore::with_lines;

/// The environment of a new manifest.
const ENVIRONMENT: &str = "production";

/// Where schemas lie in a project.
const SCHEMAS: &str = "schemas";

/// The files that get rules for what lies in a project.
pub(super) const RULE_FILES: [&str; 3] = [".gitignore", ".dockerignore", ".gitattributes"];

/// Arguments of `init`.
#[derive(clap::Args)]
pub struct Args {
    /// The schema: a file, which is copied with what it extends, or builtin:NAME [default: inferred from env examples,
    /// guides, compose files and code]
    #[arg(long, value_name = "FILE|builtin:NAME")]
    schema: Option<String>,
}

/// Write envward.toml and a schema from what the project already has.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let home = context.env.get_os(env_vars::HOME).map(Path::new);
    if let Some(manifest) = manifest::discover(&context.cwd, home)? {
        return Err(Error::usage_with_help(
            format!("{} is there already; nothing was changed", shown(&manifest, context)),
            "next: envward bootstrap",
        ));
    }
    let git = Git::discover(&context.cwd, &context.env);
    // Everything that can be refused is looked at before the first file is written.
    let (schema_path, copies) = match args.schema.as_deref() {
        Some(name) => named(name, context)?,
        None => inferred::schema(context)?,
    };
    let recipient = recipient_name(git.as_ref())?;
    let key = public_key(context)?;

    for (path, text) in &copies {
        write_new(path, text.as_bytes(), context)?;
    }
    let schema = schema::load(&Source::named(&schema_path, &context.cwd, None))?;
    write_rules(context)?;
    let text = NewManifest {
        project: &project_name(context, &schema),
        schema: &schema_path,
        environment: ENVIRONMENT,
        recipient: &recipient,
        key: &key,
    }
    .render();
    // Last, so that an interrupted init can be repeated.
    write_new(&context.cwd.join(manifest::FILE_NAME), text.as_bytes(), context)?;
    let project = Project::require(context)?;
    let works = if let Some(git) = &git {
        ask_git::whether_rules_work(git, &project, &copies, context)?
    } else {
        context.ui.note("this is no git repository; the ignore rules are ready for when it becomes one");
        true
    };
    let look = if args.schema.is_none() { format!("look over {schema_path}, then ") } else { String::new() };
    context.ui.say(&format!("next: {look}envward bootstrap"));
    Ok(ExitCode::from_findings(!works))
}

fn no_schema() -> Error {
    let names: Vec<_> = builtin::ALL.iter().map(|builtin| builtin.name.to_owned()).collect();
    Error::usage_with_help(
        "which schema does this project have?",
        names_after("give --schema FILE, or --schema builtin:NAME with one of\n  ", &names),
    )
}

/// A file to write and its text.
type Copy = (PathBuf, Zeroizing<String>);

/// The schema of that name, which must be one.
fn named(name: &str, context: &Context) -> Result<(String, Vec<Copy>), Error> {
    let source = Source::named(name, &context.cwd, None);
    schema::load(&source)?;
    copies(name, &source, context)
}

/// What the manifest calls the schema, and the files that have to be copied for it.
fn copies(name: &str, source: &Source, context: &Context) -> Result<(String, Vec<Copy>), Error> {
    let Source::File { path, .. } = source else { return Ok((name.to_owned(), Vec::new())) };
    let directory = context.cwd.join(SCHEMAS);
    let mut copies = Vec::new();
    for (below_root, text) in schema::files(source)? {
        let target = directory.join(without_detours(&below_root));
        match fs::read_if_exists(&target)? {
            Some(present) if present.as_slice() != text.as_bytes() => {
                return Err(Error::usage_with_help(
                    format!("{} is there already, with other content", target.display()),
                    "move it away, or name it with --schema",
                ));
            }
            Some(_) => {}
            None => copies.push((target, text)),
        }
    }
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    Ok((format!("{SCHEMAS}/{file}"), copies))
}

/// `a/../b.toml` as `b.toml`. The schema room has made sure that the path does not climb out.
fn without_detours(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::Normal(part) => plain.push(part),
            _ => {}
        }
    }
    plain
}

fn recipient_name(git: Option<&Git>) -> Result<String, Error> {
    let user = git.map(|git| git.config("user.name")).transpose()?.flatten();
    Ok(user.as_deref().and_then(slug).unwrap_or_else(|| "me".to_owned()))
}

fn project_name(context: &Context, schema: &Schema) -> String {
    let directory = context.cwd.file_name().and_then(|name| slug(&name.to_string_lossy()));
    directory.unwrap_or_else(|| schema.name.clone())
}

/// The public key of the identity that is found, or of a new one.
fn public_key(context: &mut Context) -> Result<String, Error> {
    match Identities::from_user(None, context).first() {
        Ok((origin, identities)) => {
            let Some(key) = identities.iter().find_map(identity::Identity::public) else {
                return Err(Error::usage_with_help(
                    format!("the public key of the identity in {origin} cannot be told from it"),
                    "name a key file with ENVWARD_IDENTITY for this command, and add the other key with \
                     `envward recipients add`",
                ));
            };
            context.ui.say(&format!("uses your identity from {origin}"));
            Ok(key)
        }
        Err(identity::Error::NoIdentity { skipped }) if skipped.is_empty() => new_identity(context),
        Err(error) => Err(seal::Error::from(error).into()),
    }
}

fn new_identity(context: &mut Context) -> Result<String, Error> {
    let (secret, public) = identity::new_identity(context)?;
    let place = match identity::keep(&secret, &public, context).map_err(seal::Error::from)? {
        Kept::Keyring => "in the OS keyring".to_owned(),
        Kept::File(path) => {
            let why = if seal::keyring::is_off(&context.env) {
                "the OS keyring is switched off with ENVWARD_KEYRING"
            } else {
                "there is no OS keyring to use"
            };
            format!("in {}, since {why}", escape(&path.display().to_string()))
        }
    };
    context.ui.say(&format!("made your identity {public}, kept {place}"));
    Ok(public)
}

/// A path as a person at this directory would write it.
fn shown(path: &Path, context: &Context) -> String {
    escape(&path.strip_prefix(&context.cwd).unwrap_or(path).display().to_string()).into_owned()
}

fn write_new(path: &Path, bytes: &[u8], context: &mut Context) -> Result<(), Error> {
    fs::write_shared(path, bytes)?;
    let shown = shown(path, context);
    context.ui.say(&format!("wrote {shown}"));
    Ok(())
}

/// Adds what is missing to the ignore files and to `.gitattributes`.
fn write_rules(context: &mut Context) -> Result<(), Error> {
    type Complete = fn(&str) -> Option<String>;
    let rules: [Complete; 3] =
        [ignore::with_ignore_rules, ignore::with_ignore_rules, ignore::with_ledger_rule];
    for (name, complete) in RULE_FILES.into_iter().zip(rules) {
        let path = context.cwd.join(name);
        let text = if fs::exists(&path) { fs::read_text(&path)? } else { Zeroizing::default() };
        if let Some(text) = complete(&text) {
            write_new(&path, text.as_bytes(), context)?;
        }
    }
    Ok(())
}
