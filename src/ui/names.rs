//! Lists of names and texts, broken into lines that fit the terminal.

use super::escape;

/// Columns where no terminal says how many it has.
pub(super) const COLUMNS: usize = 100;

/// The names after `intro`, with commas between them. A line that would go beyond `columns` ends after a comma,
/// and the next one begins `indent` blanks in. Names are escaped, and never broken themselves.
pub(super) fn wrapped(intro: &str, names: &[String], indent: usize, columns: usize) -> String {
    let comma = |index: usize| if index + 1 < names.len() { "," } else { "" };
    let parts = names.iter().enumerate().map(|(index, name)| format!("{}{}", escape(name), comma(index)));
    filled(intro, parts, indent, columns)
}

/// The words of a text, in lines that begin `indent` blanks in. Words are escaped, and never broken themselves.
pub(super) fn paragraph(text: &str, indent: usize, columns: usize) -> String {
    let words = text.split_whitespace().map(|word| escape(word).into_owned());
    filled(&" ".repeat(indent), words, indent, columns)
}

fn filled(intro: &str, parts: impl Iterator<Item = String>, indent: usize, columns: usize) -> String {
    let mut text = intro.to_owned();
    let mut used = intro.lines().last().unwrap_or_default().chars().count();
    for (index, part) in parts.enumerate() {
        let width = part.chars().count();
        let begins_line = index == 0;
        if !begins_line && used + 1 + width > columns {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            used = indent;
        } else if !begins_line {
            text.push(' ');
            used += 1;
        }
        text.push_str(&part);
        used += width;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn names_that_fit_stay_on_one_line() {
        assert_eq!(wrapped("  added ", &names(&["A", "B"]), 8, 12), "  added A, B");
    }

    #[test]
    fn a_line_ends_after_a_comma_and_the_next_begins_below_the_first_name() {
        let names = names(&["FIRST", "SECOND", "THIRD"]);
        assert_eq!(wrapped("  x ", &names, 4, 18), "  x FIRST, SECOND,\n    THIRD");
        assert_eq!(wrapped("  x ", &names, 4, 17), "  x FIRST,\n    SECOND, THIRD");
    }

    #[test]
    fn a_name_wider_than_the_terminal_is_left_whole() {
        assert_eq!(wrapped("", &names(&["ABCDEFGHIJ", "K"]), 2, 4), "ABCDEFGHIJ,\n  K");
    }

    #[test]
    fn a_paragraph_is_broken_between_words_and_indented() {
        assert_eq!(paragraph("one two\nthree", 2, 9), "  one two\n  three");
    }

    #[test]
    fn control_characters_are_escaped() {
        assert!(!wrapped("", &names(&["A\u{1b}[2J"]), 0, 80).contains('\u{1b}'));
    }
}
