//! Syncing an environment with its stores: base, plan (pure), apply.

mod names;

pub use names::{Variables, is_synced, store_name, variable, variables};
