//! A project in git whose days a test goes through: what is sealed, set and committed on which day.

use envward::env_vars::EnvSnapshot;
use envward::git::Git;
use envward::manifest::Manifest;
use envward::project;
use envward::rotation::evidence::git_history::{self, GitHistory};
use envward::seal::{self, Access};
use envward::secret::Key;

use crate::support::shop::{ALICE, ALICE_PUBLIC};
use crate::support::{Sandbox, sealed};

pub const SEALED: &str = "secrets/production.enc.env";
pub const LEDGER: &str = "envward.ledger.jsonl";

/// A project with the variables `API_KEY` and `TOKEN`, each to be rotated every 90 days.
pub struct Project {
    pub sandbox: Sandbox,
    seed: u32,
}

impl Project {
    /// Sealed and committed on the first of January 2026.
    pub fn new() -> Self {
        let project = Self::unsealed("");
        project.seal_first()
    }

    /// The same, in the age format.
    pub fn age() -> Self {
        Self::unsealed("format = \"age\"\n").seal_first()
    }

    /// Not sealed yet; `more` is said about the environment.
    pub fn unsealed(more: &str) -> Self {
        let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", ALICE);
        sandbox.write(
            "envward.toml",
            format!(
                "[project]\nname = \"app\"\ndefault = \"production\"\n\n\
                 [environments.production]\nrecipients = [\"alice\"]\n{more}\n\
                 [recipients]\nalice = \"{ALICE_PUBLIC}\"\n\n\
                 [vars.API_KEY]\nrotate = {{ every = \"90d\" }}\n\n\
                 [vars.TOKEN]\nrotate = {{ every = \"90d\" }}\n"
            ),
        );
        sandbox.write(".gitignore", ".env*\n.envward/\n");
        let mut project = Self { sandbox, seed: 0 };
        project.on("2026-01-01");
        project
    }

    /// Seals the first values, and commits.
    pub fn seal_first(self) -> Self {
        self.sandbox.write(".env.production", "API_KEY=key-1\nTOKEN=token-1\n");
        let _ = self.sandbox.envward("seal").success();
        std::fs::remove_file(self.sandbox.project().join(".env.production")).unwrap();
        self.commit();
        self
    }

    /// Goes on to noon of that day.
    pub fn on(&mut self, day: &str) {
        self.seed += 1;
        for name in ["ENVWARD_TEST_ONLY_NOW", "GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"] {
            self.sandbox.set(name, format!("{day}T12:00:00Z"));
        }
        // Another draw of random numbers: else a value would get the ciphertext that it had before.
        self.sandbox.set("ENVWARD_TEST_ONLY_SEED", self.seed.to_string());
    }

    /// Gives a variable a new value.
    pub fn set(&self, name: &str, value: &str) {
        let _ = self.sandbox.envward_with_input(&["set", name], value.as_bytes()).success();
    }

    /// Gives a variable a new value on a day, and commits that.
    pub fn rotate(&mut self, day: &str, name: &str, value: &str) {
        self.on(day);
        self.set(name, value);
        self.commit();
    }

    /// Commits everything.
    pub fn commit(&self) {
        self.sandbox.shell("git add -A && git commit -qm step");
    }

    /// The lines of the ledger.
    pub fn ledger(&self) -> Vec<String> {
        self.sandbox.read(LEDGER).lines().map(str::to_owned).collect()
    }

    /// Writes the ledger anew.
    pub fn write_ledger(&self, lines: &[String]) {
        self.sandbox.write(LEDGER, lines.join("\n") + "\n");
    }

    /// What the commits say.
    pub fn history(&self) -> GitHistory {
        let root = self.sandbox.project();
        let env: EnvSnapshot =
            self.sandbox.variables().iter().map(|(name, value)| (name.into(), value.into())).collect();
        let git = Git::discover(&root, &env).expect("a repository");
        let manifest = Manifest::load(&root.join("envward.toml")).unwrap();
        let project = project::Project { root: root.clone(), manifest };
        let environment = project.environment_named("production").unwrap();
        git_history::read(&git, &root.join(LEDGER), &environment).unwrap()
    }

    /// The project keys by number, the present one first, as someone who can open the environment has them.
    pub fn project_keys(&self) -> Vec<(u32, Key)> {
        let context = sealed::context(&self.sandbox);
        let project = project::Project::require(&context).unwrap();
        let environment = project.environment_named("production").unwrap();
        let mut access = Access::from_context(&context, None);
        seal::open(&project, &environment, &mut access).unwrap().project_keys()
    }

    /// The day on which the commits say that a variable changed, if they say one.
    pub fn changed(&self, name: &str) -> Option<String> {
        let history = self.history();
        let change = history.changes.get(name).filter(|change| !change.boundary)?;
        Some(change.at.strftime("%Y-%m-%d").to_string())
    }
}
