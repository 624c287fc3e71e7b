//! A kill or a full disk at any moment leaves the old file or the new one, whole, and no plaintext beside it.
//!
//! A first run under strace lists every call that changes a file of the sandbox; then each of them fails or is
//! the last one, in a copy of the sandbox each.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{Sandbox, fed, tool};

/// The answer to `bootstrap`, and therefore a value of the env file.
const TOKEN: &str = "tK7vQ2mW9rT4bN8hZ3jF5gL6";

const SCHEMA: &str = r#"
[schema]
name = "app"

[vars.DB_PASSWORD]
generate = { kind = "alphanumeric", length = 24 }

[vars.JIRA_TOKEN]

[vars.LOG_LEVEL]
type = "enum"
values = ["DEBUG", "INFO"]
secret = false
default = "INFO"
"#;

/// A project after `init`: an identity, no env file yet.
fn initialised() -> Sandbox {
    let sandbox = Sandbox::git();
    sandbox.write("../app.toml", SCHEMA);
    sandbox.write("../answers", format!("JIRA_TOKEN={TOKEN}\n"));
    let _ = sandbox.envward("init --schema ../app.toml").success();
    sandbox
}

/// A command that writes.
struct Writer {
    arguments: &'static str,
    input: &'static str,
    /// What a person has, as far as this command changes it.
    state: fn(&Sandbox) -> String,
}

/// A moment at which a command changes a file: the nth call of a system call.
#[derive(Debug)]
struct Moment {
    call: String,
    count: usize,
    /// The name of the file it changes.
    file: String,
    /// Whether the file is what the machine remembers of others: losing that is no reason to stop.
    memory: bool,
}

const CALLS: &str = "openat,write,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,ftruncate";

impl Writer {
    /// Breaks the command at each moment in each way, and looks at what is left.
    fn check(&self, before: &Sandbox) {
        if tool("strace").is_none() {
            return;
        }
        let old = (self.state)(before);
        let finished = before.copy();
        let moments = self.moments(&finished);
        let new = (self.state)(&finished);
        assert!(old != new && !moments.is_empty(), "{} changes nothing", self.arguments);
        for moment in &moments {
            for effect in effects(&moment.call) {
                self.check_moment(before, moment, effect, [&old, &new]);
            }
        }
    }

    fn check_moment(&self, before: &Sandbox, moment: &Moment, effect: &str, [old, new]: [&String; 2]) {
        let sandbox = before.copy();
        let inject = format!("inject={}:{effect}:when={}", moment.call, moment.count);
        let output = self.strace(&sandbox, &["-e", &inject, "-o", "/dev/null"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let place = format!("envward {}: {effect} at {moment:?}\n{stderr}", self.arguments);
        let state = (self.state)(&sandbox);
        assert!(state == *old || state == *new, "{place}\nneither old nor new:\n{state}");
        let killed = effect == "signal=KILL";
        if killed {
            assert_eq!(output.status.code(), None, "{place}");
        } else if moment.call == "unlink" && output.status.success() {
            // A second name of a file that was written whole stays.
            assert_eq!(state, *new, "{place}");
        } else if !moment.memory {
            assert!(matches!(output.status.code(), Some(1..=6)), "{:?} {place}", output.status);
            assert!(stderr.contains(&moment.file), "{} is not named: {place}", moment.file);
        }
        assert!(!stderr.contains(TOKEN), "{place}");
        for path in left_behind(&sandbox) {
            let mode = fs::metadata(&path).unwrap().mode() & 0o777;
            assert!(killed && mode == 0o600, "{mode:o} {} is left: {place}", path.display());
            let shown = path.display();
            sandbox.shell(&format!(
                "git check-ignore -q '{shown}' || case '{shown}' in */home/*) ;; *) exit 1; esac"
            ));
        }
        // Nothing is in the way of doing it again.
        let again = self.run(&sandbox);
        assert!(again.status.success(), "again: {}\nafter {place}", String::from_utf8_lossy(&again.stderr));
        assert_eq!((self.state)(&sandbox), *new, "done again after {place}");
    }

    /// Runs the command to its end and lists what it changed.
    fn moments(&self, sandbox: &Sandbox) -> Vec<Moment> {
        let log = tempfile::NamedTempFile::new().unwrap();
        let calls = format!("trace={CALLS}");
        let log_path = log.path().to_str().unwrap();
        let output =
            self.strace(sandbox, &["-y", "-s", "0", "-e", &calls, "-e", "signal=none", "-o", log_path]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let log = fs::read_to_string(log_path).unwrap();
        let inside = format!("{}/", sandbox.directory_path().display());
        let mut counts = HashMap::new();
        let mut moments = Vec::new();
        for line in log.lines() {
            let Some((call, rest)) = line.split_once('(') else { continue };
            let count = counts.entry(call).or_insert(0);
            *count += 1;
            // The working directory is shown too, so only what comes after it counts.
            let paths = rest
                .split_once(", \"")
                .map_or(rest, |(first, paths)| if first.starts_with("AT_FDCWD") { paths } else { rest });
            let changes = call != "openat" || rest.contains("O_CREAT");
            if let (true, Some(at)) = (changes, paths.find(&inside)) {
                let path: String = paths[at..].chars().take_while(|c| !"\">".contains(*c)).collect();
                let memory = path.contains("/home/.local/state/");
                let file = target_name(Path::new(&path));
                moments.push(Moment { call: call.to_owned(), count: *count, file, memory });
            }
        }
        moments
    }

    fn strace(&self, sandbox: &Sandbox, options: &[&str]) -> Output {
        sandbox.strace(options, &self.arguments(), self.input.as_bytes())
    }

    fn run(&self, sandbox: &Sandbox) -> Output {
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_envward"));
        fed(command.args(self.arguments()), self.input.as_bytes())
    }

    fn arguments(&self) -> Vec<&'static str> {
        self.arguments.split_whitespace().collect()
    }
}

/// The file that is written, for a temporary file beside it; empty for a directory.
fn target_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if path.is_dir() {
        return String::new();
    }
    match name.split_once(".tmp.") {
        Some((target, _)) => target.strip_prefix('.').unwrap_or(target).to_owned(),
        None => name,
    }
}

fn effects(call: &str) -> &'static [&'static str] {
    match call {
        "openat" => &["error=EACCES", "error=EROFS", "error=ENOSPC", "signal=KILL"],
        "write" => &["error=ENOSPC", "error=EDQUOT", "signal=KILL"],
        "fsync" | "fdatasync" => &["error=EIO", "signal=KILL"],
        _ => &["error=EROFS", "error=EACCES", "signal=KILL"],
    }
}

/// Files with the token in clear that are neither the env file nor the answers.
fn left_behind(sandbox: &Sandbox) -> Vec<PathBuf> {
    let mut left = Vec::new();
    let mut directories = vec![sandbox.directory_path().to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if !path.ends_with(".env.production") && !path.ends_with("answers") {
                let bytes = fs::read(&path).unwrap();
                if bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()) {
                    left.push(path);
                }
            }
        }
    }
    left
}

fn env_file(sandbox: &Sandbox) -> String {
    if sandbox.has(".env.production") { sandbox.read(".env.production") } else { "no env file".to_owned() }
}

#[test]
fn a_broken_bootstrap_leaves_no_env_file_or_a_whole_one() {
    let arguments = "bootstrap --answers ../answers --no-input";
    Writer { arguments, input: "", state: env_file }.check(&initialised());
}

#[test]
fn a_broken_generate_leaves_no_public_key_or_a_whole_one() {
    fn public(sandbox: &Sandbox) -> String {
        if sandbox.has("key.pub") { sandbox.read("key.pub") } else { "no public key".to_owned() }
    }
    let arguments = "generate ed25519 --public-out key.pub";
    Writer { arguments, input: "", state: public }.check(&Sandbox::git());
}

/// The values of the sealed file.
fn sealed_values(sandbox: &Sandbox) -> String {
    if !sandbox.has("secrets/production.enc.env") {
        return "not sealed".to_owned();
    }
    let run = sandbox.envward("unseal --stdout --format json");
    assert_eq!(run.code, Some(0), "the sealed file does not open: {}", run.stderr);
    run.stdout
}

/// A project after its first `seal`.
fn sealed() -> Sandbox {
    let sandbox = initialised();
    let _ = sandbox.envward("bootstrap --answers ../answers --no-input").success();
    let _ = sandbox.envward("seal").success();
    sandbox
}

#[test]
fn a_broken_first_seal_leaves_no_sealed_file_or_a_whole_one() {
    let sandbox = initialised();
    let _ = sandbox.envward("bootstrap --answers ../answers --no-input").success();
    Writer { arguments: "seal", input: "", state: sealed_values }.check(&sandbox);
}

#[test]
fn a_broken_seal_leaves_the_old_values_or_the_new_ones() {
    let sandbox = sealed();
    sandbox.write(".env.production", sandbox.read(".env.production").replace("INFO", "DEBUG"));
    Writer { arguments: "seal", input: "", state: sealed_values }.check(&sandbox);
}

#[test]
fn a_broken_set_leaves_the_old_values_or_the_new_ones() {
    Writer { arguments: "set LOG_LEVEL", input: "DEBUG", state: sealed_values }.check(&sealed());
}

#[test]
fn a_broken_unseal_leaves_the_old_env_file_or_the_new_one() {
    let sandbox = sealed();
    fs::remove_file(sandbox.project().join(".env.production")).unwrap();
    Writer { arguments: "unseal", input: "", state: env_file }.check(&sandbox);
}

/// A project with a directory store of two versions.
fn pushed() -> Sandbox {
    let sandbox = sealed();
    let manifest = sandbox.read("envward.toml");
    let served =
        manifest.replace("[environments.production]\n", "[environments.production]\nstores = [\"local\"]\n");
    sandbox
        .write("envward.toml", served + "[stores.local]\ntype = \"directory\"\npath = \"secrets/store\"\n");
    let _ = sandbox.envward("push --yes").success();
    let _ = sandbox.envward_with_input(&["set", "LOG_LEVEL"], b"DEBUG").success();
    let _ = sandbox.envward("push --yes").success();
    sandbox
}

#[test]
fn a_broken_write_to_a_directory_store_leaves_the_old_version_or_the_new_one() {
    fn served(sandbox: &Sandbox) -> String {
        sandbox.envward("run --from local -- printenv JIRA_TOKEN LOG_LEVEL").success().stdout
    }
    Writer { arguments: "rollback --to 1 --yes", input: "", state: served }.check(&pushed());
}

#[test]
fn sixteen_writers_at_once_lose_nothing() {
    const WRITERS: usize = 16;
    const NAMES: usize = 10;
    let sandbox = sealed();
    let sandbox = &sandbox;
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                for name in 0..NAMES {
                    let arguments = ["set", &format!("NAME_{writer}_{name}"), "--new"].map(str::to_owned);
                    let arguments = arguments.each_ref().map(String::as_str);
                    let value = format!("value-{writer}-{name}");
                    let run = sandbox.envward_with_input(&arguments, value.as_bytes());
                    assert_eq!(run.code, Some(0), "{}: {}", arguments[1], run.stderr);
                }
            });
        }
    });
    let values = sandbox.envward("unseal --stdout --format json").success().json();
    for (writer, name) in (0..WRITERS).flat_map(|writer| (0..NAMES).map(move |name| (writer, name))) {
        let value = &values[format!("NAME_{writer}_{name}")];
        assert_eq!(value.as_str(), Some(format!("value-{writer}-{name}").as_str()));
    }
    let _ = sandbox.envward("verify").success();
}

/// What stands where plaintext is to be written.
fn put_in_the_way(sandbox: &Sandbox, what: &str) {
    let target = sandbox.project().join(".env.production");
    match what {
        "a link" => symlink(sandbox.directory_path().join("elsewhere"), &target).unwrap(),
        "a FIFO" => drop(sandbox.shell("mkfifo .env.production")),
        "a directory" => fs::create_dir(&target).unwrap(),
        "a file that others can read" => {
            sandbox.write(".env.production", "");
            fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).unwrap();
        }
        _ => unreachable!("{what}"),
    }
}

#[test]
fn plaintext_is_not_written_where_others_could_read_it_or_move_it() {
    for what in ["a link", "a FIFO", "a directory", "a file that others can read"] {
        let sandbox = initialised();
        put_in_the_way(&sandbox, what);
        let run = sandbox.envward("bootstrap --answers ../answers --no-input");
        assert_eq!(run.code, Some(3), "{what}: {}", run.stderr);
        assert!(run.stderr.contains(".env.production"), "{what}: {}", run.stderr);
        assert!(!sandbox.directory_path().join("elsewhere").exists(), "written through a link");
        assert_eq!(left_behind(&sandbox), Vec::<PathBuf>::new(), "{what}");
    }
}

#[test]
fn an_env_file_is_for_its_owner_only_whatever_the_umask() {
    for umask in ["000", "022", "077", "277"] {
        let sandbox = initialised();
        let program = env!("CARGO_BIN_EXE_envward");
        sandbox.shell(&format!("umask {umask}; {program} bootstrap --answers ../answers --no-input"));
        let mode = fs::metadata(sandbox.project().join(".env.production")).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600, "bootstrap with umask {umask}");
        let _ = sandbox.envward("seal").success();
        fs::remove_file(sandbox.project().join(".env.production")).unwrap();
        sandbox.shell(&format!("umask {umask}; {program} unseal"));
        let mode = fs::metadata(sandbox.project().join(".env.production")).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600, "unseal with umask {umask}");
    }
}

#[test]
fn a_hard_link_elsewhere_does_not_get_the_new_values() {
    let sandbox = initialised();
    sandbox.write(".env.production", "LOG_LEVEL=DEBUG\n");
    fs::hard_link(sandbox.project().join(".env.production"), sandbox.project().join("other")).unwrap();
    let _ = sandbox.envward("bootstrap --answers ../answers --no-input").success();
    assert!(sandbox.read(".env.production").contains(TOKEN));
    assert_eq!(sandbox.read("other"), "LOG_LEVEL=DEBUG\n");
}
