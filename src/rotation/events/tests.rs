use proptest::prelude::*;

use super::*;
use crate::ledger::{Author, Earlier, Entry, Event};
use crate::rotation::FindingCode;

const ALICE: &str = "Alice <a@example.com>";
const BOB: &str = "Bob <b@example.com>";

fn key(number: u32) -> Key {
    Key::new([u8::try_from(number).expect("few keys"); 32])
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn entry(event: Event, date: &str) -> Entry {
    Entry::new("production", event, Author { actor: ALICE.to_owned(), job: None }, at(date))
}

fn now() -> Timestamp {
    at("2026-03-31T00:00:00Z")
}

/// A ledger in the making. Each entry follows the one before and is a day younger, from 2026-03-01.
#[derive(Default)]
struct Book(Vec<Recorded>);

impl Book {
    fn add(&mut self, event: Event, fill: impl FnOnce(&mut Entry)) -> String {
        let day = self.0.len() + 1;
        let mut entry = entry(event, &format!("2026-03-{day:02}T00:00:00Z"));
        entry.prev = self.0.last().map(|last| last.id.clone()).into_iter().collect();
        fill(&mut entry);
        self.add_entry(&entry)
    }

    fn add_entry(&mut self, entry: &Entry) -> String {
        let (_, line) = entry.to_line(&key(entry.key));
        let recorded = Recorded::parse(line.as_bytes(), 1).unwrap_or_else(|error| panic!("{error}"));
        let id = recorded.id.clone();
        self.0.push(recorded);
        id
    }

    fn seal(&mut self, prints: &[(&str, &str)]) -> String {
        self.add(Event::Sealed, |entry| entry.fingerprints = fingerprints(prints))
    }

    fn events(&self, keys: Option<&[(u32, Key)]>) -> Events {
        Events::of(&Ledger::of(self.0.clone()), "production", keys, now())
    }

    fn history(&self, name: &str) -> History {
        let mut events = self.events(None);
        assert!(events.findings.is_empty(), "{:?}", events.findings);
        events.variables.remove(name).unwrap_or_else(|| panic!("nothing about {name}"))
    }
}

fn fingerprints(prints: &[(&str, &str)]) -> BTreeMap<String, String> {
    prints.iter().map(|&(name, print)| (name.to_owned(), print.to_owned())).collect()
}

fn days(history: &History) -> Vec<String> {
    history.changes.iter().map(|change| change.at.strftime("%d").to_string()).collect()
}

fn named(entry: &mut Entry, names: &[&str]) {
    entry.variables = names.iter().map(|&name| name.to_owned()).collect();
}

#[test]
fn the_same_value_again_is_no_change_and_an_older_one_has_returned() {
    let mut book = Book::default();
    for print in ["x", "x", "y", "x"] {
        book.seal(&[("A", print)]);
    }
    let history = book.history("A");
    assert_eq!(days(&history), ["01", "03", "04"]);
    let returned: Vec<bool> = history.changes.iter().map(|change| change.returned).collect();
    assert_eq!(returned, [false, false, true]);
}

#[test]
fn a_new_project_key_makes_no_value_younger() {
    let mut book = Book::default();
    book.seal(&[("A", "x"), ("B", "y")]);
    book.add(Event::Rekeyed, |entry| {
        entry.fingerprints = fingerprints(&[("A", "x"), ("B", "y")]);
        entry.new_fingerprints = fingerprints(&[("A", "x2"), ("B", "y2")]);
        entry.new_key = Some(2);
    });
    for (name, print) in [("A", "x2"), ("B", "z2"), ("B", "y2")] {
        book.add(Event::Sealed, |entry| {
            entry.key = 2;
            entry.fingerprints = fingerprints(&[(name, print)]);
        });
    }
    assert_eq!(days(&book.history("A")), ["01"]);
    let history = book.history("B");
    assert_eq!(days(&history), ["01", "04", "05"]);
    assert!(history.changes[2].returned);
}

#[test]
fn what_was_removed_and_added_again_has_returned() {
    let mut book = Book::default();
    book.seal(&[("A", "x")]);
    book.add(Event::Sealed, |entry| entry.removed = vec!["A".to_owned()]);
    assert!(book.history("A").removed);
    book.seal(&[("A", "x")]);
    let history = book.history("A");
    assert!(!history.removed);
    assert_eq!(days(&history), ["01", "03"]);
    assert!(history.changes[1].returned);
}

#[test]
fn a_push_is_no_change() {
    let mut book = Book::default();
    book.seal(&[("A", "x")]);
    for event in [Event::Pushed, Event::Observed] {
        book.add(event, |entry| {
            entry.fingerprints = fingerprints(&[("A", "x")]);
            entry.removed = vec!["B".to_owned()];
            entry.store = Some("vault".to_owned());
            entry.store_version = Some("3".to_owned());
            entry.store_time = Some("2026-03-02T00:00:01Z".to_owned());
        });
    }
    let history = book.history("A");
    assert_eq!(days(&history), ["01"]);
    let [pushed, observed] = &history.pushes[..] else { panic!("{:?}", history.pushes) };
    assert_eq!((pushed.version.as_str(), pushed.observed, observed.observed), ("3", false, true));
    assert_eq!(pushed.created, Some(at("2026-03-02T00:00:01Z")));
    let removed = book.history("B");
    assert_eq!(removed.pushes[0].fingerprint, None);
    assert!(!removed.removed, "it was removed from the store alone");
}

#[test]
fn a_rotation_has_its_end_and_an_attestation_its_day() {
    let mut book = Book::default();
    book.add(Event::Rotated, |entry| {
        named(entry, &["A"]);
        entry.evidence = Some(Grade::A);
        entry.previous = Some("A_OLD".to_owned());
        entry.until = Some("2026-03-08T00:00:00Z".to_owned());
    });
    book.add(Event::Retired, |entry| named(entry, &["A"]));
    for done in ["2026-02-20", "2026-04-20"] {
        book.add(Event::Attested, |entry| {
            named(entry, &["A"]);
            entry.done = Some(done.to_owned());
        });
    }
    let history = book.history("A");
    let [rotated] = &history.rotations[..] else { panic!("{:?}", history.rotations) };
    assert_eq!((rotated.evidence, rotated.previous.as_deref()), (Grade::A, Some("A_OLD")));
    assert_eq!(rotated.until, Some(at("2026-03-08T00:00:00Z")));
    assert_eq!(rotated.retired, Some(at("2026-03-02T00:00:00Z")));
    let attested: Vec<Timestamp> = history.attestations.iter().map(|attested| attested.at).collect();
    assert_eq!(attested, [at("2026-02-20T00:00:00Z"), at("2026-03-04T00:00:00Z")]);
}

fn exempt(book: &mut Book, until: &str) -> String {
    book.add(Event::Exempted, |entry| {
        named(entry, &["A"]);
        entry.until = Some(until.to_owned());
        entry.reason = Some("vendor has no rotation".to_owned());
    })
}

fn approve(book: &mut Book, id: &str, actor: &str) {
    book.add(Event::Approved, |entry| {
        actor.clone_into(&mut entry.actor);
        entry.approves = Some(id.to_owned());
    });
}

#[test]
fn an_exemption_waits_for_someone_else() {
    let mut book = Book::default();
    let id = exempt(&mut book, "2026-06-30");
    approve(&mut book, &id, "Alice at work <A@EXAMPLE.COM>");
    let history = book.history("A");
    assert_eq!(history.exemption.as_ref().map(|exemption| &exemption.approver), Some(&None));
    assert_eq!(history.pending.map(|exemption| exemption.entry), Some(id.clone()));

    approve(&mut book, &id, BOB);
    let history = book.history("A");
    assert_eq!(history.exemption.and_then(|exemption| exemption.approver).as_deref(), Some(BOB));
    assert_eq!(history.pending, None);
}

#[test]
fn who_asks_for_longer_keeps_what_was_agreed_to_meanwhile() {
    let mut book = Book::default();
    let first = exempt(&mut book, "2026-04-30");
    approve(&mut book, &first, BOB);
    let second = exempt(&mut book, "2026-06-30");
    let history = book.history("A");
    assert_eq!(history.exemption.map(|exemption| exemption.entry), Some(first));
    assert_eq!(history.pending.map(|exemption| exemption.entry), Some(second));
}

#[test]
fn a_new_value_ends_an_exposure_and_the_known_one_brings_it_back() {
    let mut book = Book::default();
    book.seal(&[("A", "x")]);
    for reason in ["left: bob", "left: carol"] {
        book.add(Event::Exposed, |entry| {
            named(entry, &["A"]);
            entry.reason = Some(reason.to_owned());
        });
    }
    let exposed = Some(Exposure { at: at("2026-03-02T00:00:00Z"), reason: "left: bob".to_owned() });
    assert_eq!(book.history("A").exposed, exposed);
    book.seal(&[("A", "y")]);
    assert_eq!(book.history("A").exposed, None);
    book.seal(&[("A", "x")]);
    assert_eq!(book.history("A").exposed, exposed);
    // A rotation to the known value ends nothing; one to another ends it.
    book.add(Event::Rotated, |entry| entry.fingerprints = fingerprints(&[("A", "x")]));
    assert_eq!(book.history("A").exposed, exposed);
    book.add(Event::Rotated, |entry| entry.fingerprints = fingerprints(&[("A", "z")]));
    assert_eq!(book.history("A").exposed, None);
}

#[test]
fn what_is_known_stays_known_under_a_new_project_key() {
    let mut book = Book::default();
    book.seal(&[("A", "x")]);
    book.add(Event::Exposed, |entry| named(entry, &["A"]));
    book.seal(&[("A", "y")]);
    book.add(Event::Rekeyed, |entry| {
        entry.fingerprints = fingerprints(&[("A", "y")]);
        entry.new_fingerprints = fingerprints(&[("A", "y2")]);
        entry.new_key = Some(2);
    });
    book.add(Event::Sealed, |entry| {
        entry.key = 2;
        entry.fingerprints = fingerprints(&[("A", "x2")]);
        entry.earlier = [("A".to_owned(), Earlier { fingerprint: "x".to_owned(), key: 1 })].into();
    });
    let history = book.history("A");
    assert!(history.exposed.is_some());
    assert!(history.changes[2].returned);
}

#[test]
fn a_known_value_that_is_still_accepted_after_its_overlap_is_known_again_until_it_is_retired() {
    let rotated = |until: &str| {
        let mut book = Book::default();
        book.seal(&[("A", "x")]);
        book.add(Event::Exposed, |entry| named(entry, &["A"]));
        book.seal(&[("A", "y")]);
        book.add(Event::Rotated, |entry| {
            entry.fingerprints = fingerprints(&[("A", "y")]);
            entry.until = Some(until.to_owned());
        });
        book
    };
    let during = rotated("2026-04-30T00:00:00Z").history("A");
    assert_eq!((during.exposed, during.rotations[0].exposed.is_some()), (None, true));
    let mut over = rotated("2026-03-10T00:00:00Z");
    assert!(over.history("A").exposed.is_some());
    over.add(Event::Retired, |entry| named(entry, &["A"]));
    assert_eq!(over.history("A").exposed, None);
}

#[test]
fn the_end_of_an_overlap_proves_the_rotation_that_began_it() {
    let mut book = Book::default();
    for print in ["x", "y"] {
        book.add(Event::Rotated, |entry| {
            entry.fingerprints = fingerprints(&[("A", print)]);
            entry.evidence = Some(Grade::D);
        });
    }
    book.add(Event::Retired, |entry| {
        named(entry, &["A"]);
        entry.evidence = Some(Grade::A);
    });
    let rotations = book.history("A").rotations;
    assert_eq!(rotations.iter().map(|it| it.evidence).collect::<Vec<_>>(), [Grade::D, Grade::A]);
    assert!(rotations.iter().all(|it| it.retired.is_some()));
}

fn codes(events: &Events) -> Vec<(FindingCode, &str)> {
    events.findings.iter().map(|finding| (finding.code, finding.message.as_str())).collect()
}

#[test]
fn a_missing_entry_is_named_with_the_one_that_follows_it() {
    let mut book = Book::default();
    let gone = book.seal(&[("A", "x")]);
    let kept = book.seal(&[("A", "y")]);
    book.0.remove(0);
    let expected = format!(
        "entry {} is missing from the ledger: entry {} of 2026-03-02T00:00:00Z follows it",
        &gone[..12],
        &kept[..12]
    );
    assert_eq!(codes(&book.events(None)), [(FindingCode::LedgerRewritten, expected.as_str())]);
}

#[test]
fn an_entry_without_the_project_key_is_found_with_keys_and_counts_for_nothing() {
    let mut book = Book::default();
    book.seal(&[("A", "x")]);
    let mut forged = entry(Event::Sealed, "2026-03-02T00:00:00Z");
    BOB.clone_into(&mut forged.actor);
    forged.fingerprints = fingerprints(&[("A", "y")]);
    forged.prev = vec![book.0[0].id.clone()];
    let (_, line) = forged.to_line(&key(9));
    book.0.push(Recorded::parse(line.as_bytes(), 1).expect("whole"));

    assert_eq!(days(&book.history("A")), ["01", "02"], "nobody can tell without a key");
    let events = book.events(Some(&[(1, key(1))]));
    let expected = format!(
        "entry {} of 2026-03-02T00:00:00Z by {BOB} was not written by anyone who knows the project key of production",
        &book.0[1].id[..12]
    );
    assert_eq!(codes(&events), [(FindingCode::LedgerForged, expected.as_str())]);
    assert_eq!(days(&events.variables["A"]), ["01"]);
}

#[test]
fn a_date_that_cannot_be_is_found_and_makes_nothing_younger() {
    let mut book = Book::default();
    book.seal(&[("A", "x")]);
    for date in ["2026-03-31T00:05:00Z", "2026-03-31T00:05:01Z", "yesterday"] {
        let mut later = Book(book.0.clone());
        later.add(Event::Sealed, |entry| {
            date.clone_into(&mut entry.at);
            entry.fingerprints = fingerprints(&[("A", "y")]);
        });
        let events = later.events(None);
        let id = &later.0[1].id[..12];
        let expected = match date {
            "2026-03-31T00:05:00Z" => Vec::new(),
            "yesterday" => vec![format!("entry {id} has no date that can be read")],
            date => vec![format!("entry {id} is from {date}, which is in the future")],
        };
        let found: Vec<String> = events.findings.iter().map(|finding| finding.message.clone()).collect();
        assert_eq!(found, expected);
        assert_eq!(events.variables["A"].changes.len(), 1 + usize::from(expected.is_empty()));
    }
}

#[test]
fn a_clock_that_went_backwards_is_found_beyond_five_minutes() {
    for (date, found) in [("2026-02-28T23:55:00Z", false), ("2026-02-28T23:54:59Z", true)] {
        let mut book = Book::default();
        let first = book.seal(&[("A", "x")]);
        let second = book.add(Event::Sealed, |entry| date.clone_into(&mut entry.at));
        let expected = format!(
            "entry {} is from {date}, and follows entry {} of 2026-03-01T00:00:00Z",
            &second[..12],
            &first[..12]
        );
        let expected = if found { vec![(FindingCode::LedgerOrder, expected.as_str())] } else { Vec::new() };
        assert_eq!(codes(&book.events(None)), expected);
    }
}

#[test]
fn the_entries_of_other_environments_are_not_its_own() {
    let mut book = Book::default();
    book.seal(&[("A", "x")]);
    book.add(Event::Sealed, |entry| {
        "staging".clone_into(&mut entry.environment);
        "tomorrow".clone_into(&mut entry.at);
        entry.fingerprints = fingerprints(&[("A", "y"), ("B", "z")]);
    });
    let events = book.events(Some(&[(1, key(1))]));
    assert!(events.findings.is_empty());
    assert_eq!(events.variables.keys().collect::<Vec<_>>(), ["A"]);
}

proptest! {
    #[test]
    fn the_order_of_the_lines_does_not_count(
        prints in proptest::collection::vec(("[AB]", "[xyz]", 0_u8..28), 1..12),
        shuffled in any::<u64>(),
    ) {
        let mut book = Book::default();
        for (index, (name, print, day)) in prints.iter().enumerate() {
            let mut entry = entry(Event::Sealed, &format!("2026-03-{:02}T00:00:00Z", day + 1));
            entry.fingerprints = fingerprints(&[(name, print)]);
            // Every third one begins a branch.
            entry.prev = index.checked_sub(1 + index % 3).map(|i| book.0[i].id.clone()).into_iter().collect();
            book.add_entry(&entry);
        }
        let expected = format!("{:?}", book.events(None));
        let mut other = Book(book.0.clone());
        other.0.sort_by_key(|recorded| crate::mac::sha256(format!("{shuffled}{}", recorded.id).as_bytes()));
        prop_assert_eq!(format!("{:?}", other.events(None)), expected);
    }
}
