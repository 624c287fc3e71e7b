//! The models against what the real programs did with the same files.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ALL, Environment, Refused};
use crate::secret::Values;

const CASES: &str = include_str!("../../../tests/fixtures/dialects/cases.json");
const RESULTS: &str = include_str!("../../../tests/fixtures/dialects/results.json");

/// The name under which a program's results were recorded.
const RECORDED_AS: &[(&str, &str)] = &[
    ("docker run --env-file 28.2 (real CLI, fake daemon)", "docker"),
    ("podman 4.3 --env-file", "podman"),
    ("kubectl --from-env-file 1.32", "kubectl"),
    ("compose-go-v2 (env_file)", "compose"),
    ("docker-compose 1.29 env_file", "compose-v1"),
    ("node dotenv 16.6", "node-dotenv"),
    ("node dotenv 17.4", "node-dotenv"),
    ("node20 --env-file", "node-20"),
    ("node22 --env-file", "node-22"),
    ("node24 --env-file", "node-22"),
    ("dotenv17+expand12", "dotenv-expand"),
    ("@next/env 16.4", "next"),
    ("vite 8 loadEnv", "vite"),
    ("bun --env-file", "bun"),
    ("deno --env-file", "deno"),
    ("python-dotenv 1.2", "python-dotenv"),
    ("django-environ 0.14", "django-environ"),
    ("environs 15", "environs"),
    ("python-decouple 3.8", "python-decouple"),
    ("starlette 1.10", "starlette"),
    ("honcho 2.0", "honcho"),
    ("ruby dotenv 3.2", "ruby-dotenv"),
    ("foreman (ruby)", "foreman"),
    ("vlucas/phpdotenv 5.4 (Laravel)", "phpdotenv"),
    ("symfony/dotenv 5.4", "symfony"),
    ("rust dotenvy 0.15.7", "dotenvy"),
    ("just 1.59", "just"),
    ("uv run --env-file", "uv"),
    ("godotenv", "godotenv"),
    ("direnv 2.32", "direnv"),
    ("make include", "make"),
    ("sops-dotenv (transcribed)", "sops"),
    ("bash export $(grep|xargs)", "xargs"),
    ("dash source", "sh"),
    ("bash source", "bash"),
    ("zsh source", "zsh"),
    ("systemd 252 EnvironmentFile (libsystemd-shared)", "systemd"),
];

/// Where a model is known to differ from the program, and why.
const KNOWN: &[(&str, &[&str], &str)] = &[
    ("bt_cmd", &["sh", "bash", "zsh"], "the model runs no command"),
    ("bt_mixed_quotes", &["sh", "bash", "zsh"], "the model runs no command"),
    ("bt_quoted", &["sh", "bash", "zsh"], "the model runs no command"),
    ("var_cmdsub_dq", &["sh", "bash", "zsh"], "the model runs no command"),
    (
        "size_140k",
        &["sh", "bash", "zsh"],
        "the shell reads it; the program that was to show it could not be started",
    ),
    ("var_dq", &["dotenvy", "just", "uv"], "the crate takes HOME from the environment of this very process"),
    (
        "var_home",
        &["dotenvy", "just", "uv"],
        "the crate takes HOME from the environment of this very process",
    ),
    ("key_dot", &["just", "uv"], "recorded through a shell, which drops what it cannot name"),
    ("key_ifs", &["just", "uv", "make"], "recorded through a shell, which sets it anew"),
    (
        "size_140k",
        &["just", "uv", "make"],
        "the file is read; the program that was to show it could not be started",
    ),
    ("key_readonly_uid", &["zsh"], "zsh would become another user, which is not modelled"),
    ("key_readonly_uid", &["xargs"], "the shell has the variable already, and exports it"),
    ("enc_latin1", &["xargs"], "grep takes a file that is not UTF-8 for a binary one, as the locale is"),
    ("key_path", &["dotenv-expand", "environs"], "they give the PATH of the process, which was another one"),
    ("var_cmdsub_dq", &["ruby-dotenv"], "the model runs no command"),
    ("sq_cmd", &["dotenv-expand"], "version 1000 runs the command, recorded with 12"),
    ("var_cmdsub_dq", &["dotenv-expand"], "version 1000 runs the command, recorded with 12"),
    ("var_cmdsub_dq", &["symfony"], "recorded without the component that runs the command"),
];

#[derive(Deserialize)]
struct Case {
    /// One character for each byte.
    bytes: String,
}

impl Case {
    fn bytes(&self, name: &str) -> Vec<u8> {
        if name == "size_140k" {
            // Recorded with a value of that length, written down with a shorter one.
            return format!("A={}\nZ=end\n", "x".repeat(140_000)).into_bytes();
        }
        let byte = |character| u8::try_from(u32::from(character)).expect("a byte");
        self.bytes.chars().map(byte).collect()
    }
}

#[derive(Deserialize)]
struct Group {
    /// The variables; null for a name without a value, which is not set.
    ok: Option<BTreeMap<String, Option<String>>>,
    readers: Vec<String>,
}

/// The process environment of the recording.
fn environment() -> Environment {
    let pairs = [("HOME", "/home/u"), ("PRESET", "fromenv"), ("OUTER", "outer"), ("PATH", "/usr/bin:/bin")];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// As the results were written down: no value for a name alone and for a variable whose value the program refuses
/// to give, long values by their length, and where a program gave bytes that are not UTF-8, those marked as Latin-1.
fn as_recorded(values: BTreeMap<String, Option<String>>) -> BTreeMap<String, String> {
    let text = |value: String| match value.strip_prefix("latin1:") {
        Some(bytes) => {
            bytes.chars().map(|character| if character.is_ascii() { character } else { '\u{fffd}' }).collect()
        }
        None => value,
    };
    let readable = |value: &String| !value.starts_with("!ERR ");
    values.into_iter().filter_map(|(name, value)| Some((name, text(value.filter(readable)?)))).collect()
}

fn as_modelled(values: &Values) -> BTreeMap<String, String> {
    let text =
        |value: &str| if value.len() > 1000 { format!("<{} bytes>", value.len()) } else { value.to_owned() };
    values.iter().map(|(name, value)| (name.clone(), text(value.expose()))).collect()
}

fn known(case: &str, reader: &str) -> bool {
    KNOWN.iter().any(|(known_case, readers, _)| *known_case == case && readers.contains(&reader))
}

#[test]
fn every_model_does_what_the_program_did() {
    let cases: BTreeMap<String, Case> = serde_json::from_str(CASES).expect("the fixture is JSON");
    let results: BTreeMap<String, Vec<Group>> = serde_json::from_str(RESULTS).expect("the fixture is JSON");
    let environment = environment();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (case, groups) in results {
        let bytes = cases[&case].bytes(&case);
        for Group { ok, readers } in groups {
            let expected = ok.map(as_recorded).ok_or(Refused::Rejects);
            for (_, id) in RECORDED_AS.iter().filter(|(name, _)| readers.iter().any(|reader| reader == name))
            {
                let reader = super::by_id(id).expect("it is in the list");
                let got = reader.model(&bytes, &environment).map(|values| as_modelled(&values));
                compared += 1;
                if (got == expected) == known(&case, id) {
                    wrong.push(format!("{id} {case}: {got:?} instead of {expected:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(compared, RECORDED_AS.len() * cases.len(), "a result is missing");
    assert!(ALL.iter().all(|reader| RECORDED_AS.iter().any(|(_, id)| *id == reader.id())));
}
