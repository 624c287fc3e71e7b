//! `run`: what the command gets, what it never gets, and what stops it from being started.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use crate::support::shop::APP as MANIFEST;
use crate::support::{Run, Sandbox};

const SCHEMA: &str = "\
[vars.DB_PASSWORD]
min_length = 8

[vars.LOG_LEVEL]
type = \"enum\"
values = [\"INFO\", \"DEBUG\"]
secret = false
default = { production = \"INFO\", \"*\" = \"DEBUG\" }

[vars.PORT]
type = \"int\"
source = \"environment\"
secret = false
required = false
";

const ENV_FILE: &str = "DB_PASSWORD=correct-horse\nEXTRA='two words'\n";

fn write_manifest(sandbox: &Sandbox, manifest: &str) {
    sandbox.write("envward.toml", manifest);
    sandbox.write("app.toml", SCHEMA);
}

fn project(env_file: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    write_manifest(&sandbox, MANIFEST);
    sandbox.write(".env.production", env_file);
    sandbox
}

/// The environment that `env -0` got.
fn environment(run: &Run) -> BTreeMap<&str, &str> {
    run.stdout.split_terminator('\0').map(|variable| variable.split_once('=').unwrap()).collect()
}

#[test]
fn the_command_gets_exactly_the_callers_environment_and_the_values() {
    let sandbox =
        project(ENV_FILE).with("EXTRA", "from the caller").with("SOPS_AGE_KEY", "AGE-SECRET-KEY-1X");
    let run = sandbox.envward("run -- env -0").success().stderr("");
    let home = sandbox.home().display().to_string();
    let path = std::env::var("PATH").unwrap();
    let expected = BTreeMap::from([
        ("DB_PASSWORD", "correct-horse"),
        ("EXTRA", "two words"),
        ("LOG_LEVEL", "INFO"),
        ("HOME", &home),
        ("PATH", &path),
        ("ENVWARD_KEYRING", "off"),
        ("ENVWARD_TEST_ONLY_NOW", crate::support::NOW),
        ("ENVWARD_TEST_ONLY_SEED", "1"),
    ]);
    assert_eq!(environment(&run), expected);
}

#[test]
fn clean_leaves_only_the_values() {
    let sandbox = project(ENV_FILE);
    let run = sandbox.envward("run --clean -- env -0").success();
    let expected =
        BTreeMap::from([("DB_PASSWORD", "correct-horse"), ("EXTRA", "two words"), ("LOG_LEVEL", "INFO")]);
    assert_eq!(environment(&run), expected);
}

#[test]
fn no_identity_reaches_the_command() {
    let mut sandbox = project("DB_PASSWORD=correct-horse\nSOPS_AGE_KEY=AGE-SECRET-KEY-1FROMTHEFILE\n");
    for name in ["ENVWARD_IDENTITY", "ENVWARD_PASSPHRASE", "SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE"] {
        sandbox = sandbox.with(name, "AGE-SECRET-KEY-1FROMTHECALLER");
    }
    let run = sandbox.envward("run -- env").success();
    assert!(!run.stdout.contains("AGE-SECRET-KEY"), "{}", run.stdout);
    assert!(!run.stdout.contains("AGE_KEY"), "{}", run.stdout);
}

#[test]
fn what_the_platform_sets_wins_over_the_file() {
    let sandbox = project("DB_PASSWORD=correct-horse\nPORT=80\n");
    let _ = sandbox.envward("run -- printenv PORT").success().stdout("80\n");
    let sandbox = sandbox.with("PORT", "8080");
    let _ = sandbox.envward("run -- printenv PORT").success().stdout("8080\n");
    // Also without the rest of the caller's environment: the schema asks for it.
    let _ = sandbox.envward("run --clean -- env").success().stdout_has("PORT=8080\n");
}

#[test]
fn defaults_are_those_of_the_environment() {
    let sandbox = project(ENV_FILE);
    write_manifest(&sandbox, &format!("{MANIFEST}\n[environments.staging]\n"));
    sandbox.write(".env.staging", ENV_FILE);
    let _ = sandbox.envward("run -e staging -- printenv LOG_LEVEL").success().stdout("DEBUG\n");
    let sandbox = sandbox.with("ENVWARD_ENV", "staging");
    let _ = sandbox.envward("run -- printenv LOG_LEVEL").success().stdout("DEBUG\n");
    let _ = sandbox.envward("run -e production -- printenv LOG_LEVEL").success().stdout("INFO\n");
    let _ = sandbox
        .envward("run -e stagin -- true")
        .code(2)
        .stderr("envward: error: the manifest has no environment \"stagin\"\nenvward: help: did you mean \"staging\"?\n");
}

#[test]
fn it_is_the_command_same_process_same_exit_code() {
    let sandbox = project(ENV_FILE);
    let _ = sandbox.envward_with_input(&["run", "--", "sh", "-c", "exit 37"], b"").code(37);
    let envward = env!("CARGO_BIN_EXE_envward");
    let child = sandbox
        .command(envward)
        .args(["run", "--", "sh", "-c", "echo $$"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = child.id();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), pid.to_string());
}

#[test]
fn signals_reach_the_command_with_their_default_effect() {
    let sandbox = project(ENV_FILE);
    for signal in [15, 2, 1, 13] {
        let script = format!("kill -{signal} $$; sleep 60");
        let status = sandbox
            .command(env!("CARGO_BIN_EXE_envward"))
            .args(["run", "--", "sh", "-c", &script])
            .status()
            .unwrap();
        assert_eq!(status.signal(), Some(signal));
    }
}

#[test]
fn standard_input_and_arguments_pass_through_untouched() {
    let sandbox = project(ENV_FILE);
    let _ = sandbox.envward_with_input(&["run", "--", "cat"], b"a\0b\n").success().stdout("a\0b\n");
    let _ = sandbox
        .envward_with_input(&["run", "--", "printf", "%s|", "--only", "$DB_PASSWORD", "*", "-e"], b"")
        .success()
        .stdout("--only|$DB_PASSWORD|*|-e|");
}

#[test]
fn values_that_do_not_fit_the_schema_start_nothing() {
    let sandbox = project("DB_PASSWORD=short\nLOG_LEVEL=LOUD\n");
    let run = sandbox.envward_with_input(&["run", "--", "touch", "started"], b"").code(1).stdout("");
    assert!(!sandbox.has("started"));
    for line in run.stderr.lines() {
        assert!(line.starts_with("envward: "), "{line}");
    }
    for part in ["DB_PASSWORD", "LOG_LEVEL", "nothing was started"] {
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
    assert!(!run.stderr.contains("short") && !run.stderr.contains("LOUD"), "{}", run.stderr);
    let _ = sandbox.envward("run --no-check -- printenv LOG_LEVEL").success().stdout("LOUD\n");
}

#[test]
fn a_missing_variable_is_named() {
    let sandbox = project("EXTRA=1\n");
    let _ = sandbox
        .envward("run -- true")
        .code(1)
        .stderr_has("envward: error: DB_PASSWORD is not set, and required\n");
    sandbox.write(".env.production", "DB_PASSWORD=changeme\n");
    let _ = sandbox.envward("run -- true").code(1).stderr_has("DB_PASSWORD");
}

#[test]
fn only_and_except_choose_variables() {
    let sandbox = project(ENV_FILE);
    let run = sandbox.envward("run --clean --only DB_PASSWORD,LOG_LEVEL -- env -0").success();
    assert_eq!(environment(&run), BTreeMap::from([("DB_PASSWORD", "correct-horse"), ("LOG_LEVEL", "INFO")]));
    let run = sandbox.envward("run --clean --except DB_PASSWORD --except LOG_LEVEL -- env -0").success();
    assert_eq!(environment(&run), BTreeMap::from([("EXTRA", "two words")]));
    let _ = sandbox.envward("run --except DB_PASWORD -- true").code(2).stderr(
        "envward: error: --except names DB_PASWORD, which this environment does not have\n\
         envward: help: did you mean DB_PASSWORD?\n",
    );
}

#[test]
fn names_that_load_code_are_refused_unless_the_user_allows_them() {
    let groups = [
        ("LD_PRELOAD", "it makes the system's loader or C library load other code"),
        ("PATH", "it decides which programs are started"),
        ("BASH_ENV", "a shell runs code from it"),
        ("NODE_OPTIONS", "a language runtime loads code from it"),
        ("GIT_SSH_COMMAND", "git or ssh starts a program or reads other settings because of it"),
        ("EDITOR", "programs start what it names"),
        ("RUSTC_WRAPPER", "a build would run another compiler or other flags because of it"),
        ("SSL_CERT_FILE", "it decides whom TLS trusts"),
        ("AWS_ENDPOINT_URL", "it sends requests and credentials to another server"),
        ("XDG_CONFIG_HOME", "programs look for their settings there"),
    ];
    for (name, why) in groups {
        let sandbox = project(&format!("{ENV_FILE}{name}=canary\n"));
        let _ = sandbox.envward("run -- /bin/true").code(1).stdout("").stderr(&format!(
            "envward: error: {name} is refused: {why}\n\
             envward: help: if that is what you want, add: --allow-name {name}\n"
        ));
        let allowed = format!("run --allow-name {name} -- /usr/bin/env");
        let run = sandbox.envward(&allowed);
        assert!(run.success().stdout.contains(&format!("{name}=canary\n")), "{name}");
        // What is not handed over needs no permission.
        let _ = sandbox.envward(&format!("run --except {name} -- /bin/true")).success();
    }
}

#[test]
fn home_and_proxies_warn() {
    let sandbox = project(&format!("{ENV_FILE}HOME=/srv\nHTTPS_PROXY=http://proxy:3128\n"));
    let _ = sandbox.envward("run -- printenv HOME").success().stdout("/srv\n").stderr(
        "envward: warning: the environment sets HOME: programs look for their settings there\n\
         envward: warning: the environment sets HTTPS_PROXY: requests go through it\n",
    );
}

#[test]
fn the_command_is_found_with_the_callers_path() {
    let sandbox = project(&format!("{ENV_FILE}PATH=/nowhere\n"));
    let _ = sandbox.envward("run --allow-name PATH -- env").success().stdout_has("PATH=/nowhere\n");
}

#[test]
fn a_command_that_cannot_be_run_is_said() {
    let sandbox = project(ENV_FILE);
    let _ = sandbox.envward("run -- no-such-command").code(2).stdout("").stderr(
        "envward: error: cannot find the command \"no-such-command\"\n\
         envward: help: it was looked up in the PATH that envward was started with\n",
    );
    let _ = sandbox
        .envward_with_input(&["run", "--", "echo hello"], b"")
        .code(2)
        .stderr_has("give the command and its arguments as separate words");
    sandbox.write("script.sh", "#!/bin/sh\n");
    let _ = sandbox
        .envward("run -- ./script.sh")
        .code(2)
        .stderr_has("envward: error: cannot run \"./script.sh\": Permission denied");
}

#[test]
fn what_no_kernel_would_take_is_named() {
    let longest = "x".repeat(131_071 - "EXTRA=".len());
    let sandbox = project(&format!("DB_PASSWORD=correct-horse\nEXTRA={longest}\n"));
    let _ = sandbox.envward("run -- true").success();
    sandbox.write(".env.production", format!("DB_PASSWORD=correct-horse\nEXTRA={longest}y\n"));
    let _ = sandbox.envward("run -- true").code(1).stderr_has(
        "envward: error: EXTRA is too long to be handed to a program: NAME=value must stay under 131,072 bytes\n",
    );
}

#[test]
fn a_file_can_be_named_with_and_without_a_project() {
    let sandbox = Sandbox::new();
    sandbox.write("some.env", "A=1\n");
    let _ = sandbox.envward("run --file some.env --clean -- env").success().stdout("A=1\n").stderr("");
    let _ = sandbox.envward("run --file nothing.env -- env").code(3).stderr_has("nothing.env");
    // The project's schema applies to it.
    write_manifest(&sandbox, MANIFEST);
    let _ = sandbox.envward("run --file some.env -- env").code(1).stderr_has("DB_PASSWORD is not set");
}

#[test]
fn nothing_to_inject_is_an_error() {
    let sandbox = Sandbox::new();
    write_manifest(&sandbox, MANIFEST);
    let _ = sandbox
        .envward("run -- true")
        .code(3)
        .stderr_has("envward: error: environment production has no values: neither ")
        .stderr_has("envward: help: run: envward bootstrap -e production\n");
    let outside = Sandbox::new();
    let _ = outside
        .envward("run -- true")
        .code(3)
        .stderr("envward: error: no envward.toml here or above\nenvward: help: run: envward init\n");
}

#[test]
fn a_broken_env_file_is_an_error_that_does_not_show_the_line() {
    let sandbox = project("DB_PASSWORD=correct-horse\nEXTRA=\"canary\n");
    let run = sandbox.envward("run --no-check -- true").code(3).stdout("");
    assert!(run.stderr.starts_with("envward: error: ") && run.stderr.contains(":2:"), "{}", run.stderr);
    assert!(!run.stderr.contains("canary"), "{}", run.stderr);
}

#[test]
fn nothing_is_written() {
    let sandbox = project(ENV_FILE);
    let listing = "find .. -printf '%p %s %T@\\n' | sort";
    let before = sandbox.shell(listing);
    let _ = sandbox.envward("run -- true").success();
    assert_eq!(sandbox.shell(listing), before);
}

/// A project whose environment is sealed, without its env file.
fn sealed() -> Sandbox {
    let sandbox = Sandbox::git();
    sandbox.write("../app.toml", SCHEMA);
    let _ = sandbox.envward("init --schema ../app.toml").success();
    sandbox.write(".env.production", ENV_FILE);
    let _ = sandbox.envward("seal").success();
    sandbox.shell("mv .env.production ../plain");
    sandbox
}

#[test]
fn a_sealed_file_is_opened_and_its_key_stays_behind() {
    let sandbox = sealed();
    let run = sandbox.envward("run --clean -- env -0").success().stderr("");
    let expected =
        BTreeMap::from([("DB_PASSWORD", "correct-horse"), ("EXTRA", "two words"), ("LOG_LEVEL", "INFO")]);
    assert_eq!(environment(&run), expected);
    let key = std::fs::read_to_string(sandbox.home().join(".config/envward/keys.txt")).unwrap();
    let key = key.lines().last().unwrap();
    sandbox.shell("rm ../home/.config/envward/keys.txt");
    let sandbox = sandbox.with("ENVWARD_IDENTITY", key);
    let run = sandbox.envward("run -- env").success();
    assert!(run.stdout.contains("DB_PASSWORD=correct-horse\n"));
    assert!(!run.stdout.contains("AGE-SECRET-KEY") && !run.stdout.contains("ENVWARD_IDENTITY"));
}

#[test]
fn without_a_key_nothing_is_started() {
    let sandbox = sealed();
    sandbox.shell("rm ../home/.config/envward/keys.txt");
    let run = sandbox.envward_with_input(&["run", "--", "touch", "started"], b"").code(4);
    assert!(run.stderr.starts_with("envward: error: "), "{}", run.stderr);
    assert!(run.stderr.contains("there is no identity to decrypt with"), "{}", run.stderr);
    assert!(!sandbox.has("started"));
}

#[test]
fn a_changed_sealed_file_starts_nothing_also_without_the_check() {
    let sandbox = sealed();
    sandbox.shell("sed -i 's/^EXTRA=/EXTRO=/' secrets/production.enc.env");
    for flags in ["run", "run --no-check"] {
        let run = sandbox.envward(&format!("{flags} -- touch started")).code(4);
        assert!(run.stderr.starts_with("envward: error: "), "{}", run.stderr);
        assert!(!sandbox.has("started"));
    }
}

#[test]
fn the_sealed_file_wins_over_an_env_file_that_differs() {
    let sandbox = sealed();
    sandbox.write(".env.production", ENV_FILE);
    let _ = sandbox.envward("run -- printenv EXTRA").success().stdout("two words\n").stderr("");
    sandbox.write(".env.production", ENV_FILE.replace("two", "canary"));
    let _ = sandbox.envward("run -- printenv EXTRA").success().stdout("two words\n").stderr(
        "envward: warning: the sealed file is used; the env file differs in EXTRA\n\
         envward: help: take its changes over with: envward seal\n",
    );
}

#[test]
fn a_schema_cannot_smuggle_a_name_in_as_a_default() {
    let sandbox = project(ENV_FILE);
    sandbox.write("app.toml", format!("{SCHEMA}\n[vars.NODE_OPTIONS]\ndefault = \"--require ./x.js\"\n"));
    let _ = sandbox.envward("run -- true").code(1).stderr_has("NODE_OPTIONS is refused");
    // The user's own is not the schema's.
    let sandbox = sandbox.with("NODE_OPTIONS", "--no-warnings");
    sandbox.write("app.toml", SCHEMA);
    let _ = sandbox.envward("run -- printenv NODE_OPTIONS").success().stdout("--no-warnings\n");
}
