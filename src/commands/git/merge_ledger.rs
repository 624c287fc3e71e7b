//! `envward git merge-ledger`: what git calls to merge the ledger: every entry of both sides, and those of the sealed
//! files that were merged just before.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::seal::{self, Access};

/// Arguments of `git merge-ledger`.
#[derive(clap::Args)]
pub struct Args {
    /// Our version (git's %A), which becomes the merged one
    ours: PathBuf,
    /// Their version (git's %B)
    theirs: PathBuf,
    /// The file's path from the top of the work tree (git's %P)
    path: PathBuf,
}

/// Merges the ledger.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let [ours, theirs] = [&args.ours, &args.theirs].map(|path| context.resolve(path));
    let union = union(&fs::read(&ours)?, &fs::read(&theirs)?);
    fs::write_shared(&ours, &union)?;
    // The union is what matters. Without the entries `envward verify` names the files that lack one.
    if let Err(error) = record(args, &ours, context) {
        context.ui.warn(&format!("the ledger has no entry for the merged sealed files: {error}"));
        context.ui.help("after the merge, run: envward seal --adopt");
    }
    Ok(ExitCode::Done)
}

fn record(args: &Args, ledger: &std::path::Path, context: &mut Context) -> Result<(), Error> {
    let project = super::project_of(&args.path, context)?;
    let mut access = Access::from_context(context, None);
    seal::record_merges(&project, ledger, &mut access)?;
    Ok(())
}

/// The lines of ours, then those that only theirs has. Entries are never removed.
fn union(ours: &[u8], theirs: &[u8]) -> Vec<u8> {
    let lines = |bytes| <[u8]>::split(bytes, |&byte| byte == b'\n').filter(|line| !line.is_empty());
    let mut seen = HashSet::new();
    let mut union = Vec::with_capacity(ours.len() + theirs.len());
    for line in lines(ours).chain(lines(theirs)).filter(|line| seen.insert(*line)) {
        union.extend_from_slice(line);
        union.push(b'\n');
    }
    union
}

#[cfg(test)]
mod tests {
    use super::union;

    #[test]
    fn each_entry_of_both_sides_is_there_once() {
        assert_eq!(union(b"a\nb\nc\n", b"a\nd\nb\n"), b"a\nb\nc\nd\n");
        assert_eq!(union(b"a", b"b"), b"a\nb\n");
        assert_eq!(union(b"", b""), b"");
    }
}
