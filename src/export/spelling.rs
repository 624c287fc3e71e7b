//! The ways to write a value that some reader of env files knows, for readers that are named.

use super::text::{Escape, Text};
use super::whole::Dialect;
use crate::dotenv::{Quote, readers};
use crate::secret::{Secret, Values};

/// The readers made of python-dotenv, whose expression takes a backslash and a quote for an escape also where another
/// backslash stands before them: it reads on from there to a quote in a line below, if one comes.
const READ_ON: &[&str] = &["python-dotenv", "environs", "compose-v1"];

/// Readers for which alone a file is written.
pub(super) struct Named<'a>(pub(super) &'a [String]);

impl Dialect for Named<'_> {
    fn spellings(&self, name: &str, value: &Secret) -> impl Iterator<Item = Secret> {
        // A line is read as it is, and the line after it, also where quotes follow in which an open one would end.
        let (next, one) = ("NEXT_LINE", Secret::new("1"));
        let reads = move |line: &Secret| {
            let mut file = Text::default();
            file.push(line.expose()).push(next).push("=1\nQUOTES='`'\nMORE=\"1\"\n");
            self.read(&file.finish()).iter().all(|reading| {
                let reads = |name, value| reading.as_ref().and_then(|values| values.get(name)) == Some(value);
                reads(name, value) && reads(next, &one)
            })
        };
        let reads_on = self.0.iter().any(|id| READ_ON.contains(&id.as_str()));
        let is_safe = move |line: &Secret| {
            let ends = |end| line.expose().ends_with(end);
            !(reads_on && (ends("\\\\'\n") || ends("\\\\\"\n")))
        };
        // Which characters end a bare value, or mean something in it, is where readers surprise most.
        let is_bare = Quote::Bare.carries(value.expose());
        let in_zsh = self.0.iter().any(|id| id == "zsh");
        // Outside of single quotes zsh takes letters beyond ASCII for parts of a name, as its locale has it.
        let is_plain = move |line: &Secret| {
            !in_zsh || is_bare || line.expose().strip_prefix(name).is_some_and(|rest| rest.starts_with("='"))
        };
        let spellings = SPELLINGS.iter().cycle().skip(usize::from(!is_bare)).take(SPELLINGS.len());
        spellings
            .map(|spelling| spelling.line(name, value.expose()))
            .filter(is_safe)
            .filter(is_plain)
            .filter(reads)
    }

    fn read(&self, text: &str) -> Vec<Option<Values>> {
        readers::read_all(text.as_bytes(), self.0).into_iter().map(|(_, reading)| reading.ok()).collect()
    }
}

/// A way to write a value that some reader knows.
struct Spelling {
    mark: &'static str,
    escape: fn(char) -> Option<Escape>,
}

impl Spelling {
    fn line(&self, name: &str, value: &str) -> Secret {
        let mut text = Text::default();
        text.push(name).push("=").push(self.mark);
        text.push_escaped(value, self.escape).push(self.mark).push("\n");
        text.into_secret()
    }
}

/// Every way, from the plainest on.
const SPELLINGS: &[Spelling] = &[
    Spelling { mark: "", escape: |_| None },
    Spelling { mark: "'", escape: |_| None },
    Spelling { mark: "\"", escape: |_| None },
    Spelling { mark: "`", escape: |_| None },
    Spelling { mark: "'", escape: |it| marked(it, "'") },
    Spelling { mark: "'", escape: |it| marked(it, "\\'") },
    Spelling { mark: "'", escape: |it| marked(it, "$") },
    Spelling { mark: "'", escape: |it| (it == '\'').then_some(Escape::As("'\\''")) },
    Spelling { mark: "\"", escape: |it| marked(it, "\"") },
    Spelling { mark: "\"", escape: |it| marked(it, "\\\"") },
    Spelling { mark: "\"", escape: |it| marked(it, "\\\"$") },
    Spelling { mark: "\"", escape: |it| marked(it, "\\\"$`") },
    Spelling { mark: "\"", escape: line_ends },
    Spelling { mark: "\"", escape: |it| line_ends(it).or_else(|| marked(it, "$")) },
    Spelling { mark: "\"", escape: |it| line_ends(it).or_else(|| marked(it, "\\\"")) },
    Spelling { mark: "\"", escape: |it| line_ends(it).or_else(|| marked(it, "\\\"$")) },
    Spelling { mark: "\"", escape: |it| line_ends(it).or_else(|| marked(it, "\\\"$`")) },
];

fn marked(character: char, special: &str) -> Option<Escape> {
    special.contains(character).then_some(Escape::Marked('\\'))
}

fn line_ends(character: char) -> Option<Escape> {
    match character {
        '\n' => Some(Escape::As("\\n")),
        '\r' => Some(Escape::As("\\r")),
        _ => None,
    }
}
