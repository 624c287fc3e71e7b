//! Whether this machine can open each environment, and knows its project key.

use super::{Patient, bad, identity};
use crate::context::Context;
use crate::fs;
use crate::project::{Environment, Project};
use crate::rotation::journal::{Journal, Journals, Step};
use crate::seal::{self, Access, Opened, Remark};
use crate::store::{Finding, Level};

/// Opens each sealed file.
pub(super) fn examine(patient: &Patient, context: &mut Context) -> Vec<Finding> {
    let Some(project) = &patient.project else { return Vec::new() };
    let mut access = Access::from_context(context, patient.identity.as_deref());
    let mut findings = Vec::new();
    for environment in &patient.environments {
        findings.extend(examine_one(patient, project, environment, &mut access, context));
    }
    findings
}

fn examine_one(
    patient: &Patient,
    project: &Project,
    environment: &Environment,
    access: &mut Access,
    context: &Context,
) -> Vec<Finding> {
    let name = &environment.name;
    if !fs::exists(&environment.sealed) {
        let (text, help) = if fs::exists(&environment.env_file) {
            (format!("{name} is not sealed"), format!("run: envward seal -e {name}"))
        } else {
            (format!("{name} has no values yet"), format!("run: envward bootstrap -e {name}"))
        };
        return vec![Finding::notice(text, help)];
    }
    let opened = match seal::open(project, environment, access) {
        Ok(opened) => opened,
        Err(error) => return vec![cannot_open(&error, patient, environment, context)],
    };
    let mut findings = vec![Finding::good(format!("this machine opens {name}"))];
    if !opened.remarks.iter().any(|remark| matches!(remark, Remark::AuthorNotVerified { .. })) {
        findings.push(Finding::good(format!("this machine knows the project key of {name}")));
    }
    findings.extend(opened.remarks.iter().map(|remark| Finding {
        level: level(remark),
        text: format!("{name}: {remark}"),
        help: remark.hint().map(str::to_owned),
    }));
    findings.extend(stopped(project, environment, &opened, access));
    findings
}

/// Rotations that something stopped: only a person knows whether they go on or back.
fn stopped(
    project: &Project,
    environment: &Environment,
    opened: &Opened,
    access: &mut Access,
) -> Vec<Finding> {
    let name = &environment.name;
    let journals = Journals::new(&project.root, &project.manifest.project.name, name);
    match journals.read_all(opened, access) {
        Ok(journals) => {
            let stopped = journals.iter().filter(|it| it.step != Step::Recorded || it.until.is_none());
            let text = |it: &Journal| {
                format!("{name}: a rotation of {} was stopped after: {}", it.variable, it.step.name())
            };
            stopped.map(|journal| Finding::bad(text(journal), Some(journal.ways_on()))).collect()
        }
        Err(error) => vec![bad(&error, error.hint())],
    }
}

fn level(remark: &Remark) -> Level {
    if remark.is_finding() { Level::Bad } else { Level::Notice }
}

/// An identity that fits no recipient is one that someone who can open the file has to add.
fn cannot_open(
    error: &seal::Error,
    patient: &Patient,
    environment: &Environment,
    context: &Context,
) -> Finding {
    let name = &environment.name;
    match identity::public_key(patient, context) {
        Some(key) if error.lacks_identity() => {
            let help =
                format!("someone who can open it adds you with: envward recipients add NAME {key} -e {name}");
            Finding::bad(error.to_string(), Some(help))
        }
        _ => bad(error, error.hint()),
    }
}
