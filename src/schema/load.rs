//! Reads a schema and what it extends.
//!
//! Threat: a schema comes from a repository that someone else wrote. What it extends must be a file inside the
//! project or a built-in schema: no absolute path, no way out through `..` or a symbolic link, no address. A
//! file that is no schema is never quoted.

use std::path::{Component, Path, PathBuf};

use zeroize::Zeroizing;

use super::builtin::{self, Builtin};
use super::error::{Fault, Faults};
use super::layer::Layer;
use super::{Error, Schema, SchemaFile, build};
use crate::fs;
use crate::mac::sha256;
use crate::suggest::closest;
use crate::toml_text::Problem;
use crate::ui;

/// How many schemas may extend each other in a row.
const MAX_DEPTH: usize = 64;

/// What marks a built-in schema.
const BUILTIN: &str = "builtin:";

/// Where a schema comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file; what it extends must lie below `root`.
    File {
        /// The schema.
        path: PathBuf,
        /// The project's root, or the schema's own directory where there is no project.
        root: PathBuf,
    },
    /// One of the schemas that come with envward.
    Builtin(String),
    /// The `[vars]` and `[[rules]]` of a manifest.
    Inline {
        /// The manifest.
        manifest: PathBuf,
    },
}

impl Source {
    /// What a person names as a schema: a file below `cwd`, or `builtin:NAME`. `root` is the project's, if there
    /// is one.
    pub fn named(name: &str, cwd: &Path, root: Option<&Path>) -> Self {
        if let Some(builtin) = name.strip_prefix(BUILTIN) {
            return Self::Builtin(builtin.to_owned());
        }
        let path = cwd.join(name);
        let root = root.filter(|root| path.starts_with(root)).or(path.parent()).unwrap_or(cwd).to_owned();
        Self::File { path, root }
    }

    /// Whether a schema that was read from these files would be read from them again, and is what it was.
    pub fn is_still(&self, files: &[SchemaFile]) -> bool {
        let is_last = files.last().is_some_and(|file| file.path == self.shown());
        is_last && files.iter().all(|file| self.digest(&file.path).as_ref() == Some(&file.sha256))
    }

    /// The file itself, as it should be shown.
    fn shown(&self) -> PathBuf {
        match self {
            Self::File { path, root } => shown(path, Some(root)),
            Self::Builtin(name) => builtin_path(name),
            Self::Inline { manifest } => shown(manifest, manifest.parent()),
        }
    }

    /// The SHA-256 of a file of the schema; `None` if it cannot be read any more.
    fn digest(&self, shown: &Path) -> Option<String> {
        if let Some(name) = shown.to_str().and_then(|shown| shown.strip_prefix(BUILTIN)) {
            return builtin::by_name(name).map(|builtin| sha256(builtin.text.as_bytes()));
        }
        let root = match self {
            Self::File { root, .. } => root,
            Self::Inline { manifest } => manifest.parent()?,
            Self::Builtin(_) => return None,
        };
        fs::read(&root.join(shown)).ok().map(|bytes| sha256(&bytes))
    }
}

/// Loads, merges and checks. Every fault that is found is in the error.
pub fn load(source: &Source) -> Result<Schema, Error> {
    build::schema(layers(source)?)
}

/// The schema's own file and those it extends, as (path, text), to be copied elsewhere: paths are below the
/// source's root, and built-in schemas, which stay where they are, are left out.
pub fn files(source: &Source) -> Result<Vec<(PathBuf, Zeroizing<String>)>, Error> {
    let is_file = |layer: &Layer| !layer.file.to_string_lossy().starts_with(BUILTIN);
    Ok(layers(source)?.into_iter().filter(is_file).map(|layer| (layer.file, layer.text)).collect())
}

/// The files of a schema, each once: what is extended comes before what extends it.
fn layers(source: &Source) -> Result<Vec<Layer>, Error> {
    let mut loader = Loader::default();
    match source {
        Source::Inline { manifest } => {
            let text = fs::read_text(manifest)?;
            match Layer::parse_manifest(source.shown(), text) {
                Ok(layer) => loader.layers.push(layer),
                Err(faults) => loader.faults = faults,
            }
        }
        Source::Builtin(name) => loader.add(&Location::builtin(builtin(name)?), text_of(builtin(name)?)),
        Source::File { path, root } => {
            let text = fs::read_text(path)?;
            let (canonical, root_path) = (fs::canonicalize(path)?, fs::canonicalize(root)?);
            loader.root = Some(root_path);
            loader.add(&Location { id: Id::File(canonical), shown: source.shown() }, text);
        }
    }
    if loader.faults.is_empty() { Ok(loader.layers) } else { Err(Error::Invalid(Faults(loader.faults))) }
}

/// The path below the root, if it is there, else the path as it is.
fn shown(path: &Path, root: Option<&Path>) -> PathBuf {
    root.and_then(|root| path.strip_prefix(root).ok()).unwrap_or(path).to_owned()
}

fn builtin_path(name: &str) -> PathBuf {
    PathBuf::from(format!("{BUILTIN}{name}"))
}

fn builtin(name: &str) -> Result<&'static Builtin, Error> {
    builtin::by_name(name).ok_or_else(|| {
        let suggestion = closest(name, builtin::ALL.iter().map(|builtin| builtin.name));
        Error::UnknownBuiltin { name: name.to_owned(), suggestion }
    })
}

fn text_of(builtin: &Builtin) -> Zeroizing<String> {
    Zeroizing::new(builtin.text.to_owned())
}

/// What a schema file is, whatever path leads to it.
#[derive(Clone, PartialEq, Eq)]
enum Id {
    File(PathBuf),
    Builtin(&'static str),
}

/// A schema file, and how to show it.
#[derive(Clone)]
struct Location {
    id: Id,
    shown: PathBuf,
}

impl Location {
    fn builtin(builtin: &Builtin) -> Self {
        Self { id: Id::Builtin(builtin.name), shown: builtin_path(builtin.name) }
    }
}

/// What is wrong with one entry of `extends`, and what to write instead.
struct Refusal {
    message: String,
    help: Option<String>,
}

impl Refusal {
    fn new(message: impl Into<String>, help: Option<&str>) -> Self {
        Self { message: message.into(), help: help.map(str::to_owned) }
    }
}

#[derive(Default)]
struct Loader {
    /// The canonical directory that files must lie in.
    root: Option<PathBuf>,
    /// Finished files, in the order in which they are merged.
    layers: Vec<Layer>,
    finished: Vec<Id>,
    /// The files that are being read, each extended by the one before it.
    chain: Vec<Location>,
    faults: Vec<Fault>,
}

impl Loader {
    fn add(&mut self, location: &Location, text: Zeroizing<String>) {
        match Layer::parse(location.shown.clone(), text) {
            Err(faults) => self.faults.extend(faults),
            Ok(layer) => {
                self.chain.push(location.clone());
                for (index, name) in layer.definition.schema.extends.iter().enumerate() {
                    if let Err(refusal) = self.extend(name, location) {
                        self.refuse(&layer, index, &refusal);
                    }
                }
                self.chain.pop();
                self.finished.push(location.id.clone());
                self.layers.push(layer);
            }
        }
    }

    /// Adds what an entry of `extends` in `from` names, unless it has been added before.
    fn extend(&mut self, name: &str, from: &Location) -> Result<(), Refusal> {
        let location = self.resolve(name, from)?;
        if self.chain.iter().any(|above| above.id == location.id) {
            return Err(Refusal::new(format!("extends itself: {}", self.chain_to(&location)), None));
        }
        if self.finished.contains(&location.id) {
            return Ok(());
        }
        if self.chain.len() >= MAX_DEPTH {
            let chain = self.chain_to(&location);
            return Err(Refusal::new(format!("more than {MAX_DEPTH} schemas in a row: {chain}"), None));
        }
        let text = match &location.id {
            Id::Builtin(name) => text_of(builtin(name).map_err(|error| refused(&error))?),
            Id::File(path) => fs::read_text(path).map_err(|error| unreadable(&location.shown, &error))?,
        };
        self.add(&location, text);
        Ok(())
    }

    fn resolve(&self, name: &str, from: &Location) -> Result<Location, Refusal> {
        if let Some(name) = name.strip_prefix(BUILTIN) {
            return builtin(name).map(Location::builtin).map_err(|error| refused(&error));
        }
        if name.is_empty() || name.contains([':', '\\', '\0']) || Path::new(name).is_absolute() {
            return Err(Refusal::new(
                format!("cannot extend {:?}", ui::escape(name)),
                Some("write a path relative to this file, or \"builtin:NAME\""),
            ));
        }
        match &from.id {
            // The built-in schemas name their siblings as files, so that they also work as files.
            Id::Builtin(_) => builtin(name.strip_suffix(".toml").unwrap_or(name))
                .map(Location::builtin)
                .map_err(|error| refused(&error)),
            Id::File(path) => self.resolve_file(name, path, &from.shown),
        }
    }

    fn resolve_file(&self, name: &str, from: &Path, from_shown: &Path) -> Result<Location, Refusal> {
        let outside = || {
            let message = format!("{:?} leads out of the project", ui::escape(name));
            Refusal::new(message, Some("copy the schema into the project"))
        };
        let root = self.root.as_deref().ok_or_else(outside)?;
        let directory = from.parent().unwrap_or(root);
        // Before the file system is asked, so that nothing can be learned about files elsewhere.
        if !stays_below(root, directory, name) {
            return Err(outside());
        }
        let shown = from_shown.with_file_name(name);
        let canonical =
            fs::canonicalize(&directory.join(name)).map_err(|error| unreadable(&shown, &error))?;
        if !canonical.starts_with(root) {
            return Err(outside());
        }
        Ok(Location { id: Id::File(canonical), shown })
    }

    /// `a.toml → b.toml → a.toml`.
    fn chain_to(&self, last: &Location) -> String {
        let names: Vec<_> =
            self.chain.iter().chain([last]).map(|location| location.shown.display().to_string()).collect();
        ui::escape(&names.join(" → ")).into_owned()
    }

    fn refuse(&mut self, layer: &Layer, index: usize, refusal: &Refusal) {
        let (message, help) = (refusal.message.as_str(), refusal.help.as_deref());
        let fault = layer.fault(&["schema", "extends", &index.to_string()], message, help);
        self.faults.push(fault.unwrap_or_else(|| Fault {
            file: layer.file.clone(),
            problem: Problem { line: 1, column: 1, message: message.to_owned(), help: None },
        }));
    }
}

fn refused(error: &Error) -> Refusal {
    Refusal { message: error.to_string(), help: error.hint() }
}

/// The operating system's reason, with the path as the schema has it instead of the canonical one.
fn unreadable(shown: &Path, error: &fs::Error) -> Refusal {
    let path = shown.display().to_string();
    let path = ui::escape(&path);
    match error {
        fs::Error::Io { source, .. } => Refusal::new(format!("cannot read {path}: {source}"), None),
        _ => Refusal::new(format!("cannot read {path}: not a text file under 16 MiB"), None),
    }
}

/// Whether `name`, taken from `directory`, never climbs above `root`, links aside.
fn stays_below(root: &Path, directory: &Path, name: &str) -> bool {
    let Ok(below) = directory.strip_prefix(root) else { return false };
    let mut depth = below.components().count();
    for component in Path::new(name).components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::testing::Files;
    use super::*;

    #[test]
    fn a_later_file_refines_the_fields_of_an_earlier_one() {
        let files = Files::new(&[
            (
                "base.toml",
                "[vars.A]\ndescription = 'first'\ntype = 'int'\nmin = 1\nmax = 9\n[vars.B]\n[[rules]]\nassert = 'A > 2'\nmessage = 'base'\n",
            ),
            ("other.toml", "[vars.A]\nmin = 2\n[vars.C]\n"),
            (
                "app.toml",
                "[schema]\nname = 'app'\nextends = ['base.toml', 'other.toml']\n\n[vars.A]\ndescription = 'last'\nmax = 5\n[[rules]]\nassert = 'A > 3'\nmessage = 'app'\n",
            ),
        ]);
        let schema = files.load("app.toml").expect("it is valid");
        assert_eq!(schema.name, "app");
        assert_eq!(schema.vars.keys().collect::<Vec<_>>(), ["A", "B", "C"]);
        let a = &schema.vars["A"];
        assert_eq!(a.description.as_deref(), Some("last"));
        assert_eq!(a.value_type.name(), "int");
        assert!(a.value_type.check("2", &a.constraints).is_ok());
        assert!(a.value_type.check("1", &a.constraints).is_err());
        assert!(a.value_type.check("6", &a.constraints).is_err());
        assert_eq!((a.origin.file.to_str(), a.origin.line), (Some("app.toml"), 5));
        assert_eq!(schema.vars["C"].origin.line, 3);
        let messages: Vec<_> = schema.rules.iter().map(|rule| rule.message.as_str()).collect();
        assert_eq!(messages, ["base", "app"]);
    }

    #[test]
    fn what_two_fragments_share_is_merged_once() {
        let files = Files::new(&[
            (
                "shared.toml",
                "[vars.A]\ndescription = 'shared'\n[[rules]]\nassert = 'has(A)'\nmessage = 'm'\n",
            ),
            ("one.toml", "[schema]\nextends = ['shared.toml']\n[vars.A]\ndescription = 'one'\n"),
            ("two.toml", "[schema]\nextends = ['./shared.toml']\n"),
            ("app.toml", "[schema]\nextends = ['one.toml', 'two.toml']\n"),
        ]);
        let schema = files.load("app.toml").expect("it is valid");
        assert_eq!(schema.vars["A"].description.as_deref(), Some("one"));
        assert_eq!(schema.rules.len(), 1);
    }

    #[test]
    fn a_path_is_relative_to_the_file_that_names_it() {
        let files = Files::new(&[
            ("shared/base.toml", "[vars.A]\n"),
            ("apps/app.toml", "[schema]\nextends = ['../shared/base.toml']\n"),
        ]);
        assert_eq!(files.load("apps/app.toml").expect("it is valid").vars.len(), 1);
    }

    #[test]
    fn a_circle_names_its_files() {
        let files = Files::new(&[
            ("a.toml", "[schema]\nextends = ['b.toml']\n"),
            ("b.toml", "[schema]\nextends = ['c.toml']\n"),
            ("c.toml", "[schema]\nname = 'c'\nextends = [\n  'a.toml',\n]\n"),
        ]);
        assert_eq!(files.refusal("a.toml"), "c.toml:4:3: extends itself: a.toml → b.toml → c.toml → a.toml");
    }

    #[test]
    fn a_chain_has_an_end() {
        let files: Vec<_> = (0..70)
            .map(|number| {
                (format!("{number}.toml"), format!("[schema]\nextends = ['{}.toml']\n", number + 1))
            })
            .collect();
        let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let refusal = Files::new(&files).refusal("0.toml");
        assert!(
            refusal.starts_with("63.toml:2:12: more than 64 schemas in a row: 0.toml → 1.toml"),
            "{refusal}"
        );
    }

    #[test]
    fn what_lies_outside_the_project_is_refused_unread() {
        let outside = Files::new(&[("secret.toml", "hunter2"), ("plain", "root:hunter2:0:0")]);
        let files = Files::new(&[]);
        std::os::unix::fs::symlink(outside.path(), files.path().join("link")).expect("links can be made");
        let up = format!("../{}/secret.toml", outside.path().file_name().expect("it has a name").display());
        for (extends, expected) in [
            (up.as_str(), "leads out of the project"),
            ("../../../../../../../../etc/passwd", "leads out of the project"),
            ("x/../../none", "leads out of the project"),
            ("link/secret.toml", "leads out of the project"),
            ("link/../../none", "leads out of the project"),
            ("/etc/passwd", "cannot extend"),
            ("file:///etc/passwd", "cannot extend"),
            ("http://169.254.169.254/", "cannot extend"),
            ("\\\\\\\\host\\\\share", "cannot extend"),
            ("", "cannot extend"),
            ("none.toml", "cannot read none.toml: No such file or directory"),
        ] {
            let text = format!("[schema]\nextends = [\"{extends}\"]\n");
            fs::write_shared(&files.path().join("app.toml"), text.as_bytes()).expect("there is room");
            let refusal = files.refusal("app.toml");
            assert!(
                refusal.starts_with("app.toml:2:12: ") && refusal.contains(expected),
                "{extends}: {refusal}"
            );
            assert!(!refusal.contains("hunter2"), "{refusal}");
        }
    }

    #[test]
    fn a_file_that_is_no_schema_is_not_quoted() {
        let files = Files::new(&[
            ("passwd", "root:hunter2:0:0:/root:/bin/sh\n"),
            ("env", "SECRET_KEY=hunter2\n"),
            ("app.toml", "[schema]\nextends = ['passwd', 'env']\n"),
        ]);
        let refusal = files.refusal("app.toml");
        assert!(refusal.contains("passwd:1:31: ") && refusal.contains("env:1:12: "), "{refusal}");
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }

    #[test]
    fn an_unknown_built_in_schema_is_refused() {
        let error = load(&Source::Builtin("none".to_owned())).err().expect("there is none");
        assert_eq!(error.to_string(), "there is no built-in schema \"none\"");
        let files = Files::new(&[("app.toml", "[schema]\nextends = ['builtin:none']\n")]);
        assert_eq!(files.refusal("app.toml"), "app.toml:2:12: there is no built-in schema \"none\"");
    }

    #[test]
    fn a_manifest_can_hold_its_schema() {
        let files = Files::new(&[(
            "envward.toml",
            "[project]\nname = 'app'\n[environments.production]\n[vars.A]\ntype = 'int'\n[[rules]]\nassert = 'A > 2'\nmessage = 'm'\n",
        )]);
        let schema =
            load(&Source::Inline { manifest: files.path().join("envward.toml") }).expect("it is valid");
        assert_eq!((schema.name.as_str(), schema.vars.len(), schema.rules.len()), ("app", 1, 1));
        assert_eq!(schema.vars["A"].origin.file.to_str(), Some("envward.toml"));
    }

    #[test]
    fn every_built_in_schema_is_valid() {
        for builtin in builtin::ALL {
            if let Err(error) = load(&Source::Builtin(builtin.name.to_owned())) {
                panic!("{error}");
            }
        }
    }
}
