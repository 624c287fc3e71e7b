//! Comments: the one that stands for a value, and any text as one.

use zeroize::Zeroizing;

use super::is_name;

/// How the comment ends that stands for a value which only the sealed file can carry.
const SEALED_ONLY: &str = "only in the sealed file (multi-line)";

/// The comment, without its `# `, that stands for a value which only the sealed file can carry.
pub fn sealed_only_comment(name: &str) -> String {
    format!("{name}: {SEALED_ONLY}")
}

/// The name in a comment ` NAME: only in the sealed file (multi-line)`, given without its `#`.
pub fn sealed_only_name(comment: &str) -> Option<&str> {
    comment.strip_prefix(' ')?.strip_suffix(SEALED_ONLY)?.strip_suffix(": ").filter(|name| is_name(name))
}

/// A text, given without its `#`, as one comment line without its end, whatever is in it.
pub fn comment_line(text: &str) -> Zeroizing<String> {
    let mut line = Zeroizing::new(String::with_capacity(text.len() + 1));
    line.push('#');
    line.extend(text.chars().map(|character| if character.is_control() { ' ' } else { character }));
    // Some readers take a backslash at the end of a comment for a continuation into the next line.
    let kept = line.trim_end_matches(|character: char| character == '\\' || character.is_whitespace()).len();
    line.truncate(kept);
    line
}
