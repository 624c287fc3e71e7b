//! Every form of `export`, read by the program that it is for: thousands of random values come back the same, or
//! were refused by name before anything was written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::support::{Sandbox, tool};

type Variables = BTreeMap<String, String>;

/// How many values a form gets, unless `EXPORT_VALUES` says otherwise.
const COUNT: usize = 400;

/// Pieces of values that mean something to some reader.
const PIECES: &[&str] = &[
    "'",
    "\"",
    "`",
    "\\",
    "$",
    "${",
    "${{",
    "$(",
    "}",
    "%",
    "%{",
    "%0A",
    "%AZP25",
    "#",
    " #",
    "=",
    "==",
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    ";",
    "&",
    "|",
    "<",
    "<<",
    ">",
    "(",
    ")",
    "[",
    "]",
    "!",
    "*",
    "?",
    "~",
    "^",
    "^${",
    ",",
    ":",
    ": ",
    "-",
    "---\n",
    "{{",
    "}}",
    "\\n",
    "\\u0041",
    "\\'",
    "'\\''",
    "$$",
    "EOF\n",
    "::add-mask::",
    "##vso[",
    "\u{1}",
    "\u{7}",
    "\u{8}",
    "\u{b}",
    "\u{c}",
    "\u{1b}[0m",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffd}",
    "\u{fdd0}",
    "\u{f600}",
    "\u{e000}",
    "\u{1f600}",
    "e\u{301}",
    "é",
    "“",
    "”",
    "‘",
    "’",
    "ключ",
    "日本",
    "no",
    "null",
    "1e3",
    "0o17",
    "V00001=x",
    "\nexport V00001=x\n",
    "$2b$12$abc",
    "{\"a\": 1}",
    "C:\\new",
    "https://u:p@h/?a=b&c#d",
];

/// SplitMix64: the same values on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    /// Any character of Unicode but NUL, most often a printable one of ASCII.
    fn character(&mut self) -> char {
        let bound = [0x7f, 0x7f, 0x100, 0x3000, 0x1_0000, 0x11_0000][self.below(6)];
        loop {
            let number = u32::try_from(self.below(bound)).unwrap();
            match char::from_u32(number) {
                Some('\0') | None => {}
                Some(character) => return character,
            }
        }
    }

    fn value(&mut self) -> String {
        let mut value = String::new();
        let kind = self.below(4);
        for _ in 0..self.below(12) {
            if kind == 3 {
                write!(value, "{:x}", self.below(1 << 20)).unwrap();
            } else if kind == 1 || kind == 2 && self.below(2) == 0 {
                value.push_str(PIECES[self.below(PIECES.len())]);
            } else {
                value.push(self.character());
            }
        }
        value
    }
}

fn values() -> Variables {
    let count = std::env::var("EXPORT_VALUES").map_or(COUNT, |count| count.parse().unwrap());
    let mut random = Random(5);
    (0..count).map(|number| (format!("V{number:05}"), random.value())).collect()
}

/// An env file with these values.
fn env_file(values: &Variables) -> String {
    let mut file = String::new();
    for (name, value) in values {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
        writeln!(file, "{name}=\"{}\"", value.replace('\n', "\\n").replace('\r', "\\r")).unwrap();
    }
    file
}

/// Exports the values and has the consumer read them. Gives how many were refused; `None` if a program is missing.
#[track_caller]
fn round_trip(words: &str, consumer: &str, values: Variables) -> Option<usize> {
    let python = tool("python3")?;
    let mut sandbox = Sandbox::new();
    if let Ok(modules) = std::env::var("NODE_PATH") {
        sandbox.set("NODE_PATH", modules);
    }
    let mut kept = values;
    sandbox.write("values.env", env_file(&kept));
    let command = format!("export {words} --file values.env --out out");
    let run = sandbox.envward(&command);
    let mut refused = BTreeSet::new();
    if run.code != Some(0) {
        let named = run
            .stderr
            .lines()
            .filter_map(|line| line.strip_prefix("error: ")?.split_once(" cannot be written as "));
        refused.extend(named.map(|(name, _)| name.to_owned()));
        assert!(!refused.is_empty(), "{words}: {}", run.stderr);
        run.code(1).stdout("");
        assert!(!sandbox.has("out"), "{words}: something was written");
        kept.retain(|name, _| !refused.contains(name));
        sandbox.write("values.env", env_file(&kept));
        sandbox.envward(&command).success();
    }
    let script = format!("{}/tests/interop/read_export.py", env!("CARGO_MANIFEST_DIR"));
    let read = sandbox.shell(&format!("{python} '{script}' {consumer} out"));
    let read: Variables = serde_json::from_str(&read).unwrap();
    for (name, value) in &kept {
        assert_eq!(read.get(name), Some(value), "{words}, {name} as {consumer} reads it");
    }
    assert_eq!(read.len(), kept.len(), "{words}: {consumer} reads other variables too");
    Some(refused.len())
}

/// No value but those that this says may be refused.
#[track_caller]
fn carries_all_but(words: &str, consumer: &str, may_be_refused: impl Fn(&str) -> bool) {
    let values = values();
    let expected = values.values().filter(|value| may_be_refused(value)).count();
    if let Some(refused) = round_trip(words, consumer, values) {
        assert_eq!(refused, expected, "{words} refuses other values");
    }
}

#[track_caller]
fn carries_all(words: &str, consumer: &str) {
    carries_all_but(words, consumer, |_| false);
}

/// Whether the programs are there; a missing one is said.
fn has(programs: &[&str]) -> bool {
    programs.iter().all(|program| tool(program).is_some())
}

/// Whether the program is there, which most machines do not have: no tool of the test suite.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn happens_to_have(program: &str) -> bool {
    let found =
        std::env::split_paths(&std::env::var_os("PATH").unwrap()).any(|path| path.join(program).is_file());
    if !found {
        eprintln!("skipped: {program} is not on the PATH");
    }
    found
}

fn has_modules(modules: &[&str]) -> bool {
    let sandbox = Sandbox::new();
    modules.iter().all(|module| sandbox.has_python_module(module))
}

#[test]
fn posix_shells() {
    for shell in ["bash", "dash", "zsh", "busybox"] {
        if has(&[shell]) {
            carries_all("sh", shell);
        }
    }
}

#[test]
fn bash_and_zsh() {
    for shell in ["bash", "zsh"] {
        if has(&[shell]) {
            carries_all("bash", shell);
        }
    }
}

#[test]
fn a_name_that_means_something_to_a_shell_is_set_or_refused() {
    for (shell, list) in [("bash", "compgen -v"), ("zsh", "print -l ${(k)parameters}")] {
        if !has(&[shell]) {
            continue;
        }
        let sandbox = Sandbox::new();
        let known = sandbox.shell(&format!("{shell} -c '{list}'"));
        let is_name =
            |name: &&str| name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        let mut names: BTreeSet<&str> = known.lines().filter(is_name).collect();
        assert!(names.len() > 40, "{names:?}");
        let all = names.iter().copied().collect::<Vec<_>>().join(",");
        let export = |names: &BTreeSet<&str>| {
            sandbox.write(
                "values.env",
                env_file(&names.iter().map(|&name| (name.to_owned(), "a b".to_owned())).collect()),
            );
            sandbox.envward(&format!("export bash --file values.env --allow-name {all} --out out"))
        };
        for line in export(&names).code(1).stderr.lines() {
            if let Some((name, _)) = line.strip_prefix("error: ").and_then(|line| line.split_once(' ')) {
                names.remove(name);
            }
        }
        export(&names).success();
        for (line, name) in sandbox.read("out").lines().zip(names) {
            sandbox.write("line", format!("{line}\n[ \"${name}\" = 'a b' ] && builtin printf set\n"));
            assert_eq!(sandbox.shell(&format!("{shell} ./line || true")), "set", "{shell}, {name}");
        }
    }
}

#[test]
fn fish() {
    if has(&["fish"]) {
        carries_all("fish", "fish");
    }
}

#[test]
fn nushell() {
    if happens_to_have("nu") {
        carries_all("nu", "nu");
    }
}

#[test]
fn json_and_what_is_made_of_it() {
    carries_all("json", "json");
    carries_all("render", "render");
    carries_all_but("railway", "json", |value| value.contains("${{"));
}

#[test]
fn toml() {
    carries_all("toml", "toml");
}

#[test]
fn yaml_as_python_reads_it() {
    if !has_modules(&["yaml"]) {
        return;
    }
    carries_all("yaml", "yaml");
    carries_all("helm-values", "helm");
    carries_all("jenkins", "jenkins");
    carries_all("compose --service web", "compose-yaml");
    carries_all("kubernetes --name shop", "kubernetes-yaml");
}

#[test]
fn docker_compose() {
    if happens_to_have("docker-compose") && has_modules(&["yaml"]) {
        carries_all("compose --service web", "docker-compose");
    }
}

#[test]
fn kubectl() {
    if happens_to_have("kubectl") {
        carries_all("kubernetes --name shop", "kubectl");
    }
}

#[test]
fn docker() {
    if happens_to_have("docker") {
        let refused = |value: &str| value.contains('\n') || value.ends_with('\r');
        carries_all_but("docker-env-file", "docker", refused);
    }
    if happens_to_have("kubectl") {
        round_trip("dotenv --reader kubectl", "kubectl-env-file", values());
    }
}

#[test]
fn secrets_as_files() {
    if has_modules(&["dotenv"]) {
        carries_all("docker-secrets", "files");
    }
    if has(&["systemd-analyze"]) {
        carries_all("systemd-credentials", "credentials");
    }
}

#[test]
fn systemd() {
    if has(&["systemd-analyze"]) {
        let noncharacters = |value: &str| {
            let number = |character: char| u32::from(character);
            value.chars().any(|it| (0xfdd0..0xfdf0).contains(&number(it)) || number(it) & 0xfffe == 0xfffe)
        };
        carries_all_but("systemd", "systemd", noncharacters);
    }
}

#[test]
fn ci_systems() {
    let ends_in_return = |value: &str| value.ends_with('\r');
    carries_all_but("github-env", "github", ends_in_return);
    carries_all_but("github-output", "github", ends_in_return);
    let codes = ["%3B", "%0D", "%0A", "%5D", "%AZP25", "\n", "\r"];
    carries_all_but("azure-pipelines", "azure", |value| codes.iter().any(|code| value.contains(code)));
    // A report is small: the first hundred values.
    let few = values().into_iter().take(100).collect();
    let refused = round_trip("gitlab-dotenv", "gitlab", few);
    assert!(refused.is_none_or(|refused| refused < 60), "{refused:?}");
}

#[test]
fn terraform() {
    if happens_to_have("terraform") {
        let refused = round_trip("terraform-tfvars", "terraform", values());
        assert!(refused.is_none_or(|refused| refused < values().len() / 4), "{refused:?}");
    }
}

#[test]
fn java_properties() {
    if has_modules(&["javaproperties"]) {
        carries_all("java-properties", "javaproperties");
    }
    if happens_to_have("java") {
        carries_all("java-properties", "java");
    }
}

/// The readers that `export dotenv --reader` takes, as its help names them.
fn readers() -> Vec<String> {
    let help =
        Sandbox::new().envward("export dotenv --help").success().stdout.replace(char::is_whitespace, "");
    let (_, after) = help.split_once("[possiblevalues:").unwrap();
    after.split_once(']').unwrap().0.split(',').map(str::to_owned).collect()
}

#[test]
fn no_reader_is_given_a_file_that_it_reads_otherwise_as_a_whole() {
    let values = values();
    let names = readers();
    assert!(names.len() > 30, "{names:?}");
    for reader in names.iter().map(String::as_str).chain(["node-dotenv,bash", "compose,systemd"]) {
        let sandbox = Sandbox::new();
        let mut kept = values.clone();
        let command = format!("export dotenv --reader {reader} --file values.env --out out");
        sandbox.write("values.env", env_file(&kept));
        let run = sandbox.envward(&command);
        if run.code != Some(0) {
            for line in run.stderr.lines().filter_map(|line| line.strip_prefix("error: ")) {
                let (name, _) = line.split_once(" cannot be written as dotenv: ").expect(reader);
                assert!(kept.remove(name).is_some(), "{reader}: {name} is named twice");
            }
            run.code(1);
            sandbox.write("values.env", env_file(&kept));
            sandbox.envward(&command).success();
        }
        assert!(kept.len() > values.len() / 10, "{reader} is given {} variables", kept.len());
    }
}

#[test]
fn dotenv_for_one_reader() {
    if has_modules(&["dotenv"]) {
        round_trip("dotenv --reader python-dotenv", "python-dotenv", values());
    }
    if happens_to_have("node") {
        round_trip("dotenv --reader node-20", "node", values());
        if std::env::var_os("NODE_PATH").is_some() {
            round_trip("dotenv --reader node-dotenv", "npm-dotenv", values());
        }
    }
    for (shell, reader) in [("bash", "bash"), ("dash", "sh")] {
        if has(&[shell]) {
            round_trip(&format!("dotenv --reader {reader}"), &format!("{shell}-env-file"), values());
        }
    }
}

#[test]
fn dotenv_for_every_reader() {
    let portable = values();
    if has_modules(&["dotenv"]) {
        round_trip("dotenv", "python-dotenv", portable.clone());
    }
    if happens_to_have("node") {
        round_trip("dotenv", "node", portable.clone());
    }
    if has(&["bash"]) {
        round_trip("dotenv", "bash-env-file", portable);
    }
}
