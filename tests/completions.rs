//! `envward completions`: shells complete commands, flags, environments and variables.

use std::path::Path;

use crate::support::shop::sealed_shop;
use crate::support::{Sandbox, tool};

/// The shop, with envward on the PATH and no key: completing opens nothing.
fn shop() -> Sandbox {
    let programs = Path::new(env!("CARGO_BIN_EXE_envward")).parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap();
    sealed_shop().with("PATH", format!("{programs}:{path}")).with("ENVWARD_IDENTITY", "")
}

/// What a shell offers after each line, sorted.
fn offered(sandbox: &Sandbox, shell: &str, script: impl Fn(&str) -> String, line: &str) -> Vec<String> {
    let output = sandbox.command(shell).args(["-c", &script(line)]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.is_empty(), "{shell}: {line}: {said}");
    let mut words: Vec<String> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| line.split(['\t', ':']).next().unwrap().trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect();
    words.sort();
    words.dedup();
    words
}

fn holds(sandbox: &Sandbox, shell: &str, script: impl Fn(&str) -> String) {
    let of = |line| offered(sandbox, shell, &script, line);
    assert_eq!(of("envward get DB"), ["DB_PASSWORD"], "{shell}");
    assert_eq!(of("envward -e "), ["production", "staging"], "{shell}");
    assert_eq!(of("envward check --env st"), ["staging"], "{shell}");
    assert_eq!(of("envward rotation attest API"), ["API_KEY"], "{shell}");
    assert_eq!(of("envward boot"), ["bootstrap"], "{shell}");
    assert_eq!(of("envward run --only DB"), ["DB_PASSWORD"], "{shell}");
    assert_eq!(of("envward explain --readers hon"), ["honcho"], "{shell}");
    let recipients = of("envward recipients ");
    assert!(
        ["add", "list", "remove"].iter().all(|word| recipients.contains(&(*word).to_owned())),
        "{recipients:?}"
    );
    let removable = of("envward recipients remove ");
    assert!(!removable.contains(&"API_KEY".to_owned()), "a recipient is no variable: {shell}");
}

#[test]
fn bash_completes() {
    let Some(bash) = tool("bash") else { return };
    let script = |line: &str| {
        format!(
            "eval \"$(envward completions bash)\"; line='{line}'; COMP_LINE=$line; COMP_POINT=${{#line}}; COMP_TYPE=9; \
             COMP_WORDS=($line); [[ $line == *' ' ]] && COMP_WORDS+=(''); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); \
             function=$(complete -p envward | sed 's/.*-F \\([^ ]*\\).*/\\1/'); \
             compopt() {{ :; }}; $function envward \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        )
    };
    holds(&shop(), &bash, script);
}

#[test]
fn fish_completes() {
    let Some(fish) = tool("fish") else { return };
    holds(&shop(), &fish, |line| format!("envward completions fish | source; complete -C '{line}'"));
}

#[test]
fn zsh_completes() {
    let Some(zsh) = tool("zsh") else { return };
    // A shell in a shell, at whose prompt the line is typed and then the key that lists what fits.
    let script = |line: &str| {
        format!(
            "zmodload zsh/zpty; zpty z zsh -f -i; \
             zpty -w z 'PS1=; unsetopt zle_bracketed_paste prompt_sp; autoload -U compinit; compinit -u -D; \
             zstyle \":completion:*\" list-separator \":\"; source <(envward completions zsh); \
             compadd() {{ if [[ ${{@[1,(i)(-|--)]}} == *-(O|A|D)\\ * ]]; then builtin compadd \"$@\"; return; fi; \
             typeset -a __fits; builtin compadd -O __fits \"$@\"; print -l -- \"FIT \"$^__fits; builtin compadd \"$@\"; }}; \
             print READY'; \
             zpty -r -m z seen '*READY*READY*' ; \
             zpty -w -n z '{line}'$'\\t'; sleep 1; \
             while zpty -rt z out; do print -rn -- $out; done | tr -d '\\r' | sed -n 's/^.*FIT //p'; zpty -d z"
        )
    };
    holds(&shop(), &zsh, script);
}

#[test]
fn what_is_wrong_with_the_project_is_not_said_in_the_middle_of_a_line() {
    let sandbox = shop();
    sandbox.write("envward.toml", "[project\n");
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_envward"));
    let output = command.env("ENVWARD_COMPLETE", "fish").args(["--", "envward", "get", ""]).output().unwrap();
    let offered = String::from_utf8(output.stdout).unwrap();
    assert!(offered.lines().all(|line| line.starts_with("--")), "flags remain: {offered}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish", "nushell"] {
        let script = sandbox.envward(&format!("completions {shell}")).success().stdout;
        assert!(script.contains("envward"), "{shell}: {script}");
    }
}

#[test]
fn another_directory_has_other_names() {
    let sandbox = shop();
    sandbox.write("below/file", "");
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_envward"));
    command.current_dir(sandbox.home()).env("ENVWARD_COMPLETE", "fish");
    let project = sandbox.project().join("below").display().to_string();
    let output = command.args(["--", "envward", "-C", &project, "get", "API"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "API_KEY\n");
}
