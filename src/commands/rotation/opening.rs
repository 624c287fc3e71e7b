//! What a survey learns from those who can open an environment, and from its stores.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use super::super::sealing::say_remarks;
use super::super::store_access::{Target, stores_of};
use crate::context::Context;
use crate::dotenv::Document;
use crate::error::Error;
use crate::fs;
use crate::project::{Environment, Project};
use crate::rotation::evidence::store_facts::StoreFacts;
use crate::rotation::expiry::expiries;
use crate::schema::Schema;
use crate::seal::{self, Access, WorkingCopy};
use crate::secret::{Key, Values};

/// What only those know who can open an environment.
#[derive(Default)]
pub(super) struct Opened {
    /// When values end by themselves.
    pub(super) expiries: BTreeMap<String, Timestamp>,
    /// The project keys with their numbers.
    pub(super) keys: Option<Vec<(u32, Key)>>,
}

impl Opened {
    /// Opens an environment with the private key in a file. One without a sealed file has an env file, or no values
    /// at all.
    pub(super) fn open(
        project: &Project,
        environment: &Environment,
        schema: &Schema,
        identity: &Path,
        context: &mut Context,
    ) -> Result<Self, Error> {
        if !fs::exists(&environment.sealed) {
            let document = WorkingCopy::document(&environment.env_file)?;
            let entries = document.iter().flat_map(Document::entries);
            let values: Values = entries.map(|entry| (entry.name.to_owned(), entry.value.clone())).collect();
            return Ok(Self { expiries: expiries(schema, &values), keys: None });
        }
        let mut access = Access::from_context(context, Some(identity));
        let opened = seal::open(project, environment, &mut access)?;
        say_remarks(&opened.remarks, &mut context.ui);
        Ok(Self { expiries: expiries(schema, &opened.values), keys: Some(opened.project_keys()) })
    }
}

/// What the stores of an environment say. One that cannot be asked does not hide the others.
pub(super) fn ask_stores(
    project: &Project,
    environment: &Environment,
    context: &mut Context,
) -> Result<Vec<StoreFacts>, Error> {
    let mut facts = Vec::new();
    for name in stores_of(project, environment) {
        let target = Target::find(name, project, environment, None)?;
        let names = target.definition.names();
        let asked = target.with_store(context, |store, _| Ok(StoreFacts::read(name, names, store)));
        facts.push(match asked {
            Err(Error::Store { error, .. }) => StoreFacts::failed(name, error.to_string()),
            asked => asked?,
        });
    }
    Ok(facts)
}
