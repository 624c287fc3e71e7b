//! `envward run --redact`: the output of a program, with its values masked.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::support::shop::{manifest, shop};
use crate::support::{Run, Sandbox, on_a_terminal};

const KEY: &str = "q7Zr2vLxW5kTb9YcN3sYf7Hc";
const PASSWORD: &str = "p@ss/W0rd+\"Kx";

fn project() -> Sandbox {
    let sandbox = shop();
    sandbox.write("envward.toml", manifest("\"alice\""));
    sandbox
        .write(".env.production", format!("API_KEY={KEY}\nDB_PASSWORD='{PASSWORD}'\nLOG_LEVEL=INFO-level\n"));
    sandbox
}

fn run(sandbox: &Sandbox, script: &str) -> Run {
    sandbox.envward_with_input(&["run", "--redact", "--", "sh", "-c", script], b"")
}

fn python(sandbox: &Sandbox, script: &str) -> Run {
    sandbox.write("../script.py", script);
    sandbox.envward_with_input(&["run", "--redact", "--", "python3", "../script.py"], b"")
}

/// Starts it with pipes and does not wait for it.
fn started(sandbox: &Sandbox, script: &str) -> Child {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_envward"));
    command.args(["run", "--redact", "--", "sh", "-c", script]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

#[test]
fn values_are_masked_in_both_streams_and_what_is_not_secret_is_shown() {
    run(&project(), "echo \"key $API_KEY.\"; echo $LOG_LEVEL; echo \"<$DB_PASSWORD>\" >&2; exit 3")
        .code(3)
        .stdout("key [redacted API_KEY].\nINFO-level\n")
        .stderr("<[redacted DB_PASSWORD]>\n");
}

#[test]
fn encoded_values_are_masked() {
    let script = r"
import base64, json, os, urllib.parse
value = os.environ['DB_PASSWORD']
print(json.dumps({'a': value}))
print(urllib.parse.quote(value, safe=''))
print(value.encode().hex(), value.encode().hex().upper())
for before in range(3):
    print(base64.b64encode(b'~' * before + value.encode() + b'~~').decode())
";
    let run = python(&project(), script).success();
    let mask = "[redacted DB_PASSWORD]";
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[..3], [&format!("{{\"a\": \"{mask}\"}}"), mask, &format!("{mask} {mask}")]);
    for line in &lines[3..] {
        // The characters that share bits with a neighbour stay.
        assert!(line.contains(mask) && line.len() < mask.len() + 9, "{line}");
    }
}

#[test]
fn values_that_are_broken_into_lines_are_masked() {
    let sandbox = project();
    let key = "3f9a".repeat(4) + "0b7e55d1c2a48e96" + "7d30f6b81e4c9a25" + "c4e8a1079bd3625f";
    sandbox.write(".env.production", format!("API_KEY={key}\nDB_PASSWORD='{PASSWORD}'\nLOG_LEVEL=INFO\n"));
    for script in [
        "echo \"$API_KEY\" | base64",
        "echo \"some text before: $API_KEY\" | base64",
        "echo \"$API_KEY\" | base64 | sed 's/$/\\r/'",
        "echo \"$API_KEY\" | base64 | sed 's/^/    /'",
        "echo \"$API_KEY\" | base64 -w 64",
        "echo \"$API_KEY\" | fold -w 40",
        "printf %s \"$API_KEY\" | od -An -v -tx1 | tr -d ' \\n' | fold -w 60",
    ] {
        let shown = run(&sandbox, script).success().stdout;
        assert!(shown.contains("[redacted API_KEY]"), "{script}: {shown}");
        // The encoded texts before and after it, and what shares characters with them.
        assert!(shown.len() < 60, "{script}: {shown}");
    }
}

#[test]
fn a_value_that_is_written_in_pieces_is_masked() {
    let script = r"
import os, sys, time
for character in os.environ['API_KEY'] + '\n':
    os.write(1, character.encode())
    time.sleep(0.002)
value = os.environ['DB_PASSWORD']
os.write(1, value[:9].encode())
time.sleep(0.5)
os.write(1, value[9:].encode())
";
    python(&project(), script).success().stdout("[redacted API_KEY]\n[redacted DB_PASSWORD]");
}

#[test]
fn everything_else_comes_through_byte_for_byte() {
    let script = r"
import hashlib, os, random, sys
data = random.Random(1).randbytes(3_000_000)
sys.stdout.buffer.write(data)
sys.stderr.write(hashlib.sha256(data).hexdigest())
";
    let sandbox = project();
    sandbox.write("../script.py", script);
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_envward"));
    let output = command.args(["run", "--redact", "--", "python3", "../script.py"]).output().unwrap();
    assert_eq!(envward::mac::sha256(&output.stdout), String::from_utf8(output.stderr).unwrap());
}

#[test]
fn values_that_are_too_short_are_named() {
    let sandbox = project();
    sandbox.write(".env.production", format!("API_KEY={KEY}\nDB_PASSWORD=abc\nLOG_LEVEL=INFO\n"));
    run(&sandbox, "echo $DB_PASSWORD")
        .success()
        .stdout("abc\n")
        .stderr("envward: note: too short to be masked: DB_PASSWORD\n");
}

#[test]
fn a_prompt_without_a_newline_is_shown() {
    let sandbox = project();
    // It ends as a value begins.
    let mut child = started(&sandbox, "printf 'continue? q7'; read answer; echo \" $answer\"");
    let mut stdout = child.stdout.take().unwrap();
    let mut shown = [0; 12];
    stdout.read_exact(&mut shown).unwrap();
    assert_eq!(&shown, b"continue? q7");
    child.stdin.take().unwrap().write_all(b"yes\n").unwrap();
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, " yes\n");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_signal_that_ends_the_command_is_told_and_signals_are_passed_on() {
    let sandbox = project();
    run(&sandbox, "kill -KILL $$").code(137);
    for (signal, caught) in [("TERM", "term"), ("INT", "int"), ("HUP", "hup"), ("USR1", "usr1")] {
        let script = format!(
            "trap 'echo {caught} $API_KEY; exit 7' {signal}; echo ready; while :; do sleep 0.05; done"
        );
        let mut child = started(&sandbox, &script);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");
        sandbox.shell(&format!("kill -{signal} {}", child.id()));
        assert_eq!(lines.next().unwrap().unwrap(), format!("{caught} [redacted API_KEY]"));
        assert_eq!(child.wait().unwrap().code(), Some(7), "{signal}");
    }
}

#[test]
fn what_the_command_leaves_in_the_background_is_shown_as_long_as_it_can_write() {
    let sandbox = project();
    run(&sandbox, "(sleep 0.5; echo late $API_KEY) & echo done")
        .success()
        .stdout("done\nlate [redacted API_KEY]\n");
    run(&sandbox, "sleep 60 > /dev/null 2>&1 & echo started").success().stdout("started\n");
    // Ctrl-C ends the wait for it.
    let mut child = started(&sandbox, "sleep 60 & echo started");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "started");
    std::thread::sleep(Duration::from_millis(300));
    sandbox.shell(&format!("kill -INT {}", child.id()));
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn output_that_cannot_be_written_is_said() {
    let sandbox = project();
    let program = env!("CARGO_BIN_EXE_envward");
    let said =
        sandbox.shell(&format!("{program} run --redact -- sh -c 'echo hi' 2>&1 > /dev/full || echo $?"));
    assert_eq!(
        said,
        "envward: error: cannot write what the command printed: No space left on device (os error 28)\n3\n"
    );
    // Whose reader has gone ends as a program does that is told so.
    let script =
        format!("{program} run --redact -- sh -c 'sleep 0.3; echo hi' | true; echo ${{PIPESTATUS[0]}}");
    let output = sandbox.command("bash").args(["-c", &script]).output().unwrap();
    assert_eq!((output.stdout, output.stderr), (b"141\n".to_vec(), Vec::new()));
}

#[test]
fn both_streams_keep_their_order_if_they_go_to_one_place() {
    let sandbox = project();
    let program = env!("CARGO_BIN_EXE_envward");
    let script = "echo o1; echo e1 >&2; echo o2; echo e2 $API_KEY >&2";
    let shown = sandbox.shell(&format!("{program} run --redact -- sh -c '{script}' 2>&1 | cat"));
    assert_eq!(shown, "o1\ne1\no2\ne2 [redacted API_KEY]\n");
    sandbox.shell(&format!("{program} run --redact -- sh -c '{script}' > both.txt 2>&1"));
    assert_eq!(sandbox.read("both.txt"), shown);
}

#[test]
fn ctrl_z_stops_the_command_until_it_is_let_go_on() {
    let sandbox = project();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/job_control.py");
    for redirection in ["", " < /dev/null", " | cat"] {
        let command = format!(
            "{} run --redact -- sh -c 'echo ready; i=0; while [ $i -lt 30 ]; do sleep 0.05; i=$((i+1)); done; \
             echo $API_KEY; exit 4'{redirection}",
            env!("CARGO_BIN_EXE_envward")
        );
        let output = sandbox.command("python3").args([script, &command]).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let code = if redirection == " | cat" { 0 } else { 4 };
        assert_eq!(said, format!("stopped\nwent on, and ended with {code}\n"), "{redirection}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_command() {
    let sandbox = project();
    let program = env!("CARGO_BIN_EXE_envward");
    let shown = sandbox.shell(&format!("{program} run --redact -- yes 2> /dev/null | head -n 1"));
    assert_eq!(shown, "y\n");
}

#[test]
fn a_command_that_cannot_be_started_says_so() {
    let sandbox = project();
    sandbox
        .envward("run --redact -- ./nothing-here")
        .code(2)
        .stdout("")
        .stderr_has("envward: error: cannot find the command \"./nothing-here\": the file does not exist\n");
}

#[test]
fn on_a_terminal_the_command_has_one_too() {
    let sandbox = project();
    let script = "stty size; test -t 0 && test -t 1 && test -t 2 && echo all; printf 'name: '; read name; \
                  echo \"$name $API_KEY\"; exit 5";
    let arguments = ["run", "--redact", "--", "sh", "-c", script];
    let (code, shown) = on_a_terminal(&sandbox, &[("name: ", "alice\n")], &arguments);
    assert_eq!(code, Some(5));
    assert_eq!(shown, "0 0\nall\nname: alice\nalice [redacted API_KEY]\n[echo is on]\n");
}

#[test]
fn ctrl_c_on_a_terminal_reaches_the_command_once_and_the_terminal_is_as_before() {
    let sandbox = project();
    let script =
        "trap 'n=$((n + 1)); echo caught' INT; echo ready; read x; sleep 0.2; echo $n; kill -KILL $$";
    let arguments = ["run", "--redact", "--", "sh", "-c", script];
    let (code, shown) = on_a_terminal(&sandbox, &[("ready", "\x03"), ("caught", "\n")], &arguments);
    assert_eq!(code, Some(137));
    assert_eq!(shown.matches("caught").count(), 1, "{shown}");
    assert!(shown.ends_with("[echo is on]\n"), "{shown}");
}
