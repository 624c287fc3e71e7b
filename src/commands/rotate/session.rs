//! What every rotation of a run has in common: project, environment, policies, and who opens the sealed file.

use std::cell::Cell;

use indexmap::IndexMap;

use super::Args;
use super::surroundings::Surroundings;
use crate::commands::claims::{self, Question};
use crate::commands::holder::refuse_unknown_name;
use crate::commands::name;
use crate::commands::store_access::described;
use crate::commands::syncing::require_answer;
use crate::context::Context;
use crate::error::Error;
use crate::project::{Environment, Project};
use crate::rng::Rng;
use crate::rotation;
use crate::rotation::carry::Carry;
use crate::rotation::drivers::{self, Opening};
use crate::rotation::journal::{Journals, Step};
use crate::rotation::policy::{Policy, policies};
use crate::schema::driver::DriverTable;
use crate::schema::{Schema, Variable};
use crate::seal::{self, Access, Opened};
use crate::secret::Secret;

/// The environment whose variables are rotated.
pub(super) struct Session<'a> {
    pub(super) args: &'a Args,
    pub(super) project: Project,
    pub(super) environment: Environment,
    pub(super) schema: Schema,
    pub(super) policies: IndexMap<String, Policy>,
    /// Whether a store kept a journal that this run took over.
    pub(super) took_over: Cell<bool>,
    /// The variable whose rotation something stopped in this run.
    pub(super) stopped: Cell<Option<String>>,
}

impl<'a> Session<'a> {
    pub(super) fn open(args: &'a Args, context: &mut Context) -> Result<Self, Error> {
        let project = Project::require(context)?;
        let environment = project.environment(context)?;
        let schema = project.schema()?;
        let policies = policies(&schema, &project.manifest.rotation, &environment.name)?;
        Ok(Self {
            args,
            project,
            environment,
            schema,
            policies,
            took_over: Cell::new(false),
            stopped: Cell::default(),
        })
    }

    /// Refuses what asks before it writes where nobody can be asked.
    pub(super) fn require_answer(&self, context: &Context) -> Result<(), Error> {
        require_answer("rotate", self.args.yes, self.args.dry_run, context)
    }

    /// Where the journals of the environment lie.
    pub(super) fn journals(&self) -> Journals<'_> {
        Journals::new(&self.project.root, &self.project.manifest.project.name, &self.environment.name)
    }

    /// Who opens the sealed file.
    pub(super) fn access(&self, context: &Context) -> Access {
        Access::from_context(context, self.args.identity.as_deref())
    }

    /// The sealed file, without which there is nothing to rotate: the env file may be another working copy's.
    pub(super) fn opened(&self, access: &mut Access) -> Result<Opened, Error> {
        Ok(seal::open(&self.project, &self.environment, access)?)
    }

    /// The variable of that name and its policy.
    ///
    /// # Errors
    /// There is none, or it has none.
    pub(super) fn variable(&self, name: &str, context: &mut Context) -> Result<(&Variable, &Policy), Error> {
        name::require(name)?;
        let Some(variable) = self.schema.vars.get(name) else {
            refuse_unknown_name(name, Some(&self.schema), false, &mut context.ui);
            return Err(Error::usage("nothing was rotated"));
        };
        let policy = self.policies.get(name).ok_or_else(|| without_policy(variable))?;
        Ok((variable, policy))
    }

    /// Refuses a variable whose rotation was stopped in between.
    pub(super) fn require_free(&self, name: &str, context: &Context) -> Result<(), Error> {
        if !self.journals().variables()?.iter().any(|known| known == name) {
            return Ok(());
        }
        let mut access = self.access(context);
        let opened = self.opened(&mut access)?;
        let journal = self.journals().read(name, &opened, &mut access)?;
        let Some(journal) = journal.filter(|journal| journal.step != Step::Recorded) else { return Ok(()) };
        let message = format!("a rotation of {name} was stopped after: {}", journal.step.name());
        Err(Error::usage_with_help(message, journal.ways_on()))
    }

    /// Hands everything that carries a rotation through to `work`. At a terminal asks first whether the commands of
    /// the schema may run, if they are not confirmed.
    pub(super) fn carry<T>(
        &self,
        (variable, policy): (&Variable, &Policy),
        given: Option<Secret>,
        context: &mut Context,
        work: impl FnOnce(&mut Carry<'_, Surroundings<'_>>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.require_confirmed(&variable.name, policy, context)?;
        let env = context.env.clone();
        let opening = Opening {
            variable,
            environment: &self.environment.name,
            schema: &self.schema,
            policy,
            root: &self.project.root,
            env: &env,
            given,
        };
        let driver = drivers::open(opening).map_err(|error| {
            Error::from(rotation::Error::Driver { variable: variable.name.clone(), error })
        })?;
        let mut access = self.access(context);
        let mut rng = Rng::system(&env);
        let mut world = Surroundings { context, session: self };
        let done = work(&mut Carry {
            project: &self.project,
            environment: &self.environment,
            schema: &self.schema,
            variable,
            policy,
            at_once: false,
            driver,
            access: &mut access,
            rng: &mut rng,
            world: &mut world,
        });
        if done.is_err() {
            self.stopped.set(Some(variable.name.clone()));
        }
        done
    }

    fn require_confirmed(&self, name: &str, policy: &Policy, context: &mut Context) -> Result<(), Error> {
        let DriverTable::Command(driver) = &policy.driver else { return Ok(()) };
        let named = claims::commands_of(name, driver, &self.project)?;
        let approvals = claims::approvals(&self.project, context)?;
        if named.claims.iter().all(|claim| approvals.covers(claim)) {
            return Ok(());
        }
        let question = Question {
            statement: &format!("{} {}", named.subject, described(&named.claims)),
            request: "run that",
            otherwise: "look at it, then run: envward allow; \
                        in CI set ENVWARD_ALLOW to what `envward allow --print` prints",
        };
        claims::confirm(&self.project, &named.claims, &question, context)
    }
}

/// Why a variable that the schema has is not rotated, and what to do.
fn without_policy(variable: &Variable) -> Error {
    let name = &variable.name;
    if let Some(template) = &variable.template {
        let parts = template.parts().join(", ");
        let help = format!("rotate a part, and it is rendered again: {parts}");
        return Error::usage_with_help(format!("{name} is rendered from its parts"), help);
    }
    let help =
        format!("add it under [vars.{name}], such as: rotate = {{ every = \"90d\", driver = \"generate\" }}");
    Error::usage_with_help(format!("the schema does not say how {name} is rotated"), help)
}
