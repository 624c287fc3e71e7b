//! The driver `postgres` on a real server.

use std::path::Path;

use envward::env_vars::EnvSnapshot;
use envward::manifest::RotationDefinition;
use envward::rng::Rng;
use envward::rotation::drivers::{self, Change, Driver, Ended, Error, Opening};
use envward::rotation::policy::{Policy, policies};
use envward::schema::{self, Schema, Source};
use envward::secret::{Secret, Values};

use crate::support::Sandbox;
use crate::support::postgres::{self, Role, Server};

/// A schema with the driver's options.
fn schema(sandbox: &Sandbox, options: &str) -> Schema {
    sandbox.write(
        "schema.toml",
        format!(
            r#"[schema]
name = "shop"
[vars.DB_USER]
secret = false
[vars.DB_PASSWORD]
generate = {{ kind = "alphanumeric", length = 43 }}
rotate = {{ every = "90d", driver = {{ kind = "postgres"{options} }} }}
[vars.DB_HOST]
secret = false
[vars.DATABASE_URL]
type = "postgres-url"
template = "postgresql+psycopg2://${{DB_USER}}:${{DB_PASSWORD|url}}@${{DB_HOST}}"
"#
        ),
    );
    let source = Source::File { path: sandbox.project().join("schema.toml"), root: sandbox.project() };
    schema::load(&source).unwrap_or_else(|error| panic!("{error}"))
}

/// A rotation of DB_PASSWORD, without what surrounds it.
struct Rotation {
    schema: Schema,
    policy: Policy,
    env: EnvSnapshot,
    current: Values,
    pending: Values,
    _sandbox: Sandbox,
}

impl Rotation {
    fn of(server: &Server, role: &Role, options: &str, admin: Option<String>) -> Self {
        let sandbox = Sandbox::new();
        let schema = schema(&sandbox, options);
        let host = format!("127.0.0.1:{}/{}", server.port(), role.database);
        let mut current: Values =
            [("DB_USER", &role.name), ("DB_PASSWORD", &role.password), ("DB_HOST", &host)]
                .into_iter()
                .map(|(name, value)| (name.to_owned(), Secret::new(value)))
                .collect();
        render(&schema, &mut current);
        let env = admin.map(|url| ("ADMIN_URL".into(), url.into())).into_iter().collect();
        let policy = policy_of(&schema);
        let mut rotation = Self { schema, policy, env, current, pending: Values::new(), _sandbox: sandbox };
        let mut rng = Rng::test_only_seeded(7);
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let made = rotation.driver().prepare(&rotation.current, &mut rng, now);
        let made = made.unwrap_or_else(|error| panic!("{error}"));
        let mut after = rotation.current.clone();
        after.extend(made);
        render(&rotation.schema, &mut after);
        after.retain(|name, value| rotation.current.get(name) != Some(&*value));
        rotation.pending = after;
        rotation
    }

    fn driver(&self) -> Box<dyn Driver + '_> {
        let opening = Opening {
            variable: &self.schema.vars["DB_PASSWORD"],
            environment: "production",
            schema: &self.schema,
            policy: &self.policy,
            root: Path::new("/"),
            env: &self.env,
            given: None,
        };
        drivers::open(opening).unwrap_or_else(|error| panic!("{error}"))
    }

    fn change(&self) -> Change<'_> {
        Change { current: &self.current, pending: &self.pending }
    }

    /// Whether an application works with the values before, and with those after.
    fn works(&self) -> (bool, bool) {
        let mut after = self.current.clone();
        after.extend(self.pending.clone());
        let works = |values: &Values| {
            postgres::works(&values["DATABASE_URL"].expose().replace("postgresql+psycopg2", "postgresql"))
        };
        (works(&self.current), works(&after))
    }

    #[track_caller]
    fn done<T>(result: Result<T, Error>) -> T {
        result.unwrap_or_else(|error| panic!("{error}"))
    }
}

fn policy_of(schema: &Schema) -> Policy {
    let policies = policies(schema, &RotationDefinition::default(), "production");
    policies.unwrap_or_else(|error| panic!("{error}"))["DB_PASSWORD"].clone()
}

fn render(schema: &Schema, values: &mut Values) {
    let wholes = schema.rerender("production", values, &["DB_PASSWORD".to_owned(), "DB_USER".to_owned()]);
    values.extend(wholes);
}

#[test]
fn a_role_changes_its_own_password_and_every_step_can_be_done_twice() {
    let Some(server) = postgres::server() else { return };
    let role = server.new_role();
    let rotation = Rotation::of(server, &role, "", None);
    let mut driver = rotation.driver();
    assert!(!driver.has_overlap() && driver.ends_at_once().is_some());
    assert_eq!(rotation.works(), (true, false));
    for _ in 0..2 {
        Rotation::done(driver.set(rotation.change()));
        assert_eq!(rotation.works(), (false, true));
        Rotation::done(driver.test(rotation.change()));
    }
    assert_eq!(Rotation::done(driver.end(rotation.change())), Ended::Seen);
    for _ in 0..2 {
        Rotation::done(driver.take_back(rotation.change()));
        assert_eq!(rotation.works(), (true, false));
    }
}

#[test]
fn two_roles_take_turns_and_both_work_until_the_overlap_ends() {
    let Some(server) = postgres::server() else { return };
    let (one, two) = (server.new_role(), server.new_role());
    let options =
        format!(r#", user = "DB_USER", admin = "ADMIN_URL", alternate = ["{}", "{}"]"#, one.name, two.name);
    server.sql(&format!("GRANT CONNECT ON DATABASE {} TO {}", one.database, two.name));
    let rotation = Rotation::of(server, &one, &options, Some(server.admin_url()));
    assert_eq!(rotation.pending["DB_USER"].expose(), two.name);
    let mut driver = rotation.driver();
    assert!(driver.has_overlap());
    Rotation::done(driver.set(rotation.change()));
    Rotation::done(driver.set(rotation.change()));
    assert_eq!(rotation.works(), (true, true));
    Rotation::done(driver.test(rotation.change()));
    assert_eq!(Rotation::done(driver.end(rotation.change())), Ended::Seen);
    assert_eq!(rotation.works(), (false, true));

    // The next turn goes the other way, and the role may log in again.
    let now =
        Role { name: two.name, password: rotation.pending["DB_PASSWORD"].expose().to_owned(), ..one.clone() };
    let next = Rotation::of(server, &now, &options, Some(server.admin_url()));
    assert_eq!(next.pending["DB_USER"].expose(), one.name);
    Rotation::done(next.driver().set(next.change()));
    assert_eq!(next.works(), (true, true));
    Rotation::done(next.driver().take_back(next.change()));
    assert_eq!(next.works(), (true, false));
}

#[test]
fn another_machine_ends_the_overlap_without_the_previous_password() {
    let Some(server) = postgres::server() else { return };
    let (one, two) = (server.new_role(), server.new_role());
    let options =
        format!(r#", user = "DB_USER", admin = "ADMIN_URL", alternate = ["{}", "{}"]"#, one.name, two.name);
    let rotation = Rotation::of(server, &one, &options, Some(server.admin_url()));
    Rotation::done(rotation.driver().set(rotation.change()));
    let mut now = rotation.current.clone();
    now.extend(rotation.pending.clone());
    let change = Change { current: &now, pending: &now };
    assert_eq!(Rotation::done(rotation.driver().end(change)), Ended::NotSeen);
    assert_eq!(rotation.works(), (false, true));
}

#[test]
fn the_server_never_sees_the_new_password() {
    let Some(server) = Server::start() else { return };
    let role = server.new_role();
    let rotation = Rotation::of(&server, &role, "", None);
    Rotation::done(rotation.driver().set(rotation.change()));
    Rotation::done(rotation.driver().test(rotation.change()));
    let log = server.log();
    assert!(log.contains("ALTER ROLE"), "{log}");
    assert!(!log.contains(rotation.pending["DB_PASSWORD"].expose()), "{log}");
}

#[test]
fn what_the_server_refuses_is_said_in_words() {
    let Some(server) = postgres::server() else { return };
    let (one, two) = (server.new_role(), server.new_role());
    let options =
        format!(r#", user = "DB_USER", admin = "ADMIN_URL", alternate = ["{}", "{}"]"#, one.name, two.name);
    let target = format!("127.0.0.1:{}", server.port());
    let url = |user: &str, password: &str| Some(server.url(user, password, "postgres"));
    let cases = [
        (url(&one.name, &one.password), format!("{target} refused: {} may not alter the role", one.name)),
        (url("admin", "wrong"), format!("{target} refused: it does not let admin in with this password")),
        (None, "ADMIN_URL is not set, which holds the URL of someone who may change the password".to_owned()),
        (
            Some("postgresql://admin:x@127.0.0.1:1/postgres".to_owned()),
            "127.0.0.1:1 cannot be reached: Connection refused (os error 111)".to_owned(),
        ),
    ];
    for (admin, message) in cases {
        let rotation = Rotation::of(server, &one, &options, admin);
        let error = rotation.driver().set(rotation.change()).expect_err("it cannot work");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_server_that_goes_away_between_two_steps_loses_nothing() {
    let Some(mut server) = Server::start() else { return };
    let role = server.new_role();
    let rotation = Rotation::of(&server, &role, "", None);
    Rotation::done(rotation.driver().set(rotation.change()));
    server.stop();
    let error = rotation.driver().test(rotation.change()).expect_err("nobody answers");
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    server.begin();
    Rotation::done(rotation.driver().test(rotation.change()));
    assert_eq!(rotation.works(), (false, true));
}
