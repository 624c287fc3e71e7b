//! `envward list`: the variables of an environment, without their values.

use std::path::PathBuf;

use serde::Serialize;

use super::holder::Holder;
use crate::cli::Format;
use crate::context::Context;
use crate::dotenv::Document;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::schema::placeholder::is_placeholder;
use crate::schema::{Required, Schema, Variable};
use crate::secret::Secret;
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
    let rows = rows(&holder, schema.as_ref(), beside.as_ref());
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
fn rows<'a>(holder: &'a Holder, schema: Option<&'a Schema>, beside: Option<&Document>) -> Vec<Row<'a>> {
    let state = |name: &str, variable: Option<&Variable>| match holder.values().get(name) {
        Some(value) => state_of(name, value, beside),
        None => without_value(variable, holder.environment_name()),
    };
    let vars = schema.iter().flat_map(|schema| schema.vars.values());
    let known = vars.map(|variable| Row {
        variable: &variable.name,
        secret: variable.secret,
        state: state(&variable.name, Some(variable)),
        value_type: Some(variable.value_type.name()),
        group: variable.group.as_deref(),
    });
    let is_unknown = |name: &&String| schema.is_none_or(|schema| !schema.vars.contains_key(*name));
    let unknown = holder.values().keys().filter(is_unknown).map(|name| Row {
        variable: name,
        secret: true,
        state: state(name, None),
        value_type: None,
        group: None,
    });
    known.chain(unknown).collect()
}

fn state_of(name: &str, value: &Secret, beside: Option<&Document>) -> State {
    if is_placeholder(value.expose()) {
        State::Placeholder
    } else if beside.is_some_and(|document| document.get(name).is_none()) {
        State::OnlySealed
    } else {
        State::Set
    }
}

fn without_value(variable: Option<&Variable>, environment: &str) -> State {
    let needed = variable.is_some_and(|variable| {
        let default = variable.default.as_ref().and_then(|default| default.for_environment(environment));
        matches!(variable.required, Required::Always) && default.is_none()
    });
    if needed { State::Missing } else { State::Unset }
}
