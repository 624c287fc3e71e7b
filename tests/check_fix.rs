//! `envward check --fix`: what it repairs, what it leaves to a person, and what it never touches.

use crate::support::Sandbox;

fn sandbox(file: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(".env", file);
    sandbox
}

/// A project whose env file these programs read.
fn project(readers: &str, file: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(".env.dev", file);
    sandbox.write(
        "envward.toml",
        format!(
            "[project]\nname = \"app\"\ndefault = \"dev\"\n[vars.DB_USER]\nsecret = false\n[vars.DB_PASS]\n\
             [vars.DATABASE_URL]\n[vars.DATA_DIR]\nsecret = false\n\
             [environments.dev]\nreaders = [{readers}]\n"
        ),
    );
    sandbox
}

const REFERENCES: &str = "DB_USER=app\nDB_PASS=Zx81kQmv99Tr5LpWaa31\n\
                          DATABASE_URL=\"postgres://${DB_USER}:${DB_PASS}@db/shop\"\nDATA_DIR=\"$HOME/data\"\n";

#[test]
fn a_reference_to_a_variable_is_left_to_its_author() {
    let sandbox = sandbox(REFERENCES);
    let run = sandbox.envward("check .env --fix").success();
    assert!(!run.stderr.contains("fixed"), "{}", run.stderr);
    assert_eq!(sandbox.read(".env"), REFERENCES);
    let help = "= help: it refers to another variable, so --fix leaves it: keep it in double quotes for programs that \
                expand it, write it in single quotes if it is plain text, or write out what it stands for\n";
    assert_eq!(run.stdout.matches(help).count(), 2, "{}", run.stdout);
}

#[test]
fn a_reference_that_the_readers_expand_alike_is_no_error() {
    let together = project("\"bash\", \"compose\"", REFERENCES);
    let run = together.envward("check --fix").success();
    assert_eq!(together.read(".env.dev"), REFERENCES);
    let warning =
        "warning[dollar]: bash, compose: what follows $ in the value of DATABASE_URL would be expanded";
    assert!(run.stdout.contains(warning), "{}", run.stdout);
    let apart = project("\"bash\", \"docker\"", REFERENCES);
    let error = "error[dollar]: bash: what follows $ in the value of DATABASE_URL would be expanded";
    apart.envward("check --fix").code(1).stdout_has(error);
    assert_eq!(apart.read(".env.dev"), REFERENCES);
}
