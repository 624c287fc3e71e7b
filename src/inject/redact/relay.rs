//! Passing the output of a program on as it comes, with its values masked.

use std::io::{self, PipeReader, Write};
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

/// Relays until the stream ends, or the program has ended and nothing more comes: what it left running in the
/// background may keep the stream open for ever.
pub(super) fn relay(source: &Source, out: &mut dyn Write, mut filter: Filter, ended: &PipeReader) {
    let mut bytes = Zeroizing::new(vec![0; CHUNK]);
    let mut shown = Vec::new();
    let mut has_ended = false;
    loop {
        let timeout = (has_ended || filter.is_holding()).then_some(&PAUSE);
        match wait(source, (!has_ended).then_some(ended), timeout) {
            Ok(Event::Data) => {
                // Of a terminal whose program has ended, reading is an error.
                let Ok(count @ 1..) = rustix::io::retry_on_intr(|| rustix::io::read(source, &mut *bytes))
                else {
                    break;
                };
                filter.push(&bytes[..count], &mut shown);
            }
            Ok(Event::Ended) => has_ended = true,
            Ok(Event::Pause) if has_ended => break,
            Ok(Event::Pause) => filter.pause(&mut shown),
            Err(_) => break,
        }
        if write(out, &mut shown).is_err() {
            // Whoever read it is gone, and the program is told so when it writes again.
            return;
        }
    }
    filter.end(&mut shown);
    let _ = write(out, &mut shown);
}

enum Event {
    Data,
    Ended,
    Pause,
}

fn wait(
    source: &Source,
    ended: Option<&PipeReader>,
    timeout: Option<&Timespec>,
) -> rustix::io::Result<Event> {
    let mut waiting = vec![PollFd::new(source, PollFlags::IN)];
    waiting.extend(ended.map(|ended| PollFd::new(ended, PollFlags::IN)));
    let count = rustix::io::retry_on_intr(|| poll(&mut waiting, timeout))?;
    Ok(match count {
        0 => Event::Pause,
        _ if !waiting[0].revents().is_empty() => Event::Data,
        _ => Event::Ended,
    })
}

fn write(out: &mut dyn Write, shown: &mut Vec<u8>) -> io::Result<()> {
    if shown.is_empty() {
        return Ok(());
    }
    out.write_all(shown)?;
    shown.clear();
    out.flush()
}
