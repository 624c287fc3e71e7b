//! `envward rotation verify`: whether the ledger is whole, and written by those who could open the environments.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::Format;
use crate::commands::{HUMAN_OR_JSON, require_format};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::git::Git;
use crate::ledger::{self, Ledger};
use crate::project::Project;
use crate::rotation::verification::{Anchor, KeysByEnvironment, Verified, verify};
use crate::rotation::{Error as RotationError, Finding};
use crate::seal::{self, Access};
use crate::ui::escape;

/// Arguments of `rotation verify`.
#[derive(clap::Args)]
#[command(
    after_help = "Prints the heads, one id per line: kept elsewhere, such as in a CI artifact, they show later \
                        whether the ledger was cut short. Formats: human, json"
)]
pub struct Args {
    /// The id of an entry that must be there (again for more)
    #[arg(long = "head", value_name = "ID")]
    heads: Vec<String>,

    /// A file with such ids, one per line, as this command prints them
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,

    /// A tag or commit whose entries must all be there
    #[arg(long, value_name = "REV")]
    since: Option<String>,

    /// File with a private key: the authors of its environments are checked too
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    entries: usize,
    environments: Vec<Row<'a>>,
    heads: &'a [String],
    findings: &'a [Finding],
}

#[derive(Serialize)]
struct Row<'a> {
    environment: &'a str,
    entries: usize,
    authors_checked: bool,
}

/// Verifies the ledger.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_format(HUMAN_OR_JSON, context)?;
    let project = Project::require(context)?;
    let path = project.root.join(ledger::FILE_NAME);
    let anchors = anchors(args, &path, &project, context)?;
    let (ledger, faults) = Ledger::read_all(&path).map_err(RotationError::from)?;
    let keys = keys(args.identity.as_deref(), &project, context)?;
    let verified = verify(&ledger, &faults, &keys, &anchors, context.clock.now());
    if context.globals.format == Format::Json {
        print_json(&verified, context)?;
    } else {
        print_heads(&verified, context)?;
    }
    Ok(ExitCode::from_findings(!verified.findings.is_empty()))
}

/// The project keys of every environment that the user can open.
fn keys(
    identity: Option<&Path>,
    project: &Project,
    context: &mut Context,
) -> Result<KeysByEnvironment, Error> {
    let mut access = Access::from_context(context, identity);
    let mut keys = KeysByEnvironment::new();
    for name in project.manifest.environments.keys() {
        let environment = project.environment_named(name)?;
        match seal::project_keys(project, &environment, &mut access) {
            Ok(own) => {
                keys.insert(name.clone(), own);
            }
            Err(seal::Error::Missing { .. }) => {}
            Err(error) if error.lacks_identity() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(keys)
}

/// Everything that was anchored elsewhere.
fn anchors(args: &Args, path: &Path, project: &Project, context: &Context) -> Result<Vec<Anchor>, Error> {
    let mut anchors = Vec::new();
    for head in &args.heads {
        anchors.push(Anchor { id: id(head, "--head")?, origin: "--head".to_owned() });
    }
    if let Some(file) = &args.anchor {
        let origin = escape(&file.display().to_string()).into_owned();
        let text = fs::read_text(&context.resolve(file))?;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            anchors.push(Anchor { id: id(line, &origin)?, origin: origin.clone() });
        }
    }
    if let Some(revision) = &args.since {
        anchors.extend(at_revision(revision, path, project, context)?);
    }
    Ok(anchors)
}

fn id(text: &str, origin: &str) -> Result<String, Error> {
    let is_id = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_id {
        return Ok(text.to_owned());
    }
    let help = "an id has 64 hexadecimal digits, as this command prints them";
    Err(Error::usage_with_help(format!("{origin} has something that is no id of an entry"), help))
}

/// The entries that the ledger had at a revision.
fn at_revision(
    revision: &str,
    path: &Path,
    project: &Project,
    context: &Context,
) -> Result<Vec<Anchor>, Error> {
    let shown = escape(revision).into_owned();
    let unknown = || {
        let help = "in a shallow clone run: git fetch --unshallow --tags";
        Error::usage_with_help(format!("git has no commit {shown}"), help)
    };
    let git = Git::discover(&project.root, &context.env).ok_or_else(unknown)?;
    let commit = git.commit(revision)?.ok_or_else(unknown)?;
    let Some(bytes) = git.show_file(&commit, path)? else { return Ok(Vec::new()) };
    let (ledger, _) = Ledger::parse_all(bytes);
    let anchor = |id: &str| Anchor { id: id.to_owned(), origin: format!("commit {shown}") };
    Ok(ledger.entries().iter().map(|recorded| anchor(&recorded.id)).collect())
}

fn print_json(verified: &Verified, context: &mut Context) -> Result<(), Error> {
    let row = |(environment, &(entries, authors_checked))| Row { environment, entries, authors_checked };
    let report = Report {
        version: 1,
        entries: verified.environments.values().map(|(entries, _)| entries).sum(),
        environments: verified
            .environments
            .iter()
            .map(|(name, counts)| row((name.as_str(), counts)))
            .collect(),
        heads: &verified.heads,
        findings: &verified.findings,
    };
    let text = serde_json::to_string(&report).expect("names and ids are valid JSON") + "\n";
    context.ui.result(&text).map_err(Error::Output)
}

/// The heads of a ledger that is whole: those of another one are not worth keeping.
fn print_heads(verified: &Verified, context: &mut Context) -> Result<(), Error> {
    for finding in &verified.findings {
        context.ui.error(&finding.message);
    }
    for (environment, (entries, checked)) in &verified.environments {
        let entries = if *entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
        let authors = if *checked { "authors checked" } else { "authors not checked: no key opens it" };
        context.ui.say(&format!("{}: {entries}, {authors}", escape(environment)));
    }
    if !verified.findings.is_empty() {
        context.ui.help("compare it with an older commit: git log -p envward.ledger.jsonl");
        return Ok(());
    }
    for head in &verified.heads {
        context.ui.result(&format!("{head}\n")).map_err(Error::Output)?;
    }
    Ok(())
}
