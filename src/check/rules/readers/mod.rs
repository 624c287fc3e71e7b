//! What the programs that read the env file make of it: one file and one code for each cause of a difference.
//!
//! The readers that the manifest declares are asked through their models, and a difference is an error. Where
//! nobody says who reads the file, those of [`readers::DEFAULT`] are asked, and a difference is a warning; quotes are
//! none then, since a value with a blank has no form without them that suits a shell.
//!
//! To add a cause: write its file with a unit struct that implements [`Cause`] and its `CODE`, and add it to the list
//! of `causes!`.

mod backslash_escape;
mod cause;
mod command_substitution;
mod dollar;
mod export_prefix;
mod hash;
mod inline_comment;
mod long_line;
mod multi_line;
mod quoted;
mod shell_character;
mod stray_quote;
#[cfg(test)]
mod testing;
mod trailing_blank;
mod unportable;
mod unquoted_blank;

use std::collections::HashSet;

pub use cause::{Blame, Cause, blame, causes};
use indexmap::IndexMap;

use super::{Code, Rule};
use crate::check::{Assignment, Report, Scope, Severity, Subject, shown};
use crate::dotenv::readers::{self, Deviation, Disagreement, Reader, Refused};
use crate::dotenv::{Quote, without_carriage_returns};
use crate::schema::placeholder;

/// What the programs that read the env file make of it.
pub struct Readers;

/// Declares the causes once. Those before the quotes are seen by readers that know none.
macro_rules! causes {
    ($($module:ident::$cause:ident,)*) => {
        static NAMED_CAUSES: &[&dyn Cause] = &[$(&$module::$cause),*];
        static CAUSES: &[&dyn Cause] = &[$(&$module::$cause,)* &unportable::Unportable];
        const CODES: &[Code] = &[$($module::CODE,)* unportable::CODE, REFUSED];
    };
}

causes! {
    inline_comment::InlineComment,
    trailing_blank::TrailingBlank,
    export_prefix::ExportPrefix,
    long_line::LongLine,
    multi_line::MultiLine,
    quoted::Quoted,
    command_substitution::CommandSubstitution,
    dollar::Dollar,
    backslash_escape::BackslashEscape,
    hash::Hash,
    unquoted_blank::UnquotedBlank,
    shell_character::ShellCharacter,
    stray_quote::StrayQuote,
}

const REFUSED: Code = Code {
    id: "reader-refuses",
    severity: Severity::Error,
    summary: "A reader refuses the file, and no line of it says why",
    help: "Such a reader gets no variable at all.",
};

/// What to do about a reference: the author alone knows whether it is meant.
const REFERENCE_HELP: &str = "it refers to another variable, so --fix leaves it: keep it in double quotes for programs \
                              that expand it, write it in single quotes if it is plain text, or write out what it \
                              stands for";

impl Rule for Readers {
    fn codes(&self) -> &'static [Code] {
        CODES
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        if subject.scope != Scope::EnvFile {
            return;
        }
        let modelled = |ids: &[String]| ids.iter().filter_map(|id| readers::by_id(id)).collect::<Vec<_>>();
        let declared = modelled(&subject.facts.readers);
        if !declared.is_empty() {
            Asked { subject, readers: declared, declared: true }.check(report);
        } else if subject.assignments.iter().any(|line| causes(line).next().is_some()) {
            let readers = readers::DEFAULT.iter().filter_map(|id| readers::by_id(id)).collect();
            Asked { subject, readers, declared: false }.check(report);
        }
    }
}

/// The readers that are asked about a file.
struct Asked<'a> {
    subject: &'a Subject<'a>,
    readers: Vec<&'static dyn Reader>,
    declared: bool,
}

/// What readers make of one line because of one cause.
struct Effect {
    cause: &'static dyn Cause,
    /// In the order in which readers were asked.
    sentences: IndexMap<String, Vec<&'static str>>,
}

impl Asked<'_> {
    fn check(&self, report: &mut Report) {
        let bytes = without_carriage_returns(self.subject.bytes);
        let ids: Vec<_> = self.readers.iter().map(|reader| reader.id()).collect();
        let mut lines = self.subject.assignments.iter();
        // Readers to which a line is fatal for others, and what no line explains by itself.
        let mut fatal = HashSet::new();
        let mut open = Vec::new();
        let alike = self.read_alike(&bytes, &ids);
        for Disagreement { variable, readers } in readers::disagreements(&bytes, &ids) {
            // Both are in the order of the file.
            let Some(line) = lines.find(|line| line.name == variable) else { break };
            let mut effects: IndexMap<&str, Effect> = IndexMap::new();
            for (id, deviation) in readers {
                let Some(reader) = self.readers.iter().find(|reader| reader.id() == id) else { continue };
                // A reader that refuses the file differs about every line, also about those that are plain.
                let innocent = matches!(deviation, Deviation::Refused(_)) && causes(line).next().is_none();
                let blamed = if innocent { Vec::new() } else { blame(*reader, line) };
                if blamed.is_empty() {
                    open.push((line, id, deviation));
                }
                for blame in blamed {
                    if matches!(blame.deviation, Deviation::LosesNext | Deviation::Refused(_)) {
                        fatal.insert(id);
                    }
                    let effect = effects
                        .entry(blame.cause.code().id)
                        .or_insert_with(|| Effect { cause: blame.cause, sentences: IndexMap::new() });
                    effect.sentences.entry(blame.sentence(&shown(line.name))).or_default().push(id);
                }
            }
            for cause in CAUSES.iter().filter(|cause| self.matters(line, **cause)) {
                if let Some(effect) = effects.get(cause.code().id) {
                    let severity = if self.declared && !alike.contains(line.name) {
                        Severity::Error
                    } else {
                        Severity::Warning
                    };
                    self.report(line, effect, severity, report);
                }
            }
        }
        // A line that cannot be read at all is a finding already, and so is one that is fatal for others.
        if self.declared && self.subject.problems.is_empty() {
            open.retain(|(_, id, _)| !fatal.contains(id));
            self.report_open(&open, report);
        }
    }

    /// Without declared readers, only what can be written better is worth a warning.
    fn matters(&self, line: &Assignment<'_>, cause: &dyn Cause) -> bool {
        let is_about_value = cause.help(self.declared).is_none();
        self.declared
            || !(cause.code().id == quoted::CODE.id
                || is_about_value && placeholder::is_placeholder(line.value.expose()))
    }

    /// The references that every reader expands to the same value: their author may well mean them.
    fn read_alike(&self, bytes: &[u8], ids: &[&str]) -> HashSet<&str> {
        if self.subject.assignments.iter().all(|line| !line.refers) {
            return HashSet::new();
        }
        let readings = readers::read_all(bytes, ids);
        let value = |at: usize, name: &str| readings.get(at)?.1.as_ref().ok()?.get(name);
        let is_alike = |name: &str| {
            value(0, name).is_some() && (1..readings.len()).all(|at| value(at, name) == value(0, name))
        };
        let references = self.subject.assignments.iter().filter(|line| line.refers);
        references.map(|line| line.name).filter(|name| is_alike(name)).collect()
    }

    fn report(&self, line: &Assignment<'_>, effect: &Effect, severity: Severity, report: &mut Report) {
        let said = effect.sentences.iter().map(|(sentence, ids)| format!("{}: {sentence}", ids.join(", ")));
        let message = said.collect::<Vec<_>>().join("; ");
        let help = effect.cause.help(self.declared).map_or_else(|| self.spelling(line), str::to_owned);
        let code = effect.cause.code().id;
        report.push(self.subject.finding_at(code, severity, line, message).help(help));
    }

    /// What differs although each line by itself would be read as it is written.
    fn report_open(&self, open: &[(&Assignment<'_>, &'static str, Deviation)], report: &mut Report) {
        let mut refusing = HashSet::new();
        for &(line, id, deviation) in open {
            let name = shown(line.name);
            let sentence = match deviation {
                Deviation::Refused(refused) => {
                    if refusing.insert(id) {
                        let message = match refused {
                            Refused::Rejects => format!("{id} would refuse this file"),
                            Refused::Computes => format!("{id} would run or expand a part of this file"),
                        };
                        report.push(self.subject.finding(REFUSED.id, REFUSED.severity, message));
                    }
                    continue;
                }
                Deviation::Absent | Deviation::LosesNext => format!("{id}: {name} would be lost"),
                Deviation::OtherValue => format!("{id}: another value of {name} would be read"),
            };
            let finding = self.subject.finding_at(unportable::CODE.id, Severity::Error, line, sentence);
            report.push(finding.help(self.spelling(line)));
        }
    }

    fn spelling(&self, line: &Assignment<'_>) -> String {
        spelling(line, if self.declared { &self.readers } else { &[] })
    }
}

/// How to write the value so that all of these readers read it as it is meant; without readers, so that most do.
pub fn spelling(line: &Assignment<'_>, readers: &[&dyn Reader]) -> String {
    if line.refers {
        return REFERENCE_HELP.to_owned();
    }
    let quote = if readers.is_empty() {
        Quote::portable(line.value.expose())
    } else {
        let Some(quote) = readers::quote_for(readers, line.value) else {
            let ids: Vec<_> = readers.iter().map(|reader| reader.id()).collect();
            return format!(
                "no way to write this value suits {}: use letters, digits and _ . / : , @ % + = -, or start the \
                     program with envward run, which carries every value",
                ids.join(", ")
            );
        };
        Ok(quote)
    };
    match quote {
        Ok(quote) if quote == line.quote => "use a value without special characters".to_owned(),
        Ok(Quote::Bare) => "write it without quotes, or use --fix".to_owned(),
        Ok(Quote::Single) => "write it in single quotes, or use --fix".to_owned(),
        Ok(Quote::Double) => "write it in double quotes, or use --fix".to_owned(),
        Err(reason) => format!("no quoting carries it to every program: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::testing::read_by;

    #[test]
    fn a_plain_file_has_no_findings_whoever_reads_it() {
        let ids: Vec<_> = crate::dotenv::readers::ALL.iter().map(|reader| reader.id()).collect();
        for code in super::CODES {
            assert!(read_by(&ids, code.id, "# c\n\nA=c2VjcmV0==\nB=größe\n").is_empty(), "{}", code.id);
            assert!(read_by(&[], code.id, "# c\n\nA=c2VjcmV0==\nB=größe\n").is_empty(), "{}", code.id);
        }
    }

    #[test]
    fn each_cause_of_a_line_is_named_with_those_it_matters_to() {
        let line = "export A=a#b $HOME  # c\n";
        let by = |code: &str| read_by(&["docker", "node-dotenv", "compose", "systemd"], code, line);
        let begins = |code: &str, text: &str| {
            let found = by(code);
            assert!(found.len() == 1 && found[0].starts_with(text), "{code}: {found:?}");
        };
        begins(
            "export-prefix",
            "1:10 error: docker: the whole file would be refused, because of export before it; ",
        );
        begins("inline-comment", "1:10 error: docker, systemd: the comment ");
        begins("hash", "1:10 error: node-dotenv: the value of A would end at the #");
        begins("dollar", "1:10 error: compose: what follows $ in the value of A would be expanded");
        assert!(by("unquoted-blank").is_empty() && by("unportable").is_empty());
    }

    #[test]
    fn a_line_that_cannot_be_read_is_not_blamed_a_second_time() {
        assert!(read_by(&["docker"], "reader-refuses", "A = 1\nB=2\n").is_empty());
        assert!(read_by(&["dotenvy"], "unportable", "A=1\nA=2\nB=2\n").is_empty());
    }

    #[test]
    fn a_placeholder_is_not_told_how_to_be_quoted() {
        assert!(read_by(&[], "shell-character", "A=<your-key>\n").is_empty());
        assert_eq!(read_by(&[], "inline-comment", "A=<your-key> # c\n").len(), 1);
    }
}
