//! The findings as a table or as JSON.

use serde::Serialize;

use super::{Found, StorePolicy};
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::store::Level;
use crate::ui::Table;

#[derive(Serialize)]
struct Report<'a> {
    version: u8,
    findings: Vec<Row<'a>>,
    policies: Vec<PolicyRow<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Row<'a> {
    area: &'a str,
    level: &'static str,
    message: &'a str,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct PolicyRow<'a> {
    store: &'a str,
    environment: &'a str,
    language: &'a str,
    policy: &'a str,
}

#[derive(Serialize)]
struct Summary {
    ok: usize,
    warnings: usize,
    bad: usize,
}

/// Writes the findings, and the policies after them.
pub(super) fn show(found: &[Found], policies: &[StorePolicy], context: &mut Context) -> Result<(), Error> {
    let text = match context.globals.format {
        Format::Json => as_json(found, policies),
        _ => as_text(found, policies, context.globals.quiet),
    };
    context.ui.result(&text).map_err(Error::Output)
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Good => "ok",
        Level::Notice => "warning",
        Level::Bad => "bad",
    }
}

/// Quiet: only what is not as it should be.
fn as_text(found: &[Found], policies: &[StorePolicy], quiet: bool) -> String {
    let mut table = Table::new(&["STATE", "WHAT", "FINDING"]);
    for Found { area, finding } in found {
        if quiet && finding.level == Level::Good {
            continue;
        }
        table.row([word(finding.level), area, &finding.text]);
        if let Some(help) = &finding.help {
            table.row(["", "", &format!("next: {help}")]);
        }
    }
    let mut text = if table.is_empty() { String::new() } else { table.render() };
    for StorePolicy { store, environment, policy } in policies {
        let heading = format!("\n{} for store {store}, environment {environment}:\n", policy.language);
        text.push_str(&heading);
        text.push_str(policy.text.trim_end());
        text.push('\n');
    }
    text
}

fn as_json(found: &[Found], policies: &[StorePolicy]) -> String {
    let count = |level| found.iter().filter(|found| found.finding.level == level).count();
    let report = Report {
        version: 1,
        findings: found
            .iter()
            .map(|found| Row {
                area: found.area,
                level: word(found.finding.level),
                message: &found.finding.text,
                help: found.finding.help.as_deref(),
            })
            .collect(),
        policies: policies
            .iter()
            .map(|drawn_up| PolicyRow {
                store: &drawn_up.store,
                environment: &drawn_up.environment,
                language: drawn_up.policy.language,
                policy: &drawn_up.policy.text,
            })
            .collect(),
        summary: Summary { ok: count(Level::Good), warnings: count(Level::Notice), bad: count(Level::Bad) },
    };
    serde_json::to_string_pretty(&report).expect("texts are always JSON") + "\n"
}
