//! Values in names: of files, directories, branches and tags.

use std::ops::Range;

use super::content::{Searcher, What};

/// What stands in a name.
pub struct Name<'a> {
    /// The name to show, with a variable or a token's id in place of each value.
    pub shown: String,
    /// What was found, and where in the name it ends.
    pub found: Vec<(What<'a>, usize)>,
}

impl Searcher {
    /// Looks for values and tokens in a name.
    pub fn name(&self, name: &str) -> Name<'_> {
        let mut found: Vec<(Range<usize>, What<'_>)> = Vec::new();
        self.needles.matcher.each(name.as_bytes(), |it| {
            let (origin, encoding) = self.needles.of(it.pattern);
            found.push((it.start..it.end, What::Value(origin, encoding)));
        });
        self.tokens.each(name.as_bytes(), |token, range| found.push((range, What::Token(token))));
        // Values before tokens, which can be the same text: the sort keeps their order.
        found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let (mut shown, mut at) = (String::new(), 0);
        let mut apart = Vec::new();
        for (range, what) in found {
            if range.start < at {
                continue;
            }
            let word = match &what {
                What::Value(origin, _) => origin.variable.as_str(),
                What::Token(token) => token.id,
            };
            shown.push_str(&String::from_utf8_lossy(&name.as_bytes()[at..range.start]));
            shown.extend(["[", word, "]"]);
            at = range.end;
            apart.push((what, at));
        }
        shown.push_str(&String::from_utf8_lossy(&name.as_bytes()[at..]));
        Name { shown, found: apart }
    }
}
