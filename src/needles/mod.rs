//! The project's own secret values as bytes to look for: what `scan` finds in files, and `run --redact` masks.
//!
//! A value becomes the texts that are worth it ([`parts`]), each of them in every form in which it may have been
//! written down ([`encoding`]); [`matcher`] finds them.

pub mod encoding;
pub mod matcher;
pub mod parts;

use std::collections::HashSet;

use indexmap::IndexMap;
use zeroize::Zeroizing;

pub use self::encoding::Encoding;
pub use self::matcher::{Match, Matcher};
use self::parts::Part;
use crate::schema::Schema;
use crate::secret::Values;

/// Shorter forms other than the value itself are not looked for, in bytes: they stand in other text by chance.
const SHORTEST_FORM: usize = 8;

/// Whose value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The variable.
    pub variable: String,
    /// The environments in which it has this value; empty for a file outside of any project.
    pub environments: Vec<String>,
}

/// What the values are looked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Files, in which a word or a number stands by chance.
    Find,
    /// The output of a program that was given the values, where rather too much is masked than too little.
    Mask,
}

/// Gathers values.
pub struct Collector {
    purpose: Purpose,
    /// What is looked for, and whose it is.
    texts: IndexMap<Part, Origin>,
    /// Variables that are secret and have a value that is not looked for.
    skipped: Vec<String>,
}

/// Values to look for.
pub struct Needles {
    /// Finds them; its patterns are the forms, to be masked without their line ends.
    pub matcher: Matcher,
    /// Of each pattern, whose it is and how it is written down.
    forms: Vec<(usize, Encoding)>,
    origins: Vec<Origin>,
    /// Variables that are secret and whose value is not looked for, since it is too short or too easy.
    pub skipped: Vec<String>,
}

impl Collector {
    /// Nothing yet.
    pub fn new(purpose: Purpose) -> Self {
        Self { purpose, texts: IndexMap::new(), skipped: Vec::new() }
    }

    /// Adds the values of an environment, or of a file outside of any project.
    pub fn add(&mut self, environment: Option<&str>, values: &Values, schema: Option<&Schema>) {
        let variable = |name: &str| schema.and_then(|schema| schema.vars.get(name));
        let is_whole = |name: &str| variable(name).is_some_and(|variable| variable.template.is_some());
        // A text that is a variable of its own is said of that one, not of the whole that it is a part of.
        let (wholes, parts): (Vec<_>, Vec<_>) = values.iter().partition(|(name, _)| is_whole(name));
        for (name, value) in parts.into_iter().chain(wholes) {
            let texts = match self.purpose {
                Purpose::Find => parts::to_find(name, value.expose(), schema),
                Purpose::Mask => parts::to_mask(name, value.expose(), schema),
            };
            let is_skipped = texts.is_empty() && !value.is_empty() && !is_whole(name);
            if is_skipped && parts::is_secret(name, schema) {
                self.skipped.push(name.clone());
            }
            for text in texts {
                self.add_text(text, name, environment);
            }
        }
    }

    fn add_text(&mut self, text: Part, name: &str, environment: Option<&str>) {
        let origin = self
            .texts
            .entry(text)
            .or_insert_with(|| Origin { variable: name.to_owned(), environments: Vec::new() });
        let is_new = |environment: &&str| !origin.environments.iter().any(|known| known == environment);
        if let Some(environment) = environment.filter(is_new)
            && origin.variable == name
        {
            origin.environments.push(environment.to_owned());
        }
    }

    /// Ready to look for them.
    pub fn build(self) -> Needles {
        let mut origins = Vec::with_capacity(self.texts.len());
        let mut found = Vec::new();
        let is_masked = self.purpose == Purpose::Mask;
        for (text, origin) in self.texts {
            let is_long = |(encoding, form): &(Encoding, encoding::Form)| {
                *encoding == Encoding::Plain || form.len() >= SHORTEST_FORM
            };
            let mut forms = encoding::forms(text.expose());
            if is_masked {
                for (_, form) in &mut forms {
                    *form = folded(form);
                }
            } else {
                forms.extend(encoding::utf16(text.expose()).map(|form| (Encoding::Plain, form)));
            }
            forms.retain(|form| is_long(form) && form.1.len() >= matcher::SHORTEST);
            found.extend(forms.into_iter().map(|(encoding, form)| (form, (origins.len(), encoding))));
            origins.push(origin);
        }
        // Two values can have a form in common: it is the first one's.
        let mut seen = HashSet::new();
        let is_first: Vec<bool> = found.iter().map(|(form, _)| seen.insert(form.as_slice())).collect();
        let mut is_first = is_first.into_iter();
        found.retain(|_| is_first.next().unwrap_or_default());
        let (patterns, forms) = found.into_iter().unzip();
        let mut skipped = self.skipped;
        skipped.sort_unstable();
        skipped.dedup();
        Needles { matcher: Matcher::new(patterns), forms, origins, skipped }
    }
}

/// Whether a byte is part of a line end, which in output that is masked counts for nothing: CR, LF, and the blanks behind
/// them.
pub fn is_break(byte: u8, is_in_break: bool) -> bool {
    matches!(byte, b'\n' | b'\r') || is_in_break && matches!(byte, b' ' | b'\t')
}

/// A form without its line ends, and as it would stand behind one.
fn folded(form: &encoding::Form) -> encoding::Form {
    let mut in_break = true;
    let mut keep = |byte: &&u8| {
        in_break = is_break(**byte, in_break);
        !in_break
    };
    Zeroizing::new(form.iter().filter(&mut keep).copied().collect())
}

impl Needles {
    /// Whose value a pattern is, and how it is written down.
    pub fn of(&self, pattern: usize) -> (&Origin, Encoding) {
        let (origin, encoding) = self.forms[pattern];
        (&self.origins[origin], encoding)
    }

    /// How many texts are looked for, not counting their forms.
    pub fn len(&self) -> usize {
        self.origins.len()
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::testing::schema;
    use crate::secret::Secret;

    const PASSWORD: &str = "q7Zr2vLxW5kTb9Yc";

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|&(name, value)| (name.to_owned(), Secret::new(value))).collect()
    }

    fn whose(needles: &Needles, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        needles.matcher.each(text.as_bytes(), |it| {
            let (origin, encoding) = needles.of(it.pattern);
            found.push(format!("{} {:?} {encoding:?}", origin.variable, origin.environments));
        });
        found
    }

    #[test]
    fn a_password_in_a_url_is_said_of_its_own_variable() {
        let schema = schema(
            "[vars.DATABASE_URL]\ntemplate = \"postgres://app:${DB_PASSWORD}@db/app\"\n[vars.DB_PASSWORD]\n",
        );
        let url = format!("postgres://app:{PASSWORD}@db/app");
        let mut collector = Collector::new(Purpose::Find);
        collector.add(
            Some("production"),
            &values(&[("DATABASE_URL", &url), ("DB_PASSWORD", PASSWORD)]),
            Some(&schema),
        );
        let needles = collector.build();
        assert_eq!(whose(&needles, &url), ["DB_PASSWORD [\"production\"] Plain"]);
        assert!(needles.skipped.is_empty());
    }

    #[test]
    fn a_value_that_environments_share_is_looked_for_once_and_what_is_not_looked_for_is_named() {
        let mut collector = Collector::new(Purpose::Find);
        for environment in ["production", "staging"] {
            let values = values(&[("API_TOKEN", PASSWORD), ("DB_PASSWORD", "postgres"), ("LEVEL", "INFO")]);
            collector.add(Some(environment), &values, None);
        }
        let needles = collector.build();
        assert_eq!(whose(&needles, PASSWORD), ["API_TOKEN [\"production\", \"staging\"] Plain"]);
        assert_eq!(needles.skipped, ["DB_PASSWORD"]);
        assert_eq!(needles.len(), 1);
    }
}
