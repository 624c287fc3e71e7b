//! `envward explain`: who reads what, why, and what to write instead.

use crate::support::{Sandbox, on_a_terminal};

/// A value that must never show.
const CANARY: &str = "cAnArY7Zr2vLxW5kTb9Yc";

fn sandbox(file: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(".env", file);
    sandbox
}

fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "envward.toml",
        "[project]\nname = \"app\"\ndefault = \"production\"\n[vars.A]\n\
         [environments.production]\nreaders = [\"docker\", \"python-dotenv\"]\n[environments.staging]\n",
    );
    sandbox
}

#[test]
fn the_readers_of_the_manifest_are_asked_about_the_env_file() {
    let sandbox = project();
    sandbox.write(".env.production", format!("A=1\nB={CANARY}  # one\n"));
    let run = sandbox.envward("explain").code(1);
    insta::assert_snapshot!(run.stdout, @r"
    .env.production: 1 of 2 variables is not read alike by docker, python-dotenv

    B (line 2)
      as written  python-dotenv
      another     docker
      docker: the comment would be taken for part of the value of B
      = help: move the comment to a line of its own above, or run envward check --fix

    read alike by all: A
    ");
    assert_eq!(run.stderr, "");
    sandbox.write(".env.production", format!("A=1\nB={CANARY}\n"));
    sandbox
        .envward("explain")
        .success()
        .stdout(".env.production: every variable is read as it is written by docker, python-dotenv\n\nread alike by all: A, B\n");
}

#[test]
fn no_manifest_is_needed_and_the_most_common_readers_are_asked() {
    let run = sandbox("A=x y\nB=1\n").envward("explain --file .env").code(1);
    assert!(
        run.stdout.starts_with(".env: 2 of 2 variables are not read alike by docker, compose, "),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("dotenvy refuses the whole file and gets nothing\n  line 1: A, "),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("= help: write it in single quotes, or run envward check --fix"),
        "{}",
        run.stdout
    );
    sandbox("").envward("explain").code(3).stderr(
        "error: no envward.toml here or above says which env file\n\
         help: name the file, which needs no manifest: envward explain --file .env\n",
    );
}

#[test]
fn one_variable_can_be_asked_for() {
    let sandbox = sandbox("A=x#y\nPORT=80\n");
    let run = sandbox.envward("explain PORT --file .env --readers node-dotenv,bash").success();
    assert_eq!(
        run.stdout,
        ".env: every variable is read as it is written by node-dotenv, bash\n\nread alike by all: PORT\n"
    );
    sandbox
        .envward("explain A --file .env --readers node-dotenv,bash")
        .code(1)
        .stdout_has("node-dotenv: the value of A would end at the #");
    sandbox
        .envward("explain POTR --file .env --readers bash")
        .code(1)
        .stdout("")
        .stderr("error: no reader sees POTR in .env\nhelp: did you mean PORT?\n");
    sandbox
        .envward(&format!("explain A={CANARY} --file .env"))
        .code(2)
        .stdout("")
        .stderr_has("A=… is not a name");
}

#[test]
fn a_file_that_the_strict_reader_refuses_is_explained() {
    let sandbox = sandbox(&format!("A = {CANARY}\nB=1\n<<<<<<< HEAD\nC=2\nB=3\n"));
    let run = sandbox.envward("explain --file .env --readers docker,podman,python-dotenv,bash").code(1);
    insta::assert_snapshot!(run.stdout, @r#"
    .env: 4 of 4 variables are not read alike by docker, podman, python-dotenv, bash

    docker refuses the whole file and gets nothing
      line 1: there is a blank beside =
      line 3: this line is the mark of an unfinished merge

    A
      one value   python-dotenv
      absent      podman, bash
      podman, python-dotenv, bash: there is a blank beside =
      = help: write NAME=value without blanks around =, or run envward check --fix

    C (line 4)
      as written  podman, python-dotenv
      absent      bash
      bash: line 3: this line is the mark of an unfinished merge
      = help: finish the merge: most programs read the lines of both sides

    B (line 5)
      as written  podman, python-dotenv
      another     bash
      bash: this name was already set on line 2
      = help: keep one of the lines: some readers take the first, others the last

    "A "
      one value   podman
      absent      python-dotenv, bash
      podman, python-dotenv, bash: there is a blank beside =
      = help: write NAME=value without blanks around =, or run envward check --fix
    "#);
    let report =
        sandbox.envward("explain A --file .env --readers podman,python-dotenv --format json").code(1).json();
    assert_eq!(
        report,
        serde_json::json!({"version": 1, "file": ".env", "variables": [{"variable": "A", "portable": false, "readers": [
            {"reader": "podman", "absent": true},
            {"reader": "python-dotenv", "same_as": 1},
        ]}]})
    );
}

#[test]
fn what_is_lost_because_of_another_line_is_told_in_one_line() {
    let sandbox = sandbox("A=<x>\nB=1\nC=2\n");
    let run = sandbox.envward("explain --file .env --readers docker,bash").code(1);
    assert!(
        run.stdout.ends_with("\n\nbash, lost since line 1, because of a shell operator in its value: B, C\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn values_show_only_where_they_were_asked_for() {
    let sandbox =
        sandbox(&format!("export A={CANARY} # {CANARY}\nB='{CANARY}\nC={CANARY}\\\nD=$(x {CANARY})\n"));
    for format in ["human", "json"] {
        for readers in ["docker,podman,compose", "bash,systemd,node-dotenv", "python-dotenv,dotenvy"] {
            let run =
                sandbox.envward(&format!("explain --file .env --readers {readers} -vv --format {format}"));
            let shown = format!("{}{}", run.stdout, run.stderr);
            assert!(!shown.contains("cAnArY"), "{readers}: {shown}");
            assert!(run.code == Some(1), "{readers}: {:?} {shown}", run.code);
        }
    }
    sandbox
        .envward("explain --file .env --show-values")
        .code(2)
        .stdout("")
        .stderr_has("--show-values shows values to people on a terminal only");
    sandbox.write(".env", format!("A={CANARY}\n"));
    let json = sandbox.envward("explain A --file .env --readers podman,compose --show-values --format json");
    assert!(json.stdout.contains(&format!("\"value\":\"{CANARY}\"")), "{}", json.stdout);
}

#[test]
fn on_a_terminal_values_are_shown_on_request() {
    let sandbox = sandbox("A=x#y\u{1b}[2J\n");
    let arguments = ["explain", "--file", ".env", "--readers", "docker,node-dotenv"];
    let (code, shown) = on_a_terminal(&sandbox, &[], &arguments);
    assert!(code == Some(1) && !shown.contains("x#y"), "{shown}");
    let (code, shown) = on_a_terminal(&sandbox, &[], &[&arguments[..], &["--show-values"]].concat());
    assert!(code == Some(1) && shown.contains("x#y\\u{1b}[2J"), "{shown}");
}

#[test]
fn an_unknown_reader_is_a_mistake_with_a_suggestion() {
    let sandbox = sandbox("A=1\n");
    sandbox
        .envward("explain --file .env --readers docker,python-dotnev")
        .code(2)
        .stdout("")
        .stderr("error: no reader is called \"python-dotnev\"\nhelp: did you mean python-dotenv?\n");
    sandbox
        .envward("explain --file .env --readers dash")
        .code(2)
        .stderr("error: no reader is called \"dash\"\nhelp: did you mean sh?\n");
    sandbox
        .envward("explain --file .env --readers xyz")
        .code(2)
        .stderr_has("help: the readers are: docker, ");
}

#[test]
fn what_cannot_be_explained_ends_with_3_or_2() {
    let sandbox = project();
    sandbox.envward("explain").code(3).stderr_has(".env.production");
    sandbox.write("sealed.env", "A=ENC[AES256_GCM,data:x]\nsops_version=3.9.0\nsops_mac=x\n");
    sandbox.envward("explain --file sealed.env").code(2).stderr_has("is a sealed file");
}

#[test]
fn a_reader_that_prefers_the_process_is_said() {
    let run = sandbox("A=1\n").envward("explain --file .env --readers node-20,bash").success();
    assert_eq!(
        run.stderr,
        "note: with node-20, a variable that the process has already wins over the file\n"
    );
}

#[test]
fn a_reference_that_all_expand_alike_is_read_alike() {
    let sandbox = sandbox("DB_USER=app\nURL=\"postgres://${DB_USER}@db/shop\"\n");
    let readers = "compose,python-dotenv,bash,dotenv-expand";
    sandbox.envward(&format!("explain --file .env --readers {readers}")).success().stdout(
        ".env: every variable is read alike by compose, python-dotenv, bash, dotenv-expand\n\n\
             read alike by all: DB_USER, URL\n",
    );
    let run = sandbox.envward(&format!("explain --file .env --readers docker,{readers}")).code(1);
    insta::assert_snapshot!(run.stdout, @r"
    .env: 1 of 2 variables is not read alike by docker, compose, python-dotenv, bash, dotenv-expand

    URL (line 2)
      as written  none of them
      value 2     docker
      value 3     compose, python-dotenv, bash, dotenv-expand
      docker: the quotes would be taken for part of the value of URL
      compose, python-dotenv, bash, dotenv-expand: what follows $ in the value of URL would be expanded
      = help: it refers to another variable, so envward check --fix leaves it: keep it in double quotes for programs that expand it, write it in single quotes if it is plain text, or write out what it stands for

    read alike by all: DB_USER
    ");
}
