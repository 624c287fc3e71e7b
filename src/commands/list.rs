//! `envward list`: the variables of an environment, without their values.

use std::path::PathBuf;

use serde::Serialize;

use super::holder::Holder;
use crate::check::{Input, Subject};
use crate::cli::Format;
use crate::context::Context;
use crate::dotenv::Document;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::schema::placeholder::{Placeholder, is_placeholder};
use crate::schema::rules::Outcome;
use crate::schema::{Required, Variable};
use crate::ui::Table;

/// Arguments of `list`.
#[derive(clap::Args)]
#[command(after_help = "Formats: human, json")]
pub struct Args {
    /// An env file or a sealed file [default: the environment's sealed file, else its env file]
    file: Option<PathBuf>,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report<'a> {
    version: u8,
    variables: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    variable: &'a str,
    secret: bool,
    state: State,
    #[serde(rename = "type")]
    value_type: Option<&'static str>,
    group: Option<&'a str>,
}

/// What there is of a variable.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// A value.
    Set,
    /// A value that stands for "fill this in".
    Placeholder,
    /// A value in the sealed file that the env file beside it does not have.
    OnlySealed,
    /// No value, and the schema requires one.
    Missing,
    /// No value, and the condition under which the schema requires one cannot be evaluated.
    Unclear,
    /// No value, and none is required, or a default takes its place.
    Unset,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Placeholder => "placeholder",
            Self::OnlySealed => "only sealed",
            Self::Missing => "missing",
            Self::Unclear => "unclear",
            Self::Unset => "unset",
        }
    }
}

/// List the variables of an environment.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let json = context.globals.format == Format::Json;
    let holder = Holder::open(args.file.as_deref(), args.identity.as_deref(), context)?;
    let schema = holder.schema()?;
    let beside = env_file_beside(&holder)?;
    let values = Input::Sealed(holder.values());
    let now = context.clock.now();
    let subject = Subject::new(schema.as_ref(), holder.environment_name(), None, values, &[], now);
    let rows = rows(&holder, &subject, beside.as_ref());
    let text = if json {
        let report = Report { version: 1, variables: rows };
        serde_json::to_string_pretty(&report).expect("names and words are always JSON") + "\n"
    } else {
        let mut table = Table::new(&["NAME", "SECRET", "STATE", "TYPE", "GROUP"]);
        for row in &rows {
            let secret = if row.secret { "secret" } else { "-" };
            let (value_type, group) = (row.value_type.unwrap_or("-"), row.group.unwrap_or("-"));
            table.row([row.variable, secret, row.state.word(), value_type, group]);
        }
        table.render()
    };
    context.ui.result(&text).map_err(Error::Output)?;
    Ok(ExitCode::Done)
}

/// The env file beside a sealed file.
fn env_file_beside(holder: &Holder) -> Result<Option<Document>, Error> {
    match (&holder.environment, holder.opened()) {
        (Some(environment), Some(_)) if fs::exists(&environment.env_file) => {
            Ok(Some(Document::read(&environment.env_file)?))
        }
        _ => Ok(None),
    }
}

/// The variables of the schema in its order, then those it does not know.
fn rows<'a>(holder: &'a Holder, subject: &Subject<'a>, beside: Option<&Document>) -> Vec<Row<'a>> {
    let known = subject.variables.iter().map(|found| {
        let variable = found.variable;
        Row {
            variable: &variable.name,
            secret: variable.secret,
            state: match holder.values().get(&variable.name) {
                Some(_) if found.likeness == Placeholder::Sure => State::Placeholder,
                Some(_) => with_value(&variable.name, beside),
                None => without_value(variable, subject),
            },
            value_type: Some(variable.value_type.name()),
            group: variable.group.as_deref(),
        }
    });
    let is_unknown = |(name, _): &(&String, _)| subject.variable(name).is_none();
    let unknown = holder.values().iter().filter(is_unknown).map(|(name, value)| Row {
        variable: name,
        secret: true,
        state: if is_placeholder(value.expose()) { State::Placeholder } else { with_value(name, beside) },
        value_type: None,
        group: None,
    });
    known.chain(unknown).collect()
}

fn with_value(name: &str, beside: Option<&Document>) -> State {
    if beside.is_some_and(|document| document.get(name).is_none()) { State::OnlySealed } else { State::Set }
}

fn without_value<'a>(variable: &'a Variable, subject: &Subject<'a>) -> State {
    let needed = match &variable.required {
        _ if subject.is_provided(variable) => false,
        Required::Always => true,
        Required::Never => false,
        Required::When(condition) => match condition.evaluate(subject.environment, &subject.typed) {
            Outcome::True => true,
            Outcome::False | Outcome::Unset(_) => false,
            Outcome::Failed(_) => return State::Unclear,
        },
    };
    if needed { State::Missing } else { State::Unset }
}
