//! What is mounted there: the version of the KV engine, and whose.

use serde::Deserialize;

use super::Place;
use crate::store::Error;
use crate::store::vault::request::{Answer, Request};
use crate::ui;

/// What a mount is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Engine {
    pub(super) generation: Generation,
    /// OpenBao's own engine: its limits differ from Vault's, and its command line is `bao`.
    pub(super) is_openbao: bool,
}

/// The version of the KV engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generation {
    /// Values without versions.
    One,
    /// Versions and metadata.
    Two,
}

impl Engine {
    /// The command line of the server.
    pub(super) fn program(self) -> &'static str {
        if self.is_openbao { "bao" } else { "vault" }
    }
}

#[derive(Deserialize)]
struct Reply {
    data: Mount,
}

#[derive(Deserialize)]
struct Mount {
    path: String,
    #[serde(rename = "type")]
    kind: String,
    options: Option<Options>,
    #[serde(default)]
    running_plugin_version: String,
}

#[derive(Deserialize)]
struct Options {
    version: Option<String>,
}

/// Asks for the mount. Every token that may do something below it may ask. OpenBao does not look at a login that
/// comes with this request; the configuration, which only version 2 has, then tells as much.
pub(super) fn question(place: &Place, is_inline: bool) -> Request {
    let path = if is_inline { place.config() } else { format!("sys/internal/ui/mounts/{}", place.mount) };
    Request::get(path)
}

/// What the mount is, by what the server answered.
///
/// # Errors
/// It is no KV engine, or the login may not see it.
pub(super) fn of_answer(
    place: &Place,
    answer: Result<Answer, Error>,
    is_inline: bool,
) -> Result<Engine, Error> {
    let engine = if is_inline { of_configuration(&answer?)? } else { of_mount(place, answer)? };
    refuse_data_in_path(place, engine)?;
    Ok(engine)
}

/// What the mount is, by its configuration: a secret of version 1 may have the same path, but not these fields.
fn of_configuration(answer: &Answer) -> Result<Engine, Error> {
    #[derive(Deserialize)]
    struct Reply {
        data: Configuration,
    }
    #[derive(Deserialize)]
    struct Configuration {
        max_versions: Option<u64>,
        cas_required: Option<bool>,
    }
    if !answer.is_success() && !answer.is_missing() {
        return Err(answer.unexpected());
    }
    let is_configuration = answer.parse::<Reply>().is_ok_and(|Reply { data }| {
        answer.is_success() && data.max_versions.is_some() && data.cas_required.is_some()
    });
    let generation = if is_configuration { Generation::Two } else { Generation::One };
    Ok(Engine { generation, is_openbao: true })
}

fn of_mount(place: &Place, answer: Result<Answer, Error>) -> Result<Engine, Error> {
    let answer = answer.map_err(|error| match error {
        // Status 403: the login has no rights below it. Nothing follows from that for the version.
        Error::Forbidden { .. } => Error::Forbidden {
            action: "use",
            path: format!("the mount {}/, or there is none", ui::escape(&place.mount)),
        },
        other => other,
    })?;
    if !answer.is_success() {
        return Err(answer.garbage("it does not say what is mounted"));
    }
    let Reply { data: mount } = answer.parse()?;
    check(place, &mount)?;
    let version = mount.options.and_then(|options| options.version);
    let generation = if version.as_deref() == Some("2") { Generation::Two } else { Generation::One };
    Ok(Engine { generation, is_openbao: mount.running_plugin_version.ends_with("builtin.bao") })
}

fn refuse_data_in_path(place: &Place, engine: Engine) -> Result<(), Error> {
    if engine.generation == Generation::Two && place.path.starts_with("data/") {
        let message =
            format!("the path {} begins with data/, which is no part of it", ui::escape(&place.path));
        let help =
            "leave data/ out of the path in envward.toml: it is put in where the server wants it".to_owned();
        return Err(Error::Definition { message, help: Some(help) });
    }
    Ok(())
}

fn check(place: &Place, mount: &Mount) -> Result<(), Error> {
    let (named, found) = (ui::escape(&place.mount), ui::escape(mount.path.trim_end_matches('/')));
    if named != found {
        let message = format!("nothing is mounted at {named}/: it is a path below {found}/");
        let help = format!("write mount = \"{found}\" in envward.toml, and the rest in front of the path");
        return Err(Error::Definition { message, help: Some(help) });
    }
    if mount.kind != "kv" && mount.kind != "generic" {
        let message = format!("what is mounted at {named}/ is no KV engine but {}", ui::escape(&mount.kind));
        let help = "name the mount of a KV engine in envward.toml".to_owned();
        return Err(Error::Definition { message, help: Some(help) });
    }
    Ok(())
}
