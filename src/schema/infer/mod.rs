//! A schema from what a project already has.
//!
//! The [`sources`] say what stands in one file, as [`Sighting`]s, and decide nothing; [`prose`] is what they share to
//! understand sentences. What is read may be a real `.env`, so a sighting holds its value as a secret.

pub mod prose;
pub mod sighting;
pub mod sources;

pub use sighting::{Place, Sighting, TypeHint};
