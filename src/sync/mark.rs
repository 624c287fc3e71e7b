//! The mark that a push leaves in the store: with it a working copy that never synced knows what the store and the
//! sealed file last had in common.
//!
//! A mark is left only by a push after which the store has every variable as the sealed file has it: the values at
//! its version are then what both sides had in common. It is believed if its digest, under a project key, agrees
//! with the store's values at that version, and if the local ledger knows the sealed file that it names: a checkout
//! that is older than the last push does not, and so cannot take the newer values for changes of the store.

use indexmap::IndexMap;

use crate::mac::Mac;
use crate::secret::Key;
use crate::store::{Held, Mark};

/// A mark for these values, which are all that the store will have.
pub fn new(
    key: &Key,
    environment: &str,
    generation: u64,
    sealed: String,
    values: &IndexMap<String, Held>,
) -> Mark {
    let digest = tag(key, environment, generation, &sealed, values).finish();
    Mark { generation, sealed, digest }
}

/// Whether the mark was left with these values by someone who knows the key.
pub fn agrees(mark: &Mark, key: &Key, environment: &str, values: &IndexMap<String, Held>) -> bool {
    tag(key, environment, mark.generation, &mark.sealed, values).matches(&mark.digest)
}

fn tag(key: &Key, environment: &str, generation: u64, sealed: &str, values: &IndexMap<String, Held>) -> Mac {
    let mut mac = Mac::new(key, "envward/1/mark");
    mac.field(environment);
    mac.field(generation.to_le_bytes());
    mac.field(sealed);
    add_values(&mut mac, values);
    mac
}

/// Adds what a store holds to a tag, in the order of the names.
pub(super) fn add_values(mac: &mut Mac, values: &IndexMap<String, Held>) {
    let mut sorted: Vec<(&String, &Held)> = values.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    for (name, held) in sorted {
        let (kind, value) = match held {
            Held::Text(value) => ("text", value),
            Held::Json(value) => ("json", value),
        };
        mac.field(name);
        mac.field(kind);
        mac.field(value.expose());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn values(pairs: &[(&str, Held)]) -> IndexMap<String, Held> {
        pairs.iter().map(|(name, held)| ((*name).to_owned(), held.clone())).collect()
    }

    fn text(value: &str) -> Held {
        Held::Text(Secret::new(value))
    }

    #[test]
    fn a_mark_agrees_with_its_values_in_any_order_and_with_nothing_else() {
        let key = Key::new([1; 32]);
        let held = values(&[("A", text("1")), ("B", text("2"))]);
        let mark = new(&key, "production", 3, "ab".to_owned(), &held);
        assert!(agrees(&mark, &key, "production", &values(&[("B", text("2")), ("A", text("1"))])));
        assert!(!agrees(&mark, &key, "staging", &held));
        assert!(!agrees(&mark, &Key::new([2; 32]), "production", &held));
        assert!(!agrees(&Mark { generation: 4, ..mark.clone() }, &key, "production", &held));
        assert!(!agrees(&Mark { sealed: "cd".to_owned(), ..mark.clone() }, &key, "production", &held));
        for other in [
            values(&[("A", text("1"))]),
            values(&[("A", text("1")), ("B", text("3"))]),
            values(&[("A", text("1")), ("B", Held::Json(Secret::new("2")))]),
            values(&[("A", text("1")), ("B", text("2")), ("C", text(""))]),
        ] {
            assert!(!agrees(&mark, &key, "production", &other));
        }
    }
}
