//! The environment in forms that other programs read, one file each.
//!
//! A form that cannot carry a value says so, and which ones can: nothing is escaped in a way that its reader would
//! take for another value. What was written is read back, strictly, before anything is handed out; each form has
//! its reader beside its writer, and the tests have the real programs read it.
//!
//! To add a form: write its file with `Options` that implement `Format`, and add it to the list in [`Form`].

use std::collections::BTreeSet;
use std::path::PathBuf;

use zeroize::Zeroizing;

mod azure_pipelines;
mod bash;
mod compose;
mod cursor;
mod docker_env_file;
mod docker_secrets;
mod dotenv;
mod ecs;
mod error;
mod external_secret;
mod fish;
mod github_env;
mod github_output;
mod gitlab_dotenv;
mod helm_values;
mod java_properties;
mod jenkins;
pub mod json;
mod kubernetes;
mod nu;
mod powershell;
mod railway;
mod render;
mod sh;
mod spelling;
mod stored;
mod systemd;
mod systemd_credentials;
mod template;
mod terraform_tfvars;
mod text;
mod toml;
mod whole;
mod yaml;
mod yaml_text;

pub use error::{Error, Refused};
pub use stored::Stored;

use crate::dotenv::is_name;
use crate::secret::{Secret, Values};

/// What is exported.
#[derive(Default)]
pub struct Input {
    /// The values, in their order.
    pub values: Values,
    /// The variables that the schema calls not secret.
    pub clear: BTreeSet<String>,
    /// The programs that are declared to read the environment's env file.
    pub readers: Vec<String>,
    /// The project's name, if there is a project.
    pub project: Option<String>,
    /// The store that a form points at ([`Form::store`]).
    pub stored: Option<Stored>,
    /// Where the paths of options start.
    pub here: PathBuf,
    /// The directory to write files to, absolute.
    pub directory: PathBuf,
    /// Random text, at least 128 bits in letters and digits.
    pub nonce: String,
}

impl Input {
    /// Whether the variable is a secret: all are, but those that the schema says are not.
    fn is_secret(&self, name: &str) -> bool {
        !self.clear.contains(name)
    }
}

/// What a form makes.
pub enum Output {
    /// One text.
    Text(Zeroizing<String>),
    /// Files of a directory.
    Files(Vec<File>),
    /// Lines to append to the file that a CI system names, after these commands to it were printed.
    Append {
        /// For standard output, which the CI system reads.
        commands: Zeroizing<String>,
        /// For the file.
        lines: Zeroizing<String>,
    },
}

/// A file of a directory.
pub struct File {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub content: Zeroizing<String>,
}

/// Where the result of a form goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To standard output, or the file that the user names.
    Anywhere,
    /// To a directory that the user names.
    Directory,
    /// To the file that this environment variable names, or the user.
    Appended(&'static str),
}

/// A form's options: they write the environment, and read it back.
trait Format {
    /// Why the form cannot carry this variable, if it cannot.
    fn refuses(&self, _name: &str, _value: &str, _input: &Input) -> Option<Refusal> {
        None
    }

    /// Those of the variables, none of which the form refuses by itself, that it cannot carry beside the others.
    fn refuses_together(&self, _values: &Values, _input: &Input) -> Vec<(String, Refusal)> {
        Vec::new()
    }

    /// Writes the values, none of which the form refuses.
    ///
    /// # Errors
    /// The options make no sense, or the whole is more than the form can carry.
    fn write(&self, input: &Input) -> Result<Output, Error>;

    /// What the form's reader finds in what was written; `None` for what is not of this form.
    fn read(&self, _output: &Output) -> Option<Values> {
        None
    }

    /// What it has to find.
    fn expected(&self, input: &Input) -> Values {
        input.values.clone()
    }

    /// Whether what was written says what was to be written.
    fn says_the_same(&self, output: &Output, input: &Input) -> bool {
        self.read(output).is_some_and(|read| read == self.expected(input))
    }

    /// The store that the form points at, where it does.
    fn store(&self) -> Option<NamedStore<'_>> {
        None
    }

    /// Whether a name may be any text; else it is made of letters, digits and `_`.
    fn takes_any_name(&self) -> bool {
        false
    }

    /// Where the result goes.
    fn destination(&self) -> Destination {
        Destination::Anywhere
    }

    /// Whether the variables are set in a process that runs already, such as the caller's shell: names that load
    /// code are then as hazardous as in `run`.
    fn sets_in_place(&self) -> bool {
        false
    }
}

/// A store of the manifest: the one that was named, else the only one that serves the environment.
#[derive(Clone, Copy)]
pub struct NamedStore<'a>(pub Option<&'a str>);

/// Why a form cannot carry a variable, to be read after "it cannot be written: ". Holds no value.
type Refusal = std::borrow::Cow<'static, str>;

/// Declares the forms once: their words, parsing, help and dispatch.
macro_rules! forms {
    ($($(#[$attribute:meta])* $variant:ident($module:ident) = $name:literal,)*) => {
        /// A form of the environment, with its options.
        #[derive(clap::Subcommand)]
        pub enum Form {
            $($(#[$attribute])* #[command(name = $name)] $variant($module::Options),)*
        }

        impl Form {
            /// What `export` calls it.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)*
                }
            }

            fn format(&self) -> &dyn Format {
                match self {
                    $(Self::$variant(options) => options,)*
                }
            }

            /// Every form, with the options that nothing was said about.
            fn all() -> Vec<Self> {
                vec![$(Self::$variant($module::Options::default()),)*]
            }
        }
    };
}

forms! {
    /// An env file that every reader takes for the same values, or those that are named
    Dotenv(dotenv) = "dotenv",
    /// The file of `docker run --env-file`, which knows no quotes
    DockerEnvFile(docker_env_file) = "docker-env-file",
    /// A Compose file that gives a service its environment
    Compose(compose) = "compose",
    /// Files for /run/secrets, and the variables that say where they are
    DockerSecrets(docker_secrets) = "docker-secrets",
    /// A Secret, and a ConfigMap for what is not secret: envward export kubernetes | kubectl apply -f -
    Kubernetes(kubernetes) = "kubernetes",
    /// What has the External Secrets Operator fetch the secrets from the store of the manifest
    ExternalSecret(external_secret) = "external-secret",
    /// Values for a Helm chart
    HelmValues(helm_values) = "helm-values",
    /// The file of EnvironmentFile= in a systemd unit
    Systemd(systemd) = "systemd",
    /// Files for LoadCredential=, and the drop-in of a systemd unit that loads them
    SystemdCredentials(systemd_credentials) = "systemd-credentials",
    /// Parts of a container definition of Amazon ECS, which has the secrets fetched from the AWS store of the manifest
    Ecs(ecs) = "ecs",
    /// Variables for the next steps of a GitHub Actions job: masks are printed, lines appended to $GITHUB_ENV
    GithubEnv(github_env) = "github-env",
    /// Outputs of a GitHub Actions step: masks are printed, lines appended to $GITHUB_OUTPUT
    GithubOutput(github_output) = "github-output",
    /// A dotenv report of a GitLab CI job, which whoever may read its artifacts can read
    GitlabDotenv(gitlab_dotenv) = "gitlab-dotenv",
    /// Variables for the next steps of an Azure Pipelines job, as commands to the agent
    AzurePipelines(azure_pipelines) = "azure-pipelines",
    /// Credentials and global variables for Jenkins' Configuration as Code
    Jenkins(jenkins) = "jenkins",
    /// Variables for Terraform and OpenTofu: -var-file
    TerraformTfvars(terraform_tfvars) = "terraform-tfvars",
    /// A JSON object for the raw editor of Railway
    Railway(railway) = "railway",
    /// A JSON array for Render's API: PUT /v1/services/ID/env-vars
    Render(render) = "render",
    /// Commands for a POSIX shell: eval "$(envward export sh)"
    Sh(sh) = "sh",
    /// Commands for bash and zsh, one line each: eval "$(envward export bash)"
    Bash(bash) = "bash",
    /// Commands for fish: envward export fish | source
    Fish(fish) = "fish",
    /// Commands for PowerShell: envward export powershell | Out-String | Invoke-Expression
    Powershell(powershell) = "powershell",
    /// A record for Nushell: envward export nu | from nuon | load-env
    Nu(nu) = "nu",
    /// A JSON object, name to value
    Json(json) = "json",
    /// A YAML map, name to value
    Yaml(yaml) = "yaml",
    /// A TOML table, name to value
    Toml(toml) = "toml",
    /// A .properties file, in ASCII
    JavaProperties(java_properties) = "java-properties",
    /// A file of your own with {{ NAME }} where a value belongs
    Template(template) = "template",
}

impl Form {
    /// Where the result goes.
    pub fn destination(&self) -> Destination {
        self.format().destination()
    }

    /// The store that the form points at, where it does.
    pub fn store(&self) -> Option<NamedStore<'_>> {
        self.format().store()
    }

    /// Whether the variables are set in a process that runs already.
    pub fn sets_in_place(&self) -> bool {
        self.format().sets_in_place()
    }

    /// The environment in this form, read back and found the same.
    ///
    /// # Errors
    /// [`Error::Refused`] names every variable that the form cannot carry.
    pub fn render(&self, input: &Input) -> Result<Output, Error> {
        let refused = self.refused(input);
        if !refused.is_empty() {
            return Err(Error::Refused { instead: carrying(input, &refused), refused });
        }
        let output = self.format().write(input)?;
        if !self.format().says_the_same(&output, input) {
            return Err(Error::NotReadBack { form: self.name() });
        }
        Ok(output)
    }

    fn refused(&self, input: &Input) -> Vec<Refused> {
        let refusal = |(name, value): (&String, &Secret)| {
            let reason = self.refusal(name, value.expose(), input)?;
            Some(Refused { form: self.name(), name: name.clone(), reason })
        };
        let mut refused: Vec<_> = input.values.iter().filter_map(refusal).collect();
        let names: BTreeSet<_> = refused.iter().map(|variable| variable.name.clone()).collect();
        let mut rest = input.values.clone();
        rest.retain(|name, _| !names.contains(name));
        let together = self.format().refuses_together(&rest, input).into_iter();
        refused.extend(together.map(|(name, reason)| Refused { form: self.name(), name, reason }));
        refused
    }

    fn refusal(&self, name: &str, value: &str, input: &Input) -> Option<Refusal> {
        if !is_name(name) && !self.format().takes_any_name() {
            return Some("its name is not made of letters, digits and _".into());
        }
        self.format().refuses(name, value, input)
    }
}

/// The forms that carry every variable which another form refuses.
fn carrying(input: &Input, refused: &[Refused]) -> Vec<&'static str> {
    let carries = |form: &Form| {
        let cannot = |variable: &Refused| {
            let value = input.values.get(&variable.name).map_or("", Secret::expose);
            form.refusal(&variable.name, value, input).is_some()
        };
        !refused.iter().any(cannot)
    };
    // A template carries what its author thinks of, and a reference no value. The form itself may carry it with other
    // options, for other readers than those that were asked for.
    let holds_values = |form: &&Form| {
        let is_itself = refused.iter().any(|variable| variable.form == form.name());
        form.store().is_none() && !matches!(form, Form::Template(_)) && !is_itself
    };
    Form::all().iter().filter(holds_values).filter(|form| carries(form)).map(Form::name).collect()
}

/// The reason against NUL, where values end up in the environment of a process or in a text that cannot have it.
fn refuse_nul(value: &str) -> Option<Refusal> {
    value.contains('\0').then_some("it holds a NUL byte, which no environment can carry".into())
}

#[cfg(test)]
mod testing;
