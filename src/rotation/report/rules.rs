//! What there is to say about a row that is not in order: for SARIF and JUnit, which know rules and failures.

use super::words::day;
use crate::forms::sarif::Level;
use crate::rotation::{FindingCode, Row, Status};

/// A rule that a row or a project breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// About a deadline.
    Status(Status),
    /// About the evidence, the ledger, or how a rotation ended.
    Finding(FindingCode),
}

impl Rule {
    /// Every rule, in the order in which a log lists them.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let statuses = Status::ALL.into_iter().filter(|status| *status != Status::Ok).map(Self::Status);
        statuses.chain(FindingCode::ALL.into_iter().map(Self::Finding))
    }

    /// Its id, stable: `rotation-exempt-expired`.
    pub(super) fn id(self) -> String {
        let name = match self {
            Self::Status(status) => status.name(),
            Self::Finding(code) => code.name(),
        };
        format!("rotation-{}", name.replace('_', "-"))
    }

    /// How grave it is: what `--fail-on` fails on by default is an error.
    pub(super) fn level(self) -> Level {
        match self {
            Self::Status(status) => match status {
                Status::Breached | Status::Overdue | Status::ExemptExpired | Status::Unknown => Level::Error,
                Status::DueSoon => Level::Warning,
                Status::Overlap | Status::Exempt | Status::Ok => Level::Note,
            },
            Self::Finding(code) if code.is_grave() => Level::Error,
            Self::Finding(_) => Level::Warning,
        }
    }

    /// What it is about, in half a sentence.
    pub(super) fn summary(self) -> &'static str {
        match self {
            Self::Status(status) => match status {
                Status::Breached => "the deadline and its grace are over",
                Status::Overdue => "the deadline is over",
                Status::ExemptExpired => "the exemption is over",
                Status::Unknown => "nothing accepted proves when it was replaced",
                Status::DueSoon => "the deadline is near",
                Status::Overlap => "it was replaced, and the previous value is still accepted",
                Status::Exempt => "it need not be replaced for now",
                Status::Ok => "it is in order",
            },
            Self::Finding(code) => of_finding(code),
        }
    }

    /// What to do about it.
    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Status(Status::Breached | Status::Overdue | Status::DueSoon) => {
                "replace it: envward rotate NAME; what was replaced elsewhere already: envward set NAME"
            }
            Self::Status(Status::ExemptExpired) => {
                "replace it: envward rotate NAME; or ask again: envward rotation exempt NAME"
            }
            Self::Status(Status::Unknown) => {
                "replace it: envward rotate NAME; or say when that was done: envward rotation attest NAME"
            }
            Self::Status(Status::Overlap) => "nothing, until the overlap is over",
            Self::Status(Status::Exempt | Status::Ok) => "nothing for now",
            Self::Finding(FindingCode::ExemptionPending) => {
                "someone else agrees: envward rotation approve NAME"
            }
            Self::Finding(FindingCode::Exposed) => "replace it: envward rotate NAME",
            Self::Finding(FindingCode::PreviousForgotten) => "end the previous value: envward rotate --due",
            Self::Finding(FindingCode::ShallowHistory) => "fetch the whole history: git fetch --unshallow",
            Self::Finding(_) => "find out why, and replace what is in doubt: envward rotate NAME",
        }
    }
}

fn of_finding(code: FindingCode) -> &'static str {
    match code {
        FindingCode::ClaimContradicted => "the ledger says that a value changed, and its ciphertext did not",
        FindingCode::SourcesDisagree => "sources disagree about when a value changed",
        FindingCode::ValueReturned => "the value is one that the variable had before",
        FindingCode::SameValue => "a store was written without the value changing",
        FindingCode::LedgerRewritten => "an entry of the ledger is missing or was changed",
        FindingCode::LedgerForged => "an entry of the ledger was written without the project key",
        FindingCode::LedgerDate => "an entry of the ledger has a date that cannot be",
        FindingCode::LedgerBroken => "the ledger cannot be read",
        FindingCode::ShallowHistory => "older commits are missing from the clone",
        FindingCode::PreviousForgotten => "a previous value is accepted after the overlap is over",
        FindingCode::ExemptionPending => "an exemption waits for someone else than its author",
        FindingCode::Exposed => "someone who should not know the value could read it",
        FindingCode::StoreUnreachable => "a store could not be asked",
        FindingCode::Silent => "a project sent no report",
        FindingCode::Unreadable => "a project cannot be read",
        FindingCode::LedgerOrder => "an entry of the ledger has a date before one that it follows",
    }
}

/// How the variable stands, as half a sentence: `was due on 2026-02-26`.
pub(super) fn standing(row: &Row) -> String {
    let due = row.due.map(day);
    let was_due = due.map_or_else(|| "has no known deadline".to_owned(), |due| format!("was due on {due}"));
    let is_due = due.map_or_else(|| "is in order".to_owned(), |due| format!("is due on {due}"));
    let until = row.exempt_until.map(|until| format!(" until {until}")).unwrap_or_default();
    let approved =
        row.approver.as_ref().map(|approver| format!(", as {approver} agreed")).unwrap_or_default();
    match row.status {
        Status::Breached => format!("{was_due}, and its grace is over"),
        Status::Overdue => was_due,
        Status::ExemptExpired => format!("was exempt{until}{approved}, and {was_due}"),
        Status::Unknown => "has no accepted proof of when it was replaced".to_owned(),
        Status::Overlap => format!("was replaced, and its previous value is still accepted; it {is_due}"),
        Status::Exempt => format!("is exempt{until}{approved}"),
        Status::DueSoon | Status::Ok => is_due,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rotation::report::testing;

    #[test]
    fn no_two_rules_are_the_same() {
        let ids: BTreeSet<String> = Rule::all().map(Rule::id).collect();
        assert_eq!(ids.len(), Rule::all().count());
        assert!(ids.contains("rotation-exempt-expired") && ids.contains("rotation-ledger-forged"));
    }

    #[test]
    fn every_status_is_said() {
        let said: Vec<String> = testing::rows()
            .iter()
            .filter(|row| row.project == "shop")
            .map(|row| format!("{} {}", row.variable, standing(row)))
            .collect();
        assert_eq!(
            said,
            [
                "OK is due on 2026-05-30",
                "DUE_SOON is due on 2026-03-13",
                "OVERDUE was due on 2026-02-26",
                "BREACHED was due on 2026-01-01, and its grace is over",
                "UNKNOWN has no accepted proof of when it was replaced",
                "EXEMPT is exempt until 2026-04-30, as Bob <bob@example.com> agreed",
                "EXEMPT_EXPIRED was exempt until 2026-02-20, as Bob <bob@example.com> agreed, and was due on \
                 2026-02-01",
                "OVERLAP was replaced, and its previous value is still accepted; it is due on 2026-05-29",
                "OK is in order",
            ]
        );
    }
}
