//! `envward audit access`: who could open which variable, and from when until when.

use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::Serialize;

use super::super::{HUMAN_OR_JSON, require_format};
use super::{chosen, no_environment};
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::git::Git;
use crate::project::Project;
use crate::rotation::audit::access::{self, Reader, Span};
use crate::rotation::audit::{Place, Places};
use crate::ui::{Table, escape};

/// Arguments of `audit access`.
#[derive(clap::Args)]
#[command(
    after_help = "By the recipients of every version of the sealed files, on every branch: whoever could open a \
                  version once may have kept what it held. Ends with 1 if something cannot be told. \
                  Formats: human, json"
)]
pub struct Args {
    /// Projects, or directories that are searched for projects [default: the working directory]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Only who could on this day (UTC)
    #[arg(long, value_name = "DATE", value_parser = date)]
    on: Option<Date>,

    /// Only who could open this variable
    #[arg(long, value_name = "NAME")]
    variable: Option<String>,

    /// Only what this recipient could open, by name or public key
    #[arg(long, value_name = "NAME")]
    recipient: Option<String>,
}

#[derive(Serialize)]
struct Report {
    version: u8,
    generated: String,
    entries: Vec<Entry>,
    findings: Vec<Unknown>,
    /// How many environments were looked at.
    #[serde(skip)]
    environments: usize,
}

#[derive(Serialize)]
struct Entry {
    project: String,
    environment: String,
    variable: String,
    recipient: Option<String>,
    key: String,
    from: String,
    /// Null for now.
    until: Option<String>,
}

/// What cannot be told.
#[derive(Serialize)]
struct Unknown {
    project: String,
    environment: Option<String>,
    message: String,
}

/// Shows who could.
pub(super) fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_format(HUMAN_OR_JSON, context)?;
    let mut places = Places::default();
    for path in &args.paths {
        places.add_tree(&context.resolve(path));
    }
    if args.paths.is_empty() {
        places.add_tree(&context.cwd);
    }
    let generated = second(context.clock.now());
    let mut report =
        Report { version: 1, generated, entries: Vec::new(), findings: Vec::new(), environments: 0 };
    for place in places.into_vec() {
        report.add(&place, args, context);
    }
    if let Some(name) = chosen(context).filter(|_| report.environments == 0) {
        return Err(no_environment(name));
    }
    let text = if context.globals.format == Format::Json {
        serde_json::to_string(&report).expect("names and times are always JSON") + "\n"
    } else {
        report.table()
    };
    context.ui.result(&text).map_err(Error::Output)?;
    for Unknown { project, environment, message } in &report.findings {
        let environment = environment.as_ref().map(|name| format!(", {}", escape(name))).unwrap_or_default();
        context.ui.warn(&format!("{}{environment}: {message}", escape(project)));
    }
    Ok(ExitCode::from_findings(!report.findings.is_empty()))
}

impl Report {
    fn add(&mut self, place: &Place, args: &Args, context: &Context) {
        let unreadable = |message: &str| Unknown {
            project: place.label.clone(),
            environment: None,
            message: escape(message).into_owned(),
        };
        match (&place.problem, Project::at(&place.path)) {
            (Some(problem), _) => self.findings.push(unreadable(problem)),
            (None, Err(error)) => self.findings.push(unreadable(&error.to_string())),
            (None, Ok(project)) => self.add_project(&project, args, context),
        }
    }

    fn add_project(&mut self, project: &Project, args: &Args, context: &Context) {
        let git = Git::discover(&project.root, &context.env);
        let names = project.manifest.environments.keys();
        let chosen = chosen(context);
        for name in names.filter(|name| chosen.is_none_or(|chosen| chosen == *name)) {
            self.environments += 1;
            let looked = project.environment_named(name).map_err(Error::from).and_then(|environment| {
                Ok(access::access(project, &environment, git.as_ref(), context.clock.now())?)
            });
            let own = &project.manifest.project.name;
            let unknown = |message: String| Unknown {
                project: own.clone(),
                environment: Some(name.clone()),
                message: escape(&message).into_owned(),
            };
            match looked {
                Err(error) => self.findings.push(unknown(error.to_string())),
                Ok(access) => {
                    self.findings.extend(access.unknown.into_iter().map(unknown));
                    let readers = access.readers.into_iter().filter(|(reader, _)| args.wants(reader));
                    self.entries.extend(readers.flat_map(|(reader, spans)| {
                        let spans = spans.into_iter().filter(|span| args.wants_span(*span));
                        spans.map(move |span| entry(own, name, &reader, span))
                    }));
                }
            }
        }
    }

    fn table(&self) -> String {
        let mut table = Table::new(&["PROJECT", "ENVIRONMENT", "VARIABLE", "RECIPIENT", "FROM", "UNTIL"]);
        for entry in &self.entries {
            let recipient = entry.recipient.as_ref().unwrap_or(&entry.key);
            let until = entry.until.as_deref().map_or("now", day);
            let cells: [&str; 6] =
                [&entry.project, &entry.environment, &entry.variable, recipient, day(&entry.from), until];
            table.row(cells);
        }
        if table.is_empty() { String::new() } else { table.render() }
    }
}

impl Args {
    fn wants(&self, Reader { variable, name, key }: &Reader) -> bool {
        let is_variable = self.variable.as_ref().is_none_or(|wanted| wanted == variable);
        is_variable
            && self.recipient.as_ref().is_none_or(|wanted| wanted == key || Some(wanted) == name.as_ref())
    }

    fn wants_span(&self, span: Span) -> bool {
        let day = |at: Timestamp| Zoned::new(at, TimeZone::UTC).date();
        self.on.is_none_or(|on| day(span.from) <= on && span.until.is_none_or(|until| on <= day(until)))
    }
}

fn entry(project: &str, environment: &str, reader: &Reader, span: Span) -> Entry {
    Entry {
        project: project.to_owned(),
        environment: environment.to_owned(),
        variable: reader.variable.clone(),
        recipient: reader.name.clone(),
        key: reader.key.clone(),
        from: second(span.from),
        until: span.until.map(second),
    }
}

/// The time to the second, in UTC.
fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The day of a time as [`second`] writes it.
fn day(time: &str) -> &str {
    time.split_once('T').map_or(time, |(day, _)| day)
}

fn date(text: &str) -> Result<Date, &'static str> {
    text.parse().map_err(|_| "write it like 2027-01-31")
}
