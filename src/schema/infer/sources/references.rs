//! References to variables in text that is filled in: `${VAR}`, `${VAR:-default}`, `${VAR:?message}`, `$VAR`.

use crate::dotenv;

/// A reference.
pub struct Reference<'a> {
    /// The name.
    pub name: &'a str,
    /// What stands in for it when it is unset.
    pub default: Option<&'a str>,
    /// Whether it must be set; `None` if the text does not say.
    pub required: Option<bool>,
}

/// Every reference in a text, those inside defaults too; `$$` is a dollar sign.
pub fn references(text: &str) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let after = &rest[at + 1..];
        rest = if let Some(escaped) = after.strip_prefix('$') {
            escaped
        } else if let Some(braced) = after.strip_prefix('{') {
            // What is inside is looked through as well: `${A:-${B}}`.
            found.extend(inside(braced));
            braced
        } else {
            let end =
                after.find(|each: char| !each.is_ascii_alphanumeric() && each != '_').unwrap_or(after.len());
            if dotenv::is_name(&after[..end]) {
                found.push(Reference { name: &after[..end], default: None, required: None });
            }
            &after[end..]
        };
    }
    found
}

/// The reference whose braces a text begins inside of.
fn inside(text: &str) -> Option<Reference<'_>> {
    let end = text.find(|each: char| !each.is_ascii_alphanumeric() && each != '_')?;
    let (name, rest) = text.split_at(end);
    if !dotenv::is_name(name) {
        return None;
    }
    let operator = rest.strip_prefix(':').unwrap_or(rest);
    let argument = operator.get(1..).map(|argument| &argument[..closing(argument)]);
    let (default, required) = match operator.chars().next()? {
        '}' if !rest.starts_with(':') => (None, None),
        '-' | '=' => (argument, Some(false)),
        '?' => (None, Some(true)),
        '+' => (None, Some(false)),
        _ => return None,
    };
    Some(Reference { name, default, required })
}

/// Where the brace closes that a text begins inside of.
fn closing(text: &str) -> usize {
    let mut depth = 1;
    for (at, each) in text.char_indices() {
        match each {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_understood() {
        let text = "a $A ${B} ${C:-c} ${D-} ${E:?no} ${F:-${G:-g}} $$H ${I:+x} ${{ secrets.J }} $1 ${K.x}";
        let found: Vec<_> = references(text)
            .into_iter()
            .map(|reference| (reference.name, reference.default.unwrap_or("none"), reference.required))
            .collect();
        assert_eq!(
            found,
            [
                ("A", "none", None),
                ("B", "none", None),
                ("C", "c", Some(false)),
                ("D", "", Some(false)),
                ("E", "none", Some(true)),
                ("F", "${G:-g}", Some(false)),
                ("G", "g", Some(false)),
                ("I", "none", Some(false)),
            ]
        );
    }

    #[test]
    fn what_is_cut_off_does_no_harm() {
        for text in ["$", "${", "${A", "${A:", "${A:-", "${A:-x", "${}", "$}", "${ä}"] {
            let _ = references(text);
        }
    }
}
