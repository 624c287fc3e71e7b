//! Text in XML 1.0, as JUnit reports are.

use crate::ui;

/// Text between tags and in attributes; line ends stay. What XML cannot hold at all (section 2.2: most control
/// characters and the two last code points) is spelled out.
pub fn escape(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(ui::escape).collect();
    let mut escaped = String::with_capacity(text.len());
    for character in lines.join("\n").chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' => escaped.push_str("\\u{fffe}"),
            '\u{ffff}' => escaped.push_str("\\u{ffff}"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_an_attribute_or_a_document() {
        assert_eq!(
            escape("<a b=\"&\">\u{0}\u{1b}\n\u{ffff}ü"),
            "&lt;a b=&quot;&amp;&quot;&gt;\\u{0}\\u{1b}\n\\u{ffff}ü"
        );
    }
}
