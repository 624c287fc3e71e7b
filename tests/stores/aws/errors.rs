//! What a user is told when the service cannot be used: each its own message and next step, and nothing of what a
//! server wrote.

use std::net::TcpListener;

use super::sandbox;
use crate::support::aws_server::{Fault, Server};
use crate::support::{Run, Sandbox};

fn user(server: &Server) -> Sandbox {
    server.with(sandbox("shop", ""))
}

fn run(sandbox: &Sandbox) -> Run {
    let run = sandbox.envward("run --from aws -- true");
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    run.code(5)
}

#[test]
fn every_refusal_has_its_own_message_and_next_step() {
    for (code, message, help) in [
        (
            "AccessDeniedException",
            "the login may not read shop/production",
            "see what the login lacks with: envward doctor --policy",
        ),
        (
            "ExpiredTokenException",
            "the login to AWS was refused: it has expired",
            "log in again, with aws login or aws sso login, or get new credentials",
        ),
        (
            "UnrecognizedClientException",
            "the login to AWS was refused: AWS does not know it, or this machine's clock is wrong",
            "check the access key, and the time of this machine",
        ),
        (
            "DecryptionFailure",
            "the login may not use the KMS key of shop/production",
            "see what the login lacks with: envward doctor --policy",
        ),
    ] {
        let server = Server::start();
        server.rule(move |_, _, _| Some(Fault::Refused(code)));
        let expected = format!("envward: error: store aws: {message}\nenvward: help: {help}\n");
        run(&user(&server)).stderr(&expected);
    }
}

#[test]
fn answers_of_something_else_are_recognised() {
    for (fault, problem) in [
        (Fault::Answers(200, "<html>hunter2</html>"), "the answer cannot be read"),
        (Fault::Answers(404, "<html>hunter2</html>"), "the answer cannot be read"),
        (Fault::Answers(302, ""), "it sends to another address"),
        (Fault::Endless, "the answer is too large: over 16 MiB"),
    ] {
        let server = Server::start();
        server.rule(move |_, _, _| Some(fault));
        let what = "gave an answer that is none of AWS Secrets Manager";
        run(&user(&server)).stderr_has(&format!("{} {what}: {problem}\n", server.address()));
    }
}

#[test]
fn a_server_that_fails_is_said_to() {
    let server = Server::start();
    server.rule(|_, _, _| Some(Fault::Answers(503, "hunter2")));
    run(&user(&server)).stderr_has(&format!("{} failed with status 503\n", server.address()));
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let server = Server::start();
    server.rule(|_, _, _| Some(Fault::Silent));
    run(&user(&server))
        .stderr_has(&format!("{} cannot be reached: it did not answer in time\n", server.address()));
}

#[test]
fn a_server_that_is_not_there_is_said_not_to_be() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("http://127.0.0.1:{port}");
    let sandbox = user(&Server::start()).with("AWS_ENDPOINT_URL", address.as_str());
    run(&sandbox).stderr_has(&format!("{address} cannot be reached: the connection was refused\n"));
}

#[test]
fn no_credentials_is_not_the_same_as_bad_ones() {
    let server = Server::start();
    let sandbox = sandbox("shop", "region = \"eu-central-1\"")
        .with("AWS_ENDPOINT_URL", server.address())
        .with("AWS_EC2_METADATA_DISABLED", "true");
    let tried = "none in AWS_ACCESS_KEY_ID, a profile, a web identity, a container or an instance";
    run(&sandbox).stderr_has(&format!("no credential for {}: {tried}\n", server.address()));
}

#[test]
fn no_region_is_a_question_of_configuration() {
    let server = Server::start();
    let sandbox = user(&server).with("AWS_REGION", "").with("AWS_EC2_METADATA_DISABLED", "true");
    sandbox.envward("run --from aws -- true").code(3).stderr_has("no AWS region is configured\n");
}

#[test]
fn credentials_of_a_profile_are_found() {
    let server = Server::start();
    server.does(
        "CreateSecret",
        &serde_json::json!({
            "Name": "shop/production", "ClientRequestToken": "0".repeat(32),
            "SecretString": "{\"DB_USER\":\"app\",\"DB_PASSWORD\":\"hunter2\",\"TOKEN\":\"t0ken\",\
                             \"DATABASE_URL\":\"postgresql://app:hunter2@db:5432/app\"}",
        }),
    );
    let sandbox = sandbox("shop", "").with("AWS_ENDPOINT_URL", server.address()).with("AWS_PROFILE", "work");
    std::fs::create_dir(sandbox.home().join(".aws")).unwrap();
    let config = "[profile work]\nregion = eu-central-1\naws_access_key_id = a\naws_secret_access_key = b\n";
    std::fs::write(sandbox.home().join(".aws/config"), config).unwrap();
    sandbox.envward("run --from aws -- printenv TOKEN").success().stdout("t0ken\n");
}
