//! What of a sealed file is no line: who can open it, its data key, which variables are readable.

use indexmap::IndexSet;

use super::super::content::Content;
use super::super::sops::{Metadata, Selector};
use super::super::{Error, Opened};
use crate::secret::Values;

/// The version whose recipients and keys the merged file has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Ours, also where neither side changed them.
    Ours,
    /// Theirs.
    Theirs,
}

/// The side that changed recipients or keys.
///
/// # Errors
/// Both sides changed them, and not alike.
pub(super) fn side(base: Option<&Opened>, ours: &Opened, theirs: &Opened) -> Result<Side, Error> {
    let was = base.map(frame);
    let (here, there) = (frame(ours), frame(theirs));
    if here == there || was.as_ref() == Some(&there) {
        return Ok(Side::Ours);
    }
    if was.as_ref() == Some(&here) {
        return Ok(Side::Theirs);
    }
    // The same recipients, wrapped by each side for itself.
    if without_keys(&here).eq(without_keys(&there)) {
        return Ok(Side::Ours);
    }
    Err(Error::MergedRecipients { path: ours.place.path().to_owned() })
}

type Frame<'a> = Vec<(&'a str, &'a str)>;

/// The metadata that says who can open the file.
fn frame(opened: &Opened) -> Frame<'_> {
    match &opened.content {
        Content::Sops { document, .. } => {
            let entries = document.metadata.entries();
            entries.filter(|(key, _)| !Metadata::is_of_content(key)).collect()
        }
        Content::Age { .. } => opened.recipients.iter().map(|key| ("recipient", key.as_str())).collect(),
    }
}

fn without_keys<'a>(frame: &'a Frame<'a>) -> impl Iterator<Item = &'a (&'a str, &'a str)> {
    frame.iter().filter(|(key, _)| !(key.starts_with("age__") && key.ends_with("__map_enc")))
}

/// Which variables of the merged file are readable; `None` where the rule of the chosen side stays. A variable that
/// either side hid is hidden.
///
/// # Errors
/// Both sides changed the rule, and it is none that can be merged name by name.
pub(super) fn selector(
    base: Option<&Opened>,
    ours: &Opened,
    theirs: &Opened,
    values: &Values,
) -> Result<Option<Selector>, Error> {
    let (Some(here), Some(there)) = (ours.content.selector(), theirs.content.selector()) else {
        return Ok(None);
    };
    let was = base.and_then(|base| base.content.selector());
    let is_same = |one: &Selector, other: &Selector| one.key() == other.key() && one.text() == other.text();
    if let (Selector::ClearNames(here), Selector::ClearNames(there)) = (here, there) {
        let none = IndexSet::new();
        let was = match was {
            Some(Selector::ClearNames(names)) => names,
            _ => &none,
        };
        let stays = |name: &&String| {
            let added = !was.contains(*name);
            values.contains_key(*name) && (added || here.contains(*name) && there.contains(*name))
        };
        return Ok(Some(Selector::clear_names(here.union(there).filter(stays))));
    }
    if is_same(here, there) || was.is_some_and(|was| is_same(was, there)) {
        return Ok(Some(here.clone()));
    }
    if was.is_some_and(|was| is_same(was, here)) {
        return Ok(Some(there.clone()));
    }
    Err(Error::MergedRecipients { path: ours.place.path().to_owned() })
}
