//! `s3-url`: an object or a prefix in S3.

use super::{Mismatch, Typed, UrlParts, ValueType};
use crate::schema::definition::Constraints;

/// `s3://BUCKET/KEY`; the key may be left out. The key is taken as it is: in this form nothing is
/// percent-encoded.
pub struct S3Url;

impl ValueType for S3Url {
    fn name(&self) -> &'static str {
        "s3-url"
    }

    fn describe(&self) -> &'static str {
        "s3://BUCKET or s3://BUCKET/KEY"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["prefix", "min_length", "max_length"]
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        let rest = value
            .strip_prefix("s3://")
            .ok_or_else(|| Mismatch::new("is not an S3 URL").help("write it like s3://bucket/key"))?;
        let (bucket, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if !is_bucket(bucket) {
            return Err(Mismatch::new("has a bucket name that S3 does not allow").help(
                "3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit at both ends",
            ));
        }
        if path.contains(char::is_control) {
            return Err(Mismatch::new("has a control character in its key"));
        }
        let parts = UrlParts {
            scheme: "s3".to_owned(),
            host: bucket.to_owned(),
            path: path.to_owned(),
            ..UrlParts::default()
        };
        Ok(Typed::Url(parts))
    }
}

/// Amazon S3 User Guide, "General purpose bucket naming rules".
fn is_bucket(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.bytes().all(|byte| is_plain(byte) || matches!(byte, b'.' | b'-'))
        && name.bytes().next().is_some_and(is_plain)
        && name.bytes().last().is_some_and(is_plain)
        && !name.contains("..")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn buckets_with_and_without_a_key() {
        let Typed::Url(parts) = accept(&S3Url, "s3://my-backups/db/a b.sql") else { panic!("not a URL") };
        assert_eq!((parts.host.as_str(), parts.path.as_str()), ("my-backups", "/db/a b.sql"));
        accept(&S3Url, "s3://my.bucket");
    }

    #[test]
    fn other_urls_and_bucket_names_are_refused() {
        assert_eq!(reject(&S3Url, "https://my-backups.s3.amazonaws.com/"), "is not an S3 URL");
        for value in ["s3://", "s3://ab", "s3://My-Backups", "s3://-ab", "s3://a..b", "s3://a_b/c"] {
            assert_eq!(reject(&S3Url, value), "has a bucket name that S3 does not allow", "{value}");
        }
    }
}
