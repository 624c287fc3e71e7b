//! What about a line makes readers differ: the shape of a cause, and who is to blame for a difference.

use zeroize::Zeroizing;

use super::unportable::Unportable;
use super::{CAUSES, long_line};
use crate::check::Assignment;
use crate::check::rules::Code;
use crate::dotenv::readers::{Deviation, Reader, Refused, alone};
use crate::dotenv::{Document, Quote};

/// Something about a line that some readers take for something else than the strict reader does.
pub trait Cause: Sync {
    /// The code of its findings.
    fn code(&self) -> &'static Code;

    /// Whether a line has it.
    fn is_in(&self, line: &Assignment<'_>) -> bool;

    /// A line that has it as this one does, and nothing else that readers differ about; `None` if there is none.
    fn sample(&self, line: &Assignment<'_>) -> Option<Zeroizing<String>>;

    /// What it is, to stand after "because of".
    fn what(&self) -> &'static str;

    /// What a reader makes of it that reads another value.
    fn misread(&self, name: &str) -> String;

    /// What to do about it, if it is something else than to write the value in another way. `declared` says whether
    /// the readers are known to read the file.
    fn help(&self, _declared: bool) -> Option<&'static str> {
        None
    }

    /// Whether a reader that differs about it cannot be said to differ about anything else in the value.
    fn hides_the_rest(&self) -> bool {
        false
    }
}

/// Why a reader differs about a line, and how.
pub struct Blame {
    /// What it differs about.
    pub cause: &'static dyn Cause,
    /// How.
    pub deviation: Deviation,
}

impl Blame {
    /// What the reader makes of the variable, as a sentence without the reader's name. `name` is safe to show.
    pub fn sentence(&self, name: &str) -> String {
        let what = self.cause.what();
        match self.deviation {
            Deviation::OtherValue => self.cause.misread(name),
            Deviation::Absent => format!("{name} would be lost, because of {what}"),
            Deviation::LosesNext => format!("what follows {name} would be lost, because of {what}"),
            Deviation::Refused(Refused::Rejects) => {
                format!("the whole file would be refused, because of {what}")
            }
            Deviation::Refused(Refused::Computes) => {
                format!("a command or an expansion would be run to read {name}, because of {what}")
            }
        }
    }
}

/// What of a line has it that readers differ about.
pub fn causes<'a>(line: &'a Assignment<'_>) -> impl Iterator<Item = &'static dyn Cause> + 'a {
    let causes = if is_plain(line) { &[] } else { CAUSES };
    causes.iter().copied().filter(|cause| cause.is_in(line))
}

/// Whether it is `NAME=value` with a value that every reader takes as it stands, which most lines are.
fn is_plain(line: &Assignment<'_>) -> bool {
    let text = line.text.strip_suffix(b"\n").unwrap_or(line.text);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    line.quote == Quote::Bare
        && !line.export
        && text.len() < long_line::LONG
        && text.ends_with(line.raw)
        && Quote::Bare.carries(line.value.expose())
}

/// Why a reader reads a line otherwise than it is written, if nothing else were in the file; nothing if it does
/// not. Where a line has more than one thing that readers differ about, each is shown to the reader by itself.
pub fn blame(reader: &dyn Reader, line: &Assignment<'_>) -> Vec<Blame> {
    let Some(deviation) = alone(reader, line.text, line.name, line.value) else { return Vec::new() };
    let present: Vec<_> = causes(line).collect();
    match present[..] {
        [] => return vec![Blame { cause: &Unportable, deviation }],
        [cause] => return vec![Blame { cause, deviation }],
        _ => {}
    }
    let mut blamed = Vec::new();
    for cause in &present {
        let sample = cause.sample(line);
        if let Some(deviation) = sample.and_then(|sample| differs_about(reader, &sample)) {
            blamed.push(Blame { cause: *cause, deviation });
            if cause.hides_the_rest() {
                break;
            }
        }
    }
    if blamed.is_empty() {
        // Only all of it together makes the reader differ.
        blamed.push(Blame { cause: present[0], deviation });
    }
    blamed
}

fn differs_about(reader: &dyn Reader, sample: &str) -> Option<Deviation> {
    let document = Document::parse(sample.as_bytes()).ok()?;
    let entry = document.entries().next()?;
    alone(reader, sample.as_bytes(), entry.name, entry.value)
}

/// The value as it stands between its quotes, in its smallest parts: characters, and in double quotes escapes.
pub(super) fn units<'a>(line: &Assignment<'a>) -> impl Iterator<Item = &'a str> {
    let raw = std::str::from_utf8(line.raw).unwrap_or_default();
    let mark = line.quote.mark();
    let mut rest = raw.strip_prefix(mark).and_then(|raw| raw.strip_suffix(mark)).unwrap_or_default();
    let escapes = line.quote == Quote::Double;
    std::iter::from_fn(move || {
        let mut characters = rest.chars();
        let first = characters.next()?;
        if escapes && first == '\\' {
            characters.next();
        }
        let (unit, after) = rest.split_at(rest.len() - characters.as_str().len());
        rest = after;
        Some(unit)
    })
}

/// A line with the value in the same quotes, of which only letters, digits and the parts that are asked for stay.
pub(super) fn value_of(line: &Assignment<'_>, keep: fn(&str) -> bool) -> Zeroizing<String> {
    let plain = |unit: &str| unit.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let mark = line.quote.mark();
    let mut sample = Zeroizing::new(String::with_capacity(line.raw.len() + 8));
    sample.push_str("A=");
    sample.push_str(mark);
    sample.extend(units(line).filter(|unit| plain(unit) || keep(unit)));
    sample.push_str(mark);
    sample
}
