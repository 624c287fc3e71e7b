//! Schemas of the environment in code: zod and t3-env, envalid, Joi.

use super::super::tokens::{Tokens, is_screaming};
use super::super::{Read, Reads};
use crate::schema::infer::TypeHint;

/// Methods and validators, and the type of the value.
const TYPES: &[(&str, &str)] = &[
    ("bool", "bool"),
    ("boolean", "bool"),
    ("email", "email"),
    ("host", "host"),
    ("int", "int"),
    ("integer", "int"),
    ("ip", "ip"),
    ("json", "json"),
    ("num", "float"),
    ("number", "float"),
    ("port", "port"),
    ("stringbool", "bool"),
    ("uri", "url"),
    ("url", "url"),
    ("uuid", "uuid"),
];

/// Finds the fields of such schemas. Other objects have fields in capitals too, so the file has to name the environment.
pub(super) fn read(tokens: &Tokens<'_>, reads: &mut Reads) {
    let names_environment = (0..tokens.len()).any(|at| {
        tokens.starts(at, &["process", ".", "env"])
            || tokens.starts(at, &["import", ".", "meta", ".", "env"])
            || matches!(tokens.word(at), Some("createEnv" | "cleanEnv" | "ConfigModule"))
    });
    if !names_environment {
        return;
    }
    for at in 0..tokens.len() {
        let Some(name) = tokens.word(at).filter(|name| is_screaming(name)) else { continue };
        if !tokens.is(at + 1, ':') {
            continue;
        }
        let read = Read::new(name, tokens.line(at));
        let start = alternative(tokens, at + 2).unwrap_or(at + 2);
        match tokens.word(start) {
            Some(word) if is_schema(word) && tokens.is(start + 1, '.') => {
                reads.push(chain(tokens, start, read));
            }
            Some(validator) if tokens.is(at + 3, '(') => {
                reads.extend_validator(tokens, at + 3, validator, read);
            }
            _ => {}
        }
    }
}

/// Whether an object of that name makes or is a schema: `z`, `Joi`, and by convention `ZMode`, `modeSchema`.
fn is_schema(word: &str) -> bool {
    let is_convention =
        word.starts_with('Z') && word[1..].starts_with(|next: char| next.is_ascii_uppercase());
    matches!(word, "z" | "Joi" | "v") || is_convention || word.ends_with("Schema")
}

/// Where the schema begins that stands last in `condition ? z.string() : z.url()`.
fn alternative(tokens: &Tokens<'_>, start: usize) -> Option<usize> {
    /// No condition is longer.
    const MOST: usize = 60;
    let mut depth = 0_u32;
    let mut found = None;
    for at in start..(start + MOST).min(tokens.len()) {
        if tokens.is(at, '(') || tokens.is(at, '[') || tokens.is(at, '{') {
            depth += 1;
        } else if tokens.is(at, ')') || tokens.is(at, ']') || tokens.is(at, '}') {
            depth = depth.checked_sub(1)?;
        } else if depth == 0 && tokens.is(at, ',') {
            return found;
        } else if depth == 0 && (tokens.is(at, '?') || tokens.is(at, ':')) {
            found = Some(at + 1).filter(|next| tokens.word(*next).is_some_and(is_schema)).or(found);
        }
    }
    None
}

/// `z.string().url().optional()`, `Joi.string().required()`.
fn chain(tokens: &Tokens<'_>, start: usize, mut read: Read) -> Read {
    // In Joi a field is optional unless it says otherwise, in zod it is the other way round.
    let is_joi = tokens.is_word(start, "Joi");
    let mut required = None;
    let mut at = start + 1;
    while tokens.is(at, '.') {
        let Some(method) = tokens.word(at + 1) else { break };
        at += 2;
        let (arguments, after) = match tokens.arguments(at).filter(|_| tokens.is(at, '(')) {
            Some((arguments, close)) => (arguments, close + 1),
            None => (Vec::new(), at),
        };
        let texts =
            || arguments.iter().flat_map(Clone::clone).filter_map(|at| tokens.text(at)).map(str::to_owned);
        match method {
            "optional" | "nullish" => required = required.or(Some(false)),
            "required" => required = Some(true),
            "default" | "prefault" | "catch" => {
                read = read.or(arguments.first().and_then(|first| tokens.literal(first)));
                required = Some(false);
            }
            "describe" | "description" => read.description = texts().next(),
            "enum" | "valid" | "picklist" if texts().next().is_some() => {
                read.hint = Some(TypeHint { name: "enum", values: texts().collect() });
            }
            _ => {
                let known =
                    TYPES.iter().find(|(known, _)| *known == method).map(|(_, name)| TypeHint::plain(name));
                // The last one says most: a number, then that it is a whole one.
                let is_enum = read.hint.as_ref().is_some_and(|hint| hint.name == "enum");
                read.hint = if is_enum { read.hint } else { known.or(read.hint) };
            }
        }
        at = after;
    }
    read.required(required.unwrap_or(!is_joi))
}

impl Reads {
    /// `port({ default: 3000 })` of envalid.
    fn extend_validator(&mut self, tokens: &Tokens<'_>, open: usize, validator: &str, read: Read) {
        let known = TYPES.iter().find(|(known, _)| *known == validator).map(|(_, name)| *name);
        if known.is_none() && !matches!(validator, "str" | "makeValidator") {
            return;
        }
        let Some((arguments, _)) = tokens.arguments(open) else { return };
        let options = arguments.first().filter(|first| tokens.is(first.start, '{'));
        let options = options.and_then(|options| tokens.arguments(options.start)).map(|(options, _)| options);
        let options = options.unwrap_or_default();
        let choices = tokens.named(&options, &["choices"]);
        let default = tokens.named(&options, &["default"]);
        let hint = match choices {
            Some(choices) => {
                let values = choices.filter_map(|at| tokens.text(at)).map(str::to_owned).collect();
                Some(TypeHint { name: "enum", values })
            }
            None => known.map(TypeHint::plain),
        };
        let description = tokens.named(&options, &["desc"]).and_then(|text| tokens.literal(&text));
        let value = default.as_ref().and_then(|default| tokens.literal(default));
        let read = Read { description, ..read }.or(value).required(default.is_none()).hint(hint);
        self.push(read);
    }
}
