//! What `doctor` finds out: whose the credentials are, which secrets are there, and what is denied.

use super::batch;
use super::compare_and_set::deleted;
use super::failure::Failure;
use super::limits;
use super::operations::each;
use super::service::{Sdk, Service};
use crate::store::{Error, Finding};

/// The findings about these secrets; `prefix` if they are those of a layout that lists.
pub async fn findings(service: &Service, paths: &[String], prefix: Option<&str>) -> Vec<Finding> {
    let sdk = match service.sdk().await {
        Ok(sdk) => sdk,
        Err(error) => return vec![problem(&error)],
    };
    let mut findings = Vec::new();
    match login(service, sdk).await {
        Ok(finding) => findings.extend(finding),
        Err(error) => return vec![problem(&error)],
    }
    findings.extend(name(&service.settings.name, prefix.is_some()));
    if let Some(prefix) = prefix {
        findings.extend(listing(service, prefix).await);
    }
    findings.extend(secrets(service, paths).await);
    findings
}

/// Whose the credentials are. An endpoint of the manifest is not AWS, so AWS is not asked then.
async fn login(service: &Service, sdk: &Sdk) -> Result<Option<Finding>, Error> {
    if service.settings.endpoint_of_manifest {
        return Ok(None);
    }
    let client = aws_sdk_sts::Client::new(&sdk.config);
    match service.call(|| client.get_caller_identity().send()).await {
        Ok(identity) => Ok(identity.arn.map(|arn| Finding::good(format!("logged in as {arn}")))),
        Err(
            failure @ (Failure::NoCredential | Failure::Provider | Failure::Expired | Failure::Credential),
        ) => Err(service.error(failure, "use", "AWS")),
        // Some networks let only the secrets through: the rest tells.
        Err(_) => Ok(None),
    }
}

fn name(name: &str, has_parts: bool) -> Option<Finding> {
    let text = format!("the name {name} ends like an ARN, in a hyphen and six characters");
    let help = "AWS may take such a name for a part of another secret's ARN: choose another";
    (!has_parts && limits::looks_like_an_arn(name)).then(|| Finding::notice(text, help))
}

async fn listing(service: &Service, prefix: &str) -> Option<Finding> {
    match service.list(prefix).await {
        Ok(_) => None,
        Err(Failure::Denied) => Some(Finding::notice(
            "the login may not list secrets: only the variables of the schema are seen",
            "allow secretsmanager:ListSecrets",
        )),
        Err(failure) => Some(problem(&service.error(failure, "list", prefix))),
    }
}

/// How the secrets are: those without a problem are counted.
async fn secrets(service: &Service, paths: &[String]) -> Vec<Finding> {
    let described = each(paths, async |path: &String| (path, service.describe(path).await)).await;
    let mut findings = Vec::new();
    let (mut missing, mut empty, mut there) = (Vec::new(), Vec::new(), Vec::new());
    for (path, found) in described {
        match found {
            Ok(None) => missing.push(path.as_str()),
            Ok(Some(found)) if found.is_deleted => findings.push(problem(&deleted(path, &found))),
            Ok(Some(found)) if found.current.is_none() => empty.push(path.as_str()),
            Ok(Some(_)) => there.push(path.clone()),
            Err(failure) => findings.push(problem(&service.error(failure, "describe", path))),
        }
    }
    let values = batch::values(service, &there).await;
    let (mut readable, mut binary) = (Vec::new(), Vec::new());
    for path in &there {
        match values.get(path) {
            Some(Ok(value)) if value.text.is_some() => readable.push(path.as_str()),
            Some(Ok(_)) => binary.push(path.as_str()),
            Some(Err(failure)) => findings.push(problem(&service.error(*failure, "read", path))),
            None => {}
        }
    }
    let push = "the next push writes what is missing";
    findings.extend(counted(&readable, "can be read").map(Finding::good));
    findings.extend(counted(&missing, "is not there yet").map(|text| Finding::notice(text, push)));
    findings.extend(counted(&empty, "has no value yet").map(|text| Finding::notice(text, push)));
    findings
        .extend(counted(&binary, "is binary, and no variable can be").map(|text| Finding::bad(text, None)));
    findings
}

fn counted(paths: &[&str], what: &str) -> Option<String> {
    match paths {
        [] => None,
        [path] => Some(format!("{path} {what}")),
        [first, rest @ ..] => Some(format!("{first} {what}, and so for {} more", rest.len())),
    }
}

fn problem(error: &Error) -> Finding {
    let help = match error {
        Error::Forbidden { .. } => Some("give the login the policy of this store".to_owned()),
        _ => error.hint(),
    };
    Finding::bad(error.to_string(), help)
}
