//! `init`: what a project has afterwards, and what git says about it.

use crate::support::Sandbox;

const SCHEMA: &str = "\
[schema]
name = \"shop\"
extends = [\"parts/database.toml\", \"builtin:redis\"]

[vars.LOG_LEVEL]
type = \"enum\"
values = [\"INFO\", \"DEBUG\"]
secret = false
default = \"INFO\"
";

const FRAGMENT: &str = "\
[schema]
name = \"database\"

[vars.DB_PASSWORD]
generate = { kind = \"alphanumeric\" }
";

/// A sandbox with a schema beside the project.
fn with_schema(sandbox: Sandbox) -> Sandbox {
    sandbox.write("../shared/shop.toml", SCHEMA);
    sandbox.write("../shared/parts/database.toml", FRAGMENT);
    sandbox
}

const INIT: &str = "init --schema ../shared/shop.toml";

fn key_of(manifest: &str) -> &str {
    manifest.rsplit('"').nth(1).unwrap()
}

#[test]
fn a_project_gets_a_manifest_a_schema_an_identity_and_ignore_rules() {
    let sandbox = with_schema(Sandbox::git());
    let run = sandbox.envward(INIT).success().stdout("");
    let manifest = sandbox.read("envward.toml");
    let key = key_of(&manifest);
    assert_eq!(
        manifest,
        format!(
            "[project]\nname = \"project\"\nschema = \"schemas/shop.toml\"\ndefault = \"production\"\n\n\
             [environments.production]\nfile = \".env.production\"\nsealed = \"secrets/production.enc.env\"\n\
             recipients = [\"alice\"]\n\n[recipients]\nalice = \"{key}\"\n"
        )
    );
    assert_eq!(sandbox.read("schemas/shop.toml"), SCHEMA);
    assert_eq!(sandbox.read("schemas/parts/database.toml"), FRAGMENT);
    assert!(!sandbox.has("schemas/redis.toml"), "what is built in stays where it is");
    let rules = "# envward: plaintext secrets stay out, sealed files go in\n.env\n.env.*\n!.env.example\n\
                 !.env.*.example\n!.env.schema\n.envward/\n!secrets/*.enc.env\n";
    assert_eq!(sandbox.read(".gitignore"), rules);
    assert_eq!(sandbox.read(".dockerignore"), rules);
    assert_eq!(sandbox.read(".gitattributes"), "envward.ledger.jsonl merge=union\n");
    let key_file = sandbox.home().join(".config/envward/keys.txt");
    assert_eq!(
        run.stderr,
        format!(
            "made your identity {key}, kept in {}, since the OS keyring is switched off with ENVWARD_KEYRING\n\
             wrote schemas/parts/database.toml\nwrote schemas/shop.toml\nwrote .gitignore\n\
             wrote .dockerignore\nwrote .gitattributes\nwrote envward.toml\nnext: envward bootstrap\n",
            key_file.display()
        )
    );
}

#[test]
fn the_identity_is_a_private_file_and_is_found_by_the_next_project() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = with_schema(Sandbox::git());
    let _ = sandbox.envward(INIT).success();
    let key_file = sandbox.home().join(".config/envward/keys.txt");
    let text = std::fs::read_to_string(&key_file).unwrap();
    assert!(text.contains("\nAGE-SECRET-KEY-1"));
    assert_eq!(std::fs::metadata(&key_file).unwrap().permissions().mode() & 0o777, 0o600);

    sandbox.shell("mkdir ../second");
    let first = sandbox.read("envward.toml");
    let run = sandbox.envward("-C ../second init --schema builtin:simplr").success();
    assert!(run.stderr.starts_with("uses your identity from "), "{}", run.stderr);
    let second = sandbox.read("../second/envward.toml");
    assert_eq!(key_of(&first), key_of(&second));
    assert!(second.contains("schema = \"builtin:simplr\""));
    assert_eq!(std::fs::read_to_string(&key_file).unwrap(), text);
}

#[test]
fn a_second_init_changes_nothing() {
    let sandbox = with_schema(Sandbox::git());
    let _ = sandbox.envward(INIT).success();
    let before = sandbox.shell("find . -type f -not -path './.git/*' | sort | xargs cat | sha256sum");
    let _ =
        sandbox.envward(INIT).code(2).stdout("").stderr(
            "error: envward.toml is there already; nothing was changed\nhelp: next: envward bootstrap\n",
        );
    assert_eq!(sandbox.shell("find . -type f -not -path './.git/*' | sort | xargs cat | sha256sum"), before);
    // Also from further down: a project inside the project would be a mistake.
    sandbox.shell("mkdir src");
    let _ = sandbox.envward("-C src init --schema builtin:simplr").code(2);
    assert!(!sandbox.has("src/envward.toml"));
}

#[test]
fn without_a_schema_it_lists_the_built_in_ones() {
    let sandbox = Sandbox::git();
    let _ = sandbox
        .envward("init")
        .code(2)
        .stderr_has("error: which schema does this project have?\nhelp: give --schema FILE, or")
        .stderr_has(" bug-dedup, ");
    assert!(!sandbox.has("envward.toml"));
}

#[test]
fn a_schema_that_cannot_be_used_leaves_nothing_behind() {
    let sandbox = Sandbox::git();
    sandbox.write("broken.toml", "[vars.A]\ntyp = \"int\"\n");
    let _ = sandbox.envward("init --schema broken.toml").code(3).stderr_has("did you mean \"type\"?");
    let _ = sandbox.envward("init --schema nothing.toml").code(3).stderr_has("nothing.toml");
    let _ = sandbox.envward("init --schema builtin:bugdedup").code(3).stderr_has("builtin:bug-dedup");
    assert_eq!(sandbox.shell("ls -A"), ".git\nbroken.toml\n");
    assert!(!sandbox.home().join(".config").exists());
}

#[test]
fn another_schema_of_that_name_is_not_overwritten() {
    let sandbox = with_schema(Sandbox::git());
    sandbox.write("schemas/parts/database.toml", "# mine\n");
    let _ = sandbox.envward(INIT).code(2).stderr_has("is there already, with other content");
    assert_eq!(sandbox.read("schemas/parts/database.toml"), "# mine\n");
    assert!(!sandbox.has("envward.toml"));
}

#[test]
fn existing_ignore_files_get_only_what_is_missing() {
    let sandbox = with_schema(Sandbox::git());
    sandbox
        .write(".gitignore", "target\n.env\n.env.*\n!.env.example\n!.env.*.example\n!.env.schema\n.envward/");
    let _ = sandbox.envward(INIT).success();
    let added = sandbox
        .read(".gitignore")
        .split_off("target\n.env\n.env.*\n!.env.example\n!.env.*.example\n!.env.schema\n.envward/".len());
    assert_eq!(added, "\n\n# envward: plaintext secrets stay out, sealed files go in\n!secrets/*.enc.env\n");
}

#[test]
fn git_is_asked_whether_the_rules_work() {
    let sandbox = with_schema(Sandbox::git());
    // A directory that is ignored as a whole cannot be opened again by an exception inside it.
    sandbox.write(".gitignore", "secrets/\n");
    let _ = sandbox
        .envward(INIT)
        .code(1)
        .stderr_has("warning: git ignores secrets/production.enc.env, which has to be committed\n")
        .stderr_has("warning: git ignores secrets/production.key.age, which has to be committed\n")
        .stderr_has("git check-ignore -v --no-index secrets/production.enc.env");
    assert!(sandbox.has("envward.toml"));
}

#[test]
fn an_env_file_that_git_tracks_is_said() {
    let sandbox = with_schema(Sandbox::git());
    sandbox.write(".env.production", "A=1\n");
    sandbox.shell("git add -f .env.production");
    let _ = sandbox
        .envward(INIT)
        .code(1)
        .stderr_has("warning: git tracks .env.production, which is not to be committed\n")
        .stderr_has("help: run: git rm --cached .env.production\n");
}

#[test]
fn the_rules_do_what_they_say_in_git() {
    let sandbox = with_schema(Sandbox::git());
    let _ = sandbox.envward(INIT).success();
    for path in [".env", ".env.production", "sub/.env.local", ".envward/base/production.json"] {
        sandbox.shell(&format!("git check-ignore -q {path}"));
    }
    for path in [".env.example", ".env.production.example", ".env.schema", "secrets/production.enc.env"] {
        sandbox.shell(&format!("! git check-ignore -q {path}"));
    }
}

#[test]
fn outside_git_it_works_and_says_so() {
    let sandbox = with_schema(Sandbox::new());
    let _ = sandbox.envward(INIT).success().stderr_has("note: this is no git repository; the ignore rules");
    assert!(sandbox.read("envward.toml").contains("\nme = \"age1"));
    assert!(sandbox.has(".gitignore"));
}

#[test]
fn a_locked_out_directory_leaves_no_half_project() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = with_schema(Sandbox::git());
    if sandbox.shell("id -u").trim() == "0" {
        // root writes everywhere; a file in the place of the directory stops it, too.
        sandbox.write("schemas", "in the way");
    } else {
        std::fs::set_permissions(sandbox.project(), std::fs::Permissions::from_mode(0o500)).unwrap();
    }
    let _ = sandbox.envward(INIT).code(3);
    assert!(!sandbox.has("envward.toml"));
    std::fs::set_permissions(sandbox.project(), std::fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn without_a_schema_one_is_inferred_from_what_the_project_has() {
    let sandbox = Sandbox::git();
    sandbox.write(".env.example", "# The port\nPORT=3000\nSECRET_KEY=changeme\n");
    sandbox.write("README.md", "Set the `LOG_FORMAT` environment variable.\n");
    let _ = sandbox
        .envward("init")
        .success()
        .stderr_has("found 3 variables in 2 files, 1 of them secret\n")
        .stderr_has("wrote schemas/project.toml\n")
        .stderr_has("next: look over schemas/project.toml, then envward bootstrap\n");
    assert!(sandbox.read("envward.toml").contains("schema = \"schemas/project.toml\"\n"));
    let schema = sandbox.read("schemas/project.toml");
    assert!(
        schema.contains(
            "# seen: .env.example:3\n[vars.SECRET_KEY]\ngenerate = { kind = \"hex\", bytes = 32 }\n"
        ),
        "{schema}"
    );
    sandbox.write("answers", "LOG_FORMAT=json\n");
    let _ = sandbox.envward("bootstrap --no-input --answers answers").success();
    let _ = sandbox.envward("check").success();
}

#[test]
fn a_schema_that_is_there_is_not_replaced_by_an_inferred_one() {
    let sandbox = Sandbox::git();
    sandbox.write(".env.example", "PORT=3000\n");
    sandbox.write("schemas/project.toml", "# mine\n");
    let _ = sandbox
        .envward("init")
        .code(2)
        .stderr_has("error: schemas/project.toml is there already\nhelp: to take it: envward init --schema schemas/project.toml\n");
    assert_eq!(sandbox.read("schemas/project.toml"), "# mine\n");
    assert!(!sandbox.has("envward.toml"));
}
