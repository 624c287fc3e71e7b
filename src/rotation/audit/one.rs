//! One project of an audit: all of its environments, or one of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Place;
use crate::env_vars::EnvSnapshot;
use crate::git::Git;
use crate::project::{Environment, Project};
use crate::rotation::evidence::store_facts::StoreFacts;
use crate::rotation::survey::{self, Survey};
use crate::rotation::{self, Finding, FindingCode, Row};
use crate::schema::Schema;
use crate::{fs, manifest, schema, ui};

/// What an audit looks at in each project.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// For git.
    pub env: &'a EnvSnapshot,
    /// Whether the history of the repository counts.
    pub with_git: bool,
    /// Only this environment.
    pub environment: Option<&'a str>,
    /// Now.
    pub now: Timestamp,
}

/// What a project came to.
#[derive(Clone, Debug, Default)]
pub struct Audited {
    /// Its name; that of its directory if it could not be read.
    pub project: String,
    /// Where it lies; `None` if it sent a report.
    pub place: Option<Place>,
    /// Its variables, environment by environment.
    pub rows: Vec<Row>,
    /// How many environments were looked at.
    pub environments: usize,
    /// Secret variables that have a value and no policy.
    pub without_policy: usize,
    /// Whether entries of its ledger were believed without a look at who wrote them.
    pub authors_unchecked: bool,
    /// What is wrong with the project as a whole.
    pub findings: Vec<Finding>,
}

/// Why a project, or a part of it, cannot be looked at.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("{0}")]
    Place(String),
    #[error(transparent)]
    Manifest(#[from] manifest::Error),
    #[error(transparent)]
    Schema(#[from] schema::Error),
    #[error("environment {environment}: {error}")]
    Environment { environment: String, error: Box<Unreadable> },
    #[error(transparent)]
    Rotation(#[from] rotation::Error),
    #[error("git does not read the repository: does it belong to another user?")]
    Git,
}

/// Looks at one project. `ask` is asked what the stores of each environment say. Never fails: a project that
/// cannot be read is a finding, and an environment that cannot be read does not hide the others.
pub fn project(
    place: &Place,
    options: Options<'_>,
    mut ask: impl FnMut(&Project, &Environment) -> Vec<StoreFacts>,
) -> Audited {
    let mut audited =
        Audited { project: place.label.clone(), place: Some(place.clone()), ..Audited::default() };
    let opened = match open(place) {
        Ok(opened) => opened,
        Err(error) => {
            audited.findings.push(error.finding());
            return audited;
        }
    };
    let (project, schema) = opened;
    audited.project.clone_from(&project.manifest.project.name);
    let git = if options.with_git { Git::discover(&project.root, options.env) } else { None };
    if options.with_git && git.is_none() && is_in_repository(&project) {
        audited.findings.push(Unreadable::Git.finding());
    }
    let names = project.manifest.environments.keys().map(String::as_str);
    for name in names.filter(|name| options.environment.is_none_or(|only| only == *name)) {
        audited.environments += 1;
        match environment(&project, name, &schema, git.as_ref(), options, &mut ask) {
            Ok(survey) => audited.add(survey),
            Err(error) => {
                let (environment, error) = (name.to_owned(), Box::new(error));
                audited.findings.push(Unreadable::Environment { environment, error }.finding());
            }
        }
    }
    audited
}

fn open(place: &Place) -> Result<(Project, Schema), Unreadable> {
    if let Some(problem) = &place.problem {
        return Err(Unreadable::Place(problem.clone()));
    }
    let project = Project::at(&place.path)?;
    let schema = project.schema()?;
    Ok((project, schema))
}

fn environment(
    project: &Project,
    name: &str,
    schema: &Schema,
    git: Option<&Git>,
    options: Options<'_>,
    ask: &mut impl FnMut(&Project, &Environment) -> Vec<StoreFacts>,
) -> Result<Survey, Unreadable> {
    let environment = project.environment_named(name)?;
    let stores = ask(project, &environment);
    let expiries = BTreeMap::new();
    let options = survey::Options { git, stores: &stores, keys: None, expiries: &expiries, now: options.now };
    Ok(survey::survey(project, &environment, schema, options)?)
}

/// Whether there is a repository that git should have read.
fn is_in_repository(project: &Project) -> bool {
    project.root.ancestors().any(|directory| fs::exists(&directory.join(".git")))
}

impl Audited {
    /// Calls it otherwise, in its rows too.
    pub fn rename(&mut self, name: &str) {
        name.clone_into(&mut self.project);
        for row in &mut self.rows {
            name.clone_into(&mut row.project);
        }
    }

    fn add(&mut self, survey: Survey) {
        self.rows.extend(survey.rows);
        self.without_policy += survey.without_policy.len();
        self.authors_unchecked |= survey.authors_unchecked;
        self.findings.extend(survey.findings);
    }
}

impl Unreadable {
    fn finding(&self) -> Finding {
        let message = match self {
            // It was made safe to show when it was found.
            Self::Place(problem) => problem.clone(),
            other => ui::escape(&other.to_string()).into_owned(),
        };
        Finding { code: FindingCode::Unreadable, message }
    }
}
