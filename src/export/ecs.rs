//! ecs: the parts `environment` and `secrets` of a container definition of Amazon ECS, which fetches the secrets from
//! AWS Secrets Manager when a task starts. They hold no secret.
//!
//! The ARNs are without the six random characters at their end, which AWS adds and the manifest does not know; Secrets
//! Manager finds a secret without them, unless its name ends like one with them.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::stored::Stored;
use super::{Error, Format, Input, NamedStore, Output, Refusal, refuse_nul};
use crate::manifest::StoreDefinition;
use crate::secret::{Secret, Values};

/// Parts of a container definition.
#[derive(clap::Args, Default)]
pub struct Options {
    /// The account whose AWS Secrets Manager has the secrets: 12 digits
    #[arg(long, value_name = "ID")]
    account: String,

    /// Its region [default: that of the store in the manifest]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// The store of the manifest that serves the environment [default: the only one]
    #[arg(long, value_name = "STORE")]
    store: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    environment: Vec<Variable>,
    secrets: Vec<Reference>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variable {
    name: String,
    /// Not secret.
    value: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Reference {
    name: String,
    value_from: String,
}

impl Format for Options {
    fn refuses(&self, name: &str, value: &str, input: &Input) -> Option<Refusal> {
        if input.is_secret(name) { input.stored.as_ref()?.refuse(name) } else { refuse_nul(value) }
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let stored = input.stored()?;
        let region = self.region(stored)?;
        if self.account.len() != 12 || !self.account.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = "--account is not the id of an AWS account".to_owned();
            return Err(Error::Option { message, help: "it has 12 digits".to_owned() });
        }
        if looks_complete(&stored.place) {
            let message =
                "the secret's name ends in a dash and six characters, as AWS ends its ARNs".to_owned();
            return Err(Error::Option {
                message,
                help: "rename the secret, so that its ARN is not ambiguous".to_owned(),
            });
        }
        let mut parts = Parts { environment: Vec::new(), secrets: Vec::new() };
        for (name, value) in &input.values {
            let name = name.clone();
            if input.is_secret(&name) {
                parts.secrets.push(Reference { value_from: self.arn(&name, stored, region), name });
            } else {
                parts.environment.push(Variable { name, value: value.expose().to_owned() });
            }
        }
        let json = serde_json::to_string_pretty(&parts).expect("texts can be written as JSON");
        Ok(Output::Text(Zeroizing::new(json + "\n")))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        let Parts { environment, secrets } = serde_json::from_str(text).ok()?;
        let clear = environment.into_iter().map(|Variable { name, value }| (name, value));
        let secret = secrets.into_iter().map(|Reference { name, value_from }| (name, value_from));
        Some(clear.chain(secret).map(|(name, text)| (name, Secret::from(text))).collect())
    }

    fn expected(&self, input: &Input) -> Values {
        let mut values = input.values.clone();
        if let Ok((stored, region)) = input.stored().and_then(|stored| Ok((stored, self.region(stored)?))) {
            for (name, value) in values.iter_mut().filter(|(name, _)| input.is_secret(name)) {
                *value = Secret::new(self.arn(name, stored, region));
            }
        }
        values
    }

    fn store(&self) -> Option<NamedStore<'_>> {
        Some(NamedStore(self.store.as_deref()))
    }
}

impl Options {
    fn region<'a>(&'a self, stored: &'a Stored) -> Result<&'a str, Error> {
        let StoreDefinition::AwsSecretsManager(definition) = &stored.definition else {
            let message = "a task of ECS gets secrets from AWS alone".to_owned();
            return Err(Error::Option { message, help: "name an AWS store: --store NAME".to_owned() });
        };
        let region = self.region.as_deref().or(definition.region.as_deref());
        let is_region =
            |it: &&str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        region.filter(is_region).ok_or_else(|| Error::Option {
            message: "neither the manifest nor --region names a region of AWS".to_owned(),
            help: "name it, such as --region eu-central-1".to_owned(),
        })
    }

    fn arn(&self, name: &str, stored: &Stored, region: &str) -> String {
        let partition = match region.split('-').next() {
            Some("cn") => "aws-cn",
            _ if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        let remote = stored.remote(name);
        let secret =
            format!("arn:{partition}:secretsmanager:{region}:{}:secret:{}", self.account, remote.key);
        // The field, and the label and the id of a version: the current one.
        remote.property.map_or(secret.clone(), |field| format!("{secret}:{field}::"))
    }
}

/// Whether a name ends as AWS ends an ARN.
fn looks_complete(name: &str) -> bool {
    let end = name.rsplit_once('-').map_or("", |(_, end)| end);
    end.len() == 6 && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{input, stored, text_of};

    const AWS: &str = "type = 'aws-secrets-manager'\nname = 'x'\nregion = 'eu-central-1'";

    #[test]
    fn a_secret_is_a_field_of_the_secret_in_the_store() {
        let mut input = input(&[("KEY", "hunter2"), ("CLEAR_LEVEL", "INFO")]);
        input.stored = Some(stored(AWS, "shop/production", &["KEY"]));
        let expected = "{
  \"environment\": [
    {
      \"name\": \"CLEAR_LEVEL\",
      \"value\": \"INFO\"
    }
  ],
  \"secrets\": [
    {
      \"name\": \"KEY\",
      \"valueFrom\": \"arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/production:KEY::\"
    }
  ]
}
";
        assert_eq!(text_of("ecs --account 123456789012", &input), Ok(expected.to_owned()));
        let each = format!("{AWS}\nlayout = 'per-variable'");
        input.stored = Some(stored(&each, "shop/production", &["KEY"]));
        let parts =
            text_of("ecs --account 123456789012 --region cn-north-1", &input).expect("it can be written");
        let arn = "\"arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:shop/production/KEY\"";
        assert!(parts.contains(arn), "{parts}");
    }

    #[test]
    fn what_no_task_would_find_is_refused() {
        let mut input = input(&[("KEY", "hunter2")]);
        input.stored = Some(stored(AWS, "shop/production", &["KEY"]));
        let account = text_of("ecs --account 12345", &input).expect_err("an account has 12 digits");
        assert_eq!(account, "--account is not the id of an AWS account");
        input.stored = Some(stored(AWS, "shop-AbC123", &["KEY"]));
        let ambiguous = text_of("ecs --account 123456789012", &input).expect_err("it looks like a whole ARN");
        assert!(ambiguous.contains("six characters"), "{ambiguous}");
        input.stored = Some(stored("type = 'directory'\npath = 'x'", "x", &["KEY"]));
        let elsewhere = text_of("ecs --account 123456789012", &input).expect_err("it is no store of AWS");
        assert_eq!(elsewhere, "a task of ECS gets secrets from AWS alone");
    }
}
