//! The schema: the variables and rules of one system, without values.
//!
//! [`definition`] is the file as it is written (and the source of its JSON Schema); [`load()`] reads it with
//! what it extends, checks it, and makes the [`Schema`] that everything else works with.

mod build;
pub mod builtin;
pub mod constraints;
pub mod definition;
pub mod document;
pub mod driver;
mod encoder;
mod error;
mod grade;
pub mod infer;
mod layer;
mod lint;
mod load;
mod model;
pub mod placeholder;
mod rotation;
pub mod rules;
mod shape;
pub mod strength;
pub mod template;
#[cfg(test)]
pub(crate) mod testing;
pub mod types;

pub use encoder::{ALL as ENCODERS, Encoder};
pub use error::{Error, Fault, Faults};
pub use grade::Grade;
pub use lint::lint;
pub use load::{Source, files, load};
pub use model::{Default, Origin, Required, Rule, Schema, SchemaFile, ValueSource, Variable};
