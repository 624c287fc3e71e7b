//! `envward generate`: the secret on stdout and nothing else, strong or refused.

use std::fs;

use crate::support::{Sandbox, tool};

const KINDS: &[&str] = &[
    "hex",
    "base64",
    "base64url",
    "alphanumeric",
    "password",
    "passphrase",
    "uuid",
    "uuid v7",
    "fernet",
    "jwt-secret",
    "api-key",
    "rsa --bits 2048",
    "ed25519",
    "p256",
    "age",
    "wireguard",
    "totp",
    "tls",
];

const SCHEMA: &str = r#"
[schema]
name = "app"

[vars.SECRET_KEY]
type = "hex"
bytes = 32
generate = { kind = "hex", bytes = 32 }

[vars.TOO_SHORT]
type = "hex"
bytes = 32
generate = { kind = "hex", bytes = 16 }

[vars.JIRA_TOKEN]
obtain = "https://example.com/tokens"
"#;

#[test]
fn every_kind_prints_one_value_and_one_line_end_on_stdout() {
    let sandbox = Sandbox::new();
    for kind in KINDS {
        let run = sandbox.envward(&format!("generate {kind}")).success();
        assert!(run.stdout.ends_with('\n') && !run.stdout.ends_with("\n\n"), "{kind}: {:?}", run.stdout);
        let value = run.stdout.trim_end();
        assert!(!value.is_empty() && !run.stderr.contains(value), "{kind}: {}", run.stderr);
    }
}

#[test]
fn without_a_kind_it_is_256_bits_of_letters_and_digits() {
    let run = Sandbox::new().envward("generate -v").success().stderr("strength: 256 bits\n");
    let value = run.stdout.trim_end();
    assert_eq!(value.len(), 43);
    assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{value}");
}

#[test]
fn two_runs_make_two_values() {
    // No seed: the operating system's generator.
    let sandbox = Sandbox::new().with("ENVWARD_TEST_ONLY_SEED", "");
    let one = sandbox.envward("generate hex").success();
    let other = sandbox.envward("generate hex").success();
    assert_ne!(one.stdout, other.stdout);
}

#[test]
fn options_of_a_kind_are_obeyed() {
    let sandbox = Sandbox::new();
    let run = sandbox.envward("generate hex --bytes 20").success();
    assert_eq!(run.stdout.len(), 41);
    let run = sandbox.envward("generate api-key --prefix bgd_live_").success();
    assert!(run.stdout.starts_with("bgd_live_"));
    let run = sandbox.envward("generate password --length 40 --classes lower,digit").success();
    assert!(run.stdout.trim_end().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    let run = sandbox.envward("generate passphrase --words 8 --separator .").success();
    assert_eq!((run.stdout.split('.').count(), run.stderr.as_str()), (8, "strength: 103 bits\n"));
}

#[test]
fn what_is_too_weak_is_refused_with_2_and_nothing_is_printed() {
    let sandbox = Sandbox::new();
    sandbox
        .envward("generate hex --bytes 8")
        .code(2)
        .stdout("")
        .stderr("error: 64 bits are too weak: at least 128 are needed\nhelp: give more bytes\n");
    sandbox.envward("generate passphrase --words 3").code(2).stdout("");
    sandbox
        .envward("generate rsa --bits 1024")
        .code(2)
        .stdout("")
        .stderr_has("bits must be from 2048 to 8192");
}

#[test]
fn json_has_value_strength_and_public_part() {
    let sandbox = Sandbox::new();
    let json = sandbox.envward("generate hex --format json").success().json();
    assert_eq!((json["version"].as_u64(), json["bits"].as_u64()), (Some(1), Some(256)));
    assert_eq!(json["value"].as_str().map(str::len), Some(64));
    let json = sandbox.envward("generate --format json age").success().json();
    assert!(json["value"].as_str().unwrap().starts_with("AGE-SECRET-KEY-1"));
    assert!(json["public"].as_str().unwrap().starts_with("age1"));
    sandbox.envward("generate hex --format sarif").code(2).stdout("");
}

#[test]
fn the_public_part_goes_to_a_file_or_if_it_is_one_line_to_stderr() {
    let sandbox = Sandbox::new();
    let run = sandbox.envward("generate age --public-out age.pub").success();
    let public = sandbox.read("age.pub");
    assert_eq!(run.stderr, format!("public key: {public}"));
    let run = sandbox.envward("generate ed25519 --public-out key.pub").success().stderr("");
    assert!(run.stdout.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert!(sandbox.read("key.pub").starts_with("-----BEGIN PUBLIC KEY-----\n"));
    sandbox.envward("generate hex --public-out no.pub").code(2).stdout("").stderr_has("has no public part");
    assert!(!sandbox.has("no.pub"));
}

#[test]
fn for_a_variable_the_schema_says_how() {
    let sandbox = Sandbox::new();
    sandbox.write("app.toml", SCHEMA);
    let run = sandbox.envward("generate --for SECRET_KEY --schema app.toml").success();
    assert_eq!(run.stdout.len(), 65);
    sandbox
        .envward("generate --for SECRET_KY --schema app.toml")
        .code(2)
        .stdout("")
        .stderr("error: the schema has no variable SECRET_KY\nhelp: did you mean SECRET_KEY?\n");
    sandbox.envward("generate --for JIRA_TOKEN --schema app.toml").code(2).stdout("").stderr(
        "error: the schema does not say how to make JIRA_TOKEN\nhelp: get it from https://example.com/tokens\n",
    );
    sandbox.envward("generate hex --for SECRET_KEY").code(2).stdout("");
}

#[test]
fn what_the_schema_makes_must_be_of_the_variable_s_type() {
    let sandbox = Sandbox::new();
    sandbox.write("app.toml", SCHEMA);
    let run = sandbox.envward("generate --for TOO_SHORT --schema app.toml").code(3).stdout("");
    let run = run.stderr_has("error: what the schema generates for TOO_SHORT ");
    run.stderr_has("help: make its `generate` and its `type` agree in the schema");
}

#[test]
fn a_schema_that_asks_for_too_little_is_refused_with_its_line() {
    let sandbox = Sandbox::new();
    sandbox.write("app.toml", "[vars.KEY]\ngenerate = { kind = \"hex\", bytes = 8 }\n");
    let run = sandbox.envward("generate --for KEY --schema app.toml").code(3).stdout("");
    run.stderr_has("app.toml:2").stderr_has("64 bits are too weak: at least 128 are needed");
}

#[test]
fn a_hash_takes_the_password_from_standard_input_less_one_line_end() {
    let sandbox = Sandbox::new();
    let run =
        sandbox.envward_with_input(&["generate", "bcrypt", "--cost", "10"], b"correct horse\n").success();
    assert!(bcrypt::verify("correct horse", run.stdout.trim_end()).unwrap());
    let run = sandbox.envward_with_input(&["generate", "argon2"], b"correct horse").success();
    assert!(run.stdout.starts_with("$argon2id$"));
    let run = sandbox.envward_with_input(&["generate", "bcrypt"], b"").code(2);
    run.stdout("").stderr("error: the password to hash is empty\n");
    // A password is never an argument.
    sandbox.envward("generate bcrypt hunter2-hunter2").code(2).stdout("");
}

#[test]
fn if_the_operating_system_gives_no_random_bytes_nothing_is_made() {
    if tool("strace").is_none() {
        return;
    }
    let sandbox = Sandbox::new().with("ENVWARD_TEST_ONLY_SEED", "");
    // Past the first calls, which belong to the standard library's hash maps and fall back by themselves.
    for kind in ["hex", "rsa"] {
        let options = ["-f", "-o", "trace", "-e", "inject=getrandom:error=EIO"];
        let output = sandbox.strace(&options, &["generate", kind], b"");
        assert_eq!(output.status.code(), Some(70), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.stdout, b"", "{kind}");
        let trace = fs::read_to_string(sandbox.project().join("trace")).unwrap();
        assert!(trace.contains("INJECTED"), "the failure was not injected");
    }
}
