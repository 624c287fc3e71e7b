//! `stray-quote`: a quote stands inside a value.

use zeroize::Zeroizing;

use super::Cause;
use super::cause::{units, value_of};
use crate::check::rules::Code;
use crate::check::{Assignment, Severity};

/// A quote stands inside a value.
pub(super) struct StrayQuote;

pub(super) const CODE: Code = Code {
    id: "stray-quote",
    severity: Severity::Error,
    summary: "A quote stands inside a value",
    help: "Without quotes around the value, many readers take it for one that opens a quoted part, which may go on for \
           lines; between other quotes, some do.",
};

impl Cause for StrayQuote {
    fn code(&self) -> &'static Code {
        &CODE
    }

    fn is_in(&self, line: &Assignment<'_>) -> bool {
        units(line).any(is_quote)
    }

    fn sample(&self, line: &Assignment<'_>) -> Option<Zeroizing<String>> {
        Some(value_of(line, is_quote))
    }

    fn what(&self) -> &'static str {
        "the quote inside its value"
    }

    fn misread(&self, name: &str) -> String {
        format!("a quote inside the value of {name} would be taken for one around a part of it")
    }
}

fn is_quote(unit: &str) -> bool {
    unit == "'" || unit == "\""
}

#[cfg(test)]
mod tests {
    use crate::check::rules::readers::testing::read_by;

    #[test]
    fn an_apostrophe_opens_a_quote_in_a_shell() {
        let by = |readers: &[&str], file: &str| read_by(readers, "stray-quote", file);
        assert_eq!(
            by(&["bash", "python-dotenv"], "A=it's\n"),
            [
                "1:3 error: bash: what follows A would be lost, because of the quote inside its value (write it in double \
                 quotes, or use --fix)"
            ]
        );
        assert!(by(&["bash", "python-dotenv"], "A=\"it's\"\n").is_empty());
    }
}
