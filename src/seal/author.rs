//! Who writes: the CI system's word in a job, else git's. Nothing is asked of the network, and no signature is
//! checked: a name in the ledger is a claim.

use std::path::Path;

use serde_json::{Map, Value};

use crate::env_vars::{self, EnvSnapshot};
use crate::git::Git;
use crate::ledger::{Author, Job};
use crate::schema::types::jwt_claims;

/// Who writes in the project at `root`. `id_tokens` are the variables in which a job may have its id token.
pub(super) fn author(root: &Path, env: &EnvSnapshot, id_tokens: &[String]) -> Author {
    let token = || id_tokens.iter().find_map(|name| of_token(&jwt_claims(env.get(name)?)?));
    of_github(env).or_else(|| of_gitlab(env)).or_else(token).unwrap_or_else(|| of_git(root, env))
}

/// The default variables of GitHub Actions (docs.github.com, "Variables reference").
fn of_github(env: &EnvSnapshot) -> Option<Author> {
    env.get(env_vars::GITHUB_ACTIONS).filter(|value| *value == "true")?;
    let own = |name| env.get(name).map(str::to_owned);
    let job = Job {
        commit: own(env_vars::GITHUB_SHA),
        project: own(env_vars::GITHUB_REPOSITORY)?,
        reference: own(env_vars::GITHUB_REF),
        run: own(env_vars::GITHUB_RUN_ID),
        system: "github".to_owned(),
        workflow: own(env_vars::GITHUB_WORKFLOW_REF),
    };
    Some(Author { actor: own(env_vars::GITHUB_ACTOR).unwrap_or_else(unknown), job: Some(job) })
}

/// The predefined variables of GitLab CI (docs.gitlab.com, "Predefined CI/CD variables reference").
fn of_gitlab(env: &EnvSnapshot) -> Option<Author> {
    env.get(env_vars::GITLAB_CI).filter(|value| *value == "true")?;
    let own = |name| env.get(name).map(str::to_owned);
    let job = Job {
        commit: own(env_vars::CI_COMMIT_SHA),
        project: own(env_vars::CI_PROJECT_PATH)?,
        reference: own(env_vars::CI_COMMIT_REF_NAME),
        run: own(env_vars::CI_PIPELINE_ID),
        system: "gitlab".to_owned(),
        workflow: own(env_vars::CI_CONFIG_PATH),
    };
    let name = own(env_vars::GITLAB_USER_NAME).or_else(|| own(env_vars::GITLAB_USER_LOGIN));
    Some(Author { actor: person(name, own(env_vars::GITLAB_USER_EMAIL)), job: Some(job) })
}

/// The claims of an id token, by the names of GitLab and GitHub; of another issuer the subject.
fn of_token(claims: &Map<String, Value>) -> Option<Author> {
    let claim = |names: &[&str]| {
        let value = names.iter().find_map(|name| claims.get(*name))?;
        value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|number| number.to_string()))
    };
    let job = Job {
        commit: claim(&["sha"]),
        project: claim(&["project_path", "repository", "sub"])?,
        reference: claim(&["ref"]),
        run: claim(&["pipeline_id", "run_id"]),
        system: claim(&["iss"])?,
        workflow: claim(&["ci_config_ref_uri", "workflow_ref"]),
    };
    let actor = person(claim(&["user_login", "actor"]), claim(&["user_email"]));
    Some(Author { actor, job: Some(job) })
}

fn of_git(root: &Path, env: &EnvSnapshot) -> Author {
    let git = Git::discover(root, env);
    let ask = |key| git.as_ref()?.config(key).ok().flatten();
    Author { actor: person(ask("user.name"), ask("user.email")), job: None }
}

fn person(name: Option<String>, mail: Option<String>) -> String {
    match (name, mail) {
        (Some(name), Some(mail)) => format!("{name} <{mail}>"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => unknown(),
    }
}

fn unknown() -> String {
    Author::UNKNOWN.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Author {
        let env = variables.iter().map(|&(name, value)| (name.into(), value.into())).collect();
        author(Path::new("/"), &env, &["JOB_TOKEN".to_owned()])
    }

    #[test]
    fn a_job_of_github_names_run_and_person() {
        let author = of(&[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_ACTOR", "bob"),
            ("GITHUB_REF", "refs/heads/main"),
            ("GITHUB_REPOSITORY", "shop/app"),
            ("GITHUB_RUN_ID", "123"),
            ("GITHUB_SHA", "abc"),
            ("GITHUB_WORKFLOW_REF", "shop/app/.github/workflows/deploy.yml@refs/heads/main"),
        ]);
        assert_eq!(author.actor, "bob");
        let job = serde_json::to_string(&author.job).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            job,
            r#"{"commit":"abc","project":"shop/app","ref":"refs/heads/main","run":"123","system":"github","workflow":"shop/app/.github/workflows/deploy.yml@refs/heads/main"}"#
        );
    }

    #[test]
    fn a_job_of_gitlab_names_the_person_with_the_address() {
        let author = of(&[
            ("GITLAB_CI", "true"),
            ("CI_PROJECT_PATH", "shop/app"),
            ("CI_PIPELINE_ID", "9"),
            ("GITLAB_USER_NAME", "Bob"),
            ("GITLAB_USER_EMAIL", "b@example.com"),
        ]);
        assert_eq!(author.actor, "Bob <b@example.com>");
        let job = author.job.unwrap_or_default();
        assert_eq!((job.project.as_str(), job.run.as_deref()), ("shop/app", Some("9")));
    }

    #[test]
    fn an_id_token_names_another_system() {
        let encode = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
        let claims =
            r#"{"iss":"https://ci.example.com","sub":"org/app","run_id":7,"user_email":"c@example.com"}"#;
        let token = format!("{}.{}.{}", encode(r#"{"alg":"RS256"}"#), encode(claims), encode("signature"));
        let author = of(&[("JOB_TOKEN", &token)]);
        assert_eq!(author.actor, "c@example.com");
        let job = author.job.unwrap_or_default();
        let found = (job.system.as_str(), job.project.as_str(), job.run.as_deref());
        assert_eq!(found, ("https://ci.example.com", "org/app", Some("7")));
    }

    #[test]
    fn outside_of_a_job_and_of_a_repository_nobody_is_known() {
        for variables in [&[][..], &[("JOB_TOKEN", "no token")], &[("GITHUB_ACTIONS", "1")]] {
            assert_eq!(of(variables), Author { actor: Author::UNKNOWN.to_owned(), job: None });
        }
    }
}
