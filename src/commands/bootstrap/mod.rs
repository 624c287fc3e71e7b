//! `envward bootstrap`: create or complete an environment: generate what can be generated, ask for the rest.

mod target;

use std::path::{Path, PathBuf};

use target::Target;

use crate::bootstrap::{Filled, Rejected, Session};
use crate::context::Context;
use crate::dotenv::Document;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::Project;
use crate::schema::types::Mismatch;
use crate::schema::{Schema, Variable};
use crate::seal::Access;
use crate::secret::Values;
use crate::ui::{PromptError, Ui, escape, paragraph};

/// Arguments of `bootstrap`.
#[derive(clap::Args)]
pub struct Args {
    /// Take answers from this env file; a name that the schema does not know is an error
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Create or complete an environment: generate what can be generated, ask for the rest.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let project = Project::require(context)?;
    let environment = project.environment(context)?;
    let schema = project.schema()?;
    let answers = args.answers.as_ref().map(|path| read_answers(&context.resolve(path))).transpose()?;
    let access = Access::from_context(context, args.identity.as_deref());
    let mut target = Target::open(&project, &environment, &schema, access, context)?;

    let mut session = Session::new(&schema, &environment.name, target.present());
    let rejected = session.take_answers(&answers.unwrap_or_default());
    if refuse_unknown(&rejected, &schema, &mut context.ui) {
        return Ok(ExitCode::Findings);
    }
    let invalid = report_rejected(&rejected, &mut context.ui);
    let now = context.clock.now();
    session.fill_in(&mut context.rng, now)?;
    target.save(&session)?;
    let asked = ask_for_the_rest(&mut session, &mut target, context);
    // Also after Ctrl-C: what was answered before it is kept.
    let refused = target.finish(&session, context)?;
    report_filled(&session, &target, &mut context.ui);
    target.record(&session, context)?;
    if asked.is_err() {
        context.ui.note("what was answered is kept; go on with: envward bootstrap");
    }
    asked?;
    for (name, reason) in &refused {
        context.ui.warn(&format!("{} was not written: {reason}", escape(name)));
        context.ui.help("a sealed file can carry it: run envward seal, and then envward bootstrap again");
    }
    let missing = session.missing();
    report_missing(&missing, context)?;
    Ok(ExitCode::from_findings(!missing.is_empty() || !refused.is_empty() || invalid))
}

fn read_answers(path: &Path) -> Result<Values, Error> {
    Ok(Document::read(path)?.values())
}

/// Says which names the schema does not know; whether there are any.
fn refuse_unknown(rejected: &[Rejected], schema: &Schema, ui: &mut Ui) -> bool {
    let mut found = false;
    for rejection in rejected {
        let Rejected::Unknown { name, suggestion } = rejection else { continue };
        found = true;
        ui.error(&format!("the schema {} has no variable {}", escape(&schema.name), escape(name)));
        if let Some(suggestion) = suggestion {
            ui.help(&format!("did you mean {suggestion}?"));
        }
    }
    if found {
        ui.note("nothing was written");
    }
    found
}

/// Says which answers were not taken; whether one of them was invalid.
fn report_rejected(rejected: &[Rejected], ui: &mut Ui) -> bool {
    let mut invalid = false;
    for rejection in rejected {
        match rejection {
            Rejected::Invalid { name, mismatch } => {
                invalid = true;
                say_mismatch(name, mismatch, ui);
            }
            Rejected::Kept { name } => {
                ui.note(&format!("{name} has another value already, which was kept"));
            }
            Rejected::Unknown { .. } => {}
        }
    }
    invalid
}

fn say_mismatch(name: &str, mismatch: &Mismatch, ui: &mut Ui) {
    ui.warn(&format!("the answer for {name} was not taken: it {}", mismatch.message));
    if let Some(help) = &mismatch.help {
        ui.help(help);
    }
}

/// Asks for one missing variable after the other, as long as somebody answers. Enter leaves one for later.
fn ask_for_the_rest(
    session: &mut Session<'_>,
    target: &mut Target<'_>,
    context: &mut Context,
) -> Result<(), Error> {
    let now = context.clock.now();
    let mut left: Vec<&str> = Vec::new();
    if context.ui.can_ask() && !session.missing().is_empty() {
        context.ui.say("Enter leaves a question for later; Ctrl-C stops and keeps what was answered");
    }
    while context.ui.can_ask() {
        let missing = session.missing();
        let Some(&variable) = missing.iter().find(|variable| !left.contains(&variable.name.as_str())) else {
            break;
        };
        if ask(variable, session, &mut context.ui)? {
            session.fill_in(&mut context.rng, now)?;
            target.save(session)?;
        } else {
            left.push(&variable.name);
        }
    }
    Ok(())
}

/// Asks until the answer is one that the variable accepts; `false` if it is left for later.
fn ask(variable: &Variable, session: &mut Session<'_>, ui: &mut Ui) -> Result<bool, PromptError> {
    ui.say("");
    for text in [&variable.description, &variable.docs].into_iter().flatten() {
        ui.say(&escape(text));
    }
    if let Some(obtain) = &variable.obtain {
        ui.say(&format!("obtain it at: {}", escape(obtain)));
    }
    if let Some(example) = &variable.example {
        ui.say(&format!("for example: {}", escape(example)));
    }
    loop {
        let answer = if variable.secret {
            ui.ask_secret(&variable.name)?
        } else {
            ui.ask(&variable.name, None)?.into()
        };
        if answer.is_empty() {
            return Ok(false);
        }
        match session.answer(&variable.name, answer) {
            Ok(()) => return Ok(true),
            Err(mismatch) => say_mismatch(&variable.name, &mismatch, ui),
        }
    }
}

fn report_filled(session: &Session<'_>, target: &Target<'_>, ui: &mut Ui) {
    let shown = target.shown();
    if session.filled().is_empty() {
        return ui.say(&format!("{shown} has nothing to fill in"));
    }
    ui.say(&format!("{shown} was {}", if target.is_new() { "created" } else { "completed" }));
    for (how, word) in [
        (Filled::Generated, "generated"),
        (Filled::Answered, "answered"),
        (Filled::Default, "default"),
        (Filled::Derived, "derived"),
    ] {
        let names: Vec<String> = session
            .filled()
            .iter()
            .filter(|&(_, filled)| *filled == how)
            .map(|(name, _)| name.clone())
            .collect();
        ui.say_names(word, &names);
    }
}

/// The result: what a person still has to find, with what it is and where it comes from below each name.
fn report_missing(missing: &[&Variable], context: &mut Context) -> Result<(), Error> {
    if missing.is_empty() {
        context.ui.say("next: envward check");
        return Ok(());
    }
    let count = missing.len();
    context.ui.say(&format!("{count} {} still missing:", if count == 1 { "value is" } else { "values are" }));
    let mut text = String::new();
    for variable in missing {
        let obtain = variable.obtain.as_ref().map(|obtain| format!("obtain it at: {obtain}"));
        text.push_str(&escape(&variable.name));
        text.push('\n');
        for line in variable.description.iter().chain(&obtain) {
            text.push_str(&paragraph(line, 2));
            text.push('\n');
        }
    }
    context.ui.result(&text).map_err(Error::Output)
}
