//! The mark of a push in the secret's `custom_metadata`, beside what others keep there.

use std::collections::BTreeMap;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::Place;
use crate::store::vault::connection::Connection;
use crate::store::vault::request::{Answer, Request};
use crate::store::{Error, Mark, Version};

const VERSION: &str = "envward-version";
const GENERATION: &str = "envward-generation";
const SEALED: &str = "envward-sealed";
const DIGEST: &str = "envward-digest";

/// The server's limit for a value of `custom_metadata`; it takes no empty ones.
const MAX_VALUE: usize = 512;

/// The server's limit for how many there are. It does not check a PATCH for what is there already; but whoever
/// writes the whole back later would be refused.
const MAX_ENTRIES: usize = 64;

/// Names and texts, as the server keeps them for a secret, whatever its version.
pub(super) type CustomMetadata = BTreeMap<String, String>;

/// The mark among what is there, if it is whole.
pub(super) fn of(metadata: &CustomMetadata) -> Option<(Version, Mark)> {
    let text = |name| metadata.get(name).cloned();
    let mark = Mark {
        generation: metadata.get(GENERATION)?.parse().ok()?,
        sealed: text(SEALED)?,
        digest: text(DIGEST)?,
    };
    Some((Version::new(text(VERSION)?), mark))
}

/// Whether there is room for a mark beside what others keep.
pub(super) fn fits_beside(metadata: &CustomMetadata) -> bool {
    let ours = [VERSION, GENERATION, SEALED, DIGEST];
    let others = metadata.keys().filter(|name| !ours.contains(&name.as_str())).count();
    others + ours.len() <= MAX_ENTRIES
}

/// The request that leaves the mark with a version; `None` for one that the server would not take.
pub(super) fn request(place: &Place, version: u64, mark: &Mark) -> Option<Request> {
    let mark = entries(version, mark)?;
    Some(Request::patch(place.api("metadata"), body(&mark)))
}

/// Leaves the mark once more, after what was written with it was taken: when the secret was new, there was nothing
/// to patch before, and older servers and engines know no PATCH. What others keep there stays in any case.
///
/// # Errors
/// The mark was not left: the login may not, or the server does not take it.
pub(super) fn leave(
    connection: &mut Connection,
    place: &Place,
    version: u64,
    mark: &Mark,
) -> Result<(), Error> {
    let Some(patch) = request(place, version, mark) else { return Ok(()) };
    let answer = connection.send(&patch)?;
    if matches!(answer.status, 404 | 405 | 415) {
        return replace(connection, place, version, mark);
    }
    Ok(())
}

/// Writes all of `custom_metadata`, as far as it is known: without PATCH the whole is replaced.
fn replace(connection: &mut Connection, place: &Place, version: u64, mark: &Mark) -> Result<(), Error> {
    #[derive(Deserialize)]
    struct Reply {
        data: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        custom_metadata: Option<CustomMetadata>,
    }
    let answer = connection.send(&Request::get(place.api("metadata")))?;
    if !answer.is_success() {
        return Ok(());
    }
    let Reply { data } = answer.parse()?;
    let mut metadata = data.custom_metadata.unwrap_or_default();
    metadata.extend(entries(version, mark).unwrap_or_default());
    connection.send(&Request::post(place.api("metadata"), body(&metadata))).map(|_: Answer| ())
}

fn entries(version: u64, mark: &Mark) -> Option<CustomMetadata> {
    let texts = [
        (VERSION, version.to_string()),
        (GENERATION, mark.generation.to_string()),
        (SEALED, mark.sealed.clone()),
        (DIGEST, mark.digest.clone()),
    ];
    let fits =
        |text: &str| (1..=MAX_VALUE).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    let entries = texts.into_iter().map(|(name, text)| fits(&text).then(|| (name.to_owned(), text)));
    entries.collect()
}

fn body(metadata: &CustomMetadata) -> Zeroizing<Vec<u8>> {
    let body = serde_json::json!({ "custom_metadata": metadata });
    Zeroizing::new(body.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark() -> Mark {
        Mark { generation: 7, sealed: "ab".repeat(32), digest: "cd".repeat(16) }
    }

    #[test]
    fn a_mark_is_read_as_it_was_left_and_only_whole() {
        let mut metadata = entries(3, &mark()).expect("it fits");
        metadata.insert("owner".to_owned(), "them".to_owned());
        assert_eq!(of(&metadata), Some((Version::new("3"), mark())));
        metadata.remove(DIGEST);
        assert_eq!(of(&metadata), None);
    }

    #[test]
    fn what_the_server_would_refuse_is_not_sent() {
        for digest in [String::new(), "x".repeat(513), "a\nb".to_owned()] {
            assert!(entries(3, &Mark { digest, ..mark() }).is_none());
        }
    }
}
