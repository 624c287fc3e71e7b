//! `envward rotation approve`: agree to exemptions that someone else asked for.

use std::path::PathBuf;

use super::exempt::require_in_time;
use super::recorder::{Recorder, short};
use crate::commands::{HUMAN, name, require_format};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::ledger::{Entry, Event, Ledger, Recorded};
use crate::rotation::events::{Events, Exemption, has_address, is_same_person};
use crate::seal;
use crate::ui::escape;

/// Arguments of `rotation approve`.
#[derive(clap::Args)]
#[command(
    after_help = "Only someone else than its author can approve an exemption: someone with another name and \
                  another mail address."
)]
pub struct Args {
    /// The id that `rotation exempt` showed, or a variable: then its newest exemption that waits
    #[arg(value_name = "ID|NAME", required = true)]
    exemptions: Vec<String>,

    /// File with the private key that opens the project key
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Agrees to exemptions: to all that are named, or to none.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_format(HUMAN, context)?;
    let mut recorder = Recorder::open(args.identity.as_deref(), context)?;
    let note = recorder.note(Event::Approved)?;
    require_address(&note.actor)?;
    let ledger = recorder.ledger()?;
    let environment = recorder.environment.clone();
    let keys = seal::project_keys(&recorder.project, &environment, &mut recorder.access)?;
    let events = Events::of(&ledger, &environment.name, Some(&keys), context.clock.now());
    let is_authentic = |recorded: &Recorded| {
        keys.iter().any(|(number, key)| *number == recorded.entry.key && recorded.is_authentic(key))
    };
    let mut chosen: Vec<&Recorded> = Vec::new();
    for argument in &args.exemptions {
        let exemption = find(argument, &ledger, &events, &environment.name)?;
        require_open(exemption, is_authentic, &note.actor, &ledger)?;
        let until = exemption.entry.until.as_ref().and_then(|day| day.parse().ok());
        let until = until.ok_or_else(|| Error::usage(format!("{} has no last day", shown(exemption))))?;
        require_in_time(until, &recorder, context)?;
        require_effect(exemption, &ledger, &events)?;
        if !chosen.iter().any(|known| known.id == exemption.id) {
            chosen.push(exemption);
        }
    }
    for exemption in chosen {
        let Entry { variables, until, .. } = &exemption.entry;
        let approval =
            Entry { approves: Some(exemption.id.clone()), variables: variables.clone(), ..note.clone() };
        recorder.enter(approval)?;
        let until = until.as_deref().unwrap_or_default();
        context.ui.say(&format!("approved: {} until {until}", shown(exemption)));
        let (superseded, exempt): (Vec<String>, Vec<String>) =
            variables.iter().cloned().partition(|name| newer(exemption, name, &ledger, &events).is_some());
        context.ui.say_names("exempt", &exempt);
        if !superseded.is_empty() {
            context.ui.note_names("a newer exemption counts for", &superseded);
        }
    }
    recorder.say_commit(context);
    Ok(ExitCode::Done)
}

/// The exemption of an id or of the beginning of one, else the newest of a variable that waits.
fn find<'a>(
    argument: &str,
    ledger: &'a Ledger,
    events: &Events,
    environment: &str,
) -> Result<&'a Recorded, Error> {
    let is_own = |recorded: &&Recorded| {
        recorded.entry.event == Event::Exempted && recorded.entry.environment == environment
    };
    let exemptions = ledger.entries().iter().filter(is_own);
    let is_id = argument.len() >= 8 && argument.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_id {
        let mut found = exemptions.filter(|recorded| recorded.id.starts_with(argument));
        let first = found.next().ok_or_else(|| unknown(argument, environment))?;
        return match found.find(|recorded| recorded.id != first.id) {
            None => Ok(first),
            Some(_) => {
                Err(Error::usage(format!("several exemptions have an id that begins with {argument}")))
            }
        };
    }
    name::require(argument)?;
    let pending = events.variables.get(argument).and_then(|history| history.pending.as_ref());
    let mut exemptions = exemptions;
    pending
        .and_then(|pending| exemptions.find(|recorded| recorded.id == pending.entry))
        .ok_or_else(|| unknown(argument, environment))
}

fn unknown(argument: &str, environment: &str) -> Error {
    let message = format!("no exemption of {} waits in {environment}", escape(argument));
    Error::usage_with_help(
        message,
        "ask for one: envward rotation exempt; or is it in another commit? run: git pull",
    )
}

/// Refuses someone who has only a name, which others can have too.
fn require_address(actor: &str) -> Result<(), Error> {
    if has_address(actor) {
        return Ok(());
    }
    Err(Error::usage_with_help(
        format!("{} has no mail address, which tells who approves from who asked", escape(actor)),
        "run: git config user.email ADDRESS; in a CI job, which has none: approve outside of it",
    ))
}

/// Refuses an exemption that this person cannot approve.
fn require_open(
    exemption: &Recorded,
    is_authentic: impl Fn(&Recorded) -> bool,
    actor: &str,
    ledger: &Ledger,
) -> Result<(), Error> {
    let shown = shown(exemption);
    let author = &exemption.entry.actor;
    if !is_authentic(exemption) {
        return Err(Error::usage_with_help(
            format!("{shown} was not asked for by anyone who knows the project key"),
            "see what is wrong with the ledger: envward rotation verify",
        ));
    }
    if is_same_person(author, actor) {
        return Err(Error::usage_with_help(
            format!("{shown} was asked for by you: someone else has to agree"),
            format!("let another person run: envward rotation approve {}", short(&exemption.id)),
        ));
    }
    let approved = ledger.entries().iter().find(|recorded| {
        recorded.entry.event == Event::Approved
            && recorded.entry.approves.as_ref() == Some(&exemption.id)
            && has_address(&recorded.entry.actor)
            && !is_same_person(&recorded.entry.actor, author)
            // What anyone could have written agrees to nothing.
            && is_authentic(recorded)
    });
    match approved {
        Some(approval) => {
            Err(Error::usage(format!("{shown} was approved already by {}", escape(&approval.entry.actor))))
        }
        None => Ok(()),
    }
}

/// The exemption of a variable that was agreed to already and was asked for after this one, which it replaces.
fn newer<'a>(
    exemption: &Recorded,
    variable: &str,
    ledger: &Ledger,
    events: &'a Events,
) -> Option<&'a Exemption> {
    let agreed = events.variables.get(variable)?.exemption.as_ref()?;
    agreed.approver.as_ref()?;
    let order = ledger.in_order();
    let place = |id: &str| order.iter().position(|recorded| recorded.id == id);
    (place(&agreed.entry) > place(&exemption.id)).then_some(agreed)
}

/// Refuses an exemption that would change nothing, because newer ones were agreed to.
fn require_effect(exemption: &Recorded, ledger: &Ledger, events: &Events) -> Result<(), Error> {
    let variables = &exemption.entry.variables;
    let newer: Vec<&Exemption> =
        variables.iter().map_while(|name| newer(exemption, name, ledger, events)).collect();
    let Some(first) = newer.first().filter(|_| newer.len() == variables.len()) else { return Ok(()) };
    Err(Error::usage_with_help(
        format!(
            "{} would not count: exemption {} until {}, which was asked for later, was approved and replaces it",
            shown(exemption),
            short(&first.entry),
            first.until
        ),
        "if it should last longer, ask again: envward rotation exempt",
    ))
}

fn shown(exemption: &Recorded) -> String {
    format!("exemption {} by {}", short(&exemption.id), escape(&exemption.entry.actor))
}
