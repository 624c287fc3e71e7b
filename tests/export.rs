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
         help: these forms carry it, as does `run`: compose, docker-secrets, kubernetes, helm-values, systemd,\n  \
         systemd-credentials, github-env, github-output, jenkins, terraform-tfvars, railway, render, sh,\n  bash, \
         fish, powershell, nu, json, yaml, toml, java-properties\n",
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
fn an_unknown_format_is_refused() {
    let refused = sealed_shop().envward("export hjson").code(2).stderr_has("error: unrecognized subcommand");
    assert!(refused.stderr.contains("a similar subcommand exists: 'json'"), "{}", refused.stderr);
}

#[test]
fn every_value_that_a_form_cannot_carry_is_named() {
    let sandbox = crate::support::Sandbox::new();
    sandbox.write("app.env", "A=\"1\\n2\"\nB=x\nC=\"3\\n4\"\n");
    let run = sandbox.envward("export docker-env-file --file app.env").code(1).stdout("");
    let named: Vec<_> = run.stderr.lines().filter_map(|line| line.strip_prefix("error: ")).collect();
    let why =
        "cannot be written as docker-env-file: it spans lines, and a value of this form ends with its line";
    assert_eq!(named, [format!("A {why}"), format!("C {why}")]);
    let _ = run.stderr_has("help: these forms carry all of them, as does `run`: compose, ");
    sandbox.envward("export docker-env-file --file app.env --only B").success().stdout("B=x\n");
    sandbox.envward("export --except A,C docker-env-file --file app.env").success().stdout("B=x\n");
}

#[test]
fn kubernetes_keeps_secrets_apart_from_what_the_schema_says_is_none() {
    let sandbox = sealed_shop();
    sandbox.envward("export kubernetes -n prod").success().stderr("").stdout(
        "apiVersion: \"v1\"\nkind: \"ConfigMap\"\nmetadata:\n  name: \"shop\"\n  namespace: \"prod\"\n\
         data:\n  LOG_LEVEL: \"INFO\"\n---\n\
         apiVersion: \"v1\"\nkind: \"Secret\"\nmetadata:\n  name: \"shop\"\n  namespace: \"prod\"\n\
         type: \"Opaque\"\ndata:\n  API_KEY: \"a2V5LTE=\"\n  DB_PASSWORD: \"cGFzcy0x\"\n",
    );
    sandbox.envward("export kubernetes --name Shop").code(2).stdout("").stderr(
        "error: --name is not a name that a cluster takes\n\
         help: use lower-case letters, digits and dashes, at most 253 (RFC 1123)\n",
    );
}

#[test]
fn an_object_needs_a_name_where_no_project_has_one() {
    let sandbox = crate::support::Sandbox::new();
    sandbox.write("app.env", "A=1\n");
    let unnamed = sandbox.envward("export kubernetes --file app.env").code(2);
    let _ = unnamed.stderr_has("there is no project to name the object after").stderr_has("--name NAME");
    sandbox.envward("export kubernetes --file app.env --name web").success().stdout_has("name: \"web\"");
}

#[test]
fn docker_secrets_are_private_files_and_the_variables_that_name_them() {
    let sandbox = sealed_shop();
    sandbox
        .envward("export docker-secrets")
        .code(2)
        .stderr("error: docker-secrets is several files\nhelp: name a directory for them: --out DIR\n");
    sandbox
        .envward("export docker-secrets --out run")
        .success()
        .stdout("")
        .stderr("wrote 3 files into run\n");
    assert_eq!(sandbox.read("run/API_KEY"), "key-1");
    let variables =
        "API_KEY_FILE=/run/secrets/API_KEY\nDB_PASSWORD_FILE=/run/secrets/DB_PASSWORD\nLOG_LEVEL=INFO\n";
    assert_eq!(sandbox.read("run/secrets.env"), variables);
    for (path, expected) in [("run", 0o700), ("run/API_KEY", 0o600), ("run/secrets.env", 0o600)] {
        let mode = std::fs::metadata(sandbox.project().join(path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, expected, "{path}");
    }
}

#[test]
fn what_an_earlier_export_left_is_named_and_stays() {
    let sandbox = sealed_shop();
    sandbox.envward("export docker-secrets --out run").success().stderr("wrote 3 files into run\n");
    sandbox.write("run/README.md", "not envward's");
    sandbox.write("run/.API_KEY.tmp.4711.0", "key");
    sandbox.shell("mkdir run/nested");
    sandbox.envward("export docker-secrets --out run --except DB_PASSWORD").success().stderr(
        "wrote 2 files into run\n\
         warning: run also holds what this export did not write: .API_KEY.tmp.4711.0, DB_PASSWORD\n\
         help: the secret of a variable that is gone stays there until its file is removed\n",
    );
    assert_eq!(sandbox.read("run/DB_PASSWORD"), "pass-1");
}

#[test]
fn of_files_where_one_cannot_be_written_none_is() {
    let sandbox = sealed_shop();
    sandbox.write("plain", "");
    sandbox
        .envward("export docker-secrets --out plain")
        .code(2)
        .stdout("")
        .stderr("error: plain is a file\nhelp: name a directory: the form is several files\n");
    sandbox.shell("mkdir -p run/DB_PASSWORD");
    sandbox.envward("export systemd-credentials --out run").code(3).stdout("").stderr_has("run/DB_PASSWORD");
    assert!(!sandbox.has("run/API_KEY"));
    sandbox.shell("rmdir run/DB_PASSWORD; echo old > run/credentials.conf; chmod 600 run/credentials.conf; git add -f run");
    sandbox.envward("export systemd-credentials --out run").code(3).stderr_has("git tracks ");
    assert!(!sandbox.has("run/API_KEY"));
    sandbox.shell("git rm -q --cached run/credentials.conf; touch run/.gitkeep; git add -f run/.gitkeep");
    sandbox.envward("export systemd-credentials --out run").success().stderr("wrote 3 files into run\n");
}

#[test]
fn a_thousand_secrets_are_written_at_the_same_time() {
    let sandbox = crate::support::Sandbox::new();
    let variables: Vec<_> = (0..1000).map(|number| format!("V{number}=value-{number}")).collect();
    sandbox.write("app.env", variables.join("\n") + "\n");
    sandbox.shell("git init -q .");
    let run = sandbox.envward("export docker-secrets --file app.env --out run").success();
    run.stderr("wrote 1001 files into run\n");
    assert_eq!(sandbox.read("run/V999"), "value-999");
    assert!(sandbox.read("run/secrets.env").ends_with("V999_FILE=/run/secrets/V999\n"));
}

#[test]
fn github_env_prints_the_masks_and_appends_the_lines() {
    let mut sandbox = sealed_shop();
    sandbox.envward("export github-env").code(2).stdout("").stderr(
        "error: github-env is for a step of a CI system, and GITHUB_ENV is not set\n\
         help: run it in a step, or name the file to append to: --out FILE\n",
    );
    sandbox.write("step", "EARLIER=1");
    sandbox.set("GITHUB_ENV", sandbox.project().join("step").display().to_string());
    let run = sandbox.envward("export github-env").success().stderr("appended to step\n");
    assert_eq!(run.stdout, "::add-mask::key-1\n::add-mask::pass-1\n");
    let file = sandbox.read("step");
    let delimiter = file.lines().nth(1).unwrap().strip_prefix("API_KEY<<").unwrap();
    assert!(delimiter.len() >= 32, "{delimiter}");
    let expected = format!(
        "EARLIER=1\nAPI_KEY<<{delimiter}\nkey-1\n{delimiter}\nDB_PASSWORD<<{delimiter}\npass-1\n{delimiter}\n\
         LOG_LEVEL<<{delimiter}\nINFO\n{delimiter}\n"
    );
    assert_eq!(file, expected);
}

#[test]
fn masks_are_not_sent_into_a_file() {
    let mut sandbox = sealed_shop();
    sandbox.write("step", "");
    sandbox.set("GITHUB_ENV", sandbox.project().join("step").display().to_string());
    let program = env!("CARGO_BIN_EXE_envward");
    let said = sandbox.shell(&format!("{program} export github-env 2>&1 >> step || echo ended with $?"));
    assert_eq!(
        said,
        "error: standard output goes to a file, where the commands that mask the values are lost\n\
         help: leave the redirection out: the lines are appended to $GITHUB_ENV by themselves\nended with 2\n"
    );
    assert_eq!(sandbox.read("step"), "");
}

#[test]
fn what_is_set_in_a_running_shell_may_not_change_how_it_loads_code() {
    let sandbox = crate::support::Sandbox::new();
    sandbox.write("app.env", "LD_PRELOAD=/tmp/x.so\nA=1\n");
    for form in ["sh", "bash", "fish", "powershell", "nu", "azure-pipelines", "github-env --out step"] {
        let refused = sandbox.envward(&format!("export {form} --file app.env")).code(1).stdout("");
        let _ = refused.stderr_has("LD_PRELOAD").stderr_has("--allow-name LD_PRELOAD");
    }
    assert!(!sandbox.has("step"));
    let allowed = sandbox.envward("export sh --file app.env --allow-name LD_PRELOAD").success();
    assert_eq!(allowed.stdout, "export LD_PRELOAD='/tmp/x.so'\nexport A='1'\n");
    sandbox.envward("export json --file app.env").success().stdout_has("LD_PRELOAD");
}

#[test]
fn a_shell_evaluates_what_it_is_given() {
    let sandbox = sealed_shop();
    sandbox.envward_with_input(&["set", "CERT"], b"it's\n$(touch made)").success();
    let program = env!("CARGO_BIN_EXE_envward");
    for form in ["sh", "bash"] {
        let script = format!("eval \"$({program} export {form})\"; printf %s \"$CERT\"");
        let output = sandbox.command("bash").args(["-c", &script]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "it's\n$(touch made)");
    }
    assert!(!sandbox.has("made"));
}

#[test]
fn help_says_what_a_form_can_do() {
    let help = crate::support::Sandbox::new().envward("export kubernetes --help").success();
    for flag in ["--name", "--namespace", "--immutable", "--only", "--from", "--file", "--out"] {
        assert!(help.stdout.contains(flag), "{flag}: {}", help.stdout);
    }
}

/// The shop with two stores, whose addresses nobody has confirmed: nothing is asked of them.
fn shop_with_stores() -> crate::support::Sandbox {
    let sandbox = sealed_shop();
    let stores = "\n[stores.vault]\ntype = \"vault\"\naddress = \"https://vault.example.com\"\npath = \"{project}/{env}\"\n\
                  names = { API_KEY = \"api_key\" }\n\
                  [stores.aws]\ntype = \"aws-secrets-manager\"\nname = \"{project}/{env}\"\nregion = \"eu-central-1\"\n";
    let named = manifest("\"alice\", \"bob\"")
        .replace("[environments.production]", "[environments.production]\nstores = [\"vault\", \"aws\"]");
    sandbox.write("envward.toml", named + stores);
    sandbox
}

#[test]
fn an_external_secret_points_at_the_store_and_holds_no_secret() {
    let sandbox = shop_with_stores();
    let several = sandbox.envward("export external-secret").code(2).stdout("");
    let _ = several.stderr_has("several stores serve the environment").stderr_has("name one: vault, aws");
    let manifest = sandbox.envward("export external-secret --store vault -n prod").success().stdout;
    let reference = "      secretKey: \"API_KEY\"\n      remoteRef:\n        key: \"shop/production\"\n        \
                     property: \"api_key\"\n";
    assert!(manifest.contains(reference), "{manifest}");
    assert!(manifest.contains("  LOG_LEVEL: \"INFO\"\n"), "{manifest}");
    assert!(!manifest.contains("key-1") && !manifest.contains("pass-1"), "{manifest}");
}

#[test]
fn a_task_of_ecs_fetches_its_secrets() {
    let sandbox = shop_with_stores();
    let run = sandbox.envward("export ecs --account 123456789012 --store aws").success();
    let parts = run.json();
    assert_eq!(parts["environment"], serde_json::json!([{ "name": "LOG_LEVEL", "value": "INFO" }]));
    let arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/production:API_KEY::";
    assert_eq!(parts["secrets"][0], serde_json::json!({ "name": "API_KEY", "valueFrom": arn }));
    assert!(!run.stdout.contains("key-1"), "{}", run.stdout);
}

#[test]
fn a_template_is_filled_and_a_name_that_is_not_there_is_an_error() {
    let sandbox = sealed_shop();
    sandbox.write("app.conf.in", "level {{ LOG_LEVEL }}\nurl https://u:{{ DB_PASSWORD | url }}@db\n");
    sandbox.envward("export template app.conf.in --out app.conf").success().stderr("wrote app.conf\n");
    assert_eq!(sandbox.read("app.conf"), "level INFO\nurl https://u:pass-1@db\n");
    sandbox.write("app.conf.in", "{{ NOWHERE }}");
    sandbox.envward("export template app.conf.in").code(2).stdout("").stderr(
        "error: app.conf.in:1 names NOWHERE, which the environment does not have\n\
         help: set it, or write {{{{ where two braces are meant\n",
    );
    sandbox.write("app.conf.in", "x\n{{ DB_PASSWRD }}\n");
    sandbox.envward("export template app.conf.in").code(2).stdout("").stderr(
        "error: app.conf.in:2 names DB_PASSWRD, which the environment does not have\nhelp: did you mean DB_PASSWORD?\n",
    );
    sandbox.envward("export template missing.in").code(3).stdout("").stderr_has("missing.in");
}
