//! Syncing an environment with its stores: base, plan (pure), apply.
