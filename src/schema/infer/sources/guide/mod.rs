//! Deployment guides in Markdown and MDX: env blocks, tables, commands, compose files and manifests between fences, and
//! the names in their sentences.
//!
//! What a guide shows is more than its variables: shell scripts have locals, nginx and SQL have variables of their own,
//! code has constants. Each file here says what counts in its kind of place.

mod above;
mod blocks;
mod fence;
mod recipes;
pub(super) mod shell;
mod table;
mod text;

use std::path::Path;

use self::blocks::Block;
use super::{Source, extension};
use crate::schema::infer::{Place, Sighting};

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
        let mut required = None;
        for block in &blocks {
            let mut inside = match block {
                Block::Fence(fence) => fence::sightings(file, fence, &locals),
                Block::Table(rows) => table::sightings(file, rows),
                Block::Text { lines, headings } => {
                    required = above::required(lines.last().map_or("", |(_, line)| line), headings);
                    continue;
                }
            };
            for sighting in &mut inside {
                if matches!(sighting.place, Place::GuideBlock | Place::GuideTable) {
                    sighting.required = sighting.required.or(required);
                }
            }
            found.extend(inside);
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
