//! `$(command)`, as the readers in Ruby and PHP look for it: parentheses that match, with something in each pair.
//! Nothing is run.

use zeroize::Zeroizing;

use super::Refused;
use crate::secret::push;

/// The text with `$(…)` behind a backslash freed of it; refused if one stands without.
pub(super) fn without_commands(text: &str) -> Result<Zeroizing<String>, Refused> {
    let ends = groups(text);
    let mut result = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = 0;
    for (at, _) in text.match_indices("$(") {
        let Some(end) = ends.get(at + 1).copied().flatten().filter(|_| at >= rest) else { continue };
        let before = text[rest..at].strip_suffix('\\').ok_or(Refused::Computes)?;
        push(&mut result, before);
        push(&mut result, &text[at..=end]);
        rest = end + 1;
    }
    push(&mut result, &text[rest..]);
    Ok(result)
}

/// For the place of every opening parenthesis, the one that closes it; none where a pair is empty, or one in it.
fn groups(text: &str) -> Vec<Option<usize>> {
    struct Open {
        at: usize,
        filled: bool,
        sound: bool,
    }
    let mut ends = vec![None; if text.contains("$(") { text.len() } else { 0 }];
    let mut open: Vec<Open> = Vec::new();
    for (at, byte) in text.bytes().enumerate().take(ends.len()) {
        match byte {
            b'(' => open.push(Open { at, filled: false, sound: true }),
            b')' => {
                let Some(closed) = open.pop() else { continue };
                let sound = closed.sound && closed.filled;
                ends[closed.at] = sound.then_some(at);
                if let Some(outer) = open.last_mut() {
                    outer.sound &= sound;
                    outer.filled = true;
                }
            }
            _ => {
                if let Some(outer) = open.last_mut() {
                    outer.filled = true;
                }
            }
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_needs_matching_parentheses_with_something_in_them() {
        for text in ["$(id)", "a$((1))b", "$( $(id)", "\\\\$(a) $(b)"] {
            assert_eq!(without_commands(text), Err(Refused::Computes), "{text}");
        }
        let kept = [("$()", "$()"), ("$(a", "$(a"), ("$(a()", "$(a()"), ("$ (a)", "$ (a)")];
        let freed = [("x\\$(a $(b))y", "x$(a $(b))y"), ("\\\\$(a)", "\\$(a)")];
        for (text, expected) in kept.into_iter().chain(freed) {
            let result = without_commands(text).map(|text| text.as_str() == expected);
            assert_eq!(result, Ok(true), "{text}");
        }
    }
}
