//! What must be true of a manifest beyond its shape.

use std::path::{Component, Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::definition::{EnvironmentDefinition, RecipientDefinition, last_day};
use super::{Manifest, stores};
use crate::dotenv::readers;
use crate::schema::types::parse_duration;
use crate::suggest::closest;
use crate::toml_text::Problem;

/// Something wrong, and the keys that lead to it.
pub(super) struct Fault {
    keys: Vec<String>,
    message: String,
    help: Option<String>,
}

impl Fault {
    pub(super) fn new(keys: &[&str], message: impl Into<String>) -> Self {
        let keys = keys.iter().map(|&key| key.to_owned()).collect();
        Self { keys, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }

    /// Finds the place in the text. The text is parsed a second time, which only a faulty manifest pays for.
    pub(super) fn into_problem(self, text: &str) -> Problem {
        let mut offset = 0;
        if let Ok(table) = DeTable::parse(text) {
            let mut inside = Some(table.get_ref());
            for key in &self.keys {
                let Some((name, value)) =
                    inside.and_then(|table| table.iter().find(|(name, _)| name.get_ref() == key))
                else {
                    break;
                };
                offset = name.span().start;
                inside = value.get_ref().as_table();
            }
        }
        Problem::at(text, offset, self.message, self.help)
    }
}

/// The `min_version` of a manifest, if it is newer than this program. Reads nothing else, so that a manifest
/// of a later version still gets this answer.
pub(super) fn newer_version_needed(table: &DeTable<'_>) -> Option<String> {
    let needed = table.get("project")?.get_ref().get("min_version").map(toml::Spanned::get_ref)?;
    let DeValue::String(needed) = needed else { return None };
    let current = semver::Version::parse(env!("CARGO_PKG_VERSION")).expect("cargo checked the version");
    (semver::Version::parse(needed).ok()? > current).then(|| needed.to_string())
}

/// Checks names, references, paths and dates.
pub(super) fn validate(manifest: &Manifest) -> Result<(), Fault> {
    validate_project(manifest)?;
    for (name, recipient) in &manifest.recipients {
        validate_recipient(name, recipient)?;
    }
    for (name, environment) in &manifest.environments {
        validate_environment(name, environment, manifest)?;
    }
    distinct_files(manifest)?;
    validate_rotation(manifest)?;
    stores::validate(manifest)
}

fn validate_project(manifest: &Manifest) -> Result<(), Fault> {
    let project = &manifest.project;
    if project.name.is_empty() || project.name.chars().any(char::is_control) {
        return Err(Fault::new(
            &["project", "name"],
            "the project's name is empty or holds control characters",
        ));
    }
    if let Some(needed) = &project.min_version
        && semver::Version::parse(needed).is_err()
    {
        let help = format!("write it like {:?}", env!("CARGO_PKG_VERSION"));
        return Err(Fault::new(&["project", "min_version"], "`min_version` is not a version").help(help));
    }
    validate_schema_source(manifest)?;
    if let Some(default) = &project.default {
        let known = manifest.environments.keys().map(String::as_str);
        exists(default, known, &["project", "default"], "environment")?;
    }
    Ok(())
}

/// The schema is either named or inside, so that no part of it is ever read past.
fn validate_schema_source(manifest: &Manifest) -> Result<(), Fault> {
    let inside = if manifest.vars.is_empty() { "rules" } else { "vars" };
    let has_inside = !manifest.vars.is_empty() || !manifest.rules.is_empty();
    match (&manifest.project.schema, has_inside) {
        (Some(_), true) => {
            let help = "keep either `schema` under [project], or [vars] and [[rules]]".to_owned();
            let message = format!("the manifest names a schema and has {inside:?} of its own");
            Err(Fault::new(&[inside], message).help(help))
        }
        (None, false) => {
            let help = "add schema = \"schemas/NAME.toml\" or \"builtin:NAME\" under [project]".to_owned();
            Err(Fault::new(&["project"], "the manifest has no schema").help(help))
        }
        _ => Ok(()),
    }
}

fn validate_recipient(name: &str, recipient: &RecipientDefinition) -> Result<(), Fault> {
    valid_name(name, &["recipients", name], "a recipient")?;
    match recipient {
        RecipientDefinition::Table { expires: Some(at), .. } if last_day(at).is_none() => {
            Err(Fault::new(&["recipients", name, "expires"], "`expires` is not a date")
                .help("write it like 2027-01-31".to_owned()))
        }
        _ => Ok(()),
    }
}

fn validate_environment(
    name: &str,
    environment: &EnvironmentDefinition,
    manifest: &Manifest,
) -> Result<(), Fault> {
    let here = ["environments", name];
    valid_name(name, &here, "an environment")?;
    for (field, path) in [("file", &environment.file), ("sealed", &environment.sealed)] {
        if let Some(path) = path
            && !stays_inside(path)
        {
            return Err(Fault::new(&[here[0], name, field], format!("`{field}` leads out of the project"))
                .help("write a path relative to envward.toml, without `..` and `.git`".to_owned()));
        }
    }
    for recipient in &environment.recipients {
        let known = manifest.recipients.keys().map(String::as_str);
        exists(recipient, known, &[here[0], name, "recipients"], "recipient")?;
    }
    for store in &environment.stores {
        let known = manifest.stores.keys().map(String::as_str);
        exists(store, known, &[here[0], name, "stores"], "store")?;
    }
    for reader in environment.readers.iter().flatten() {
        if readers::by_id(reader).is_none() {
            let known = readers::ALL.iter().map(|reader| reader.id());
            let help = match closest(reader, known.clone()) {
                Some(candidate) => format!("did you mean {candidate:?}?"),
                None => format!("known are {}", known.collect::<Vec<_>>().join(", ")),
            };
            let message = format!("there is no model of a reader {reader:?}");
            return Err(Fault::new(&[here[0], name, "readers"], message).help(help));
        }
    }
    Ok(())
}

fn validate_rotation(manifest: &Manifest) -> Result<(), Fault> {
    let rotation = &manifest.rotation;
    for (field, length) in [
        ("offboard", &rotation.offboard),
        ("jitter", &rotation.jitter),
        ("max_exemption", &rotation.max_exemption),
    ] {
        valid_duration(length.as_deref(), &["rotation", field])?;
    }
    for (name, shortened) in &rotation.environments {
        let here = ["rotation", "environments", name];
        exists(name, manifest.environments.keys().map(String::as_str), &here, "environment")?;
        for (table, entries) in [("classes", &shortened.classes), ("vars", &shortened.vars)] {
            for (entry, lengths) in entries {
                let lengths =
                    [("every", &lengths.every), ("grace", &lengths.grace), ("overlap", &lengths.overlap)];
                for (field, length) in lengths {
                    valid_duration(length.as_deref(), &[here[0], here[1], name, table, entry, field])?;
                }
            }
        }
    }
    Ok(())
}

fn valid_duration(text: Option<&str>, keys: &[&str]) -> Result<(), Fault> {
    if text.is_none_or(|text| parse_duration(text).is_some()) {
        return Ok(());
    }
    let field = keys.last().copied().unwrap_or_default();
    Err(Fault::new(keys, format!("`{field}` is not a duration"))
        .help("use a number and a unit, such as 90d or 12h".to_owned()))
}

/// Two environments in one file would overwrite each other.
fn distinct_files(manifest: &Manifest) -> Result<(), Fault> {
    let mut seen: Vec<PathBuf> = Vec::new();
    for (name, environment) in &manifest.environments {
        for (field, path) in
            [("file", environment.file_or_default(name)), ("sealed", environment.sealed_or_default(name))]
        {
            if seen.contains(&path) {
                let message = format!("`{field}` is a file that something else in this manifest uses");
                return Err(Fault::new(&["environments", name, field], message));
            }
            seen.push(path);
        }
    }
    Ok(())
}

fn exists<'a>(
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    keys: &[&str],
    what: &str,
) -> Result<(), Fault> {
    if known.clone().any(|candidate| candidate == name) {
        return Ok(());
    }
    let help = closest(name, known).map(|candidate| format!("did you mean {candidate:?}?"));
    Err(Fault::new(keys, format!("there is no {what} {name:?} in this manifest")).help(help))
}

/// Names become parts of file names and of messages: letters, digits, `-`, `_`, `.`, starting with a letter
/// or digit, at most 64.
pub(super) fn valid_name(name: &str, keys: &[&str], what: &str) -> Result<(), Fault> {
    let fits = name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || "-_.".contains(character));
    if fits {
        return Ok(());
    }
    Err(Fault::new(keys, format!("{name:?} cannot be the name of {what}"))
        .help("use letters, digits, `-`, `_` and `.`, at most 64".to_owned()))
}

/// Whether a path is relative, never climbs, and does not lead into git's own files, which git acts on. Links
/// are looked at when the path is used.
pub(super) fn stays_inside(path: &Path) -> bool {
    let is_fine = |part| match part {
        Component::Normal(name) => !name.eq_ignore_ascii_case(".git"),
        Component::CurDir => true,
        _ => false,
    };
    !path.as_os_str().is_empty() && path.components().all(is_fine)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PROJECT: &str = "[project]\nname = \"app\"\nschema = \"builtin:app\"\n";

    fn error(rest: &str) -> String {
        fault_in(&format!("{PROJECT}{rest}"))
    }

    fn fault_in(text: &str) -> String {
        let error = Manifest::parse(text, Path::new("envward.toml")).expect_err("the manifest is wrong");
        match error.hint() {
            Some(help) => format!("{error} / {help}"),
            None => error.to_string(),
        }
    }

    #[test]
    fn a_reference_to_nothing_is_an_error_with_its_place_and_a_suggestion() {
        assert_eq!(
            error("[environments.prod]\nrecipients = [\"alcie\"]\n[recipients]\nalice = \"age1x\"\n"),
            "envward.toml:5:1: there is no recipient \"alcie\" in this manifest / did you mean \"alice\"?"
        );
        assert_eq!(
            error("default = \"prod\"\n"),
            "envward.toml:4:1: there is no environment \"prod\" in this manifest"
        );
        assert_eq!(
            error(
                "[environments.prod]\nstores = [\"vualt\"]\n[stores.vault]\ntype = \"directory\"\npath = \"s\"\n"
            ),
            "envward.toml:5:1: there is no store \"vualt\" in this manifest / did you mean \"vault\"?"
        );
        assert_eq!(
            error("[environments.prod]\nreaders = [\"docker\", \"pyton-dotenv\"]\n"),
            "envward.toml:5:1: there is no model of a reader \"pyton-dotenv\" / did you mean \"python-dotenv\"?"
        );
        let unlike = error("[environments.prod]\nreaders = [\"cobol\"]\n");
        assert!(unlike.contains("\"cobol\" / known are docker, podman, kubectl, "), "{unlike}");
    }

    #[test]
    fn a_path_out_of_the_project_is_refused() {
        for path in ["/etc/passwd", "../x", "a/../../x", "", ".git/config", "a/.GIT/hooks/x"] {
            let message = error(&format!("[environments.prod]\nfile = \"{path}\"\n"));
            assert!(message.starts_with("envward.toml:5:1: `file` leads out of the project"), "{message}");
        }
    }

    #[test]
    fn two_environments_cannot_share_a_file() {
        assert_eq!(
            error("[environments.a]\nfile = \".env\"\n[environments.b]\nfile = \".env\"\n"),
            "envward.toml:7:1: `file` is a file that something else in this manifest uses"
        );
    }

    #[test]
    fn names_that_could_not_be_file_names_are_refused() {
        let message = error("[environments.\"a/b\"]\n");
        assert!(message.contains("\"a/b\" cannot be the name of an environment"), "{message}");
    }

    #[test]
    fn a_newer_manifest_is_refused_before_its_unknown_fields() {
        assert_eq!(
            fault_in("[project]\nname = \"app\"\nmin_version = \"99.0.0\"\nnews = 1\n"),
            format!(
                "envward.toml needs envward 99.0.0 or newer, and this is {} / install a newer envward",
                env!("CARGO_PKG_VERSION")
            )
        );
        assert!(
            error("min_version = \"soon\"\n").starts_with("envward.toml:4:1: `min_version` is not a version")
        );
    }

    #[test]
    fn an_unknown_field_has_a_suggestion() {
        assert_eq!(
            error("[environments.prod]\nsealde = \"x\"\n"),
            "envward.toml:5:1: unknown field \"sealde\" / did you mean \"sealed\"?"
        );
        assert_eq!(
            error("[recipients]\nci = { key = \"age1x\", expire = 2027-01-31 }\n"),
            "envward.toml:5:6: expected a public key, or a table with `key` and `expires`"
        );
    }

    #[test]
    fn a_manifest_needs_exactly_one_schema() {
        assert!(fault_in("[project]\nname = \"app\"\n").contains("has no schema"));
        assert_eq!(
            error("[vars.A]\n"),
            "envward.toml:4:2: the manifest names a schema and has \"vars\" of its own / \
             keep either `schema` under [project], or [vars] and [[rules]]"
        );
        assert!(error("[[rules]]\nassert = \"true\"\n").contains("has \"rules\" of its own"));
    }

    #[test]
    fn a_recipient_may_expire_on_a_day() {
        let text = format!("{PROJECT}[recipients]\nci = {{ key = \"age1x\", expires = 2027-01-31 }}\n");
        let manifest = Manifest::parse(&text, Path::new("envward.toml")).expect("a manifest");
        assert_eq!(manifest.recipients["ci"].key(), "age1x");
        assert_eq!(
            manifest.recipients["ci"].expires().map(|day| day.to_string()).as_deref(),
            Some("2027-01-31")
        );
        assert!(error("[recipients]\nci = { key = \"age1x\", expires = 10:00:00 }\n").contains("not a date"));
    }

    #[test]
    fn what_is_said_about_rotation_names_environments_and_lengths_of_time() {
        assert_eq!(
            error("[environments.production]\n[rotation.environments.prodution.classes]\napi-key = {}\n"),
            "envward.toml:5:24: there is no environment \"prodution\" in this manifest / \
             did you mean \"production\"?"
        );
        assert_eq!(
            error("[rotation]\njitter = \"soon\"\n"),
            "envward.toml:5:1: `jitter` is not a duration / use a number and a unit, such as 90d or 12h"
        );
        assert_eq!(
            error("[environments.a]\n[rotation.environments.a.vars.KEY]\nevery = \"3 months\"\n"),
            "envward.toml:6:1: `every` is not a duration / use a number and a unit, such as 90d or 12h"
        );
    }

    proptest! {
        /// Texts in a manifest may be pasted secrets; names of tables and fields are not.
        #[test]
        fn a_damaged_manifest_is_read_or_refused_without_its_texts(
            at in any::<prop::sample::Index>(),
            length in 0_usize..4,
            put in "[\\[\\]{}=\"'\n#.,a0]{0,3}",
        ) {
            let text = format!("{PROJECT}default = 'canary'\n[environments.a]\nreaders = ['docker', 'bash']\n\
                [recipients]\nbob = {{ key = 'canary', expires = 2027-01-31 }}\n[vars.A]\ndefault = 'canary'\n");
            let start = at.index(text.len());
            let end = (start + length).min(text.len());
            let damaged = [&text[..start], &put, &text[end..]].concat();
            if let Err(error) = Manifest::parse(&damaged, Path::new("envward.toml")) {
                let message = error.to_string();
                let is_a_name = ["environment", "unknown field", "recipient", "store"];
                let named = is_a_name.iter().any(|what| message.contains(what));
                prop_assert!(named || !message.contains("canary"), "{}", message);
            }
        }
    }
}
