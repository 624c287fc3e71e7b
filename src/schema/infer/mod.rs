//! A schema from what a project already has.
//!
//! The steps, each in a place of its own: [`files`] finds what may be read; the [`sources`] say what stands in one
//! file, as [`Sighting`]s, and decide nothing ([`prose`] is what they share to understand sentences);
//! [`decide`](mod@decide) puts everything that was seen of one variable together and answers one question per file: is it
//! secret, of which type, how is it made; [`render`] writes the result as a schema.
//!
//! What is read may be a real `.env`. A value goes from a sighting into the result only as the default of a variable
//! that is not secret, and not if it looks like a secret itself.

pub mod decide;
pub mod declaration;
pub mod files;
pub mod prose;
pub mod render;
pub mod sighting;
pub mod sources;

pub use decide::{Seen, Type, Variable, decide};
pub use sighting::{Place, Sighting, TypeHint};
