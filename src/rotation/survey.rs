//! One environment of one project: every variable with a policy and a value, and how it stands. Needs no key.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::deadline::{self, Facts};
use super::events::{Events, History};
use super::evidence::git_history::{self, GitHistory};
use super::evidence::store_facts::StoreFacts;
use super::evidence::{self, Sources};
use super::policy::{self, Policy};
use super::{Error, Finding, FindingCode, Row};
use crate::fs;
use crate::git::Git;
use crate::ledger::{self, Ledger};
use crate::manifest::SealFormat;
use crate::project::{Environment, Project};
use crate::schema::{Schema, Variable};
use crate::seal::{self, WorkingCopy, sops};
use crate::secret::Key;

/// What a survey looks at beyond the project's files.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The project's repository; `None` leaves its history out.
    pub git: Option<&'a Git>,
    /// What the stores of the environment say.
    pub stores: &'a [StoreFacts],
    /// The environment's project keys by number, if they are known: entries written without one then show.
    pub keys: Option<&'a [(u32, Key)]>,
    /// When values end by themselves, for those who can open them.
    pub expiries: &'a BTreeMap<String, Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// What a survey found.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// The environment.
    pub environment: String,
    /// The variables, in the order of the schema.
    pub rows: Vec<Row>,
    /// Secret variables that have a value and no policy, and that nothing else makes due. What is rendered from others
    /// goes with its parts, and what holds a previous value with the variable that had it.
    pub without_policy: Vec<String>,
    /// Whether entries of the ledger were believed without a look at who wrote them.
    pub authors_unchecked: bool,
    /// What is wrong with the ledger or the history as a whole.
    pub findings: Vec<Finding>,
}

/// Surveys an environment. A variable that has no value there, as far as names show without a key, has no row; one
/// without a policy has a row if it became known to someone, or ends by itself.
///
/// # Errors
/// The policy makes no sense, or a file cannot be read. A ledger that is broken is a finding.
pub fn survey(
    project: &Project,
    environment: &Environment,
    schema: &Schema,
    options: Options<'_>,
) -> Result<Survey, Error> {
    let policies = policy::policies(schema, &project.manifest.rotation, &environment.name)?;
    let ledger = project.root.join(ledger::FILE_NAME);
    let mut findings = Vec::new();
    let events = match Ledger::read(&ledger) {
        Ok(ledger) => Events::of(&ledger, &environment.name, options.keys, options.now),
        Err(ledger::Error::File(error)) => return Err(error.into()),
        Err(error) => {
            let message = error.to_string();
            findings.push(Finding { code: FindingCode::LedgerBroken, message });
            Events::default()
        }
    };
    let git = options.git.map(|git| git_history::read(git, &ledger, environment)).transpose()?;
    let surveyor = Surveyor { project, environment, events: &events, git: git.as_ref(), options };
    findings.extend(surveyor.findings());
    let present = surveyor.present()?;
    let mut survey = Survey {
        environment: environment.name.clone(),
        findings,
        authors_unchecked: events.authors_unchecked,
        ..Survey::default()
    };
    // What holds the previous value of another goes with it.
    let is_previous = |name: &str| policies.values().any(|policy| policy.previous.as_deref() == Some(name));
    let by_event = |variable| policy::by_event(variable, &project.manifest.rotation);
    for variable in schema.vars.values().filter(|variable| present.contains(&variable.name)) {
        let name = variable.name.as_str();
        match policies.get(name) {
            Some(policy) => survey.rows.push(surveyor.row(name, Some(variable), policy)),
            None if surveyor.has_event(name) => {
                survey.rows.push(surveyor.row(name, Some(variable), &by_event(Some(variable))));
            }
            None if variable.secret && variable.template.is_none() && !is_previous(name) => {
                survey.without_policy.push(name.to_owned());
            }
            None => {}
        }
    }
    let unknown = present.iter().filter(|name| !schema.vars.contains_key(*name) && surveyor.has_event(name));
    let mut unknown: Vec<&String> = unknown.collect();
    unknown.sort_unstable();
    survey.rows.extend(unknown.into_iter().map(|name| surveyor.row(name, None, &by_event(None))));
    survey.findings.extend(contradicted(&survey.rows, &environment.name));
    Ok(survey)
}

/// A ledger that tells of changes which did not happen cannot be believed about the others either.
fn contradicted(rows: &[Row], environment: &str) -> Option<Finding> {
    let code = FindingCode::ClaimContradicted;
    let is_contradicted = |row: &&Row| row.findings.iter().any(|finding| finding.code == code);
    let names: Vec<&str> = rows.iter().filter(is_contradicted).map(|row| row.variable.as_str()).collect();
    let message =
        format!("the ledger tells of changes in {environment} that did not happen: {}", names.join(", "));
    (!names.is_empty()).then_some(Finding { code, message })
}

/// What is known of one environment as a whole.
struct Surveyor<'a> {
    project: &'a Project,
    environment: &'a Environment,
    events: &'a Events,
    git: Option<&'a GitHistory>,
    options: Options<'a>,
}

impl Surveyor<'_> {
    /// What is wrong beyond single variables.
    fn findings(&self) -> Vec<Finding> {
        let mut findings = self.events.findings.clone();
        findings.extend(self.git.into_iter().flat_map(|git| git.findings.iter().cloned()));
        findings.extend(self.options.stores.iter().filter_map(StoreFacts::finding));
        findings
    }

    /// The names that have a value, as far as they show: in the sealed file; where that shows none, in the ledger, and
    /// in the env file, which may lack what is in the sealed file only.
    fn present(&self) -> Result<HashSet<String>, Error> {
        let Environment { sealed, env_file, format, .. } = self.environment;
        if *format == SealFormat::Sops
            && let Some(bytes) = fs::read_if_exists(sealed)?
        {
            let document = sops::Document::parse(&bytes).map_err(seal::Error::from)?;
            return Ok(document.names().map(str::to_owned).collect());
        }
        let is_there = |(_, history): &(&String, &History)| !history.removed && !history.changes.is_empty();
        let recorded = self.events.variables.iter().filter(is_there).map(|(name, _)| name.clone());
        let document = WorkingCopy::document(env_file)?;
        let Some(document) = document else { return Ok(recorded.collect()) };
        let written = document.entries().map(|entry| entry.name.to_owned());
        Ok(if fs::exists(sealed) { recorded.chain(written).collect() } else { written.collect() })
    }

    /// Whether something other than its age makes it due.
    fn has_event(&self, name: &str) -> bool {
        let exposed = self.events.variables.get(name).is_some_and(|history| history.exposed.is_some());
        exposed || self.options.expiries.contains_key(name)
    }

    /// How a variable stands; `variable` is `None` if the schema does not know it.
    fn row(&self, name: &str, variable: Option<&Variable>, policy: &Policy) -> Row {
        let Options { stores, expiries, now, .. } = self.options;
        let history = self.events.variables.get(name);
        let evidence = evidence::evidence(Sources {
            variable: name,
            ledger: Some(self.events),
            git: self.git,
            stores,
            min_evidence: policy.min_evidence,
            now,
        });
        let project = self.project.manifest.project.name.as_str();
        let deadline = deadline::deadline(Facts {
            policy,
            evidence: &evidence,
            history,
            not_after: expiries.get(name).copied(),
            identity: [project, &self.environment.name, name],
            now,
        });
        let mut findings = evidence.findings;
        findings.extend(history.into_iter().flat_map(|history| history_findings(history, now)));
        Row {
            project: project.to_owned(),
            environment: self.environment.name.clone(),
            variable: name.to_owned(),
            class: policy.class.clone(),
            owner: policy.owner.clone(),
            status: deadline.status,
            due: deadline.due,
            warn: deadline.warn,
            last_rotated: evidence.rotated,
            evidence: evidence.grade,
            exempt_until: deadline.exempt_until,
            approver: deadline.approver,
            driver: policy.driver.name().to_owned(),
            controls: policy.controls.clone(),
            runbook: policy.runbook.clone().or_else(|| variable.and_then(|variable| variable.obtain.clone())),
            declared: variable.and_then(declared),
            findings,
            reported: None,
        }
    }
}

/// What the ledger says about a variable that someone has to do something about.
fn history_findings(history: &History, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |code, message| findings.push(Finding { code, message });
    if let Some(exposed) = &history.exposed {
        let message = format!("it became known on {}: {}", day(exposed.at), exposed.reason);
        find(FindingCode::Exposed, message);
    }
    if let Some(pending) = &history.pending {
        let message = format!(
            "the exemption until {} that {} asked for on {} waits for someone else to approve it",
            pending.until,
            pending.author,
            day(pending.at)
        );
        find(FindingCode::ExemptionPending, message);
    }
    let newest = history.rotations.last().filter(|rotated| rotated.retired.is_none());
    if let Some((exposed, until)) = newest.and_then(|it| it.exposed.as_ref().zip(it.until))
        && until > now
    {
        let message = format!(
            "its previous value became known on {}: {}; it is accepted until {}",
            day(exposed.at),
            exposed.reason,
            day(until)
        );
        find(FindingCode::Exposed, message);
    }
    if let Some(until) = newest.and_then(|rotated| rotated.until).filter(|until| *until <= now) {
        let message = format!("the previous value was to be retired on {}, and was not", day(until));
        find(FindingCode::PreviousForgotten, message);
    }
    findings
}

/// Where the project declares it; a schema that comes with envward is no file of the project.
fn declared(variable: &Variable) -> Option<(String, u32)> {
    let file = variable.origin.file.to_string_lossy();
    (!file.starts_with("builtin:")).then(|| (file.into_owned(), variable.origin.line))
}

/// The day of a moment, in UTC.
fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
