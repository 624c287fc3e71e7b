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

#[test]
fn what_is_no_env_file_is_not_touched() {
    let sandbox = sandbox("");
    for (bytes, reason) in [
        (&b"\x89PNG\r\n\x1a\n\0\0A=1 \r\n"[..], "it is not text in UTF-8 without NUL"),
        (b"A=1\r\nB=\xff\r\n", "it is not text in UTF-8 without NUL"),
        (b"A=1 \r\n\0", "it is not text in UTF-8 without NUL"),
    ] {
        sandbox.write("logo.png", bytes);
        sandbox.shell("chmod 644 logo.png");
        sandbox
            .envward("check logo.png --fix")
            .code(1)
            .stderr_has(&format!("warning: logo.png: not repaired, because {reason}\n"));
        assert_eq!(std::fs::read(sandbox.project().join("logo.png")).unwrap(), bytes);
        assert_eq!(sandbox.shell("stat -c %a logo.png"), "644\n");
    }
    let mode = sandbox.shell("stat -c %a /dev/null");
    let run = sandbox.envward("check /dev/null --fix");
    assert_eq!(sandbox.shell("stat -c %a /dev/null"), mode);
    assert!(!run.stderr.contains("fixed"), "{}", run.stderr);
}

#[test]
fn what_fix_does_about_export_is_said() {
    let sandbox = sandbox("export A=1\n");
    sandbox.envward("check .env --fix").success().stdout_has(
        "= help: remove export; a shell that needs it reads the file after set -a. --fix removes it where readers are \
         declared and one of them refuses it\n",
    );
    sandbox.envward("check .env --readers systemd").code(1).stdout_has(
        "= help: remove export, or use --fix; a shell that needs it reads the file after set -a\n",
    );
    let fixed = "fixed .env: line 1: A: removed export\n";
    sandbox.envward("check .env --fix --readers systemd").success().stderr_has(fixed);
    assert_eq!(sandbox.read(".env"), "A=1\n");
    let unknown = "error: no reader is called \"dash\"\nhelp: did you mean sh?\n";
    sandbox.envward("check .env --readers dash").code(2).stderr(unknown);
}

#[test]
fn a_byte_order_mark_hides_no_variable_and_fix_removes_it() {
    let sandbox = sandbox("\u{feff}DB_PASS=Zx81kQmv99Tr5LpWq7Rb2NcV\n");
    sandbox.write("schema.toml", "[vars.DB_PASS]\n");
    let run = sandbox.envward("check .env --schema schema.toml").code(1);
    insta::assert_snapshot!(run.stdout, @r"
    error[byte-order-mark]: the file starts with a byte order mark
     --> .env:1:1
      |
    1 | DB_PASS=••••••••
      | ^
      |
      = help: save the file as UTF-8 without a byte order mark, or use --fix

    .env: 1 error
    ");
    sandbox.envward("check .env --schema schema.toml --fix").success().stdout(".env: nothing found\n");
    assert_eq!(sandbox.read(".env"), "DB_PASS=Zx81kQmv99Tr5LpWq7Rb2NcV\n");
}
