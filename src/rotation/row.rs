//! One variable of one environment in a report, and what a report adds up to.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::schema::Grade;

/// How a variable stands against its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The deadline and its grace are over.
    Breached,
    /// The deadline is over.
    Overdue,
    /// It was exempt, and is no longer.
    ExemptExpired,
    /// Nothing that the policy accepts proves when it was rotated.
    Unknown,
    /// The deadline is near.
    DueSoon,
    /// It was rotated, and the previous value is still accepted.
    Overlap,
    /// It need not be rotated for now: someone asked, and someone else agreed.
    Exempt,
    /// None of these.
    Ok,
}

impl Status {
    /// Every status, worst first.
    pub const ALL: [Self; 8] = [
        Self::Breached,
        Self::Overdue,
        Self::ExemptExpired,
        Self::Unknown,
        Self::DueSoon,
        Self::Overlap,
        Self::Exempt,
        Self::Ok,
    ];

    /// Its word in reports and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Breached => "breached",
            Self::Overdue => "overdue",
            Self::ExemptExpired => "exempt_expired",
            Self::Unknown => "unknown",
            Self::DueSoon => "due_soon",
            Self::Overlap => "overlap",
            Self::Exempt => "exempt",
            Self::Ok => "ok",
        }
    }
}

/// What is wrong with the evidence, with the ledger, or with how a rotation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which kind, such as `claim-contradicted`; stable.
    pub code: FindingCode,
    /// What was found, with names and dates, without a value; safe to show.
    pub message: String,
}

/// The kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingCode {
    /// The ledger says that a value changed, and its ciphertext did not.
    ClaimContradicted,
    /// Sources disagree by more than a day about when a value changed.
    SourcesDisagree,
    /// A value is one that the variable had before.
    ValueReturned,
    /// A store has a newer version with the same value, or was written without the value changing.
    SameValue,
    /// An entry of the ledger that an older commit has is missing or was changed.
    LedgerRewritten,
    /// An entry of the ledger was written by someone without the project key.
    LedgerForged,
    /// An entry of the ledger has no date, or one in the future: it does not count yet.
    LedgerDate,
    /// The ledger cannot be read.
    LedgerBroken,
    /// Older commits are missing from the clone.
    ShallowHistory,
    /// A previous value is still accepted after the overlap is over.
    PreviousForgotten,
    /// An exemption waits for someone else than its author.
    ExemptionPending,
    /// Someone who should not know the value could read it.
    Exposed,
    /// A store could not be asked.
    StoreUnreachable,
    /// A project of the list sent no report, or its last one is old.
    Silent,
    /// A project cannot be read.
    Unreadable,
    /// An entry of the ledger has a date before one that it follows.
    LedgerOrder,
}

impl FindingCode {
    /// Every code.
    pub const ALL: [Self; 16] = [
        Self::ClaimContradicted,
        Self::SourcesDisagree,
        Self::ValueReturned,
        Self::SameValue,
        Self::LedgerRewritten,
        Self::LedgerForged,
        Self::LedgerDate,
        Self::LedgerBroken,
        Self::ShallowHistory,
        Self::PreviousForgotten,
        Self::ExemptionPending,
        Self::Exposed,
        Self::StoreUnreachable,
        Self::Silent,
        Self::Unreadable,
        Self::LedgerOrder,
    ];

    /// Its word in reports; stable.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClaimContradicted => "claim-contradicted",
            Self::SourcesDisagree => "sources-disagree",
            Self::ValueReturned => "value-returned",
            Self::SameValue => "same-value",
            Self::LedgerRewritten => "ledger-rewritten",
            Self::LedgerForged => "ledger-forged",
            Self::LedgerDate => "ledger-date",
            Self::LedgerBroken => "ledger-broken",
            Self::ShallowHistory => "shallow-history",
            Self::PreviousForgotten => "previous-forgotten",
            Self::ExemptionPending => "exemption-pending",
            Self::Exposed => "exposed",
            Self::StoreUnreachable => "store-unreachable",
            Self::Silent => "silent",
            Self::Unreadable => "unreadable",
            Self::LedgerOrder => "ledger-order",
        }
    }

    /// Whether it leaves nothing of a report to be believed, so that no choice of states excuses it.
    pub fn is_grave(self) -> bool {
        use FindingCode::{
            ClaimContradicted, LedgerBroken, LedgerDate, LedgerForged, LedgerRewritten, Silent,
            StoreUnreachable, Unreadable,
        };
        // A wrong order stays for ever, and makes nothing younger.
        let of_ledger = matches!(self, LedgerBroken | LedgerDate | LedgerForged | LedgerRewritten);
        of_ledger || self == ClaimContradicted || matches!(self, Silent | StoreUnreachable | Unreadable)
    }
}

/// One variable of one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The project's name.
    pub project: String,
    /// The environment's name.
    pub environment: String,
    /// The variable's name.
    pub variable: String,
    /// The rotation class.
    pub class: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// How it stands.
    pub status: Status,
    /// When it is due; `None` if that is unknown, or only an event makes it due.
    pub due: Option<Timestamp>,
    /// When it is due soon.
    pub warn: Option<Timestamp>,
    /// Since when it has its value, as far as that is proven.
    pub last_rotated: Option<Timestamp>,
    /// How well that is proven.
    pub evidence: Option<Grade>,
    /// The last day of its exemption.
    pub exempt_until: Option<Date>,
    /// Who agreed to the exemption.
    pub approver: Option<String>,
    /// How it is rotated.
    pub driver: String,
    /// Clauses of standards that ask for it.
    pub controls: Vec<String>,
    /// Where the steps are written down.
    pub runbook: Option<String>,
    /// The file of the project in which it is declared, from the project's root, and the line from 1.
    pub declared: Option<(String, u32)>,
    /// What is wrong beyond the status.
    pub findings: Vec<Finding>,
    /// When the report was made that it was taken from, if it was taken from another one.
    pub reported: Option<Timestamp>,
}

/// What a report adds up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    counts: [usize; Status::ALL.len()],
    /// Projects that were looked at.
    pub projects: usize,
    /// Secret variables without a policy.
    pub without_policy: usize,
    /// Whether entries of a ledger were believed without a look at who wrote them, which takes a key.
    pub authors_unchecked: bool,
    /// Findings about a whole project, with its name.
    pub findings: Vec<(String, Finding)>,
}

impl Summary {
    /// Counts a row.
    pub fn add(&mut self, status: Status) {
        self.counts[status as usize] += 1;
    }

    /// How many rows have that status.
    pub fn count(&self, status: Status) -> usize {
        self.counts[status as usize]
    }

    /// How many rows there are.
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_words_of_the_json_form() {
        for status in Status::ALL {
            assert_eq!(serde_json::json!(status), status.name());
        }
        for code in FindingCode::ALL {
            assert_eq!(serde_json::json!(code), code.name());
        }
    }
}
