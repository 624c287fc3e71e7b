//! One file of a schema: its text, what it defines, and where in it something stands.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

use super::definition::{Header, RotationClass, RuleDefinition, SchemaDefinition, VariableDefinition};
use super::error::Fault;
use super::{Origin, SchemaFile, shape};
use crate::mac::sha256;
use crate::toml_text::Problem;

/// A schema file that has been read.
pub(super) struct Layer {
    /// The file, as it should be shown.
    pub file: PathBuf,
    /// Its text.
    pub text: Zeroizing<String>,
    /// What it defines.
    pub definition: SchemaDefinition,
    /// Where each line but the first begins, in bytes.
    lines: Vec<usize>,
}

/// The part of a manifest that is a schema.
#[derive(Deserialize)]
struct InlineDefinition {
    #[serde(default)]
    project: InlineProject,
    #[serde(default)]
    vars: IndexMap<Spanned<String>, VariableDefinition>,
    #[serde(default)]
    rules: Vec<Spanned<RuleDefinition>>,
    #[serde(default)]
    classes: IndexMap<String, RotationClass>,
}

#[derive(Default, Deserialize)]
struct InlineProject {
    name: Option<String>,
}

impl Layer {
    fn new(file: PathBuf, text: Zeroizing<String>, definition: SchemaDefinition) -> Self {
        let lines = text.bytes().zip(1..).filter(|(byte, _)| *byte == b'\n').map(|(_, next)| next).collect();
        Self { file, text, definition, lines }
    }

    /// Parses a schema file.
    pub fn parse(file: PathBuf, text: Zeroizing<String>) -> Result<Self, Vec<Fault>> {
        match toml::from_str(&text) {
            Ok(definition) => Ok(Self::new(file, text, definition)),
            Err(error) => Err(faults(&file, shape::problems(&text, shape::SCHEMA, &error))),
        }
    }

    /// Parses the schema part of a manifest; the rest of the manifest is not looked at.
    pub fn parse_manifest(file: PathBuf, text: Zeroizing<String>) -> Result<Self, Vec<Fault>> {
        match toml::from_str::<InlineDefinition>(&text) {
            Ok(InlineDefinition { project, vars, rules, classes }) => {
                let schema = Header { name: project.name, extends: Vec::new() };
                let definition = SchemaDefinition { schema, vars, rules, classes };
                Ok(Self::new(file, text, definition))
            }
            Err(error) => Err(faults(&file, shape::problems(&text, shape::MANIFEST, &error))),
        }
    }

    /// The file as it was read.
    pub fn file(&self) -> SchemaFile {
        SchemaFile { path: self.file.clone(), sha256: sha256(self.text.as_bytes()) }
    }

    /// A fault at the entry of that path, if this file has it.
    pub fn fault(&self, path: &[&str], message: &str, help: Option<&str>) -> Option<Fault> {
        let offset = find(&self.text, path)?;
        let problem = Problem::at(&self.text, offset, message, help.map(str::to_owned));
        Some(Fault { file: self.file.clone(), problem })
    }

    /// The line at that byte of the text.
    pub fn origin(&self, offset: usize) -> Origin {
        let before = self.lines.partition_point(|start| *start <= offset);
        Origin { file: self.file.clone(), line: u32::try_from(before + 1).unwrap_or(u32::MAX) }
    }
}

fn faults(file: &Path, problems: Vec<Problem>) -> Vec<Fault> {
    problems.into_iter().map(|problem| Fault { file: file.to_owned(), problem }).collect()
}

/// Where the entry of that path begins: its key, or the item of an array, whose index is a number in `path`.
fn find(text: &str, path: &[&str]) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let (first, rest) = path.split_first()?;
    let (key, mut value) = root.get_ref().get_key_value(*first)?;
    let mut offset = key.span().start;
    for step in rest {
        match value.get_ref() {
            DeValue::Table(table) => {
                let (key, entry) = table.get_key_value(*step)?;
                offset = key.span().start;
                value = entry;
            }
            DeValue::Array(items) => {
                value = items.get(step.parse::<usize>().ok()?)?;
                offset = value.span().start;
            }
            _ => return None,
        }
    }
    Some(offset)
}
