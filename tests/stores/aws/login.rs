//! Credentials that `aws login` left in the user's home.

use serde_json::json;

use super::sandbox;
use crate::support::Sandbox;
use crate::support::aws_server::Server;

const SESSION: &str = "arn:aws:iam::123456789012:user/alice";

/// The SHA-256 of the session, by which the AWS command line names the file.
const CACHED: &str = "b7d71d383b9557a9bad4c3346c50365819226484c6824a0fdef66637be339db0.json";

/// The project of a user who has logged in until `expires`, with a token that cannot be renewed.
fn logged_in(server: &Server, expires: &str) -> Sandbox {
    let sandbox = sandbox("shop", "")
        .with("AWS_ENDPOINT_URL", server.address())
        .with("AWS_EC2_METADATA_DISABLED", "true");
    let cache = sandbox.home().join(".aws/login/cache");
    std::fs::create_dir_all(&cache).unwrap();
    let config = format!("[default]\nregion = eu-central-1\nlogin_session = {SESSION}\n");
    std::fs::write(sandbox.home().join(".aws/config"), config).unwrap();
    let token = json!({
        "accessToken": {
            "accessKeyId": "ASIAEXAMPLE", "secretAccessKey": "hunter2", "sessionToken": "t0ken",
            "accountId": "123456789012", "expiresAt": expires,
        },
        "tokenType": "aws_sigv4", "refreshToken": "", "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": "none",
    });
    std::fs::write(cache.join(CACHED), token.to_string()).unwrap();
    sandbox
}

#[test]
fn a_login_of_the_aws_command_line_is_used() {
    let server = Server::start();
    let values = json!({"DB_USER": "app", "DB_PASSWORD": "pw-1", "TOKEN": "abc",
                        "DATABASE_URL": "postgresql://app:pw-1@db:5432/app"});
    server.does(
        "CreateSecret",
        &json!({"Name": "shop/production", "ClientRequestToken": "0".repeat(32), "SecretString": values.to_string()}),
    );
    let sandbox = logged_in(&server, "2099-01-01T00:00:00Z");
    sandbox.envward("run --from aws -- printenv TOKEN").success().stdout("abc\n");
}

#[test]
fn a_login_that_is_over_says_to_log_in_again() {
    let server = Server::start();
    let sandbox = logged_in(&server, "2020-01-01T00:00:00Z");
    let run = sandbox.envward("run --from aws -- true").code(5).stderr_has("log in again, with aws login");
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    assert!(server.calls().is_empty(), "nothing is sent without credentials");
}
