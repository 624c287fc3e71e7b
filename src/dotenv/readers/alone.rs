//! One line by itself: whether a reader reads it as it is written, and whether it still reads the next one.

use zeroize::Zeroizing;

use super::{DEFAULT, Deviation, Reader, by_id, deviation, unknown_environment};
use crate::dotenv::{Document, Quote};
use crate::secret::Secret;

/// The line after the one in question.
const NEXT: &str = "ENVWARD_NEXT_LINE";
const NEXT_VALUE: &str = "next";

/// How a reader differs about a line that assigns `value` to `name`, if nothing else were in the file but one more
/// line; `None` if it does not.
pub fn alone(reader: &dyn Reader, line: &[u8], name: &str, value: &Secret) -> Option<Deviation> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut file = Zeroizing::new(Vec::with_capacity(line.len() + 64));
    for part in [line, b"\n", NEXT.as_bytes(), b"=", NEXT_VALUE.as_bytes(), b"\n"] {
        file.extend_from_slice(part);
    }
    let reading = reader.read(&file, &unknown_environment());
    let reads_on = match &reading {
        Ok(values) => values.get(NEXT).is_some_and(|next| next.expose() == NEXT_VALUE),
        Err(_) => true,
    };
    if reads_on { deviation(&reading, name, value) } else { Some(Deviation::LosesNext) }
}

/// Whether a reader refuses a file that has nothing but this line.
pub fn refuses(reader: &dyn Reader, line: &[u8]) -> bool {
    reader.read(line, &unknown_environment()).is_err()
}

/// The readers of these ids, or without any those of [`DEFAULT`], that do not take CRLF for the end of a line.
pub fn keeping_carriage_returns<S: AsRef<str>>(ids: &[S]) -> Vec<&'static str> {
    let declared = ids.iter().map(AsRef::as_ref);
    let asked: Vec<&str> = if ids.is_empty() { DEFAULT.to_vec() } else { declared.collect() };
    let readers = asked.into_iter().filter_map(by_id);
    let keeps = |reader: &&dyn Reader| {
        let reading = reader.read(b"A=x\r\nB=y\r\n", &unknown_environment());
        ["x", "y"]
            .iter()
            .zip(["A", "B"])
            .any(|(value, name)| deviation(&reading, name, &Secret::new(*value)).is_some())
    };
    readers.filter(keeps).map(Reader::id).collect()
}

/// How to write a value, without any escape, so that all of these readers and the strict one read it back: the way
/// that suits the most others too, else the plainest.
pub fn quote_for(readers: &[&dyn Reader], value: &Secret) -> Option<Quote> {
    let text = value.expose();
    let most = Quote::portable(text).ok();
    most.into_iter().chain([Quote::Bare, Quote::Single, Quote::Double]).find(|quote| {
        let line = Zeroizing::new(format!("A={mark}{text}{mark}\n", mark = quote.mark()));
        let is_meant = |document: Document| {
            document.get("A").is_some_and(|entry| entry.quote == *quote && entry.value == value)
        };
        Document::parse(line.as_bytes()).is_ok_and(is_meant)
            && readers.iter().all(|reader| alone(*reader, line.as_bytes(), "A", value).is_none())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dotenv::readers::Refused;

    #[test]
    fn a_line_shows_what_is_wrong_with_it_and_with_what_follows() {
        let by = |id: &str, line: &str| {
            alone(by_id(id).expect("it is modelled"), line.as_bytes(), "A", &Secret::new("it's"))
        };
        assert_eq!(by("python-dotenv", "A=it's\r\n"), None);
        assert_eq!(by("docker", "A=\"it's\"\n"), Some(Deviation::OtherValue));
        assert_eq!(by("docker", "export A=it's\n"), Some(Deviation::Refused(Refused::Rejects)));
        assert_eq!(by("podman", "export A=it's"), Some(Deviation::Absent));
        assert_eq!(by("systemd", "A=\"it's\n"), Some(Deviation::LosesNext));
    }

    #[test]
    fn the_plainest_form_that_suits_all_is_found() {
        let by = |ids: &[&str], value: &str| {
            let readers: Vec<_> = ids.iter().filter_map(|id| by_id(id)).collect();
            quote_for(&readers, &Secret::new(value))
        };
        assert_eq!(by(&["docker"], "a $b"), Some(Quote::Bare));
        assert_eq!(by(&["bash", "systemd"], "a $b"), Some(Quote::Single));
        assert_eq!(by(&["bash"], "it's"), Some(Quote::Double));
        assert_eq!(by(&["docker", "bash"], "a $b"), None);
        assert_eq!(by(&["docker"], "a # b"), None);
        assert_eq!(by(&["bash"], "one\ntwo"), Some(Quote::Single));
    }
}
