//! Names a row or a result so that the next report's same one is recognised.

use sha2::{Digest, Sha256};

use crate::rotation::Row;

/// 128 bits of SHA-256 over project, environment, variable and `what`, as 32 hexadecimal digits. No date, or every
/// day would make a new one; each part after its length, so that no two lists are the same bytes.
pub(super) fn identity(row: &Row, what: &str) -> String {
    of([&row.project, &row.environment, &row.variable, what])
}

/// The same for what is about a whole project.
pub(super) fn of_project(project: &str, what: &str) -> String {
    of([project, "", "", what])
}

fn of(parts: [&str; 4]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hex::encode(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rotation::Status;
    use crate::rotation::report::testing::row;

    #[test]
    fn it_is_the_same_another_day_and_differs_by_every_part() {
        let (a, b) = (row("A"), row("B"));
        let later = Row { status: Status::Ok, due: None, last_rotated: None, ..row("A") };
        assert_eq!(identity(&a, "overdue"), identity(&later, "overdue"));
        assert_ne!(identity(&a, "overdue"), identity(&b, "overdue"));
        assert_ne!(identity(&a, "overdue"), identity(&a, "breached"));
        let moved = Row { environment: "productionA".to_owned(), variable: String::new(), ..row("A") };
        assert_ne!(identity(&a, "overdue"), identity(&moved, "overdue"));
    }
}
