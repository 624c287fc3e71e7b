//! varlock: `.env.schema`, an env file whose comments say what a variable is: `@required`, `@sensitive`, `@type=…`,
//! `@example=…`, `@docs(…)`. Its values are defaults; what is sensitive has none in a schema.

mod decorators;
mod value;

use decorators::Decorator;

use super::taken::name_of;
use super::{Error, File, Reason, Request, Source, Taken};
use crate::dotenv::is_name;
use crate::schema::definition::{DefaultDefinition, RequiredDefinition, Scalar, VariableDefinition};

/// The decorators of a variable that envward knows; one of them makes an env file a schema.
const KNOWN: [&str; 8] = [
    "required",
    "optional",
    "sensitive",
    "public",
    "type",
    "defaultSensitive",
    "defaultRequired",
    "currentEnv",
];

/// A `.env.schema`.
pub struct Varlock;

/// What the head of the file says about every variable that says nothing itself.
struct Head {
    sensitive: Sensitive,
    required: Needed,
}

enum Sensitive {
    Yes,
    No,
    /// Unless the name begins like this.
    UnlessPrefix(String),
}

enum Needed {
    Yes,
    No,
    /// If it has a default.
    IfSet,
}

impl Source for Varlock {
    fn kind(&self) -> &'static str {
        "varlock"
    }

    fn recognizes(&self, file: &File) -> bool {
        let Some(text) = file.lines() else { return false };
        let is_marked = |line: &str| {
            let comment = line.trim_start().strip_prefix('#').unwrap_or_default();
            decorators::parse(comment).iter().any(|decorator| KNOWN.contains(&decorator.name.as_str()))
        };
        file.name().ends_with(".env.schema") || text.lines().any(is_marked)
    }

    fn take(&self, file: &File, _request: &mut Request<'_>) -> Result<Taken, Error> {
        let problem = "it is no text";
        let text = file.lines().ok_or(Error::NotOfKind { kind: self.kind(), problem })?;
        let mut head = Head { sensitive: Sensitive::Yes, required: Needed::Yes };
        let (mut taken, mut block) = (Taken::default(), Vec::new());
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if let Some(comment) = line.strip_prefix('#') {
                // A line of dashes ends the head, or a part of the file.
                if comment.trim_start().starts_with("---") {
                    head.take(&block);
                    block.clear();
                } else {
                    block.push(comment);
                }
            } else if line.is_empty() {
                head.take(&block);
                block.clear();
            } else {
                let line = line.strip_prefix("export ").unwrap_or(line);
                let (name, rest) = line.split_once('=').ok_or_else(|| Error::Malformed {
                    line: u32::try_from(index + 1).unwrap_or(u32::MAX),
                    message: "is neither a comment nor NAME=value".to_owned(),
                })?;
                declare(name.trim(), rest, &block, &head, &mut taken);
                block.clear();
            }
        }
        value::check_templates(&mut taken);
        Ok(taken)
    }
}

impl Head {
    /// A block of comments that belongs to no variable.
    fn take(&mut self, block: &[&str]) {
        for Decorator { name, value } in block.iter().flat_map(|line| decorators::parse(line)) {
            match (name.as_str(), value.as_str()) {
                ("defaultSensitive", "false") => self.sensitive = Sensitive::No,
                ("defaultSensitive", "true" | "") => self.sensitive = Sensitive::Yes,
                ("defaultSensitive", value) => {
                    if let Some(prefix) = decorators::arguments(value).into_iter().next() {
                        self.sensitive = Sensitive::UnlessPrefix(prefix);
                    }
                }
                ("defaultRequired", "false") => self.required = Needed::No,
                ("defaultRequired", "infer") => self.required = Needed::IfSet,
                ("defaultRequired", _) => self.required = Needed::Yes,
                _ => {}
            }
        }
    }
}

fn declare(name: &str, rest: &str, block: &[&str], head: &Head, taken: &mut Taken) {
    if !is_name(name) {
        return taken.refuse(name, Reason::Name { would_be: name_of([name]) });
    }
    let (value, comment) = value::split(rest);
    let mut sensitive = match &head.sensitive {
        Sensitive::Yes => true,
        Sensitive::No => false,
        Sensitive::UnlessPrefix(prefix) => !name.starts_with(prefix.as_str()),
    };
    let has_value = !matches!(value, value::Value::Empty);
    let mut required = match head.required {
        Needed::Yes => None,
        Needed::No => Some(RequiredDefinition::Plain(false)),
        Needed::IfSet => (!has_value).then_some(RequiredDefinition::Plain(false)),
    };
    let mut variable =
        VariableDefinition { description: description(block), ..VariableDefinition::default() };
    for Decorator { name, value } in block.iter().copied().chain(comment).flat_map(decorators::parse) {
        match (name.as_str(), value.as_str()) {
            ("required", value) => required = decorators::required(value, true),
            ("optional", value) => required = decorators::required(value, false),
            ("sensitive", value) => sensitive = value != "false",
            ("public", value) => sensitive = value == "false",
            ("type", value) => decorators::set_type(value, &mut variable),
            ("example" | "exampleValue", value) => {
                variable.example = Some(Scalar(decorators::unquoted(value)));
            }
            ("docs" | "docsUrl", value) => variable.docs = decorators::last_argument(value),
            ("deprecated", value) => {
                let message = decorators::unquoted(value);
                variable.deprecated =
                    Some(if message.is_empty() { "no longer used".to_owned() } else { message });
            }
            _ => {}
        }
    }
    variable.required = required;
    variable.secret = (!sensitive).then_some(false);
    match value {
        value::Value::Empty => {}
        value::Value::Static(_) if sensitive => {
            taken.notes.push(format!("{name}: it is sensitive, so its default does not go into a schema"));
        }
        value::Value::Static(text) => variable.default = Some(DefaultDefinition::Same(Scalar(text))),
        value::Value::Template(text) => variable.template = Some(text),
        value::Value::Call(function) => {
            taken
                .notes
                .push(format!("{name}: its value is made by {function}(), which envward does not call"));
        }
    }
    *taken.declare(name) = variable;
}

/// The sentences above a variable.
fn description(block: &[&str]) -> Option<String> {
    let lines =
        block.iter().map(|line| line.trim()).filter(|line| !line.is_empty() && !line.starts_with('@'));
    let text = lines.collect::<Vec<_>>().join("\n");
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{error, file, take};

    const SCHEMA: &str = "\
# @defaultRequired=infer @defaultSensitive=inferFromPrefix(PUBLIC_)
# @currentEnv=$APP_ENV
# ---

# The database of the shop,
# with its password
# @required @sensitive
# @example=\"postgresql://user:pw@host/db\"
# @docs(\"Read this\", https://example.com/db)
DATABASE_URL=

# @type=port @sensitive=false
PORT=3000
# @optional @type=string(startsWith=sk_, minLength=10)
STRIPE_KEY=
# @type=enum(dev, prod) @public
APP_ENV=dev # where we are
PUBLIC_URL=https://$HOST/v1
PUBLIC_NOTE=\"a # b\"
TOKEN=exec('op read x')
HOST=leaked
# @required=forEnv(production, staging)
SENTRY_DSN=
bad-name=1
";

    #[test]
    fn decorators_become_fields() {
        assert!(file(".env.schema", SCHEMA).is_ok_and(|file| Varlock.recognizes(&file)));
        assert!(file("x.env", "# @sensitive\nA=1\n").is_ok_and(|file| Varlock.recognizes(&file)));
        let taken = take(&Varlock, ".env.schema", SCHEMA);
        let database = &taken.declared["DATABASE_URL"];
        assert_eq!(database.description.as_deref(), Some("The database of the shop,\nwith its password"));
        assert_eq!(database.docs.as_deref(), Some("https://example.com/db"));
        assert_eq!(database.example, Some(Scalar("postgresql://user:pw@host/db".to_owned())));
        assert_eq!((&database.required, database.secret), (&None, None));
        let port = &taken.declared["PORT"];
        assert_eq!(port.value_type.as_deref(), Some("port"));
        assert_eq!(port.default, Some(DefaultDefinition::Same(Scalar("3000".to_owned()))));
        assert_eq!(port.secret, Some(false));
        let stripe = &taken.declared["STRIPE_KEY"];
        assert_eq!(stripe.required, Some(RequiredDefinition::Plain(false)));
        assert_eq!(stripe.constraints.prefix.as_deref(), Some("sk_"));
        assert_eq!(stripe.constraints.min_length, Some(10));
        let values = taken.declared["APP_ENV"].constraints.values.as_deref();
        assert_eq!(values, Some(&["dev".to_owned(), "prod".to_owned()][..]));
        assert_eq!(taken.declared["PUBLIC_URL"].template.as_deref(), Some("https://${HOST}/v1"));
        let note = DefaultDefinition::Same(Scalar("a # b".to_owned()));
        assert_eq!(taken.declared["PUBLIC_NOTE"].default, Some(note));
        let when = RequiredDefinition::When("env == 'production' || env == 'staging'".to_owned());
        assert_eq!(taken.declared["SENTRY_DSN"].required, Some(when));
    }

    #[test]
    fn what_a_schema_does_not_hold_is_said_by_name() {
        let taken = take(&Varlock, ".env.schema", SCHEMA);
        assert_eq!(taken.declared["HOST"].default, None);
        let notes = [
            "TOKEN: its value is made by exec(), which envward does not call",
            "HOST: it is sensitive, so its default does not go into a schema",
        ];
        assert_eq!(taken.notes, notes);
        assert_eq!(taken.refused.len(), 1);
        assert_eq!(
            error(&Varlock, ".env.schema", "A=1\nhunter2\n"),
            "line 2: is neither a comment nor NAME=value"
        );
    }
}
