//! The one way a command opens a store: by the name that the manifest gives it, after the user has confirmed what
//! only the manifest says about it, and closed again whatever happens in between.

use std::path::Path;

use super::claims::{self, Question};
use crate::approvals::{Claim, ClaimKind};
use crate::context::Context;
use crate::error::Error;
use crate::manifest::StoreDefinition;
use crate::project::{Environment, Project};
use crate::rng::Rng;
use crate::schema::Schema;
use crate::seal::Access;
use crate::secret::Values;
use crate::store::{self, Opening, Store};
use crate::suggest::closest;
use crate::sync::{self, Variables};
use crate::ui::{escape, names_after};

/// A store of an environment.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    /// Its name in the manifest.
    pub(super) name: &'a str,
    /// What the manifest says about it.
    pub(super) definition: &'a StoreDefinition,
    /// The project.
    pub(super) project: &'a Project,
    /// The environment.
    pub(super) environment: &'a Environment,
    /// File with the private key that opens the files of a directory store.
    pub(super) identity: Option<&'a Path>,
}

/// The values of a store, and where they lie.
pub(super) struct Located {
    pub(super) values: Values,
    pub(super) location: String,
}

impl<'a> Target<'a> {
    /// Finds a store that serves the environment.
    ///
    /// # Errors
    /// The manifest has none of that name, or does not say that it serves the environment.
    pub(super) fn find(
        name: &'a str,
        project: &'a Project,
        environment: &'a Environment,
        identity: Option<&'a Path>,
    ) -> Result<Self, Error> {
        let definition = project.manifest.stores.get(name).ok_or_else(|| unknown(name, project))?;
        if !stores_of(project, environment).iter().any(|served| served == name) {
            let Environment { name: environment, .. } = environment;
            let message = format!("store {name} does not serve environment {environment}");
            let help = format!("name it in `stores` under [environments.{environment}] in envward.toml");
            return Err(Error::usage_with_help(message, help));
        }
        Ok(Self { name, definition, project, environment, identity })
    }

    /// Says which store an error is of.
    pub(super) fn failed(&self, error: store::Error) -> Error {
        Error::Store { name: self.name.to_owned(), error: Box::new(error) }
    }

    /// Opens the store, hands it to `work`, and closes it, also after an error. At a terminal asks first whether
    /// credentials may be sent there, if only the manifest says so; what could not be given back is a warning.
    ///
    /// # Errors
    /// What the manifest says is not confirmed, the store cannot be opened, or `work` failed.
    pub(super) fn with_store<T>(
        &self,
        context: &mut Context,
        work: impl FnOnce(&mut dyn Store, &mut Context) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.require_confirmed(context)?;
        let opening = Opening {
            definition: self.definition,
            project: self.project,
            environment: self.environment,
            env: &context.env,
            access: Access::from_context(context, self.identity),
            rng: Rng::system(&context.env),
        };
        let mut store = store::open(opening).map_err(|error| self.failed(error))?;
        let outcome = work(store.as_mut(), context);
        if let Err(error) = store.close() {
            let hint = error.hint();
            context.ui.warn(&self.failed(error).to_string());
            if let Some(hint) = hint {
                context.ui.help(&hint);
            }
        }
        outcome
    }

    /// The values that the store has for the environment, by the names of the schema. Says what is left out.
    pub(super) fn values(&self, schema: &Schema, context: &mut Context) -> Result<Located, Error> {
        let (snapshot, location) = self.with_store(context, |store, _| {
            Ok((store.read().map_err(|error| self.failed(error))?, store.location()))
        })?;
        let name = escape(self.name);
        if snapshot.version.is_none() {
            context.ui.warn(&format!("store {name} holds nothing at {}", escape(&location)));
            context.ui.help(&format!("fill it with: envward push {name}"));
        }
        let Variables { values, foreign, unusable } =
            sync::variables(&snapshot, self.definition.names(), schema);
        if !foreign.is_empty() {
            context.ui.note_names(&format!("left out of store {name}, not of the schema"), &foreign);
        }
        if !unusable.is_empty() {
            let intro = format!("store {name} holds a list or an object, which no variable can be: ");
            context.ui.warn(&names_after(&intro, &unusable));
        }
        Ok(Located { values, location })
    }

    /// What the manifest says about the store and the user has not confirmed.
    ///
    /// # Errors
    /// The user's own environment names another address; what was confirmed cannot be read.
    pub(super) fn unconfirmed(&self, context: &Context) -> Result<Vec<Claim>, Error> {
        let claims = self.claims(context)?;
        if claims.is_empty() {
            return Ok(claims);
        }
        let approvals = claims::approvals(self.project, context)?;
        Ok(claims.into_iter().filter(|claim| !approvals.covers(claim)).collect())
    }

    fn claims(&self, context: &Context) -> Result<Vec<Claim>, Error> {
        store::claims(self.definition, &context.env).map_err(|error| self.failed(error))
    }

    fn require_confirmed(&self, context: &mut Context) -> Result<(), Error> {
        if self.unconfirmed(context)?.is_empty() {
            return Ok(());
        }
        // All of it: whether a login is right depends on the address.
        let claims = self.claims(context)?;
        let question = Question {
            statement: &format!("store {} {}", escape(self.name), described(&claims)),
            request: "send credentials there",
            otherwise: "look at it, then run: envward allow; \
                        in CI set ENVWARD_ALLOW to what `envward allow --print` prints",
        };
        claims::confirm(self.project, &claims, &question, context)
    }
}

/// The names of the stores that were named, else of all that serve the environment.
///
/// # Errors
/// There is none.
pub(super) fn chosen<'a>(
    named: &'a [String],
    project: &'a Project,
    environment: &Environment,
) -> Result<&'a [String], Error> {
    let chosen = if named.is_empty() { stores_of(project, environment) } else { named };
    if chosen.is_empty() {
        let Environment { name: environment, .. } = environment;
        let help = format!("name them in `stores` under [environments.{environment}] in envward.toml");
        return Err(Error::usage_with_help(format!("environment {environment} has no stores"), help));
    }
    Ok(chosen)
}

/// The name of the store that was named, else of the only one that serves the environment.
///
/// # Errors
/// There is none, or several.
pub(super) fn only<'a>(
    named: Option<&'a String>,
    project: &'a Project,
    environment: &Environment,
) -> Result<&'a str, Error> {
    match (named, chosen(&[], project, environment)) {
        (Some(name), _) => Ok(name),
        (None, Ok([only])) => Ok(only),
        (None, Ok(several)) => {
            let help = format!("name one: {}", escape(&several.join(", ")));
            Err(Error::usage_with_help("several stores serve the environment", help))
        }
        (None, Err(error)) => Err(error),
    }
}

/// The names of the stores that serve an environment.
pub(super) fn stores_of<'a>(project: &'a Project, environment: &Environment) -> &'a [String] {
    project.manifest.environments.get(&environment.name).map_or(&[], |definition| &definition.stores)
}

/// What the manifest says about a store, as the end of a sentence about it.
pub(super) fn described(claims: &[Claim]) -> String {
    let part = |claim: &Claim| {
        let text = escape(&claim.text);
        match claim.kind {
            ClaimKind::StoreAddress => format!("is at {text}"),
            ClaimKind::StoreLogin => format!("logs in at {text}"),
            ClaimKind::Command | ClaimKind::Plugin => format!("runs {text}"),
        }
    };
    claims.iter().map(part).collect::<Vec<_>>().join(" and ")
}

fn unknown(name: &str, project: &Project) -> Error {
    let known = project.manifest.stores.keys().map(String::as_str);
    let help = match closest(name, known.clone()) {
        Some(close) => format!("did you mean {close:?}?"),
        None if project.manifest.stores.is_empty() => "add it under [stores] in envward.toml".to_owned(),
        None => format!("it has: {}", known.collect::<Vec<_>>().join(", ")),
    };
    Error::usage_with_help(format!("the manifest has no store {name:?}"), help)
}
