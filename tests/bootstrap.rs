//! `bootstrap`: what is filled in, what is asked, what is left alone.

use crate::support::shop::{ALICE, APP as MANIFEST};
use crate::support::{Run, Sandbox, on_a_terminal};

const SCHEMA: &str = "\
[schema]
name = \"app\"

[vars.DB_USER]
default = \"app\"
secret = false
group = \"database\"

[vars.DB_PASSWORD]
description = \"Password of the database user\"
generate = { kind = \"alphanumeric\" }
group = \"database\"

[vars.DATABASE_URL]
template = \"postgresql://${DB_USER}:${DB_PASSWORD|url}@db:5432/app\"
group = \"database\"

[vars.API_TOKEN]
description = \"Token of the automation user\"
obtain = \"https://example.com/tokens\"
min_length = 8

[vars.MODE]
description = \"How mails are sent\"
type = \"enum\"
values = [\"smtp\", \"none\"]
secret = false

[vars.SMTP_PASSWORD]
required = \"MODE == 'smtp'\"

[vars.SPARE_KEY]
generate = { kind = \"hex\" }
required = false
";

fn project() -> Sandbox {
    let sandbox = Sandbox::git();
    sandbox.write("envward.toml", MANIFEST);
    sandbox.write("app.toml", SCHEMA);
    sandbox
}

fn bootstrap(sandbox: &Sandbox, answers: &str) -> Run {
    sandbox.write("../answers", answers);
    sandbox.envward("bootstrap --no-input --answers ../answers")
}

const ANSWERS: &str = "API_TOKEN=tok-12345678\nMODE=none\n";

/// The value of a name in an env file without quotes.
fn value<'a>(file: &'a str, name: &str) -> &'a str {
    let line = file.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    line.unwrap_or_else(|| panic!("{name} is not in\n{file}"))
}

#[test]
fn the_file_is_made_and_explains_itself() {
    let sandbox = project();
    let _ = bootstrap(&sandbox, ANSWERS).success().stdout("").stderr(
        ".env.production was created\n  generated DB_PASSWORD\n  answered  API_TOKEN, MODE\n  \
         default   DB_USER\n  derived   DATABASE_URL\n\
         to commit: secrets/production.key.age envward.ledger.jsonl envward.toml app.toml\nnext: envward check\n",
    );
    let file = sandbox.read(".env.production");
    let password = value(&file, "DB_PASSWORD");
    assert!(password.len() >= 22 && password.chars().all(|character| character.is_ascii_alphanumeric()));
    assert_eq!(
        file,
        format!(
            "# app, production. Holds secrets: keep it out of version control.\n\n\
             # --- database ---\n\n\
             DB_USER=app\n\n\
             # Password of the database user\n\
             DB_PASSWORD={password}\n\n\
             DATABASE_URL=postgresql://app:{password}@db:5432/app\n\n\
             # Token of the automation user\n\
             # Obtain it at: https://example.com/tokens\n\
             API_TOKEN=tok-12345678\n\n\
             # How mails are sent\n\
             MODE=none\n"
        )
    );
    assert_eq!(sandbox.shell("stat -c %a .env.production"), "600\n");
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    let sandbox = project();
    let _ = bootstrap(&sandbox, ANSWERS).success();
    let before = sandbox.shell("cat .env.production; stat -c '%i %Y' .env.production");
    let _ = bootstrap(&sandbox, ANSWERS)
        .success()
        .stderr(".env.production has nothing to fill in\nnext: envward check\n");
    assert_eq!(sandbox.shell("cat .env.production; stat -c '%i %Y' .env.production"), before);
}

#[test]
fn without_answers_it_does_what_it_can_and_lists_the_rest() {
    let sandbox = project();
    let _ = sandbox.envward("bootstrap --no-input").code(1).stdout(
        "API_TOKEN\n  Token of the automation user\n  obtain it at: https://example.com/tokens\n\
         MODE\n  How mails are sent\n",
    );
    let first = sandbox.read(".env.production");
    assert!(first.contains("\nAPI_TOKEN=\n") && first.contains("\nMODE=\n"), "{first}");
    // The answers go where their lines are; what was generated stays.
    let _ = bootstrap(&sandbox, ANSWERS).success();
    let second = first.replace("API_TOKEN=\n", "API_TOKEN=tok-12345678\n").replace("MODE=\n", "MODE=none\n");
    assert_eq!(sandbox.read(".env.production"), second);
}

#[test]
fn a_condition_that_an_answer_makes_true_asks_for_more() {
    let sandbox = project();
    let answers = ANSWERS.replace("none", "smtp");
    let _ = bootstrap(&sandbox, &answers).code(1).stdout("SMTP_PASSWORD\n");
    let _ = bootstrap(&sandbox, &format!("{answers}SMTP_PASSWORD=hunter2hunter2\n")).success();
}

#[test]
fn values_are_kept_and_placeholders_replaced() {
    let sandbox = project();
    let before = "# mine\nexport DB_PASSWORD=\"chosen by hand\"  # why\nAPI_TOKEN=your-token-here\nOTHER=x\n";
    sandbox.write(".env.production", before);
    let _ = bootstrap(&sandbox, ANSWERS).success();
    let file = sandbox.read(".env.production");
    let kept = before.replace("your-token-here", "tok-12345678");
    assert!(file.starts_with(&kept), "{file}");
    assert_eq!(value(&file, "DATABASE_URL"), "postgresql://app:chosen%20by%20hand@db:5432/app");
}

#[test]
fn an_answer_never_replaces_a_value() {
    let sandbox = project();
    let _ = bootstrap(&sandbox, ANSWERS).success();
    let _ = bootstrap(&sandbox, "API_TOKEN=another-token\n")
        .success()
        .stderr_has("note: API_TOKEN has another value already, which was kept\n");
    assert_eq!(value(&sandbox.read(".env.production"), "API_TOKEN"), "tok-12345678");
}

#[test]
fn a_whole_is_parsed_back_into_its_parts() {
    let sandbox = project();
    let whole = "postgresql://shop:p%40ss%2Fword-long@db:5432/app";
    let _ = bootstrap(&sandbox, &format!("{ANSWERS}DATABASE_URL={whole}\n")).success();
    let file = sandbox.read(".env.production");
    assert_eq!(value(&file, "DATABASE_URL"), whole);
    assert_eq!(value(&file, "DB_PASSWORD"), "p@ss/word-long");
    assert_eq!(value(&file, "DB_USER"), "shop");
}

#[test]
fn a_part_of_a_whole_in_another_form_is_asked_for_and_not_invented() {
    let sandbox = project();
    let _ = bootstrap(&sandbox, &format!("{ANSWERS}DATABASE_URL=postgresql://shop:secret@elsewhere/x\n"))
        .code(1)
        .stdout_has("DB_PASSWORD");
}

#[test]
fn a_name_that_the_schema_does_not_know_is_an_error() {
    let sandbox = project();
    let _ = bootstrap(&sandbox, "API_TOKEM=canary-value\n").code(1).stdout("").stderr(
        "error: the schema app has no variable API_TOKEM\nhelp: did you mean API_TOKEN?\nnote: nothing was written\n",
    );
    assert!(!sandbox.has(".env.production"));
}

#[test]
fn an_answer_that_does_not_fit_is_not_taken_and_not_shown() {
    let sandbox = project();
    let run = bootstrap(&sandbox, "API_TOKEN=canary\nMODE=smtpx\n").code(1);
    assert!(run.stderr.contains("warning: the answer for API_TOKEN was not taken: it "), "{}", run.stderr);
    assert!(run.stderr.contains("warning: the answer for MODE was not taken: it "), "{}", run.stderr);
    assert!(!run.stderr.contains("canary") && !run.stderr.contains("smtpx"), "{}", run.stderr);
    assert!(!sandbox.read(".env.production").contains("canary"));
}

#[test]
fn answers_are_read_strictly() {
    let sandbox = project();
    let run = bootstrap(&sandbox, "API_TOKEN = canary\n").code(3);
    assert!(run.stderr.contains("answers:1:"), "{}", run.stderr);
    assert!(!run.stderr.contains("canary"), "{}", run.stderr);
    assert!(!sandbox.has(".env.production"));
}

#[test]
fn plaintext_goes_neither_into_git_nor_through_a_link_nor_where_others_read() {
    let sandbox = project();
    sandbox.write(".env.production", "MODE=none\n");
    sandbox.shell("git add -f .env.production");
    let _ = bootstrap(&sandbox, ANSWERS).code(3).stderr_has("git tracks").stderr_has("git rm --cached");
    sandbox.shell("git rm -q --cached .env.production; chmod 644 .env.production");
    let _ = bootstrap(&sandbox, ANSWERS).code(3).stderr_has("help: run: chmod 600");
    sandbox.shell("mv .env.production elsewhere; chmod 600 elsewhere; ln -s elsewhere .env.production");
    let _ = bootstrap(&sandbox, ANSWERS).code(3).stderr_has("symbolic link");
    assert_eq!(sandbox.read("elsewhere"), "MODE=none\n");
}

#[test]
fn questions_hide_secrets_and_are_repeated_until_the_answer_fits() {
    let sandbox = project();
    let steps = [
        ("API_TOKEN (not shown): ", "short\n"),
        ("API_TOKEN (not shown): ", "tok-12345678\n"),
        ("MODE: ", "loud\n"),
        ("MODE: ", "smtp\n"),
        ("SMTP_PASSWORD (not shown): ", "hunter2hunter2\n"),
    ];
    let (code, shown) = on_a_terminal(&sandbox, &steps, &["bootstrap"]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("Token of the automation user\nobtain it at: https://example.com/tokens\n"),
        "{shown}"
    );
    assert!(shown.contains("warning: the answer for API_TOKEN was not taken: it "), "{shown}");
    assert!(shown.contains("warning: the answer for MODE was not taken: it "), "{shown}");
    for secret in ["short", "tok-12345678", "hunter2"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.ends_with("next: envward check\n[echo is on]\n"), "{shown}");
    let file = sandbox.read(".env.production");
    assert_eq!(value(&file, "API_TOKEN"), "tok-12345678");
    assert_eq!(value(&file, "SMTP_PASSWORD"), "hunter2hunter2");
}

#[test]
fn enter_leaves_a_value_for_later() {
    let sandbox = project();
    let steps = [("API_TOKEN (not shown): ", "\n"), ("MODE: ", "none\n")];
    let (code, shown) = on_a_terminal(&sandbox, &steps, &["bootstrap"]);
    assert_eq!(code, Some(1), "{shown}");
    assert!(
        shown.contains("1 value is still missing:\nAPI_TOKEN\n  Token of the automation user\n"),
        "{shown}"
    );
}

#[test]
fn after_ctrl_c_the_answers_are_kept_and_the_terminal_shows_what_is_typed() {
    let sandbox = project();
    let steps = [
        ("API_TOKEN (not shown): ", "tok-12345678\n"),
        ("MODE: ", "smtp\n"),
        ("SMTP_PASSWORD (not shown): ", "hal\u{3}"),
    ];
    let (code, shown) = on_a_terminal(&sandbox, &steps, &["bootstrap"]);
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("Enter leaves a question for later; Ctrl-C stops and keeps what was answered"));
    let end = "note: what was answered is kept; go on with: envward bootstrap\n\
               error: the question was not answered\n[echo is on]\n";
    assert!(shown.ends_with(end), "{shown}");
    assert!(shown.contains(".env.production was created\n"), "{shown}");
    let file = sandbox.read(".env.production");
    assert_eq!(value(&file, "API_TOKEN"), "tok-12345678");
    assert_eq!(value(&file, "SMTP_PASSWORD"), "");
    // Repeated, it asks for nothing but the rest.
    let steps = [("SMTP_PASSWORD (not shown): ", "hunter2hunter2\n")];
    let (code, shown) = on_a_terminal(&sandbox, &steps, &["bootstrap"]);
    assert_eq!(code, Some(0), "{shown}");
    let expected = file.replace("SMTP_PASSWORD=\n", "SMTP_PASSWORD=hunter2hunter2\n");
    assert_eq!(sandbox.read(".env.production"), expected);
}

#[test]
fn a_value_that_a_declared_reader_would_misread_goes_into_the_sealed_file_alone() {
    let sandbox = project().with("ENVWARD_IDENTITY", ALICE);
    let readers = "[environments.production]\nreaders = [\"docker\", \"bash\"]";
    sandbox.write("envward.toml", MANIFEST.replace("[environments.production]", readers));
    let answers = "API_TOKEN='two long words'\nMODE=none\n";
    let _ = bootstrap(&sandbox, answers).code(1).stderr_has(
        "warning: API_TOKEN was not written: docker reads this file and would take it for another value\n\
         help: a sealed file can carry it: run envward seal, and then envward bootstrap again\n",
    );
    let file = sandbox.read(".env.production");
    assert_eq!(value(&file, "API_TOKEN"), "");
    assert_eq!(file.matches("# Token of the automation user").count(), 1, "{file}");
    let _ = bootstrap(&sandbox, answers).code(1);
    assert_eq!(sandbox.read(".env.production"), file);
    let _ = sandbox.envward("seal").success();
    let _ = bootstrap(&sandbox, answers)
        .success()
        .stderr_has("note: the env file cannot carry API_TOKEN: it is in the sealed file only\n");
    let _ = sandbox.envward("run -- printenv API_TOKEN").success().stdout("two long words\n");
}

#[test]
fn several_lines_go_into_the_sealed_file_alone() {
    let answers = "API_TOKEN=\"first-line\\nsecond\"\nMODE=none\n";
    let sandbox = project().with("ENVWARD_IDENTITY", ALICE);
    let _ = bootstrap(&sandbox, answers).code(1).stderr_has("API_TOKEN was not written: it spans lines");
    let _ = sandbox.envward("seal").success();
    let _ = bootstrap(&sandbox, answers).success();
    assert!(sandbox.read(".env.production").contains("# API_TOKEN: only in the sealed file (multi-line)\n"));
    let _ = sandbox.envward("get API_TOKEN").success().stdout("first-line\nsecond\n");
}

#[test]
fn the_built_in_systems_can_be_bootstrapped_twice() {
    for name in ["aigov", "bug-dedup", "flagwise", "sentiment-analyzer", "simplr"] {
        let sandbox = Sandbox::git();
        sandbox.write("envward.toml", MANIFEST.replace("app.toml", &format!("builtin:{name}")));
        let first = sandbox.envward("bootstrap --no-input");
        assert!(matches!(first.code, Some(0 | 1)), "{name}: {}", first.stderr);
        let file = sandbox.read(".env.production");
        let second = sandbox.envward("bootstrap --no-input");
        assert_eq!(second.code, first.code, "{name}");
        assert_eq!(second.stdout, first.stdout, "{name}");
        assert_eq!(sandbox.read(".env.production"), file, "{name}");
    }
}

#[test]
fn a_sealed_file_is_completed_in_its_place() {
    let sandbox = Sandbox::git();
    sandbox.write("../app.toml", SCHEMA);
    let _ = sandbox.envward("init --schema ../app.toml").success();
    sandbox.write(".env.production", "MODE=none\nAPI_TOKEN=changeme\n");
    let _ = sandbox.envward("seal").success();
    sandbox.shell("rm .env.production");
    let _ = bootstrap(&sandbox, ANSWERS).success().stderr(
        "secrets/production.enc.env was completed\n  generated DB_PASSWORD\n  answered  API_TOKEN\n  \
         default   DB_USER\n  derived   DATABASE_URL\nnext: envward check\n",
    );
    assert!(!sandbox.has(".env.production"), "plaintext appears only where it was");
    let _ = sandbox.envward("run -- printenv API_TOKEN").success().stdout("tok-12345678\n");
    let before = sandbox.read("secrets/production.enc.env");
    let _ = bootstrap(&sandbox, ANSWERS).success().stderr_has("has nothing to fill in");
    assert_eq!(sandbox.read("secrets/production.enc.env"), before);
}

#[test]
fn what_a_sealed_file_lacks_goes_into_the_env_file_too() {
    let sandbox = Sandbox::git();
    sandbox.write("../app.toml", SCHEMA);
    let _ = sandbox.envward("init --schema ../app.toml").success();
    sandbox.write(".env.production", "# mine\nMODE=none\n");
    let _ = sandbox.envward("seal").success();
    let _ = bootstrap(&sandbox, ANSWERS).success();
    let file = sandbox.read(".env.production");
    assert!(file.starts_with("# mine\nMODE=none\n"), "{file}");
    assert_eq!(value(&file, "API_TOKEN"), "tok-12345678");
    let _ = sandbox.envward("run -- printenv DB_PASSWORD").success().stderr("");
}
