//! Exemptions and who agreed to them.

use std::collections::BTreeMap;

use crate::ledger::Recorded;

use super::{Exemption, History};

/// The exemptions of an environment, in the order in which they were asked for.
#[derive(Default)]
pub(super) struct Exemptions(Vec<Asked>);

struct Asked {
    variables: Vec<String>,
    exemption: Exemption,
}

impl Exemptions {
    /// Someone asks. Without a last day it is none.
    pub(super) fn ask(&mut self, recorded: &Recorded) {
        let entry = &recorded.entry;
        let until = entry.until.as_ref().and_then(|day| day.parse().ok());
        let (Some(until), Some(at)) = (until, recorded.at()) else { return };
        let exemption = Exemption {
            entry: recorded.id.clone(),
            at,
            author: entry.actor.clone(),
            reason: entry.reason.clone().unwrap_or_default(),
            ticket: entry.ticket.clone(),
            until,
            approver: None,
        };
        self.0.push(Asked { variables: entry.variables.clone(), exemption });
    }

    /// Someone agrees. The author's own consent counts for nothing.
    pub(super) fn approve(&mut self, recorded: &Recorded) {
        let entry = &recorded.entry;
        let asked = self.0.iter_mut().find(|asked| entry.approves.as_ref() == Some(&asked.exemption.entry));
        if let Some(Asked { exemption, .. }) = asked
            && exemption.approver.is_none()
            && !is_same_person(&exemption.author, &entry.actor)
        {
            exemption.approver = Some(entry.actor.clone());
        }
    }

    /// Puts the newest of each variable into its history.
    pub(super) fn settle(self, variables: &mut BTreeMap<String, History>) {
        for Asked { variables: names, exemption } in self.0 {
            for name in names {
                let history = variables.entry(name).or_default();
                if exemption.approver.is_some() {
                    history.exemption = Some(exemption.clone());
                    history.pending = None;
                } else {
                    history.pending = Some(exemption.clone());
                    if history.exemption.as_ref().is_none_or(|known| known.approver.is_none()) {
                        history.exemption = Some(exemption.clone());
                    }
                }
            }
        }
    }
}

/// Whether two actors are the same: by their mail addresses, or where one has none by the whole text.
pub fn is_same_person(one: &str, other: &str) -> bool {
    match (mail(one), mail(other)) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => one.trim().eq_ignore_ascii_case(other.trim()),
    }
}

/// The address of `Alice <alice@example.com>`.
fn mail(actor: &str) -> Option<&str> {
    let (_, rest) = actor.rsplit_once('<')?;
    let (mail, _) = rest.split_once('>')?;
    Some(mail.trim()).filter(|mail| !mail.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_known_by_the_address() {
        assert!(is_same_person("Alice <a@example.com>", "A. Liddell <A@Example.com>"));
        assert!(!is_same_person("Alice <a@example.com>", "Alice <b@example.com>"));
        assert!(is_same_person("alice", "Alice "));
        assert!(!is_same_person("alice", "Alice <a@example.com>"));
        assert!(is_same_person("<>", "<>"));
    }
}
