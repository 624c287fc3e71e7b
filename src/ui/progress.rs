//! How far a long piece of work is, for a person who waits for it.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that is done before this is over needs no bar.
const DELAY: Duration = Duration::from_secs(1);

/// A bar on the terminal's last line, from a second after the work has begun until it is dropped.
pub struct Progress {
    bar: ProgressBar,
    begun: Instant,
    waits: Cell<bool>,
}

impl Progress {
    /// For work on so many things. One that `is_shown` nowhere, and one whose stderr is no terminal, draws nothing.
    pub(super) fn new(total: usize, things: &'static str, is_shown: bool) -> Self {
        let bar = ProgressBar::with_draw_target(u64::try_from(total).ok(), ProgressDrawTarget::hidden());
        let template = format!("[{{bar:30}}] {{human_pos}} of {{human_len}} {things}, {{eta}} left");
        let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        Self { bar, begun: Instant::now(), waits: Cell::new(is_shown && io::stderr().is_terminal()) }
    }

    /// One more is done.
    pub fn advance(&self) {
        if self.waits.get() && self.begun.elapsed() >= DELAY {
            self.waits.set(false);
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(1);
    }

    /// A writer to a terminal that may be the same: the bar makes way for each write.
    pub(super) fn aside_of<W: Write>(&self, out: W) -> Aside<W> {
        Aside { out, bar: self.bar.clone() }
    }
}

/// A writer for which a bar makes way.
pub(super) struct Aside<W> {
    out: W,
    bar: ProgressBar,
}

impl<W: Write> Write for Aside<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Self { out, bar } = self;
        bar.suspend(|| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
