//! `seal` and `unseal`: what goes over, what stays, what is said.

use std::collections::BTreeSet;

use crate::support::Sandbox;
use crate::support::shop::{ALICE, ALICE_PUBLIC, ENV, SEALED, line, manifest, sealed_shop, shop};

#[test]
fn the_first_seal_encrypts_what_is_secret_and_names_what_it_sealed() {
    let sandbox = shop();
    sandbox.envward("seal").success().stderr(
        "sealed secrets/production.enc.env, generation 1\n  added     API_KEY, DB_PASSWORD, LOG_LEVEL\n\
         to commit: secrets/production.enc.env secrets/production.key.age envward.ledger.jsonl envward.toml \
         .gitignore .gitattributes\n",
    );
    let sealed = sandbox.read(SEALED);
    assert_eq!(line(&sealed, "LOG_LEVEL="), "LOG_LEVEL=INFO");
    assert!(line(&sealed, "API_KEY=").starts_with("API_KEY=ENC[AES256_GCM,"));
    assert_eq!(line(&sealed, "sops_unencrypted_regex="), "sops_unencrypted_regex=^(LOG_LEVEL)$");
    assert!(!sealed.contains("key-1") && !sealed.contains("pass-1"));
    assert!(sandbox.has("secrets/production.key.age"));
    sandbox.envward("verify").success().stderr("");
}

#[test]
fn values_that_do_not_fit_the_schema_are_sealed_with_a_warning() {
    let sandbox = shop();
    sandbox.write(".env.production", ENV.replace("key-1", "").replace("DB_PASSWORD=pass-1\n", ""));
    sandbox.envward("seal").success().stderr_has(
        "warning: the values do not fit the schema: API_KEY, DB_PASSWORD\nhelp: see why with: envward check\n",
    );
    sandbox.envward("check").code(1).stdout_has("API_KEY").stdout_has("DB_PASSWORD");
    sandbox.write(".env.production", ENV.replace("pass-1", ""));
    sandbox.envward("seal").success().stderr(
        "sealed secrets/production.enc.env, generation 2\n  added     DB_PASSWORD\n  changed   API_KEY\n\
         warning: the values do not fit the schema: DB_PASSWORD\nhelp: see why with: envward check\n",
    );
    sandbox.write(".env.production", ENV);
    sandbox
        .envward("seal")
        .success()
        .stderr("sealed secrets/production.enc.env, generation 3\n  changed   DB_PASSWORD\n");
}

#[test]
fn the_way_to_see_why_names_the_environment_that_was_named() {
    let sandbox = shop();
    sandbox.write(".env.staging", "API_KEY=k\n");
    sandbox.envward("seal -e staging").success().stderr_has("help: see why with: envward check -e staging\n");
}

#[test]
fn only_what_is_not_committed_yet_is_named_for_the_commit() {
    let sandbox = shop();
    sandbox.shell("git add . && git commit -qm start && printf '*.jsonl\\n' >> .git/info/exclude");
    let sealed = sandbox.envward("seal").success();
    let last = "to commit: secrets/production.enc.env secrets/production.key.age\n";
    assert!(sealed.stderr.ends_with(last), "{}", sealed.stderr);
    shop().envward("seal -q").success().stderr("");
    let elsewhere = shop();
    elsewhere.shell("rm -r .git");
    let sealed = elsewhere.envward("seal").success();
    assert!(!sealed.stderr.contains("to commit"), "{}", sealed.stderr);
}

#[test]
fn sealing_again_changes_nothing() {
    let sandbox = sealed_shop();
    let sandbox = sandbox.with("ENVWARD_TEST_ONLY_NOW", "2026-03-02T12:00:00Z");
    let before = sandbox.shell("cat secrets/* envward.ledger.jsonl .envward/base/* .env.production");
    sandbox.envward("seal").success().stderr("secrets/production.enc.env is up to date\n");
    sandbox.envward("unseal").success().stderr(".env.production is up to date\n");
    assert_eq!(sandbox.shell("cat secrets/* envward.ledger.jsonl .envward/base/* .env.production"), before);
}

#[test]
fn changing_one_value_changes_its_line_the_record_the_mac_and_the_date() {
    let sandbox = sealed_shop();
    let sandbox = sandbox.with("ENVWARD_TEST_ONLY_NOW", "2026-03-02T12:00:00Z");
    let sandbox = sandbox.with("ENVWARD_TEST_ONLY_SEED", "2");
    let before = sandbox.read(SEALED);
    sandbox.shell("sed -i s/pass-1/pass-2/ .env.production");
    sandbox
        .envward("seal")
        .success()
        .stderr("sealed secrets/production.enc.env, generation 2\n  changed   DB_PASSWORD\n");
    let after = sandbox.read(SEALED);
    let changed: Vec<&str> = before
        .lines()
        .zip(after.lines())
        .filter(|(old, new)| old != new)
        .map(|(old, _)| old.split('=').next().unwrap())
        .map(|start| if start.starts_with('#') { "record" } else { start })
        .collect();
    assert_eq!(changed, ["DB_PASSWORD", "record", "sops_lastmodified", "sops_mac"]);
    assert_eq!(before.lines().count(), after.lines().count());
}

#[test]
fn the_record_is_the_last_comment_and_no_variable() {
    let sandbox = sealed_shop();
    let sealed = sandbox.read(SEALED);
    let last = sealed.lines().take_while(|line| !line.starts_with("sops_")).last().unwrap();
    assert!(last.starts_with("#ENC[AES256_GCM,"), "{last}");
    let values = sandbox.envward("unseal --stdout --format json").success().json();
    let expected = serde_json::json!({"API_KEY": "key-1", "DB_PASSWORD": "pass-1", "LOG_LEVEL": "INFO"});
    assert_eq!(values, expected);
}

#[test]
fn a_removed_variable_goes_only_with_prune() {
    let sandbox = sealed_shop();
    sandbox.shell("sed -i /API_KEY/d .env.production");
    sandbox.envward("seal").success().stderr(
        "secrets/production.enc.env is up to date\n\
         note: not in the env file, kept in the sealed file: API_KEY\n\
         help: remove them with --prune, or bring them back with: envward unseal\n",
    );
    assert!(sandbox.read(SEALED).contains("API_KEY="));
    sandbox
        .envward("seal --prune")
        .success()
        .stderr_has("sealed secrets/production.enc.env, generation 2\n  removed   API_KEY\n");
    assert!(!sandbox.read(SEALED).contains("API_KEY="));
}

#[test]
fn unseal_edits_the_env_file_in_place_and_keeps_unsealed_changes() {
    let sandbox = sealed_shop();
    let other = sandbox.shell("cp -r . ../other && cat .env.production");
    sandbox.shell("cd ../other && sed -i s/key-1/key-2/ .env.production");
    sandbox.envward("-C ../other seal").success();
    sandbox.shell("cp ../other/secrets/* secrets/ && cp ../other/envward.ledger.jsonl .");
    sandbox.write(".env.production", other.replace("INFO", "DEBUG # for now"));
    sandbox.envward("unseal").success().stderr(
        "unsealed into .env.production\n  written   API_KEY\n\
         note: changed in the env file and not sealed yet: LOG_LEVEL\n\
         help: take them into the sealed file with: envward seal\n",
    );
    let expected = "# the shop\nAPI_KEY=key-2\nDB_PASSWORD=pass-1\nLOG_LEVEL=DEBUG # for now\n";
    assert_eq!(sandbox.read(".env.production"), expected);
}

#[test]
fn unseal_makes_a_private_env_file_where_there_is_none() {
    let sandbox = sealed_shop();
    sandbox.shell("rm -r .env.production .envward");
    sandbox.envward("unseal").success();
    assert_eq!(sandbox.read(".env.production"), ENV);
    assert_eq!(sandbox.shell("stat -c %a .env.production"), "600\n");
    sandbox.envward("seal").success().stderr("secrets/production.enc.env is up to date\n");
}

#[test]
fn a_value_of_several_lines_stays_in_the_sealed_file() {
    let sandbox = shop();
    sandbox.write(".env.production", "API_KEY=k\nCERT=\"a\\nb\"\nDB_PASSWORD=p\nLOG_LEVEL=INFO\n");
    sandbox.envward("seal").success();
    sandbox.shell("rm .env.production");
    sandbox.envward("unseal").success().stderr_has("  left      CERT\n");
    let env = sandbox.read(".env.production");
    assert!(env.contains("# CERT: only in the sealed file (multi-line)\n"), "{env}");
    sandbox.envward("seal --prune").success().stderr("secrets/production.enc.env is up to date\n");
    let values = sandbox.envward("unseal --stdout --format json").success().json();
    assert_eq!(values["CERT"], "a\nb");
}

#[test]
fn a_variable_the_schema_makes_public_later_stays_encrypted_until_it_is_revealed() {
    let sandbox = sealed_shop();
    let public = manifest("\"alice\", \"bob\"").replace("[vars.API_KEY]", "[vars.API_KEY]\nsecret = false");
    sandbox.write("envward.toml", public);
    sandbox.shell("sed -i s/key-1/key-2/ .env.production");
    sandbox.envward("seal").success();
    assert!(line(&sandbox.read(SEALED), "API_KEY=").contains("ENC["));
    sandbox
        .envward("seal --reveal API_KEY")
        .success()
        .stderr("sealed secrets/production.enc.env, generation 3\n  readable  API_KEY\n");
    assert_eq!(line(&sandbox.read(SEALED), "API_KEY="), "API_KEY=key-2");
    sandbox.envward("verify").success();
}

#[test]
fn a_secret_variable_is_not_revealed_and_one_that_becomes_secret_is_encrypted() {
    let sandbox = sealed_shop();
    sandbox
        .envward("seal --reveal API_KEY")
        .code(2)
        .stderr("error: API_KEY is secret by the schema, so it stays encrypted\n");
    let secret = manifest("\"alice\", \"bob\"")
        .replace("[vars.LOG_LEVEL]\nsecret = false", "[vars.LOG_LEVEL]\nsecret = true");
    sandbox.write("envward.toml", secret);
    sandbox.envward("seal").success().stderr_has("  encrypted LOG_LEVEL\n");
    assert!(line(&sandbox.read(SEALED), "LOG_LEVEL=").contains("ENC["));
}

#[test]
fn values_that_clear_text_would_change_are_encrypted() {
    let sandbox = shop();
    sandbox.write(".env.production", "API_KEY=k\nDB_PASSWORD=p\nLOG_LEVEL='a\\nb'\nREGION='ENC[x]'\n");
    sandbox.envward("seal").success();
    let sealed = sandbox.read(SEALED);
    assert!(line(&sealed, "LOG_LEVEL=").contains("ENC[AES") && line(&sealed, "REGION=").contains("ENC[AES"));
    let values = sandbox.envward("unseal --stdout --format json").success().json();
    assert_eq!((values["LOG_LEVEL"].as_str(), values["REGION"].as_str()), (Some("a\\nb"), Some("ENC[x]")));
}

#[test]
fn what_another_tool_wrote_is_refused_and_then_adopted_by_name() {
    let sandbox = sealed_shop();
    sandbox.shell("sed -i 's/^LOG_LEVEL=INFO/LOG_LEVEL=INFO\\nREGION=/' secrets/production.enc.env");
    sandbox.envward("unseal --stdout").code(4).stdout("").stderr_has("error: the seal of ");
    sandbox
        .envward("seal --adopt")
        .success()
        .stderr("adopted secrets/production.enc.env, generation 2\n  added     REGION\n");
    sandbox.envward("verify").success();
    sandbox.envward("unseal").success().stderr_has("  written   REGION\n");
}

#[test]
fn a_file_of_plain_sops_is_refused_until_it_is_adopted() {
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", ALICE);
    sandbox.write("envward.toml", manifest("\"alice\""));
    let vector = include_str!("fixtures/sops/simple.enc.env");
    sandbox.write(SEALED, vector);
    sandbox
        .envward("unseal --stdout")
        .code(4)
        .stderr_has("has no seal record, so nothing proves who wrote it\n");
    sandbox.envward("seal --adopt").success().stderr_has("  added     A, SECRET_KEY\n");
    sandbox.envward("verify").success();
    let after: BTreeSet<String> = sandbox.read(SEALED).lines().map(str::to_owned).collect();
    let kept =
        vector.lines().filter(|line| !line.starts_with("sops_lastmodified") && !line.starts_with("sops_mac"));
    assert!(kept.clone().all(|line| after.contains(line)), "what was there keeps its bytes");
}

#[test]
fn a_file_outside_of_any_project_is_sealed_and_unsealed() {
    let sandbox = Sandbox::new().with("ENVWARD_IDENTITY", ALICE);
    sandbox.write(".env", "A=1\nB='two words'\n");
    sandbox.envward(&format!("seal .env --recipient {ALICE_PUBLIC} -o prod.enc.env")).success();
    sandbox
        .envward("unseal prod.enc.env --stdout")
        .success()
        .stdout("A=1\nB='two words'\n")
        .stderr("warning: the sealed file has no seal record: nothing proves who wrote it\n");
    sandbox.write("key.txt", ALICE);
    let sandbox = sandbox.with("ENVWARD_IDENTITY", "");
    let values =
        sandbox.envward("unseal prod.enc.env --stdout --format json --identity key.txt").success().json();
    assert_eq!(values, serde_json::json!({"A": "1", "B": "two words"}));
    sandbox.envward("unseal prod.enc.env --stdout").code(4).stdout("");
    sandbox.envward("unseal prod.enc.env --identity key.txt").code(2);
}

#[test]
fn a_misspelt_name_after_take_or_reveal_is_an_error() {
    let sandbox = sealed_shop();
    sandbox.shell("sed -i s/pass-1/pass-2/ .env.production");
    let files = "cat secrets/* .env.production .envward/base/*";
    let before = sandbox.shell(files);
    let error = "error: there is no variable DB_PASSWROD\nhelp: did you mean DB_PASSWORD?\n";
    for command in ["seal --take env", "seal --take sealed API_KEY", "unseal --take env", "seal --reveal"] {
        sandbox.envward(&format!("{command} DB_PASSWROD")).code(2).stderr(error);
    }
    assert_eq!(sandbox.shell(files), before);
    sandbox.envward("seal --take env SENTRY").code(2).stderr("error: there is no variable SENTRY\n");
}

#[test]
fn a_name_after_take_may_be_of_a_variable_that_one_side_alone_has() {
    let sandbox = sealed_shop();
    sandbox.shell("sed -i 's/^API_KEY.*/REGION=eu/' .env.production");
    sandbox.envward("seal --take env REGION").success().stderr_has("  added     REGION\n");
    sandbox.envward("unseal --take sealed API_KEY").success().stderr_has("  written   API_KEY\n");
}

#[test]
fn an_age_file_hides_the_names_and_is_a_seal_like_any_other() {
    let sandbox = shop();
    let age = manifest("\"alice\"")
        .replace("[environments.production]", "[environments.production]\nformat = \"age\"");
    sandbox.write("envward.toml", age);
    sandbox.envward("seal").success();
    let sealed = sandbox.read("secrets/production.env.age");
    assert!(sealed.starts_with("-----BEGIN AGE ENCRYPTED FILE-----") && !sealed.contains("API_KEY"));
    sandbox.envward("verify").success();
    sandbox.envward("seal").success().stderr("secrets/production.env.age is up to date\n");
    sandbox.shell("sed -i s/key-1/key-2/ .env.production");
    sandbox.envward("seal").success().stderr_has("  changed   API_KEY\n");
    assert_eq!(sandbox.envward("unseal --stdout --format json").success().json()["API_KEY"], "key-2");
}

#[test]
fn a_sealed_file_that_git_ignores_is_said() {
    let sandbox = shop();
    sandbox.write(".gitignore", "*.env\n.env.*\n.envward/\n");
    sandbox.envward("seal").success().stderr_has(
        "warning: git ignores secrets/production.enc.env, so it would never be committed\n\
         help: add a line to .gitignore: !secrets/production.enc.env\n",
    );
}

#[test]
fn without_an_env_file_there_is_nothing_to_seal() {
    let sandbox = shop();
    sandbox.shell("rm .env.production");
    let run = sandbox.envward("seal").code(3);
    assert!(run.stderr.starts_with("error: cannot read "), "{}", run.stderr);
}

#[test]
fn the_ledger_names_what_was_sealed_and_never_a_value() {
    let sandbox = sealed_shop();
    sandbox.shell("sed -i s/pass-1/pass-2/ .env.production");
    sandbox.envward("seal").success();
    let ledger = sandbox.read("envward.ledger.jsonl");
    let entries: Vec<serde_json::Value> =
        ledger.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries[0]["event"], "created");
    assert_eq!(entries[1]["event"], "sealed");
    assert_eq!(entries[1]["prev"], serde_json::json!([entries[0]["id"]]));
    assert_eq!(entries[1]["actor"], "Alice <a@example.com>");
    assert_eq!(entries[1]["generation"], 2);
    let names: Vec<&String> = entries[1]["fingerprints"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["DB_PASSWORD"]);
    let hash = sandbox.shell("sha256sum < secrets/production.enc.env | cut -c1-64");
    assert_eq!(entries[1]["sha256"], hash.trim());
    assert!(!ledger.contains("pass-") && !ledger.contains("key-1"));
}

#[test]
fn an_age_file_with_a_passphrase_opens_with_it_and_says_so_without() {
    let sandbox = Sandbox::new();
    let file =
        envward::seal::age_file::wrap_to_passphrase(&envward::secret::Secret::new("open sesame"), b"A=1\n");
    sandbox.write("x.env.age", file.unwrap());
    sandbox
        .envward("unseal x.env.age --stdout --no-input")
        .code(4)
        .stdout("")
        .stderr_has("the file is protected by a passphrase, and none was given\n");
    let sandbox = sandbox.with("ENVWARD_PASSPHRASE", "wrong");
    sandbox.envward("unseal x.env.age --stdout").code(4).stderr_has("the passphrase does not open it\n");
    let sandbox = sandbox.with("ENVWARD_PASSPHRASE", "open sesame");
    sandbox.envward("unseal x.env.age --stdout").success().stdout("A=1\n");
}

/// An env file with a head, groups and a comment after the last variable.
const COMMENTED: &str = "# the shop\n\n# keys\n# at the vendor\nAPI_KEY=key-1\nDB_PASSWORD=pass-1\n\n\
                         # how much is logged\nLOG_LEVEL=INFO\n\n# the end\n";

#[test]
fn comments_and_order_come_back_from_the_sealed_file() {
    for format in ["sops", "age"] {
        let sandbox = shop();
        let header = format!("[environments.production]\nformat = \"{format}\"");
        let manifest = manifest("\"alice\"").replace("[environments.production]", &header);
        sandbox.write("envward.toml", manifest);
        sandbox.write(".env.production", COMMENTED);
        sandbox.envward("seal").success();
        assert!(!sandbox.shell("cat secrets/production.en*").contains("vendor"));
        sandbox.shell("rm -r .env.production .envward");
        sandbox.envward("unseal").success();
        let expected = COMMENTED.replace("# the shop\n\n", "# the shop\n");
        assert_eq!(sandbox.read(".env.production"), expected);
        sandbox.envward("unseal --stdout").success().stdout(&expected);
        sandbox.envward("verify").success();
        sandbox.envward("seal").success().stderr_has(" is up to date\n");
    }
}

#[test]
fn a_new_variable_is_sealed_in_its_place_with_its_comment_and_pruned_with_it() {
    let sandbox = sealed_shop();
    let before = sandbox.read(SEALED);
    sandbox.shell("sed -i 's/^LOG_LEVEL/# where\\nREGION=eu\\nLOG_LEVEL/' .env.production");
    sandbox.envward("seal").success();
    let sealed = sandbox.read(SEALED);
    let kept = |line: &&str| !line.starts_with("sops_") && !line.starts_with('#');
    assert!(before.lines().filter(kept).all(|line| sealed.contains(line)));
    let expected = "# the shop\nAPI_KEY=key-1\nDB_PASSWORD=pass-1\n\n# where\nREGION=eu\nLOG_LEVEL=INFO\n";
    sandbox.envward("unseal --stdout").success().stdout(expected);
    sandbox.write(".env.production", ENV.replace("# the shop", "# my shop"));
    sandbox.envward("seal --prune").success().stderr_has("  removed   REGION\n");
    sandbox.envward("unseal --stdout").success().stdout(ENV);
}
