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

    /// Someone agrees. The author's own consent counts for nothing, and neither does that of someone who cannot be
    /// told apart from others.
    pub(super) fn approve(&mut self, recorded: &Recorded) {
        let entry = &recorded.entry;
        let asked = self.0.iter_mut().find(|asked| entry.approves.as_ref() == Some(&asked.exemption.entry));
        if let Some(Asked { exemption, .. }) = asked
            && exemption.approver.is_none()
            && has_address(&entry.actor)
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

/// Whether two actors cannot be told apart: they have one name or one address, or the one is called like the other's
/// address begins, as CI systems call people.
pub fn is_same_person(one: &str, other: &str) -> bool {
    let parts = |actor| {
        let (name, mail) = parts(actor);
        (name.to_lowercase(), mail.to_lowercase())
    };
    let ((one, one_mail), (other, other_mail)) = (parts(one), parts(other));
    let is_account =
        |name: &str, mail: &str| mail.split_once('@').is_some_and(|(account, _)| account == name);
    match (one_mail.is_empty(), other_mail.is_empty()) {
        (false, false) => one_mail == other_mail || (one == other && !one.is_empty()),
        (true, true) => one == other,
        (true, false) => one == other || is_account(&one, &other_mail),
        (false, true) => one == other || is_account(&other, &one_mail),
    }
}

/// Whether an actor has a mail address.
pub fn has_address(actor: &str) -> bool {
    !parts(actor).1.is_empty()
}

/// The name and the address of `Alice <alice@example.com>`; what is missing is empty.
fn parts(actor: &str) -> (&str, &str) {
    let split = actor.rsplit_once('<').and_then(|(name, rest)| Some((name, rest.split_once('>')?.0)));
    let (name, mail) = split.unwrap_or(if actor.contains('@') { ("", actor) } else { (actor, "") });
    (name.trim(), mail.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_one_name_or_one_address_is_one_person() {
        for (one, other) in [
            ("Alice <a@example.com>", "A. Liddell <A@Example.com>"),
            ("Alice <a@example.com>", "ALICE <b@example.com>"),
            ("alice", "Alice "),
            ("alice", "Alice <a@example.com>"),
            ("alice", "A. Liddell <alice@example.com>"),
            ("a@example.com", "Alice <a@example.com>"),
            ("<>", "<>"),
        ] {
            assert!(is_same_person(one, other) && is_same_person(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("Alice <a@example.com>", "Bob <b@example.com>"),
            ("<a@example.com>", "<b@example.com>"),
            ("alice", "Bob <b@example.com>"),
        ] {
            assert!(!is_same_person(one, other) && !is_same_person(other, one), "{one} {other}");
        }
    }

    #[test]
    fn an_address_is_what_tells_people_apart() {
        assert!(has_address("Alice <a@example.com>") && has_address("a@example.com"));
        assert!(!has_address("alice") && !has_address("alice <>"));
    }
}
