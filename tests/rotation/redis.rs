//! The driver `redis` on a real server.

use std::path::Path;

use envward::env_vars::EnvSnapshot;
use envward::manifest::RotationDefinition;
use envward::rng::Rng;
use envward::rotation::drivers::{self, Change, Driver, Ended, Error, Opening};
use envward::rotation::policy::{Policy, policies};
use envward::schema::{self, Schema, Source};
use envward::secret::{Secret, Values};

use crate::support::Sandbox;
use crate::support::redis::{self, REQUIREPASS, Server, Users};

/// A rotation of REDIS_URL, without what surrounds it.
struct Rotation {
    schema: Schema,
    policy: Policy,
    env: EnvSnapshot,
    current: Values,
    pending: Values,
}

impl Rotation {
    fn of(url: &str, admin: Option<String>) -> Self {
        let sandbox = Sandbox::new();
        let options = if admin.is_some() { r#", admin = "ADMIN_URL""# } else { "" };
        sandbox.write(
            "schema.toml",
            format!(
                r#"[schema]
name = "shop"
[vars.REDIS_URL]
type = "redis-url"
rotate = {{ every = "90d", driver = {{ kind = "redis"{options} }} }}
"#
            ),
        );
        let source = Source::File { path: sandbox.project().join("schema.toml"), root: sandbox.project() };
        let schema = schema::load(&source).unwrap_or_else(|error| panic!("{error}"));
        let policy = policies(&schema, &RotationDefinition::default(), "production");
        let policy = policy.unwrap_or_else(|error| panic!("{error}"))["REDIS_URL"].clone();
        let env = admin.map(|url| ("ADMIN_URL".into(), url.into())).into_iter().collect();
        let current: Values = [("REDIS_URL".to_owned(), Secret::new(url))].into_iter().collect();
        let mut rotation = Self { schema, policy, env, current, pending: Values::new() };
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let made = rotation.driver().prepare(&rotation.current, &mut Rng::test_only_seeded(7), now);
        rotation.pending = done(made);
        rotation
    }

    fn driver(&self) -> Box<dyn Driver + '_> {
        done(drivers::open(Opening {
            variable: &self.schema.vars["REDIS_URL"],
            environment: "production",
            schema: &self.schema,
            policy: &self.policy,
            root: Path::new("/"),
            env: &self.env,
            given: None,
        }))
    }

    fn change(&self) -> Change<'_> {
        Change { current: &self.current, pending: &self.pending }
    }

    /// Whether an application works with the URL before, and with the one after.
    fn works(&self) -> (bool, bool) {
        (redis::works(self.current["REDIS_URL"].expose()), redis::works(self.pending["REDIS_URL"].expose()))
    }
}

#[track_caller]
fn done<T>(result: Result<T, Error>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn both_passwords_work_until_the_overlap_ends_and_every_step_can_be_done_twice() {
    let Some(server) = redis::server() else { return };
    let (user, password) = server.new_user();
    let rotation = Rotation::of(&server.url(&user, &password), Some(server.admin_url()));
    let mut driver = rotation.driver();
    assert!(driver.has_overlap());
    assert_eq!(rotation.works(), (true, false));
    for _ in 0..2 {
        done(driver.set(rotation.change()));
        assert_eq!(rotation.works(), (true, true));
        done(driver.test(rotation.change()));
    }
    assert_eq!(driver.remark(), None);
    for _ in 0..2 {
        done(driver.take_back(rotation.change()));
        assert_eq!(rotation.works(), (true, false));
    }
    done(driver.set(rotation.change()));
    for _ in 0..2 {
        assert_eq!(done(driver.end(rotation.change())), Ended::Seen);
        assert_eq!(rotation.works(), (false, true));
    }
}

#[test]
fn a_third_password_stays_unless_nobody_knows_the_previous_one() {
    let Some(server) = redis::server() else { return };
    let (user, password) = server.new_user();
    server.command(&["ACL", "SETUSER", &user, ">break-glass"]);
    let rotation = Rotation::of(&server.url(&user, &password), Some(server.admin_url()));
    done(rotation.driver().set(rotation.change()));
    done(rotation.driver().end(rotation.change()));
    assert!(redis::works(&server.url(&user, "break-glass")));
    let change = Change { current: &rotation.pending, pending: &rotation.pending };
    assert_eq!(done(rotation.driver().end(change)), Ended::NotSeen);
    assert!(!redis::works(&server.url(&user, "break-glass")));
    assert_eq!(rotation.works(), (false, true));
}

#[test]
fn the_server_keeps_the_change_over_a_restart_and_never_sees_the_password() {
    let Some(mut server) = Server::start(Users::InFile) else { return };
    let (user, password) = server.new_user();
    let rotation = Rotation::of(&server.url(&user, &password), Some(server.admin_url()));
    server.command(&["CONFIG", "SET", "slowlog-log-slower-than", "0"]);
    done(rotation.driver().set(rotation.change()));
    let log = format!("{:?}", server.command(&["SLOWLOG", "GET", "100"]));
    let new = rotation.pending["REDIS_URL"].expose();
    let new = new.split([':', '@']).nth(2).unwrap();
    assert!(log.contains("SETUSER") && !log.contains(new), "{log}");
    assert!(server.users().contains(&user));
    server.stop();
    server.begin();
    assert_eq!(rotation.works(), (true, true));
}

#[test]
fn a_server_without_an_acl_file_keeps_it_in_its_configuration() {
    let Some(mut server) = Server::start(Users::InMemory) else { return };
    let rotation = Rotation::of(&server.url("default", REQUIREPASS), None);
    let mut driver = rotation.driver();
    done(driver.set(rotation.change()));
    assert_eq!((driver.remark(), rotation.works()), (None, (true, true)));
    assert_eq!(done(driver.end(rotation.change())), Ended::Seen);
    server.stop();
    server.begin();
    assert_eq!(rotation.works(), (false, true));
}

#[test]
fn what_the_server_refuses_is_said_in_words() {
    let Some(server) = redis::server() else { return };
    let (user, password) = server.new_user();
    let target = server.admin_url();
    let target = target.rsplit(['@', '/']).nth(1).unwrap();
    let cases = [
        (None, format!("{target} refused: the user may not run ACL SETUSER")),
        (
            Some(server.url("admin", "wrong")),
            format!("{target} refused: it does not let admin in with this password"),
        ),
        (Some("redis://:x@127.0.0.1:1".to_owned()), "127.0.0.1:1 cannot be reached: I/O error".to_owned()),
    ];
    for (admin, message) in cases {
        let rotation = Rotation::of(&server.url(&user, &password), admin);
        let error = rotation.driver().set(rotation.change()).expect_err("it cannot work");
        assert_eq!(error.to_string(), message);
        assert_eq!(rotation.works(), (true, false));
    }
}
