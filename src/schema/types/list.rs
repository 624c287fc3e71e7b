//! `list`: several values in one.

use super::{Mismatch, Typed, ValueType, by_name};
use crate::schema::definition::Constraints;

/// Several values with a separator between them. The constraints apply to each item; an empty value is an
/// empty list.
pub struct List;

impl ValueType for List {
    fn name(&self) -> &'static str {
        "list"
    }

    fn describe(&self) -> &'static str {
        "values with `sep` (a comma unless said) between them, each of the type `of` (string unless said); \
         the other constraints apply to each item"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["of", "sep", "schemes", "values", "min", "max", "min_length", "max_length", "prefix", "min_entropy"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let inner = constraints.of.as_deref().unwrap_or("string");
        let Some(inner) = by_name(inner).filter(|inner| inner.name() != self.name()) else {
            return Err(Mismatch::new(
                "cannot be checked: the schema's `of` is not a type that a list can hold",
            )
            .help("correct the schema"));
        };
        let items = split(value, constraints.sep.as_deref().unwrap_or(","))?;
        for (index, item) in items.iter().enumerate() {
            inner.check(item, constraints).map_err(|mismatch| in_item(index, mismatch))?;
        }
        Ok(Typed::List(items.into_iter().map(str::to_owned).collect()))
    }

    fn check(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        // Each item was held against the shared constraints already; the whole is not one of them.
        self.parse(value, constraints)
    }
}

/// Splits at the separator. Blanks round an item are refused: most programs take them as a part of it.
pub fn split<'a>(value: &'a str, separator: &str) -> Result<Vec<&'a str>, Mismatch> {
    if value.is_empty() {
        return Ok(Vec::new());
    }
    if separator.is_empty() {
        return Err(
            Mismatch::new("cannot be checked: the schema's `sep` is empty").help("correct the schema")
        );
    }
    let items: Vec<&str> = value.split(separator).collect();
    for (index, item) in items.iter().enumerate() {
        if item.is_empty() {
            return Err(in_item(index, Mismatch::new("is empty").help("remove the separator too much")));
        }
        if separator.trim() == separator && item.trim() != *item {
            return Err(in_item(
                index,
                Mismatch::new("has blanks round it").help("put nothing round the separator"),
            ));
        }
    }
    Ok(items)
}

/// Says which item it is, counted from 1.
pub fn in_item(index: usize, mismatch: Mismatch) -> Mismatch {
    Mismatch { message: format!("has a wrong item: number {} {}", index + 1, mismatch.message), ..mismatch }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, accept_with, reject, reject_with};
    use super::*;

    fn of(name: &str) -> Constraints {
        Constraints { of: Some(name.to_owned()), ..Constraints::default() }
    }

    #[test]
    fn items_keep_their_order() {
        assert!(accept(&List, "b,a") == Typed::List(vec!["b".to_owned(), "a".to_owned()]));
        assert!(accept(&List, "") == Typed::List(Vec::new()));
    }

    #[test]
    fn each_item_is_of_the_inner_type() {
        assert_eq!(
            reject_with(&List, "1,two", &of("int")),
            "has a wrong item: number 2 is not a whole number"
        );
        let constraints = Constraints { deny: Some(vec!["*".to_owned()]), ..Constraints::default() };
        assert_eq!(
            reject_with(&List, "https://a.example,*", &constraints),
            "has a wrong item: number 2 is a value that the schema refuses"
        );
    }

    #[test]
    fn empty_items_and_blanks_are_refused() {
        assert_eq!(reject(&List, "a,,b"), "has a wrong item: number 2 is empty");
        assert_eq!(reject(&List, "a, b"), "has a wrong item: number 2 has blanks round it");
    }

    #[test]
    fn another_separator() {
        let constraints = Constraints { sep: Some(" ".to_owned()), ..of("int") };
        assert!(accept_with(&List, "1 2", &constraints) == Typed::List(vec!["1".to_owned(), "2".to_owned()]));
    }

    #[test]
    fn an_unknown_inner_type_is_never_a_pass() {
        for name in ["list", "nothing"] {
            assert!(reject_with(&List, "a", &of(name)).starts_with("cannot be checked"), "{name}");
        }
    }
}
