//! `envward rotation attest`, `exempt` and `approve`: what people say, and who may agree to it.

use super::people::{as_bob, commit, entries, last, project, pull};
use crate::support::Sandbox;

fn exempt(sandbox: &Sandbox, until: &str) -> crate::support::Run {
    let arguments = ["rotation", "exempt", "API_KEY", "--ticket", "https://t/1", "--until", until];
    sandbox.envward_with_input(&[&arguments[..], &["--reason", "vendor has no rotation"]].concat(), b"")
}

/// The id of the last entry.
fn id(sandbox: &Sandbox) -> String {
    last(sandbox)["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_a_person_did_elsewhere_is_entered_with_its_day() {
    let sandbox = project();
    let run = sandbox.envward("rotation attest API_KEY --ticket https://t/1 --at 2026-02-20").success();
    let _ = run
        .stdout("")
        .stderr("attested in production\n  rotated   API_KEY\nto commit: envward.ledger.jsonl\n");
    let entry = last(&sandbox);
    assert_eq!(entry["event"], "attested");
    assert_eq!(entry["actor"], "Alice <a@example.com>");
    assert_eq!((&entry["done"], &entry["at"]), (&"2026-02-20".into(), &"2026-03-01T12:00:00Z".into()));
    assert_eq!((&entry["evidence"], &entry["ticket"]), (&"E".into(), &"https://t/1".into()));
    assert_eq!(entry["variables"], serde_json::json!(["API_KEY"]));
    assert_eq!(entry["generation"], 1);
    let _ = sandbox.envward("verify").success();
}

#[test]
fn a_value_that_is_the_same_was_not_replaced_whatever_is_said() {
    let mut sandbox = project();
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-07-01T12:00:00Z");
    let _ = sandbox.envward("rotation attest API_KEY --ticket https://t/1").success().stderr_has(
        "warning: API_KEY has the same value since 2026-03-01, which is no rotation\n\
         help: put the new one in: envward rotate API_KEY, or: envward set API_KEY\n",
    );
    let status = "rotation status API_KEY -e production --no-git";
    let run = sandbox.envward(status).code(1);
    let _ = run.stdout_has("breached  2026-05-30, 32 days ago  2026-03-01  D").stdout_has(
        "claim-contradicted: shop production API_KEY: Alice <a@example.com> says it was replaced on 2026-07-01, \
         and it has the same value since 2026-03-01\n",
    );
    let _ = sandbox.envward_with_input(&["set", "API_KEY"], b"the-new-one").success();
    let _ = sandbox.envward(status).success().stdout_has("2026-07-01  D");
}

#[test]
fn what_makes_no_sense_is_refused_and_nothing_is_written() {
    let sandbox = project();
    let before = sandbox.read("envward.ledger.jsonl");
    let attest = "rotation attest API_KEY --ticket https://t/1 --at 2026-03-02";
    let _ = sandbox
        .envward(attest)
        .code(2)
        .stderr("error: 2026-03-02 is in the future: it cannot have been done yet\n");
    let _ = sandbox.envward("rotation attest API_KEY").code(2);
    let _ = sandbox
        .envward("rotation attest API_KEI --ticket https://t/1")
        .code(2)
        .stderr("error: the schema has no variable \"API_KEI\"\nhelp: did you mean \"API_KEY\"?\n");
    let _ = exempt(&sandbox, "2026-02-28")
        .code(2)
        .stderr("error: 2026-02-28 is over: the exemption would never count\n");
    let _ = exempt(&sandbox, "2026-05-01").code(2).stderr(
        "error: an exemption until 2026-05-01 is too long: today the last day is 2026-04-30\n\
         help: `max_exemption` under [rotation] in envward.toml decides\n",
    );
    let _ = sandbox.envward("rotation approve API_KEY").code(2).stderr(
        "error: no exemption of API_KEY waits in production\n\
         help: ask for one: envward rotation exempt; or is it in another commit? run: git pull\n",
    );
    let _ = sandbox.envward("rotation approve 0123456789ab").code(2);
    let _ = sandbox.envward("rotation attest API_KEY=x --ticket https://t/1").code(2);
    assert_eq!(sandbox.read("envward.ledger.jsonl"), before);
}

#[test]
fn someone_without_a_name_cannot_vouch_for_anything() {
    let sandbox = project();
    sandbox.shell("git config --unset user.name && git config --unset user.email");
    let _ = sandbox.envward("rotation attest API_KEY --ticket https://t/1").code(2).stderr(
        "error: git does not say who you are\n\
         help: run: git config user.name NAME; git config user.email ADDRESS\n",
    );
}

#[test]
fn an_environment_that_was_never_sealed_has_no_ledger_to_write_into() {
    let sandbox = project();
    let _ = sandbox
        .envward("rotation attest API_KEY --ticket https://t/1 -e staging")
        .code(3)
        .stderr("error: secrets/staging.enc.env does not exist\nhelp: run: envward seal\n");
}

#[test]
fn an_exemption_counts_once_someone_else_agrees() {
    let alice = project();
    let run = exempt(&alice, "2026-04-30").success();
    let asked = id(&alice);
    let _ = run.stdout("").stderr(&format!(
        "asked for an exemption in production until 2026-04-30\n  exempt    API_KEY\n\
         once it is committed, someone else runs: envward rotation approve {}\n\
         to commit: envward.ledger.jsonl\n",
        &asked[..12]
    ));
    let short = &asked[..12];
    let refused = format!(
        "error: exemption {short} by Alice <a@example.com> was asked for by you: someone else has to agree\n\
         help: let another person run: envward rotation approve {short}\n"
    );
    for argument in [short, "API_KEY"] {
        let _ = alice.envward(&format!("rotation approve {argument}")).code(2).stderr(&refused);
    }
    alice.shell("git config user.name 'Another name' && git config user.email A@EXAMPLE.COM");
    let _ = alice.envward("rotation approve API_KEY").code(2).stderr(&refused);
    alice.shell("git config user.name Alice && git config user.email a@example.com");
    commit(&alice, "exempt");

    let bob = as_bob(&alice);
    let _ = bob.envward("rotation approve API_KEY").success().stdout("").stderr_has(&format!(
        "approved: exemption {short} by Alice <a@example.com> until 2026-04-30\n  exempt    API_KEY\n"
    ));
    let approval = last(&bob);
    assert_eq!((&approval["event"], &approval["actor"]), (&"approved".into(), &"Bob <b@example.com>".into()));
    assert_eq!(approval["approves"], asked.as_str());
    let _ = bob.envward(&format!("rotation approve {short}")).code(2).stderr(&format!(
        "error: exemption {short} by Alice <a@example.com> was approved already by Bob <b@example.com>\n"
    ));
    commit(&bob, "approve");
    pull(&alice, &bob);
    assert_eq!(last(&alice), approval);
    let _ = alice.envward("rotation verify").success();
}

#[test]
fn an_exemption_that_was_asked_for_without_the_key_cannot_be_approved() {
    let alice = project();
    let _ = exempt(&alice, "2026-04-30").success();
    let forged = forge(&last(&alice), "reason", "because");
    let text = alice.read("envward.ledger.jsonl");
    let kept = text.lines().count() - 1;
    let lines: Vec<&str> = text.lines().take(kept).chain([forged.as_str()]).collect();
    alice.write("envward.ledger.jsonl", lines.join("\n") + "\n");
    let bob = as_bob(&alice);
    let id = id(&bob);
    let _ = bob.envward(&format!("rotation approve {id}")).code(2).stderr_has(
        "was not asked for by anyone who knows the project key\n\
         help: see what is wrong with the ledger: envward rotation verify\n",
    );
    assert_eq!(entries(&bob).len(), 2);
}

#[test]
fn an_exemption_ends_with_the_value_that_it_was_for() {
    let mut alice = project();
    alice.set("ENVWARD_TEST_ONLY_NOW", "2026-03-02T12:00:00Z");
    let _ = exempt(&alice, "2026-04-30").success();
    commit(&alice, "exempt");
    let mut bob = as_bob(&alice);
    let _ = bob.envward("rotation approve API_KEY").success();
    bob.set("ENVWARD_TEST_ONLY_NOW", "2026-07-01T12:00:00Z");
    let status = |bob: &Sandbox| {
        let report =
            bob.envward("rotation status API_KEY -e production --no-git --format json --fail-on none");
        let report = report.success().json();
        let entry = &report["entries"][0];
        (entry["status"].as_str().unwrap().to_owned(), entry["exempt_until"].clone())
    };
    assert_eq!(status(&bob), ("exempt_expired".to_owned(), "2026-04-30".into()));
    let _ = bob.envward_with_input(&["set", "API_KEY"], b"another").success();
    assert_eq!(status(&bob), ("ok".to_owned(), serde_json::Value::Null));
    bob.set("ENVWARD_TEST_ONLY_NOW", "2026-12-29T12:00:00Z");
    assert_eq!(status(&bob), ("breached".to_owned(), serde_json::Value::Null));
}

#[test]
fn an_older_request_than_the_one_that_counts_is_not_approved() {
    let alice = project();
    let _ = exempt(&alice, "2026-04-30").success();
    let longer = id(&alice);
    let both = ["rotation", "exempt", "API_KEY", "DB_PASSWORD", "--ticket", "t", "--until", "2026-04-20"];
    let _ = alice.envward_with_input(&[&both[..], &["--reason", "both"]].concat(), b"").success();
    let of_both = id(&alice);
    let _ = exempt(&alice, "2026-03-31").success();
    let shorter = id(&alice);
    commit(&alice, "exempt");
    let bob = as_bob(&alice);
    let _ = bob.envward(&format!("rotation approve {shorter}")).success();
    let _ = bob.envward(&format!("rotation approve {longer}")).code(2).stderr(&format!(
        "error: exemption {} by Alice <a@example.com> would not count: exemption {} until 2026-03-31, which was asked \
         for later, was approved and replaces it\n\
         help: if it should last longer, ask again: envward rotation exempt\n",
        &longer[..12],
        &shorter[..12]
    ));
    let _ = bob.envward(&format!("rotation approve {of_both}")).success().stderr_has(
        "until 2026-04-20\n  exempt    DB_PASSWORD\nnote: a newer exemption counts for: API_KEY\n",
    );
}

#[test]
fn an_approval_that_was_written_without_the_key_stands_in_nobodys_way() {
    let alice = project();
    let _ = exempt(&alice, "2026-04-30").success();
    let asked = id(&alice);
    let text = alice.read("envward.ledger.jsonl");
    let approval = serde_json::json!({
        "event": "approved",
        "actor": "Mallory <m@example.com>",
        "approves": asked,
        "prev": [asked],
        "mac": "0".repeat(64),
    });
    let mut entry = last(&alice);
    entry.as_object_mut().unwrap().extend(approval.as_object().unwrap().clone());
    for field in ["reason", "ticket", "until"] {
        entry.as_object_mut().unwrap().remove(field);
    }
    let forged = forge(&entry, "actor", "Mallory <m@example.com>");
    alice.write("envward.ledger.jsonl", format!("{text}{forged}\n"));
    // Without a key it counts, and that nobody looked at who wrote it is said.
    let said = "\nwho wrote the entries of the ledger was not checked: that takes a key\n";
    let status = alice.envward("rotation status -e production");
    assert!(
        status.stdout.contains("exempt until 2026-04-30") && status.stdout.ends_with(said),
        "{}",
        status.stdout
    );
    let bob = as_bob(&alice);
    let _ = bob.envward("rotation approve API_KEY").success().stderr_has(&format!(
        "approved: exemption {} by Alice <a@example.com> until 2026-04-30\n",
        &asked[..12]
    ));
}

#[test]
fn who_cannot_be_told_from_the_author_is_nobody_else() {
    let alice = project();
    let _ = exempt(&alice, "2026-04-30").success();
    let before = alice.read("envward.ledger.jsonl");
    let no_address = |name: &str| {
        format!(
            "error: {name} has no mail address, which tells who approves from who asked\n\
             help: run: git config user.email ADDRESS; in a CI job, which has none: approve outside of it\n"
        )
    };
    alice.shell("git config --unset user.email");
    let _ = alice.envward("rotation approve API_KEY").code(2).stderr(&no_address("Alice"));
    let job = alice.copy().with("GITHUB_ACTIONS", "true").with("GITHUB_ACTOR", "alice");
    let job = job.with("GITHUB_REPOSITORY", "shop/shop");
    let _ = job.envward("rotation approve API_KEY").code(2).stderr(&no_address("alice"));
    alice.shell("git config user.email alice@elsewhere.example");
    let _ = alice
        .envward("rotation approve API_KEY")
        .code(2)
        .stderr_has("was asked for by you: someone else has to agree\n");
    assert_eq!(alice.read("envward.ledger.jsonl"), before);
    assert_eq!(job.read("envward.ledger.jsonl"), before);
}

/// An entry with another text in one field and the id that goes with it, by someone without the project key.
pub fn forge(entry: &serde_json::Value, field: &str, text: &str) -> String {
    let mut entry = entry.clone();
    let fields = entry.as_object_mut().unwrap();
    fields.insert(field.to_owned(), text.into());
    fields.remove("id");
    let id = envward::mac::sha256(serde_json::to_string(&entry).unwrap().as_bytes());
    entry["id"] = id.into();
    serde_json::to_string(&entry).unwrap()
}
