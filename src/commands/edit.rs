//! `envward edit`: edit the sealed file in an editor.

use std::ffi::OsString;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::holder::{Holder, refuse_mismatch};
use crate::context::Context;
use crate::dotenv::Document;
use crate::editor::{self, Plaintext};
use crate::env_vars;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::Project;
use crate::schema::Schema;
use crate::seal::{Access, Changes, Opened};
use crate::ui::{Ui, escape, names_after};

/// Arguments of `edit`.
#[derive(clap::Args)]
#[command(
    after_help = "The editor is VISUAL, else EDITOR. It gets the values in plaintext, in a file that only you can \
                  read and that is removed afterwards. Comment lines are kept, comments after a value are not."
)]
pub struct Args {
    /// A sealed file [default: that of the environment]
    file: Option<PathBuf>,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Edit the sealed file in an editor.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let editor = editor(context)?;
    let mut holder = open(args, context)?;
    let shown = holder.shown(context);
    let schema = holder.schema()?;
    let Some(opened) = holder.opened() else {
        let help = "it is plaintext: edit it as it is, then run: envward check";
        return Err(Error::usage_with_help(format!("{shown} is not a sealed file"), help));
    };
    let Some(changes) = edit(opened, schema.as_ref(), &editor, holder.environment_name(), context)? else {
        context.ui.note("nothing was written");
        return Ok(ExitCode::Findings);
    };
    let is_rearranged = changes.lines.is_some();
    if changes.set.is_empty() && changes.remove.is_empty() && !is_rearranged {
        context.ui.say("nothing was changed");
        return Ok(ExitCode::Done);
    }
    let (set, removed) = (changes.set.keys().cloned().collect(), changes.remove.iter().cloned().collect());
    let outcome = holder.write(changes, schema.as_ref(), context)?;
    let done: [(Vec<String>, &str); 2] = [(set, "set"), (removed, "removed")];
    for (names, verb) in done {
        if !names.is_empty() {
            context.ui.say(&names_after(&format!("{verb} in {}: ", outcome.files), &names));
        }
    }
    if is_rearranged {
        context.ui.say(&format!("comments or order changed in {}", outcome.files));
    }
    Ok(outcome.into())
}

fn open(args: &Args, context: &mut Context) -> Result<Holder, Error> {
    if args.file.is_some() {
        return Holder::open(args.file.as_deref(), args.identity.as_deref(), context);
    }
    let project = Project::require(context)?;
    let environment = project.environment(context)?;
    let access = Access::from_context(context, args.identity.as_deref());
    Holder::sealed(project, environment, access, context)
}

fn editor(context: &Context) -> Result<OsString, Error> {
    let named = [env_vars::VISUAL, env_vars::EDITOR].into_iter().find_map(|name| context.env.get_os(name));
    Ok(named.ok_or(editor::Error::NoEditor)?.to_owned())
}

/// Lets the user edit until the text can be read and every changed value is of its type; `None` if they gave up.
fn edit(
    opened: &Opened,
    schema: Option<&Schema>,
    editor: &OsString,
    environment: &str,
    context: &mut Context,
) -> Result<Option<Changes>, Error> {
    let runtime = context.env.get_os(env_vars::XDG_RUNTIME_DIR).map(PathBuf::from);
    let base = runtime.filter(|path| path.is_absolute()).or_else(|| context.state_dir());
    let base = base.unwrap_or_else(|| context.cwd.clone());
    let plaintext = Plaintext::create(&base, &format!("{environment}.env"), &mut context.rng)?;
    let mut text = Zeroizing::new(opened.to_env_file().as_bytes().to_vec());
    loop {
        text = plaintext.edit(&text, editor, &context.env)?;
        if let Some(changes) = accept(&text, opened, schema, &mut context.ui) {
            return Ok(Some(changes));
        }
        if !context.ui.can_ask() || !context.ui.confirm("edit again?")? {
            return Ok(None);
        }
    }
}

/// What the edited text changes; `None`, and what is wrong is said, if it cannot be taken.
fn accept(text: &[u8], opened: &Opened, schema: Option<&Schema>, ui: &mut Ui) -> Option<Changes> {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(problems) => {
            for problem in problems.0.iter().take(10) {
                ui.error(&problem.to_string());
                ui.help(problem.help());
            }
            return None;
        }
    };
    let changes = Changes::edited(opened, &document);
    let mut refused = false;
    for (name, value) in &changes.set {
        refused |= refuse_mismatch(name, value.expose(), schema, ui);
        if schema.is_some_and(|schema| !schema.vars.contains_key(name)) {
            ui.warn(&format!("the schema has no variable {}", escape(name)));
        }
    }
    (!refused).then_some(changes)
}
