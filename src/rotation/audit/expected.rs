//! The projects that an audit has to come across, so that one that is gone does not look like one that is fine.

use std::collections::BTreeSet;

use crate::rotation::{Finding, FindingCode};

/// The names in the text of a list: one a line, without blanks around it; blank lines and what follows a `#` at the
/// beginning of a line or after a blank do not count.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(|line| without_comment(line).trim()).filter(|name| !name.is_empty())
}

fn without_comment(line: &str) -> &str {
    let is_comment = |&(at, _): &(usize, &str)| at == 0 || line[..at].ends_with([' ', '\t']);
    line.match_indices('#').find(is_comment).map_or(line, |(at, _)| &line[..at])
}

/// The names of projects that are expected and have not been seen.
#[derive(Debug, Default)]
pub struct Expected {
    missing: BTreeSet<String>,
}

impl Expected {
    /// All names of a list.
    pub fn of_list(text: &str) -> Self {
        Self { missing: names(text).map(str::to_owned).collect() }
    }

    /// That a project with that name was looked at, or sent a report that counts.
    pub fn saw(&mut self, name: &str) {
        self.missing.remove(name);
    }

    /// Those that were not seen, by name, each with the finding.
    pub fn silent(self) -> impl Iterator<Item = (String, Finding)> {
        let finding = || Finding {
            code: FindingCode::Silent,
            message: "it is expected, and was neither found nor sent a report".to_owned(),
        };
        self.missing.into_iter().map(move |name| (name, finding()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_comments_and_names_with_blanks_and_hashes() {
        let text = "# all of them\nshop\n\n  billing  # of the other team\r\nc#\nold shop\n";
        assert_eq!(names(text).collect::<Vec<_>>(), ["shop", "billing", "c#", "old shop"]);
    }

    #[test]
    fn who_was_not_seen_is_silent() {
        let mut expected = Expected::of_list("shop\nbilling\nads\nshop\n");
        expected.saw("billing");
        expected.saw("unknown");
        let silent: Vec<_> = expected.silent().collect();
        assert_eq!(silent.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["ads", "shop"]);
        assert_eq!(silent[0].1.code, FindingCode::Silent);
    }
}
