//! `--fail-on`: which states of a variable make `rotation status`, `rotation report` and `audit` end with 1.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::rotation::{Status, Summary};

/// The flag, to be flattened into the arguments of a command.
#[derive(clap::Args, PartialEq)]
pub struct FailOn {
    /// End with 1 if a variable is one of these, or none: overdue, breached, unknown, exempt_expired, due_soon,
    /// overlap, exempt
    #[arg(
        long = "fail-on",
        value_name = "STATUS,…",
        value_delimiter = ',',
        default_value = "overdue,breached,unknown,exempt_expired",
        hide_possible_values = true
    )]
    words: Vec<Word>,
}

/// A word of `--fail-on`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    None,
    Status(Status),
}

/// The words that can be asked for: a variable that is in order is no reason to fail.
const WORDS: [Word; 8] = [
    Word::Status(Status::Breached),
    Word::Status(Status::Overdue),
    Word::Status(Status::ExemptExpired),
    Word::Status(Status::Unknown),
    Word::Status(Status::DueSoon),
    Word::Status(Status::Overlap),
    Word::Status(Status::Exempt),
    Word::None,
];

impl ValueEnum for Word {
    fn value_variants<'a>() -> &'a [Self] {
        &WORDS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::None => "none",
            Self::Status(status) => status.name(),
        }))
    }
}

impl FailOn {
    /// Whether a report makes the command end with 1: a variable is in one of the states, or the ledger cannot be
    /// believed, which no choice of states excuses.
    pub fn is_met(&self, summary: &Summary) -> bool {
        let in_state = |word: &Word| matches!(word, Word::Status(status) if summary.count(*status) > 0);
        let mut findings = summary.findings.iter();
        self.words.iter().any(in_state) || findings.any(|(_, finding)| finding.code.is_grave())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::rotation::{Finding, FindingCode};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        fail_on: FailOn,
    }

    fn is_met(flags: &[&str], summary: &Summary) -> bool {
        let words = ["envward"].iter().chain(flags);
        Line::try_parse_from(words).unwrap_or_else(|error| panic!("{error}")).fail_on.is_met(summary)
    }

    fn with(status: Status) -> Summary {
        let mut summary = Summary::default();
        summary.add(Status::Ok);
        summary.add(status);
        summary
    }

    #[test]
    fn unless_told_otherwise_it_fails_on_what_is_late_or_unknown() {
        for status in Status::ALL {
            use Status::{Breached, ExemptExpired, Overdue, Unknown};
            let expected = matches!(status, Breached | Overdue | ExemptExpired | Unknown);
            assert_eq!(is_met(&[], &with(status)), expected, "{}", status.name());
        }
    }

    #[test]
    fn the_states_can_be_chosen() {
        assert!(is_met(&["--fail-on", "due_soon,overlap"], &with(Status::Overlap)));
        assert!(!is_met(&["--fail-on", "due_soon,overlap"], &with(Status::Breached)));
        assert!(!is_met(&["--fail-on", "none"], &with(Status::Breached)));
    }

    #[test]
    fn a_ledger_that_was_tampered_with_is_never_fine() {
        let mut summary = with(Status::Ok);
        let finding = |code| ("app".to_owned(), Finding { code, message: String::new() });
        summary.findings.push(finding(FindingCode::ShallowHistory));
        assert!(!is_met(&["--fail-on", "none"], &summary));
        summary.findings.push(finding(FindingCode::LedgerRewritten));
        assert!(is_met(&["--fail-on", "none"], &summary));
    }
}
