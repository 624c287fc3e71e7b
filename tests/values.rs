//! `get`, `set`, `unset`, `rename` and `list`: one value at a time, in the sealed file and in the env file.

use crate::support::Sandbox;
use crate::support::sealed::{project, seal};

const SEALED: &str = "secrets/production.enc.env";
const URL: &str = "postgresql://app:old@db:5432/app";
const VALUES: &[(&str, &str)] =
    &[("DB_USER", "app"), ("DB_PASSWORD", "old"), ("DATABASE_URL", URL), ("TOKEN", "t0ken")];
const ENV_FILE: &str = "# head\nDB_USER=app\nDB_PASSWORD='old' # why\nDATABASE_URL=postgresql://app:old@db:5432/app\nTOKEN=t0ken\n";

/// An environment that is an env file alone.
fn plain() -> Sandbox {
    let sandbox = project();
    sandbox.write(".env.production", ENV_FILE);
    sandbox
}

/// An environment that is sealed, with an env file beside it.
fn both() -> Sandbox {
    let sandbox = plain();
    seal(&sandbox, "production", VALUES);
    sandbox
}

fn set(sandbox: &Sandbox, arguments: &[&str], value: &str) -> crate::support::Run {
    let arguments: Vec<&str> = ["set"].iter().chain(arguments).copied().collect();
    sandbox.envward_with_input(&arguments, value.as_bytes())
}

#[test]
fn get_prints_the_value_and_one_newline() {
    plain().envward("get DB_PASSWORD").success().stdout("old\n").stderr("");
    both().envward("get DATABASE_URL").success().stdout(&format!("{URL}\n")).stderr("");
}

#[test]
fn get_reads_the_sealed_file_before_the_env_file() {
    let sandbox = both();
    sandbox.write(".env.production", ENV_FILE.replace("'old'", "other"));
    sandbox.envward("get DB_PASSWORD").success().stdout("old\n");
    sandbox.envward("get DB_PASSWORD --file .env.production").success().stdout("other\n");
}

#[test]
fn an_unknown_name_gets_a_suggestion() {
    both().envward("get DB_PASSWROD").code(1).stdout("").stderr(
        "error: secrets/production.enc.env has no variable DB_PASSWROD\nhelp: did you mean DB_PASSWORD?\n",
    );
}

#[test]
fn get_works_without_a_manifest_on_a_file_that_is_named() {
    let sandbox = Sandbox::new();
    sandbox.write("x.env", "A='one\ntwo'\n");
    sandbox.envward("get A --file x.env").success().stdout("one\ntwo\n");
    sandbox.envward("get A").code(3).stderr_has("error: no envward.toml here or above");
}

#[test]
fn set_changes_the_sealed_file_and_the_env_file_and_renders_the_whole_again() {
    let sandbox = both();
    set(&sandbox, &["DB_PASSWORD"], "p@ss\n").success().stdout("").stderr(
        "DATABASE_URL was rendered from its parts\n\
         DB_PASSWORD was set in secrets/production.enc.env and .env.production\n",
    );
    sandbox.envward("get DB_PASSWORD").success().stdout("p@ss\n");
    sandbox.envward("get DATABASE_URL").success().stdout("postgresql://app:p%40ss@db:5432/app\n");
    let expected = ENV_FILE.replace("'old'", "'p@ss'").replace("app:old", "app:p%40ss");
    assert_eq!(sandbox.read(".env.production"), expected);
}

#[test]
fn set_without_a_sealed_file_changes_that_line_of_the_env_file() {
    let sandbox = plain();
    set(&sandbox, &["TOKEN"], "it's\n").success().stderr("TOKEN was set in .env.production\n");
    assert_eq!(sandbox.read(".env.production"), ENV_FILE.replace("t0ken", "\"it's\""));
}

#[test]
fn setting_the_same_value_writes_nothing() {
    let sandbox = both();
    let before = (sandbox.read(SEALED), sandbox.read(".env.production"));
    set(&sandbox, &["TOKEN"], "t0ken").success().stderr("TOKEN has that value already\n");
    assert_eq!((sandbox.read(SEALED), sandbox.read(".env.production")), before);
}

#[test]
fn a_value_is_checked_before_it_is_written_and_never_shown() {
    let sandbox = both();
    let before = sandbox.read(SEALED);
    set(&sandbox, &["PORT"], "70000").code(1).stdout("").stderr(
        "error: the value of PORT is not a port\nhelp: use a number from 1 to 65535\nnote: nothing was written\n",
    );
    assert_eq!(sandbox.read(SEALED), before);
}

#[test]
fn nothing_on_standard_input_does_not_empty_what_is_required() {
    let sandbox = both();
    let before = sandbox.read(SEALED);
    set(&sandbox, &["TOKEN"], "").code(1).stdout("").stderr(
        "error: the value of TOKEN is empty, and required\nhelp: to take it out: envward unset TOKEN\nnote: nothing was written\n",
    );
    assert_eq!(sandbox.read(SEALED), before);
}

#[test]
fn a_value_that_no_environment_can_carry_is_refused_before_it_stops_every_run() {
    let sandbox = both();
    set(&sandbox, &["TOKEN"], "a\0b").code(1).stdout("").stderr(
        "error: the value of TOKEN holds a NUL byte, which no environment can carry\nnote: nothing was written\n",
    );
    sandbox.envward("get TOKEN").success().stdout("t0ken\n");
}

#[test]
fn a_path_cannot_move_the_cursor() {
    let run = plain().envward_with_input(&["get", "A", "--file", "no\u{1b}[31mpe"], b"").code(3);
    assert!(!run.stderr.contains('\u{1b}') && run.stderr.contains("no\\u{1b}[31mpe"), "{}", run.stderr);
}

#[test]
fn a_name_that_the_schema_does_not_know_needs_new_and_is_encrypted() {
    let sandbox = both();
    set(&sandbox, &["DB_PASWORD"], "secret-value").code(1).stderr(
        "error: the schema app has no variable DB_PASWORD\n\
         help: did you mean DB_PASSWORD? --new takes the name as it is\n",
    );
    let _ = set(&sandbox, &["EXTRA", "--new"], "secret-value").success();
    assert!(sandbox.read(SEALED).contains("EXTRA=ENC["));
    sandbox.envward("get EXTRA").success().stdout("secret-value\n");
    set(&sandbox, &["A-B", "--new"], "x").code(2).stderr_has("error: \"A-B\" is not a name");
}

#[test]
fn a_value_after_the_name_is_refused_and_only_the_name_is_repeated() {
    let sandbox = both();
    let expected = "error: TOKEN=… is not a name\n\
                    help: give the name alone: a value is read from a prompt or standard input, never from an argument\n";
    for command in ["set TOKEN=x1", "get TOKEN=x1", "unset TOKEN=x1", "rename TOKEN NEW=x1"] {
        let _ = sandbox.envward(command).code(2).stderr_has("=… is not a name\nhelp: give the name alone: ");
    }
    set(&sandbox, &["TOKEN=x1"], "x").code(2).stdout("").stderr(expected);
    sandbox.envward("generate --for TOKEN=x1").code(2).stdout("").stderr(expected);
    // What ends like base64 is no name followed by a value.
    let _ = sandbox.envward("get c2Vj/mV0==").code(2).stderr_has("error: =… is not a name");
}

#[test]
fn a_value_of_several_lines_stays_in_the_sealed_file() {
    let sandbox = both();
    set(&sandbox, &["TLS_KEY"], "one\ntwo\n").success().stderr(
        "note: the env file cannot carry TLS_KEY: it is in the sealed file only\n\
         TLS_KEY was set in secrets/production.enc.env\n",
    );
    let expected = format!("{ENV_FILE}# TLS_KEY: only in the sealed file (multi-line)\n");
    assert_eq!(sandbox.read(".env.production"), expected);
    sandbox.envward("get TLS_KEY").success().stdout("one\ntwo\n");
}

#[test]
fn without_a_sealed_file_such_a_value_is_refused_with_what_would_work() {
    let sandbox = plain();
    set(&sandbox, &["TLS_KEY"], "one\ntwo\n").code(1).stderr(
        "error: TLS_KEY was not written: it spans lines, and readers differ about every way to write that\n\
         help: seal the environment and set it there, store it as base64, or choose a value of letters, digits \
         and - _ .\n",
    );
    assert_eq!(sandbox.read(".env.production"), ENV_FILE);
}

#[test]
fn a_value_is_written_as_the_declared_readers_read_it() {
    let sandbox = Sandbox::new();
    let manifest = |readers: &str| {
        format!(
            "[project]\nname = \"app\"\ndefault = \"dev\"\n[environments.dev]\nreaders = [{readers}]\n[vars.A]\n"
        )
    };
    sandbox.write(".env.dev", "A=1\n");
    sandbox.write("envward.toml", manifest("\"docker\", \"python-dotenv\""));
    let _ = set(&sandbox, &["A"], "two words").success();
    assert_eq!(sandbox.read(".env.dev"), "A=two words\n");
    sandbox.write("envward.toml", manifest("\"docker\", \"bash\""));
    set(&sandbox, &["A"], "three more words")
        .code(1)
        .stderr_has("error: A was not written: docker reads this file and would take it for another value\n");
    assert_eq!(sandbox.read(".env.dev"), "A=two words\n");
}

#[test]
fn unset_removes_the_line_and_says_what_needed_it() {
    let sandbox = both();
    sandbox.envward("unset DB_USER").success().stderr(
        "DB_USER was removed from secrets/production.enc.env and .env.production\n\
         warning: DB_USER is required by the schema\n\
         warning: DATABASE_URL was rendered from DB_USER and still holds it\n",
    );
    assert_eq!(sandbox.read(".env.production"), ENV_FILE.replace("DB_USER=app\n", ""));
    let _ = sandbox.envward("get DB_USER").code(1);
    let _ = sandbox.envward("unset DB_USER").code(1);
}

#[test]
fn rename_keeps_the_value_and_its_place() {
    let sandbox = both();
    sandbox.envward("rename TOKEN API_TOKEN").code(1).stderr_has("has no variable API_TOKEN");
    sandbox
        .envward("rename TOKEN API_TOKEN --new")
        .success()
        .stderr("TOKEN is now API_TOKEN in secrets/production.enc.env and .env.production\n");
    sandbox.envward("get API_TOKEN").success().stdout("t0ken\n");
    assert_eq!(sandbox.read(".env.production"), ENV_FILE.replace("TOKEN=", "API_TOKEN="));
    sandbox.envward("rename API_TOKEN DB_USER").code(2).stderr_has("has a variable DB_USER already");
}

#[test]
fn list_shows_what_there_is_and_never_a_value() {
    let sandbox = project();
    sandbox.write(".env.production", "DB_USER=app\nDB_PASSWORD=changeme\nX=1\n");
    seal(
        &sandbox,
        "production",
        &[("DB_USER", "app"), ("DB_PASSWORD", "changeme"), ("X", "1"), ("PORT", "80")],
    );
    sandbox.envward("list").success().stderr("").stdout(
        "NAME          SECRET  STATE        TYPE          GROUP\n\
         DB_USER       -       set          string        -\n\
         DB_PASSWORD   secret  placeholder  string        database\n\
         DATABASE_URL  secret  missing      postgres-url  database\n\
         PORT          -       only sealed  port          -\n\
         TLS_KEY       secret  unset        string        -\n\
         TOKEN         secret  missing      string        -\n\
         X             secret  set          -             -\n",
    );
    let json = sandbox.envward("list --format json").success().json();
    assert_eq!(json["version"], 1);
    let port = serde_json::json!(
        {"variable": "PORT", "secret": false, "state": "only-sealed", "type": "port", "group": null}
    );
    assert_eq!(json["variables"][3], port);
}

#[test]
fn list_tells_what_a_condition_requires_from_what_it_does_not() {
    let sandbox = Sandbox::git();
    sandbox.write(
        "envward.toml",
        "[project]\nname = 'app'\ndefault = 'production'\n[environments.production]\n\
         [vars.MODE]\ndefault = 'smtp'\n\
         [vars.SMTP_PASSWORD]\nrequired = \"MODE == 'smtp'\"\n\
         [vars.API_KEY]\nrequired = \"MODE == 'api'\"\n\
         [vars.LIMIT]\nrequired = \"int(MODE) > 3\"\n\
         [vars.PORT]\nsource = 'environment'\n",
    );
    sandbox.write(".env.production", "X=1\n");
    sandbox.envward("list").success().stdout(
        "NAME           SECRET  STATE    TYPE    GROUP\n\
         MODE           secret  unset    string  -\n\
         SMTP_PASSWORD  secret  missing  string  -\n\
         API_KEY        secret  unset    string  -\n\
         LIMIT          secret  unclear  string  -\n\
         PORT           secret  unset    string  -\n\
         X              secret  set      -       -\n",
    );
    sandbox.write(".env.production", "MODE=api\n");
    sandbox
        .envward("list")
        .success()
        .stdout_has("SMTP_PASSWORD  secret  unset ")
        .stdout_has("API_KEY        secret  missing ");
}

#[test]
fn list_takes_a_file_without_a_manifest() {
    let sandbox = Sandbox::new();
    sandbox.write("x.env", "A=1\n");
    sandbox
        .envward("list x.env")
        .success()
        .stdout("NAME  SECRET  STATE  TYPE  GROUP\nA     secret  set    -     -\n");
}

#[test]
fn an_env_file_that_git_tracks_is_not_written() {
    let sandbox = plain();
    sandbox.shell("git add -f .env.production");
    let _ = set(&sandbox, &["TOKEN"], "other").code(3);
    assert_eq!(sandbox.read(".env.production"), ENV_FILE);
}

#[test]
fn an_env_file_that_cannot_be_read_says_where_without_the_line() {
    let sandbox = project();
    sandbox.write(".env.production", "DB_USER=app\nDB_PASSWORD hunter2\n");
    sandbox.envward("get DB_USER").code(3).stdout("").stderr(
        "error: .env.production:2:1: this line is neither a comment nor NAME=value\n\
         help: write NAME=value, or start the line with # to make it a comment\n",
    );
}
