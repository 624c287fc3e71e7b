//! `envward check`: what it finds, what it says, and what it does not show.

use crate::support::Sandbox;

const SCHEMA: &str = r#"
[vars.PORT]
type = "port"
secret = false
[vars.API_KEY]
obtain = "https://example.com/keys"
[vars.LOG_LEVEL]
secret = false
required = false
"#;

/// A value that must never show.
const CANARY: &str = "cAnArY7Zr2vLxW5kTb9Yc";

fn sandbox(file: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("schema.toml", SCHEMA);
    sandbox.write(".env", file);
    sandbox
}

#[test]
fn findings_are_shown_as_a_compiler_would_with_the_value_masked() {
    let run = sandbox("# the port\nPORT=http\nAPI_KEY=<your-api-key>\nLOG_LEVLE=INFO\n")
        .envward("check .env --schema schema.toml")
        .code(1);
    insta::assert_snapshot!(run.stdout, @r"
    error[type]: PORT is not a port
     --> .env:2:6
      |
    2 | PORT=••••••••
      |      ^^^^^^^^
      |
      = help: use a number from 1 to 65535

    error[placeholder]: API_KEY is still a placeholder
     --> .env:3:9
      |
    3 | API_KEY=••••••••
      |         ^^^^^^^^
      |
      = help: get one at https://example.com/keys

    error[unknown]: LOG_LEVLE is not in the schema
     --> .env:4:11
      |
    4 | LOG_LEVLE=••••••••
      |           ^^^^^^^^
      |
      = help: did you mean LOG_LEVEL?

    .env: 3 errors
    ");
    assert_eq!(run.stderr, "");
}

#[test]
fn a_right_file_ends_with_0() {
    sandbox(&format!("PORT=8080\nAPI_KEY={CANARY}\n"))
        .envward("check .env --schema schema.toml")
        .success()
        .stdout(".env: nothing found\n")
        .stderr("");
}

#[test]
fn quiet_says_nothing_about_a_right_file() {
    sandbox(&format!("PORT=8080\nAPI_KEY={CANARY}\n"))
        .envward("check -q .env --schema schema.toml")
        .success()
        .stdout("");
}

#[test]
fn warnings_fail_only_with_strict() {
    let sandbox = sandbox(&format!("PORT=8080\nAPI_KEY={CANARY}\nOTHER=1\n"));
    sandbox.envward("check .env --schema schema.toml").success().stdout_has("warning[unknown]");
    sandbox.envward("check .env --schema schema.toml --strict").code(1);
}

#[test]
fn what_cannot_be_read_ends_with_3() {
    let sandbox = sandbox("PORT=8080\n");
    sandbox.write("typo.toml", "[vars.PORT]\ntyp = \"port\"\n");
    sandbox.envward("check .env --schema typo.toml").code(3).stderr_has("typ");
    sandbox.envward("check .env --schema absent.toml").code(3).stderr_has("absent.toml");
    sandbox.envward("check .env --schema builtin:absent").code(3).stderr_has("absent");
    sandbox.envward("check absent.env --schema schema.toml").code(3).stderr_has("absent.env");
    sandbox.envward("check").code(3).stderr_has("no envward.toml here or above");
}

#[test]
fn without_a_schema_the_file_itself_is_checked() {
    sandbox("PORT=8080\nPORT=9090\n")
        .envward("check .env")
        .code(1)
        .stdout_has("error[duplicate]: this name was already set on line 1")
        .stderr_has("no schema");
}

#[test]
fn no_form_shows_a_value_however_the_line_is_broken() {
    let broken = [
        "PORT={}",
        "API_KEY = {}",
        "{}",
        "API_KEY {}",
        "export API_KEY {}",
        "1API_KEY={}",
        "API_KEY='{}",
        "API_KEY='{}'x",
        "API_KEY=\"{}\\q\"",
        "API_KEY=\"a\n{}=\\q\"",
        "API_KEY={}\nAPI_KEY={}",
        "API_KEY={} # {}",
        "API_KEY=x # {}",
        "API_KEY=\u{1b}[2J{}",
        "OTHER={}\nLOG_LEVEL={}",
        "\u{feff}PORT={}",
        "API_KEY={}\0",
        "PORT=postgres://u:{}@h/",
    ];
    for line in broken {
        let sandbox = sandbox(&line.replace("{}", CANARY));
        for format in ["human", "json", "sarif", "github", "gitlab", "junit"] {
            let arguments = format!("check .env --schema schema.toml -vvv --color always --format {format}");
            let run = sandbox.envward(&arguments);
            let shown = format!("{}{}", run.stdout, run.stderr);
            assert!(!shown.contains("cAnArY"), "{line:?} in {format}: {shown}");
            let codes = [Some(0), Some(1)];
            assert!(codes.contains(&run.code), "{line:?} in {format}: {:?} {shown}", run.code);
        }
    }
}

#[test]
fn hostile_names_are_shown_harmlessly() {
    let long = "A".repeat(10_000);
    let file = format!("__proto__=x\nconstructor=x\n{long}=x\n\u{1b}[2J\u{202e}=x\nA\u{7}B=x\nA\u{200b}=x\n");
    let run = sandbox(&file).envward("check .env --schema schema.toml --color never").code(1);
    let hostile = |character: char| {
        character.is_control() && character != '\n' || "\u{202e}\u{200b}".contains(character)
    };
    assert!(!run.stdout.contains(hostile), "{}", run.stdout.escape_debug());
    assert!(run.stdout.contains("__proto__ is not in the schema"));
    assert!(run.stdout.lines().all(|line| line.chars().count() < 300), "{}", run.stdout);
}

#[test]
fn a_hostile_file_name_is_escaped() {
    let sandbox = sandbox("");
    sandbox.write("a\u{1b}[31m.env", "PORT=http\n");
    let run =
        sandbox.envward_with_input(&["check", "a\u{1b}[31m.env", "--schema", "schema.toml"], b"").code(1);
    assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout.escape_debug());
    assert!(run.stdout.contains("a\\u{1b}[31m.env"), "{}", run.stdout);
}

#[test]
fn a_flood_ends_with_a_few_findings_and_a_count() {
    let lines: Vec<String> = (0..200_000).map(|number| format!("VARIABLE_{number}=x")).collect();
    let run = sandbox(&lines.join("\n")).envward("check .env --schema schema.toml").code(1);
    assert!(run.stdout.lines().count() < 1_000, "{} lines", run.stdout.lines().count());
    assert!(
        run.stdout.ends_with(".env: 2 errors, 200000 warnings\n"),
        "{}",
        &run.stdout[run.stdout.len() - 200..]
    );

    let run = sandbox(&"garbage\n".repeat(200_000)).envward("check .env --schema schema.toml").code(1);
    assert!(run.stdout.contains("and "), "{}", &run.stdout[run.stdout.len() - 200..]);
    assert!(run.stdout.lines().count() < 1_000);
}

#[test]
fn other_users_must_not_read_it() {
    let sandbox = sandbox(&format!("PORT=8080\nAPI_KEY={CANARY}\n"));
    sandbox.shell("chmod 644 .env");
    sandbox
        .envward("check .env --schema schema.toml")
        .success()
        .stdout_has("warning[file-mode]: other users can access this file (mode 0644)");
}

#[test]
fn git_must_not_take_it() {
    let sandbox = Sandbox::git();
    sandbox.write("schema.toml", SCHEMA);
    sandbox.write(".env", format!("PORT=8080\nAPI_KEY={CANARY}\n"));
    let check = || sandbox.envward("check .env --schema schema.toml");
    check().success().stdout_has("warning[git-not-ignored]: git does not ignore this file");
    sandbox.write(".gitignore", ".env\n");
    check().success().stdout(".env: nothing found\n");
    sandbox.shell("git add -f .env");
    check().code(1).stdout_has("error[git-tracked]: git tracks this file");
}

#[test]
fn the_process_environment_is_checked_by_the_same_schema() {
    let sandbox = sandbox("").with("PORT", "http");
    let run = sandbox.envward("check --process --schema schema.toml").code(1);
    assert!(run.stdout.contains("error[type]: PORT "), "{}", run.stdout);
    assert!(run.stdout.contains("error[missing]: API_KEY is not set"), "{}", run.stdout);
    assert!(run.stdout.ends_with("the process environment: 2 errors\n"), "{}", run.stdout);
    sandbox
        .with("PORT", "80")
        .with("API_KEY", CANARY)
        .envward("check --process --schema schema.toml")
        .success()
        .stdout("the process environment: nothing found\n");
}

fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("schemas/app.toml", SCHEMA);
    sandbox.write(
        "envward.toml",
        "[project]\nname = \"app\"\nschema = \"schemas/app.toml\"\ndefault = \"production\"\n\
         [environments.production]\nreaders = [\"docker\"]\n[environments.staging]\n",
    );
    sandbox
}

#[test]
fn an_environment_is_checked_with_what_its_manifest_says() {
    let sandbox = project();
    sandbox.write(".env.production", format!("PORT=8080 # http\nAPI_KEY={CANARY}\n"));
    sandbox.write(".env.staging", format!("PORT=8080\nAPI_KEY={CANARY}\n"));
    let run = sandbox.envward("check").code(1);
    assert!(run.stdout.contains("error[inline-comment]: docker: "), "{}", run.stdout);
    let same = "warning[same-secret]: API_KEY has the same value in the environment staging";
    assert!(run.stdout.contains(same), "{}", run.stdout);
    assert!(run.stdout.ends_with(".env.production: 1 error, 1 warning\n"), "{}", run.stdout);
    sandbox.envward("check -e staging").success();
}

#[test]
fn a_sealed_file_is_checked_like_the_env_file_it_came_from() {
    let sandbox = Sandbox::git();
    sandbox.write("app.toml", SCHEMA);
    sandbox.envward("init --schema app.toml").success();
    sandbox.write(".env.production", format!("PORT=http\nAPI_KEY={CANARY}\n"));
    sandbox.envward("seal -e production").success();
    let both = sandbox.envward("check").code(1);
    assert_eq!(both.stdout.matches("error[type]: PORT is not a port").count(), 2, "{}", both.stdout);

    sandbox.shell("rm .env.production");
    let report = sandbox.envward("check --format json").code(1).json();
    assert_eq!(report["diagnostics"][0]["file"], "secrets/production.enc.env");
    assert_eq!(report["diagnostics"][0]["line"], serde_json::Value::Null);
    let by_name = sandbox.envward("check secrets/production.enc.env --format json").code(1).json();
    assert_eq!(by_name, report);
}

#[test]
fn a_sealed_file_that_no_identity_opens_ends_with_4() {
    let sandbox = Sandbox::git();
    sandbox.write("app.toml", SCHEMA);
    sandbox.envward("init --schema app.toml").success();
    sandbox.write(".env.production", format!("PORT=80\nAPI_KEY={CANARY}\n"));
    sandbox.envward("seal -e production").success();
    sandbox.shell("rm -r .env.production $HOME/.config");
    sandbox.envward("check").code(4);
}

#[test]
fn an_environment_without_values_says_how_to_make_them() {
    project()
        .envward("check -e staging")
        .code(3)
        .stderr_has("environment staging has no values: neither ")
        .stderr_has("help: run: envward bootstrap -e staging");
}

#[test]
fn rules_that_were_not_checked_are_one_line_a_variable_for_people_and_all_of_them_for_programs() {
    let sandbox = Sandbox::new();
    let rule = |assert: &str| format!("[[rules]]\nassert = \"{assert}\"\nmessage = \"{assert} must hold\"\n");
    let rules = ["LOW < HIGH", "LOW > 0", "LOW < 9"].map(rule).concat();
    sandbox.write("schema.toml", format!("[vars.LOW]\ntype = \"int\"\n[vars.HIGH]\ntype = \"int\"\n{rules}"));
    sandbox.write(".env", "HIGH=5\n");
    let run = sandbox.envward("check .env --schema schema.toml").code(1);
    let note = "\n\nnote[rule]: 3 rules were not checked for want of LOW\n\n.env: ";
    assert!(run.stdout.contains(note), "{}", run.stdout);
    assert!(!run.stdout.contains("must hold"), "{}", run.stdout);
    let json = sandbox.envward("check .env --schema schema.toml --format json").code(1);
    assert_eq!(json.stdout.matches("not checked for want of LOW: LOW ").count(), 3, "{}", json.stdout);
}

#[test]
fn fix_repairs_what_needs_no_decision_and_says_it() {
    let sandbox = sandbox(&format!("PORT = 8080  # http\nAPI_KEY={CANARY} {CANARY}\n"));
    sandbox.shell("chmod 644 .env");
    let run = sandbox.envward("check .env --schema schema.toml --fix").success();
    assert_eq!(
        run.stderr,
        "fixed .env: only its owner can access it now\n\
         fixed .env: line 1: PORT: removed the blanks beside =\n\
         fixed .env: line 1: PORT: moved the comment to a line of its own above\n\
         fixed .env: line 2: API_KEY: wrote the value the way most programs read it\n"
    );
    assert_eq!(run.stdout, ".env: nothing found\n");
    let fixed = format!("# http\nPORT=8080\nAPI_KEY='{CANARY} {CANARY}'\n");
    assert_eq!(sandbox.read(".env"), fixed);
    assert_eq!(sandbox.shell("stat -c %a .env"), "600\n");

    sandbox.envward("check .env --schema schema.toml --fix").success().stderr("");
    assert_eq!(sandbox.read(".env"), fixed);
}

#[test]
fn each_cause_of_a_difference_is_named_once_with_the_readers_it_matters_to() {
    let sandbox = project();
    let manifest =
        sandbox.read("envward.toml").replace("[\"docker\"]", "[\"docker\", \"node-dotenv\", \"bash\"]");
    sandbox.write("envward.toml", manifest);
    let file = "export PORT=8080\nAPI_KEY=abc#d$HOME # old\nLOG_LEVEL=a b\n<<<<<<< HEAD\n";
    sandbox.write(".env.production", file);
    let report = sandbox.envward("check --format json").code(1).json();
    let about_reading = |found: &&serde_json::Value| found["code"] != "weak-secret";
    let found = report["diagnostics"].as_array().unwrap().iter().filter(about_reading).map(|found| {
        let text = |field: &str| found[field].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}: {}", found["line"], text("severity"), text("code"), text("message"))
    });
    let found: Vec<String> = found.collect();
    assert_eq!(
        found,
        [
            "1 error export-prefix: docker: the whole file would be refused, because of export before it",
            "2 error inline-comment: docker: the comment would be taken for part of the value of API_KEY",
            "2 error dollar: bash: what follows $ in the value of API_KEY would be expanded",
            "2 error hash: node-dotenv: the value of API_KEY would end at the #",
            "3 error unquoted-blank: bash: LOG_LEVEL would be lost, because of the blank in its value",
            "4 error merge-marker: this line is the mark of an unfinished merge",
        ]
    );
}

#[test]
fn where_nobody_says_who_reads_the_file_a_difference_is_a_warning() {
    let file = format!("PORT=8080  # http\r\nAPI_KEY={CANARY} \r\nLOG_LEVEL=$x\r\n");
    let run = sandbox(&file).envward("check .env --schema schema.toml --format json").success();
    let report = run.json();
    let found = report["diagnostics"].as_array().unwrap().iter();
    let codes: Vec<&str> = found.map(|found| found["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["crlf", "inline-comment", "trailing-blank", "dollar"]);
    assert_eq!(report["summary"]["warnings"], 4);
}

#[test]
fn fix_writes_what_the_declared_readers_read() {
    let sandbox = project();
    let manifest = sandbox.read("envward.toml").replace("[\"docker\"]", "[\"systemd\", \"bash\"]");
    sandbox.write("envward.toml", manifest);
    sandbox.write(".env.production", format!("export PORT=8080 \r\nAPI_KEY=a{CANARY} $b\r\nLOG_LEVEL= \r\n"));
    let run = sandbox.envward("check --fix").code(0);
    assert_eq!(sandbox.read(".env.production"), format!("PORT=8080\nAPI_KEY='a{CANARY} $b'\nLOG_LEVEL=\n"));
    for done in [
        "line 1: ended every line with LF alone",
        "line 1: PORT: removed the blanks behind the value",
        "line 1: PORT: removed export",
        "line 2: API_KEY: wrote the value the way most programs read it",
        "line 3: LOG_LEVEL: removed the blanks beside =",
    ] {
        let line = format!("fixed .env.production: {done}\n");
        assert!(run.stderr.contains(&line), "{done}: {}", run.stderr);
    }
}

#[test]
fn fix_leaves_what_needs_a_decision() {
    let file = "PORT=http\nAPI_KEY=changeme\nPORT=80\n";
    let sandbox = sandbox(file);
    sandbox.envward("check .env --schema schema.toml --fix").code(1).stderr("");
    assert_eq!(sandbox.read(".env"), file);
}

#[test]
fn fix_writes_no_secret_into_a_file_that_git_tracks() {
    let sandbox = Sandbox::git();
    sandbox.write("schema.toml", SCHEMA);
    sandbox.write(".env", "PORT = 8080\n");
    sandbox.shell("git add -f .env");
    sandbox
        .envward("check .env --schema schema.toml --fix")
        .code(1)
        .stderr_has("warning: .env: not repaired, because git tracks it");
    assert_eq!(sandbox.read(".env"), "PORT = 8080\n");
}

#[test]
fn fix_does_not_follow_a_link() {
    let sandbox = sandbox("PORT = 8080\n");
    sandbox.shell("mv .env real && ln -s real .env");
    sandbox.envward("check .env --schema schema.toml --fix").code(3).stderr_has("is a symbolic link");
    assert_eq!(sandbox.read("real"), "PORT = 8080\n");
}
