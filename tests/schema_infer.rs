//! `schema infer`: what a project gets from the files that it already has.

use crate::support::Sandbox;

const EXAMPLE: &str = "\
# === Server ===
# The port the server listens on
PORT=3000
# Options: debug, info, error
LOG_LEVEL=info

# === Secrets ===
# Make it with: openssl rand -hex 32
SECRET_KEY=changeme
OPENAI_API_KEY=sk-... # https://platform.openai.com/api-keys

# OPTIONAL: address of the cache
# REDIS_URL=redis://localhost:6379/0
";

#[test]
fn an_example_becomes_a_schema_that_check_accepts() {
    let sandbox = Sandbox::new();
    sandbox.write(".env.example", EXAMPLE);
    let run = sandbox.envward("schema infer .env.example").success();
    assert_eq!(
        run.stdout,
        "\
[schema]
name = \"project\"

# seen: .env.example:3
[vars.PORT]
description = \"The port the server listens on\"
type = \"port\"
secret = false
required = false
default = \"3000\"
group = \"Server\"

# seen: .env.example:5
[vars.LOG_LEVEL]
description = \"Options: debug, info, error\"
type = \"enum\"
values = [\"debug\", \"info\", \"error\"]
secret = false
required = false
default = \"info\"
group = \"Server\"

# seen: .env.example:9
[vars.SECRET_KEY]
description = \"Make it with: openssl rand -hex 32\"
generate = { kind = \"hex\", bytes = 32 }
group = \"Secrets\"

# seen: .env.example:10
[vars.OPENAI_API_KEY]
description = \"https://platform.openai.com/api-keys\"
group = \"Secrets\"
docs = \"https://platform.openai.com/api-keys\"

# seen: .env.example:13
[vars.REDIS_URL]
description = \"address of the cache\"
type = \"redis-url\"
required = false
group = \"Secrets\"
"
    );
    assert_eq!(run.stderr, "found 5 variables in 1 file, 3 of them secret\n");

    let _ = sandbox
        .envward("schema infer .env.example --out schema.toml")
        .success()
        .stdout("")
        .stderr_has("wrote schema.toml\n");
    assert_eq!(sandbox.read("schema.toml"), run.stdout);
    sandbox.write(
        ".env",
        format!(
            "PORT=1\nLOG_LEVEL=error\nSECRET_KEY={}\nOPENAI_API_KEY=q7Zr2vLxW5kTb9Yc\n",
            "4a5d391b26034086".repeat(4)
        ),
    );
    let _ = sandbox.envward("check .env --schema schema.toml").success();
    sandbox.write(".env", "PORT=no\n");
    let _ = sandbox.envward("check .env --schema schema.toml").code(1);
}

#[test]
fn the_json_form_says_the_same_for_programs() {
    let sandbox = Sandbox::new();
    sandbox.write(".env.example", "# The port\nPORT=3000\nSECRET_KEY=\n");
    let report = sandbox.envward("schema infer .env.example --format json").success().json();
    assert_eq!(report["version"], 1);
    let expected = serde_json::json!({
        "name": "PORT", "type": "port", "secret": false, "required": false, "default": "3000", "generate": null,
        "description": "The port", "group": null, "unsure": [], "seen": [{"file": ".env.example", "line": 2}],
    });
    assert_eq!(report["variables"][0], expected);
    assert_eq!(report["variables"][1]["generate"], serde_json::json!({"kind": "hex", "bytes": 32}));
}

#[test]
fn no_secret_of_a_real_env_file_gets_out() {
    let sandbox = Sandbox::new();
    // Some under names that say nothing, one in a comment, one that is commented out.
    let secrets = [
        "hunter2-is-my-password",
        "sk-proj-8Kq2WxVn5RtYb7LmZc4JdPs9",
        "q7Zr2vLxW5kTb9Yc",
        "16f8c0ef4a5d391b26034086c628469d",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "correct horse battery",
        "rather-private-host",
    ];
    let text = format!(
        "DB_PASSWORD={}\nOPENAI={}\nDATABASE_URL=postgres://app:{}@db/app\nSEED={}\n# was {}\nFOO=1\n# OLD_SECRET={}\nHOST={}.acme.io\n",
        secrets[0], secrets[1], secrets[2], secrets[3], secrets[4], secrets[5], secrets[6]
    );
    sandbox.write(".env", text);
    for format in ["human", "json"] {
        let run = sandbox.envward(&format!("schema infer .env --format {format}")).success();
        for secret in secrets {
            assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{secret}");
        }
        assert!(run.stdout.contains("SEED"));
    }
}

#[test]
fn a_directory_is_looked_through_without_what_others_wrote() {
    let sandbox = Sandbox::git();
    sandbox.write(".gitignore", ".env*\nignored/\n");
    sandbox.write(".env.example", "A_URL=http://localhost\n");
    sandbox.write(".env", "REAL=1\n");
    sandbox.write("sub/app.env", "B=1\n");
    sandbox.write("node_modules/x/.env.example", "C=1\n");
    sandbox.write("ignored/app.env", "D=1\n");
    let report = sandbox.envward("schema infer . --format json").success().json();
    let names: Vec<_> =
        report["variables"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["A_URL", "B"]);
}

#[test]
fn what_is_there_is_not_overwritten_and_nothing_is_no_schema() {
    let sandbox = Sandbox::new();
    sandbox.write(".env.example", "A=1\n");
    sandbox.write("mine.toml", "# mine\n");
    let _ = sandbox
        .envward("schema infer .env.example --out mine.toml")
        .code(2)
        .stderr_has("error: mine.toml is there already; nothing was changed\n");
    assert_eq!(sandbox.read("mine.toml"), "# mine\n");
    sandbox.write("empty/notes.txt", "nothing\n");
    let _ = sandbox
        .envward("schema infer empty")
        .code(2)
        .stderr_has("error: nothing names an environment variable there\n");
    let _ = sandbox.envward("schema infer gone.env").code(3);
}

/// The variables of a report by name, as far as a closure tells of them.
fn names(report: &serde_json::Value, wanted: impl Fn(&serde_json::Value) -> bool) -> Vec<&str> {
    let rows = report["variables"].as_array().unwrap().iter().filter(|row| wanted(row));
    let mut names: Vec<&str> = rows.map(|row| row["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_guide_gives_every_variable_and_none_of_its_traps() {
    let sandbox = Sandbox::new();
    sandbox.write("guide.md", include_str!("fixtures/infer/guide.md"));
    let report = sandbox.envward("schema infer guide.md --format json").success().json();
    let mut all = vec![
        "ADMIN_PASSWORD",
        "APP_ENV",
        "CACHE_URL",
        "CARRIER_API_KEY",
        "DATABASE_URL",
        "DB_HOST",
        "DB_PASSWORD",
        "DEBUG",
        "LOG_LEVEL",
        "PORT",
        "POSTGRES_DB",
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
        "SECRET_KEY",
        "SENTRY_DSN",
        "SESSION_HOURS",
        "SIGNING_KEY",
        "SMTP_HOST",
        "SMTP_PASSWORD",
        "TRACKING_URL",
        "TZ",
        "UPLOAD_DRIVER",
        "WEBHOOK_SECRET",
        "WORKERS",
    ];
    all.sort_unstable();
    assert_eq!(names(&report, |_| true), all);
    assert_eq!(
        names(&report, |row| row["secret"] == true),
        [
            "ADMIN_PASSWORD",
            "CACHE_URL",
            "CARRIER_API_KEY",
            "DATABASE_URL",
            "DB_PASSWORD",
            "POSTGRES_PASSWORD",
            "REDIS_PASSWORD",
            "SECRET_KEY",
            "SENTRY_DSN",
            "SIGNING_KEY",
            "SMTP_PASSWORD",
            "WEBHOOK_SECRET",
        ]
    );
    let row =
        |name: &str| report["variables"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(row("SECRET_KEY")["generate"], serde_json::json!({"kind": "hex", "bytes": 32}));
    assert_eq!(row("SIGNING_KEY")["generate"], serde_json::json!({"kind": "hex", "bytes": 16}));
    assert_eq!(row("DB_PASSWORD")["generate"], serde_json::json!({"kind": "base64", "bytes": 24}));
    assert_eq!(row("UPLOAD_DRIVER")["values"], serde_json::json!(["local", "s3"]));
    assert_eq!(row("POSTGRES_DB")["group"], "service:db");
    assert_eq!(
        (&row("POSTGRES_DB")["required"], &row("DB_PASSWORD")["required"]),
        (&false.into(), &true.into())
    );
    assert_eq!(row("SMTP_HOST")["default"], "localhost");
    assert_eq!(row("DB_HOST")["seen"], serde_json::json!([{"file": "guide.md", "line": 106}]));

    let _ = sandbox.envward("schema infer guide.md --out schema.toml").success();
    sandbox.write(".env", "APP_ENV=production\n");
    let _ = sandbox.envward("check .env --schema schema.toml").code(1).stdout_has("SECRET_KEY");
}

#[test]
fn the_env_blocks_of_the_five_guides_are_read_as_their_schemas_have_them() {
    for system in ["aigov", "bug-dedup", "flagwise", "sentiment-analyzer", "simplr"] {
        let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/guides");
        let block = std::fs::read_to_string(fixtures.join(format!("{system}.env"))).unwrap();
        let sandbox = Sandbox::new();
        sandbox.write("block.env", &block);
        let inferred = sandbox.envward("schema infer block.env --format json").success().json();
        // What `list` says of a project with the built-in schema is the truth.
        let _ = sandbox.envward(&format!("init --schema builtin:{system}")).success();
        sandbox.write(".env.production", "");
        let listed = sandbox.envward("list --format json").success().json();
        let secret = |name: &str| {
            listed["variables"]
                .as_array()
                .unwrap()
                .iter()
                .find(|row| row["variable"] == name)
                .map(|row| row["secret"] == true)
        };
        let rows = inferred["variables"].as_array().unwrap();
        assert!(rows.len() >= 9, "{system}");
        for row in rows {
            let name = row["name"].as_str().unwrap();
            assert_eq!(secret(name), Some(row["secret"] == true), "{system}: {name}");
        }
    }
}

#[test]
fn compose_files_and_manifests_of_a_directory_complete_its_example() {
    let sandbox = Sandbox::new();
    sandbox.write(".env.example", "# The mode\nMODE=a\n");
    sandbox.write("compose.yaml", "services:\n  web:\n    build: .\n    environment:\n      MODE: ${MODE:-b}\n      API_KEY: ${API_KEY:?}\n  db:\n    image: x\n    environment: [PGDATA=/data]\n");
    sandbox.write(
        "k8s/app.yaml",
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - env:\n        - name: TICKET\n          valueFrom: {secretKeyRef: {name: s, key: k}}\n",
    );
    let run = sandbox.envward("schema infer .").success();
    assert_eq!(
        run.stdout,
        "\
[schema]
name = \"project\"

# unsure: other places give other values
# seen: .env.example:2, compose.yaml:5
[vars.MODE]
description = \"The mode\"
secret = false
required = false
default = \"b\"

# seen: compose.yaml:6
[vars.API_KEY]

# seen: compose.yaml:9
[vars.PGDATA]
type = \"path\"
secret = false
required = false
default = \"/data\"
group = \"service:db\"

# seen: k8s/app.yaml:6
[vars.TICKET]
"
    );
    assert_eq!(run.stderr, "found 4 variables in 3 files, 2 of them secret\n  unsure:   MODE\n");
}

#[test]
fn a_port_stays_one_for_a_program_that_makes_a_number_of_it() {
    let sandbox = Sandbox::new();
    sandbox.write(".env.example", "PORT=8080\nWORKERS=4\n");
    sandbox.write(
        "app.py",
        "import os\nport = int(os.environ.get('PORT', '8080'))\nworkers = int(os.environ['WORKERS'])\n",
    );
    let report = sandbox.envward("schema infer . --format json").success().json();
    let types: Vec<_> =
        report["variables"].as_array().unwrap().iter().map(|variable| &variable["type"]).collect();
    assert_eq!(types, ["port", "int"]);
}

#[test]
fn a_compose_file_that_is_no_yaml_is_not_half_read_without_a_word() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "compose.yaml",
        "services:\n  web:\n    build: .\n    environment:\n      - BUCKET=${BUCKET}\n      WORKERS: \"4\"\n",
    );
    let run = sandbox.envward("schema infer compose.yaml").success();
    let warning = "warning: compose.yaml is not valid YAML (line 6: ";
    assert!(run.stderr.starts_with(warning), "{}", run.stderr);
    let _ = run.stderr_has("): only what it fills in was found\n").stdout_has("[vars.BUCKET]\n");
    sandbox.write("compose.yaml", "services:\n  web:\n    image: [x\n");
    let run = sandbox.envward("schema infer compose.yaml").code(2);
    assert!(run.stderr.starts_with("warning: compose.yaml is not valid YAML"), "{}", run.stderr);
    assert!(!run.stderr.contains("holds no variable"), "{}", run.stderr);
}

#[test]
fn the_env_files_that_a_compose_file_names_are_read_too() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "deploy/compose.yaml",
        "services:\n  web:\n    build: .\n    env_file: web.settings\n  job:\n    build: .\n    env_file:\n      - path: ./job.settings\n        required: false\n      - absent.env\n      - ../outside.env\n",
    );
    sandbox.write("deploy/web.settings", "WEB_TOKEN=Zx81kQmv99Tr5LpW\n");
    sandbox.write("deploy/job.settings", "JOB_LIMIT=5\n");
    sandbox.write("outside.env", "OUTSIDE=1\n");
    let run = sandbox.envward("schema infer deploy/compose.yaml").success();
    let run = run.stdout_has("[vars.WEB_TOKEN]\n").stdout_has("[vars.JOB_LIMIT]\n");
    assert!(!run.stdout.contains("OUTSIDE") && !run.stdout.contains("Zx81"), "{}", run.stdout);
}
