//! Settings classes of pydantic: each field is a variable.

use std::collections::HashMap;
use std::ops::Range;

use super::super::tokens::Tokens;
use super::super::{Read, Reads};
use crate::schema::infer::TypeHint;

/// Annotations and the types they stand for. A list of pydantic's is read as JSON.
const ANNOTATIONS: &[(&str, &str)] = &[
    ("AmqpDsn", "amqp-url"),
    ("AnyHttpUrl", "http-url"),
    ("AnyUrl", "url"),
    ("DirectoryPath", "path"),
    ("EmailStr", "email"),
    ("FilePath", "path"),
    ("HttpUrl", "http-url"),
    ("Json", "json"),
    ("MongoDsn", "mongodb-url"),
    ("MySQLDsn", "mysql-url"),
    ("Path", "path"),
    ("PositiveInt", "int"),
    ("NonNegativeInt", "int"),
    ("PostgresDsn", "postgres-url"),
    ("RedisDsn", "redis-url"),
    ("UUID", "uuid"),
    ("UUID4", "uuid"),
    ("bool", "bool"),
    ("dict", "json"),
    ("Dict", "json"),
    ("float", "float"),
    ("int", "int"),
    ("list", "json"),
    ("List", "json"),
    ("set", "json"),
    ("Set", "json"),
    ("timedelta", "duration"),
];

/// A settings class: what its variables' names begin with.
struct Class {
    prefix: String,
}

/// Finds the fields.
pub(super) fn read(tokens: &Tokens<'_>, reads: &mut Reads) {
    let mut classes: HashMap<&str, Class> = HashMap::new();
    for at in 0..tokens.len() {
        if !tokens.is_word(at, "class") || !tokens.begins_line(at) {
            continue;
        }
        let Some(name) = tokens.word(at + 1) else { continue };
        let Some((bases, close)) = tokens.arguments(at + 2) else { continue };
        let known = bases.iter().flat_map(Clone::clone).filter_map(|base| tokens.word(base));
        let inherited = known.fold(None, |found: Option<String>, base| {
            found.or_else(|| match classes.get(base) {
                Some(class) => Some(class.prefix.clone()),
                None => (base == "BaseSettings").then(String::new),
            })
        });
        let Some(inherited) = inherited else { continue };
        let body = body(tokens, close + 1, tokens.column(at));
        let prefix = tokens
            .named(&bases, &["env_prefix"])
            .and_then(|prefix| tokens.literal(&prefix))
            .or_else(|| own_prefix(tokens, body.clone()))
            .unwrap_or(inherited);
        fields(tokens, body, &prefix, reads);
        classes.insert(name, Class { prefix });
    }
}

/// The tokens of a class: everything that is further to the right.
fn body(tokens: &Tokens<'_>, start: usize, column: usize) -> Range<usize> {
    let ends = |&at: &usize| tokens.begins_line(at) && tokens.column(at) <= column && !closes(tokens, at);
    start..(start..tokens.len()).find(ends).unwrap_or(tokens.len())
}

/// A closing bracket may stand on the left.
fn closes(tokens: &Tokens<'_>, at: usize) -> bool {
    [')', ']', '}'].iter().any(|sign| tokens.is(at, *sign))
}

/// `env_prefix="APP_"`, in `model_config` or in `class Config`.
fn own_prefix(tokens: &Tokens<'_>, body: Range<usize>) -> Option<String> {
    let mut places = body.filter_map(|at| {
        let is_key = tokens.is_word(at, "env_prefix") && tokens.is(at + 1, '=');
        let is_entry = tokens.text(at) == Some("env_prefix") && tokens.is(at + 1, ':');
        (is_key || is_entry).then(|| tokens.text(at + 2).map(str::to_owned))?
    });
    places.next()
}

fn fields(tokens: &Tokens<'_>, body: Range<usize>, prefix: &str, reads: &mut Reads) {
    // The first line of the body says how far its fields are indented; a text or a decorator may be the first.
    let Some(column) = body.clone().find(|&at| tokens.begins_line(at)).map(|at| tokens.column(at)) else {
        return;
    };
    let begins = |at: usize| tokens.begins_line(at) && tokens.column(at) == column;
    for at in body.clone().filter(|&at| begins(at) && tokens.is(at + 1, ':')) {
        let Some(field) = tokens.word(at).filter(|word| !word.starts_with('_')) else { continue };
        if matches!(field, "model_config" | "else" | "try" | "finally") {
            continue;
        }
        let end = (at + 1..body.end).find(|&at| begins(at) && !closes(tokens, at)).unwrap_or(body.end);
        let equals = assignment(tokens, at + 2, end);
        let annotation = at + 2..equals.unwrap_or(end);
        if annotation.clone().any(|at| matches!(tokens.word(at), Some("ClassVar" | "PrivateAttr"))) {
            continue;
        }
        let value = equals.map(|equals| equals + 1..end);
        for read in field_reads(tokens, field, &annotation, value.as_ref(), prefix, tokens.line(at)) {
            reads.push(read);
        }
    }
}

/// The `=` that is outside of all brackets.
fn assignment(tokens: &Tokens<'_>, start: usize, end: usize) -> Option<usize> {
    let mut depth = 0_usize;
    (start..end).find(|&at| {
        if ['(', '[', '{'].iter().any(|sign| tokens.is(at, *sign)) {
            depth += 1;
        } else if closes(tokens, at) {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && tokens.is(at, '=')
    })
}

fn field_reads(
    tokens: &Tokens<'_>,
    field: &str,
    annotation: &Range<usize>,
    value: Option<&Range<usize>>,
    prefix: &str,
    line: u32,
) -> Vec<Read> {
    let says = |words: &[&str]| {
        annotation.clone().any(|at| tokens.word(at).is_some_and(|word| words.contains(&word)))
    };
    // Another class of settings reads its own variables.
    let nested = annotation
        .clone()
        .filter_map(|at| tokens.word(at))
        .any(|word| word.ends_with("Settings") || word.ends_with("Config"));
    if nested {
        return Vec::new();
    }
    let call = value.and_then(|value| {
        let is_field = tokens.is_word(value.start, "Field") && tokens.is(value.start + 1, '(');
        is_field.then(|| tokens.arguments(value.start + 1))?
    });
    let arguments = call.map(|(arguments, _)| arguments);
    let default = match (&arguments, value) {
        (Some(arguments), _) => field_default(tokens, arguments),
        (None, Some(value)) => Some(value.clone()),
        (None, None) => None,
    };
    let names = arguments.as_ref().map(|arguments| aliases(tokens, arguments)).unwrap_or_default();
    let names = if names.is_empty() { vec![format!("{prefix}{field}").to_uppercase()] } else { names };
    let description = arguments.as_ref().and_then(|arguments| tokens.named(arguments, &["description"]));
    let has_factory = arguments.as_ref().is_some_and(|all| tokens.named(all, &["default_factory"]).is_some());
    let optional = default.is_some() || has_factory || says(&["Optional", "None"]);
    let read = |name: String| Read {
        default: default.as_ref().and_then(|default| tokens.literal(default)),
        required: Some(!optional),
        secret: says(&["SecretStr", "SecretBytes"]).then_some(true),
        hint: hint(tokens, annotation),
        description: description.as_ref().and_then(|description| tokens.literal(description)),
        ..Read::new(&name, line)
    };
    names.into_iter().map(read).collect()
}

/// The default of `Field(…)`: the first argument, or the one that is named so; `...` is none.
fn field_default(tokens: &Tokens<'_>, arguments: &[Range<usize>]) -> Option<Range<usize>> {
    let first =
        arguments.first().filter(|first| !tokens.is(first.start + 1, '=') && !tokens.is(first.start, '.'));
    let default = tokens.named(arguments, &["default"]).or_else(|| first.cloned());
    default.filter(|default| !tokens.is(default.start, '.'))
}

/// The names that stand in `alias`, `validation_alias` or `env`.
fn aliases(tokens: &Tokens<'_>, arguments: &[Range<usize>]) -> Vec<String> {
    let named =
        tokens.named(arguments, &["validation_alias"]).or_else(|| tokens.named(arguments, &["alias", "env"]));
    let texts = named.into_iter().flatten().filter_map(|at| tokens.name(at));
    texts.map(str::to_uppercase).collect()
}

fn hint(tokens: &Tokens<'_>, annotation: &Range<usize>) -> Option<TypeHint> {
    let at = annotation.start;
    let word = tokens.word(at)?;
    if word == "Literal" {
        let values = annotation.clone().filter_map(|at| tokens.text(at)).map(str::to_owned).collect();
        return Some(TypeHint { name: "enum", values });
    }
    // What stands in the brackets of these counts.
    if matches!(word, "Optional" | "Annotated" | "Union") {
        return hint(tokens, &(at + 2..annotation.end)).filter(|_| at + 2 < annotation.end);
    }
    ANNOTATIONS.iter().find(|(known, _)| *known == word).map(|(_, name)| TypeHint::plain(name))
}
