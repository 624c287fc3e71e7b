//! Which variable a generate command of a guide is for.
//!
//! The name stands on the line of the command, or in the comment above it ("Generate SECRET_KEY"); or the comment says
//! it in words ("Generate database password"); or the command makes "random strings" for the block beside it.

use std::collections::HashSet;

use super::blocks::{Block, Fence};
use super::fence::is_constant;
use crate::generate::Recipe;
use crate::schema::infer::{Place, Sighting, prose};

/// How many lines a block may be away from the sentence whose command makes its values.
const NEAR: u32 = 12;

/// A command and the words round it.
struct Command {
    line: u32,
    recipe: Recipe,
    /// The names that are said for it.
    names: Vec<String>,
    /// The words that say what it is for, in lower case.
    words: HashSet<String>,
    /// Whether they speak of several values.
    of_several: bool,
}

impl Command {
    fn new(line: u32, recipe: Recipe, names: Vec<String>, said: &str) -> Self {
        let of_several = said
            .to_lowercase()
            .split(|each: char| !each.is_alphanumeric())
            .any(|word| singular(word) != word && word.ends_with('s'));
        Self { line, recipe, names, words: meaning(said), of_several }
    }
}

/// Gives the sightings the recipes of the commands that are meant for them.
pub(super) fn assign(blocks: &[Block<'_>], found: &mut [Sighting]) {
    for command in commands(blocks) {
        if !command.names.is_empty() {
            for sighting in found.iter_mut().filter(|sighting| command.names.contains(&sighting.name)) {
                give(sighting, &command.recipe);
            }
            continue;
        }
        let meant: Vec<String> = found
            .iter()
            .filter(|sighting| is_meant(&sighting.name, &command))
            .map(|sighting| sighting.name.clone())
            .collect();
        for sighting in found.iter_mut().filter(|sighting| meant.contains(&sighting.name)) {
            give(sighting, &command.recipe);
        }
        if meant.is_empty()
            && command.words.iter().any(|word| matches!(word.as_str(), "string" | "secret" | "key" | "token"))
        {
            give_to_neighbours(&command, found);
        }
    }
}

fn give(sighting: &mut Sighting, recipe: &Recipe) {
    if sighting.recipe.is_none() {
        sighting.recipe = Some(recipe.clone());
    }
}

/// The secrets of the block beside a command that says no more than "random string".
fn give_to_neighbours(command: &Command, found: &mut [Sighting]) {
    let near = |sighting: &&mut Sighting| {
        sighting.place == Place::GuideBlock
            && sighting.line.abs_diff(command.line) <= NEAR
            && ["SECRET", "_KEY"].iter().any(|word| sighting.name.contains(word))
            && !["API", "CLIENT", "ACCESS", "PUBLIC"].iter().any(|word| sighting.name.contains(word))
    };
    for sighting in found.iter_mut().filter(near) {
        give(sighting, &command.recipe);
    }
}

/// Whether words such as "database password" mean a name such as `DB_PASSWORD`. One word means all names with it only
/// if it is said of several: "passwords".
fn is_meant(name: &str, command: &Command) -> bool {
    let parts: HashSet<String> = name.split('_').map(|part| singular(&part.to_lowercase())).collect();
    let enough = command.words.len() >= 2 || command.words.len() == 1 && command.of_several;
    enough && command.words.iter().all(|word| parts.contains(word))
}

/// Every command of the guide, with the words round it.
fn commands(blocks: &[Block<'_>]) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut before = String::new();
    for block in blocks {
        match block {
            Block::Fence(fence) => of_fence(fence, &before, &mut commands),
            Block::Text { lines, .. } => {
                let whole: Vec<&str> = lines.iter().map(|(_, line)| *line).collect();
                before = whole.join(" ");
                // Only the sentence of the command says what it is for.
                let sentence =
                    before.split(". ").find_map(|sentence| Some((sentence, prose::recipe(sentence)?)));
                if let Some((sentence, recipe)) = sentence {
                    let line = lines.first().map_or(1, |(line, _)| *line);
                    commands.push(Command::new(line, recipe, names(sentence), "random string"));
                }
            }
            Block::Table(_) => {}
        }
    }
    commands
}

/// The commands between fences. The comment behind or above says what one is for, else the sentence before the fence.
fn of_fence(fence: &Fence<'_>, before: &str, commands: &mut Vec<Command>) {
    for (index, line) in fence.lines.iter().enumerate() {
        let Some(recipe) = prose::recipe(line) else { continue };
        let above = fence.lines[..index].iter().rev().map(|line| line.trim()).find(|line| !line.is_empty());
        let above = above.filter(|line| line.starts_with(['#', '/'])).unwrap_or_default();
        let behind = line.split_once(" #").map_or("", |(_, comment)| comment);
        let said = [behind, above, before].into_iter().find(|said| !said.is_empty()).unwrap_or_default();
        let own = names(line);
        let names = if own.is_empty() { names(said) } else { own };
        let line = fence.first + u32::try_from(index).unwrap_or(u32::MAX);
        commands.push(Command::new(line, recipe, names, said));
    }
}

/// The names of variables in a text.
fn names(text: &str) -> Vec<String> {
    let words = text.split(|each: char| !each.is_ascii_alphanumeric() && each != '_');
    words.filter(|word| is_constant(word) && word.contains('_')).map(str::to_owned).collect()
}

/// The words of a text that say what is made, each in one form.
fn meaning(text: &str) -> HashSet<String> {
    const EMPTY: &str = "\
        a an and at base64 bytes char chars characters create for generate generating generator hex in long make new of or output random \
        run secure securely strong the then this to unique using use with your";
    text.split(|each: char| !each.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| {
            !word.is_empty()
                && !EMPTY.split_whitespace().any(|empty| empty == word)
                && !word.starts_with(|first: char| first.is_ascii_digit())
        })
        .map(|word| singular(&word))
        .collect()
}

/// One form for words that mean the same.
fn singular(word: &str) -> String {
    match word {
        "database" | "postgres" | "postgresql" | "pg" => "db".to_owned(),
        "pass" | "pwd" => "password".to_owned(),
        "keys" | "secrets" | "passwords" | "tokens" | "strings" => word[..word.len() - 1].to_owned(),
        _ => word.to_owned(),
    }
}
