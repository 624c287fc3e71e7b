//! One JSON or YAML object of names and values: what `infisical`, `doppler`, `envward export json` and many others
//! write.

use super::{Error, File, Request, Source, Taken, tree};
use crate::forms::yaml::Kind;

/// One JSON or YAML object of names and values.
pub struct Object;

impl Source for Object {
    fn kind(&self) -> &'static str {
        "object"
    }

    fn recognizes(&self, file: &File) -> bool {
        file.document().is_some_and(|document| matches!(document.kind, Kind::Mapping(_)))
    }

    fn take(&self, file: &File, request: &mut Request<'_>) -> Result<Taken, Error> {
        let document = file.document().filter(|document| matches!(document.kind, Kind::Mapping(_)));
        let problem = "it is not one object of names and values";
        let document = document.ok_or(Error::NotOfKind { kind: self.kind(), problem })?;
        let mut taken = Taken::default();
        tree::take(document, request.flatten, &mut taken)?;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{refused, take, values};

    #[test]
    fn values_are_texts_in_the_order_of_the_file() {
        let taken = take(&Object, "a.json", r#"{"B": "x y", "A": 80, "C": true}"#);
        assert_eq!(values(&taken), [("B", "x y"), ("A", "80"), ("C", "true")]);
    }

    #[test]
    fn what_is_nested_is_refused_with_the_name_it_would_get() {
        let text = "db:\n  user: app\n  pass-word: x\nkey: y\nhosts: [a]\nempty:\n";
        let taken = take(&Object, "a.yaml", text);
        assert_eq!(values(&taken), [("key", "y")]);
        let reasons = [
            "db: has keys of its own, and an environment is flat",
            "hosts: is a list, and a variable is one text",
            "empty: has no value in the file",
        ];
        assert_eq!(refused(&taken), reasons);
        let hint = taken.refused[0].reason.hint();
        assert_eq!(hint.as_deref(), Some("--flatten takes what is in it, such as DB_USER"));
        let taken = crate::import::testing::take_flat(&Object, "a.yaml", text);
        assert_eq!(values(&taken), [("DB_USER", "app"), ("DB_PASS_WORD", "x"), ("KEY", "y")]);
    }
}
