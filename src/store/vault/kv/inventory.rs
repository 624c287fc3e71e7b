//! Every secret below a path of a KV engine of version 2, from metadata alone.

use std::collections::BTreeMap;

use http::Method;
use serde::Deserialize;

use super::engine::{self, Engine, Generation};
use super::v2::Metadata;
use super::{Place, v1};
use crate::store::vault::connection::Connection;
use crate::store::vault::request::{Answer, Request};
use crate::store::{Error, Listed};

/// More directories below each other than any person makes.
const MAX_DEPTH: usize = 64;

/// The secrets below a place, whose path may be empty: then of the whole engine.
///
/// # Errors
/// The login may not list or read the metadata, or the engine keeps none.
pub(in crate::store::vault) fn below(
    connection: &mut Connection,
    place: &Place,
) -> Result<Vec<Listed>, Error> {
    let answer = connection.send(&engine::question(place, connection.is_inline()));
    let engine = engine::of_answer(place, answer, connection.is_inline())?;
    if engine.generation == Generation::One {
        return Err(v1::keeps_no_versions());
    }
    match scan(connection, place, engine) {
        Some(secrets) => Ok(secrets),
        None => walk(connection, place),
    }
}

/// Asks once for all of it. `None` if that cannot be done: Vault does not know it, a policy may forbid it, and so many
/// secrets can lie there that one answer does not hold them.
fn scan(connection: &mut Connection, place: &Place, engine: Engine) -> Option<Vec<Listed>> {
    #[derive(Deserialize)]
    struct Reply {
        data: Found,
    }
    #[derive(Deserialize)]
    struct Found {
        key_info: BTreeMap<String, Metadata>,
    }
    if !engine.is_openbao {
        return None;
    }
    let answer = connection.send(&listing(place, "SCAN", "detailed-metadata", "")).ok()?;
    let Reply { data } = answer.parse().ok().filter(|_| answer.is_success())?;
    let listed = |(name, metadata): (String, Metadata)| listed(place, &name, metadata, &answer);
    Some(data.key_info.into_iter().filter_map(listed).collect())
}

/// Lists directory by directory, and asks for the metadata of each secret.
fn walk(connection: &mut Connection, place: &Place) -> Result<Vec<Listed>, Error> {
    let mut secrets = Vec::new();
    let mut open = vec![(String::new(), 0)];
    while let Some((directory, depth)) = open.pop() {
        if depth > MAX_DEPTH {
            let message = format!("{place}/{} is too deep", crate::ui::escape(&directory));
            return Err(Error::Definition { message, help: None });
        }
        for name in names(connection, place, &directory)? {
            let path = format!("{directory}{name}");
            if name.ends_with('/') {
                open.push((path, depth + 1));
                continue;
            }
            let answer = connection.send(&Request::get(join(place, "metadata", &path)))?;
            // It can go away while others are asked for.
            if !answer.is_missing() {
                secrets.extend(listed(place, &path, metadata(&answer)?, &answer));
            }
        }
    }
    secrets.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(secrets)
}

/// The names in a directory; those of directories end in a slash.
fn names(connection: &mut Connection, place: &Place, directory: &str) -> Result<Vec<String>, Error> {
    #[derive(Deserialize)]
    struct Reply {
        data: Keys,
    }
    #[derive(Deserialize)]
    struct Keys {
        keys: Vec<String>,
    }
    let answer = connection.send(&listing(place, "LIST", "metadata", directory))?;
    if answer.is_missing() {
        return Ok(Vec::new());
    }
    if !answer.is_success() {
        return Err(answer.unexpected());
    }
    answer.parse().map(|Reply { data }| data.keys)
}

fn metadata(answer: &Answer) -> Result<Metadata, Error> {
    #[derive(Deserialize)]
    struct Reply {
        data: Metadata,
    }
    if !answer.is_success() {
        return Err(answer.unexpected());
    }
    answer.parse().map(|Reply { data }| data)
}

/// The secret, if it is served.
fn listed(place: &Place, name: &str, metadata: Metadata, answer: &Answer) -> Option<Listed> {
    let current = metadata.into_revisions(answer.date).into_iter().find(|revision| revision.is_current)?;
    let path = if place.path.is_empty() { name.to_owned() } else { format!("{}/{name}", place.path) };
    Some(Listed { path, version: current.version, created: current.created })
}

fn listing(place: &Place, method: &'static str, kind: &str, directory: &str) -> Request {
    // The server cleans a slash at the end away, and adds the one that it needs.
    let path = join(place, kind, directory.trim_end_matches('/'));
    let mut request = Request::get(path);
    request.method = Method::from_bytes(method.as_bytes()).expect("a word of capital letters is a method");
    request
}

fn join(place: &Place, kind: &str, below: &str) -> String {
    let parts = [place.mount.as_str(), kind, place.path.as_str(), below];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}
