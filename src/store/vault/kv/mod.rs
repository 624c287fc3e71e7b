//! The KV secrets engine: one secret at one path of it holds the values of an environment.
//!
//! Whether the engine keeps versions is asked of the server, never guessed: what is not there in version 2 looks
//! like what may not be seen in version 1.

mod engine;
mod inventory;
mod limits;
mod mark;
mod place;
mod v1;
mod v2;

use std::time::Duration;

use engine::{Engine, Generation};
pub(super) use inventory::below;
use jiff::Timestamp;
pub(super) use place::Place;

use super::connection::Connection;
use super::request::{Answer, Request};
use crate::store::{Capabilities, Changes, Error, Finding, Mark, Revision, Snapshot, Store, Stored, Version};

/// How often a read is sent again that gave an older version than the secret is known to have had, and how long
/// after the last: 6 s in all. A standby is behind its leader for 0.1 s where that was measured, and when the leader
/// dies until there is another, for 1 to 3 s.
const STALE_READS: usize = 60;
const STALE_PAUSE: Duration = Duration::from_millis(100);

/// A secret of a KV engine.
pub(super) struct Kv {
    connection: Connection,
    place: Place,
    /// What the mount is, once it was asked for.
    engine: Option<Engine>,
    /// Whether the user accepted that version 1 can lose updates.
    may_lose_updates: bool,
    /// Whether the secret, as it was read last, has room for a mark.
    has_room_for_mark: bool,
    /// The secret has had this version: a server that gives an older one is behind.
    has_had: u64,
}

impl Kv {
    /// The secret at a place; nothing is sent yet.
    pub(super) fn new(connection: Connection, place: Place) -> Self {
        Self { connection, place, engine: None, may_lose_updates: false, has_room_for_mark: true, has_had: 0 }
    }

    /// What the mount is.
    fn engine(&mut self) -> Result<Engine, Error> {
        if let Some(engine) = self.engine {
            return Ok(engine);
        }
        let answer = self.connection.send(&engine::question(&self.place, self.connection.is_inline()));
        self.take_in(answer)
    }

    fn take_in(&mut self, answer: Result<Answer, Error>) -> Result<Engine, Error> {
        let engine = engine::of_answer(&self.place, answer, self.connection.is_inline())?;
        self.engine = Some(engine);
        Ok(engine)
    }

    /// Sends a request of version 2; `None` if the mount is version 1. Before that is known, both are asked for at
    /// the same time: most mounts are version 2, and nobody waits twice.
    fn ask_v2(&mut self, request: &Request) -> Result<Option<(Engine, Answer)>, Error> {
        let (engine, answer) = match self.engine {
            Some(engine) if engine.generation == Generation::One => return Ok(None),
            Some(engine) => (engine, self.connection.send(request)),
            None => {
                let [about, answer] = self
                    .connection
                    .both(&engine::question(&self.place, self.connection.is_inline()), request)?;
                (self.take_in(about)?, answer)
            }
        };
        match engine.generation {
            Generation::One => Ok(None),
            Generation::Two => Ok(Some((engine, answer?))),
        }
    }

    fn examine_into(&mut self, findings: &mut Vec<Finding>) -> Result<(), Error> {
        if !self.connection.examine_server(findings)? {
            return Ok(());
        }
        self.connection.examine_login(findings)?;
        let needs = match self.engine()?.generation {
            Generation::One => {
                let text = format!("{} keeps no versions: two who write at once undo each other", self.place);
                findings.push(Finding::notice(text, "have an operator upgrade the mount to version 2"));
                vec![self.place.need()]
            }
            Generation::Two => self.place.needs(self.connection.is_inline()),
        };
        self.connection.examine_rights(&needs, findings)
    }

    fn read_once(&mut self) -> Result<Snapshot, Error> {
        let request = v2::read(&self.place, None)?;
        match self.ask_v2(&request)? {
            None => v1::read(&mut self.connection, &self.place),
            Some((engine, answer)) => {
                self.has_room_for_mark = v2::has_room_for_mark(&answer);
                v2::snapshot(&self.place, engine, &answer, None)
            }
        }
    }
}

impl Store for Kv {
    fn capabilities(&mut self) -> Result<Capabilities, Error> {
        let versioned = self.engine()?.generation == Generation::Two;
        Ok(Capabilities { compare_and_set: versioned, versions: versioned, atomic: true })
    }

    fn location(&self) -> String {
        format!("{} at {}", self.place, self.connection.address())
    }

    fn has_had(&mut self, version: &Version) {
        self.has_had = self.has_had.max(v2::number(version).unwrap_or_default());
    }

    fn read(&mut self) -> Result<Snapshot, Error> {
        let mut found = self.read_once();
        for _ in 0..STALE_READS {
            if v2::version_of(&found).is_none_or(|version| version >= self.has_had) {
                break;
            }
            std::thread::sleep(STALE_PAUSE);
            found = self.read_once();
        }
        found
    }

    fn read_at(&mut self, version: &Version) -> Result<Snapshot, Error> {
        let number = v2::number(version);
        let request = v2::read(&self.place, number)?;
        match (self.ask_v2(&request)?, number) {
            (None, _) => Err(v1::keeps_no_versions()),
            (Some(_), None) => Err(v2::no_version(&self.place, version)),
            (Some((engine, answer)), Some(_)) => v2::snapshot(&self.place, engine, &answer, Some(version)),
        }
    }

    fn names(&mut self) -> Result<Vec<String>, Error> {
        let request = v2::subkeys(&self.place);
        match self.ask_v2(&request) {
            Ok(Some((engine, answer))) if v2::has_subkeys(&answer) => {
                return v2::names(&self.place, engine, &answer);
            }
            // A policy may allow the values and not this; older servers do not have it.
            Ok(_) | Err(Error::Forbidden { .. }) => {}
            Err(error) => return Err(error),
        }
        let mut names: Vec<String> = self.read()?.values.into_keys().collect();
        names.sort();
        Ok(names)
    }

    fn write(&mut self, base: &Snapshot, changes: &Changes, mark: Option<&Mark>) -> Result<Stored, Error> {
        let engine = self.engine()?;
        match engine.generation {
            Generation::One if !self.may_lose_updates => Err(v1::may_lose_updates()),
            Generation::One => v1::write(&mut self.connection, &self.place, engine, base, changes),
            Generation::Two => {
                let mark = mark.filter(|_| self.has_room_for_mark);
                let written = v2::write(&mut self.connection, &self.place, engine, base, changes, mark);
                if matches!(written, Err(Error::Moved { .. })) {
                    let next = v2::number(&base.version).map_or(1, |number| number + 1);
                    self.has_had = self.has_had.max(next);
                }
                written
            }
        }
    }

    fn allow_lost_updates(&mut self) {
        self.may_lose_updates = true;
    }

    fn restore(&mut self, _names: &[String]) -> Result<(), Error> {
        match self.read() {
            Err(Error::Deleted { version, .. }) => v2::undelete(&mut self.connection, &self.place, &version),
            found => found.map(|_| ()),
        }
    }

    fn history(&mut self, _name: Option<&str>) -> Result<Vec<Revision>, Error> {
        let request = v2::metadata(&self.place)?;
        match self.ask_v2(&request)? {
            None => Err(v1::keeps_no_versions()),
            Some((_, answer)) => v2::revisions(&answer),
        }
    }

    fn touched(&mut self) -> Result<Option<Timestamp>, Error> {
        let request = v2::metadata(&self.place)?;
        Ok(self.ask_v2(&request)?.and_then(|(_, answer)| v2::touched(&answer)))
    }

    fn examine(&mut self) -> Vec<Finding> {
        let mut findings = Vec::new();
        // The first thing without which the rest cannot be asked is the last finding.
        if let Err(error) = self.examine_into(&mut findings) {
            findings.push(Finding::bad(error.to_string(), error.hint()));
        }
        findings
    }

    fn close(&mut self) -> Result<(), Error> {
        self.connection.close()
    }
}
