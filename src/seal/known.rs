//! Opening for `run` and `export`: files that this machine has verified before are not verified again.
//!
//! To verify who wrote a file takes the project key, and unwrapping that takes as long as opening the file itself.
//! The memory of this machine, against which the author is checked in any case, also holds a digest of the two files
//! that it verified last, the sealed file and the wrapped project key. Promised: files of which one byte differs are
//! verified in full. What lies outside of them, the ledger and the pins, is looked at every time.

use super::fit::Sight;
use super::machine::Seen;
use super::open::{Opened, Unverified, open_site};
use super::site::{Place, Site};
use super::{Access, Error, trust};
use crate::mac::sha256;
use crate::project::{Environment, Project};
use crate::{fs, ledger};

/// Opens the sealed file of an environment for its values: like [`open`](super::open()), but what it gives cannot be
/// written.
pub fn open_values(
    project: &Project,
    environment: &Environment,
    access: &mut Access,
) -> Result<Opened, Error> {
    let site = Site::new(project, environment, access);
    match open_known(&site, access)? {
        Some(opened) => Ok(opened),
        None => open_site(&site, access),
    }
}

/// What stands for the two files in the memory of the machine.
pub(super) fn digest(sealed: &[u8], project_key: &[u8]) -> String {
    sha256(format!("{} {}", sha256(sealed), sha256(project_key)).as_bytes())
}

/// `None` if the files are not those that were verified last, or if it takes the project key to go on.
fn open_known(site: &Site, access: &mut Access) -> Result<Option<Opened>, Error> {
    let sealed = fs::read_if_exists(&site.environment.sealed)?;
    let project_key = fs::read_if_exists(&site.environment.project_key)?;
    let (Some(sealed), Some(project_key)) = (sealed, project_key) else { return Ok(None) };
    let machine = site.machine(access)?;
    let verified = digest(&sealed, &project_key);
    let is_known = |seen: &&Seen| seen.verified.as_ref() == Some(&verified);
    let Some(seen) = machine.seen(site.name()).filter(is_known) else { return Ok(None) };
    if !is_expected(seen, access)? {
        return Ok(None);
    }
    let unverified = Unverified::read(&sealed, Place::Revision(site.clone()), access)?;
    let record = unverified.record(site)?;
    // Whether an entry about a newer file is to be believed is told with the project key.
    if !ledger::newer_in_tail(&site.ledger(), site.name(), record.generation)?.is_empty() {
        return Ok(None);
    }
    let mut opened = unverified.without_record(&record);
    opened.remarks = trust::compare_age(&record, seen).into_iter().collect();
    opened.remarks.extend(trust::compare_recipients(site, &opened.recipients));
    opened.bytes = sealed;
    opened.sight = Some(Sight { machine, environment: site.name().to_owned(), verified });
    Ok(Some(opened))
}

/// Whether the pins of `ENVWARD_PROJECT_PIN`, if there are any, name the key that the files were verified with.
fn is_expected(seen: &Seen, access: &Access) -> Result<bool, Error> {
    let pins = access.pins()?;
    Ok(pins.is_empty() || pins.contains(&seen.pin))
}
