//! Our generator for libraries that want to draw by themselves.

use rsa::rand_core::{CryptoRng, Error, RngCore};

use crate::rng::Rng;

/// [`Rng`] with the traits of rand_core 0.6, which the `rsa` crate takes.
pub struct OsRng<'a>(pub &'a mut Rng);

impl CryptoRng for OsRng<'_> {}

impl RngCore for OsRng<'_> {
    fn next_u32(&mut self) -> u32 {
        rsa::rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rsa::rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        // The trait has no way to fail here, and going on without randomness would make a key that others know.
        self.0.fill(buffer).expect("the operating system gives random bytes");
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        self.0.fill(buffer).map_err(Error::new)
    }
}
