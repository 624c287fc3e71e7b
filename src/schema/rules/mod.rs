//! CEL expressions over typed values: `required = "…"`, `when` and `assert`.
//!
//! What an expression sees: each set variable under its name, and `env`, the environment's name.
//!
//! | type | in CEL |
//! |---|---|
//! | `int`, `port` | int |
//! | `float` | double |
//! | `bool` | bool |
//! | `list` | list of strings |
//! | `duration` | double, in seconds; `duration("15m")` makes one |
//! | URLs | map of `scheme user password host port path query`; `port` is null where there is none |
//! | all others | string |
//!
//! `has(NAME)` asks whether a variable is set.
//!
//! Threat: an expression comes from a repository that someone else wrote. It can only compute: it reaches no
//! file and no clock, and its length, depth and nesting of loops are limited, so that it ends. Messages
//! quote neither values nor literals.

mod presence;
mod reads;
mod scope;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use cel::common::types::STRING_TYPE;
use cel::parser::{Expression as Tree, PrattParser};
use cel::{Context, Env, ExecutionError, Value};

use self::scope::Scope;
use super::types::Typed;
use crate::ui;

/// Longest expression, in bytes. It also bounds how deep a chain such as `a + a + a …` makes the tree before
/// [`reads`] measures it.
const MAX_LENGTH: usize = 1024;

/// Deepest nesting of brackets.
const MAX_BRACKETS: u16 = 32;

/// The standard functions, built when the first expression is evaluated.
static FUNCTIONS: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    env.add_overload("duration", "string_to_seconds", vec![STRING_TYPE], scope::seconds)
        .expect("the standard library has no duration without its chrono feature");
    Arc::new(env)
});

/// A compiled CEL expression.
pub struct Expression {
    /// As it is written in the schema.
    pub source: String,
    tree: Tree,
    reads: Vec<String>,
    asks: Vec<String>,
}

/// What an expression came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is true.
    True,
    /// It is false.
    False,
    /// It reads a variable that is not set; the name.
    Unset(String),
    /// It cannot be evaluated: a type error, an overflow. The text holds no value.
    Failed(String),
}

impl Expression {
    /// Compiles; the error is a message without a value, the rest of a sentence that begins with the
    /// expression.
    pub fn compile(source: &str) -> Result<Self, String> {
        if source.len() > MAX_LENGTH {
            return Err(format!("is longer than {MAX_LENGTH} bytes"));
        }
        let tree = PrattParser::new()
            .max_recursion_depth(MAX_BRACKETS)
            .parse(&presence::rewrite(source))
            .map_err(|errors| syntax_message(&errors))?;
        let reads = reads::of(&tree)?;
        Ok(Self { source: source.to_owned(), tree, reads: reads.values, asks: reads.presence })
    }

    /// The variables it reads, those inside `has(…)` not among them.
    pub fn reads(&self) -> &[String] {
        &self.reads
    }

    /// Every variable it names, those inside `has(…)` too.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.reads.iter().chain(&self.asks).map(String::as_str)
    }

    /// Evaluates over the set variables and the environment's name (`env`).
    pub fn evaluate(&self, environment: &str, values: &BTreeMap<&str, Typed>) -> Outcome {
        let scope = Scope { environment, values };
        let mut context = Context::with_env(Arc::clone(&FUNCTIONS));
        context.set_variable_resolver(&scope);
        match Value::resolve(&self.tree, &context) {
            Ok(Value::Bool(true)) => Outcome::True,
            Ok(Value::Bool(false)) => Outcome::False,
            Ok(_) => Outcome::Failed("is neither true nor false".to_owned()),
            Err(ExecutionError::UndeclaredReference(name)) if self.reads.contains(&name) => {
                Outcome::Unset(name.as_ref().clone())
            }
            Err(error) => Outcome::Failed(failure_message(&error)),
        }
    }
}

/// The parser's first message without the text that it quotes.
fn syntax_message(errors: &cel::ParseErrors) -> String {
    match errors.errors.first() {
        Some(error) if error.pos.0 > 0 => {
            format!("is not valid CEL at line {}, column {}", error.pos.0, error.pos.1)
        }
        _ => "is not valid CEL".to_owned(),
    }
}

/// Why an evaluation failed, without the values that the library's own message shows.
fn failure_message(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchOverload(call) => {
            let types = call.argument_types().join(", ");
            format!("applies {} to ({types}), which it does not take", operator(call.function()))
        }
        ExecutionError::UndeclaredReference(name) => {
            format!("uses {:?}, which does not exist", ui::escape(name))
        }
        ExecutionError::NoSuchKey(_) => "reads a field that is not there".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "reads past the end of a list".to_owned(),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "divides by zero".to_owned()
        }
        ExecutionError::Overflow(..) => "overflows".to_owned(),
        ExecutionError::ValuesNotComparable(..) => "compares values of types that do not fit".to_owned(),
        ExecutionError::FunctionError { function, .. } => format!("fails in {}", operator(function)),
        _ => "cannot be evaluated".to_owned(),
    }
}

/// `_>_` as it is written: `>`.
fn operator(function: &str) -> String {
    let bare = function.trim_matches('_');
    ui::escape(if bare.is_empty() { function } else { bare }).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::types::UrlParts;

    fn values() -> BTreeMap<&'static str, Typed> {
        let url = UrlParts {
            scheme: "postgresql".to_owned(),
            user: "app".to_owned(),
            password: "hunter2".to_owned(),
            host: "db".to_owned(),
            port: Some(5432),
            path: "/app".to_owned(),
            query: String::new(),
        };
        BTreeMap::from([
            ("DEBUG", Typed::Bool(false)),
            ("POOL", Typed::Int(20)),
            ("LOW", Typed::Float(0.7)),
            ("HIGH", Typed::Float(0.85)),
            ("PASSWORD", Typed::String("hunter2".to_owned())),
            ("ORIGINS", Typed::List(vec!["https://a.example".to_owned(), "https://b.example".to_owned()])),
            ("TTL", Typed::Duration(jiff::SignedDuration::from_mins(15))),
            ("DATABASE_URL", Typed::Url(url.clone())),
            ("BARE_URL", Typed::Url(UrlParts { port: None, ..url })),
        ])
    }

    fn evaluate(source: &str) -> Outcome {
        Expression::compile(source).expect(source).evaluate("production", &values())
    }

    #[test]
    fn each_type_can_be_asked_about() {
        for source in [
            "env == 'production'",
            "DEBUG == false && !DEBUG",
            "POOL > 10 && POOL <= 20 && POOL == 20",
            "LOW < HIGH && HIGH <= 1.0 && LOW > 0",
            "size(PASSWORD) >= 7 && PASSWORD.startsWith('hunter')",
            "ORIGINS.all(origin, origin.startsWith('https://')) && !('*' in ORIGINS)",
            "TTL <= duration('1h') && TTL == duration('15m') && TTL < 1000",
            "DATABASE_URL.password == PASSWORD && DATABASE_URL.port == 5432",
            "DATABASE_URL.scheme in ['postgresql', 'postgres'] && DATABASE_URL.query == ''",
            "has(DATABASE_URL.port) && BARE_URL.port == null",
            "PASSWORD.matches('^[a-z]+[0-9]$')",
        ] {
            assert_eq!(evaluate(source), Outcome::True, "{source}");
        }
        assert_eq!(evaluate("DEBUG"), Outcome::False);
    }

    #[test]
    fn has_asks_for_a_variable() {
        assert_eq!(evaluate("has(POOL)"), Outcome::True);
        assert_eq!(evaluate("has(MISSING)"), Outcome::False);
        assert_eq!(evaluate("has(MISSING) && MISSING == 'x'"), Outcome::False);
        assert_eq!(evaluate("has(MISSING) != has(POOL)"), Outcome::True);
    }

    #[test]
    fn an_unset_variable_is_named_unless_the_answer_does_not_depend_on_it() {
        assert_eq!(evaluate("MISSING == 'x'"), Outcome::Unset("MISSING".to_owned()));
        assert_eq!(evaluate("MISSING.port == 1"), Outcome::Unset("MISSING".to_owned()));
        assert_eq!(evaluate("DEBUG && MISSING == 'x'"), Outcome::False);
    }

    #[test]
    fn what_cannot_be_evaluated_fails_and_quotes_no_value() {
        for (source, expected) in [
            ("PASSWORD > 5", "applies > to (string, int), which it does not take"),
            ("PASSWORD", "is neither true nor false"),
            ("hash(PASSWORD) == 'x'", "uses \"hash\", which does not exist"),
            ("DATABASE_URL.pasword == PASSWORD", "reads a field that is not there"),
            ("POOL / 0 == 1", "divides by zero"),
            ("POOL + 9223372036854775807 > 0", "overflows"),
            ("ORIGINS[9] == ''", "reads past the end of a list"),
            ("duration(PASSWORD) > 1.0", "fails in duration"),
            ("int(PASSWORD) > 1", "fails in int"),
        ] {
            assert_eq!(evaluate(source), Outcome::Failed(expected.to_owned()), "{source}");
        }
    }

    #[test]
    fn it_knows_what_it_reads() {
        let source = "has(A) && B.port == C && ORIGINS.all(o, o != D && has(E.user)) && env == 'x' && B == B";
        let expression = Expression::compile(source).expect("it is valid");
        assert_eq!(expression.reads(), ["B", "C", "ORIGINS", "D", "E"]);
        assert_eq!(expression.names().last(), Some("A"));
    }

    #[test]
    fn bad_syntax_has_a_place_and_no_text() {
        for source in ["A ==", "A == 'hunter2", "A == hunter2 hunter2", "A ? B"] {
            let error = Expression::compile(source).err().expect(source);
            assert!(error.starts_with("is not valid CEL at line 1, column "), "{source}: {error}");
            assert!(!error.contains("hunter2"), "{source}: {error}");
        }
    }

    #[test]
    fn what_could_run_for_ages_is_refused() {
        let loops = |levels: usize| {
            let open: Vec<_> = (0..levels).map(|level| format!("ORIGINS.all(x{level}, ")).collect();
            format!("{}true{}", open.concat(), ")".repeat(levels))
        };
        assert_eq!(evaluate(&loops(2)), Outcome::True);
        assert_eq!(Expression::compile(&loops(3)).err().as_deref(), Some("nests more than 2 loops"));
        for source in ["(".repeat(200) + "A", "[".repeat(1000), "-(".repeat(400), "A?A:".repeat(250)] {
            assert!(Expression::compile(&source).is_err(), "{}…", &source[..10]);
        }
        let chain = "A+".repeat(500) + "A";
        assert_eq!(Expression::compile(&chain).err().as_deref(), Some("is nested more than 100 deep"));
        let long = format!("A == '{}'", "x".repeat(MAX_LENGTH));
        assert_eq!(Expression::compile(&long).err().as_deref(), Some("is longer than 1024 bytes"));
    }
}
