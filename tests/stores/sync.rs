//! `diff`, `push` and `pull` with a store: nobody's change is lost, whoever made it and wherever.

use serde_json::{Value, json};

use super::conformance::{changes, held};
use crate::support::Sandbox;
use crate::support::openbao::{self, Mount, Server};
use crate::support::sealed::store;
use crate::support::shop::shop;

const VERSIONS: &str = "secrets/store/production";

/// The shop with a directory store, sealed and pushed: both sides hold `key-1`, `pass-1` and `INFO`.
fn pushed_shop() -> Sandbox {
    let shop = shop_with_store();
    shop.envward("seal").success();
    shop.envward("push --yes").success();
    shop
}

/// The same before the first seal.
fn shop_with_store() -> Sandbox {
    let shop = shop();
    let manifest = shop.read("envward.toml").replace(
        "[environments.production]\n",
        "[stores.local]\ntype = \"directory\"\npath = \"secrets/store\"\n\n\
         [environments.production]\nstores = [\"local\"]\n",
    );
    shop.write("envward.toml", manifest);
    shop
}

/// Someone else changes the store by hand.
fn by_hand(shop: &Sandbox, pairs: &[(&str, Option<&str>)]) {
    let mut store = store(shop, "production", "local");
    let now = store.read().unwrap();
    store.write(&now, &changes(pairs), None).unwrap();
}

/// What the store holds.
fn in_store(shop: &Sandbox) -> String {
    let held = held(&store(shop, "production", "local").read().unwrap());
    held.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

fn set(shop: &Sandbox, directory: &str, name: &str, value: &str) {
    let _ = shop.envward_with_input(&["-C", directory, "set", name], value.as_bytes()).success();
}

fn get(shop: &Sandbox, name: &str) -> String {
    shop.envward(&format!("get {name}")).success().stdout.trim_end().to_owned()
}

/// How many versions the store has.
fn versions(shop: &Sandbox) -> usize {
    std::fs::read_dir(shop.project().join(VERSIONS)).unwrap().count()
}

/// Everything that a sync may write, to see that it did not.
fn everything(shop: &Sandbox) -> String {
    shop.shell("find secrets envward.ledger.jsonl .env.production -type f | sort | xargs sha256sum")
}

/// A clone with its own `.envward`, beside the project.
fn clone(shop: &Sandbox) {
    shop.shell("git add -A && git commit -qm shop && git clone -q . ../bob");
    shop.shell("cd ../bob && git config user.name Bob && git config user.email b@x");
}

#[test]
fn a_first_push_creates_everything_and_a_second_one_writes_no_version() {
    let shop = shop_with_store();
    shop.envward("seal").success();
    shop.envward("diff").code(1).stderr("").stdout(
        "STORE  ACTION  VARIABLE     BY\n\
         local  create  API_KEY      push\n\
         local  create  DB_PASSWORD  push\n\
         local  create  LOG_LEVEL    push\n",
    );
    shop.envward("push --yes").success().stdout("").stderr(
        "store local, secrets/store/production:\n  create    API_KEY, DB_PASSWORD, LOG_LEVEL\n\
         pushed 3 variables to store local, version 1\n",
    );
    assert_eq!(in_store(&shop), "API_KEY=key-1 DB_PASSWORD=pass-1 LOG_LEVEL=INFO");
    shop.envward("push --yes").success().stdout("").stderr("store local: nothing to push\n");
    assert_eq!(versions(&shop), 1);
    shop.envward("diff").success().stdout("").stderr("no difference from store local\n");
}

#[test]
fn each_side_takes_only_what_the_other_changed() {
    let shop = pushed_shop();
    set(&shop, ".", "API_KEY", "key-local");
    by_hand(&shop, &[("DB_PASSWORD", Some("pass-there"))]);
    shop.envward("diff").code(1).stdout(
        "STORE  ACTION  VARIABLE     BY\nlocal  update  API_KEY      push\nlocal  update  DB_PASSWORD  pull\n",
    );
    shop.envward("push --yes").success().stderr(
        "store local, secrets/store/production:\n  update    API_KEY\n\
         note: changed in store local, left as it is there: DB_PASSWORD\n\
         help: take it into the environment with: envward pull local\n\
         pushed 1 variable to store local, version 3\n",
    );
    assert_eq!(in_store(&shop), "API_KEY=key-local DB_PASSWORD=pass-there LOG_LEVEL=INFO");
    shop.envward("pull --yes")
        .success()
        .stderr_has("from store local, secrets/store/production:\n  update    DB_PASSWORD\n")
        .stderr_has("pulled from store local into secrets/production.enc.env and .env.production\n");
    assert_eq!(get(&shop, "DB_PASSWORD"), "pass-there");
    assert!(shop.read(".env.production").contains("DB_PASSWORD=pass-there\n"));
    shop.envward("diff").success();
    shop.envward("pull --yes").success().stderr("store local: nothing to pull\n");
}

#[test]
fn a_variable_that_both_changed_is_exit_6_in_both_directions_and_nothing_is_written() {
    let shop = pushed_shop();
    set(&shop, ".", "API_KEY", "key-local");
    set(&shop, ".", "DB_PASSWORD", "pass-local");
    by_hand(&shop, &[("API_KEY", Some("key-there"))]);
    let before = everything(&shop);
    for command in ["push --yes", "pull --yes", "push --dry-run"] {
        shop.envward(command).code(6).stderr_has(
            "error: changed here and in store local: API_KEY; nothing was written\n\
             help: decide with --take local NAME… or --take store NAME…\n",
        );
    }
    shop.envward("diff").code(1).stdout(
        "STORE  ACTION    VARIABLE     BY\nlocal  conflict  API_KEY\nlocal  update    DB_PASSWORD  push\n",
    );
    assert_eq!(everything(&shop), before);
}

#[test]
fn take_decides_for_a_side_in_either_direction() {
    let conflict = || {
        let shop = pushed_shop();
        set(&shop, ".", "API_KEY", "key-local");
        by_hand(&shop, &[("API_KEY", Some("key-there"))]);
        shop
    };
    let shop = conflict();
    shop.envward("push --yes --take local API_KEY").success();
    assert!(in_store(&shop).starts_with("API_KEY=key-local "));
    let shop = conflict();
    shop.envward("pull --yes --take store").success();
    assert_eq!(get(&shop, "API_KEY"), "key-there");
    // Decided for the side that this direction does not write: the other direction then takes it over.
    let shop = conflict();
    shop.envward("push --yes --take store").success().stderr_has("left as it is there: API_KEY\n");
    shop.envward("pull --yes").success();
    assert_eq!(get(&shop, "API_KEY"), "key-there");
    let shop = conflict();
    shop.envward("pull --yes --take local").success().stderr_has("left as it is here: API_KEY\n");
    shop.envward("push --yes").success();
    assert!(in_store(&shop).starts_with("API_KEY=key-local "));
}

#[test]
fn a_stale_checkout_cannot_revert_a_newer_push() {
    let shop = pushed_shop();
    clone(&shop);
    let copy_store = "rm -rf ../bob/secrets/store && cp -a secrets/store ../bob/secrets/";
    // Bob synced once, so that he has a base of his own.
    shop.envward("-C ../bob push --yes").success().stderr_has("nothing to push");
    set(&shop, ".", "API_KEY", "key-2");
    shop.envward("push --yes").success();
    shop.shell(copy_store);
    shop.envward("-C ../bob push --yes")
        .success()
        .stderr_has("changed in store local, left as it is there: API_KEY\n")
        .stderr_has("store local: nothing to push\n");
    // Without a base the mark is of a sealed file that his checkout does not descend from.
    shop.shell("rm -r ../bob/.envward/sync");
    shop.envward("-C ../bob push --yes").code(6).stderr_has("changed here and in store local: API_KEY;");
    assert_eq!(shop.shell("ls ../bob/secrets/store/production | wc -l").trim(), "2");
}

#[test]
fn a_fresh_clone_pushes_with_the_mark_as_its_base() {
    let shop = pushed_shop();
    clone(&shop);
    set(&shop, "../bob", "API_KEY", "key-bob");
    shop.envward("-C ../bob diff")
        .code(1)
        .stdout("STORE  ACTION  VARIABLE  BY\nlocal  update  API_KEY   push\n");
    shop.envward("-C ../bob push --yes").success().stderr_has("  update    API_KEY\n");
    // A change by hand after the push is the store's, not Bob's.
    by_hand(&shop, &[("DB_PASSWORD", Some("pass-there"))]);
    shop.shell("git add -A && git commit -qm store && rm -rf ../carol && git clone -q . ../carol");
    set(&shop, "../carol", "LOG_LEVEL", "DEBUG");
    shop.envward("-C ../carol push --yes")
        .success()
        .stderr_has("  update    LOG_LEVEL\n")
        .stderr_has("left as it is there: DB_PASSWORD\n");
}

#[test]
fn a_mark_of_other_values_or_another_environment_is_no_base() {
    let shop = pushed_shop();
    clone(&shop);
    // Somebody who cannot open the environment copies the mark of one push onto other values.
    let mut handle = store(&shop, "production", "local");
    let now = handle.read().unwrap();
    let (_, mark) = now.mark.clone().unwrap();
    handle.write(&now, &changes(&[("API_KEY", Some("key-evil"))]), Some(&mark)).unwrap();
    shop.shell("rm -rf ../bob/secrets/store && cp -a secrets/store ../bob/secrets/");
    shop.envward("-C ../bob push --yes").code(6).stderr_has("changed here and in store local: API_KEY;");
}

#[test]
fn a_push_that_leaves_differences_leaves_no_mark_that_would_hide_them() {
    let shop = pushed_shop();
    by_hand(&shop, &[("DB_PASSWORD", Some("pass-there"))]);
    set(&shop, ".", "API_KEY", "key-2");
    shop.envward("push --yes").success().stderr_has("left as it is there: DB_PASSWORD\n");
    clone(&shop);
    shop.envward("-C ../bob diff")
        .code(1)
        .stdout("STORE  ACTION  VARIABLE     BY\nlocal  update  DB_PASSWORD  pull\n");
}

#[test]
fn what_was_removed_goes_only_with_prune() {
    let shop = pushed_shop();
    shop.envward("unset API_KEY").code(0);
    shop.shell("sed -i 's/^.vars.API_KEY.$/[vars.API_KEY]\\nrequired = false/' envward.toml");
    shop.envward("push --yes").success().stderr_has(
        "note: not in the environment, kept in store local: API_KEY\nhelp: remove them with --prune",
    );
    assert_eq!(in_store(&shop), "API_KEY=key-1 DB_PASSWORD=pass-1 LOG_LEVEL=INFO");
    shop.envward("push --yes --prune").success().stderr_has("  delete    API_KEY\n");
    assert_eq!(in_store(&shop), "DB_PASSWORD=pass-1 LOG_LEVEL=INFO");
    // The other way round.
    set(&shop, ".", "CERT", "x");
    shop.envward("push --yes").success();
    by_hand(&shop, &[("CERT", None)]);
    shop.envward("pull --yes").success().stderr_has("note: not in store local, kept here: CERT\n");
    shop.envward("pull --yes --prune").success().stderr_has("  delete    CERT\n");
    shop.envward("get CERT").code(1);
}

#[test]
fn only_leaves_every_other_variable_alone() {
    let shop = pushed_shop();
    set(&shop, ".", "API_KEY", "key-2");
    set(&shop, ".", "DB_PASSWORD", "pass-2");
    by_hand(&shop, &[("DB_PASSWORD", Some("pass-there"))]);
    shop.envward("push --yes --only API_KEY").success().stderr_has("  update    API_KEY\n");
    assert_eq!(in_store(&shop), "API_KEY=key-2 DB_PASSWORD=pass-there LOG_LEVEL=INFO");
    shop.envward("push --yes").code(6).stderr_has("changed here and in store local: DB_PASSWORD;");
    shop.envward("push --yes --only API_KYE").code(2).stderr_has("no store holds API_KYE");
}

#[test]
fn a_part_takes_what_is_rendered_from_it_along() {
    let shop = shop_with_store();
    let manifest = shop.read("envward.toml")
        + "[vars.DSN]\ntype = \"postgres-url\"\ntemplate = \"postgresql://app:${DB_PASSWORD|url}@db:5432/app\"\n";
    shop.write("envward.toml", manifest);
    shop.write(
        ".env.production",
        "API_KEY=k\nDB_PASSWORD=p1\nLOG_LEVEL=INFO\nDSN=postgresql://app:p1@db:5432/app\n",
    );
    shop.envward("seal").success();
    shop.envward("push --yes").success();
    set(&shop, ".", "DB_PASSWORD", "p2");
    shop.envward("push --yes --only DB_PASSWORD").success().stderr_has("  update    DB_PASSWORD, DSN\n");
    by_hand(&shop, &[("DB_PASSWORD", Some("p3"))]);
    shop.envward("pull --yes").success().stderr_has("DSN is rendered from its parts\n");
    assert_eq!(get(&shop, "DSN"), "postgresql://app:p3@db:5432/app");
}

#[test]
fn a_saved_plan_is_applied_only_while_both_sides_are_as_they_were() {
    let shop = pushed_shop();
    set(&shop, ".", "API_KEY", "key-2");
    let plan = |shop: &Sandbox| {
        shop.envward("diff --out plan.json")
            .code(1)
            .stderr_has("saved the plan; apply it with: envward push --plan");
    };
    plan(&shop);
    for value in ["key-1", "key-2", "pass-1", "INFO"] {
        assert!(!shop.read("plan.json").contains(value));
    }
    // Somewhere else than where it was made, as in CI.
    clone(&shop);
    shop.envward("-C ../bob push --yes --plan plan.json").success().stderr_has("  update    API_KEY\n");

    by_hand(&shop, &[("LOG_LEVEL", Some("DEBUG"))]);
    let before = everything(&shop);
    shop.envward("push --yes --plan plan.json").code(6).stderr(
        "error: the store changed since the plan was made; nothing was written to store local\n\
         help: make a new plan with: envward diff --out FILE\n",
    );
    assert_eq!(everything(&shop), before);
    plan(&shop);
    set(&shop, ".", "DB_PASSWORD", "pass-2");
    shop.envward("push --yes --plan plan.json").code(6).stderr_has("error: the environment changed since");
    plan(&shop);
    shop.shell("sed -i s/update/delete/ plan.json");
    shop.envward("push --yes --plan plan.json")
        .code(3)
        .stderr_has("plan.json was changed, or made by someone");
}

#[test]
fn names_that_the_schema_does_not_know_survive_and_are_said() {
    let shop = pushed_shop();
    by_hand(&shop, &[("SOMEONE_ELSES", Some("theirs"))]);
    let _ = shop.envward_with_input(&["set", "LOCAL_ONLY", "--new"], b"ours").success();
    set(&shop, ".", "API_KEY", "key-2");
    shop.envward("push --yes --prune")
        .success()
        .stderr_has("note: not of the schema, kept out of stores: LOCAL_ONLY\n")
        .stderr_has("note: not of the schema, left alone in store local: SOMEONE_ELSES\n");
    assert_eq!(in_store(&shop), "API_KEY=key-2 DB_PASSWORD=pass-1 LOG_LEVEL=INFO SOMEONE_ELSES=theirs");
    shop.envward("pull --yes --prune").success();
    assert_eq!(get(&shop, "LOCAL_ONLY"), "ours");
}

#[test]
fn a_variable_has_its_own_name_in_the_store() {
    let shop = pushed_shop();
    shop.shell("sed -i 's/^path = .*/&\\nnames = { API_KEY = \"api_key\" }/; s/secrets.store/secrets\\/other/' envward.toml");
    shop.envward("push --yes").success().stderr_has("  create    API_KEY, DB_PASSWORD, LOG_LEVEL\n");
    assert_eq!(in_store(&shop), "DB_PASSWORD=pass-1 LOG_LEVEL=INFO api_key=key-1");
    by_hand(&shop, &[("api_key", Some("key-there")), ("API_KEY", Some("stranger"))]);
    shop.envward("pull --yes").success().stderr_has("left alone in store local: API_KEY\n");
    assert_eq!(get(&shop, "API_KEY"), "key-there");
}

#[test]
fn what_the_platform_sets_is_not_synced() {
    let shop = pushed_shop();
    let manifest = shop.read("envward.toml") + "[vars.PORT]\ntype = \"port\"\nsource = \"environment\"\n";
    shop.write("envward.toml", manifest);
    shop.shell("echo PORT=8080 >> .env.production");
    shop.envward("seal").success();
    shop.envward("push --yes").success().stderr("store local: nothing to push\n");
}

#[test]
fn what_does_not_fit_the_schema_is_not_written_in_either_direction() {
    let shop = pushed_shop();
    let manifest = shop.read("envward.toml").replace("[vars.API_KEY]\n", "[vars.API_KEY]\nmin_length = 5\n");
    shop.write("envward.toml", manifest);
    shop.shell("sed -i s/key-1/k/ .env.production");
    shop.envward("seal").success();
    let before = everything(&shop);
    let push = shop.envward("push --yes").code(1).stderr_has("help: nothing was written to store local;");
    assert!(push.stderr.contains("error: ") && push.stderr.contains("API_KEY"), "{}", push.stderr);
    assert_eq!(everything(&shop), before);

    shop.shell("sed -i s/=k$/=key-1/ .env.production");
    shop.envward("seal").success();
    by_hand(&shop, &[("API_KEY", Some("k"))]);
    let before = everything(&shop);
    shop.envward("pull --yes")
        .code(1)
        .stderr_has("help: nothing was written; store local holds what does not fit\n");
    assert_eq!(everything(&shop), before);
}

#[test]
fn a_crash_between_the_store_and_the_base_loses_nothing() {
    let shop = pushed_shop();
    let base = ".envward/sync/production/local.json";
    let old = shop.read(base);
    set(&shop, ".", "API_KEY", "key-2");
    shop.envward("push --yes").success();
    // As if it had been killed after the store's answer.
    shop.write(base, &old);
    shop.envward("push --yes").success().stderr("store local: nothing to push\n");
    assert_ne!(shop.read(base), old);
    // And if the store moved on before anyone noticed.
    shop.write(base, &old);
    by_hand(&shop, &[("API_KEY", Some("key-3"))]);
    let run = shop.envward("push --yes");
    assert_ne!(run.stdout + &run.stderr, "");
    assert!(in_store(&shop).starts_with("API_KEY=key-3 "), "the newer value was overwritten");
}

#[test]
fn a_damaged_base_is_named_and_not_guessed() {
    let shop = pushed_shop();
    shop.write(".envward/sync/production/local.json", "{");
    shop.envward("push --yes")
        .code(3)
        .stderr_has("production/local.json is damaged, or was written by a newer envward\nhelp: remove ");
}

#[test]
fn the_ledger_says_what_was_pushed_where_and_when() {
    let shop = pushed_shop();
    let last = |text: &str| -> Value { serde_json::from_str(text.lines().last().unwrap()).unwrap() };
    let entry = last(&shop.read("envward.ledger.jsonl"));
    assert_eq!(entry["event"], "pushed");
    assert_eq!((&entry["store"], &entry["store_version"]), (&json!("local"), &json!("1")));
    assert_eq!(entry["fingerprints"].as_object().unwrap().len(), 3);
    assert_eq!(entry["generation"], 1);
    assert!(entry["store_time"].is_string());
    shop.envward("verify").success();

    let before = shop.read("envward.ledger.jsonl");
    set(&shop, ".", "API_KEY", "key-2");
    let sealed = shop.read("envward.ledger.jsonl");
    assert_ne!(sealed, before);
    shop.envward("push --yes --ledger-out ../pushed.jsonl").success();
    assert_eq!(shop.read("envward.ledger.jsonl"), sealed);
    let entry = last(&shop.read("../pushed.jsonl"));
    assert_eq!((&entry["event"], &entry["store_version"]), (&json!("pushed"), &json!("2")));
    assert_eq!(entry["prev"][0], last(&sealed)["id"]);
}

#[test]
fn the_report_is_one_object_per_store_and_line() {
    let shop = pushed_shop();
    set(&shop, ".", "API_KEY", "key-2");
    by_hand(&shop, &[("DB_PASSWORD", Some("pass-there"))]);
    let change = |variable: &str, action: &str| json!({"variable": variable, "action": action});
    let report = |store: &str, base: Value, changes: &[Value]| json!({"version": 1, "store": store, "environment": "production", "base": base, "changes": changes});
    let push = shop.envward("push --dry-run --format json").success();
    assert_eq!(push.stdout.lines().count(), 1);
    let expected =
        [change("API_KEY", "update"), change("DB_PASSWORD", "unchanged"), change("LOG_LEVEL", "unchanged")];
    assert_eq!(push.json(), report("local", json!(1), &expected));
    let pull = shop.envward("pull --dry-run --format json").success();
    let expected =
        [change("API_KEY", "unchanged"), change("DB_PASSWORD", "update"), change("LOG_LEVEL", "unchanged")];
    assert_eq!(pull.json(), report("local", json!(1), &expected));
    let diff = shop.envward("diff --format json").code(1).json();
    assert_eq!(diff["changes"][0], json!({"variable": "API_KEY", "action": "update", "by": "push"}));
    assert_eq!(diff["changes"][1], json!({"variable": "DB_PASSWORD", "action": "update", "by": "pull"}));

    shop.shell("sed -i 's/stores = .*/stores = [\"local\", \"more\"]/' envward.toml");
    let more = shop.read("envward.toml") + "[stores.more]\ntype = \"directory\"\npath = \"secrets/more\"\n";
    shop.write("envward.toml", more);
    let both = shop.envward("diff --format json").code(1);
    let lines: Vec<Value> = both.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[1]["store"], &lines[1]["base"]), (&json!("more"), &Value::Null));
    shop.envward("pull --yes").code(2).stderr_has("help: name one: local, more\n");
}

#[test]
fn an_environment_without_stores_is_told_so_before_anything_is_asked() {
    let shop = shop();
    shop.envward("seal").success();
    for command in ["push", "pull"] {
        let _ = shop.envward(command).code(2).stderr(
            "error: environment production has no stores\n\
             help: name them in `stores` under [environments.production] in envward.toml\n",
        );
    }
}

#[test]
fn several_stores_are_each_reported_and_the_worst_code_counts() {
    let shop = pushed_shop();
    shop.shell("sed -i 's/stores = .*/stores = [\"local\", \"more\"]/' envward.toml");
    let more = shop.read("envward.toml") + "[stores.more]\ntype = \"directory\"\npath = \"secrets/more\"\n";
    shop.write("envward.toml", more);
    set(&shop, ".", "API_KEY", "key-local");
    by_hand(&shop, &[("API_KEY", Some("key-there"))]);
    shop.envward("push --yes")
        .code(6)
        .stderr_has("error: changed here and in store local: API_KEY; nothing was written\n")
        .stderr_has("pushed 3 variables to store more, version 1\n");
    shop.envward("push --yes more").success().stderr("store more: nothing to push\n");
}

#[test]
fn nothing_is_written_without_an_answer() {
    let shop = pushed_shop();
    set(&shop, ".", "API_KEY", "key-2");
    by_hand(&shop, &[("LOG_LEVEL", Some("DEBUG"))]);
    let before = everything(&shop);
    let help = "help: --yes writes without asking, --dry-run only shows the plan\n";
    shop.envward("push").code(2).stderr_has(help);
    shop.envward("pull --no-input").code(2).stderr_has(help);
    shop.envward("push --dry-run").success().stderr_has("nothing was written (--dry-run)\n");
    assert_eq!(everything(&shop), before);
}

#[test]
fn a_person_sees_the_plan_and_answers() {
    let shop = pushed_shop();
    if crate::support::tool("python3").is_none() {
        return;
    }
    set(&shop, ".", "API_KEY", "key-2");
    let question = "push 1 variable to store local? [y/N]";
    let (code, shown) =
        crate::support::on_a_terminal(&shop, &[(question, "n\n")], &["push", "--show-values"]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("update  API_KEY   key-2  key-1"), "{shown}");
    assert_eq!(versions(&shop), 1);
    let (code, shown) = crate::support::on_a_terminal(&shop, &[(question, "y\n")], &["push"]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("key-"), "{shown}");
    assert_eq!(versions(&shop), 2);
}

#[test]
fn no_value_is_shown_by_any_of_it() {
    let shop = pushed_shop();
    set(&shop, ".", "API_KEY", "secret-here");
    by_hand(&shop, &[("API_KEY", Some("secret-there")), ("DB_PASSWORD", Some("secret-pass"))]);
    for command in [
        "diff",
        "diff --format json",
        "diff --out plan.json --take local",
        "push --yes",
        "push --dry-run --format json -v",
        "pull --yes --format json",
        "push --yes --take local -v",
        "pull --yes -v",
        "push --yes --show-values",
    ] {
        let run = shop.envward(command);
        let text = format!("{}{}", run.stdout, run.stderr);
        assert!(!text.contains("secret-"), "{command}: {text}");
    }
    let kept = shop
        .shell("cat plan.json .envward/sync/production/* envward.ledger.jsonl secrets/store/production/*");
    assert!(!kept.contains("secret-"));
}

#[test]
fn that_the_env_file_differs_is_said_as_run_says_it() {
    let shop = pushed_shop();
    shop.shell("sed -i s/key-1/key-new/ .env.production");
    shop.envward("push --yes").success().stderr(
        "warning: the sealed file is used; the env file differs in API_KEY\n\
         help: take its changes over with: envward seal\n\
         store local: nothing to push\n",
    );
}

/// The shop with one path of a real OpenBao as its store.
fn shop_with_openbao(server: &'static Server, mount: &Mount<'_>) -> Sandbox {
    let shop =
        shop_with_store().with("VAULT_ADDR", server.address()).with("VAULT_TOKEN", mount.token.as_str());
    let place = format!("type = \"vault\"\naddress = \"{}\"\nmount = \"{}\"", server.address(), mount.name);
    let manifest = shop.read("envward.toml").replace("type = \"directory\"", &place);
    shop.write("envward.toml", manifest.replace("secrets/store", "shop/{env}"));
    shop
}

#[test]
fn an_environment_without_a_sealed_file_is_synced_too() {
    let Some(server) = openbao::server() else { return };
    let mount = server.kv(2);
    let shop = shop_with_openbao(server, &mount);
    shop.envward("push --yes").success().stderr_has("pushed 3 variables to store local, version 1\n");
    shop.shell("sed -i s/key-1/key-2/ .env.production");
    let there = json!({"data": {"API_KEY": "key-1", "DB_PASSWORD": "pass-there", "LOG_LEVEL": "INFO"}});
    mount.request("POST", "data/shop/production", Some(there));
    shop.envward("push --yes").success().stderr_has("  update    API_KEY\n");
    shop.envward("pull --yes").success();
    assert_eq!(
        shop.read(".env.production"),
        "# the shop\nAPI_KEY=key-2\nDB_PASSWORD=pass-there\nLOG_LEVEL=INFO\n"
    );
    // After the first seal the base still counts.
    shop.envward("seal").success();
    set(&shop, ".", "API_KEY", "key-3");
    shop.envward("push --yes").success().stderr_has("  update    API_KEY\n");
}

#[test]
fn a_list_in_the_store_is_named_and_neither_taken_nor_overwritten() {
    let Some(server) = openbao::server() else { return };
    let mount = server.kv(2);
    let shop = shop_with_openbao(server, &mount);
    shop.envward("seal").success();
    shop.envward("push --yes").success();
    let there = json!({"data": {"API_KEY": ["a", "b"], "DB_PASSWORD": 12345, "LOG_LEVEL": "INFO"}});
    mount.request("POST", "data/shop/production", Some(there));
    shop.envward("pull --yes")
        .code(1)
        .stderr_has("warning: store local holds a list or an object, which no variable can be: API_KEY\n");
    assert_eq!((get(&shop, "API_KEY"), get(&shop, "DB_PASSWORD")), ("key-1".to_owned(), "12345".to_owned()));
    shop.envward("push --yes").success().stderr_has("left as it is there: API_KEY\n");
    assert_eq!(mount.bao_kv_get("shop/production")["data"]["API_KEY"], json!(["a", "b"]));
}

#[test]
fn a_store_without_compare_and_set_is_written_only_when_told_each_time() {
    let Some(server) = openbao::server() else { return };
    let mount = server.kv(1);
    let shop = shop_with_openbao(server, &mount);
    shop.envward("seal").success();
    for value in ["key-2", "key-3"] {
        set(&shop, ".", "API_KEY", value);
        shop.envward("push --yes").code(2).stderr_has(
            "error: store local has no compare-and-set: what someone else writes meanwhile would be lost\n\
             help: --no-cas writes all the same\n",
        );
        shop.envward("push --yes --no-cas").success();
        assert_eq!(mount.bao_kv_get("shop/production")["API_KEY"], value);
    }
}

#[test]
fn what_was_deleted_in_the_store_is_brought_back_with_restore() {
    let Some(server) = openbao::server() else { return };
    let mount = server.kv(2);
    let shop = shop_with_openbao(server, &mount);
    shop.envward("seal").success();
    shop.envward("push --yes").success();
    set(&shop, ".", "API_KEY", "key-2");
    mount.request("DELETE", "data/shop/production", None);
    shop.envward("push --yes").code(5).stderr_has("was deleted");
    shop.envward("push --yes --restore").success().stderr_has("  update    API_KEY\n");
    let held = mount.bao_kv_get("shop/production");
    assert_eq!(held["data"], json!({"API_KEY": "key-2", "DB_PASSWORD": "pass-1", "LOG_LEVEL": "INFO"}));
}
