//! `envward import`: other tools' files into the environment. The files of `tests/fixtures/import` were made by the
//! tools themselves, or by `write_sops.py` beside them.

use std::fs;
use std::path::Path;

use crate::support::Sandbox;
use crate::support::shop::{ALICE, APP, ENV, sealed_shop, shop};

/// A project of Alice's with these variables and no values.
fn project(vars: &str) -> Sandbox {
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", ALICE);
    sandbox.write("envward.toml", APP);
    sandbox.write("app.toml", vars);
    sandbox.write(".gitignore", ".env*\n.envward/\n");
    sandbox
}

/// The schema of a project that has these variables, all of them secret, and all that are not empty required.
fn vars(names: &[&str]) -> String {
    names.iter().fold(String::new(), |text, name| {
        let required = if *name == "EMPTY" { "required = false\n" } else { "" };
        text + &format!("[vars.{name}]\n{required}")
    })
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name)).unwrap()
}

/// The environment as a program gets it.
fn exported(sandbox: &Sandbox) -> serde_json::Value {
    serde_json::from_str(&sandbox.envward("export json").success().stdout).unwrap()
}

#[test]
fn a_plan_is_shown_by_name_and_a_dry_run_writes_nothing() {
    let sandbox = shop();
    sandbox.write("app.json", r#"{"API_KEY": "key-1", "REGION": "eu", "LOG_LEVEL": "INFO"}"#);
    sandbox
        .envward("import app.json --dry-run")
        .success()
        .stdout("")
        .stderr("  create    REGION\nnothing was written (--dry-run)\n");
    assert_eq!(sandbox.read(".env.production"), ENV);
    sandbox
        .envward("import app.json --yes")
        .success()
        .stderr("  create    REGION\nimported app.json into .env.production\nnext: envward check\n");
    assert_eq!(sandbox.read(".env.production"), format!("{ENV}REGION=eu\n"));
    sandbox.envward("import app.json --yes").success().stderr(".env.production has all of it already\n");
}

#[test]
fn nobody_is_asked_without_a_terminal_and_nothing_is_written() {
    let sandbox = shop();
    sandbox.write("app.json", r#"{"REGION": "eu"}"#);
    sandbox.envward("import app.json").code(2).stderr(
        "error: import asks before it writes, and nobody can be asked\n\
         help: --yes writes without asking, --dry-run only shows the plan\n",
    );
    assert_eq!(sandbox.read(".env.production"), ENV);
}

#[test]
fn another_value_is_a_conflict_unless_it_may_be_overwritten() {
    let sandbox = sealed_shop();
    sandbox.write("app.json", r#"{"API_KEY": "key-2", "DB_PASSWORD": "pass-2", "REGION": "eu"}"#);
    sandbox.envward("import app.json --yes").code(6).stderr(
        "  create    REGION\n  conflict  API_KEY, DB_PASSWORD\n\
         error: the environment has other values; nothing was written: API_KEY, DB_PASSWORD\n\
         help: take those of the file with --overwrite NAME,… or --overwrite all\n",
    );
    sandbox.envward("import app.json --yes --overwrite API_KEY").code(6).stderr_has("written: DB_PASSWORD\n");
    sandbox.envward("get REGION").code(1);
    sandbox.envward("import app.json --yes --overwrite API_KYE").code(2).stderr(
        "error: --overwrite names API_KYE, which app.json does not have\nhelp: did you mean API_KEY?\n",
    );
    sandbox
        .envward("import app.json --yes --overwrite all")
        .success()
        .stderr_has("imported app.json into secrets/production.enc.env and .env.production\n");
    sandbox.envward("get DB_PASSWORD").success().stdout("pass-2\n");
    sandbox.envward("verify").success();
}

#[test]
fn a_placeholder_is_no_value_that_could_be_lost() {
    let sandbox = shop();
    sandbox.write(".env.production", "API_KEY=changeme\nDB_PASSWORD=\nLOG_LEVEL=INFO\n");
    sandbox.write("app.json", r#"{"API_KEY": "key-2", "DB_PASSWORD": "pass-2"}"#);
    sandbox.envward("import app.json --yes").success().stderr_has("  update    API_KEY, DB_PASSWORD\n");
    assert_eq!(sandbox.read(".env.production"), "API_KEY=key-2\nDB_PASSWORD=pass-2\nLOG_LEVEL=INFO\n");
}

#[test]
fn an_unknown_name_and_a_value_that_does_not_fit_keep_the_whole_file_out() {
    let sandbox = project("[vars.PORT]\ntype = \"port\"\n[vars.API_KEY]\n");
    sandbox.write("app.json", r#"{"API_KYE": "k", "PORT": "hunter2", "OTHER_THING": "x"}"#);
    sandbox.envward("import app.json --yes").code(1).stderr(
        "error: the value of PORT is not a port\nhelp: use a number from 1 to 65535\n\
         error: the schema app has no variables API_KYE, OTHER_THING\n\
         help: for API_KYE, did you mean API_KEY?\n\
         help: --new takes them as they are\n\
         note: nothing was written\n\
         help: leave out what cannot be taken with --skip NAME,… or --skip all\n",
    );
    assert!(!sandbox.has(".env.production"));
    sandbox.envward("import app.json --yes --new --skip PORT").success();
    assert_eq!(sandbox.read(".env.production"), "API_KYE=k\nOTHER_THING=x\n");
    sandbox.envward("import app.json --yes --skip all").code(1).stderr_has("note: left out: ");
}

#[test]
fn what_is_no_value_is_named_with_the_next_step() {
    let sandbox = shop();
    sandbox.write("app.env", "API_KEY=op://vault/shop/key\nREGION=eu\n");
    sandbox.envward("import app.env --yes").code(1).stderr(
        "error: API_KEY is a reference to 1Password, not the value\n\
         help: leave it out with --skip, and give its value with: envward set NAME\n\
         note: nothing was written\n\
         help: leave out what cannot be taken with --skip NAME,… or --skip all\n",
    );
    sandbox.envward("import app.env --yes --skip API_KEY").success();
    assert_eq!(sandbox.read(".env.production"), format!("{ENV}REGION=eu\n"));
}

#[test]
fn a_name_that_no_shell_can_hold_is_left_out_and_found() {
    let sandbox = shop();
    let secret = "apiVersion: v1\nkind: Secret\nstringData:\n  REGION: eu\n  tls.crt: x\n";
    sandbox.write("secret.yaml", secret);
    sandbox.envward("import secret.yaml --yes").code(1).stderr(
        "warning: tls.crt was left out: it is no name of a variable\n\
         help: --flatten takes it as TLS_CRT\n\
         note: left out: tls.crt\n\
         \u{20} create    REGION\n\
         imported secret.yaml into .env.production\n\
         next: envward check\n",
    );
}

#[test]
fn a_file_of_dotenvx_gives_what_dotenvx_gave() {
    let sandbox =
        project(&vars(&["DATABASE_URL", "API_KEY", "LOG_LEVEL", "GREETING", "CERT", "PRICE", "EMPTY"]));
    sandbox.write("old/.env.production", fixture("dotenvx.env.production"));
    sandbox.envward("import old/.env.production --yes").code(4).stderr(
        "error: old/.env.production: there is no private key for it\n\
         help: set DOTENV_PRIVATE_KEY_PRODUCTION, or have .env.keys beside the file\n",
    );
    sandbox.write("old/.env.keys", fixture("dotenvx.env.keys"));
    sandbox.write(".env.production", "LOG_LEVEL=info\n");
    sandbox.envward("import old/.env.production --yes").code(1).stderr_has(
        "error: .env.production cannot carry CERT\nhelp: a sealed file can: run envward seal, and import again\n",
    );
    assert_eq!(sandbox.read(".env.production"), "LOG_LEVEL=info\n");
    sandbox.envward("seal").success();
    sandbox.envward("import old/.env.production --yes").success();
    let mut expected: serde_json::Value = serde_json::from_slice(&fixture("dotenvx.expected.json")).unwrap();
    expected.as_object_mut().unwrap().remove("DOTENV_PUBLIC_KEY_PRODUCTION");
    assert_eq!(exported(&sandbox), expected);
}

#[test]
fn a_key_of_dotenvx_that_does_not_fit_or_is_none_shows_no_value() {
    let sandbox = shop().with("DOTENV_PRIVATE_KEY_PRODUCTION", "11".repeat(32));
    sandbox.write(".env.production", "");
    sandbox.write("old.env", fixture("dotenvx.env.production"));
    sandbox.envward("import old.env --yes").code(4).stderr(
        "error: old.env: cannot be decrypted with the private key: DATABASE_URL, API_KEY, LOG_LEVEL, GREETING, CERT, PRICE,\n\
         \u{20} EMPTY\nhelp: they were encrypted to another key, or changed\n",
    );
    for (key, expected) in [
        ("hunter2", "error: old.env: DOTENV_PRIVATE_KEY_PRODUCTION is not a private key of dotenvx\n"),
        ("locked:02ab:hunter2", "error: old.env: the private key in DOTENV_PRIVATE_KEY_PRODUCTION is locked"),
    ] {
        let sandbox = shop().with("DOTENV_PRIVATE_KEY_PRODUCTION", key);
        sandbox.write("old.env", fixture("dotenvx.env.production"));
        let run = sandbox.envward("import old.env --yes").code(4).stderr_has(expected);
        assert!(!run.stderr.contains("hunter2"));
    }
}

#[test]
fn what_dotenvx_puts_together_when_it_reads_is_named() {
    let sandbox = shop();
    let file = "DOTENV_PUBLIC_KEY=\"02ab\"\nAPI_KEY=\"a${B}\"\nREGION='a${B}'\nCERT=\"$(id)\"\n";
    sandbox.write("old.env", file);
    let run = sandbox.envward("import old.env --yes").code(1);
    let said = run.stderr_has("error: API_KEY is put together by dotenvx from `$…` in it\n");
    said.stderr_has("error: CERT is put together by dotenvx");
    sandbox.envward("import old.env --yes --skip API_KEY,CERT").success();
    sandbox.envward("get REGION").success().stdout("a${B}\n");
}

const FLAT: [&str; 10] = [
    "DATABASE_URL",
    "PORT",
    "RATIO",
    "DEBUG",
    "GREETING",
    "CERT",
    "EMPTY",
    "LEVEL_unencrypted",
    "WORKERS_unencrypted",
    "VERBOSE_unencrypted",
];

#[test]
fn yaml_and_json_of_sops_are_verified_and_taken() {
    let expected = serde_json::json!({
        "DATABASE_URL": "postgresql://shop:p@ss@db:5432/shop", "PORT": "8080", "RATIO": "0.25", "DEBUG": "true",
        "GREETING": "Grüße, \"Welt\" # $HOME",
        "CERT": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "EMPTY": "",
        "LEVEL_unencrypted": "info", "WORKERS_unencrypted": "4", "VERBOSE_unencrypted": "false",
    });
    for name in ["flat.sops.yaml", "flat.sops.json"] {
        let sandbox = project(&vars(&FLAT));
        sandbox.write(".env.production", "PORT=8080\n");
        sandbox.envward("seal").success();
        sandbox.write(name, fixture(name));
        sandbox.envward(&format!("import {name} --yes")).success();
        assert_eq!(exported(&sandbox), expected, "{name}");
    }
}

#[test]
fn a_change_in_yaml_of_sops_breaks_the_seal() {
    let sandbox = project(&vars(&FLAT));
    let text = String::from_utf8(fixture("flat.sops.yaml")).unwrap();
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    let (port, ratio) = (line("PORT"), line("RATIO"));
    let swapped = text.replace(&port, &ratio.replace("RATIO", "PORT"));
    for (changed, expected) in [
        (
            text.replace("LEVEL_unencrypted: \"info\"", "LEVEL_unencrypted: \"debug\""),
            "its MAC does not match",
        ),
        (text.replace(&format!("{port}\n"), ""), "its MAC does not match"),
        (
            text.replace(&format!("{port}\n{ratio}\n"), &format!("{ratio}\n{port}\n")),
            "its MAC does not match",
        ),
        (
            text.replace("WORKERS_unencrypted: 4", "WORKERS_unencrypted: 04"),
            "WORKERS_unencrypted is a number or date",
        ),
        (text.replace(&port, "PORT: 8081"), "PORT is not encrypted"),
        (swapped, "PORT cannot be decrypted"),
    ] {
        assert_ne!(changed, text);
        sandbox.write("app.yaml", changed);
        sandbox.envward("import app.yaml --yes").code(4).stderr_has(expected);
    }
    assert!(!sandbox.has(".env.production"));
}

#[test]
fn nested_yaml_of_sops_is_refused_or_flattened() {
    let sandbox = project(&vars(&["DATABASE_USER", "DATABASE_PASS_WORD", "API_KEY"]));
    sandbox.write("app.yaml", fixture("nested.sops.yaml"));
    sandbox.envward("import app.yaml --yes").code(1).stderr_has(
        "error: database has keys of its own, and an environment is flat\n\
                     help: --flatten takes what is in it, such as DATABASE_USER\n",
    );
    let skip = "database.ports,PUBLIC_UNENCRYPTED_LEVEL,PUBLIC_UNENCRYPTED_SHARE,public_unencrypted.nothing";
    sandbox.envward(&format!("import app.yaml --yes --flatten --skip {skip}")).success();
    let expected = "DATABASE_USER=shop\nDATABASE_PASS_WORD=s3cret\nAPI_KEY=key-1\n";
    assert_eq!(sandbox.read(".env.production"), expected);
}

#[test]
fn a_file_that_sops_encrypted_whole_is_the_dotenv_file_in_it() {
    let sandbox = project(&vars(&["API_KEY", "NOTE"]));
    sandbox.write("old/.env.production", fixture("whole.env.production"));
    sandbox.envward("import old/.env.production --yes").success();
    assert_eq!(sandbox.read(".env.production"), "API_KEY=key-1\nNOTE='a b'\n");
}

#[test]
fn a_dotenv_file_of_sops_is_taken_as_sops_reads_it() {
    let sandbox = project("");
    let sealed =
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sops/quotes-kept.enc.env"));
    sandbox.write("old.enc.env", sealed.unwrap());
    sandbox.envward("import old.enc.env --yes --new").success();
    let values = exported(&sandbox);
    let expected = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sops/quotes-kept.decrypted.env"),
    );
    for line in expected.unwrap().lines() {
        let (name, value) = line.split_once('=').unwrap();
        assert_eq!(values[name], value);
    }
}

#[test]
fn what_only_other_keys_open_is_said_with_the_next_step() {
    let sandbox = shop();
    sandbox.write("app.yaml", fixture("pgp.sops.yaml"));
    sandbox.envward("import app.yaml --yes").code(4).stderr(
        "error: app.yaml: the file can only be opened with a PGP key\n\
         help: open it with sops, and add an age recipient there\n",
    );
    let stranger = shop().with("ENVWARD_IDENTITY", crate::support::shop::BOB);
    stranger.write("app.yaml", fixture("flat.sops.yaml"));
    stranger.envward("import app.yaml --yes").code(4).stderr_has("none of your identities opens it");
}

#[test]
fn a_file_that_could_be_from_two_tools_needs_a_word() {
    let sandbox = shop();
    sandbox.write("x.yaml", "apiVersion: v1\nkind: Secret\nservices: {}\n");
    sandbox.envward("import x.yaml --yes").code(2).stderr(
        "error: x.yaml: it could be from kubernetes or compose\n\
         help: say so with --as KIND; `envward import --help` has them all\n",
    );
    sandbox.write("x.txt", "nothing to see\n");
    sandbox
        .envward("import x.txt --yes")
        .code(2)
        .stderr_has("error: x.txt: cannot tell which tool it is from\n");
    sandbox
        .envward("import x.txt --yes --as kubernetes")
        .code(3)
        .stderr_has("it has no Secret and no ConfigMap");
    sandbox.write("y.json", r#"{"REGION": "eu"}"#);
    sandbox
        .envward("import y.json --yes --service web")
        .code(3)
        .stderr_has("it is no file of compose: no service has an environment");
    sandbox
        .envward("import y.json --yes --as doppler --service web")
        .code(2)
        .stderr("error: --service is for compose files, and this is read as doppler\n");
}

#[test]
fn malformed_files_and_bombs_are_refused_without_their_text() {
    let sandbox = shop();
    let bomb = (1..12).fold("a0: &a0 [hunter2, hunter2]\n".to_owned(), |text, level| {
        let again = vec![format!("*a{}", level - 1); 10].join(", ");
        text + &format!("a{level}: &a{level} [{again}]\n")
    });
    let deep_yaml = format!("a: {}hunter2{}", "[".repeat(200), "]".repeat(200));
    let deep_json = format!("{}\"hunter2\"{}", "{\"a\":".repeat(200), "}".repeat(200));
    for (name, text, expected) in [
        ("x.json", "{\"A\": hunter2}", "line 1: is not valid JSON"),
        ("x.json", deep_json.as_str(), "line 1: is nested more than 64 levels deep"),
        ("x.json", "{\"A\": \"hunter2\", \"A\": \"x\"}", "line 1: a key stands there twice"),
        ("x.yaml", "a: [hunter2", "is not valid YAML"),
        ("x.yaml", deep_yaml.as_str(), "is nested more than 64 levels deep"),
        ("x.yaml", bomb.as_str(), "aliases make this too large"),
        ("x.toml", "a = hunter2", "line 1: "),
        ("x.env", "A=\"hunter2\n", "1:3: A: this quote is never closed"),
    ] {
        sandbox.write(name, text);
        let run = sandbox.envward(&format!("import {name} --yes")).code(3).stderr_has(expected);
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    }
    sandbox.write("x.json", vec![b' '; 16 * 1024 * 1024 + 1]);
    sandbox.envward("import x.json --yes").code(3).stderr_has("16 MiB");
}

#[test]
fn a_dotenv_file_is_read_as_the_program_that_read_it() {
    let sandbox = shop();
    sandbox.write("old.env", "REGION='eu' # where\n");
    sandbox.envward("import old.env --yes --reader docker").success().stderr_has("  create    REGION\n");
    sandbox.envward("get REGION").success().stdout("'eu' # where\n");
    sandbox.write("bad.env", "API_KEY=`id`\n");
    sandbox.envward("import bad.env --yes --reader bash").code(3).stderr_has("bash computes a value");
}

#[test]
fn compose_and_the_others_need_no_more_than_the_file() {
    let cases = [
        ("compose.yaml", "services:\n  web:\n    environment:\n      REGION: eu$$1\n", "eu$1"),
        ("doppler.json", r#"{"REGION": {"computed": "eu", "raw": "eu"}}"#, "eu"),
        ("infisical.json", r#"[{"key": "REGION", "value": "eu", "type": "shared"}]"#, "eu"),
        ("map.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  REGION: eu\n", "eu"),
    ];
    for (name, text, expected) in cases {
        let sandbox = shop();
        sandbox.write(name, text);
        sandbox.envward(&format!("import {name} --yes")).success();
        sandbox.envward("get REGION").success().stdout(&format!("{expected}\n"));
    }
}

#[test]
fn declarations_become_a_schema_that_check_takes() {
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", ALICE);
    sandbox.write(".env.schema", fixture("varlock.env.schema"));
    sandbox.envward("import .env.schema --yes").code(2).stderr_has(
        "error: .env.schema declares variables and holds no values\nhelp: make a schema of it with --schema FILE\n",
    );
    sandbox.envward("import .env.schema --schema app.toml").success().stderr(
        "note: GEN: its value is made by exec(), which envward does not call\n\
         wrote app.toml with 13 variables\n\
         next: envward init --schema app.toml\n",
    );
    let schema = sandbox.read("app.toml");
    let database = "[vars.DATABASE_URL]\n\
                    description = \"\"\"\nThe database of the shop,\nwith its password\"\"\"\n\
                    example = \"postgresql://user:pw@host/db\"\n\
                    docs = \"https://example.com/db\"\n";
    assert!(schema.contains(database), "{schema}");
    assert!(
        schema.contains("[vars.PORT]\ntype = \"port\"\nsecret = false\ndefault = \"3000\"\n"),
        "{schema}"
    );
    assert!(schema.contains("template = \"${API_URL}/v1\"\n"), "{schema}");
    sandbox
        .envward("import .env.schema --schema app.toml")
        .code(2)
        .stderr_has("app.toml is there already; nothing was written");
    assert_eq!(sandbox.read("app.toml"), schema);
    sandbox.write(
        "app.env",
        "DATABASE_URL=postgresql://u:p@h/d\nSTRIPE_KEY=sk_live_1234\nGEN=hi\nREF=3000\nSENTRY_DSN=x\n\
               COMBINED=https://api.example.com/v1\n",
    );
    sandbox.envward("check app.env --schema app.toml").code(0);
}

#[test]
fn the_names_in_a_file_with_values_become_a_schema_without_them() {
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", ALICE);
    sandbox.write("app.yaml", fixture("flat.sops.yaml"));
    sandbox.envward("import app.yaml --schema app.toml").success();
    let schema = sandbox.read("app.toml");
    assert!(
        schema.starts_with("[schema]\nname = \"app\"\n\n[vars.DATABASE_URL]\n\n[vars.PORT]\n"),
        "{schema}"
    );
    assert!(!schema.contains("8080"), "{schema}");
}

#[test]
fn an_empty_value_makes_its_variable_optional_and_what_is_skipped_is_not_declared() {
    let sandbox = Sandbox::git();
    sandbox.write("app.json", r#"{"A": "", "B": "x", "C": "y"}"#);
    sandbox.envward("import app.json --skip B --schema app.toml").success();
    assert_eq!(
        sandbox.read("app.toml"),
        "[schema]\nname = \"app\"\n\n[vars.A]\nrequired = false\n\n[vars.C]\n"
    );
}
