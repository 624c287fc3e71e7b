//! `bytes` of the types that encode bytes as text.

use super::Mismatch;
use crate::schema::definition::Constraints;

/// Checks the number of decoded bytes.
pub fn check_bytes(count: usize, constraints: &Constraints) -> Result<(), Mismatch> {
    match constraints.bytes {
        Some(expected) if expected != count => {
            Err(Mismatch::new(format!("encodes {count} bytes; {expected} are needed")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_exact() {
        let constraints = Constraints { bytes: Some(32), ..Constraints::default() };
        let message = |count| check_bytes(count, &constraints).err().map(|mismatch| mismatch.message);
        assert_eq!(message(31).as_deref(), Some("encodes 31 bytes; 32 are needed"));
        assert_eq!(message(32), None);
        assert_eq!(message(33).as_deref(), Some("encodes 33 bytes; 32 are needed"));
    }
}
