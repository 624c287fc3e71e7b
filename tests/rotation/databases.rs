//! `rotate` with real databases: while an application connects in a loop, killed at every step, with a database that
//! goes away. What the sealed file says has to work, every time.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::shop::{ALICE, ALICE_PUBLIC};
use crate::support::{Sandbox, openbao, postgres, redis};

/// An overlap in a policy.
const ONE_DAY: &str = r#"overlap = "1d", "#;

/// A database whose password is rotated.
struct Database {
    /// The driver's options in the schema.
    driver: String,
    /// The variables of the environment but the URL: name and value.
    values: Vec<(&'static str, String)>,
    /// The type of the URL, and its template.
    url: (&'static str, String),
    /// The URL of who may change others.
    admin: String,
    /// Whether an application that has this URL can work.
    works: fn(&str) -> bool,
    /// The overlap in the policy.
    overlap: &'static str,
}

/// One role.
fn one_role() -> Option<Database> {
    Some(of_server(postgres::server()?, false))
}

/// Two roles that take turns.
fn two_roles() -> Option<Database> {
    Some(of_server(postgres::server()?, true))
}

fn of_server(server: &postgres::Server, takes_turns: bool) -> Database {
    let (one, two) = (server.new_role(), server.new_role());
    let turns = if takes_turns {
        format!(r#", user = "DB_USER", admin = "ADMIN_URL", alternate = ["{}", "{}"]"#, one.name, two.name)
    } else {
        String::new()
    };
    Database {
        driver: format!(r#"{{ kind = "postgres"{turns} }}"#),
        values: vec![("DB_USER", one.name), ("DB_PASSWORD", one.password)],
        url: (
            "postgres-url",
            format!(
                "postgresql://${{DB_USER}}:${{DB_PASSWORD|url}}@127.0.0.1:{}/{}",
                server.port(),
                one.database
            ),
        ),
        admin: server.admin_url(),
        works: postgres::works,
        overlap: ONE_DAY,
    }
}

/// The same, and the policy ends the previous role at once.
fn two_roles_at_once() -> Option<Database> {
    Some(Database { overlap: "", ..two_roles()? })
}

/// A user with two passwords meanwhile.
fn acl_user() -> Option<Database> {
    let server = redis::server()?;
    let (user, password) = server.new_user();
    Some(Database {
        driver: r#"{ kind = "redis", admin = "ADMIN_URL" }"#.to_owned(),
        values: vec![("DB_USER", user), ("DB_PASSWORD", password)],
        url: (
            "redis-url",
            format!("redis://${{DB_USER}}:${{DB_PASSWORD|url}}@127.0.0.1:{}/0", server.port()),
        ),
        admin: server.admin_url(),
        works: redis::works,
        overlap: ONE_DAY,
    })
}

/// The same, and the policy ends the previous password at once.
fn acl_user_at_once() -> Option<Database> {
    Some(Database { overlap: "", ..acl_user()? })
}

/// A sealed project that uses the database. `stores` is what follows the environment's name.
fn project(database: &Database, stores: &str) -> Sandbox {
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", ALICE).with("ADMIN_URL", database.admin.as_str());
    sandbox.write(
        "envward.toml",
        format!(
            r#"[project]
name = "shop"
default = "production"

[environments.production]
recipients = ["alice"]
{stores}

[recipients]
alice = "{ALICE_PUBLIC}"

[vars.DB_USER]
secret = false

[vars.DB_PASSWORD]
generate = {{ kind = "alphanumeric", length = 43 }}
rotate = {{ every = "90d", {}driver = {} }}

[vars.DATABASE_URL]
type = "{}"
template = "{}"
"#,
            database.overlap, database.driver, database.url.0, database.url.1
        ),
    );
    sandbox.write(".gitignore", ".env*\n.envward/\n");
    let answers: Vec<_> = database.values.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    sandbox.write("../home/answers", answers.concat());
    sandbox.envward("bootstrap --no-input --answers ../home/answers").success();
    sandbox.envward("seal").success();
    sandbox
}

/// What an application is given.
#[track_caller]
fn url(sandbox: &Sandbox) -> String {
    sandbox.envward("get DATABASE_URL").success().stdout.trim_end().to_owned()
}

/// The clock of later commands.
fn two_days_later(sandbox: &mut Sandbox) {
    sandbox.set("ENVWARD_TEST_ONLY_NOW", "2026-03-03T12:00:01Z");
}

/// Tells a thread to stop when it goes out of scope.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Rotates and ends the overlap while an application reads its URL and connects, again and again.
#[track_caller]
fn no_connection_fails(database: &Database) {
    let mut sandbox = project(database, "");
    let first = url(&sandbox);
    let client = sandbox.copy();
    let (stop, connections) = (AtomicBool::new(false), AtomicUsize::new(0));
    let at_least = |more: usize| {
        let goal = connections.load(Ordering::Relaxed) + more;
        crate::support::daemon::wait_until("more connections", Duration::from_mins(2), || {
            connections.load(Ordering::Relaxed) >= goal
        });
    };
    let (project, works) = (sandbox.project(), database.works);
    let failed = std::thread::scope(|scope| {
        let client = scope.spawn(|| {
            let mut failed = 0;
            while !stop.load(Ordering::Relaxed) {
                let output = client
                    .command(env!("CARGO_BIN_EXE_envward"))
                    .current_dir(&project)
                    .args(["run", "--no-check", "--", "printenv", "DATABASE_URL"])
                    .output()
                    .unwrap();
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                failed += usize::from(!works(String::from_utf8_lossy(&output.stdout).trim_end()));
                connections.fetch_add(1, Ordering::Relaxed);
            }
            failed
        });
        // The client ends with this, also when something above it fails.
        let ending = Stop(&stop);
        at_least(2);
        sandbox.envward("rotate DB_PASSWORD --yes").success();
        at_least(2);
        assert!((database.works)(&first), "both passwords work while the overlap lasts");
        two_days_later(&mut sandbox);
        sandbox.envward("rotate --due --yes").success();
        at_least(2);
        drop(ending);
        client.join().unwrap()
    });
    assert_eq!(failed, 0, "of {} connections", connections.load(Ordering::Relaxed));
    assert!(!(database.works)(&first), "the previous password ended");
    assert_ne!(url(&sandbox), first);
}

#[test]
fn with_two_roles_in_turns_not_one_connection_fails() {
    let Some(database) = two_roles() else { return };
    no_connection_fails(&database);
}

#[test]
fn with_two_passwords_of_a_user_not_one_connection_fails() {
    let Some(database) = acl_user() else { return };
    no_connection_fails(&database);
}

/// Kills a rotation after a step, and brings it to an end in both ways.
#[track_caller]
fn check(database: fn() -> Option<Database>, step: &str) {
    for way in ["--resume", "--abort"] {
        let Some(database) = database() else { return };
        let mut sandbox = project(&database, "");
        let first = url(&sandbox);
        sandbox.set("ENVWARD_TEST_ONLY_SEED", "2");
        sandbox.set("ENVWARD_TEST_ONLY_KILL_AT", format!("done:{step}"));
        let run = sandbox.envward("rotate DB_PASSWORD --yes");
        assert_eq!(run.code, None, "{step}: {}", run.stderr);
        sandbox.set("ENVWARD_TEST_ONLY_KILL_AT", "");
        let end = sandbox.envward(&format!("rotate {way}"));
        // What is recorded is done: there is nothing to take back. Nor is there where the previous one was ended.
        let is_ended = step == "ended" && database.overlap.is_empty();
        let is_recorded = way == "--abort" && (step == "recorded" || is_ended);
        assert_eq!(end.code, Some(if is_recorded { 2 } else { 0 }), "{step} {way}: {}", end.stderr);
        let now = url(&sandbox);
        assert!((database.works)(&now), "{step} {way}: what the sealed file says does not work");
        let is_new = (way == "--resume" && step != "pending") || is_recorded;
        assert_eq!(now != first, is_new, "{step} {way}");
        if is_recorded {
            sandbox.envward("rotate --resume").success();
        }
        sandbox.set("ENVWARD_TEST_ONLY_SEED", "3");
        sandbox.envward("rotate DB_PASSWORD --yes").success();
        assert!((database.works)(&url(&sandbox)), "{step} {way}: the next rotation");
    }
}

/// One test for each step and kind of database.
macro_rules! killed {
    ($($name:ident: $database:ident $step:literal,)*) => {
        $(#[test]
        fn $name() {
            check($database, $step);
        })*
    };
}

killed! {
    one_role_killed_when_the_password_is_made: one_role "pending",
    one_role_killed_when_it_is_set: one_role "set",
    one_role_killed_when_it_is_tested: one_role "tested",
    one_role_killed_when_it_is_sealed: one_role "current",
    one_role_killed_when_it_is_pushed: one_role "pushed",
    one_role_killed_when_the_old_one_is_ended: one_role "ended",
    one_role_killed_when_it_is_recorded: one_role "recorded",
    two_roles_killed_when_the_password_is_made: two_roles "pending",
    two_roles_killed_when_it_is_set: two_roles "set",
    two_roles_killed_when_it_is_tested: two_roles "tested",
    two_roles_killed_when_it_is_sealed: two_roles "current",
    two_roles_killed_when_it_is_pushed: two_roles "pushed",
    two_roles_killed_when_it_is_recorded: two_roles "recorded",
    acl_user_killed_when_the_password_is_made: acl_user "pending",
    acl_user_killed_when_it_is_set: acl_user "set",
    acl_user_killed_when_it_is_tested: acl_user "tested",
    acl_user_killed_when_it_is_sealed: acl_user "current",
    acl_user_killed_when_it_is_pushed: acl_user "pushed",
    acl_user_killed_when_it_is_recorded: acl_user "recorded",
    two_roles_at_once_killed_when_it_is_set: two_roles_at_once "set",
    two_roles_at_once_killed_when_it_is_pushed: two_roles_at_once "pushed",
    two_roles_at_once_killed_when_the_old_one_is_ended: two_roles_at_once "ended",
    two_roles_at_once_killed_when_it_is_recorded: two_roles_at_once "recorded",
    acl_user_at_once_killed_when_it_is_set: acl_user_at_once "set",
    acl_user_at_once_killed_when_it_is_pushed: acl_user_at_once "pushed",
    acl_user_at_once_killed_when_the_old_one_is_ended: acl_user_at_once "ended",
    acl_user_at_once_killed_when_it_is_recorded: acl_user_at_once "recorded",
}

#[test]
fn a_database_that_goes_away_between_set_and_test_loses_nothing() {
    let Some(mut server) = postgres::Server::start() else { return };
    let database = of_server(&server, false);
    let mut sandbox = project(&database, "");
    sandbox.set("ENVWARD_TEST_ONLY_KILL_AT", "done:set");
    assert_eq!(sandbox.envward("rotate DB_PASSWORD --yes").code, None);
    sandbox.set("ENVWARD_TEST_ONLY_KILL_AT", "");
    server.stop();
    for way in ["--resume", "--abort"] {
        let _ = sandbox.envward(&format!("rotate {way}")).code(5).stderr_has("cannot be reached");
        assert!(sandbox.has(".envward/rotations/production/DB_PASSWORD.age"), "the journal is kept");
    }
    server.begin();
    sandbox.envward("rotate --resume").success();
    assert!((database.works)(&url(&sandbox)));
}

#[test]
fn the_store_gets_the_new_password_and_no_log_or_message_does() {
    let (Some(bao), Some(server)) = (openbao::server(), postgres::Server::start()) else { return };
    let mount = bao.kv(2);
    let database = of_server(&server, false);
    let stores = format!(
        "stores = [\"vault\"]\n[stores.vault]\ntype = \"vault\"\naddress = \"{}\"\nmount = \"{}\"\npath = \"shop\"\n",
        bao.address(),
        mount.name
    );
    let sandbox = project(&database, &stores).with("VAULT_TOKEN", mount.token.as_str());
    sandbox.envward("allow --yes").success();
    sandbox.envward("push --yes").success();
    let run = sandbox.envward("rotate DB_PASSWORD --yes -vv").success();
    let new = sandbox.envward("get DB_PASSWORD").success().stdout.trim_end().to_owned();
    let given = sandbox.envward("run --from vault -- printenv DATABASE_URL").success();
    assert!((database.works)(given.stdout.trim_end()), "an application that reads the store does not work");
    assert!(given.stdout.contains(&new));
    assert!(!run.stderr.contains(&new) && !run.stdout.contains(&new));
    assert!(server.log().contains("ALTER ROLE") && !server.log().contains(&new));
}
