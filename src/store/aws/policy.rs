//! The least that a login has to be allowed, as an IAM policy.

use serde_json::{Value, json};

use super::{limits, settings};
use crate::manifest::{AwsDefinition, AwsLayout};
use crate::store::{Error, Policy, expand};

/// What reads and writes one secret.
const ONE: [&str; 8] = [
    "secretsmanager:CreateSecret",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:ListSecretVersionIds",
    "secretsmanager:PutSecretValue",
    "secretsmanager:RestoreSecret",
    "secretsmanager:TagResource",
    "secretsmanager:UpdateSecretVersionStage",
];

/// What a secret for each variable takes too.
const EACH: [&str; 2] = ["secretsmanager:DeleteSecret", "secretsmanager:UntagResource"];

/// What cannot be allowed for single secrets ("Actions, resources, and condition keys for AWS Secrets Manager").
const ALL: [&str; 2] = ["secretsmanager:BatchGetSecretValue", "secretsmanager:ListSecrets"];

/// The policy for one environment.
///
/// # Errors
/// [`Error::Definition`].
pub fn of(definition: &AwsDefinition, environment: &str, project: &str) -> Result<Policy, Error> {
    let name = expand(&definition.name, environment, project)?;
    limits::check_name(&name)?;
    let region = definition.region.as_deref();
    region.map_or(Ok(()), settings::check_region)?;
    let region = region.unwrap_or("*");
    let partition = partition(region);
    let resource = |tail: &str| format!("arn:{partition}:secretsmanager:{region}:*:secret:{name}{tail}");
    let mut statements = match definition.layout {
        // AWS appends a hyphen and six characters to a name to make an ARN of it.
        AwsLayout::Json => vec![allow("Secret", &ONE, &resource("-??????"))],
        AwsLayout::PerVariable => {
            let actions = [ONE.as_slice(), &EACH].concat();
            vec![allow("Secrets", &actions, &resource("/*")), allow("List", &ALL, "*")]
        }
    };
    statements.extend(definition.kms_key.as_deref().map(|key| kms(key, partition, region)));
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    let text = serde_json::to_string_pretty(&policy).expect("made of texts");
    Ok(Policy { language: "IAM policy", text })
}

/// Allows these actions on a resource.
pub fn allow(id: &str, actions: &[&str], resource: &str) -> Value {
    json!({ "Sid": id, "Effect": "Allow", "Action": actions, "Resource": resource })
}

/// The KMS key, for this service only. A key is named by its ARN, its id, or an alias.
fn kms(key: &str, partition: &str, region: &str) -> Value {
    let suffix = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    let mut condition =
        json!({ "StringLike": { "kms:ViaService": format!("secretsmanager.{region}.{suffix}") } });
    let any = format!("arn:{partition}:kms:{region}:*:key/");
    let alias = key.split_once("alias/").map(|(_, alias)| format!("alias/{alias}"));
    let resource = match alias {
        Some(alias) => {
            condition["ForAnyValue:StringEquals"] = json!({ "kms:ResourceAliases": alias });
            format!("{any}*")
        }
        None if key.starts_with("arn:") => key.to_owned(),
        None => format!("{any}{key}"),
    };
    let mut statement = allow("Key", &["kms:Decrypt", "kms:GenerateDataKey"], &resource);
    statement["Condition"] = condition;
    statement
}

/// The partition of AWS that a region is in, as ARNs begin with it.
pub fn partition(region: &str) -> &'static str {
    match region {
        "*" => "*",
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str) -> String {
        let definition: AwsDefinition = toml::from_str(text).expect("a definition");
        of(&definition, "production", "shop").expect("a policy").text
    }

    #[test]
    fn one_secret_needs_no_more_than_itself_and_its_key() {
        let text = policy("name = \"{project}/{env}\"\nregion = \"eu-central-1\"\nkms_key = \"alias/shop\"");
        insta::assert_snapshot!(text, @r#"
        {
          "Statement": [
            {
              "Action": [
                "secretsmanager:CreateSecret",
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:ListSecretVersionIds",
                "secretsmanager:PutSecretValue",
                "secretsmanager:RestoreSecret",
                "secretsmanager:TagResource",
                "secretsmanager:UpdateSecretVersionStage"
              ],
              "Effect": "Allow",
              "Resource": "arn:aws:secretsmanager:eu-central-1:*:secret:shop/production-??????",
              "Sid": "Secret"
            },
            {
              "Action": [
                "kms:Decrypt",
                "kms:GenerateDataKey"
              ],
              "Condition": {
                "ForAnyValue:StringEquals": {
                  "kms:ResourceAliases": "alias/shop"
                },
                "StringLike": {
                  "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"
                }
              },
              "Effect": "Allow",
              "Resource": "arn:aws:kms:eu-central-1:*:key/*",
              "Sid": "Key"
            }
          ],
          "Version": "2012-10-17"
        }
        "#);
    }

    #[test]
    fn a_secret_for_each_variable_needs_to_list_and_to_delete() {
        let text =
            policy("name = \"shop\"\nlayout = \"per-variable\"\nregion = \"cn-north-1\"\nkms_key = \"0a\"");
        assert!(text.contains("\"Resource\": \"arn:aws-cn:secretsmanager:cn-north-1:*:secret:shop/*\""));
        assert!(text.contains("\"Resource\": \"arn:aws-cn:kms:cn-north-1:*:key/0a\""));
        assert!(text.contains("secretsmanager.cn-north-1.amazonaws.com.cn"));
        for action in EACH.iter().chain(&ALL) {
            assert!(text.contains(action), "{action}");
        }
    }
}
