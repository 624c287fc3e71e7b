//! `envward recipients list`: who can open the sealed files, and whether manifest and files agree. Needs no
//! private key.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::environments;
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::manifest::{RecipientDefinition, SealFormat};
use crate::project::{Environment, Project};
use crate::seal::recipients::canonical;
use crate::seal::sops::Document;
use crate::seal::{self, age_file};
use crate::ui::{Table, escape};

/// Arguments of `recipients list`.
#[derive(clap::Args)]
#[command(after_help = "Ends with 1 if manifest and sealed files disagree, or a recipient has expired. \
                        Formats: human, json.")]
pub struct Args {
    /// Look at this sealed file, without a manifest
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    version: u32,
    recipients: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    environment: Option<String>,
    name: Option<String>,
    key: String,
    expires: Option<String>,
    state: State,
}

/// How a recipient stands in manifest and sealed file.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// In both.
    Ok,
    /// In both, and its last day is over.
    Expired,
    /// The file cannot be opened with it yet.
    ManifestOnly,
    /// The file can be opened with it, and the manifest does not know it.
    FileOnly,
    /// There is no sealed file yet, or its format does not tell.
    NotShown,
}

impl State {
    fn describe(self) -> &'static str {
        match self {
            Self::Ok => "",
            Self::Expired => "expired",
            Self::ManifestOnly => "not in the sealed file",
            Self::FileOnly => "not in the manifest",
            Self::NotShown => "the file does not tell",
        }
    }

    fn is_finding(self) -> bool {
        matches!(self, Self::Expired | Self::ManifestOnly | Self::FileOnly)
    }
}

/// Shows who can open the sealed files.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let as_json = context.globals.format == Format::Json;
    let recipients = match &args.file {
        Some(file) => of_file(&context.resolve(file))?,
        None => of_project(context)?,
    };
    let found = recipients.iter().any(|row| row.state.is_finding());
    let report = Report { version: 1, recipients };
    let text = if as_json {
        format!("{}\n", serde_json::to_string(&report).expect("names and keys are valid JSON"))
    } else {
        table(&report)
    };
    context.ui.result(&text).map_err(Error::Output)?;
    Ok(ExitCode::from_findings(found))
}

fn of_file(path: &Path) -> Result<Vec<Row>, Error> {
    let keys = keys_of(path)?.ok_or_else(|| {
        Error::usage_with_help(
            format!(
                "{} is in age format, which does not tell its recipients",
                escape(&path.to_string_lossy())
            ),
            "the manifest of its project names them",
        )
    })?;
    Ok(keys
        .into_iter()
        .map(|key| Row { environment: None, name: None, key, expires: None, state: State::Ok })
        .collect())
}

fn of_project(context: &Context) -> Result<Vec<Row>, Error> {
    let project = Project::require(context)?;
    let today = context.clock.now().to_zoned(TimeZone::UTC).date();
    let mut rows = Vec::new();
    for environment in environments(&project, context)? {
        rows.extend(of_environment(&project, &environment, today)?);
    }
    Ok(rows)
}

fn of_environment(project: &Project, environment: &Environment, today: Date) -> Result<Vec<Row>, Error> {
    let in_file = match environment.format {
        SealFormat::Sops if fs::exists(&environment.sealed) => keys_of(&environment.sealed)?,
        _ => None,
    };
    let mut rows = Vec::new();
    for (name, key) in &environment.recipients {
        let key = canonical(key);
        let expires = project.manifest.recipients.get(name).and_then(RecipientDefinition::expires);
        let state = match &in_file {
            _ if expires.is_some_and(|last| last < today) => State::Expired,
            None => State::NotShown,
            Some(keys) if keys.contains(&key) => State::Ok,
            Some(_) => State::ManifestOnly,
        };
        let expires = expires.map(|last| last.to_string());
        rows.push(Row {
            environment: Some(environment.name.clone()),
            name: Some(name.clone()),
            key,
            expires,
            state,
        });
    }
    for key in in_file.unwrap_or_default() {
        if !rows.iter().any(|row| row.key == key) {
            let environment = Some(environment.name.clone());
            rows.push(Row { environment, name: None, key, expires: None, state: State::FileOnly });
        }
    }
    Ok(rows)
}

/// The public keys that a sealed file names; `None` if its format does not.
fn keys_of(path: &Path) -> Result<Option<Vec<String>>, Error> {
    let bytes = fs::read(path)?;
    if age_file::needs_passphrase(&bytes).is_ok() {
        return Ok(None);
    }
    let document = Document::parse(&bytes).map_err(seal::Error::from)?;
    Ok(Some(document.metadata.age().map(|entry| canonical(entry.recipient)).collect()))
}

fn table(report: &Report) -> String {
    let mut table = Table::new(&["ENVIRONMENT", "NAME", "KEY", "EXPIRES", "NOTE"]);
    for row in &report.recipients {
        table.row([
            row.environment.as_deref().unwrap_or("-"),
            row.name.as_deref().unwrap_or("-"),
            &row.key,
            row.expires.as_deref().unwrap_or("-"),
            row.state.describe(),
        ]);
    }
    table.render()
}
