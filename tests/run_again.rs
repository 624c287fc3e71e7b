//! `run` of values that this machine remembers to fit their schema: nothing that could make a difference gets past
//! it because of that.

use crate::support::Sandbox;
use crate::support::shop::{ALICE, APP as MANIFEST};

const BASE: &str = "\
[vars.DB_PASSWORD]
min_length = 8
";

const SCHEMA: &str = "\
[schema]
extends = [\"base.toml\"]

[vars.PORT]
type = \"int\"
source = \"environment\"
secret = false
required = false
";

/// `{\"exp\":1775000000}`, which is 2026-03-31T23:33:20Z.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3NzUwMDAwMDB9.c2lnbmF0dXJl";

/// A sealed project of two schema files.
fn sealed(env_file: &str) -> Sandbox {
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", ALICE);
    sandbox.write("envward.toml", MANIFEST);
    sandbox.write("base.toml", BASE);
    sandbox.write("app.toml", SCHEMA);
    sandbox.write(".env.production", env_file);
    let _ = sandbox.envward("seal").success();
    sandbox.shell("rm .env.production");
    sandbox
}

/// The same after a run that found nothing.
fn remembered(env_file: &str) -> Sandbox {
    let sandbox = sealed(env_file);
    starts(&sandbox);
    assert!(state(&sandbox).contains("\"fit\""));
    sandbox
}

fn state(sandbox: &Sandbox) -> String {
    sandbox.shell("cat ../home/.local/state/envward/projects/*.json")
}

fn starts(sandbox: &Sandbox) {
    let _ = sandbox.envward("run -- printenv DB_PASSWORD").success().stdout("correct-horse\n").stderr("");
}

fn refuses(sandbox: &Sandbox, message: &str) {
    let _ = sandbox.envward("run -- printenv DB_PASSWORD").code(1).stdout("").stderr_has(message);
}

const VALUES: &str = "DB_PASSWORD=correct-horse\n";
const TOO_SHORT: &str = "envward: error: DB_PASSWORD has 13 characters; at least 99 are needed";

fn longer(schema: &str) -> String {
    schema.replace("min_length = 8", "min_length = 99")
}

#[test]
fn what_fitted_once_is_remembered_without_any_value() {
    let sandbox = remembered(VALUES);
    let before = state(&sandbox);
    assert!(!before.contains("correct-horse"), "{before}");
    starts(&sandbox);
    assert_eq!(state(&sandbox), before);
    // It is what counts: with the digest of another schema put into it, that one is taken for the one that fitted.
    sandbox.shell("cp base.toml ..");
    sandbox.write("base.toml", longer(BASE));
    sandbox.shell(
        "sed -i s/$(sha256sum < ../base.toml | cut -d' ' -f1)/$(sha256sum < base.toml | cut -d' ' -f1)/ \
         ../home/.local/state/envward/projects/*.json",
    );
    starts(&sandbox);
    // Unless another version of envward remembered it.
    sandbox.shell("sed -i 's/\"version\": \"[^\"]*\"/\"version\": \"0.0.0\"/' ../home/.local/state/envward/projects/*.json");
    refuses(&sandbox, TOO_SHORT);
}

#[test]
fn another_schema_is_read() {
    let sandbox = remembered(VALUES);
    sandbox.write("base.toml", longer(BASE));
    refuses(&sandbox, TOO_SHORT);
    sandbox.write("base.toml", BASE);
    starts(&sandbox);
    sandbox.write("app.toml", format!("{SCHEMA}\n[vars.API_KEY]\n"));
    refuses(&sandbox, "envward: error: API_KEY is not set, and required");
    sandbox.write("app.toml", "[vars.DB_PASSWORD\n");
    let _ = sandbox.envward("run -- true").code(3).stderr_has("app.toml:1:");
    sandbox.shell("rm app.toml");
    let _ = sandbox.envward("run -- true").code(3).stderr_has("app.toml");
}

#[test]
fn another_manifest_is_read() {
    let sandbox = remembered(VALUES);
    sandbox.write("strict.toml", longer(BASE));
    sandbox.shell("cp envward.toml ../envward.toml && sed -i s/app.toml/strict.toml/ envward.toml");
    refuses(&sandbox, TOO_SHORT);
    sandbox.shell("sed -i /^schema/d envward.toml && cat strict.toml >> envward.toml");
    refuses(&sandbox, TOO_SHORT);
    sandbox.shell("sed -i s/99/9/ envward.toml");
    starts(&sandbox);
    starts(&sandbox);
    sandbox.shell("sed -i s/=.9$/=99/ envward.toml");
    refuses(&sandbox, TOO_SHORT);
    sandbox.shell("cp ../envward.toml .");
    starts(&sandbox);
}

#[test]
fn other_values_are_checked() {
    let sandbox = remembered(VALUES);
    sandbox.write(".env.production", "DB_PASSWORD=short\n");
    let _ = sandbox.envward("seal").success();
    sandbox.shell("rm .env.production");
    let refused = "DB_PASSWORD has 5 characters";
    refuses(&sandbox, refused);
    // Neither a refusal nor a start without the check is remembered as a fit.
    let _ = sandbox.envward("run --no-check -- printenv DB_PASSWORD").success().stdout("short\n");
    refuses(&sandbox, refused);
}

#[test]
fn what_the_platform_sets_is_checked_and_given() {
    let mut sandbox = remembered(VALUES);
    sandbox.set("PORT", "8080");
    for _ in 0..2 {
        let _ = sandbox.envward("run --clean -- printenv PORT").success().stdout("8080\n");
    }
    sandbox.set("PORT", "http");
    refuses(&sandbox, "envward: error: PORT ");
}

#[test]
fn a_default_is_given_every_time() {
    let sandbox = sealed(VALUES);
    sandbox.write("app.toml", format!("{SCHEMA}\n[vars.LEVEL]\ndefault = \"INFO\"\n"));
    for _ in 0..2 {
        let _ = sandbox.envward("run -- printenv LEVEL").success().stdout("INFO\n");
    }
}

#[test]
fn a_token_expires_also_after_it_was_checked() {
    let mut sandbox = sealed(&format!("{VALUES}TOKEN={TOKEN}\n"));
    sandbox.write("app.toml", format!("{SCHEMA}\n[vars.TOKEN]\ntype = \"jwt\"\n"));
    starts(&sandbox);
    starts(&sandbox);
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-31T23:33:19Z");
    starts(&sandbox);
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-31T23:33:20Z");
    refuses(&sandbox, "envward: error: the token in TOKEN expired on 2026-03-31\n");
}

#[test]
fn a_damaged_memory_is_said() {
    let sandbox = remembered(VALUES);
    sandbox.shell("sed -i 's/\"fit\"/\"fit\": 1, \"x\"/' ../home/.local/state/envward/projects/*.json");
    let _ = sandbox.envward("run -- true").code(3).stderr_has(".json is damaged");
}
