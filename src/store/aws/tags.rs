//! The mark of a push, as tags of a secret.

use aws_sdk_secretsmanager::types::Tag;

use crate::store::{Mark, Version};

/// The tag that holds the version the mark was left with.
pub const VERSION: &str = "envward:version";
const GENERATION: &str = "envward:generation";
const SEALED: &str = "envward:sealed";
const DIGEST: &str = "envward:digest";

/// Every tag of a mark.
pub const ALL: [&str; 4] = [VERSION, GENERATION, SEALED, DIGEST];

/// One tag.
pub fn tag(key: impl Into<String>, value: impl Into<String>) -> Tag {
    Tag::builder().key(key).value(value).build()
}

/// The mark as tags.
pub fn from_mark(version: &Version, mark: &Mark) -> Vec<Tag> {
    vec![
        tag(VERSION, version.as_str()),
        tag(GENERATION, mark.generation.to_string()),
        tag(SEALED, &mark.sealed),
        tag(DIGEST, &mark.digest),
    ]
}

/// The mark that the tags hold, whole or not at all.
pub fn to_mark(tags: &[Tag]) -> Option<(Version, Mark)> {
    let get = |key: &str| tags.iter().find(|tag| tag.key() == Some(key))?.value();
    let generation = get(GENERATION)?.parse().ok()?;
    let mark = Mark { generation, sealed: get(SEALED)?.to_owned(), digest: get(DIGEST)?.to_owned() };
    Some((Version::new(get(VERSION)?), mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_back_from_its_tags_and_from_nothing_less() {
        let mark = Mark { generation: 7, sealed: "aa".to_owned(), digest: "bb".to_owned() };
        let version = Version::new("0123");
        let mut tags = from_mark(&version, &mark);
        tags.insert(0, tag("team", "shop"));
        assert_eq!(to_mark(&tags), Some((version, mark)));
        for missing in 1..tags.len() {
            let mut tags = tags.clone();
            tags.remove(missing);
            assert_eq!(to_mark(&tags), None);
        }
    }
}
