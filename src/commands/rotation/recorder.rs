//! What the commands that add an entry to the ledger have in common.

use std::path::Path;

use super::status::known;
use crate::commands::sealing::say_commit;
use crate::context::Context;
use crate::error::Error;
use crate::ledger::{self, Author, Entry, Event, Ledger};
use crate::project::{Environment, Project};
use crate::rotation::Error as RotationError;
use crate::seal::{self, Access};

/// The ledger of an environment, and who writes into it.
pub(super) struct Recorder {
    pub(super) project: Project,
    pub(super) environment: Environment,
    pub(super) access: Access,
}

impl Recorder {
    /// The environment of the command line.
    pub(super) fn open(identity: Option<&Path>, context: &Context) -> Result<Self, Error> {
        let project = Project::require(context)?;
        let environment = project.environment(context)?;
        Ok(Self { project, environment, access: Access::from_context(context, identity) })
    }

    /// Refuses names that the schema does not know.
    pub(super) fn require_known(&self, names: &[String]) -> Result<(), Error> {
        known(names, &self.project.schema()?)
    }

    /// An entry by this user about an environment, to be filled.
    ///
    /// # Errors
    /// Nobody says who the user is, so that the entry would be nobody's word.
    pub(super) fn note(&self, event: Event) -> Result<Entry, Error> {
        let entry = seal::note(&self.project, &self.environment, event, &self.access);
        if entry.actor == Author::UNKNOWN {
            let help = "run: git config user.name NAME; git config user.email ADDRESS";
            return Err(Error::usage_with_help("git does not say who you are", help));
        }
        Ok(entry)
    }

    /// Writes the entry; gives its id.
    pub(super) fn enter(&mut self, entry: Entry) -> Result<String, Error> {
        Ok(seal::record(&self.project, &self.environment, entry, None, &mut self.access)?)
    }

    /// The ledger as it is.
    pub(super) fn ledger(&self) -> Result<Ledger, Error> {
        let path = self.project.root.join(ledger::FILE_NAME);
        Ok(Ledger::read(&path).map_err(RotationError::from)?)
    }

    /// Ends with the files that belong into one commit.
    pub(super) fn say_commit(&self, context: &mut Context) {
        say_commit(&self.project, std::slice::from_ref(&self.environment), context);
    }
}

/// The beginning of an id, as a person types it.
pub(super) fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
