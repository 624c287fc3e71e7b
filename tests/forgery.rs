//! What someone with write access to the repository, and without a key, tries. Each attempt is refused or
//! reported with a message of its own.

use crate::support::Sandbox;
use crate::support::shop::{ALICE_PUBLIC, BOB, BOB_PUBLIC, SEALED, line, manifest, sealed_shop, shop};

/// A checkout of someone who has the repository and no key, in `../mallory`.
fn mallory(sandbox: &Sandbox) {
    sandbox.shell("rm -rf ../mallory && cp -r . ../mallory && rm -rf ../mallory/.envward ../mallory/secrets");
    sandbox
        .shell("printf 'API_KEY=evil\\nDB_PASSWORD=evil\\nLOG_LEVEL=evil\\n' > ../mallory/.env.production");
    // Where the ledger knows the environment, nobody gets a new project key: his copy forgets it meanwhile.
    sandbox.shell("cd ../mallory && touch envward.ledger.jsonl && mv envward.ledger.jsonl known");
    // Randomness of his own: with the seed of the sandbox he would draw Alice's project key.
    let mut seal = sandbox.command(env!("CARGO_BIN_EXE_envward"));
    seal.args(["-C", "../mallory", "seal"]).env("ENVWARD_TEST_ONLY_SEED", "666");
    assert!(seal.output().unwrap().status.success());
    sandbox.shell("cd ../mallory && cat known envward.ledger.jsonl >both && mv both envward.ledger.jsonl");
}

/// Nothing is given out and this is said.
#[track_caller]
fn refused(sandbox: &Sandbox, message: &str) {
    sandbox.envward("unseal --stdout").code(4).stdout("").stderr_has(message);
    let before = sandbox.shell("cat secrets/* envward.ledger.jsonl .env.production");
    sandbox.shell("sed -i s/key-1/key-9/ .env.production");
    sandbox.envward("seal").code(4);
    sandbox.shell("sed -i s/key-9/key-1/ .env.production");
    assert_eq!(
        sandbox.shell("cat secrets/* envward.ledger.jsonl .env.production"),
        before,
        "nothing is written"
    );
}

#[test]
fn a_file_made_from_nothing_without_a_record() {
    let sandbox = sealed_shop();
    sandbox.write("evil.env", "API_KEY=evil\n");
    sandbox.shell(&format!("rm {SEALED}"));
    sandbox.envward(&format!("seal evil.env --recipient {ALICE_PUBLIC} -o {SEALED}")).success();
    refused(
        &sandbox,
        "has no seal record, so nothing proves who wrote it\nhelp: `envward seal --adopt` shows",
    );
}

#[test]
fn a_file_made_from_nothing_with_a_record() {
    let sandbox = sealed_shop();
    mallory(&sandbox);
    sandbox.shell(&format!("cp ../mallory/{SEALED} {SEALED}"));
    refused(&sandbox, "was not sealed by anyone who knows the project key of production\nhelp: take it back");
}

#[test]
fn a_file_made_from_nothing_with_a_project_key_of_its_own() {
    let sandbox = sealed_shop();
    mallory(&sandbox);
    sandbox.shell("cp ../mallory/secrets/* secrets/");
    refused(&sandbox, "but this machine knows production by ");
    let pin = sandbox.envward("-C ../mallory verify --format json").json()["pin"].clone();
    let run = sandbox.envward("unseal --stdout").code(4);
    assert!(run.stderr.contains(&format!("ENVWARD_PROJECT_PIN={}", pin.as_str().unwrap())), "{}", run.stderr);
}

#[test]
fn a_fresh_machine_says_that_the_author_is_not_verified_and_a_pin_verifies_him() {
    let sandbox = sealed_shop();
    let pin = sandbox.envward("verify --format json").json()["pin"].as_str().unwrap().to_owned();
    let state = sandbox.directory_path().join("other-state").display().to_string();
    let fresh = sandbox.with("XDG_STATE_HOME", state);
    fresh
        .envward("unseal --stdout")
        .success()
        .stderr_has(&format!("warning: author not verified yet: project key {pin} is new to this machine\n"))
        .stderr_has("help: compare it with the pin that `envward verify` shows the author; in CI, set ENVWARD_PROJECT_PIN");
    fresh.envward("unseal --stdout").success().stderr("");

    let state = fresh.directory_path().join("third-state").display().to_string();
    let ci = fresh.with("XDG_STATE_HOME", state).with("ENVWARD_PROJECT_PIN", pin);
    ci.envward("unseal --stdout").success().stderr("");
    let ci = ci.with("ENVWARD_PROJECT_PIN", "0123456789abcdef0123456789abcdef");
    ci.envward("unseal --stdout").code(4).stdout("").stderr_has("knows production by 0123456789abcdef");
}

#[test]
fn a_pin_that_is_none_is_told_from_one_that_is_wrong() {
    for pin in ["bad", "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcdef,bad"] {
        let sandbox = sealed_shop().with("ENVWARD_PROJECT_PIN", pin);
        let expected = "error: ENVWARD_PROJECT_PIN is not a pin: 32 digits from 0123456789abcdef\n\
                        help: the last line of the author's `envward verify` shows it\n";
        sandbox.envward("unseal --stdout").code(2).stdout("").stderr(expected);
        sandbox.shell("rm -r secrets");
        sandbox.envward("seal").code(2).stderr(expected);
    }
}

#[test]
fn the_file_of_another_environment() {
    let sandbox = sealed_shop();
    sandbox.write(".env.staging", "API_KEY=s\nDB_PASSWORD=s\nLOG_LEVEL=DEBUG\n");
    sandbox.envward("seal -e staging").success();
    sandbox.shell(&format!("cp secrets/staging.enc.env {SEALED}"));
    refused(&sandbox, "was sealed for \"staging\" of project \"shop\", and was copied here\n");
    sandbox.shell("cp secrets/staging.key.age secrets/production.key.age");
    refused(&sandbox, "was sealed for \"staging\" of project \"shop\", and was copied here\n");
}

#[test]
fn an_older_generation() {
    let sandbox = sealed_shop();
    sandbox.shell(&format!("cp {SEALED} ../old && cp envward.ledger.jsonl ../old-ledger"));
    sandbox.shell("sed -i s/pass-1/pass-2/ .env.production");
    sandbox.envward("seal").success();
    sandbox.shell(&format!("cp {SEALED} ../new && cp ../old {SEALED}"));
    refused(&sandbox, "is stale: it is generation 1, and the ledger knows generation 2\n");

    // With the ledger put back too, only this machine knows better.
    sandbox.shell("cp ../old-ledger envward.ledger.jsonl");
    sandbox
        .envward("unseal --stdout")
        .success()
        .stderr_has("warning: the sealed file is generation 1; this machine has seen 2\n");
}

/// `run` does not verify again what this machine verified last: none of this passes because of that.
#[test]
fn files_that_run_has_verified_before() {
    let sandbox = sealed_shop();
    let run = |message: &str| match message {
        "" => drop(sandbox.envward("run -- printenv API_KEY").success().stdout("key-1\n").stderr("")),
        _ => drop(sandbox.envward("run -- printenv API_KEY").code(4).stdout("").stderr_has(message)),
    };
    run("");
    run("");
    mallory(&sandbox);
    sandbox.shell(&format!("mkdir ../mine && cp secrets/* ../mine && cp ../mallory/{SEALED} {SEALED}"));
    run("was not sealed by anyone who knows the project key of production");
    sandbox.shell("cp ../mallory/secrets/* secrets/");
    run("but this machine knows production by ");
    sandbox.shell(&format!("cp ../mine/production.enc.env {SEALED}"));
    run("but this machine knows production by ");
    sandbox.shell("rm secrets/production.key.age");
    run("production.key.age");
    sandbox.shell("cp ../mine/* secrets/");
    run("");

    // What lies outside of the two files is looked at every time.
    let pinned = sandbox.with("ENVWARD_PROJECT_PIN", "0123456789abcdef0123456789abcdef");
    pinned.envward("run -- true").code(4).stderr_has("but this machine knows production by 0123456789abcdef");
    let sandbox = pinned.with("ENVWARD_PROJECT_PIN", "");
    sandbox.shell("cp -r . ../clone && sed -i s/pass-1/pass-2/ ../clone/.env.production");
    sandbox.envward("-C ../clone seal").success();
    sandbox.shell("cp ../clone/envward.ledger.jsonl .");
    sandbox
        .envward("run -- true")
        .code(4)
        .stderr_has("is stale: it is generation 1, and the ledger knows generation 2\n");
}

/// Another branch may have the older file, with its older ledger.
#[test]
fn an_older_file_that_run_has_verified_before_is_still_older() {
    let sandbox = sealed_shop();
    sandbox.shell(&format!("cp {SEALED} ../old && cp envward.ledger.jsonl ../old-ledger"));
    sandbox.shell("sed -i s/pass-1/pass-2/ .env.production");
    sandbox.envward("seal").success();
    sandbox
        .shell(&format!("rm .env.production && cp ../old {SEALED} && cp ../old-ledger envward.ledger.jsonl"));
    for _ in 0..2 {
        sandbox
            .envward("run -- printenv DB_PASSWORD")
            .success()
            .stdout("pass-1\n")
            .stderr_has("warning: the sealed file is generation 1; this machine has seen 2\n");
    }
}

#[test]
fn an_older_generation_shows_without_any_key() {
    let sandbox = sealed_shop();
    sandbox.shell(&format!("cp {SEALED} ../old"));
    sandbox.shell("sed -i s/pass-1/pass-2/ .env.production");
    sandbox.envward("seal").success();
    sandbox.shell(&format!("cp ../old {SEALED}"));
    let sandbox = sandbox.with("ENVWARD_IDENTITY", "");
    sandbox.envward("verify").code(1).stdout_has(
        "  wrong       ledger      the file is generation 1, and the ledger knows generation 2\n",
    );
}

#[test]
fn a_recipient_in_the_manifest_alone() {
    let sandbox = sealed_shop();
    let eve = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";
    let manifest = manifest("\"alice\", \"bob\", \"eve\"")
        .replace("[recipients]", &format!("[recipients]\neve = \"{eve}\""));
    sandbox.write("envward.toml", manifest);
    let message = "the recipients of the sealed file differ from the manifest: eve is missing\n";
    sandbox.envward("verify").code(1).stdout_has(message);
    sandbox.shell("sed -i s/pass-1/pass-2/ .env.production");
    sandbox.envward("seal").code(1).stderr_has(&format!("warning: {message}"));
    assert!(!sandbox.read(SEALED).contains(eve), "a write keeps the recipients of the file");
}

#[test]
fn a_variable_made_readable_in_the_schema_alone() {
    let sandbox = sealed_shop();
    let public =
        manifest("\"alice\", \"bob\"").replace("[vars.DB_PASSWORD]", "[vars.DB_PASSWORD]\nsecret = false");
    sandbox.write("envward.toml", public);
    sandbox.shell("sed -i s/pass-1/pass-2/ .env.production");
    sandbox.envward("seal").success();
    assert!(line(&sandbox.read(SEALED), "DB_PASSWORD=").contains("ENC["));
}

#[test]
fn a_missing_project_key() {
    let sandbox = sealed_shop();
    sandbox.shell("rm secrets/production.key.age");
    refused(&sandbox, "secrets/production.key.age is missing\n");
    sandbox.envward("seal --adopt").code(4);
    assert!(!sandbox.has("secrets/production.key.age"), "a new key would not be linked to the old one");
}

/// Edits of the sealed file that its MAC alone would let pass, and some that it would not.
#[test]
fn lines_that_were_added_removed_moved_or_swapped() {
    let sandbox = sealed_shop();
    let sealed = sandbox.read(SEALED);
    let api = line(&sealed, "API_KEY=");
    let log = line(&sealed, "LOG_LEVEL=");
    let record = sealed.lines().take_while(|line| !line.starts_with("sops_")).last().unwrap();
    let password = line(&sealed, "DB_PASSWORD=");
    let (api_value, password_value) = (api.split_once('=').unwrap().1, password.split_once('=').unwrap().1);
    let edits = [
        ("INJECTED added", sealed.replace(api, &format!("INJECTED=\n{api}"))),
        ("INJECTED after the record", sealed.replace(record, &format!("{record}\nINJECTED="))),
        ("comment added", sealed.replace(api, &format!("# trust me\n{api}"))),
        ("blank line added", sealed.replace(api, &format!("\n{api}"))),
        ("clear value renamed", sealed.replace("LOG_LEVEL=", "REGION=").replace("(LOG_LEVEL)", "(REGION)")),
        ("clear value split", sealed.replace(log, "LOG_LEVEL=IN\nREGION=FO")),
        ("clear value changed", sealed.replace(log, "LOG_LEVEL=DEBUG")),
        ("line removed", sealed.replace(&format!("{api}\n"), "")),
        ("line moved", sealed.replace(&format!("{log}\n"), "").replace(api, &format!("{log}\n{api}"))),
        (
            "values swapped",
            sealed.replace(api_value, "\0").replace(password_value, api_value).replace('\0', password_value),
        ),
        ("record removed", sealed.replace(&format!("{record}\n"), "")),
        ("record doubled", sealed.replace(record, &format!("{record}\n{record}"))),
        (
            "record moved",
            sealed.replace(&format!("{record}\n"), "").replace(api, &format!("{record}\n{api}")),
        ),
        ("selector widened", sealed.replace("^(LOG_LEVEL)$", "^(LOG_LEVEL|REGION)$")),
        ("recipient's name changed", sealed.replace(ALICE_PUBLIC, "age1mallory")),
        ("metadata added", sealed.replace("sops_version=", "sops_extra=1\nsops_version=")),
        ("all encryption taken off", "API_KEY=evil\nDB_PASSWORD=evil\nLOG_LEVEL=evil\n".to_owned()),
        ("emptied", String::new()),
    ];
    for (what, edited) in edits {
        assert_ne!(edited, sealed, "{what}");
        sandbox.write(SEALED, &edited);
        let run = sandbox.envward("unseal --stdout");
        assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""), "{what}: {}", run.stderr);
        assert!(run.stderr.starts_with("error: "), "{what}: {}", run.stderr);
        let keyless = sandbox
            .command(env!("CARGO_BIN_EXE_envward"))
            .arg("verify")
            .env_remove("ENVWARD_IDENTITY")
            .output()
            .unwrap();
        assert!(matches!(keyless.status.code(), Some(1 | 4)), "{what} shows without a key");
    }
    sandbox.write(SEALED, &sealed);
    sandbox.envward("verify").success();
}

/// Every byte of the file counts, also those that sops does not look at. A sample, because each takes a run.
#[test]
fn bytes_that_were_changed_and_files_cut_short() {
    let sandbox = sealed_shop();
    let sealed = sandbox.read(SEALED).into_bytes();
    for position in (0..sealed.len()).step_by(29) {
        let mut flipped = sealed.clone();
        flipped[position] ^= 1;
        sandbox.write(SEALED, &flipped);
        let run = sandbox.envward("unseal --stdout");
        assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""), "byte {position}: {}", run.stderr);
    }
    for length in (0..sealed.len()).step_by(61).chain([sealed.len() - 1]) {
        sandbox.write(SEALED, &sealed[..length]);
        let run = sandbox.envward("unseal --stdout");
        assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""), "cut at {length}: {}", run.stderr);
    }
}

#[test]
fn a_changed_project_key_file() {
    let sandbox = sealed_shop();
    let key = sandbox.read("secrets/production.key.age");
    for position in (0..key.len()).step_by(41) {
        let mut changed = key.clone().into_bytes();
        changed[position] ^= 1;
        sandbox.write("secrets/production.key.age", &changed);
        let run = sandbox.envward("unseal --stdout");
        assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""), "byte {position}: {}", run.stderr);
    }
}

#[test]
fn a_ledger_entry_by_someone_without_the_key() {
    let sandbox = sealed_shop();
    mallory(&sandbox);
    sandbox.shell("tail -n 1 ../mallory/envward.ledger.jsonl >> envward.ledger.jsonl");
    sandbox.envward("verify").code(1).stdout_has("was not written by anyone who knows the project key\n");
    sandbox.envward("unseal --stdout").success();
    sandbox.shell("sed -i 's/\"generation\":1/\"generation\":7/' envward.ledger.jsonl");
    sandbox
        .envward("verify")
        .code(3)
        .stderr_has("error: line 1 of the ledger was changed after it was written\n");
    sandbox.envward("unseal --stdout").success();
}

#[test]
fn someone_who_is_no_recipient_opens_nothing() {
    let sandbox = sealed_shop();
    let outsider = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    let bob = sandbox.with("ENVWARD_IDENTITY", BOB);
    bob.envward("unseal --stdout").success();
    let eve = bob.with("ENVWARD_IDENTITY", outsider);
    eve.envward("unseal --stdout").code(4).stdout("");
}

#[test]
fn a_new_project_key_is_accepted_where_the_ledger_leads_to_it_and_nowhere_else() {
    let sandbox = sealed_shop();
    let pin = |sandbox: &Sandbox| sandbox.envward("verify --format json").json()["pin"].clone();
    let old_pin = pin(&sandbox);
    sandbox.shell("cp -r . ../before");
    // Alice's other machine, which knows the old key.
    let laptop = |sandbox: &Sandbox, command: &str| {
        let state = sandbox.directory_path().join("laptop-state");
        let mut run = sandbox.command(env!("CARGO_BIN_EXE_envward"));
        let output = run.args(command.split(' ')).env("XDG_STATE_HOME", state).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert!(laptop(&sandbox, "verify").1.contains("author not verified yet"));
    sandbox.envward("recipients remove bob").success();
    assert_ne!(pin(&sandbox), old_pin);

    sandbox.shell("cp envward.ledger.jsonl ../ledger && head -n 1 ../ledger > envward.ledger.jsonl");
    let (code, stderr) = laptop(&sandbox, "unseal --stdout");
    assert_eq!(code, Some(4), "{stderr}");
    assert!(stderr.contains("but this machine knows production by "), "{stderr}");

    sandbox.shell("cp ../ledger envward.ledger.jsonl");
    assert_eq!(laptop(&sandbox, "unseal --stdout"), (Some(0), String::new()));

    sandbox.shell(&format!("cp ../before/{SEALED} {SEALED} && cp ../before/envward.ledger.jsonl ."));
    sandbox
        .envward("unseal --stdout")
        .code(4)
        .stderr_has("is stale: it was sealed under project key 1, and the environment has key 2\n");
    sandbox.shell("cp ../before/secrets/production.key.age secrets/");
    sandbox.envward("unseal --stdout").code(4).stderr_has("but this machine knows production by ");
}

#[test]
fn a_recipient_whose_last_day_is_over() {
    let sandbox = shop();
    let expiring = |day: &str| {
        manifest("\"alice\", \"bob\"").replace(
            &format!("bob = \"{BOB_PUBLIC}\""),
            &format!("bob = {{ key = \"{BOB_PUBLIC}\", expires = {day} }}"),
        )
    };
    sandbox.write("envward.toml", expiring("2026-02-28"));
    sandbox.envward("seal").success();
    assert!(!sandbox.read(SEALED).contains(BOB_PUBLIC), "nothing new is wrapped to him");
    sandbox.envward("verify").success();

    let sandbox = sealed_shop();
    sandbox.write("envward.toml", expiring("2026-03-01"));
    sandbox.envward("verify").success();
    sandbox.write("envward.toml", expiring("2026-02-28"));
    sandbox.envward("verify").code(1).stdout_has(
        "  wrong       recipients  the sealed file can still be opened by recipients that expired: bob\n",
    );
}

#[test]
fn a_data_key_that_a_stranger_chose_is_replaced_when_his_file_is_adopted() {
    let sandbox = sealed_shop();
    // The data key as the recipients' stanzas hold it: Mallory knows what he wrapped, and nobody else can say.
    let wrapped = |file: &str| line(file, "sops_age__list_0__map_enc=").to_owned();
    let own = wrapped(&sandbox.read(SEALED));
    let edited = sandbox.read(SEALED).replace("API_KEY=", "REGION=\nAPI_KEY=");
    sandbox.write(SEALED, edited);
    sandbox.envward("seal --adopt").success().stderr_has("added     REGION\n");
    assert_eq!(wrapped(&sandbox.read(SEALED)), own, "a key that the record vouches for stays");

    mallory(&sandbox);
    let eve = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";
    sandbox.envward(&format!("-C ../mallory recipients add eve {eve}")).success();
    sandbox.shell(&format!("cp ../mallory/{SEALED} {SEALED}"));
    let theirs = wrapped(&sandbox.read(SEALED));
    let run = sandbox.envward("seal --adopt").code(1).stderr_has("changed   API_KEY");
    assert!(
        run.stderr.contains(&format!("from the manifest: {eve} is not in the manifest\n")),
        "{}",
        run.stderr
    );
    assert_ne!(wrapped(&sandbox.read(SEALED)), theirs);
    sandbox.envward("verify").code(1);
}

/// Everything that a write of the default environment touches.
fn files(sandbox: &Sandbox) -> String {
    sandbox.shell("cat secrets/* .env.production; cat .envward/base/* envward.ledger.jsonl 2>&1 || true")
}

#[test]
fn a_ledger_that_cannot_be_read_or_replaced_stops_a_write_before_it_begins() {
    for damage in [
        "echo junk >> envward.ledger.jsonl",
        "sed -i 's/\"generation\":1/\"generation\":9/' envward.ledger.jsonl",
        "mv envward.ledger.jsonl ../elsewhere && ln -s ../elsewhere envward.ledger.jsonl",
        "rm envward.ledger.jsonl && mkfifo envward.ledger.jsonl",
    ] {
        let sandbox = sealed_shop();
        sandbox.shell(damage);
        let before = sandbox.shell("cat secrets/* .env.production .envward/base/*");
        for command in ["set LOG_LEVEL", "recipients remove bob", "seal --adopt"] {
            let run = sandbox.envward_with_input(&command.split(' ').collect::<Vec<_>>(), b"WARN");
            assert!(matches!(run.code, Some(3 | 4)), "{damage}: {command}: {}", run.stderr);
            let after = sandbox.shell("cat secrets/* .env.production .envward/base/*");
            assert_eq!(after, before, "{damage}: {command}");
        }
    }
}

#[test]
fn an_env_file_that_cannot_be_written_stops_a_write_before_it_begins() {
    let sandbox = sealed_shop();
    sandbox.shell("chmod 644 .env.production");
    let before = files(&sandbox);
    sandbox
        .envward_with_input(&["set", "LOG_LEVEL"], b"WARN")
        .code(3)
        .stderr_has("can be read by other users");
    assert_eq!(files(&sandbox), before);
}

#[test]
fn an_entry_of_the_largest_generation() {
    let sandbox = sealed_shop();
    mallory(&sandbox);
    let forge = "import hashlib, json; e = json.loads(open('../mallory/envward.ledger.jsonl').readline()); \
                 e.pop('id'); e['generation'] = 2**64 - 1; e['key'] = KEY; \
                 dump = lambda: json.dumps(e, sort_keys=True, separators=(',', ':'), ensure_ascii=False); \
                 e['id'] = hashlib.sha256(dump().encode()).hexdigest(); \
                 open('envward.ledger.jsonl', 'a').write(dump() + chr(10))";
    let ledger = sandbox.read("envward.ledger.jsonl");
    sandbox.shell(&format!("python3 -c \"{}\"", forge.replace("KEY", "1")));
    sandbox.envward("unseal --stdout").success();
    sandbox.envward("seal --adopt").success().stderr_has("generation 2\n");

    sandbox.write("envward.ledger.jsonl", ledger);
    sandbox.shell(&format!("python3 -c \"{}\"", forge.replace("KEY", "7")));
    sandbox.envward("unseal --stdout").code(4).stdout("").stderr_has("is stale: ");
    sandbox.envward("seal --adopt").success();
}

#[test]
fn a_new_project_key_that_only_a_stranger_vouches_for() {
    let sandbox = sealed_shop();
    mallory(&sandbox);
    let mut remove = sandbox.command(env!("CARGO_BIN_EXE_envward"));
    remove.args(["-C", "../mallory", "recipients", "remove", "bob"]).env("ENVWARD_TEST_ONLY_SEED", "667");
    assert!(remove.output().unwrap().status.success());
    assert!(sandbox.shell("tail -n 1 ../mallory/envward.ledger.jsonl").contains("rekeyed"));
    sandbox.shell(
        "cp ../mallory/secrets/* secrets/ && cat ../mallory/envward.ledger.jsonl >> envward.ledger.jsonl",
    );
    refused(&sandbox, "but this machine knows production by ");
}

#[test]
fn a_project_key_planted_before_the_first_seal_is_said() {
    let sandbox = shop();
    mallory(&sandbox);
    sandbox.shell("mkdir -p secrets && cp ../mallory/secrets/production.key.age secrets/");
    // A machine that has not seen the environment, which Mallory's own seal is not to be mistaken for.
    sandbox.envward("seal").success().stderr_has("warning: author not verified yet: project key ");

    let sandbox = sealed_shop();
    sandbox.shell("rm -r ../home/.local");
    sandbox.envward("seal --adopt").success().stderr_has("warning: author not verified yet: project key ");
}

#[test]
fn a_pin_without_its_project_key() {
    let sandbox = sealed_shop().with("ENVWARD_PROJECT_PIN", "0123456789abcdef0123456789abcdef");
    sandbox.shell("rm -r secrets ../home/.local");
    sandbox.envward("seal").code(4).stderr_has("secrets/production.key.age is missing\n");
    assert!(!sandbox.has(SEALED));
}

#[test]
fn a_sealed_file_removed_so_that_the_next_seal_lets_someone_in() {
    let sandbox = sealed_shop();
    let eve = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";
    let manifest = manifest("\"alice\", \"bob\", \"eve\"")
        .replace("[recipients]", &format!("[recipients]\neve = \"{eve}\""));
    sandbox.write("envward.toml", manifest);
    sandbox.shell(&format!("rm {SEALED}"));
    sandbox.envward("seal").code(1).stderr_has(
        "warning: the sealed file was missing although generation 1 is known: \
         it was made anew, for alice, bob, eve\n",
    );
}

#[test]
fn the_project_key_of_another_environment() {
    let sandbox = sealed_shop();
    sandbox.write(".env.staging", "API_KEY=s\nDB_PASSWORD=s\nLOG_LEVEL=DEBUG\n");
    let mut seal = sandbox.command(env!("CARGO_BIN_EXE_envward"));
    seal.args(["seal", "-e", "staging"]).env("ENVWARD_TEST_ONLY_SEED", "2");
    assert!(seal.output().unwrap().status.success());
    sandbox.shell("cp secrets/staging.key.age secrets/production.key.age");
    refused(&sandbox, "but this machine knows production by ");
}

#[test]
fn what_this_machine_remembers_is_not_forgotten_when_it_is_damaged() {
    for damage in ["echo '{' > $f", ": > $f", "echo '{\"version\":9}' > $f", "rm $f && mkdir $f"] {
        let sandbox = sealed_shop();
        sandbox.shell(&format!("f=$(ls ../home/.local/state/envward/projects/*.json) && {damage}"));
        let run = sandbox.envward("unseal --stdout");
        assert!(matches!(run.code, Some(3 | 4)), "{damage}: {}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

/// What git would run for a repository that was not made by `git clone`, and for a hostile caller.
#[test]
fn a_hostile_git_repository_starts_no_program() {
    let sandbox = sealed_shop();
    sandbox.shell("git add -A && git commit -qm sealed");
    sandbox.shell("printf '#!/bin/sh\\ntouch \"$OLDPWD/../ran\" ../ran ../../ran\\n' > evil && chmod +x evil && cp evil git");
    sandbox.shell(
        "evil=$PWD/evil; for key in core.fsmonitor core.sshCommand core.pager core.editor core.askPass \
         gpg.program diff.external diff.evil.textconv filter.evil.smudge filter.evil.clean core.gitProxy; do \
         git config $key $evil; done; git config log.showSignature true; git config alias.log '!./evil'; \
         git config alias.config '!./evil'; printf '* diff=evil filter=evil\\n' > .gitattributes; \
         git config remote.origin.url ssh://example.invalid/x; git config remote.origin.promisor true; \
         git config protocol.ssh.allow always; git config extensions.partialClone origin; \
         git config core.repositoryFormatVersion 1; \
         find .git/objects -type f -exec rm -f {} + ",
    );
    let path = format!(".::{}", std::env::var("PATH").unwrap());
    let sandbox = sandbox
        .with("PATH", path)
        .with("GIT_DIR", "/nonexistent")
        .with("GIT_SSH_COMMAND", "./evil")
        .with("GIT_EXTERNAL_DIFF", "./evil");
    sandbox.shell("rm -f ../ran ../../ran");
    for command in ["check", "verify", "seal", "diff --with HEAD", "recipients remove bob", "doctor"] {
        let _ = sandbox.envward(command);
    }
    assert!(!sandbox.directory_path().join("ran").exists());
}
