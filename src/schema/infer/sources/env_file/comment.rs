//! Comments: sentences, headings in the styles people use, and variables that are commented out.

use super::line::{self, Assignment};

/// What a comment is.
pub(super) enum Comment {
    /// Words.
    Text {
        /// The words, without signs round them.
        text: String,
        /// Whether signs round it make it a heading: `=== x ===`, `[[x]]`, `## x ##`.
        framed: bool,
    },
    /// A line of signs.
    Rule,
    /// A comment without words.
    Empty,
    /// A variable that is commented out.
    Assignment {
        /// What it would assign.
        assignment: Assignment,
    },
}

/// Signs that lines are drawn with.
const SIGNS: &[char] =
    &['#', '=', '-', '*', '~', '_', '+', '/', '\\', '|', '─', '━', '═', '•', '<', '>', '.', ':'];

/// Longest heading, in characters.
const MAX_HEADING: usize = 60;

/// Reads a comment, which begins with `#`.
pub(super) fn read(line: &str) -> Comment {
    let hashes = line.chars().take_while(|each| *each == '#').count();
    let inside = line[hashes..].trim();
    if inside.is_empty() {
        return if hashes > 1 { Comment::Rule } else { Comment::Empty };
    }
    if let Some(assignment) = assignment(inside) {
        return Comment::Assignment { assignment };
    }
    let text = inside.trim_matches(|each: char| {
        SIGNS.contains(&each) && each != '.' && each != ':' && each != '/' && each != '<' && each != '>'
            || each.is_whitespace()
    });
    if inside.chars().all(|each| SIGNS.contains(&each) || each.is_whitespace()) {
        return Comment::Rule;
    }
    let bracketed = text.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]"));
    // A frame has a side on the right too; a list item has a sign on the left alone.
    let framed = bracketed.is_some()
        || inside.ends_with(['#', '=', '*', '~', '─', '━', '═', '|'])
        || inside.ends_with("--")
        || inside.starts_with("==")
        || inside.starts_with("--") && !inside[2..].starts_with(|next: char| next.is_ascii_lowercase())
        || inside.starts_with('[') && inside.ends_with(']');
    let text = bracketed.unwrap_or(if inside.starts_with('[') && inside.ends_with(']') {
        text.trim_matches(['[', ']'])
    } else {
        text
    });
    Comment::Text { text: text.trim().to_owned(), framed }
}

/// A variable that is commented out, unless the line is a sentence.
fn assignment(inside: &str) -> Option<Assignment> {
    let unfinished = line::split(inside)?;
    // Only a value can tell; a name alone is a word.
    if !inside.contains('=') {
        return None;
    }
    let found = line::with_continuation(&unfinished, || None);
    let value = found.value.as_ref()?.expose();
    let is_shouted = found.name.len() > 1 || found.name.starts_with(|first: char| first.is_ascii_uppercase());
    let is_constant = is_shouted && !found.name.contains(|each: char| each.is_ascii_lowercase());
    let after = inside.split_once('=').map_or("", |(_, after)| after).trim_start();
    let is_quoted = after.starts_with(['"', '\'']);
    (is_constant && !after.starts_with('=') && (is_quoted || !is_sentence(value))).then_some(found)
}

/// Whether a value without quotes is the rest of a sentence: "true will make it quiet".
fn is_sentence(value: &str) -> bool {
    const VERBS: &[&str] = &[
        "and", "are", "can", "disables", "enables", "for", "if", "in", "is", "makes", "means", "or", "so",
        "then", "to", "when", "will", "with",
    ];
    let words: Vec<&str> = value.split_whitespace().collect();
    let is_template = value.contains("{{");
    !is_template
        && words.len() >= 3
        && (words[1..].iter().any(|word| VERBS.contains(word)) || value.ends_with('.'))
        || words.len() == 2 && VERBS.contains(&words[1])
}

/// The heading of a block of comments that ends with signs, or is framed by them; else, if a block of several
/// variables follows, the first line if it reads like a heading.
pub(super) fn heading(block: &[&Comment], several: bool) -> Option<String> {
    banner(block).or_else(|| {
        let texts: Vec<&str> = block.iter().filter_map(|comment| comment.text()).collect();
        let alone =
            texts.len() == 1 && block.iter().all(|comment| !matches!(comment, Comment::Assignment { .. }));
        (several && alone && is_title(texts[0])).then(|| title(texts[0]))
    })
}

/// The heading that signs make of a line: a frame round it, or a rule above or below it.
pub(super) fn banner(block: &[&Comment]) -> Option<String> {
    let mut found = None;
    for (index, comment) in block.iter().enumerate() {
        let Comment::Text { text, framed } = comment else { continue };
        let is_rule = |at: Option<usize>| {
            at.and_then(|at| block.get(at)).is_some_and(|other| matches!(other, Comment::Rule))
        };
        // Between the rule below a heading and one more rule stands what is said of it.
        let is_explanation = !*framed
            && found.is_some()
            && is_rule(index.checked_sub(1))
            && index.checked_sub(2).is_some_and(|before| {
                block[before].text().map(title).as_ref() == found.as_ref() && !is_rule(before.checked_sub(1))
            });
        if is_explanation {
            continue;
        }
        let ruled = is_rule(index.checked_sub(1)) || is_rule(Some(index + 1)) && !follows_text(block, index);
        if (*framed || ruled)
            && text.chars().count() <= MAX_HEADING
            && !text.ends_with('.')
            && !text.contains("://")
        {
            // Of several lines in one frame the first is the heading.
            let within = index
                .checked_sub(1)
                .is_some_and(|before| matches!(block[before], Comment::Text { framed: true, .. }));
            if !within || found.is_none() {
                found = Some(title(text));
            }
        }
    }
    found
}

fn follows_text(block: &[&Comment], index: usize) -> bool {
    index.checked_sub(1).is_some_and(|before| matches!(block[before], Comment::Text { .. }))
}

/// The sentences of a block as one text, without its heading.
pub(super) fn prose(block: &[&Comment], heading: Option<&str>) -> Option<String> {
    // Beginning after the last rule or the last variable that is commented out: what is above speaks of others.
    let start = block
        .iter()
        .rposition(|comment| matches!(comment, Comment::Assignment { .. }))
        .map_or(0, |last| last + 1);
    let texts: Vec<&str> = block[start..]
        .iter()
        .filter_map(|comment| match comment {
            Comment::Text { text, framed } if !framed && heading != Some(title(text).as_str()) => {
                Some(text.as_str())
            }
            _ => None,
        })
        .collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}

/// Whether the last sentence of a block announces an example.
pub(super) fn announces_example(block: &[&Comment]) -> bool {
    let last = block.iter().rev().find_map(|comment| comment.text()).unwrap_or_default().to_lowercase();
    let is_last = block.last().is_some_and(|comment| matches!(comment, Comment::Text { .. }));
    is_last
        && (last.ends_with(':') || last.ends_with("like"))
        && ["example", "e.g.", "such as", "something like"].iter().any(|word| last.contains(word))
}

/// Whether the last sentence of a block announces what follows.
pub(super) fn ends_with_colon(block: &[&Comment]) -> bool {
    block.last().and_then(|comment| comment.text()).is_some_and(|text| text.ends_with(':'))
}

/// Whether a line reads like a heading: a few words that begin with a capital, and no sentence.
fn is_title(text: &str) -> bool {
    const NO_TITLE: &[&str] =
        &["set", "the", "your", "this", "these", "use", "get", "a", "an", "if", "enable", "you", "must"];
    let words: Vec<&str> = text.split_whitespace().collect();
    let first = words.first().map(|word| word.to_lowercase()).unwrap_or_default();
    (1..=6).contains(&words.len())
        && text.chars().count() <= MAX_HEADING
        && text.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit())
        && !text.ends_with(['.', '!', '?'])
        && !text.contains(['=', '`', '"'])
        && !text.contains("://")
        && !text.contains(": ")
        && !NO_TITLE.contains(&first.as_str())
}

/// A heading without the colon behind it.
fn title(text: &str) -> String {
    text.trim_end_matches([':', ' ']).to_owned()
}

impl Comment {
    /// Its words, if it is nothing else.
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text { text, .. } => Some(text),
            _ => None,
        }
    }
}
