//! Work on many things at the same time whose results come in the order of the things.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// How many results a thread may be ahead: a slow one among them does not hold up the others, and memory does not
/// grow with the number of things.
const AHEAD: usize = 16;

/// More threads than this wait for the disk and for git, not for a processor.
const MAX_THREADS: usize = 8;

/// Does the work for every item on as many threads as the machine has processors, and hands the results on, one
/// after the other, in the order of the items. The first error of `take` ends it.
///
/// # Errors
/// The error of `take`.
pub fn in_order<T: Sync, R: Send, E>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    thread::scope(|scope| {
        let worker = |first: usize| {
            let (send, receive) = sync_channel(AHEAD);
            let work = &work;
            // Each thread has every n-th item, so that it is known without asking whose result comes next.
            let own = items.iter().skip(first).step_by(threads);
            scope.spawn(move || own.map(work).try_for_each(|result| send.send(result)));
            receive
        };
        let receivers: Vec<Receiver<R>> = (0..threads).map(worker).collect();
        // A worker whose receiver is gone stops; one that panicked ends the scope with its panic.
        receivers.iter().cycle().map_while(|receiver| receiver.recv().ok()).try_for_each(&mut take)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for count in [0, 1, 2, 1000] {
            let items: Vec<usize> = (0..count).collect();
            let mut taken = Vec::new();
            let outcome: Result<(), ()> = in_order(
                &items,
                |item| item * 2,
                |item| {
                    taken.push(item);
                    Ok(())
                },
            );
            assert_eq!(outcome, Ok(()));
            assert_eq!(taken, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn who_does_not_want_more_stops_the_work() {
        let items: Vec<usize> = (0..100_000).collect();
        let done = AtomicUsize::new(0);
        let work = |_: &usize| done.fetch_add(1, Ordering::Relaxed);
        assert_eq!(in_order(&items, work, |_| Err("enough")), Err("enough"));
        assert!(done.load(Ordering::Relaxed) < items.len());
    }
}
