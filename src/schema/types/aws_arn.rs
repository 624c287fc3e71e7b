//! `aws-arn`: the name of a resource at Amazon Web Services.

use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`; region and account may be empty.
pub struct AwsArn;

impl ValueType for AwsArn {
    fn name(&self) -> &'static str {
        "aws-arn"
    }

    fn describe(&self) -> &'static str {
        "an Amazon Resource Name: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["prefix"]
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        let mismatch = |message| {
            Mismatch::new(message).help("write it like arn:aws:kms:eu-central-1:123456789012:key/ID")
        };
        let [arn, partition, service, region, account, resource] =
            *value.splitn(6, ':').collect::<Vec<_>>().as_slice()
        else {
            return Err(mismatch("is not an ARN"));
        };
        let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if arn != "arn"
            || !partition.starts_with("aws")
            || ![partition, service, region].into_iter().all(is_word)
        {
            return Err(mismatch("is not an ARN"));
        }
        // A managed policy has `aws` in the place of the account.
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        if !(account.is_empty() || account == "aws" || is_account) {
            return Err(mismatch("has an account that is not 12 digits"));
        }
        if service.is_empty() || resource.is_empty() || resource.contains(char::is_whitespace) {
            return Err(mismatch("is not an ARN"));
        }
        Ok(Typed::String(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn resources_of_several_services() {
        for value in [
            "arn:aws:s3:::my-bucket/key",
            "arn:aws:iam::123456789012:role/deploy",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:db:x",
        ] {
            assert!(accept(&AwsArn, value) == Typed::String(value.to_owned()), "{value}");
        }
    }

    #[test]
    fn each_part_is_looked_at() {
        for value in ["", "arn:aws:s3", "urn:aws:s3:::b", "arn:gcp:s3:::b", "arn:aws::::b", "arn:aws:s3:::"] {
            assert_eq!(reject(&AwsArn, value), "is not an ARN", "{value}");
        }
        assert_eq!(reject(&AwsArn, "arn:aws:iam::12:role/x"), "has an account that is not 12 digits");
    }
}
