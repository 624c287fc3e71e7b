//! What can be wrong with a schema.

/// A schema cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub String);
