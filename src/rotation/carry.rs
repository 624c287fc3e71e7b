//! Rotates one variable: pending, set, tested, current, previous, revoked, with the journal before each step.
