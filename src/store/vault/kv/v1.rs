//! KV version 1: no versions, no metadata, and no way to write only if nobody else did.

use serde::Deserialize;
use serde_json::value::RawValue;
use vaultrs::api::kv1::requests::{DeleteSecretRequest, GetSecretRequest};
use zeroize::Zeroizing;

use super::engine::Engine;
use super::{Place, limits};
use crate::store::vault::connection::Connection;
use crate::store::vault::request::Request;
use crate::store::{Changes, Error, Snapshot, Stored, Version, json_object};

/// What is there has this version, whatever it is.
const UNVERSIONED: &str = "unversioned";

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
}

/// What is there now.
///
/// # Errors
/// The server did not say.
pub(super) fn read(connection: &mut Connection, place: &Place) -> Result<Snapshot, Error> {
    let endpoint = GetSecretRequest { mount: place.mount.clone(), path: place.path.clone() };
    let answer = connection.call(&endpoint)?;
    if answer.is_missing() {
        return Ok(Snapshot::empty());
    }
    if !answer.is_success() {
        return Err(answer.unexpected());
    }
    let Reply { data } = answer.parse()?;
    let values = json_object::parse(data.get()).map_err(|_| answer.garbage("its data is no object"))?;
    Ok(Snapshot { version: Version::new(UNVERSIONED), values, ..Snapshot::empty() })
}

/// Writes the whole, if it is still what `base` has just before. That does not keep two writers apart who look at
/// the same time; it keeps a writer from undoing what was there before it looked.
///
/// # Errors
/// [`Error::Moved`] if something else is there.
pub(super) fn write(
    connection: &mut Connection,
    place: &Place,
    engine: Engine,
    base: &Snapshot,
    changes: &Changes,
) -> Result<Stored, Error> {
    let now = read(connection, place)?;
    if now.version != base.version || now.values != base.values {
        return Err(Error::Moved { path: place.to_string() });
    }
    let mut body = json_object::changed(&base.values, changes);
    limits::check(place, engine, &body)?;
    let answer = if body.as_str() == "{}" {
        // The engine refuses an empty secret.
        connection.call(&DeleteSecretRequest { mount: place.mount.clone(), path: place.path.clone() })?
    } else {
        let path = format!("{}/{}", place.mount, place.path);
        connection.send(&Request::post(path, Zeroizing::new(std::mem::take(&mut *body).into_bytes())))?
    };
    if !answer.is_success() {
        return Err(limits::refusal(place, &answer).unwrap_or_else(|| answer.unexpected()));
    }
    Ok(Stored { version: Version::new(UNVERSIONED), created: None })
}

/// That older versions are gone.
pub(super) fn keeps_no_versions() -> Error {
    let what = "KV version 1 keeps no older versions".to_owned();
    Error::Unsupported { what, help: Some(upgrade()) }
}

/// That a write needs the user's word.
pub(super) fn may_lose_updates() -> Error {
    let what = "KV version 1 cannot tell whether someone else writes at the same time: updates can be lost"
        .to_owned();
    let help = format!("to write all the same add --no-cas; {}", upgrade());
    Error::Unsupported { what, help: Some(help) }
}

fn upgrade() -> String {
    "an operator can make it version 2 with: vault kv enable-versioning".to_owned()
}
