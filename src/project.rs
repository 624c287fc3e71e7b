//! The project a command works on: its root, its manifest, and the chosen environment with its paths resolved.

use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::manifest::{self, Manifest, SealFormat};
use crate::schema::{self, Schema, Source};
use crate::suggest::closest;
use crate::{env_vars, fs};

/// The environment that a file without a project is held to: rules are strictest there.
pub const STRICTEST: &str = "production";

/// A project with a manifest.
pub struct Project {
    /// The directory of the manifest.
    pub root: PathBuf,
    /// The manifest.
    pub manifest: Manifest,
}

/// One environment of a project, with absolute paths.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// The plaintext env file.
    pub env_file: PathBuf,
    /// The sealed file.
    pub sealed: PathBuf,
    /// Format of the sealed file.
    pub format: SealFormat,
    /// The wrapped project key.
    pub project_key: PathBuf,
    /// The lock that every writer of the env file or of the sealed file takes.
    pub lock: PathBuf,
    /// Who reads the env file.
    pub readers: Vec<String>,
    /// Names and public keys of those who may open it, in the order of the manifest.
    pub recipients: Vec<(String, String)>,
}

impl Project {
    /// The project that holds the working directory: upwards, no further than the git root, a change of
    /// owner, or the home directory. `None` if there is no manifest.
    pub fn find(context: &Context) -> Result<Option<Self>, manifest::Error> {
        let home = context.env.get_os(env_vars::HOME).map(Path::new);
        let Some(path) = manifest::discover(&context.cwd, home)? else { return Ok(None) };
        let manifest = Manifest::load(&path)?;
        let root = path.parent().unwrap_or(&context.cwd).to_owned();
        Ok(Some(Self { root, manifest }))
    }

    /// Like [`Project::find`], where a manifest is needed.
    pub fn require(context: &Context) -> Result<Self, manifest::Error> {
        Self::find(context)?.ok_or(manifest::Error::NotFound)
    }

    /// The project whose manifest lies in that directory itself.
    ///
    /// # Errors
    /// There is none, it belongs to somebody else, or it cannot be used.
    pub fn at(root: &Path) -> Result<Self, manifest::Error> {
        let path = manifest::discover(root, Some(root))?.ok_or(manifest::Error::NotFound)?;
        Ok(Self { root: root.to_owned(), manifest: Manifest::load(&path)? })
    }

    /// The manifest's path.
    pub fn manifest_path(&self) -> PathBuf {
        self.root.join(manifest::FILE_NAME)
    }

    /// The environment of `-e`, else of `ENVWARD_ENV`, else the manifest's default.
    pub fn environment(&self, context: &Context) -> Result<Environment, manifest::Error> {
        let chosen = context.globals.env.as_deref();
        let chosen = chosen.or_else(|| context.env.get(env_vars::ENVWARD_ENV));
        let name = chosen.or(self.manifest.project.default.as_deref());
        self.environment_named(name.ok_or(manifest::Error::NoEnvironment)?)
    }

    /// The environment of that name.
    pub fn environment_named(&self, name: &str) -> Result<Environment, manifest::Error> {
        let Some(definition) = self.manifest.environments.get(name) else {
            let known: Vec<String> = self.manifest.environments.keys().cloned().collect();
            let suggestion = closest(name, known.iter().map(String::as_str)).map(str::to_owned);
            return Err(manifest::Error::UnknownEnvironment { name: name.to_owned(), suggestion, known });
        };
        let key_of = |recipient: &String| {
            let definition = self.manifest.recipients.get(recipient)?;
            Some((recipient.clone(), definition.key().to_owned()))
        };
        let root = fs::canonicalize(&self.root).ok();
        let inside = |path: &Path| self.inside(path, root.as_deref());
        Ok(Environment {
            name: name.to_owned(),
            env_file: inside(&definition.file_or_default(name))?,
            sealed: inside(&definition.sealed_or_default(name))?,
            format: definition.format.unwrap_or_default(),
            project_key: inside(Path::new(&format!("secrets/{name}.key.age")))?,
            lock: inside(Path::new(&format!(".envward/{name}.lock")))?,
            readers: definition.readers.clone().unwrap_or_default(),
            recipients: definition.recipients.iter().filter_map(key_of).collect(),
        })
    }

    /// The environment that a file belongs to, as its env file or its sealed file.
    pub fn environment_of(&self, file: &Path) -> Option<Environment> {
        let names = self.manifest.environments.keys();
        let mut environments = names.filter_map(|name| self.environment_named(name).ok());
        environments.find(|environment| environment.env_file == file || environment.sealed == file)
    }

    /// Where the schema that the manifest names comes from.
    pub fn schema_source(&self) -> Source {
        match self.manifest.project.schema.as_deref() {
            None => Source::Inline { manifest: self.manifest_path() },
            Some(name) => Source::named(name, &self.root, Some(&self.root)),
        }
    }

    /// The schema that the manifest names.
    pub fn schema(&self) -> Result<Schema, schema::Error> {
        schema::load(&self.schema_source())
    }

    /// A path of the manifest made absolute; a link that leads out of the project, whose canonical root is
    /// given, is an error.
    fn inside(&self, path: &Path, root: Option<&Path>) -> Result<PathBuf, manifest::Error> {
        let path = self.root.join(path);
        let lies_inside = root.is_some_and(|root| fs::lies_inside(&path, root));
        if lies_inside { Ok(path) } else { Err(manifest::Error::Outside { path }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(root: &Path, manifest: &str) -> Project {
        let text = format!("[project]\nname = \"app\"\nschema = \"builtin:app\"\n{manifest}");
        let manifest = Manifest::parse(&text, Path::new("envward.toml")).expect("a manifest");
        Project { root: root.to_owned(), manifest }
    }

    #[test]
    fn an_environment_has_default_paths() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let project = project(root.path(), "[environments.staging]\n[environments.cold]\nformat = \"age\"\n");
        let staging = project.environment_named("staging").expect("it exists");
        assert_eq!(staging.env_file, root.path().join(".env.staging"));
        assert_eq!(staging.sealed, root.path().join("secrets/staging.enc.env"));
        assert_eq!(staging.project_key, root.path().join("secrets/staging.key.age"));
        let cold = project.environment_named("cold").expect("it exists");
        assert_eq!(cold.sealed, root.path().join("secrets/cold.env.age"));
    }

    #[test]
    fn an_unknown_environment_gets_a_suggestion() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let project = project(root.path(), "[environments.staging]\n");
        let error = project.environment_named("stagin").expect_err("it does not exist");
        assert_eq!(error.to_string(), "the manifest has no environment \"stagin\"");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"staging\"?"));
        assert_eq!(crate::error::Error::from(error).exit_code(), crate::exit_code::ExitCode::Usage);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_project_is_refused() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let outside = tempfile::tempdir().expect("a temporary directory");
        std::os::unix::fs::symlink(outside.path(), root.path().join("secrets")).expect("a link");
        let project = project(root.path(), "[environments.staging]\n");
        let error = project.environment_named("staging").expect_err("the sealed file is elsewhere");
        assert!(error.to_string().ends_with("leads out of the project through a symbolic link"), "{error}");
    }
}
