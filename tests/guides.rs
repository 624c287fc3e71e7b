//! The five deployment guides: what `check` says of the env block that each prints, and the way from an empty
//! repository to a running program.
//!
//! `tests/fixtures/guides/NAME.env` is the block exactly as it is printed; `NAME.expected` lists what is wrong
//! with it (`LINE SEVERITY CODE NAME`, `-` for what has no line); `NAME.answers` is what a person would answer.

use std::collections::BTreeSet;
use std::fs;

use crate::builtin_schemas::SYSTEMS;
use crate::support::Sandbox;

fn fixture(name: &str) -> String {
    let path = format!("{}/tests/fixtures/guides/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn schema_file(system: &str) -> String {
    format!("{}/schemas/{system}.toml", env!("CARGO_MANIFEST_DIR"))
}

/// The names that an env file assigns.
fn names(env_file: &str) -> BTreeSet<&str> {
    env_file
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some(line.split_once('=')?.0))
        .collect()
}

/// Every error and warning of `check` on the printed block, one a line, as the fixtures have it.
fn findings(system: &str, schema: &str) -> Vec<String> {
    let sandbox = Sandbox::new();
    sandbox.write("printed.env", fixture(&format!("{system}.env")));
    let run =
        sandbox.envward_with_input(&["check", "printed.env", "--schema", schema, "--format", "json"], b"");
    let report = run.code(1).json();
    let mut findings = Vec::new();
    for diagnostic in report["diagnostics"].as_array().unwrap() {
        let severity = diagnostic["severity"].as_str().unwrap();
        if severity != "note" {
            let line = diagnostic["line"].as_u64().map_or("-".to_owned(), |line| line.to_string());
            let code = diagnostic["code"].as_str().unwrap();
            findings
                .push(format!("{line} {severity} {code} {}", diagnostic["variable"].as_str().unwrap_or("-")));
        }
    }
    findings
}

#[test]
fn each_printed_block_has_exactly_the_findings_that_are_listed() {
    for system in SYSTEMS {
        let expected = fixture(&format!("{system}.expected"));
        let expected: BTreeSet<&str> = expected.lines().filter(|line| !line.starts_with('#')).collect();
        for schema in [schema_file(system), format!("builtin:{system}")] {
            let found = findings(system, &schema);
            let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
            assert_eq!(found, expected, "{schema}");
        }
    }
}

#[test]
fn no_finding_shows_the_value_it_is_about() {
    for system in SYSTEMS {
        let sandbox = Sandbox::new();
        let block = fixture(&format!("{system}.env"));
        sandbox.write("printed.env", &block);
        let schema = schema_file(system);
        let run = sandbox.envward_with_input(&["check", "printed.env", "--schema", &schema], b"").code(1);
        let secrets =
            ["secure_random_password_here", "secure_password", "sk-production-key", "user:password"];
        for secret in secrets.iter().filter(|secret| block.contains(**secret)) {
            assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{system}: {secret}");
        }
    }
}

/// A git repository in which the environment of a system is initialised and complete.
fn bootstrapped(system: &str) -> Sandbox {
    let sandbox = Sandbox::git();
    let schema = schema_file(system);
    sandbox.envward_with_input(&["init", "--schema", &schema], b"").success();
    sandbox.write("answers", fixture(&format!("{system}.answers")));
    sandbox.envward("bootstrap -e production --answers answers --no-input").success();
    sandbox
}

#[test]
fn bootstrap_completes_the_environment_and_changes_nothing_the_second_time() {
    for system in SYSTEMS {
        let sandbox = bootstrapped(system);
        sandbox.envward("check -e production").success();
        let file = names_of_env_file(&sandbox);
        let before = sandbox.read(&file);
        sandbox.envward("bootstrap -e production --answers answers --no-input").success();
        assert_eq!(sandbox.read(&file), before, "{system}");
    }
}

fn names_of_env_file(sandbox: &Sandbox) -> String {
    let manifest = sandbox.read("envward.toml");
    let file = manifest.lines().find_map(|line| line.trim().strip_prefix("file = "));
    file.unwrap_or("\".env.production\"").trim_matches('"').to_owned()
}

#[test]
fn what_bootstrap_writes_assigns_every_name_of_the_printed_block() {
    for system in SYSTEMS {
        let sandbox = bootstrapped(system);
        let block = fixture(&format!("{system}.env"));
        let written = sandbox.read(&names_of_env_file(&sandbox));
        let missing: Vec<_> = names(&block).difference(&names(&written)).copied().collect::<Vec<_>>();
        assert!(missing.is_empty(), "{system}: {missing:?}");
    }
}

#[test]
fn bootstrap_keeps_what_the_guide_prints_as_real_values() {
    for system in SYSTEMS {
        let block = fixture(&format!("{system}.env"));
        let wrong = findings(system, &schema_file(system));
        let is_wrong = |name: &str| wrong.iter().any(|finding| finding.ends_with(&format!(" {name}")));
        let asked = fixture(&format!("{system}.answers"));
        let asked = names(&asked);
        let sandbox = bootstrapped(system);
        let written = sandbox.read(&names_of_env_file(&sandbox));
        for line in block.lines() {
            let Some((name, value)) = line.split_once('=') else { continue };
            let made = name == "DATABASE_URL" || asked.contains(name) || is_wrong(name);
            if !line.starts_with('#') && !made {
                assert!(
                    written.lines().any(|written| written == format!("{name}={value}")),
                    "{system}: {line}"
                );
            }
        }
    }
}

#[test]
fn the_program_that_is_run_sees_every_variable_of_the_printed_block() {
    for system in SYSTEMS {
        let sandbox = bootstrapped(system);
        sandbox.envward("seal -e production").success();
        let run = sandbox.envward("run -e production -- env").success();
        let block = fixture(&format!("{system}.env"));
        let missing: Vec<_> = names(&block).difference(&names(&run.stdout)).copied().collect::<Vec<_>>();
        assert!(missing.is_empty(), "{system}: {missing:?}");
        let file = names_of_env_file(&sandbox);
        fs::remove_file(sandbox.project().join(&file)).unwrap();
        let sealed_only = sandbox.envward("run -e production -- env").success();
        assert_eq!(names(&sealed_only.stdout), names(&run.stdout), "{system}");
    }
}

#[test]
fn a_database_password_with_reserved_characters_is_encoded_in_the_url() {
    let sandbox = bootstrapped("aigov");
    let written = sandbox.read(&names_of_env_file(&sandbox));
    let value = |name: &str| {
        written.lines().find_map(|line| line.strip_prefix(&format!("{name}="))).unwrap().to_owned()
    };
    assert!(value("DB_PASSWORD").ends_with('='), "the guide makes it with openssl rand -base64 32");
    assert!(value("DATABASE_URL").contains("%3D@postgres:5432/aigov"));
    assert_eq!(value("POSTGRES_PASSWORD"), value("DB_PASSWORD"));
}

/// What the guides' checklists ask for: a complete environment with one line changed, and what `check` says.
const CHECKLISTS: &[(&str, &str, &str)] = &[
    ("bug-dedup", "FLASK_ENV=development", "FLASK_ENV must be production in the production environment"),
    ("bug-dedup", "DEBUG=True", "DEBUG must be off in production"),
    (
        "bug-dedup",
        "CORS_ORIGINS=*",
        "CORS_ORIGINS must name each origin: with a wildcard any site may call the API",
    ),
    ("bug-dedup", "TP_API_URL=http://tp.acme.test", "TP_API_URL must use https in production"),
    ("bug-dedup", "RATE_LIMIT_ENABLED=False", "RATE_LIMIT_ENABLED must be on in production"),
    ("bug-dedup", "SIMILARITY_THRESHOLD=1.5", "SIMILARITY_THRESHOLD is more than 1"),
    ("bug-dedup", "SIMILARITY_THRESHOLD=0.70", "LOW_CONFIDENCE_THRESHOLD must be below SIMILARITY_THRESHOLD"),
    ("bug-dedup", "RATE_LIMIT_STORAGE_URL=redis://localhost:6379/0", "must be another Redis database"),
    ("bug-dedup", "INTEGRATION_API_KEY=bgd_test_Yc4mWq8vLx2nRt6kZb9pQ3", "does not start with `bgd_live_`"),
    ("bug-dedup", "DB_PASSWORD=Yc4mWq8vLx2nRt6kZb9p", "DATABASE_URL does not agree with DB_PASSWORD"),
    ("flagwise", "CORS_ORIGINS=https://*", "CORS_ORIGINS must name each origin"),
    ("flagwise", "LOG_LEVEL=DEBUG", "LOG_LEVEL must not be DEBUG in production"),
    ("flagwise", "KAFKA_BOOTSTRAP_SERVERS=kafka", "has a wrong item: number 1 has no port"),
    ("aigov", "QDRANT_URL=http://qdrant:6333", "QDRANT_URL must use https in production"),
    ("aigov", "ALGORITHM=none", "ALGORITHM is not one of the accepted values"),
    ("simplr", "COOKIE_SECURE=false", "COOKIE_SECURE must be true in production"),
    ("simplr", "APP_BASE_URL=http://simplr.acme.test", "APP_BASE_URL must use https in production"),
    ("simplr", "STORAGE_DIR=/tmp/storage", "STORAGE_DIR must be an absolute path on a volume that lasts"),
    ("simplr", "OPENAI_API_KEY_FILE=/run/secrets/openai_key", "not both"),
    ("simplr", "SMTP_PORT=25", "port 25 is for mail between servers"),
    ("simplr", "DB_PASSWORD=Yc4mWq8vLx2nRt6kZb9p", "DB_PASSWORD has 20 characters; at least 32 are needed"),
    ("sentiment-analyzer", "POSTGRES_PASSWORD=secure_password", "POSTGRES_PASSWORD is still a placeholder"),
    ("sentiment-analyzer", "EMBEDDING_SERVICE_URL=http://embed", "EMBEDDING_SERVICE_URL must use https"),
];

#[test]
fn the_checklists_of_the_guides_are_enforced() {
    for system in SYSTEMS {
        let sandbox = bootstrapped(system);
        let file = names_of_env_file(&sandbox);
        let complete = sandbox.read(&file);
        for (_, line, message) in CHECKLISTS.iter().filter(|(owner, ..)| owner == system) {
            sandbox.write(&file, with_line(&complete, line));
            let run = sandbox.envward("check -e production").code(1);
            let said = format!("{}{}", run.stdout, run.stderr);
            assert!(said.contains(message), "{system}: {line}: {message}\n{said}");
        }
    }
}

/// The env file with the line in the place of the one that assigns the same name, else at its end.
fn with_line(env_file: &str, line: &str) -> String {
    let prefix = &line[..=line.find('=').unwrap()];
    let mut lines: Vec<&str> = env_file.lines().filter(|old| !old.starts_with(prefix)).collect();
    lines.push(line);
    lines.join("\n") + "\n"
}

#[test]
fn a_database_that_is_managed_elsewhere_needs_no_password_of_its_own() {
    let sandbox = Sandbox::new();
    let url =
        "postgresql+psycopg2://app:Yc4mWq8vLx2nRt6kZb9pQ3sV7wXe5mKd@db.acme.test:5432/app?sslmode=require";
    let answers = fixture("simplr.answers");
    sandbox.write("managed.env", with_line(&answers, &format!("DATABASE_URL={url}")));
    let schema = schema_file("simplr");
    sandbox.envward_with_input(&["check", "managed.env", "--schema", &schema], b"").success();
    let plain = url.trim_end_matches("?sslmode=require");
    sandbox.write("managed.env", with_line(&answers, &format!("DATABASE_URL={plain}")));
    let run = sandbox.envward_with_input(&["check", "managed.env", "--schema", &schema], b"").code(1);
    assert!(format!("{}{}", run.stdout, run.stderr).contains("must be reached encrypted"));
}
