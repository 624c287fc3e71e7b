//! What one file says of a variable at one place.

use std::path::PathBuf;

use crate::generate::Recipe;
use crate::secret::Secret;

/// A variable seen at one place. A source fills in what stands there and leaves the rest `None`; what follows from
/// it is decided later, from all sightings of the name.
#[derive(Clone)]
pub struct Sighting {
    /// The name, one that [`dotenv::is_name`](crate::dotenv::is_name) accepts.
    pub name: String,
    /// The file, as it was given to the source.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// What kind of place it is.
    pub place: Place,
    /// The value that is written there, also a placeholder or an empty one.
    pub value: Option<Secret>,
    /// What is used when the variable is unset: `${VAR:-x}`, `getenv("X", "x")`.
    pub default: Option<Secret>,
    /// Whether it must be set: `${VAR:?}` and `os.environ["X"]` say yes, a commented-out line says no.
    pub required: Option<bool>,
    /// Whether it is secret, where the place itself says so: `secretKeyRef`, `${{ vars.X }}`, `SecretStr`.
    pub secret: Option<bool>,
    /// What is said about it.
    pub description: Option<String>,
    /// The heading it stands under; `service:NAME` for a variable that a container is given.
    pub group: Option<String>,
    /// The address that is named for it.
    pub link: Option<String>,
    /// How a value is made, where the text names a command for it.
    pub recipe: Option<Recipe>,
    /// Its type, where the place says it.
    pub type_hint: Option<TypeHint>,
}

impl Sighting {
    /// A sighting of which no more is known than where it is.
    pub fn new(name: impl Into<String>, file: impl Into<PathBuf>, line: u32, place: Place) -> Self {
        Self {
            name: name.into(),
            file: file.into(),
            line,
            place,
            value: None,
            default: None,
            required: None,
            secret: None,
            description: None,
            group: None,
            link: None,
            recipe: None,
            type_hint: None,
        }
    }
}

/// A kind of place in which a variable can stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A line of an env file.
    EnvFile,
    /// A line of an env file that is commented out.
    EnvComment,
    /// A line of an env file that a guide shows.
    GuideBlock,
    /// A row of a table in a guide.
    GuideTable,
    /// A sentence of a guide.
    GuideText,
    /// A command of a guide or a script: `docker run -e`, `export`.
    Command,
    /// A `${VAR}` in a compose file.
    ComposeReference,
    /// What a compose file gives a container.
    ComposeEnvironment,
    /// A manifest of Kubernetes.
    Kubernetes,
    /// A Dockerfile.
    Dockerfile,
    /// A workflow of a CI system.
    Workflow,
    /// Source code in that language.
    Code(&'static str),
}

/// A type that a place gives a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeHint {
    /// The name of a type in [`types::ALL`](crate::schema::types::ALL).
    pub name: &'static str,
    /// The accepted values of an `enum`; for any other type, none.
    pub values: Vec<String>,
}

impl TypeHint {
    /// A type without more to say about it.
    pub fn plain(name: &'static str) -> Self {
        Self { name, values: Vec::new() }
    }
}
