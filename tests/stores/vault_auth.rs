//! Every way to log in to a real OpenBao: what it takes, what it says when it fails, and that tokens are given back.

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use envward::store::{Error, Level, Store};
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer;
use p256::pkcs8::EncodePublicKey;
use serde_json::{Value, json};

use super::vault_kv::project_at;
use crate::support::Sandbox;
use crate::support::fault_server::{FaultServer, Reply};
use crate::support::openbao::{ROOT, Server, server, tls_server};
use crate::support::sealed::store;

const PATH: &str = "shop/production";

/// A mount with a value, and a policy that may read it.
struct Shop<'a> {
    server: &'a Server,
    mount: String,
    policy: String,
}

impl<'a> Shop<'a> {
    fn new(server: &'a Server) -> Self {
        let mount = server.kv(2);
        mount.request("POST", &format!("data/{PATH}"), Some(json!({"data": {"DB_USER": "canary-value"}})));
        let read = |path: &str| format!("path \"{}/{path}\" {{ capabilities = [\"read\"] }}\n", mount.name);
        let rule = read(&format!("data/{PATH}")) + &read("config");
        Self { server, policy: server.policy(&rule), mount: mount.name }
    }

    /// A project that logs in like this.
    fn project(&self, auth: &str) -> Sandbox {
        let sandbox = project_at(&self.server.address(), &self.mount, PATH);
        let manifest = sandbox.read("envward.toml");
        sandbox.write("envward.toml", format!("{manifest}auth = {auth}\n"));
        sandbox
    }

    /// Writes to an auth method, as an operator. Returns the answer's body.
    #[track_caller]
    fn configure(&self, path: &str, body: Value) -> Value {
        self.server.request(ROOT, "POST", &format!("auth/{path}"), Some(body)).success()
    }

    /// How many tokens there are of logins at this mount.
    fn tokens_of(&self, method: &str) -> usize {
        let accessors = self.server.request(ROOT, "LIST", "auth/token/accessors", None).success();
        let accessors = accessors["data"]["keys"].as_array().unwrap().clone();
        let is_of_method = |accessor: &&Value| {
            let body = json!({ "accessor": accessor });
            let token = self.server.request(ROOT, "POST", "auth/token/lookup-accessor", Some(body)).body;
            token["data"]["path"].as_str().is_some_and(|path| path.starts_with(&format!("auth/{method}/")))
        };
        accessors.iter().filter(is_of_method).count()
    }
}

fn open(sandbox: &Sandbox) -> Box<dyn Store> {
    store(sandbox, "production", "vault")
}

/// The login works, and its token is gone afterwards.
#[track_caller]
fn reads(shop: &Shop<'_>, method: &str, sandbox: &Sandbox) {
    let mut store = open(sandbox);
    let found = store.read().unwrap_or_else(|error| panic!("{error}"));
    assert!(found.values["DB_USER"].text().is_some_and(|text| text.expose() == "canary-value"));
    assert_eq!(shop.tokens_of(method), 1, "one login serves all requests");
    store.close().unwrap();
    assert_eq!(shop.tokens_of(method), 0, "the token was given back");
}

/// How reading ends, with the next step; the store is closed, as after every error.
#[track_caller]
fn refusal(sandbox: &Sandbox) -> String {
    let mut store = open(sandbox);
    let error = store.read().err().expect("it cannot be read");
    store.close().unwrap();
    let text = format!("{error}\n{}", error.hint().unwrap_or_default());
    assert!(!text.contains("canary"), "{text}");
    text
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32].into()).unwrap()
}

/// A JWT with these claims, good for an hour.
fn jwt(mut claims: Value) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    claims["iat"] = json!(now);
    claims["exp"] = json!(now + 3600);
    let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", encode(&json!({"alg": "ES256", "typ": "JWT"})), encode(&claims));
    let signature: p256::ecdsa::Signature = key().sign(signed.as_bytes());
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature.to_bytes()))
}

/// Turns the JWT method on, with the role `deploy` for one audience. Returns its mount.
fn jwt_method(shop: &Shop<'_>) -> String {
    let method = shop.server.auth_method("jwt");
    let public = key().verifying_key().to_public_key_pem(p256::pkcs8::LineEnding::LF).unwrap();
    shop.configure(&format!("{method}/config"), json!({"jwt_validation_pubkeys": [public]}));
    let role = json!({"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["shop"],
        "token_policies": [shop.policy]});
    shop.configure(&format!("{method}/role/deploy"), role);
    method
}

fn userpass_method(shop: &Shop<'_>) -> String {
    let method = shop.server.auth_method("userpass");
    let user = json!({"password": "canary-password", "token_policies": [shop.policy]});
    shop.configure(&format!("{method}/users/alice"), user);
    method
}

/// Turns AppRole on, with the role `web`. Returns its mount and the role id.
fn approle_method(shop: &Shop<'_>) -> (String, String) {
    let method = shop.server.auth_method("approle");
    let role = json!({"token_policies": [shop.policy], "secret_id_num_uses": 1});
    shop.configure(&format!("{method}/role/web"), role);
    let path = format!("auth/{method}/role/web/role-id");
    let id = shop.server.request(ROOT, "GET", &path, None).success()["data"]["role_id"].clone();
    (method, id.as_str().unwrap().to_owned())
}

fn secret_id(shop: &Shop<'_>, method: &str) -> String {
    let answer = shop.configure(&format!("{method}/role/web/secret-id"), json!({}));
    answer["data"]["secret_id"].as_str().unwrap().to_owned()
}

/// What the `bao` command line gives for a request that is answered wrapped.
fn wrapped(shop: &Shop<'_>, path: &str) -> String {
    let output = shop.server.bao(ROOT, &["write", "-wrap-ttl=60s", "-field=wrapping_token", "-f", path]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_token_comes_from_the_environment_or_from_a_private_file() {
    let Some(server) = server() else { return };
    let shop = Shop::new(server);
    let token = server.token(&shop.policy);
    let sandbox = shop.project("{ method = \"token\" }");
    let none = format!(
        "no credential for {}: VAULT_TOKEN and BAO_TOKEN are not set, and there is no ~/.vault-token\n\
         log in, or set one of them",
        server.address()
    );
    assert_eq!(refusal(&sandbox), none);

    sandbox.write("../home/.vault-token", format!("{token}\n"));
    assert!(open(&sandbox).read().is_ok());
    sandbox.shell("chmod 640 ../home/.vault-token");
    let file = sandbox.home().join(".vault-token").display().to_string();
    let expected = format!("{file} can be read by other users (mode 640)\nrun: chmod 600 {file}");
    assert_eq!(refusal(&sandbox), expected);

    let sandbox = sandbox.with("BAO_TOKEN", &token).with("VAULT_TOKEN", "hvs.canary");
    let mut store = open(&sandbox);
    assert!(store.read().is_ok(), "BAO_TOKEN comes first");
    store.close().unwrap();
    assert_eq!(
        server.request(&token, "GET", "auth/token/lookup-self", None).status,
        200,
        "a given token stays"
    );
}

#[test]
fn a_bad_token_a_missing_policy_and_a_good_one_are_told_apart() {
    let Some(server) = server() else { return };
    let shop = Shop::new(server);
    let sandbox = shop.project("{ method = \"token\" }");
    let ended = "the token of VAULT_TOKEN was refused: it is not valid, or has expired\n\
                 log in again: bao login, or vault login";
    assert_eq!(refusal(&sandbox.copy().with("VAULT_TOKEN", "hvs.canary-wrong")), ended);
    let revoked = server.token(&shop.policy);
    server.request(&revoked, "POST", "auth/token/revoke-self", None).success();
    assert_eq!(refusal(&sandbox.copy().with("VAULT_TOKEN", revoked)), ended);

    let other = server.policy(&format!("path \"{}/data/other\" {{ capabilities = [\"read\"] }}", shop.mount));
    let text = refusal(&sandbox.copy().with("VAULT_TOKEN", server.token(&other)));
    let expected = format!("the login may not read {}/data/{PATH}\n", shop.mount);
    assert!(text.starts_with(&expected), "{text}");
    let body = json!({"policies": [other], "no_default_policy": true});
    let bare = server.request(ROOT, "POST", "auth/token/create", Some(body)).success();
    let text = refusal(&sandbox.with("VAULT_TOKEN", bare["auth"]["client_token"].as_str().unwrap()));
    assert!(text.starts_with(&expected), "a token that may not look itself up: {text}");
}

#[test]
fn userpass_logs_in_and_gives_the_token_back_also_after_an_error() {
    let Some(server) = server() else { return };
    let shop = Shop::new(server);
    let method = userpass_method(&shop);
    let auth = format!("{{ method = \"userpass\", mount = \"{method}\", username = \"alice\" }}");
    let sandbox = shop.project(&auth).with("VAULT_PASSWORD", "canary-password");
    reads(&shop, &method, &sandbox);

    let wrong = sandbox.copy().with("VAULT_PASSWORD", "canary-wrong");
    let expected =
        format!("the userpass login at auth/{method} was refused: the user or the password is wrong\n");
    assert_eq!(refusal(&wrong), expected);

    let manifest = sandbox.read("envward.toml").replace(PATH, "elsewhere");
    sandbox.write("envward.toml", manifest);
    let text = refusal(&sandbox);
    assert!(text.starts_with("the login may not read "), "{text}");
    assert_eq!(shop.tokens_of(&method), 0, "also after an error");

    let nowhere = shop.project("{ method = \"userpass\", mount = \"nowhere\", username = \"alice\" }");
    let text = refusal(&nowhere.with("VAULT_PASSWORD", "canary"));
    assert!(text.starts_with("the userpass login at auth/nowhere was refused: "), "{text}");
}

#[test]
fn a_token_that_is_revoked_during_the_work_is_obtained_again() {
    let Some(server) = server() else { return };
    let shop = Shop::new(server);
    let method = userpass_method(&shop);
    let auth = format!("{{ method = \"userpass\", mount = \"{method}\", username = \"alice\" }}");
    let mut store = open(&shop.project(&auth).with("BAO_PASSWORD", "canary-password"));
    assert!(store.read().is_ok());
    server.request(ROOT, "POST", &format!("sys/leases/revoke-prefix/auth/{method}"), None).success();
    assert_eq!(shop.tokens_of(&method), 0);
    assert!(store.read().is_ok());
    store.close().unwrap();
    assert_eq!(shop.tokens_of(&method), 0);
}

#[test]
fn a_token_of_ours_is_renewed_while_the_work_lasts_and_given_back_once() {
    let token = json!({"auth": {"client_token": "hvs.canary", "lease_duration": 1, "renewable": true}});
    let server = FaultServer::start(move |request| match request.path.as_str() {
        "/v1/auth/userpass/login/alice" | "/v1/auth/token/renew-self" => Reply::json(200, &token),
        "/v1/auth/token/revoke-self" => Reply::Answer(204, Vec::new(), String::new()),
        "/v1/sys/internal/ui/mounts/secret" => {
            Reply::json(200, &json!({"data": {"path": "secret/", "type": "kv", "options": {"version": "1"}}}))
        }
        _ => Reply::json(200, &json!({"data": {"DB_USER": "shop"}})),
    });
    let sandbox = project_at(&server.address(), "secret", PATH).with("VAULT_PASSWORD", "canary-password");
    let manifest = sandbox.read("envward.toml");
    let auth = "auth = { method = \"userpass\", username = \"alice\" }";
    sandbox.write("envward.toml", format!("{manifest}{auth}\n"));
    let mut store = open(&sandbox);
    for _ in 0..3 {
        assert!(store.read().is_ok());
        // More than the two thirds of its time after which a token is renewed.
        std::thread::sleep(std::time::Duration::from_millis(700));
    }
    store.close().unwrap();
    assert_eq!(server.count("POST", "/v1/auth/userpass/login/alice"), 1);
    assert!(server.count("POST", "/v1/auth/token/renew-self") >= 2);
    assert_eq!(server.count("POST", "/v1/auth/token/revoke-self"), 1);
}

#[test]
fn approle_takes_a_secret_id_plain_or_wrapped_once() {
    let Some(server) = server() else { return };
    let shop = Shop::new(server);
    let (method, role) = approle_method(&shop);
    let sandbox = shop
        .project(&format!("{{ method = \"approle\", mount = \"{method}\" }}"))
        .with("VAULT_ROLE_ID", role);
    let plain = sandbox.copy().with("VAULT_SECRET_ID", secret_id(&shop, &method));
    reads(&shop, &method, &plain);
    let used_up = format!(
        "the AppRole login at auth/{method} was refused: the role id or the secret id is wrong, expired or used up\n"
    );
    assert_eq!(refusal(&plain), used_up);

    let token = wrapped(&shop, &format!("auth/{method}/role/web/secret-id"));
    let sandbox = sandbox.with("VAULT_SECRET_ID", token);
    reads(&shop, &method, &sandbox);
    let help = "if nobody of yours did, somebody else has the secret id: destroy it at the server, and get a new one";
    let expected = format!(
        "the wrapped secret id of VAULT_SECRET_ID was refused: it has expired, or somebody used it before\n{help}"
    );
    assert_eq!(refusal(&sandbox), expected);

    let forged = wrapped(&shop, "sys/wrapping/wrap");
    let expected = format!(
        "the wrapped secret id of VAULT_SECRET_ID was refused: it does not hold a secret id of this mount\n{help}"
    );
    assert_eq!(refusal(&sandbox.with("VAULT_SECRET_ID", forged)), expected);
}

#[test]
fn a_jwt_comes_from_the_variable_that_the_manifest_names_or_the_usual_one() {
    let Some(server) = server() else { return };
    let shop = Shop::new(server);
    let method = jwt_method(&shop);
    let auth = format!("{{ method = \"jwt\", mount = \"{method}\", role = \"deploy\" }}");
    let sandbox = shop.project(&auth);
    let good = jwt(json!({"sub": "job", "aud": "shop"}));
    reads(&shop, &method, &sandbox.copy().with("VAULT_ID_TOKEN", &good));
    let named = auth.replace(" }", ", variable = \"GITLAB_TOKEN\" }");
    reads(&shop, &method, &shop.project(&named).with("GITLAB_TOKEN", good));
    let text = refusal(&shop.project(&named));
    assert_eq!(
        text,
        format!(
            "no credential for {}: GITLAB_TOKEN is not set\nlog in, or set one of them",
            server.address()
        )
    );
    let text = refusal(&sandbox);
    assert!(text.contains("VAULT_ID_TOKEN is not set (a GitLab job sets it with id_tokens)"), "{text}");

    let foreign = jwt(json!({"sub": "job", "aud": "elsewhere"}));
    let expected = format!(
        "the JWT login at auth/{method} was refused: the id token is for another audience\n\
         audience in the manifest and bound_audiences of the role have to agree"
    );
    assert_eq!(refusal(&sandbox.copy().with("VAULT_ID_TOKEN", foreign)), expected);
    let no_role = shop.project(&auth.replace("deploy", "nobody"));
    let text = refusal(&no_role.with("VAULT_ID_TOKEN", jwt(json!({"sub": "job", "aud": "shop"}))));
    assert!(text.contains("there is no such role"), "{text}");
}

#[test]
fn a_github_job_asks_for_its_token_with_the_audience_of_the_manifest() {
    let Some(server) = server() else { return };
    let shop = Shop::new(server);
    let method = jwt_method(&shop);
    let github = FaultServer::start(|request| match request.header("authorization") {
        Some("bearer canary-bearer") => {
            Reply::json(200, &json!({"value": jwt(json!({"sub": "job", "aud": "shop"}))}))
        }
        _ => Reply::json(403, &json!({"message": "canary"})),
    });
    let auth =
        format!("{{ method = \"jwt\", mount = \"{method}\", role = \"deploy\", audience = \"shop\" }}");
    let url = format!("{}/idtoken?api-version=2.0", github.address());
    let sandbox = shop.project(&auth).with("ACTIONS_ID_TOKEN_REQUEST_URL", url);
    reads(&shop, &method, &sandbox.copy().with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-bearer"));
    assert_eq!(github.requests()[0].path, "/idtoken?api-version=2.0&audience=shop");
    assert!(github.requests()[0].header("x-vault-token").is_none());
    assert_eq!(
        refusal(&sandbox.with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-wrong")),
        "the request for GitHub's id token was refused: status 403\nthe job needs: permissions: { id-token: write }"
    );
}

#[test]
fn kubernetes_logs_in_with_the_token_of_the_service_account() {
    let Some(tls) = tls_server() else { return };
    let server = &tls.server;
    let shop = Shop::new(server);
    let cluster = FaultServer::start(|_| {
        let user = json!({"username": "system:serviceaccount:default:deploy", "uid": "uid-1",
            "groups": ["system:serviceaccounts", "system:authenticated"]});
        Reply::json(
            201,
            &json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
            "status": {"authenticated": true, "user": user}}),
        )
    });
    let method = server.auth_method("kubernetes");
    let config = json!({"kubernetes_host": cluster.address(), "disable_local_ca_jwt": true,
        "kubernetes_ca_cert": std::fs::read_to_string(tls.file("authority.pem")).unwrap(),
        "token_reviewer_jwt": "reviewer"});
    shop.configure(&format!("{method}/config"), config);
    let role = |name: &str| {
        json!({"bound_service_account_names": name, "bound_service_account_namespaces": "default",
            "token_policies": [shop.policy]})
    };
    shop.configure(&format!("{method}/role/deploy"), role("deploy"));
    shop.configure(&format!("{method}/role/other"), role("other"));
    let claims = json!({"iss": "kubernetes/serviceaccount", "sub": "system:serviceaccount:default:deploy",
        "kubernetes.io/serviceaccount/namespace": "default",
        "kubernetes.io/serviceaccount/secret.name": "deploy-token",
        "kubernetes.io/serviceaccount/service-account.name": "deploy",
        "kubernetes.io/serviceaccount/service-account.uid": "uid-1"});
    let auth = |role| format!("{{ method = \"kubernetes\", mount = \"{method}\", role = \"{role}\" }}");
    let project = |role| shop.project(&auth(role)).with("VAULT_ID_TOKEN", jwt(claims.clone()));
    reads(&shop, &method, &project("deploy"));
    let text = refusal(&project("other"));
    let expected = format!("the Kubernetes login at auth/{method} was refused: ");
    assert!(text.starts_with(&expected) && !text.contains("status"), "{text}");
    let text = refusal(&shop.project(&auth("deploy")));
    assert!(text.contains("there is no /var/run/secrets/kubernetes.io/serviceaccount/token"), "{text}");
}

#[test]
fn a_client_certificate_logs_in_over_tls_with_a_private_authority() {
    let Some(tls) = tls_server() else { return };
    let shop = Shop::new(&tls.server);
    let method = tls.server.auth_method("cert");
    let authority = std::fs::read_to_string(tls.file("authority.pem")).unwrap();
    let role = json!({"certificate": authority, "allowed_common_names": ["client"], "token_policies": [shop.policy]});
    shop.configure(&format!("{method}/certs/deploy"), role);
    let file = |name| tls.file(name).display().to_string();
    let auth = format!("{{ method = \"cert\", mount = \"{method}\", role = \"deploy\" }}");
    let sandbox = shop.project(&auth);
    let plain = refusal(&sandbox);
    assert!(
        plain.starts_with(&format!("no client certificate can be shown to {}", tls.server.address())),
        "{plain}"
    );

    let manifest = sandbox.read("envward.toml").replace(&tls.server.address(), &tls.address);
    sandbox.write("envward.toml", manifest);
    let sandbox = sandbox.with("VAULT_CACERT", file("authority.pem"));
    let text = refusal(&sandbox);
    assert!(text.contains("VAULT_CLIENT_CERT and VAULT_CLIENT_KEY are not set"), "{text}");
    let sandbox =
        sandbox.with("VAULT_CLIENT_CERT", file("client.pem")).with("VAULT_CLIENT_KEY", file("client.key"));
    reads(&shop, &method, &sandbox);

    let text = refusal(&sandbox.copy().with("VAULT_CACERT", file("stranger.pem")));
    let expected = "its certificate is from an authority that is not trusted";
    assert!(text.starts_with(&format!("{} cannot be reached: {expected}\n", tls.address)), "{text}");
    // The authority signed this one too, but it is not the one that the role takes.
    let server =
        sandbox.with("VAULT_CLIENT_CERT", file("server.pem")).with("VAULT_CLIENT_KEY", file("server.key"));
    let text = refusal(&server);
    let expected = format!(
        "the certificate login at auth/{method} was refused: no role takes this client certificate\n"
    );
    assert_eq!(text, expected);
}

#[test]
fn the_name_of_a_certificate_can_differ_from_the_host_of_the_address() {
    let Some(tls) = tls_server() else { return };
    let shop = Shop::new(&tls.server);
    let address = tls.address.replace("localhost", "127.0.0.2");
    let sandbox = shop.project("{ method = \"token\" }");
    let manifest = sandbox.read("envward.toml").replace(&tls.server.address(), &address);
    sandbox.write("envward.toml", manifest);
    let sandbox = sandbox
        .with("VAULT_CAPATH", tls.file("authority.pem").parent().unwrap().display().to_string())
        .with("VAULT_TOKEN", tls.server.token(&shop.policy));
    let other = FaultServer::start_tls(&tls.file("server.pem"), &tls.file("server.key"), |_| Reply::Close);
    let manifest = sandbox.read("envward.toml");
    let elsewhere = other.address().replace("localhost", "127.0.0.1");
    sandbox.write("envward.toml", manifest.replace(&address, &elsewhere));
    let text = refusal(&sandbox.copy().with("VAULT_TLS_SERVER_NAME", "vault.internal"));
    let expected = format!("{elsewhere} cannot be reached: its certificate is for another name\n");
    assert!(text.starts_with(&expected), "{text}");
    let here = tls.address.replace("localhost", "127.0.0.1");
    sandbox.write("envward.toml", manifest.replace(&address, &here));
    assert!(open(&sandbox.with("VAULT_TLS_SERVER_NAME", "localhost")).read().is_ok());
}

#[test]
fn a_login_with_each_request_leaves_no_token() {
    let Some(server) = server() else { return };
    let shop = Shop::new(server);
    let project = |auth: &str| {
        let sandbox = shop.project(auth);
        let manifest = sandbox.read("envward.toml");
        sandbox.write("envward.toml", format!("{manifest}inline_auth = true\n"));
        sandbox
    };
    let method = jwt_method(&shop);
    let auth = format!("{{ method = \"jwt\", mount = \"{method}\", role = \"deploy\" }}");
    let sandbox = project(&auth).with("VAULT_ID_TOKEN", jwt(json!({"sub": "job", "aud": "shop"})));
    let mut store = open(&sandbox);
    assert_eq!(store.read().err().map(|error| error.to_string()), None);
    assert_eq!(shop.tokens_of(&method), 0);
    store.close().unwrap();

    let method = userpass_method(&shop);
    let auth = format!("{{ method = \"userpass\", mount = \"{method}\", username = \"alice\" }}");
    let expected =
        format!("the userpass login at auth/{method} was refused: the user or the password is wrong\n");
    assert_eq!(refusal(&project(&auth).with("VAULT_PASSWORD", "canary-wrong")), expected);
    let sandbox = project(&auth).with("VAULT_PASSWORD", "canary-password");
    let manifest = sandbox.read("envward.toml").replace(PATH, "elsewhere");
    sandbox.write("envward.toml", manifest);
    let text = refusal(&sandbox);
    assert!(text.starts_with("the login may not read "), "{text}");
}

#[test]
fn a_namespace_has_logins_and_secrets_of_its_own() {
    let Some(server) = server() else { return };
    let namespace = server.new_name("team");
    server.request(ROOT, "POST", &format!("sys/namespaces/{namespace}"), Some(json!({}))).success();
    let inside = |path: &str, body: Value| {
        server.request(ROOT, "POST", &format!("{namespace}/{path}"), Some(body)).success();
    };
    inside("sys/mounts/secret", json!({"type": "kv", "options": {"version": "1"}}));
    inside(&format!("secret/{PATH}"), json!({"DB_USER": "canary-value"}));
    let rule = format!("path \"secret/{PATH}\" {{ capabilities = [\"read\"] }}");
    inside("sys/policies/acl/shop", json!({ "policy": rule }));
    inside("sys/auth/userpass", json!({"type": "userpass"}));
    inside("auth/userpass/users/alice", json!({"password": "canary-password", "token_policies": ["shop"]}));
    let sandbox = project_at(&server.address(), "secret", PATH).with("VAULT_PASSWORD", "canary-password");
    let manifest = sandbox.read("envward.toml");
    let auth = "auth = { method = \"userpass\", username = \"alice\" }";
    sandbox.write("envward.toml", format!("{manifest}{auth}\nnamespace = \"{namespace}\"\n"));
    let mut store = open(&sandbox);
    assert!(store.read().is_ok_and(|found| found.values.contains_key("DB_USER")));
    store.close().unwrap();
}

#[test]
fn doctor_learns_what_the_login_may_not_do() {
    let Some(server) = server() else { return };
    let shop = Shop::new(server);
    let sandbox = shop.project("{ method = \"token\" }");
    let findings = |token: &str| open(&sandbox.copy().with("VAULT_TOKEN", token)).examine();
    let found = findings(&server.token(&shop.policy));
    let texts: Vec<&str> = found.iter().map(|finding| finding.text.as_str()).collect();
    assert!(texts[0].starts_with(&format!("{} answers: version ", server.address())), "{texts:?}");
    let mount = &shop.mount;
    assert!(texts.contains(&format!(
        "the login may not create, update {mount}/data/{PATH}, which it needs to read and write the values"
    ).as_str()), "{texts:?}");
    assert!(texts.contains(&format!(
        "the login may not patch, read {mount}/metadata/{PATH}, which it needs to read the history, and leave a mark \
         at each push"
    ).as_str()), "{texts:?}");

    let project = envward::store::policy(&definition(&sandbox), "production", "app").unwrap().unwrap();
    let enough = server.token(&server.policy(&project.text));
    let bad: Vec<_> = findings(&enough).into_iter().filter(|finding| finding.level == Level::Bad).collect();
    assert_eq!(bad, [], "the policy that is named is enough");

    let wrong = findings("hvs.canary-wrong");
    assert_eq!(wrong.last().unwrap().level, Level::Bad);
    assert!(wrong.iter().all(|finding| !finding.text.contains("canary")));
}

fn definition(sandbox: &Sandbox) -> envward::manifest::StoreDefinition {
    let manifest = envward::manifest::Manifest::load(&sandbox.project().join("envward.toml")).unwrap();
    manifest.stores["vault"].clone()
}

#[test]
fn what_cannot_be_given_back_is_said() {
    let Some(server) = Server::start() else { return };
    let shop = Shop::new(&server);
    let method = userpass_method(&shop);
    let auth = format!("{{ method = \"userpass\", mount = \"{method}\", username = \"alice\" }}");
    let mut store = open(&shop.project(&auth).with("VAULT_PASSWORD", "canary-password"));
    assert!(store.read().is_ok());
    server.request(ROOT, "POST", "sys/seal", None).success();
    let error = store.close().expect_err("it is sealed");
    assert!(matches!(error, Error::NotGivenBack { .. }), "{error}");
    let expected = format!(
        "the token of the userpass login at auth/{method} could not be given back: {} is sealed: it serves nothing \
         before it is unsealed",
        server.address()
    );
    assert_eq!(error.to_string(), expected);
}
