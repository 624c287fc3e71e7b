//! A project with an environment that is sealed.

use envward::cli::Globals;
use envward::context::{Clock, Context};
use envward::env_vars::EnvSnapshot;
use envward::project::Project;
use envward::rng::Rng;
use envward::seal::sops::Plain;
use envward::seal::{self, Access};
use envward::secret::{Key, Secret};
use envward::store::{self, Opening, Store};
use envward::ui::{ColorChoice, Ui};

use super::{NOW, Sandbox};

const IDENTITY: &str = "AGE-SECRET-KEY-1DU0VVGGPWMDFELNVTZAA68063ATFU3NKYMQJH5YNPJRLYQUK5Z0SZ6HV5H";

const MANIFEST: &str = r#"
[project]
name = "app"
default = "production"

[environments.production]
recipients = ["alice"]

[environments.staging]
recipients = ["alice"]

[recipients]
alice = "age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma"

[vars.DB_USER]
secret = false

[vars.DB_PASSWORD]
min_length = 3
group = "database"

[vars.DATABASE_URL]
type = "postgres-url"
template = "postgresql://${DB_USER}:${DB_PASSWORD|url}@db:5432/app"
group = "database"

[vars.PORT]
type = "port"
secret = false
required = false

[vars.TLS_KEY]
required = false

[vars.TOKEN]
"#;

/// A project in a git repository whose only recipient is the user, with nothing sealed yet.
pub fn project() -> Sandbox {
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", IDENTITY);
    sandbox.write("envward.toml", MANIFEST);
    sandbox.write(".gitignore", ".env*\n.envward/\n");
    sandbox
}

/// Seals these values as an environment of the project.
pub fn seal(sandbox: &Sandbox, environment: &str, values: &[(&str, &str)]) {
    let mut context = context(sandbox);
    let project = Project::require(&context).unwrap();
    let environment = project.environment_named(environment).unwrap();
    let schema = project.schema().unwrap();
    let line =
        |&(name, value): &(&str, &str)| Plain::Value { name: name.to_owned(), value: Secret::new(value) };
    let lines = values.iter().map(line).collect();
    let mut access = Access::from_context(&context, None);
    seal::create(&project, &environment, lines, Some(&schema), &mut access, &mut context.rng).unwrap();
}

/// The project key that an environment has now.
pub fn project_key(sandbox: &Sandbox, environment: &str) -> Key {
    let context = context(sandbox);
    let project = Project::require(&context).unwrap();
    let environment = project.environment_named(environment).unwrap();
    let opened = seal::open(&project, &environment, &mut Access::from_context(&context, None)).unwrap();
    opened.project_keys().swap_remove(0).1
}

/// Opens a store of the project for an environment, as a command of the user would.
pub fn store(sandbox: &Sandbox, environment: &str, name: &str) -> Box<dyn Store> {
    let context = context(sandbox);
    let project = Project::require(&context).unwrap();
    let environment = project.environment_named(environment).unwrap();
    let opening = Opening {
        definition: &project.manifest.stores[name],
        project: &project,
        environment: &environment,
        env: &context.env,
        access: Access::from_context(&context, None),
        rng: Rng::system(&context.env),
    };
    store::open(opening).unwrap()
}

/// What a command of the user is handed.
pub fn context(sandbox: &Sandbox) -> Context {
    // Each handle is another user's command: it draws random numbers of its own.
    let own = sandbox.variables().iter().filter(|(name, _)| name != "ENVWARD_TEST_ONLY_SEED");
    let env: EnvSnapshot = own.map(|(name, value)| (name.into(), value.into())).collect();
    Context {
        ui: Ui::new(ColorChoice::Never, true, -1, true),
        clock: Clock::fixed(NOW.parse().unwrap()),
        rng: Rng::test_only_seeded(1),
        env,
        cwd: sandbox.project(),
        globals: Globals::default(),
    }
}
