//! ``export $(grep -v '^#' FILE | xargs)``, as it is handed around: GNU xargs takes quotes and backslashes away, and the
//! shell then splits what is left at blanks.

use zeroize::Zeroizing;

use super::{Environment, Reader, Refused, shell};
use crate::dotenv::is_name;
use crate::secret::{Secret, Values};

/// The longest argument of a program on Linux (`MAX_ARG_STRLEN`), less the zero at its end.
const MAX_ARGUMENT: usize = 128 * 1024 - 1;

/// The idiom, in bash.
pub(super) struct Xargs;

impl Reader for Xargs {
    fn id(&self) -> &'static str {
        "xargs"
    }

    fn model(&self, bytes: &[u8], _environment: &Environment) -> Result<Values, Refused> {
        let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
        let mut values = Values::new();
        let arguments = arguments(&text);
        for argument in arguments.iter().flat_map(|argument| argument.split([' ', '\t', '\n'])) {
            let Some((name, value)) = argument.split_once('=') else { continue };
            let added = name.strip_suffix('+');
            let name = added.unwrap_or(name);
            // bash says that another one is no valid identifier, or read-only, and goes on.
            if !is_name(name) || shell::READ_ONLY.contains(&name) {
                continue;
            }
            let before = added.and_then(|name| values.get(name)).map_or("", Secret::expose);
            let value = Secret::new(format!("{before}{value}"));
            values.insert(name.to_owned(), value);
        }
        Ok(values)
    }
}

/// What xargs gives to `echo`: up to a quote that is not closed on its line, or an argument that no program can be given.
fn arguments(text: &str) -> Vec<Zeroizing<String>> {
    let mut arguments = Vec::new();
    let mut argument: Option<Zeroizing<String>> = None;
    for line in text.split_inclusive('\n').filter(|line| !line.starts_with('#')) {
        let mut characters = line.chars();
        while let Some(character) = characters.next() {
            if matches!(character, ' ' | '\t' | '\n') {
                arguments.extend(argument.take());
                continue;
            }
            let part = argument.get_or_insert_default();
            match character {
                '\\' => part.extend(characters.next()),
                '\'' | '"' => {
                    let Some((inside, rest)) = characters.as_str().split_once(character) else {
                        return arguments;
                    };
                    part.push_str(inside);
                    characters = rest.chars();
                }
                other => part.push(other),
            }
            if part.len() > MAX_ARGUMENT {
                return arguments;
            }
        }
    }
    arguments.extend(argument);
    arguments
}
