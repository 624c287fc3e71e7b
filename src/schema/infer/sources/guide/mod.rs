//! Deployment guides in Markdown and MDX: env blocks, tables, commands, compose files and manifests between fences, and
//! the names in their sentences.
//!
//! What a guide shows is more than its variables: shell scripts have locals, nginx and SQL have variables of their own,
//! code has constants. Each file here says what counts in its kind of place.

mod blocks;
mod fence;
mod recipes;
pub(super) mod shell;
mod table;
mod text;

use std::path::Path;

use self::blocks::Block;
use super::{Source, extension};
use crate::schema::infer::Sighting;

/// Guides in Markdown and MDX.
pub struct Guide;

impl Source for Guide {
    fn name(&self) -> &'static str {
        "guide"
    }

    fn reads(&self, path: &Path, _head: &str) -> bool {
        matches!(extension(path).as_str(), "md" | "mdx" | "markdown" | "rst" | "adoc")
    }

    fn sightings(&self, file: &Path, text: &str) -> Vec<Sighting> {
        let blocks = blocks::blocks(text);
        let mut found: Vec<Sighting> = Vec::new();
        let locals = shell::locals(&blocks);
        for block in &blocks {
            match block {
                Block::Fence(fence) => found.extend(fence::sightings(file, fence, &locals)),
                Block::Table(rows) => found.extend(table::sightings(file, rows)),
                Block::Text { .. } => {}
            }
        }
        // A sentence may name what is no variable; a name that a block has is one.
        let known: Vec<String> = found.iter().map(|sighting| sighting.name.clone()).collect();
        found.extend(text::sightings(file, &blocks, &known, &locals));
        recipes::assign(&blocks, &mut found);
        found.sort_by_key(|sighting| sighting.line);
        found
    }
}

#[cfg(test)]
mod tests;
