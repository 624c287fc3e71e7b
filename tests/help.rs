//! What `--help` and a mistyped command line show.

use crate::support::Sandbox;

#[test]
fn help_is_one_screen_and_says_the_same_as_the_short_form() {
    let sandbox = Sandbox::new();
    for command in
        ["", "init", "bootstrap", "check", "run", "seal", "unseal", "diff", "push", "pull", "recipients"]
    {
        let long = sandbox.envward(&format!("{command} --help")).success().stdout;
        let short = sandbox.envward(&format!("{command} -h")).success().stdout;
        assert_eq!(long, short, "{command}");
        // The list of commands has one line for each.
        let screen = if command.is_empty() { 60 } else { 40 };
        assert!(long.lines().count() <= screen, "{command}: {long}");
    }
}

#[test]
fn help_that_cannot_be_written_is_an_error() {
    let sandbox = Sandbox::new();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_envward"));
    let output = command.arg("--help").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.starts_with("error: cannot write the result: "), "{stderr}");
}

#[test]
fn a_misspelt_flag_is_shown_with_the_one_that_was_meant() {
    let run = Sandbox::new().envward("check --fromat=json").code(2);
    assert!(run.stderr.starts_with("error: unexpected argument '--fromat' found\n"), "{}", run.stderr);
    let _ = run.stderr_has("a similar argument exists: '--format'");
}

#[test]
fn an_argument_too_many_is_not_repeated_and_the_message_says_why() {
    Sandbox::new()
        .envward("set API_TOKEN --Kx/9")
        .code(2)
        .stderr_has("error: unexpected argument '…' found")
        .stderr_has("tip: what was typed is not shown, since it may be a secret");
}
