//! What the code reads, held against the schema: `undeclared` and `unread`.
//!
//! Only code counts for what is undeclared, and the references of compose files. For what is read, everything counts in
//! which a program is given or asks for a variable: also Dockerfiles, workflows, manifests and scripts.

use std::collections::HashSet;
use std::path::Path;

use indexmap::IndexMap;

use super::rules::Code;
use super::{Diagnostic, Report, Severity, shown};
use crate::schema::infer::sources::platform;
use crate::schema::infer::{Place, Sighting};
use crate::schema::{Schema, ValueSource, Variable};
use crate::suggest::closest;

/// The code reads a variable that the schema lacks.
const UNDECLARED: Code = Code {
    id: "undeclared",
    severity: Severity::Error,
    summary: "The code reads a variable that the schema lacks",
    help: "Nobody who sets up an environment is told of it. A warning if the code does without it; names that the \
           platform sets (PATH, HOME, CI, NODE_ENV, …) are none.",
};

/// The schema has a variable that nothing reads.
const UNREAD: Code = Code {
    id: "unread",
    severity: Severity::Warning,
    summary: "The schema has a variable that nothing reads",
    help: "It may be misspelt, left over, or read by a program whose code is elsewhere; `group = \"service:NAME\"` says \
           the last.",
};

/// The codes of the findings.
pub const CODES: &[Code] = &[UNDECLARED, UNREAD];

/// Every finding; `show` makes of a file what a person reads.
pub fn check(schema: &Schema, sightings: &[Sighting]) -> Report {
    let mut read: IndexMap<&str, Vec<&Sighting>> = IndexMap::new();
    for sighting in sightings.iter().filter(|sighting| reads(sighting.place)) {
        read.entry(&sighting.name).or_default().push(sighting);
    }
    let mut report = Report::default();
    for (name, places) in &read {
        let in_code: Vec<&Sighting> = places.iter().copied().filter(|place| is_code(place.place)).collect();
        if let Some(first) =
            in_code.first().filter(|_| !schema.vars.contains_key(*name) && !platform::sets(name))
        {
            report.push(undeclared(name, first, &in_code, &read, schema));
        }
    }
    let parts: HashSet<&str> = schema.vars.values().flat_map(parts).collect();
    for variable in schema.vars.values() {
        let name = variable.name.as_str();
        if !read.contains_key(name) && !parts.contains(name) && is_for_code(variable) {
            report.push(unread(variable));
        }
    }
    report
}

/// Whether a program is given or asks for a variable there.
fn reads(place: Place) -> bool {
    !matches!(
        place,
        Place::EnvFile | Place::EnvComment | Place::GuideBlock | Place::GuideTable | Place::GuideText
    )
}

fn is_code(place: Place) -> bool {
    matches!(place, Place::Code(_) | Place::ComposeReference)
}

fn undeclared(
    name: &str,
    first: &Sighting,
    places: &[&Sighting],
    read: &IndexMap<&str, Vec<&Sighting>>,
    schema: &Schema,
) -> Diagnostic {
    // A variable that is read under its right name elsewhere is not the one that was meant.
    let unread = schema.vars.keys().map(String::as_str).filter(|known| !read.contains_key(known));
    let meant = closest(name, unread);
    let does_without = places.iter().all(|place| place.required == Some(false));
    let severity = if does_without && meant.is_none() { Severity::Warning } else { Severity::Error };
    let variable = shown(name);
    let message = match (first.required, first.default.is_some()) {
        (Some(true), _) => format!("the code cannot do without {variable}, which the schema lacks"),
        (_, true) => format!("the code reads {variable} with a default, and the schema lacks it"),
        _ => format!("the code reads {variable}, which the schema lacks"),
    };
    let message = match places.len() - 1 {
        0 => message,
        1 => format!("{message}; 1 other place does too"),
        count => format!("{message}; {count} other places do too"),
    };
    let help = match meant {
        Some(meant) => format!("did you mean {}?", shown(meant)),
        None => format!("add [vars.{variable}] to the schema"),
    };
    located(Diagnostic::new(UNDECLARED.id, severity, message), name, &first.file, first.line).help(help)
}

fn unread(variable: &Variable) -> Diagnostic {
    let message = format!("nothing that was looked at reads {}", shown(&variable.name));
    let finding = Diagnostic::new(UNREAD.id, UNREAD.severity, message);
    located(finding, &variable.name, &variable.origin.file, variable.origin.line)
        .help("remove it from the schema, or say who reads it: group = \"service:NAME\"")
}

fn located(finding: Diagnostic, name: &str, file: &Path, line: u32) -> Diagnostic {
    finding.variable(name).file(Some(file)).at(line, 1)
}

/// What is only there to make other variables of it, or to hold their previous value.
fn parts(variable: &Variable) -> Vec<&str> {
    let mut parts = variable.template.as_ref().map(|template| template.parts()).unwrap_or_default();
    parts.extend(variable.rotate.as_ref().and_then(|rotate| rotate.previous.as_deref()));
    parts
}

/// Whether the code at hand should read it.
fn is_for_code(variable: &Variable) -> bool {
    let of_service = variable.group.as_ref().is_some_and(|group| group.starts_with("service:"));
    !of_service && variable.deprecated.is_none() && variable.source == ValueSource::File
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::testing;
    use crate::secret::Secret;

    const SCHEMA: &str = "
        [vars.LOG_LEVEL]
        [vars.DATABASE_URL]
        template = 'postgres://${DB_PASSWORD}@h/d'
        [vars.DB_PASSWORD]
        [vars.POSTGRES_USER]
        group = 'service:postgres'
        [vars.OLD]
        deprecated = 'set LOG_LEVEL'
        [vars.PORT]
        source = 'environment'
    ";

    fn found(sightings: &[Sighting]) -> Vec<String> {
        let shown = |finding: Diagnostic| {
            let (severity, message) = (finding.severity, finding.message);
            format!("{severity:?} {}: {message} ({})", finding.code, finding.help.unwrap_or_default())
        };
        check(&testing::schema(SCHEMA), sightings).diagnostics.into_iter().map(shown).collect()
    }

    fn read(name: &str, place: Place) -> Sighting {
        Sighting::new(name, "app.py", 1, place)
    }

    const PYTHON: Place = Place::Code("Python");

    #[test]
    fn what_the_schema_lacks_is_an_error_unless_the_code_does_without_it() {
        let all = ["LOG_LEVEL", "DATABASE_URL"].map(|name| read(name, PYTHON));
        let optional = Sighting {
            required: Some(false),
            default: Some(Secret::new("hunter2")),
            ..read("CACHE_TTL", PYTHON)
        };
        let demanded = Sighting { required: Some(true), ..read("API_KEY", PYTHON) };
        let seen = [&all[..], &[optional, demanded.clone(), demanded, read("PATH", PYTHON)]].concat();
        assert_eq!(
            found(&seen),
            [
                "Warning undeclared: the code reads CACHE_TTL with a default, and the schema lacks it (add \
                 [vars.CACHE_TTL] to the schema)",
                "Error undeclared: the code cannot do without API_KEY, which the schema lacks; 1 other place does too \
                 (add [vars.API_KEY] to the schema)",
            ]
        );
    }

    #[test]
    fn a_slip_is_told_from_the_variable_that_nothing_reads() {
        let seen = [read("LOG_LEVLE", PYTHON), read("DATABASE_URL", PYTHON)];
        assert_eq!(
            found(&seen),
            [
                "Error undeclared: the code reads LOG_LEVLE, which the schema lacks (did you mean LOG_LEVEL?)",
                "Warning unread: nothing that was looked at reads LOG_LEVEL (remove it from the schema, or say who reads \
                 it: group = \"service:NAME\")",
            ]
        );
    }

    #[test]
    fn parts_of_wholes_and_variables_of_others_need_no_reader_and_a_document_is_none() {
        let seen = [read("LOG_LEVEL", Place::Dockerfile), read("DATABASE_URL", Place::GuideText)];
        let found = found(&seen);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("reads DATABASE_URL "), "{found:?}");
    }
}
