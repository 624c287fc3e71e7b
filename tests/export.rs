//! `envward export`: the environment for other programs.

use std::os::unix::fs::PermissionsExt;

use crate::support::shop::{ENV, manifest, sealed_shop, shop};

#[test]
fn json_is_an_object_of_texts() {
    let sandbox = sealed_shop();
    sandbox
        .envward("export json")
        .success()
        .stdout(
            "{\n  \"API_KEY\": \"key-1\",\n  \"DB_PASSWORD\": \"pass-1\",\n  \"LOG_LEVEL\": \"INFO\"\n}\n",
        )
        .stderr("");
}

#[test]
fn dotenv_is_what_every_reader_reads_alike() {
    let sandbox = sealed_shop();
    sandbox.envward_with_input(&["set", "API_KEY"], b"a $b").success();
    sandbox.envward("export dotenv").success().stdout("API_KEY='a $b'\nDB_PASSWORD=pass-1\nLOG_LEVEL=INFO\n");
}

#[test]
fn defaults_are_filled_in_and_what_the_platform_sets_is_left_out() {
    let sandbox = shop();
    let more = "[vars.PORT]\nsource = \"environment\"\ndefault = \"80\"\n\
                [vars.MODE]\nsecret = false\ndefault = \"fast\"\n";
    sandbox.write("envward.toml", manifest("\"alice\"") + more);
    let sandbox = sandbox.with("PORT", "8080");
    let expected = "API_KEY=key-1\nDB_PASSWORD=pass-1\nLOG_LEVEL=INFO\nMODE=fast\n";
    sandbox.envward("export dotenv").success().stdout(expected);
}

#[test]
fn a_value_that_dotenv_cannot_carry_is_named_with_the_format_that_can() {
    let sandbox = sealed_shop();
    sandbox.envward_with_input(&["set", "CERT"], b"-----BEGIN-----\nabc\n").success();
    sandbox.envward("export dotenv --out app.env").code(1).stdout("").stderr(
        "error: CERT cannot be written as dotenv: it spans lines, and readers differ about every way to write that\n\
         help: use `export json` or `run`, which carry every value\n",
    );
    assert!(!sandbox.has("app.env"));
    sandbox.envward("export json").success().stdout_has("\"CERT\": \"-----BEGIN-----\\nabc\"");
}

#[test]
fn a_file_is_written_for_the_user_alone() {
    let sandbox = sealed_shop();
    sandbox.envward("export dotenv --out .env.docker").success().stdout("").stderr("wrote .env.docker\n");
    assert_eq!(sandbox.read(".env.docker"), ENV.lines().skip(1).collect::<Vec<_>>().join("\n") + "\n");
    let mode = std::fs::metadata(sandbox.project().join(".env.docker")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_file_that_git_tracks_is_not_written() {
    let sandbox = sealed_shop();
    sandbox.write("app.env", "old\n");
    sandbox.shell("git add -f app.env");
    sandbox.envward("export dotenv --out app.env").code(3).stderr_has("git tracks ");
    assert_eq!(sandbox.read("app.env"), "old\n");
}

#[test]
fn what_does_not_fit_the_schema_is_not_written() {
    let sandbox = shop();
    sandbox.write(".env.production", "API_KEY=key-1\nLOG_LEVEL=INFO\n");
    sandbox.envward("export json").code(1).stdout("").stderr(
        "error: DB_PASSWORD is not set, and required\nhelp: nothing was written; see more with: envward check\n",
    );
}

#[test]
fn a_file_outside_of_any_project_can_be_exported() {
    let sandbox = crate::support::Sandbox::new();
    sandbox.write("app.env", "A='1 2'\n");
    sandbox.envward("export json --file app.env").success().stdout("{\n  \"A\": \"1 2\"\n}\n");
}

#[test]
fn an_unknown_format_is_refused_with_those_there_are() {
    sealed_shop().envward("export yaml").code(2).stderr_has("[possible values: dotenv, json]");
}
