//! What the manifest names and the user has to confirm, and asking for it.
//!
//! Another kind of thing is one function, added to [`SOURCES`].

use crate::approvals::{Approvals, Claim};
use crate::context::Context;
use crate::env_vars::EnvSnapshot;
use crate::error::Error;
use crate::project::Project;
use crate::rotation::drivers::command;
use crate::schema::driver::{CommandDriver, DriverDefinition, DriverTable};
use crate::schema::{Schema, Variable};
use crate::seal::recipients::{Plugins, Recipient};
use crate::store;
use crate::ui::PromptError;

/// Something that the manifest names, and what it says about it.
pub(super) struct Named {
    /// What it is, such as `store vault`.
    pub(super) subject: String,
    /// What it says.
    pub(super) claims: Vec<Claim>,
}

type Source = fn(&Project) -> Result<Vec<Named>, Error>;

/// Where a manifest names things.
const SOURCES: &[Source] = &[stores, |project| Ok(plugins(project)), commands];

/// Everything that the manifest names, also what the user's own environment names too: that may be gone tomorrow.
///
/// # Errors
/// A definition cannot be used.
pub(super) fn named(project: &Project) -> Result<Vec<Named>, Error> {
    let mut all = Vec::new();
    for source in SOURCES {
        all.extend(source(project)?);
    }
    Ok(all)
}

/// What the user has confirmed of a project.
pub(super) fn approvals(project: &Project, context: &Context) -> Result<Approvals, Error> {
    Ok(Approvals::read(&project.root, context.state_dir().as_deref(), &context.env)?)
}

/// What is asked before something of the manifest is done for the first time.
pub(super) struct Question<'a> {
    /// What the manifest says.
    pub(super) statement: &'a str,
    /// What would be done, as the end of a question.
    pub(super) request: &'a str,
    /// How it is confirmed where nobody can be asked.
    pub(super) otherwise: &'a str,
}

/// Asks once, and remembers the answer.
///
/// # Errors
/// The answer is no, or there is no terminal to ask on.
pub(super) fn confirm(
    project: &Project,
    claims: &[Claim],
    question: &Question<'_>,
    context: &mut Context,
) -> Result<(), Error> {
    let Question { statement, request, otherwise } = question;
    if !context.ui.can_ask() {
        let message = format!("{statement}; nobody has confirmed to {request}");
        return Err(Error::usage_with_help(message, *otherwise));
    }
    if !context.ui.confirm(&format!("{statement}: {request}?"))? {
        return Err(PromptError::Declined.into());
    }
    Ok(approvals(project, context)?.confirm(claims)?)
}

fn stores(project: &Project) -> Result<Vec<Named>, Error> {
    let mut named = Vec::new();
    for (name, definition) in &project.manifest.stores {
        let claims = store::claims(definition, &EnvSnapshot::default())
            .map_err(|error| Error::Store { name: name.clone(), error: Box::new(error) })?;
        named.push(Named { subject: format!("store {name}"), claims });
    }
    Ok(named)
}

/// The commands of rotation drivers. A schema that cannot be read is the finding of others.
fn commands(project: &Project) -> Result<Vec<Named>, Error> {
    let Ok(schema) = project.schema() else { return Ok(Vec::new()) };
    let mut named = Vec::new();
    for variable in schema.vars.values() {
        if let Some(driver) = command_driver(variable, &schema) {
            named.push(commands_of(&variable.name, driver, project)?);
        }
    }
    Ok(named)
}

/// The commands that rotate a variable: its own table goes before its class.
fn command_driver<'a>(variable: &'a Variable, schema: &'a Schema) -> Option<&'a CommandDriver> {
    let rotate = variable.rotate.as_ref()?;
    let class = || schema.classes.get(rotate.class.as_ref()?)?.driver.as_ref();
    match rotate.driver.as_ref().or_else(class)? {
        DriverDefinition::Table(DriverTable::Command(driver)) => Some(driver),
        _ => None,
    }
}

/// What a user confirms about the commands that rotate a variable.
pub(super) fn commands_of(variable: &str, driver: &CommandDriver, project: &Project) -> Result<Named, Error> {
    let claims = command::claims(driver, &project.root)?;
    Ok(Named { subject: format!("rotation of {variable}"), claims })
}

/// The plugins of recipients. A key that cannot be read is the finding of others.
pub(super) fn plugins(project: &Project) -> Vec<Named> {
    let mut named = Vec::new();
    for (name, definition) in &project.manifest.recipients {
        let recipient = Recipient::parse(definition.key(), Plugins::Allowed).ok();
        let claim = recipient.as_ref().and_then(Recipient::plugin).map(Claim::plugin);
        named.extend(claim.map(|claim| Named { subject: format!("recipient {name}"), claims: vec![claim] }));
    }
    named
}
