//! What is asked again, and after how long. Every call can be sent twice without doing its work twice: writes carry
//! a token that makes the second one of them nothing.

use std::time::Duration;

use super::failure::Failure;
use crate::rng::{self, Rng};

/// How often a call is sent at most while the service says that it is too busy; with the pauses between them about
/// half a minute.
const PATIENT: u32 = 9;

/// How often a call is sent at most that got no answer, or the answer that the service failed.
const IMPATIENT: u32 = 3;

/// How long a call that was `sent` so often waits before it is sent again; `None` if it is not.
///
/// # Errors
/// No random bytes.
pub fn pause(failure: Failure, sent: u32, rng: &mut Rng) -> Result<Option<Duration>, rng::Error> {
    match failure {
        Failure::Throttled if sent < PATIENT => backoff(sent, rng).map(Some),
        // A server that did not answer within the time limit has been waited for already.
        Failure::Lost(_) if sent >= IMPATIENT - 1 => Ok(None),
        failure if failure.is_transient() && sent < IMPATIENT => Ok(Some(Duration::from_millis(100))),
        _ => Ok(None),
    }
}

/// 0.2 s, doubled each time up to 6.4 s, of which up to a half is left out at random, so that many clients do not
/// come back at once.
fn backoff(sent: u32, rng: &mut Rng) -> Result<Duration, rng::Error> {
    let full = 100 << sent.min(6);
    let milliseconds = full / 2 + rng.below(full / 2 + 1)?;
    Ok(Duration::from_millis(u64::from(milliseconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_throttling_is_waited_for_longer_and_longer() {
        let mut rng = Rng::test_only_seeded(1);
        let pause = |failure, sent, rng: &mut Rng| pause(failure, sent, rng).expect("a seeded generator");
        for sent in 1..PATIENT {
            let full = 100 << sent.min(6);
            let pause = pause(Failure::Throttled, sent, &mut rng).expect("it is sent again").as_millis();
            assert!((full / 2..=full).contains(&pause), "{sent}: {pause}");
        }
        assert_eq!(pause(Failure::Throttled, PATIENT, &mut rng), None);
        assert_eq!(pause(Failure::Failed(500), 2, &mut rng), Some(Duration::from_millis(100)));
        assert_eq!(pause(Failure::Failed(500), 3, &mut rng), None);
        assert_eq!(pause(Failure::Denied, 1, &mut rng), None);
    }
}
