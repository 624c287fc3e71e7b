//! Random bytes: the operating system's generator and nothing else.
//!
//! There is no fallback: if the operating system cannot give random bytes, the command ends. Numbers below a
//! bound are drawn by rejection, so that no value is likelier than another.

use rand::rngs::{StdRng, SysRng};
use rand::{Rng as _, SeedableRng, TryRng};

use crate::env_vars::{self, EnvSnapshot};

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system's random generator failed")]
pub struct Error;

/// Where random bytes come from.
pub struct Rng {
    // Boxed: the state is large and only tests have one.
    test_only_seeded: Option<Box<StdRng>>,
}

impl Rng {
    /// The operating system's generator. Debug builds obey [`env_vars::TEST_ONLY_SEED`]; release builds do
    /// not know the variable.
    pub fn system(env: &EnvSnapshot) -> Self {
        let seed = if cfg!(debug_assertions) {
            env.get(env_vars::TEST_ONLY_SEED).and_then(|text| text.parse().ok())
        } else {
            None
        };
        seed.map_or(Self { test_only_seeded: None }, Self::test_only_seeded)
    }

    /// A repeatable generator, for tests only.
    pub fn test_only_seeded(seed: u64) -> Self {
        Self { test_only_seeded: Some(Box::new(StdRng::seed_from_u64(seed))) }
    }

    /// Fills the buffer.
    pub fn fill(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        match &mut self.test_only_seeded {
            Some(seeded) => {
                seeded.fill_bytes(buffer);
                Ok(())
            }
            None => SysRng.try_fill_bytes(buffer).map_err(|_| Error),
        }
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut buffer = [0; N];
        self.fill(&mut buffer)?;
        Ok(buffer)
    }

    /// A number from 0 up to, not including, `bound`, each equally likely. `bound` must not be 0.
    pub fn below(&mut self, bound: u32) -> Result<u32, Error> {
        // The largest multiple of `bound` that fits: numbers above it would favour the small remainders.
        let zone = u32::MAX - (u32::MAX % bound + 1) % bound;
        loop {
            let number = u32::from_le_bytes(self.bytes()?);
            if number <= zone {
                return Ok(number % bound);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_below_the_bound_and_reach_every_value() {
        let mut rng = Rng::test_only_seeded(1);
        let mut seen = [0_u32; 7];
        for _ in 0..7000 {
            let number = rng.below(7).expect("a seeded generator does not fail");
            seen[number as usize] += 1;
        }
        assert!(seen.iter().all(|&count| (850..1150).contains(&count)), "{seen:?}");
    }

    #[test]
    fn a_bound_of_one_leaves_only_zero() {
        let mut rng = Rng::test_only_seeded(2);
        assert!((0..100).all(|_| rng.below(1).is_ok_and(|number| number == 0)));
    }
}
