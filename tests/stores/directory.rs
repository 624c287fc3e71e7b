//! The directory store.

use envward::store::{Error, Snapshot, Store, Version};

use super::conformance::{self, Subject, changes};
use crate::support::Sandbox;
use crate::support::sealed::{project, seal, store};
use crate::support::shop::{BOB, BOB_PUBLIC};

const STORE: &str = "\n[stores.local]\ntype = \"directory\"\npath = \"secrets/store\"\n";

/// A project with a sealed environment and a directory store for it.
struct Directory(Sandbox);

impl Subject for Directory {
    fn open(&self) -> Box<dyn Store> {
        store(&self.0, "production", "local")
    }

    fn odd_names(&self) -> &'static [&'static str] {
        &["__", "_1", "envward_version", "SOPS_AGE_KEY", "lowercase_with_9"]
    }
}

conformance::tests!(Some(Directory(sandbox())));

/// The same where environments are sealed as one age file.
mod age {
    use super::*;

    conformance::tests!(Some(Directory(sealed_as_age())));

    fn sealed_as_age() -> Sandbox {
        let sandbox = unsealed();
        let manifest = sandbox.read("envward.toml");
        let here = "[environments.production]\n";
        sandbox.write("envward.toml", manifest.replace(here, &format!("{here}format = \"age\"\n")));
        seal(&sandbox, "production", &VALUES);
        sandbox
    }

    #[test]
    fn the_names_are_not_shown() {
        let sandbox = sealed_as_age();
        let _ = sandbox.envward("push --yes").success();
        let file = sandbox.read("secrets/store/production/000001.env.age");
        assert!(file.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"));
        let _ = sandbox.envward("run --from local -- printenv DB_PASSWORD").success().stdout("hunter2\n");
    }
}

fn sandbox() -> Sandbox {
    let sandbox = unsealed();
    seal(&sandbox, "production", &[("DB_USER", "app"), ("DB_PASSWORD", "hunter2")]);
    sandbox
}

fn unsealed() -> Sandbox {
    let sandbox = project();
    let manifest = sandbox
        .read("envward.toml")
        .replace("[environments.production]\n", "[environments.production]\nstores = [\"local\"]\n");
    sandbox.write("envward.toml", manifest + STORE);
    sandbox
}

#[test]
fn an_environment_that_was_never_sealed_is_told_what_to_do() {
    let error = store(&unsealed(), "production", "local").read().err().unwrap();
    assert!(error.to_string().ends_with("secrets/production.enc.env does not exist"), "{error}");
    assert_eq!(error.hint().as_deref(), Some("run: envward seal"));
}

#[test]
fn a_name_that_no_env_file_can_hold_is_refused_before_anything_is_written() {
    let sandbox = sandbox();
    let mut store = store(&sandbox, "production", "local");
    for name in ["", "a-b", "a=b", "#a", "a\nb", "sops_mac"] {
        let error = store.write(&Snapshot::empty(), &changes(&[(name, Some("x"))]), None).unwrap_err();
        assert!(matches!(error, Error::Definition { .. }), "{name:?}: {error}");
    }
    assert!(!sandbox.has("secrets/store"));
}

/// The values of the environment, with a template rendered.
const VALUES: [(&str, &str); 4] = [
    ("DB_USER", "app"),
    ("DB_PASSWORD", "hunter2"),
    ("DATABASE_URL", "postgresql://app:hunter2@db:5432/app"),
    ("TOKEN", "tK7vQ2mW9rT4bN8hZ3jF5gL6"),
];

/// A project that was pushed three times: as it was sealed, with another token, with a port too.
fn pushed() -> Sandbox {
    let sandbox = unsealed();
    seal(&sandbox, "production", &VALUES);
    let _ = sandbox.envward("push --yes").success();
    for (name, value) in [("TOKEN", "aN5bM8cV2xZ7qW4eR9tY3uI6"), ("PORT", "8080")] {
        let _ = sandbox.envward_with_input(&["set", name], value.as_bytes()).success();
        let _ = sandbox.envward("push --yes").success();
    }
    sandbox
}

const VERSION: &str = "secrets/store/production/00000";

#[test]
fn every_push_is_a_file_that_opens_alone_and_shows_what_changed() {
    let sandbox = pushed();
    let names = sandbox.shell("ls secrets/store/production");
    assert_eq!(names, "000001.enc.env\n000002.enc.env\n000003.enc.env\n");
    let value = sandbox.envward(&format!("get TOKEN --file {VERSION}1.enc.env")).success();
    let _ = value.stdout("tK7vQ2mW9rT4bN8hZ3jF5gL6\n");
    let line = |version: &str, name: &str| {
        let text = sandbox.read(&format!("{VERSION}{version}.enc.env"));
        text.lines().find(|line| line.starts_with(name)).map(str::to_owned).unwrap()
    };
    assert_eq!(line("1", "DB_PASSWORD="), line("2", "DB_PASSWORD="));
    assert_ne!(line("1", "TOKEN="), line("2", "TOKEN="));
}

#[test]
fn history_names_versions_and_where_a_variable_changed() {
    let sandbox = pushed();
    let _ = sandbox.envward("history").success().stderr("").stdout(
        "STORE  VERSION  CREATED               AUTHOR                 NOTE\n\
         local  3        2026-03-01T12:00:00Z  Alice <a@example.com>  current\n\
         local  2        2026-03-01T12:00:00Z  Alice <a@example.com>\n\
         local  1        2026-03-01T12:00:00Z  Alice <a@example.com>\n",
    );
    let versions = |arguments: &str| -> Vec<(String, String)> {
        let report = sandbox.envward(arguments).success().json();
        assert_eq!((&report["version"], &report["store"]), (&1.into(), &"local".into()));
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let rows = report["versions"].as_array().unwrap();
        rows.iter().map(|row| (text(&row["version"]), text(&row["state"]))).collect()
    };
    let pair = |version: &str, state: &str| (version.to_owned(), state.to_owned());
    assert_eq!(versions("history TOKEN --format json"), [pair("2", "updated"), pair("1", "oldest")]);
    assert_eq!(versions("history PORT --store local --format json"), [pair("3", "created")]);
    assert_eq!(versions("history --format json").len(), 3);
    let _ = sandbox.envward("history TLS_KEY").code(1).stderr("note: store local does not have TLS_KEY\n");
}

#[test]
fn history_has_a_next_step_where_there_is_no_store() {
    let sandbox = pushed();
    let _ = sandbox.envward("history -e staging").code(2).stderr(
        "error: environment staging has no stores\n\
         help: name them in `stores` under [environments.staging] in envward.toml\n",
    );
    let _ = sandbox
        .envward("history --store locl")
        .code(2)
        .stderr("error: the manifest has no store \"locl\"\nhelp: did you mean \"local\"?\n");
}

#[test]
fn rollback_writes_the_old_values_as_a_new_version_that_pull_takes_over() {
    let sandbox = pushed();
    let plan = "to give store local the values of version 1:\n  update    TOKEN\n\
                note: not in version 1, kept without --prune: PORT\n";
    let dry = sandbox.envward("rollback --to 1 --dry-run").success();
    let _ = dry.stdout("").stderr(&format!("{plan}nothing was written (--dry-run)\n"));
    assert!(!sandbox.has(&format!("{VERSION}4.enc.env")));
    let done = sandbox.envward("rollback --to 1 --yes").success();
    let _ = done.stderr(&format!(
        "{plan}store local is at version 4 now, with values of version 1\n\
         take them over here with: envward pull local\n"
    ));
    let _ = sandbox.envward("pull local --yes").success();
    let _ = sandbox.envward("get TOKEN").success().stdout("tK7vQ2mW9rT4bN8hZ3jF5gL6\n");
    let _ = sandbox.envward("get PORT").success().stdout("8080\n");
    let again = sandbox.envward("rollback TOKEN --to 1 --yes --format json").success();
    assert_eq!(again.json()["changes"], serde_json::json!([]));
    let _ = again.stderr("store local has the values of version 1 already\n");
}

#[test]
fn rollback_of_one_variable_leaves_the_others_and_removes_only_when_told() {
    let sandbox = pushed();
    let _ = sandbox.envward("rollback PORT --to 2 --yes").success().stderr_has("kept without --prune: PORT");
    let run = sandbox.envward("rollback PORT --to 2 --prune --yes --format json").success();
    assert_eq!(run.json()["changes"], serde_json::json!([{"variable": "PORT", "action": "delete"}]));
    let _ =
        sandbox.envward("run --from local -- printenv TOKEN").success().stdout("aN5bM8cV2xZ7qW4eR9tY3uI6\n");
    assert_eq!(sandbox.envward("run --from local -- printenv PORT").code, Some(1));
}

#[test]
fn rollback_asks_and_refuses_what_does_not_fit_the_schema_any_more() {
    let sandbox = pushed();
    let _ = sandbox.envward("rollback --to 1").code(2).stderr_has("--yes writes without asking");
    let _ = sandbox.envward("rollback --to 9 --yes").code(5).stderr(
        "error: store local: secrets/store/production has no version 9\n\
         help: see which versions there are with: envward history\n",
    );
    let _ = sandbox.envward("rollback TOKE --to 1 --yes").code(2).stderr_has("did you mean TOKEN?");
    let strict = sandbox.read("envward.toml").replace("[vars.TOKEN]", "[vars.TOKEN]\nprefix = \"aN5\"");
    sandbox.write("envward.toml", strict);
    let run = sandbox.envward("rollback --to 1 --yes").code(1);
    let _ = run.stderr_has("nothing was written: the old values do not fit the schema as it is now");
    assert!(!sandbox.has(&format!("{VERSION}4.enc.env")));
}

#[test]
fn a_version_from_elsewhere_is_refused_whatever_its_name() {
    let cases = [
        // Sealed by someone who only knows the public recipients, without a record.
        (
            "printf 'TOKEN=evil\\n' > evil && $ENVWARD seal evil -o V4 \
             --recipient age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma",
            "has no seal record",
        ),
        ("cp V1 V4", "was sealed as number 1 and was copied here"),
        ("cp secrets/production.enc.env V4", "was sealed for \"production\" of project \"app\""),
        (
            "cp V3 ../other.enc.env && mkdir -p secrets/elsewhere && cp -r secrets/store/production \
          secrets/elsewhere/ && sed -i s,secrets/store,secrets/elsewhere, envward.toml",
            "was sealed for \"production in secrets/store\" of project \"app\", and was copied here",
        ),
        ("sed 's/^TOKEN=.*/TOKEN=/' V3 > V4", "the seal is broken"),
        ("head -c 300 V3 > V4", "000004.enc.env"),
    ];
    for (script, message) in cases {
        let sandbox = pushed();
        let script = script.replace("$ENVWARD", env!("CARGO_BIN_EXE_envward"));
        let script = ["1", "3", "4"]
            .iter()
            .fold(script, |script, n| script.replace(&format!("V{n}"), &format!("{VERSION}{n}.enc.env")));
        sandbox.shell(&script);
        for command in ["run --from local -- env", "history", "push --yes", "pull --yes"] {
            let run = sandbox.envward(command);
            assert!(matches!(run.code, Some(3 | 4)), "{script}: {command}: {:?}\n{}", run.code, run.stderr);
            assert!(run.stderr.contains(message), "{script}: {command}: {}", run.stderr);
            assert!(!run.stdout.contains("evil") && !run.stderr.contains("evil"), "{}", run.stderr);
        }
    }
}

#[test]
fn whoever_joins_reads_what_is_there_and_whoever_left_writes_nothing_that_is_believed() {
    let sandbox = pushed();
    let added = sandbox.envward(&format!("recipients add bob {BOB_PUBLIC}")).success();
    let _ = added.stderr_has("production: store local sealed anew, version 4\n");
    let bob = sandbox.copy().with("ENVWARD_IDENTITY", BOB);
    let _ = bob.envward("run --from local -- printenv PORT").success().stdout("8080\n");
    let history = bob.envward("history PORT").success();
    assert_eq!(history.stdout.matches("cannot be read").count(), 3, "{}", history.stdout);

    let _ = sandbox.envward("recipients remove bob").stderr_has("store local sealed anew, version 5\n");
    assert!(
        bob.envward(&format!("get PORT --file {}", sandbox.project().join(VERSION).display())).code
            != Some(0)
    );
    // Bob still knows the former project key, and can write into the repository.
    for token in ["bob-1-aN5bM8cV2xZ7qW4e", "bob-2-aN5bM8cV2xZ7qW4e"] {
        let _ = bob.envward_with_input(&["set", "TOKEN"], token.as_bytes()).success();
        let _ = bob.envward("push --yes").success();
    }
    let from = bob.project().join(format!("{VERSION}6.enc.env"));
    std::fs::copy(from, sandbox.project().join(format!("{VERSION}6.enc.env"))).unwrap();
    let refused = sandbox.envward("run --from local -- env").code(4);
    let _ = refused.stdout("").stderr_has(
        "version 6 of secrets/store/production is sealed under a former project key, which whoever left the \
         project knows\n",
    );
    let _ = sandbox.envward("push --yes").code(4);
    // Alice goes back to what she wrote herself.
    let _ = sandbox.envward("rollback --to 5 --yes").success().stderr_has("store local is at version 7 now");
    let token = sandbox.envward("run --from local -- printenv TOKEN").success();
    let _ = token.stdout("aN5bM8cV2xZ7qW4eR9tY3uI6\n");
}

#[test]
fn a_variable_that_two_people_change_is_a_conflict_for_the_second() {
    let sandbox = pushed();
    let other = sandbox.copy();
    for (who, value) in [(&sandbox, "one-5bM8cV2xZ7qW4eR9tY3u"), (&other, "two-5bM8cV2xZ7qW4eR9tY3u")] {
        let _ = who.envward_with_input(&["set", "TOKEN"], value.as_bytes()).success();
    }
    let _ = sandbox.envward("push --yes").success();
    let store = sandbox.project().join("secrets/store").display().to_string();
    other.shell(&format!("cp -r '{store}' secrets/"));
    let run = other.envward("push --yes").code(6);
    assert!(run.stderr.contains("TOKEN") && !run.stderr.contains("-5bM8cV2"), "{}", run.stderr);
    assert!(!other.has(&format!("{VERSION}5.enc.env")));
}

#[test]
fn sixteen_processes_that_push_at_once_lose_no_accepted_change() {
    const WRITERS: usize = 16;
    const PUSHES: usize = 50;
    let sandbox = unsealed();
    let variables = (0..WRITERS).map(|writer| format!("[vars.W{writer}]\nrequired = false\n"));
    let variables = variables.collect::<Vec<_>>().concat();
    sandbox.write("envward.toml", sandbox.read("envward.toml") + &variables);
    seal(&sandbox, "production", &VALUES);
    let _ = sandbox.envward("unseal").success();
    let others = sandbox.read(".env.production");
    let sandbox = &sandbox;
    // What was accepted: version, name and value.
    let mut accepted: Vec<(String, String, String)> = Vec::new();
    for round in 0..PUSHES {
        let values = (0..WRITERS).map(|writer| format!("W{writer}=value-{writer}-{round}\n"));
        let values = values.collect::<Vec<_>>().concat();
        sandbox.write(".env.production", format!("{others}{values}"));
        let _ = sandbox.envward("seal").success();
        let push = |writer: usize| {
            let run = sandbox.envward(&format!("push --only W{writer} --yes"));
            // Others were faster five times: nothing was written, and it was said.
            if run.code == Some(6) {
                let _ = run.stderr_has("secrets/store/production was changed by someone else");
                return None;
            }
            let run = run.success();
            let version = run.stderr.rsplit_once("version ").unwrap_or_else(|| panic!("{}", run.stderr)).1;
            Some((version.trim().to_owned(), format!("W{writer}"), format!("value-{writer}-{round}")))
        };
        accepted.extend(std::thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || push(writer))).collect();
            writers.into_iter().filter_map(|writer| writer.join().unwrap()).collect::<Vec<_>>()
        }));
    }
    let mut store = store(sandbox, "production", "local");
    let mut expected = std::collections::BTreeMap::new();
    accepted.sort_by_key(|(version, ..)| version.parse::<usize>().unwrap());
    assert!(accepted.len() > WRITERS);
    // Every accepted change is a version of its own, and holds all those before it.
    for (number, (version, name, value)) in (1..).zip(&accepted) {
        assert_eq!(*version, format!("{number}"));
        expected.insert(name.clone(), value.clone());
        let mut found = store.read_at(&Version::new(version)).unwrap().values;
        found.retain(|name, _| name.starts_with('W'));
        let found = found.iter().map(|(name, held)| (name.clone(), held.text().unwrap().expose().to_owned()));
        assert_eq!(found.collect::<std::collections::BTreeMap<_, _>>(), expected);
    }
    assert_eq!(store.history(None).unwrap().len(), accepted.len());
}
