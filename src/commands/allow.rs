//! `envward allow`: confirm what the manifest names: addresses and logins of stores, recipient plugins.

use std::collections::BTreeSet;

use serde::Serialize;

use super::claims::{self, Named};
use crate::approvals::Claim;
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::Project;
use crate::ui::{PromptError, Table, escape};

/// Arguments of `allow`.
#[derive(clap::Args)]
#[command(
    after_help = "What is confirmed counts for this project on this machine, until it changes in envward.toml.\n\
                        With --format json nothing is asked; ends with 1 if something is not confirmed."
)]
pub struct Args {
    /// Confirm without asking
    #[arg(long, conflicts_with = "print")]
    yes: bool,

    /// Print what ENVWARD_ALLOW has to be in CI, and confirm nothing here
    #[arg(long)]
    print: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    version: u8,
    claims: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    subject: &'a str,
    kind: &'static str,
    text: &'a str,
    hash: String,
    confirmed: bool,
}

/// Confirms what the manifest names.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let project = Project::require(context)?;
    let named = claims::named(&project)?;
    if args.print {
        return print(&named, context);
    }
    let all: Vec<Claim> = named.iter().flat_map(|named| named.claims.iter().cloned()).collect();
    let mut approvals = claims::approvals(&project, context)?;
    if args.yes && !all.iter().all(|claim| approvals.covers(claim)) {
        approvals.confirm(&all)?;
    }
    let rows = rows(&named, |claim| approvals.covers(claim));
    let is_confirmed = rows.iter().all(|row| row.confirmed);
    if context.globals.format == Format::Json {
        show(&as_json(rows), context)?;
        return Ok(ExitCode::from_findings(!is_confirmed));
    }
    if rows.is_empty() {
        context.ui.say("the manifest names nothing that has to be confirmed");
        return Ok(ExitCode::Done);
    }
    show(&table(&rows), context)?;
    if !is_confirmed {
        if !context.ui.can_ask() {
            let help = "look at it, then run: envward allow --yes";
            return Err(Error::usage_with_help("nobody can be asked to confirm it", help));
        }
        if !context.ui.confirm("send credentials to these stores and run these programs?")? {
            return Err(PromptError::Declined.into());
        }
        approvals.confirm(&all)?;
    }
    context.ui.say("all of it is confirmed, until it changes");
    Ok(ExitCode::Done)
}

/// The hashes as a result, what they stand for as talk: who copies them should see it.
fn print(named: &[Named], context: &mut Context) -> Result<ExitCode, Error> {
    let rows = rows(named, |_| false);
    for row in &rows {
        context.ui.say(&format!("{}: {}", escape(row.subject), escape(row.text)));
    }
    // Two stores may be at one address.
    let hashes: BTreeSet<&str> = rows.iter().map(|row| row.hash.as_str()).collect();
    let hashes: Vec<&str> = hashes.into_iter().collect();
    show(&format!("{}\n", hashes.join(",")), context)?;
    Ok(ExitCode::Done)
}

/// One row for each thing and each claim about it.
fn rows(named: &[Named], is_confirmed: impl Fn(&Claim) -> bool) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for Named { subject, claims } in named {
        rows.extend(claims.iter().map(|claim| Row {
            subject,
            kind: claim.kind.name(),
            text: &claim.text,
            hash: claim.hash(),
            confirmed: is_confirmed(claim),
        }));
    }
    rows
}

fn table(rows: &[Row<'_>]) -> String {
    let mut table = Table::new(&["WHAT", "KIND", "AS NAMED IN ENVWARD.TOML", "STATE"]);
    for row in rows {
        let state = if row.confirmed { "confirmed" } else { "not confirmed" };
        table.row([row.subject, row.kind, row.text, state]);
    }
    table.render()
}

fn as_json(claims: Vec<Row<'_>>) -> String {
    let report = Report { version: 1, claims };
    serde_json::to_string_pretty(&report).expect("names and texts are always JSON") + "\n"
}

fn show(text: &str, context: &mut Context) -> Result<(), Error> {
    context.ui.result(text).map_err(Error::Output)
}
