//! What `push` and `rotate` have in common: saying what was written to a store, and remembering it.

use super::store_access::Target;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::merge::Merge;
use crate::seal;
use crate::store::Version;
use crate::sync::{Pair, Pushed, Seen, Sides};
use crate::ui::{escape, names_after};

/// Says what was done, and remembers it. `record` enters it into the ledger.
pub(super) fn finish(
    target: Target<'_>,
    pair: &Pair<'_>,
    pushed: &Pushed,
    record: &dyn Fn(&seal::Push<'_>) -> Result<(), Error>,
    context: &mut Context,
) -> Result<ExitCode, Error> {
    let name = escape(pair.store).into_owned();
    let count = variables(pushed.changes.len());
    match &pushed.stored {
        Some(stored) => {
            let version = escape(stored.version.as_str()).into_owned();
            context.ui.say(&format!("pushed {count} to store {name}, version {version}"));
        }
        None if pushed.changes.is_empty() => {
            context.ui.say(&format!("store {name}: someone else pushed the same"));
        }
        None => context.ui.say(&format!("pushed {count} to store {name}")),
    }
    let version = pushed.stored.as_ref().map_or(&pushed.seen.snapshot.version, |stored| &stored.version);
    remember(pair, &pushed.seen, &pushed.after, &pushed.merged, version, context);
    let mut code = ExitCode::Done;
    if let Some(failed) = &pushed.failed {
        context.ui.error(&names_after(&format!("not written to store {name}: "), &failed.variables));
        code = report_store(target, &failed.error, context);
    }
    if let Some(stored) = &pushed.stored {
        let (written, removed) = pushed.names();
        let version = stored.version.as_str();
        let created = stored.created;
        record(&seal::Push { store: pair.store, version, created, written, removed })?;
    }
    Ok(code)
}

/// Keeps the base. Without it the next sync still finds what is equal, so that a working tree that cannot be written
/// is no reason to fail.
pub(super) fn remember(
    pair: &Pair<'_>,
    seen: &Seen,
    after: &Sides,
    merged: &Merge,
    version: &Version,
    context: &mut Context,
) {
    if let Err(error) = pair.remember(seen, after, merged, version) {
        context.ui.warn(&format!("what both sides have in common was not kept: {error}"));
    }
}

fn report_store(target: Target<'_>, error: &crate::store::Error, context: &mut Context) -> ExitCode {
    context.ui.error(&format!("store {}: {error}", escape(target.name)));
    if let Some(hint) = error.hint() {
        context.ui.help(&hint);
    }
    ExitCode::Store
}

/// A number of variables, for people.
pub(super) fn variables(count: usize) -> String {
    if count == 1 { "1 variable".to_owned() } else { format!("{count} variables") }
}
