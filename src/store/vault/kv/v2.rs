//! KV version 2: versions, compare-and-set, metadata.

use std::collections::HashMap;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use vaultrs::api::kv2::requests::{
    ReadSecretMetadataRequest, ReadSecretRequest, UndeleteSecretVersionsRequest,
};
use zeroize::Zeroizing;

use super::engine::Engine;
use super::mark::{self, CustomMetadata};
use super::{Place, limits};
use crate::secret;
use crate::store::vault::connection::Connection;
use crate::store::vault::request::{Answer, Request};
use crate::store::{Changes, Error, Mark, Revision, Snapshot, State, Stored, Version, json_object};
use crate::ui;

/// What an answer about one version holds. A version that was deleted or destroyed comes with status 404.
#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow)]
    data: Option<Found<'a>>,
}

#[derive(Deserialize)]
struct Found<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    subkeys: Option<IndexMap<String, IgnoredAny>>,
    metadata: VersionMetadata,
}

#[derive(Deserialize)]
struct VersionMetadata {
    version: u64,
    created_time: String,
    /// When it was deleted, or will be; empty if neither.
    deletion_time: String,
    destroyed: bool,
    custom_metadata: Option<CustomMetadata>,
}

/// Asks for the current version, or another.
pub(super) fn read(place: &Place, version: Option<u64>) -> Result<Request, Error> {
    let (mount, path) = (place.mount.clone(), place.path.clone());
    Request::of(&ReadSecretRequest { mount, path, version })
}

/// Asks for the names alone.
pub(super) fn subkeys(place: &Place) -> Request {
    Request::get(place.api("subkeys")).with_query("depth=1")
}

/// Asks for the metadata of all versions.
pub(super) fn metadata(place: &Place) -> Result<Request, Error> {
    Request::of(&ReadSecretMetadataRequest { mount: place.mount.clone(), path: place.path.clone() })
}

/// What a read found; `asked` is the version that it asked for.
///
/// # Errors
/// The version was deleted; or was destroyed or is none, where it was asked for.
pub(super) fn snapshot(
    place: &Place,
    engine: Engine,
    answer: &Answer,
    asked: Option<&Version>,
) -> Result<Snapshot, Error> {
    let found = match (found(place, engine, answer), asked) {
        (Ok(Some(found)), _) => found,
        (Ok(None), Some(version)) => return Err(no_version(place, version)),
        (Ok(None), None) => return Ok(Snapshot::empty()),
        // What is gone for good is not there; a write builds on its version all the same.
        (Err(Error::Destroyed { version, .. }), None) => {
            return Ok(Snapshot { version, ..Snapshot::empty() });
        }
        (Err(error), _) => return Err(error),
    };
    let values = match found.data {
        Some(data) => json_object::parse(data.get()).map_err(|_| answer.garbage("its data is no object"))?,
        None => IndexMap::new(),
    };
    let metadata = found.metadata;
    Ok(Snapshot {
        version: Version::new(metadata.version.to_string()),
        values,
        mark: metadata.custom_metadata.as_ref().and_then(mark::of),
        created: metadata.created_time.parse().ok(),
        expires: metadata.deletion_time.parse().ok(),
        ..Snapshot::empty()
    })
}

/// Whether the secret that was read has room for a mark.
pub(super) fn has_room_for_mark(answer: &Answer) -> bool {
    let reply: Result<Reply<'_>, Error> = answer.parse();
    let metadata = reply.ok().and_then(|reply| reply.data?.metadata.custom_metadata);
    metadata.is_none_or(|metadata| mark::fits_beside(&metadata))
}

/// The names, as the server gave them without values.
///
/// # Errors
/// As [`snapshot`].
pub(super) fn names(place: &Place, engine: Engine, answer: &Answer) -> Result<Vec<String>, Error> {
    let found = match found(place, engine, answer) {
        Err(Error::Destroyed { .. }) => None,
        found => found?,
    };
    let names = found.and_then(|found| found.subkeys).unwrap_or_default();
    let mut names: Vec<String> = names.into_keys().collect();
    names.sort();
    Ok(names)
}

/// Whether the server knows how to give names without values.
pub(super) fn has_subkeys(answer: &Answer) -> bool {
    answer.is_success() || answer.is_missing()
}

/// What is alive there; `None` if there is nothing.
fn found<'a>(place: &Place, engine: Engine, answer: &'a Answer) -> Result<Option<Found<'a>>, Error> {
    let is_missing = answer.is_missing();
    if !answer.is_success() && !is_missing {
        return Err(answer.unexpected());
    }
    let Reply { data } = answer.parse()?;
    match data {
        Some(found) if is_missing => Err(gone(place, engine, &found.metadata)),
        None if !is_missing => Err(answer.garbage("it holds no data")),
        found => Ok(found),
    }
}

fn gone(place: &Place, engine: Engine, metadata: &VersionMetadata) -> Error {
    let (path, version) = (place.to_string(), Version::new(metadata.version.to_string()));
    if metadata.destroyed {
        return Error::Destroyed { path, version };
    }
    let (program, mount, below) = (engine.program(), ui::escape(&place.mount), ui::escape(&place.path));
    let number = metadata.version;
    let help = format!("bring it back with: {program} kv undelete -mount={mount} -versions={number} {below}");
    Error::Deleted { path, version, at: metadata.deletion_time.parse().ok(), help }
}

/// The version that a read gave, also of what was deleted; 0 for what never was. `None` in version 1, and for a read
/// that gave none.
pub(super) fn version_of(found: &Result<Snapshot, Error>) -> Option<u64> {
    match found {
        Ok(Snapshot { version, .. }) if version.is_none() => Some(0),
        Ok(Snapshot { version, .. }) | Err(Error::Deleted { version, .. }) => number(version),
        Err(_) => None,
    }
}

/// A version as the API spells it.
pub(super) fn number(version: &Version) -> Option<u64> {
    version.as_str().parse().ok().filter(|number| *number > 0)
}

/// That there is no such version.
pub(super) fn no_version(place: &Place, version: &Version) -> Error {
    Error::NoVersion { path: place.to_string(), version: version.clone() }
}

/// Writes what `base` holds with the changes applied, if `base` is still the current version, and leaves the mark at
/// the same time. That a mark could not be left is no error: the values were written.
///
/// # Errors
/// [`Error::Moved`], [`Error::TooLarge`], [`Error::Unknown`].
pub(super) fn write(
    connection: &mut Connection,
    place: &Place,
    engine: Engine,
    base: &Snapshot,
    changes: &Changes,
    mark: Option<&Mark>,
) -> Result<Stored, Error> {
    // 0 is the server's word for: only if there never was anything.
    let current = if base.version.is_none() { Some(0) } else { number(&base.version) };
    let current = current.ok_or_else(|| no_version(place, &base.version))?;
    let mut body = Zeroizing::new(format!(r#"{{"options":{{"cas":{current}}},"data":"#));
    secret::push(&mut body, &json_object::changed(&base.values, changes));
    secret::push(&mut body, "}");
    limits::check(place, engine, &body)?;
    let data = Request::post(place.api("data"), Zeroizing::new(std::mem::take(&mut *body).into_bytes()));
    let next = current + 1;
    let mark = mark.and_then(|mark| Some((mark, mark::request(place, next, mark)?)));
    let Some((mark, patch)) = mark else { return stored(place, &connection.send(&data)?) };
    // The data comes second: the state of the cluster that it answers with is the one to wait for.
    let [left, written] = connection.both(&patch, &data)?;
    let stored = stored(place, &written?)?;
    if left.is_ok_and(|answer| matches!(answer.status, 404 | 405 | 415)) {
        let _ = mark::leave(connection, place, next, mark);
    }
    Ok(stored)
}

fn stored(place: &Place, answer: &Answer) -> Result<Stored, Error> {
    #[derive(Deserialize)]
    struct Reply {
        data: VersionMetadata,
    }
    if answer.is_success() {
        let reply: Result<Reply, Error> = answer.parse();
        let reason = "the answer does not say which version was made".to_owned();
        let Reply { data } = reply.map_err(|_| Error::Unknown { path: place.to_string(), reason })?;
        let version = Version::new(data.version.to_string());
        return Ok(Stored { version, created: data.created_time.parse().ok() });
    }
    if answer.has_error("check-and-set parameter did not match") {
        return Err(Error::Moved { path: place.to_string() });
    }
    Err(limits::refusal(place, answer).unwrap_or_else(|| answer.unexpected()))
}

/// Brings a deleted version back.
///
/// # Errors
/// The server did not.
pub(super) fn undelete(connection: &mut Connection, place: &Place, version: &Version) -> Result<(), Error> {
    let (mount, path) = (place.mount.clone(), place.path.clone());
    let versions = number(version).into_iter().collect();
    let answer = connection.call(&UndeleteSecretVersionsRequest { mount, path, versions })?;
    if answer.is_success() { Ok(()) } else { Err(answer.unexpected()) }
}

/// The versions that the server knows of, newest first.
///
/// # Errors
/// The server did not say.
pub(super) fn revisions(answer: &Answer) -> Result<Vec<Revision>, Error> {
    #[derive(Deserialize)]
    struct Reply {
        data: Metadata,
    }
    if answer.is_missing() {
        return Ok(Vec::new());
    }
    if !answer.is_success() {
        return Err(answer.unexpected());
    }
    let Reply { data } = answer.parse()?;
    Ok(data.into_revisions(answer.date))
}

/// When the secret or its metadata was last written.
pub(super) fn touched(answer: &Answer) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Reply {
        data: Updated,
    }
    #[derive(Deserialize)]
    struct Updated {
        updated_time: String,
    }
    let Reply { data } = answer.parse().ok()?;
    data.updated_time.parse().ok()
}

/// What the server says about all versions of a secret.
#[derive(Deserialize)]
pub(super) struct Metadata {
    current_version: u64,
    versions: HashMap<u64, Entry>,
}

impl Metadata {
    /// The versions, newest first; `now` is by the server's clock.
    pub(super) fn into_revisions(self, now: Option<Timestamp>) -> Vec<Revision> {
        let mut versions: Vec<(u64, Entry)> = self.versions.into_iter().collect();
        versions.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
        let revision = |(number, entry): (u64, Entry)| {
            let state = entry.state(now);
            Revision {
                version: Version::new(number.to_string()),
                name: None,
                created: entry.created_time.parse().ok(),
                author: entry.created_by.and_then(|by| by.actor).filter(|actor| !actor.is_empty()),
                is_current: number == self.current_version && state == State::Live,
                state,
            }
        };
        versions.into_iter().map(revision).collect()
    }
}

#[derive(Deserialize)]
struct Entry {
    created_time: String,
    deletion_time: String,
    destroyed: bool,
    /// Vault says it since its KV engine 0.25; OpenBao does not.
    created_by: Option<Attribution>,
}

#[derive(Deserialize)]
struct Attribution {
    actor: Option<String>,
}

impl Entry {
    /// `now` is by the server's clock, as the deletion is, without the fraction of the second.
    fn state(&self, now: Option<Timestamp>) -> State {
        let deletion: Option<Timestamp> = self.deletion_time.parse().ok();
        let has_begun = |at: Timestamp| now.is_none_or(|now| at.as_second() <= now.as_second());
        if self.destroyed {
            State::Destroyed
        } else if deletion.is_some_and(has_begun) {
            State::Deleted
        } else {
            State::Live
        }
    }
}
