//! `envward rotation status`: the table, its JSON, and how it ends.

use serde_json::json;

use crate::builtin_schemas::SYSTEMS;
use crate::support::Sandbox;
use crate::support::shop::{ALICE, ALICE_PUBLIC, BOB};

/// A project in which every kind of deadline occurs.
fn app(rotation: &str) -> Sandbox {
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", ALICE);
    sandbox.write(
        "envward.toml",
        format!(
            "[project]\nname = \"app\"\nschema = \"app.toml\"\ndefault = \"production\"\n\n\
             [environments.production]\nrecipients = [\"alice\"]\n\n[environments.staging]\nrecipients = [\"alice\"]\n\n\
             [recipients]\nalice = \"{ALICE_PUBLIC}\"\n\n{rotation}"
        ),
    );
    sandbox.write(
        "app.toml",
        "[vars.API_KEY]\nrotate = { class = \"api-key\", owner = \"@payments\" }\n\n\
         [vars.SESSION_KEY]\ngenerate = { kind = \"hex\", bytes = 32 }\n\
         rotate = { every = \"30d\", warn = \"5d\", grace = \"2d\", driver = \"generate\" }\n\n\
         [vars.TOKEN]\ntype = \"jwt\"\nrequired = false\nrotate = { warn = \"3d\" }\n\n[vars.PLAIN]\n\n\
         [vars.UNSET]\nrequired = false\nrotate = { every = \"90d\" }\n\n\
         [classes.api-key]\nevery = \"90d\"\nwarn = \"7d\"\n",
    );
    sandbox.write(".gitignore", ".env.*\n.envward/\n");
    sandbox.write(".env.production", "API_KEY=sk-live-canary1\nSESSION_KEY=canary2canary2\nPLAIN=canary3\n");
    sandbox
}

fn sealed() -> Sandbox {
    let sandbox = app("");
    sandbox.envward("seal").success();
    sandbox
}

fn at(sandbox: &mut Sandbox, now: &str) {
    sandbox.set("ENVWARD_TEST_ONLY_NOW", now);
}

#[test]
fn the_table_is_worst_first_and_needs_no_key() {
    let mut sandbox = sealed();
    sandbox.set("ENVWARD_IDENTITY", "");
    at(&mut sandbox, "2026-03-27T12:00:00Z");
    sandbox
        .envward("rotation status")
        .success()
        .stderr("note: without a policy in production: PLAIN\n")
        .stdout(
            "\
ENVIRONMENT  VARIABLE     STATUS    DUE                     ROTATED     EVIDENCE  OWNER
production   SESSION_KEY  due_soon  2026-03-31, in 4 days   2026-03-01  D         -
production   API_KEY      ok        2026-05-30, in 64 days  2026-03-01  D         @payments

2 variables: 1 due_soon, 1 ok; 1 secret variable has no policy
who wrote the entries of the ledger was not checked: that takes a key
",
        );
}

#[test]
fn a_name_that_is_asked_for_is_told_to_have_no_policy_and_others_are_not() {
    let sandbox = sealed();
    let run = sandbox.envward("rotation status PLAIN").success();
    let _ = run.stderr("note: without a policy in production: PLAIN\n").stdout(
        "0 variables; 1 secret variable has no policy\n\
             who wrote the entries of the ledger was not checked: that takes a key\n",
    );
    let run = sandbox.envward("rotation status API_KEY").success().stderr("");
    let _ = run.stdout_has("1 variable: 1 ok\n");
}

#[test]
fn as_json_it_keeps_its_shape() {
    let report = sealed().envward("rotation status API_KEY --format json").success().json();
    let entry = json!({
        "project": "app", "environment": "production", "variable": "API_KEY", "class": "api-key",
        "owner": "@payments", "status": "ok", "due": "2026-05-30T12:00:00Z", "warn": "2026-05-23T12:00:00Z",
        "last_rotated": "2026-03-01T12:00:00Z", "evidence": "D", "exempt_until": null, "approver": null,
        "driver": "manual", "controls": [], "runbook": null, "findings": [],
    });
    assert_eq!(report["version"], 1);
    assert_eq!(report["generated"], "2026-03-01T12:00:00Z");
    assert_eq!(report["entries"], json!([entry]));
    assert_eq!((&report["summary"]["ok"], &report["summary"]["total"]), (&json!(1), &json!(1)));
}

#[test]
fn what_it_fails_on_can_be_chosen() {
    let mut sandbox = sealed();
    // SESSION_KEY is due on 31 March, with 5 days of warning and 2 of grace.
    for (now, by_default, on_due_soon, on_breached) in [
        ("2026-03-26T11:59:59Z", 0, 0, 0),
        ("2026-03-26T12:00:00Z", 0, 1, 0),
        ("2026-03-31T12:00:00Z", 1, 0, 0),
        ("2026-04-02T12:00:00Z", 1, 0, 1),
    ] {
        at(&mut sandbox, now);
        sandbox.envward("rotation status").code(by_default);
        sandbox.envward("rotation status --fail-on due_soon").code(on_due_soon);
        sandbox.envward("rotation status --fail-on breached,exempt").code(on_breached);
        sandbox.envward("rotation status --fail-on none").success();
        // What was not asked for does not count.
        sandbox.envward("rotation status API_KEY").success();
    }
    sandbox.envward("rotation status --fail-on late").code(2).stderr_has("invalid value '…' for '--fail-on");
}

#[test]
fn a_clock_that_goes_backwards_is_no_pass() {
    let mut sandbox = sealed();
    at(&mut sandbox, "2026-02-01T12:00:00Z");
    let run = sandbox.envward("rotation status API_KEY").code(1);
    let _ = run.stdout_has("unknown").stdout_has("ledger-date: app: ");
}

#[test]
fn before_anything_is_recorded_the_date_is_unknown_and_an_environment_without_values_has_no_rows() {
    let sandbox = app("");
    sandbox.envward("rotation status").code(1).stdout(
        "\
ENVIRONMENT  VARIABLE     STATUS   DUE  ROTATED  EVIDENCE  OWNER
production   API_KEY      unknown  -    -        -         @payments
production   SESSION_KEY  unknown  -    -        -         -

2 variables: 2 unknown; 1 secret variable has no policy
",
    );
    sandbox.envward("rotation status -e staging").success().stdout("0 variables\n");
    sandbox.envward("rotation status -e prodction").code(2).stderr_has("did you mean \"production\"?");
    sandbox
        .envward("rotation status API_KYE")
        .code(2)
        .stderr("error: the schema has no variable \"API_KYE\"\nhelp: did you mean \"API_KEY\"?\n");
}

#[test]
fn the_end_of_a_token_counts_for_those_who_can_open_the_file() {
    let mut sandbox = app("");
    let encode = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
    // 2026-03-10, noon.
    let token = format!("{}.{}.eA", encode(r#"{"alg":"HS256"}"#), encode(r#"{"exp":1773144000}"#));
    sandbox.write(".env.production", format!("API_KEY=k\nSESSION_KEY=s\nPLAIN=p\nTOKEN={token}\n"));
    sandbox.envward("seal").success();
    sandbox.write("key.txt", ALICE);
    sandbox.write("other.txt", BOB);
    sandbox.set("ENVWARD_IDENTITY", "");
    let open = |sandbox: &Sandbox| {
        sandbox
            .envward("rotation status TOKEN --identity key.txt --format json --fail-on none")
            .success()
            .json()
    };
    let without = sandbox.envward("rotation status TOKEN --format json").success().json();
    assert_eq!(
        (&without["entries"][0]["status"], &without["entries"][0]["due"]),
        (&json!("ok"), &json!(null))
    );
    assert_eq!(open(&sandbox)["entries"][0]["due"], "2026-03-10T12:00:00Z");
    at(&mut sandbox, "2026-03-10T12:00:00Z");
    assert_eq!(open(&sandbox)["entries"][0]["status"], "overdue");
    sandbox.envward("rotation status --identity other.txt").code(4);
}

#[test]
fn no_value_is_ever_shown() {
    let sandbox = sealed();
    for arguments in ["rotation status", "rotation status --format json", "rotation status -v --fail-on none"]
    {
        let run = sandbox.envward(arguments);
        assert!(!format!("{}{}", run.stdout, run.stderr).contains("canary"), "{arguments}");
    }
    sandbox.write("envward.ledger.jsonl", "canary\n");
    let run = sandbox.envward("rotation status").code(1);
    let _ = run.stdout_has("ledger-broken: app: ");
    let run = sandbox.envward("rotation status").code(1);
    assert!(!format!("{}{}", run.stdout, run.stderr).contains("canary"));
    sandbox.envward("rotation status --fail-on none").code(1);
}

#[test]
fn a_store_is_asked_only_when_that_is_said() {
    let sandbox = sealed();
    let manifest = sandbox
        .read("envward.toml")
        .replace("[environments.production]\n", "[environments.production]\nstores = [\"vault\"]\n");
    sandbox.write(
        "envward.toml",
        format!("{manifest}\n[stores.vault]\ntype = \"vault\"\naddress = \"https://127.0.0.1:1\"\nmount = \"secret\"\npath = \"app\"\n"),
    );
    sandbox.envward("rotation status").success();
    // Only the manifest names the address, so no credential goes there.
    sandbox.envward("rotation status --stores --no-input").code(2);
    let sandbox = sandbox.with("VAULT_ADDR", "https://127.0.0.1:1").with("VAULT_TOKEN", "canary");
    // What the store would have said may be worse than the rest.
    let run = sandbox.envward("rotation status --stores").code(1);
    assert!(!run.stdout.contains("canary"), "{}", run.stdout);
    let _ = run.stdout_has("store-unreachable: app: store vault could not be asked: ");
}

#[test]
fn each_system_shows_its_deadlines_right_after_bootstrap() {
    for system in SYSTEMS {
        let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", ALICE);
        let root = env!("CARGO_MANIFEST_DIR");
        let answers =
            std::fs::read_to_string(format!("{root}/tests/fixtures/guides/{system}.answers")).unwrap();
        sandbox.write("answers", answers);
        let schema = format!("{root}/schemas/{system}.toml");
        sandbox.envward_with_input(&["init", "--schema", &schema], b"").success();
        sandbox.envward("bootstrap -e production --answers answers --no-input").success();
        let report = sandbox.envward("rotation status --format json").success().json();
        let entries = report["entries"].as_array().unwrap();
        let shown: Vec<String> = entries
            .iter()
            .map(|entry| {
                let text = |field: &str| entry[field].as_str().unwrap_or("-").to_owned();
                format!("{} {} {}", text("variable"), text("due").split('T').next().unwrap(), text("driver"))
            })
            .collect();
        assert_eq!(shown, deadlines(system), "{system}");
        assert!(entries.iter().all(|entry| entry["status"] == "ok" && entry["evidence"] == "D"), "{system}");
    }
}

/// What is due when, and how it is rotated, after a bootstrap on 2026-03-01.
fn deadlines(system: &str) -> &'static [&'static str] {
    match system {
        "bug-dedup" => &[
            "SECRET_KEY 2026-08-28 generate",
            "DB_PASSWORD 2026-05-30 postgres",
            "JWT_SECRET_KEY 2027-03-01 generate",
            "JIRA_API_TOKEN 2026-05-30 manual",
            "WEBHOOK_SECRET 2026-08-28 manual",
            "TP_API_KEY 2026-05-30 manual",
        ],
        "flagwise" => &[
            "DB_PASSWORD 2026-05-30 postgres",
            "JWT_SECRET_KEY 2027-03-01 generate",
            "ENCRYPTION_KEY 2028-02-29 manual",
            "REDIS_PASSWORD 2026-05-30 manual",
        ],
        "aigov" => &[
            "DB_PASSWORD 2026-05-30 postgres",
            "GROQ_API_KEY 2026-05-30 manual",
            "QDRANT_API_KEY 2026-05-30 manual",
            "SECRET_KEY 2027-03-01 generate",
        ],
        "simplr" => &[
            "DB_PASSWORD 2026-05-30 postgres",
            "OPENAI_API_KEY 2026-05-30 manual",
            "SMTP_PASSWORD 2026-05-30 manual",
            "WEBHOOK_SECRET 2026-08-28 manual",
        ],
        "sentiment-analyzer" => &[
            "SECRET_KEY 2026-08-28 generate",
            "POSTGRES_PASSWORD 2026-05-30 postgres",
            "JWT_SECRET_KEY 2027-03-01 generate",
            "ENCRYPTION_KEY 2028-02-29 manual",
        ],
        other => panic!("what does {other} have to rotate?"),
    }
}
