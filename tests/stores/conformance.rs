//! What every store promises, checked through the trait [`Store`], the same for each.
//!
//! A file of a store says how a fresh place of its kind is made and opened ([`Subject`]), and calls [`tests!`] with
//! it: each promise becomes a test of its own.

use std::sync::Barrier;

use envward::secret::Secret;
use envward::store::{Capabilities, Changes, Error, Held, Mark, Snapshot, Store, Version};

/// Stands for a value wherever something might show one.
const CANARY: &str = "canary-0b5e1c";

/// A place in one kind of store that no other test uses.
pub trait Subject: Sync {
    /// A handle of its own on that place, as another process would open it.
    fn open(&self) -> Box<dyn Store>;

    /// Names that no shell would take and that this store does.
    fn odd_names(&self) -> &'static [&'static str];

    /// Adds a name with this JSON to what is there, as another tool would do it; false where no other tool can.
    fn plant(&self, _name: &str, _json: &str) -> bool {
        false
    }

    /// Whether a value may be empty.
    fn holds_empty(&self) -> bool {
        true
    }

    /// Whether it has a place for a mark.
    fn keeps_marks(&self) -> bool {
        true
    }
}

/// A test for each promise. `$fresh` makes an `Option<impl Subject>`: nothing where the server is missing, which it
/// has said by name.
macro_rules! tests {
    ($fresh:expr) => {
        $crate::stores::conformance::tests! {
            $fresh =>
            what_is_not_there_is_empty_and_no_error
            the_first_write_builds_on_nothing_and_the_second_on_the_first
            a_write_on_an_old_version_changes_nothing
            names_that_a_write_does_not_name_stay
            what_another_tool_keeps_there_stays_byte_for_byte
            older_versions_can_be_read
            the_history_is_newest_first_with_times
            of_writers_who_race_exactly_one_wins
            any_text_comes_back
            any_name_that_it_takes_comes_back_sorted
            a_mark_comes_back_with_its_version
            no_error_shows_a_value
        }
    };
    ($fresh:expr => $($promise:ident)*) => {
        $(
            #[test]
            fn $promise() {
                if let Some(subject) = $fresh {
                    $crate::stores::conformance::$promise(&subject);
                }
            }
        )*
    };
}
pub(crate) use tests;

/// Changes from pairs; `None` removes the name.
pub fn changes(pairs: &[(&str, Option<&str>)]) -> Changes {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.map(Secret::new))).collect()
}

/// What a snapshot holds, in the clear, by name.
pub fn held(snapshot: &Snapshot) -> Vec<(String, String)> {
    let text = |held: &Held| match held {
        Held::Text(text) => text.expose().to_owned(),
        Held::Json(json) => format!("json {}", json.expose()),
    };
    let mut held: Vec<_> = snapshot.values.iter().map(|(name, held)| (name.clone(), text(held))).collect();
    held.sort();
    held
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Works with a handle and gives back what it obtained.
fn with<T>(subject: &dyn Subject, work: impl FnOnce(&mut dyn Store) -> T) -> T {
    let mut store = subject.open();
    let result = work(store.as_mut());
    store.close().unwrap();
    result
}

fn read(subject: &dyn Subject) -> Snapshot {
    with(subject, |store| store.read().unwrap())
}

/// Builds on what is there now.
fn write(subject: &dyn Subject, pairs: &[(&str, Option<&str>)]) -> Version {
    with(subject, |store| {
        let base = store.read().unwrap();
        store.write(&base, &changes(pairs), None).unwrap().version
    })
}

fn capabilities(subject: &dyn Subject) -> Capabilities {
    with(subject, |store| store.capabilities().unwrap())
}

/// Whether the place as a whole has versions, rather than each name for itself.
fn has_versions(subject: &dyn Subject) -> bool {
    capabilities(subject).versions && read(subject).versions.is_empty()
}

/// The error, or a panic that does not show the value.
#[track_caller]
fn refused<T>(result: Result<T, Error>) -> Error {
    result.err().expect("it must be refused")
}

pub fn what_is_not_there_is_empty_and_no_error(subject: &dyn Subject) {
    let found = read(subject);
    assert!(found.version.is_none());
    assert!(found.values.is_empty() && found.mark.is_none() && found.created.is_none());
    with(subject, |store| {
        assert!(store.names().unwrap().is_empty());
        assert!(!store.location().is_empty());
        if store.capabilities().unwrap().versions {
            assert!(store.history(None).unwrap().is_empty());
        }
    });
}

pub fn the_first_write_builds_on_nothing_and_the_second_on_the_first(subject: &dyn Subject) {
    with(subject, |store| {
        let first = store.write(&Snapshot::empty(), &changes(&[("A", Some("1"))]), None).unwrap();
        assert!(!first.version.is_none());
        let base = store.read().unwrap();
        assert_eq!(base.version, first.version);
        let second = store.write(&base, &changes(&[("A", Some("2"))]), None).unwrap();
        if store.capabilities().unwrap().versions {
            assert_ne!(second.version, first.version);
        }
        let found = store.read().unwrap();
        assert_eq!(found.version, second.version);
        assert!(second.created.is_none_or(|created| Some(created) == found.created));
    });
    assert_eq!(held(&read(subject)), pairs(&[("A", "2")]));
    if !capabilities(subject).compare_and_set {
        return;
    }
    let late = with(subject, |store| store.write(&Snapshot::empty(), &changes(&[("A", Some("3"))]), None));
    assert!(matches!(refused(late), Error::Moved { .. }));
    assert_eq!(held(&read(subject)), pairs(&[("A", "2")]));
}

pub fn a_write_on_an_old_version_changes_nothing(subject: &dyn Subject) {
    if !capabilities(subject).compare_and_set {
        return;
    }
    write(subject, &[("A", Some("1")), ("B", Some("1"))]);
    let old = read(subject);
    let newest = write(subject, &[("A", Some("2"))]);
    let late = with(subject, |store| store.write(&old, &changes(&[("A", Some("9")), ("B", None)]), None));
    assert!(matches!(refused(late), Error::Moved { .. }));
    let found = read(subject);
    assert_eq!(found.version, newest);
    assert_eq!(held(&found), pairs(&[("A", "2"), ("B", "1")]));
}

pub fn names_that_a_write_does_not_name_stay(subject: &dyn Subject) {
    write(subject, &[("A", Some("1")), ("B", Some("2")), ("C", Some("3"))]);
    write(subject, &[("B", None), ("C", Some("4")), ("D", Some("5")), ("NEVER_THERE", None)]);
    assert_eq!(held(&read(subject)), pairs(&[("A", "1"), ("C", "4"), ("D", "5")]));
    with(subject, |store| assert_eq!(store.names().unwrap(), ["A", "C", "D"]));
    write(subject, &[("A", None), ("C", None), ("D", None)]);
    assert!(read(subject).values.is_empty());
    with(subject, |store| {
        let base = store.read().unwrap();
        let back = changes(&[("A", Some("back"))]);
        match store.write(&base, &back, None) {
            // Some keep what was removed until it is brought back.
            Err(Error::Deleted { .. }) => {
                store.restore(&["A".to_owned()]).unwrap();
                let base = store.read().unwrap();
                store.write(&base, &back, None).unwrap()
            }
            written => written.unwrap(),
        }
    });
    assert_eq!(held(&read(subject)), pairs(&[("A", "back")]));
}

pub fn what_another_tool_keeps_there_stays_byte_for_byte(subject: &dyn Subject) {
    write(subject, &[("A", Some("1"))]);
    let foreign = [
        ("NUMBER", "12345678901234567890.10"),
        ("TRUE", "true"),
        ("LIST", r#"[1,{"b":"x","a":null}]"#),
        ("OBJECT", r#"{"z":1,"a":"\u00e9"}"#),
    ];
    for (name, json) in foreign {
        if !subject.plant(name, json) {
            return;
        }
    }
    let before = held(&read(subject));
    assert_eq!(before.len(), 5);
    // How many of its digits are kept is the server's: KV version 2 rounds numbers when they are written.
    assert!(before.iter().any(|(name, held)| name == "NUMBER" && held.starts_with("json 1234567890123456")));
    write(subject, &[("A", Some("2")), ("B", Some("3"))]);
    let mut after = held(&read(subject));
    after.retain(|(name, _)| name != "B");
    let mut expected = before;
    expected.retain(|(name, _)| name != "A");
    expected.push(("A".to_owned(), "2".to_owned()));
    expected.sort();
    assert_eq!(after, expected);
}

pub fn older_versions_can_be_read(subject: &dyn Subject) {
    let first = write(subject, &[("A", Some("1"))]);
    if !has_versions(subject) {
        return;
    }
    let second = write(subject, &[("A", Some("2")), ("B", Some("2"))]);
    let third = write(subject, &[("A", None)]);
    with(subject, |store| {
        for (version, expected) in [
            (&first, pairs(&[("A", "1")])),
            (&second, pairs(&[("A", "2"), ("B", "2")])),
            (&third, pairs(&[("B", "2")])),
        ] {
            let found = store.read_at(version).unwrap();
            assert_eq!((&found.version, held(&found)), (version, expected));
        }
        for unknown in ["4711", "00000000-0000-4000-8000-000000000000", "", "1.5", "../1"] {
            let found = store.read_at(&Version::new(unknown));
            assert!(matches!(refused(found), Error::NoVersion { .. }), "{unknown}");
        }
    });
}

pub fn the_history_is_newest_first_with_times(subject: &dyn Subject) {
    let mut written = vec![write(subject, &[("A", Some("1"))])];
    if !has_versions(subject) {
        return;
    }
    written.push(write(subject, &[("A", Some("2"))]));
    written.push(write(subject, &[("B", Some("1"))]));
    written.reverse();
    let revisions = with(subject, |store| store.history(None).unwrap());
    let found: Vec<_> = revisions.iter().map(|revision| revision.version.clone()).collect();
    assert_eq!(found, written);
    let current: Vec<_> = revisions.iter().map(|revision| revision.is_current).collect();
    assert_eq!(current, [true, false, false]);
    let times: Vec<_> = revisions.iter().map(|revision| revision.created.expect("a time")).collect();
    assert!(times.windows(2).all(|pair| pair[0] >= pair[1]), "{times:?}");
    assert_eq!(read(subject).created, Some(times[0]));
}

pub fn of_writers_who_race_exactly_one_wins(subject: &dyn Subject) {
    const WRITERS: usize = 4;
    if !capabilities(subject).compare_and_set {
        return;
    }
    write(subject, &[("A", Some("0"))]);
    for round in 0..3 {
        let start = Barrier::new(WRITERS);
        let race = |writer: usize| {
            with(subject, |store| {
                let base = store.read().unwrap();
                start.wait();
                let value = format!("{round}-{writer}");
                store.write(&base, &changes(&[("A", Some(&value))]), None).map(|_| value)
            })
        };
        let results: Vec<_> = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || race(writer))).collect();
            writers.into_iter().map(|writer| writer.join().unwrap()).collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1, "{lost:?}");
        for error in lost {
            assert!(matches!(refused(error), Error::Moved { .. }));
        }
        let winner = won.into_iter().next().unwrap().unwrap();
        assert_eq!(held(&read(subject)), pairs(&[("A", &winner)]));
    }
}

pub fn any_text_comes_back(subject: &dyn Subject) {
    let long = "0123456789abcdef".repeat(2048);
    let mut texts = vec![
        ("EMPTY", ""),
        ("BLANK", " "),
        ("BLANKS_AROUND", "\t x "),
        ("LINES", "-----BEGIN\nabc\n\nEND-----\n"),
        ("CRLF", "a\r\nb\r"),
        ("QUOTES", "'\"`$HOME ${A} $(x) \\n \\ # ="),
        ("UNICODE", "grüße 日本 🔑 \u{202e}x\u{0301} \u{7f}\u{1b}[0m"),
        ("NUMBER", "007"),
        ("TRUE", "true"),
        ("NULL", "null"),
        ("JSON", r#"{"a":[1,"<&>"]}"#),
        ("CIPHERTEXT", "ENC[AES256_GCM,data:x]"),
        ("LONG", &long),
    ];
    texts.retain(|(_, text)| !text.is_empty() || subject.holds_empty());
    let all: Vec<_> = texts.iter().map(|&(name, value)| (name, Some(value))).collect();
    write(subject, &all);
    let mut expected = pairs(&texts);
    expected.sort();
    assert_eq!(held(&read(subject)), expected);
}

pub fn any_name_that_it_takes_comes_back_sorted(subject: &dyn Subject) {
    let mut names: Vec<&str> =
        ["b", "B", "_", "A1_", "a"].iter().chain(subject.odd_names()).copied().collect();
    let all: Vec<_> = names.iter().map(|&name| (name, Some(name))).collect();
    write(subject, &all);
    names.sort_unstable();
    with(subject, |store| assert_eq!(store.names().unwrap(), names));
    let expected: Vec<_> = names.iter().map(|&name| (name, name)).collect();
    assert_eq!(held(&read(subject)), pairs(&expected));
}

pub fn a_mark_comes_back_with_its_version(subject: &dyn Subject) {
    if !subject.keeps_marks() {
        return;
    }
    let mark =
        |generation: u64| Mark { generation, sealed: "5".repeat(64), digest: format!("{generation:064x}") };
    let push = |value: &str, mark: Option<&Mark>| {
        with(subject, |store| {
            let base = store.read().unwrap();
            store.write(&base, &changes(&[("A", Some(value))]), mark).unwrap().version
        })
    };
    let first = push("1", Some(&mark(7)));
    assert_eq!(read(subject).mark, Some((first, mark(7))));
    let second = push("2", Some(&mark(8)));
    assert_eq!(read(subject).mark, Some((second.clone(), mark(8))));
    let third = push("3", None);
    let found = read(subject);
    assert_eq!(found.version, third);
    assert_eq!(found.mark, Some((second, mark(8))), "a write without a mark leaves the last one");
}

pub fn no_error_shows_a_value(subject: &dyn Subject) {
    write(subject, &[("A", Some(CANARY))]);
    let old = read(subject);
    write(subject, &[("A", Some("canary-0b5e1c-2"))]);
    let mut errors = Vec::new();
    with(subject, |store| {
        errors.extend(store.write(&old, &changes(&[("B", Some(CANARY))]), None).err());
        errors.extend(store.read_at(&Version::new("4711")).err());
        assert!(!store.location().contains(CANARY));
        for finding in store.examine() {
            assert!(!format!("{finding:?}").contains(CANARY), "{finding:?}");
        }
    });
    if capabilities(subject).compare_and_set {
        assert!(!errors.is_empty());
    }
    for error in errors {
        let shown = format!("{error} {error:?} {:?}", error.hint());
        assert!(!shown.contains(CANARY), "{shown}");
    }
}
