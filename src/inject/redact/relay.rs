//! Passing the output of a program on as it comes, with its values masked.

use std::io::{self, Write};
use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use zeroize::Zeroizing;

use super::filter::Filter;

/// What the program writes to.
pub(super) type Source = OwnedFd;

/// How long a program may pause within what could be a value, until it is shown.
const PAUSE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// Bytes that are read at a time.
const CHUNK: usize = 64 * 1024;

/// Relays until the stream ends, also what the program has left running in the background writes.
///
/// # Errors
/// The output cannot be written. The caller closes the source then, and the program is told so when it writes again.
pub(super) fn relay(source: &Source, out: &mut dyn Write, mut filter: Filter) -> io::Result<()> {
    let mut bytes = Zeroizing::new(vec![0; CHUNK]);
    let mut shown = Vec::new();
    loop {
        if filter.is_holding() && !has_more(source)? {
            filter.pause(&mut shown);
        } else {
            // Of a terminal whose program has ended, reading is an error.
            let Ok(count @ 1..) = rustix::io::retry_on_intr(|| rustix::io::read(source, &mut *bytes)) else {
                break;
            };
            filter.push(&bytes[..count], &mut shown);
        }
        write(out, &mut shown)?;
    }
    filter.end(&mut shown);
    write(out, &mut shown)
}

/// Whether something comes, or the stream ends, before the program has paused.
fn has_more(source: &Source) -> io::Result<bool> {
    let mut waiting = [PollFd::new(source, PollFlags::IN)];
    Ok(rustix::io::retry_on_intr(|| poll(&mut waiting, Some(&PAUSE)))? > 0)
}

fn write(out: &mut dyn Write, shown: &mut Vec<u8>) -> io::Result<()> {
    if shown.is_empty() {
        return Ok(());
    }
    out.write_all(shown)?;
    shown.clear();
    out.flush()
}
