//! What a server of Vault or OpenBao can do wrong, and what somebody in its place can do on purpose: each ends in a
//! message of its own within a bounded time, and nothing secret is shown or sent on.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use envward::secret::Secret;
use envward::store::{Changes, Error, Mark, Snapshot, Store, Version};
use serde_json::json;

use super::vault_kv::project_at;
use crate::support::Sandbox;
use crate::support::fault_server::{FaultServer, Reply, Request};
use crate::support::openbao::tls_server;
use crate::support::sealed::{seal, store};

const TOKEN: &str = "hvs.canary-token";
const DATA: &str = "/v1/secret/data/shop/production";
const LOOKUP: &str = "/v1/auth/token/lookup-self";

fn sandbox(address: &str) -> Sandbox {
    project_at(address, "secret", "shop/production")
        .with("VAULT_ADDR", address)
        .with("VAULT_TOKEN", TOKEN)
        .with("VAULT_CLIENT_TIMEOUT", "2s")
}

fn store_at(address: &str) -> Box<dyn Store> {
    store(&sandbox(address), "production", "vault")
}

/// What a server that is well answers.
fn healthy(request: &Request) -> Reply {
    let mount = json!({"path": "secret/", "type": "kv", "options": {"version": "2"}});
    let metadata = json!({"version": 1, "created_time": "2026-01-01T00:00:00Z", "deletion_time": "",
        "destroyed": false, "custom_metadata": null});
    match request.path.trim_end_matches('?') {
        "/v1/sys/internal/ui/mounts/secret" => Reply::json(200, &json!({ "data": mount })),
        DATA => Reply::json(200, &json!({"data": {"data": {"DB_USER": "shop"}, "metadata": metadata}})),
        LOOKUP => Reply::json(200, &json!({"data": {"ttl": 3600, "policies": ["shop"]}})),
        _ => Reply::json(404, &json!({"errors": []})),
    }
}

fn errors(status: u16, text: &str) -> Reply {
    Reply::json(status, &json!({ "errors": [text] }))
}

/// A server that is well but for what it says when asked for the values: `fault` is handed how often it was before.
fn faulty(fault: impl Fn(usize) -> Option<Reply> + Send + Sync + 'static) -> FaultServer {
    let asked = AtomicUsize::new(0);
    FaultServer::start(move |request| {
        let is_about_values = request.path.starts_with(DATA);
        let fault = is_about_values.then(|| fault(asked.fetch_add(1, Ordering::Relaxed))).flatten();
        fault.unwrap_or_else(|| healthy(request))
    })
}

fn always(reply: Reply) -> FaultServer {
    faulty(move |_| Some(reply.clone()))
}

/// How reading from a server ends: the error and its next step, without its address.
fn refusal(server: &FaultServer) -> String {
    let error = store_at(&server.address()).read().err().expect("it cannot be read");
    let text = format!("{error}\n{}", error.hint().unwrap_or_default());
    assert!(!text.contains("canary"), "{text}");
    text.replace(&server.address(), "SERVER")
}

fn asked_for_values(server: &FaultServer) -> usize {
    server.requests().iter().filter(|request| request.path.starts_with(DATA)).count()
}

fn write(store: &mut dyn Store) -> Result<(), Error> {
    let changes = Changes::from_iter([("DB_USER".to_owned(), Some(Secret::new("canary-value")))]);
    let base = Snapshot { version: Version::new("1"), ..Snapshot::empty() };
    store.write(&base, &changes, None).map(|_| ())
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let address = format!("http://127.0.0.1:{}", crate::support::daemon::free_port());
    let error = store_at(&address).read().err().unwrap();
    assert_eq!(error.to_string(), format!("{address} cannot be reached: nobody listens there"));
    let error = store_at("https://envward.invalid").read().err().unwrap();
    assert_eq!(error.to_string(), "https://envward.invalid cannot be reached: no such host");
}

#[test]
fn what_is_no_server_of_this_kind_is_not_taken_for_an_empty_store() {
    let page = |status| Reply::Answer(status, Vec::new(), "<html>canary</html>".to_owned());
    for reply in
        [page(200), page(404), Reply::Answer(404, Vec::new(), String::new()), Reply::json(200, &json!({}))]
    {
        let text = refusal(&always(reply.clone()));
        assert!(
            text.starts_with("SERVER gave an answer that is none of Vault or OpenBao: "),
            "{reply:?}: {text}"
        );
    }
    let text = refusal(&always(Reply::Bytes(b"SSH-2.0-canary\r\n")));
    assert!(
        text.starts_with("SERVER gave an answer that is none of Vault or OpenBao: the answer is not HTTP\n")
    );
}

#[test]
fn a_gigabyte_is_not_taken_in() {
    let text = refusal(&always(Reply::Endless));
    let expected =
        "SERVER gave an answer that is none of Vault or OpenBao: the answer is larger than 32 MiB\n";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn silence_ends_within_the_time_that_the_user_gave() {
    let start = Instant::now();
    let text = refusal(&always(Reply::Silence));
    assert!(text.starts_with("SERVER cannot be reached: no answer in time\n"), "{text}");
    assert!(start.elapsed() < Duration::from_secs(30), "the limit is 2 seconds");
}

#[test]
fn a_connection_that_breaks_is_tried_again() {
    let server = faulty(|asked| (asked < 2).then_some(Reply::Close));
    assert!(store_at(&server.address()).read().is_ok());
    assert_eq!(asked_for_values(&server), 3);
    let text = refusal(&always(Reply::Close));
    assert!(text.starts_with("SERVER cannot be reached: the connection was lost\n"), "{text}");
}

#[test]
fn no_redirect_is_followed_and_no_token_is_sent_to_another_host() {
    let other = FaultServer::start(healthy);
    for status in [301, 302, 307, 308] {
        let server = always(Reply::redirect(status, &format!("{}{DATA}", other.address())));
        let text = refusal(&server);
        let expected = format!(
            "SERVER sends requests on to {}{DATA}\ncredentials are not sent on: if that server is yours, write its \
             address into envward.toml",
            other.address()
        );
        assert_eq!(text, expected);
    }
    assert!(other.requests().is_empty());
}

#[test]
fn https_is_not_left_for_http() {
    let Some(tls) = tls_server() else { return };
    let other = FaultServer::start(healthy);
    let to = format!("{}{DATA}", other.address());
    let (certificate, key) = (tls.file("server.pem"), tls.file("server.key"));
    let server = FaultServer::start_tls(&certificate, &key, move |_| Reply::redirect(302, &to));
    let address = server.address();
    let trusting = |authority| {
        let authority = tls.file(authority).display().to_string();
        store(&sandbox(&address).with("VAULT_CACERT", authority), "production", "vault").read().err().unwrap()
    };
    let text = trusting("authority.pem").to_string();
    assert_eq!(text, format!("{address} sends requests on to {}{DATA}", other.address()));
    assert!(server.requests().iter().all(|request| request.header("x-vault-token") == Some(TOKEN)));
    assert!(other.requests().is_empty());

    let text = trusting("stranger.pem").to_string();
    let expected = "its certificate is from an authority that is not trusted";
    assert_eq!(text, format!("{address} cannot be reached: {expected}"));
}

#[test]
fn fault_07_what_is_not_ready_yet_is_asked_again() {
    for reply in [
        errors(412, "required index state not present"),
        errors(429, "rate limit quota exceeded"),
        errors(400, "Upgrading from non-versioned to versioned data. This backend will be unavailable"),
        errors(400, "Waiting for the primary to upgrade from non-versioned to versioned data"),
        errors(500, "local node not active but active cluster node not found"),
        errors(502, "upstream"),
    ] {
        let once = reply.clone();
        let server = faulty(move |asked| (asked < 2).then(|| once.clone()));
        assert!(store_at(&server.address()).read().is_ok(), "{reply:?}");
        assert_eq!(asked_for_values(&server), 3, "{reply:?}");
    }
}

#[test]
fn what_stays_as_it_is_has_a_message_of_its_own() {
    let cases = [
        (errors(429, "canary"), "SERVER is throttling requests\nwait a minute and run the command again"),
        (
            errors(503, "Vault is sealed"),
            "SERVER is sealed: it serves nothing before it is unsealed\nask an operator to unseal it",
        ),
        (
            errors(473, "canary"),
            "SERVER failed with status 473\nit is a standby for disasters or for reading: use the address of the active \
             cluster",
        ),
        (
            errors(503, "API access to this namespace has been locked by an administrator"),
            "SERVER failed with status 503\nan operator locked this namespace: ask one to unlock it",
        ),
        (
            errors(500, "canary"),
            "SERVER failed with status 500\nsee the server's log, or try again in a minute",
        ),
    ];
    for (reply, expected) in cases {
        assert_eq!(refusal(&always(reply)), expected);
    }
    let sealed = always(errors(503, "Vault is sealed"));
    refusal(&sealed);
    assert_eq!(asked_for_values(&sealed), 1, "waiting does not unseal it");
}

#[test]
fn fault_08_a_refusal_tells_a_bad_token_from_a_missing_policy() {
    let server = always(errors(403, "permission denied"));
    assert_eq!(
        refusal(&server),
        "the login may not read secret/data/shop/production\nsee what the login lacks with: envward doctor --policy"
    );
    assert_eq!(server.count("GET", LOOKUP), 1, "the token is asked about once");

    let refused = |text: &'static str| {
        FaultServer::start(move |request| match request.path.as_str() {
            LOOKUP => errors(403, text),
            _ => errors(403, "permission denied"),
        })
    };
    let expected = "the token of VAULT_TOKEN was refused: it is not valid, or has expired\n\
                    log in again: bao login, or vault login";
    assert_eq!(refusal(&refused("permission denied")), expected);
    assert_eq!(
        refusal(&refused("2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n")),
        expected
    );
    let text = refusal(&refused("1 error occurred:\n\t* permission denied\n\n"));
    assert!(text.starts_with("the login may not "), "a token that may not look itself up is good: {text}");
}

#[test]
fn a_write_whose_outcome_is_not_known_is_not_sent_again() {
    let no_leader = errors(500, "local node not active but active cluster node not found");
    let lost_leader = Reply::redirect(307, "http://gone.invalid");
    let failed = [errors(500, "canary"), errors(502, "canary"), no_leader, lost_leader];
    for reply in [Reply::Silence, Reply::Close, Reply::Endless].into_iter().chain(failed) {
        let server = FaultServer::start({
            let reply = reply.clone();
            move |request| if request.method == "POST" { reply.clone() } else { healthy(request) }
        });
        let error = write(store_at(&server.address()).as_mut()).expect_err("it was not answered");
        assert!(matches!(error, Error::Unknown { .. }), "{reply:?}: {error}");
        assert!(!error.to_string().contains("canary"), "{error}");
        assert_eq!(server.count("POST", DATA), 1, "{reply:?}");
    }
}

#[test]
fn a_write_that_surely_was_not_done_is_sent_again() {
    for reply in [errors(429, ""), errors(412, "")] {
        let refused = AtomicUsize::new(0);
        let server = FaultServer::start({
            let reply = reply.clone();
            move |request| match request.method.as_str() {
                "POST" if refused.fetch_add(1, Ordering::Relaxed) < 2 => reply.clone(),
                "POST" => Reply::json(
                    200,
                    &json!({"data": {"version": 2, "created_time": "2026-01-01T00:00:00Z",
                    "deletion_time": "", "destroyed": false, "custom_metadata": null}}),
                ),
                _ => healthy(request),
            }
        });
        let written = write(store_at(&server.address()).as_mut());
        assert!(written.is_ok(), "{reply:?}: {:?}", written.err().map(|error| error.to_string()));
        assert_eq!(server.count("POST", DATA), 3, "{reply:?}");
    }
}

#[test]
fn a_read_after_a_write_asks_for_the_state_that_the_write_made() {
    let server = FaultServer::start(|request| {
        let body = json!({"data": {"version": 2, "created_time": "2026-01-01T00:00:00Z", "deletion_time": "",
            "destroyed": false, "custom_metadata": null}});
        let index = vec!["X-Vault-Index: state-2".to_owned()];
        if request.method == "POST" { Reply::Answer(200, index, body.to_string()) } else { healthy(request) }
    });
    let mut store = store_at(&server.address());
    store.read().map(|_| ()).unwrap();
    write(store.as_mut()).unwrap();
    store.read().map(|_| ()).unwrap();
    let requests = server.requests();
    let states: Vec<_> = requests.iter().map(|request| request.header("x-vault-index")).collect();
    assert_eq!(states.last(), Some(&Some("state-2")));
    assert!(states[..states.len() - 1].iter().all(Option::is_none), "{states:?}");
    assert_eq!(requests.last().unwrap().header("x-vault-inconsistent"), Some("forward-active-node"));
}

/// What is asked at the same time takes one round trip: the server answers none of a pair before it has both.
#[test]
fn a_push_to_one_path_takes_two_round_trips() {
    let pair = Barrier::new(2);
    let server = FaultServer::start(move |request| {
        pair.wait();
        let body = json!({"data": {"version": 2, "created_time": "2026-01-01T00:00:00Z", "deletion_time": "",
            "destroyed": false, "custom_metadata": null}});
        match request.method.as_str() {
            "POST" => Reply::json(200, &body),
            "PATCH" => Reply::Answer(204, Vec::new(), String::new()),
            _ => healthy(request),
        }
    });
    let mut store = store_at(&server.address());
    let base = store.read().unwrap();
    let changes =
        (0..400).map(|number| (format!("NAME_{number}"), Some(Secret::new("canary-value")))).collect();
    let mark = Mark { generation: 1, sealed: "0".repeat(64), digest: "1".repeat(64) };
    store.write(&base, &changes, Some(&mark)).map(|_| ()).unwrap();
    let mut methods: Vec<String> = server.requests().into_iter().map(|request| request.method).collect();
    methods.sort();
    assert_eq!(methods, ["GET", "GET", "PATCH", "POST"]);
}

#[test]
fn every_request_says_who_asks_and_where() {
    let server = FaultServer::start(healthy);
    let sandbox = sandbox(&server.address()).with("VAULT_NAMESPACE", "team/shop/");
    store(&sandbox, "production", "vault").read().map(|_| ()).unwrap();
    for request in server.requests() {
        assert_eq!(request.header("x-vault-request"), Some("true"));
        assert_eq!(request.header("x-vault-namespace"), Some("team/shop"));
        assert!(request.header("user-agent").unwrap().starts_with("envward/"));
    }
}

#[test]
fn nothing_secret_is_shown_or_put_into_a_url() {
    let echo = || errors(400, "hvs.canary-token canary-value");
    for reply in
        [None, Some(echo()), Some(errors(403, "hvs.canary-token")), Some(Reply::Bytes(b"canary-value\n"))]
    {
        let shown = format!("{reply:?}");
        let server = faulty(move |_| reply.clone());
        let sandbox = sandbox(&server.address()).with("RUST_LOG", "trace").with("RUST_BACKTRACE", "full");
        seal(&sandbox, "production", &[("DB_USER", "canary-value"), ("DB_PASSWORD", "canary-value")]);
        for arguments in
            ["run --from vault --no-check -vvv -- true", "diff vault -vvv", "push vault --yes -vvv"]
        {
            let run = sandbox.envward(arguments);
            let said = format!("{}{}", run.stdout, run.stderr);
            assert!(!said.contains("canary"), "{shown}, {arguments}: {said}");
        }
        assert!(server.requests().iter().all(|request| !request.path.contains("canary")), "{shown}");
    }
}
