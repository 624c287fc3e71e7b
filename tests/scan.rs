//! `envward scan`: secret values where they do not belong.

use std::os::unix::fs::PermissionsExt;

use crate::support::shop::{ALICE_PUBLIC, BOB, manifest};
use crate::support::{Run, Sandbox, tool};

const KEY: &str = "q7Zr2vLxW5kTb9YcN3sYf7Hc";
const PASSWORD: &str = "p@ss/W0rd+Zq9\"Kx";
const STAGING: &str = "hB5nM2jR8tD4wS6zX1cV";

/// A project with a sealed environment and one that is only an env file, and the identity that opens it.
fn project() -> Sandbox {
    let sandbox = crate::support::shop::shop();
    sandbox.write("envward.toml", manifest("\"alice\""));
    sandbox.write(".env.production", format!("API_KEY={KEY}\nDB_PASSWORD='{PASSWORD}'\nLOG_LEVEL=INFO\n"));
    sandbox.envward("seal").success();
    sandbox.write(".env.staging", format!("API_KEY={STAGING}\nDB_PASSWORD=postgres\nLOG_LEVEL=DEBUG\n"));
    sandbox
}

fn hidden(run: &Run) {
    for value in [KEY, PASSWORD, STAGING, "W0rd"] {
        assert!(!run.stdout.contains(value) && !run.stderr.contains(value), "{}{}", run.stdout, run.stderr);
    }
}

/// File, line, variable and encoding of each finding.
fn found(run: &Run) -> Vec<(String, u64, String, String)> {
    let report = run.json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let row = |row: &serde_json::Value| {
        let what = if row["variable"].is_null() { text(&row["token"]) } else { text(&row["variable"]) };
        (text(&row["file"]), row["line"].as_u64().unwrap_or_default(), what, text(&row["encoding"]))
    };
    report["findings"].as_array().unwrap().iter().map(row).collect()
}

fn expected(rows: &[(&str, u64, &str, &str)]) -> Vec<(String, u64, String, String)> {
    let own = |text: &str| text.to_owned();
    rows.iter().map(|&(file, line, what, encoding)| (own(file), line, own(what), own(encoding))).collect()
}

#[test]
fn a_value_in_a_file_is_named_with_its_place_and_not_shown() {
    let sandbox = project();
    sandbox.write("src/app.py", format!("import os\n\nkey = \"{KEY}\"\n"));
    let run = sandbox.envward("scan").code(1);
    hidden(&run);
    run.stdout(
        "error[leaked-value]: the value of API_KEY (production) stands here\n\
         --> src/app.py:3:8\n \
         = help: take it out, and replace the value: envward rotate API_KEY\n\n\
         7 files for 3 values: 1 error\n",
    )
    .stderr("note: too short or too easy to guess to be searched for: DB_PASSWORD\n");
}

#[test]
fn where_values_belong_is_no_finding() {
    let run = project().envward("scan").code(0);
    hidden(&run);
    assert_eq!(run.stdout, "6 files for 3 values: nothing found\n");
}

#[test]
fn every_encoding_is_found() {
    let sandbox = project();
    let script = r"
import base64, json, os, sys, urllib.parse
for n, value in enumerate(sys.argv[1:]):
    raw = value.encode()
    forms = {'plain': value, 'hex': raw.hex(), 'HEX': raw.hex().upper(), 'json': json.dumps({'a': value}),
             'url': urllib.parse.quote(value, safe=''), 'form': urllib.parse.urlencode({'a': value})}
    for before in range(3):
        text = b'~' * before + raw + b'\xff'
        forms[f'b64-{before}'] = base64.b64encode(text).decode()
        forms[f'b64url-{before}'] = base64.urlsafe_b64encode(text).decode()
    for name, text in forms.items():
        open(f'{n}-{name}.txt', 'w').write(f'# {name}\n{text}\n')
";
    sandbox.write("../forms.py", script);
    sandbox.shell(&format!("python3 ../forms.py '{KEY}' '{PASSWORD}'"));
    let found = found(&sandbox.envward("scan --format json").code(1));
    let encoding = |form: &str| match form {
        "plain" | "url" | "form" | "json" => form.replace("form", "url"),
        form if form.starts_with("b64") => "base64".to_owned(),
        _ => "hex".to_owned(),
    };
    let mut rows = Vec::new();
    for (number, variable) in ["API_KEY", "DB_PASSWORD"].into_iter().enumerate() {
        let encoded = ["b64-0", "b64-1", "b64-2", "b64url-0", "b64url-1", "b64url-2"];
        for form in ["plain", "hex", "HEX", "json", "url", "form"].into_iter().chain(encoded) {
            // Letters and digits are the same in a URL and in JSON.
            let same = number == 0 && ["json", "url", "form"].contains(&form);
            let encoding = if same { "plain".to_owned() } else { encoding(form) };
            rows.push((format!("{number}-{form}.txt"), 2, variable.to_owned(), encoding));
        }
    }
    rows.sort();
    assert_eq!(found, rows);
}

#[test]
fn what_git_ignores_is_searched_on_demand_and_what_is_named_always() {
    let sandbox = project();
    sandbox.write(".gitignore", ".env.*\n.envward/\ndist/\n");
    sandbox.write("dist/bundle.js", KEY);
    sandbox.envward("scan -q").success().stdout("");
    let rows = expected(&[("dist/bundle.js", 1, "API_KEY", "plain")]);
    assert_eq!(found(&sandbox.envward("scan --ignored --format json").code(1)), rows);
    assert_eq!(found(&sandbox.envward("scan --format json dist/bundle.js").code(1)), rows);
}

#[test]
fn an_env_file_that_git_tracks_is_a_finding() {
    let sandbox = project();
    sandbox.shell("git add -f .env.staging");
    let rows = expected(&[(".env.staging", 1, "API_KEY", "plain")]);
    assert_eq!(found(&sandbox.envward("scan --format json --ignored").code(1)), rows);
    assert_eq!(found(&sandbox.envward("scan --format json --staged").code(1)), rows);
}

#[test]
fn only_what_is_staged() {
    let sandbox = project();
    sandbox.shell("git add -A && git commit -qm first");
    sandbox.write("a.txt", format!("\n{KEY}"));
    sandbox.write("b.txt", STAGING);
    sandbox.shell("git add a.txt");
    // What is staged counts, not what the file holds by now.
    sandbox.write("a.txt", "");
    let run = sandbox.envward("scan --staged --format json").code(1);
    assert_eq!(found(&run), expected(&[("a.txt", 2, "API_KEY", "plain")]));
    sandbox.shell("git commit -qm second");
    sandbox.envward("scan --staged").success().stdout("0 files for 3 values: nothing found\n");
}

#[test]
fn history_shows_what_was_removed_and_what_nothing_reaches_any_more() {
    let sandbox = project();
    sandbox.write("conf/old name.py", format!("key = '{KEY}'\n"));
    sandbox
        .shell("git add -A && git commit -qm first && git rm -q 'conf/old name.py' && git commit -qm second");
    let first = sandbox.shell("git rev-parse HEAD~1");
    sandbox.shell(&format!("git commit -q --allow-empty -m 'use {STAGING}' && git branch kept"));
    sandbox.write("lost.txt", STAGING);
    sandbox.shell("git add lost.txt && git commit -qm lost && git reset -q --hard HEAD~1");
    sandbox.envward("scan").success();
    let run = sandbox.envward("scan --history").code(1);
    hidden(&run);
    let short = &first[..10];
    let run = run
        .stdout_has(&format!(
            "the value of API_KEY (production) stands here in commit {short}\n--> conf/old name.py:1:8"
        ))
        .stdout_has("the value of API_KEY (staging) stands here in the message of commit ")
        .stdout_has("the value of API_KEY (staging) stands here in git's object ")
        .stdout_has(", which no branch, tag or stash reaches\n")
        .stdout_has("git gc --prune=now");
    assert!(run.stdout.ends_with("3 errors\n"), "{}", run.stdout);
    let report = sandbox.envward("scan --history --format json").code(1).json();
    let reachable = report["findings"].as_array().unwrap().iter().filter(|row| row["reachable"] == true);
    assert_eq!(reachable.count(), 2);
}

#[test]
fn an_archive_and_the_layers_of_an_image_are_opened() {
    let sandbox = project();
    let script = format!(
        r"
import gzip, io, json, tarfile, zipfile
def tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name); info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()
secret = b'key = {KEY}\n'
lower = tar({{'app/.env': secret}})
upper = tar({{'app/.wh..env': b''}})
manifest = json.dumps([{{'Config': 'config.json', 'Layers': ['1/layer.tar', '2/layer.tar']}}]).encode()
open('image.tar', 'wb').write(tar({{'manifest.json': manifest, '1/layer.tar': lower, '2/layer.tar': upper}}))
open('oci.tar', 'wb').write(tar({{'oci-layout': b'{{}}', 'blobs/sha256/ab': gzip.compress(lower)}}))
with zipfile.ZipFile('app.whl', 'w', zipfile.ZIP_DEFLATED) as archive:
    archive.writestr('app/settings.py', b'\n' + secret)
"
    );
    sandbox.write("../pack.py", script);
    sandbox.shell("python3 ../pack.py");
    let rows = expected(&[
        ("app.whl!app/settings.py", 2, "API_KEY", "plain"),
        ("image.tar!1/layer.tar!app/.env", 1, "API_KEY", "plain"),
        ("oci.tar!blobs/sha256/ab!app/.env", 1, "API_KEY", "plain"),
    ]);
    assert_eq!(found(&sandbox.envward("scan --format json").code(1)), rows);
}

#[test]
fn well_known_tokens_are_found_without_any_value() {
    let sandbox = Sandbox::new();
    let token = format!("ghp_{}", "q7Zr2vLxW5kTb9YcN3sYf7HcJm8Kq2tR4vXw");
    sandbox.write("a.txt", format!("AKIA{}\nTOKEN={token}\n", "IOSFODNN7EXAMPLE"));
    let run = sandbox.envward("scan --patterns").code(1);
    assert!(!run.stdout.contains(&token));
    run.stdout(
        "error[leaked-token]: this looks like a GitHub token\n\
         --> a.txt:2:7\n \
         = help: take it out, and revoke it where it was issued\n\n\
         1 file for 0 values: 1 error\n",
    )
    .stderr("");
}

#[test]
fn values_that_cannot_be_read_are_a_finding() {
    let sandbox = project().with("ENVWARD_IDENTITY", BOB);
    sandbox.shell("rm .env.production");
    sandbox.write("a.txt", STAGING);
    let run = sandbox.envward("scan").code(1);
    let run = run
        .stdout_has("error[not-searched]: the values of production in secrets/production.enc.env were not searched for: ")
        .stdout_has("help: with --patterns only well-known tokens are searched for, and that is no finding")
        .stdout_has("the value of API_KEY (staging) stands here");
    assert!(run.stdout.ends_with("for 1 value: 2 errors\n"), "{}", run.stdout);
    sandbox.envward("scan --patterns").success();
}

#[test]
fn without_a_project_a_file_gives_the_values() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", KEY);
    sandbox.envward("scan").code(1).stdout_has(
        "error[not-searched]: no manifest: this project's values are not known, and only tokens were searched for; \
         --file names a file with values\n",
    );
    sandbox.write("app.env", format!("TOKEN={KEY}\nLEVEL=INFO\n"));
    let rows = expected(&[("a.txt", 1, "TOKEN", "plain")]);
    assert_eq!(found(&sandbox.envward("scan --file app.env --format json").code(1)), rows);
    sandbox
        .envward_with_input(&["seal", "app.env", "--recipient", ALICE_PUBLIC, "-o", "app.enc.env"], b"")
        .success();
    sandbox.shell("rm app.env");
    let sandbox = sandbox.with("ENVWARD_IDENTITY", crate::support::shop::ALICE);
    assert_eq!(found(&sandbox.envward("scan --file app.enc.env --format json").code(1)), rows);
}

#[test]
fn a_baseline_lets_findings_stand_and_says_which_are_gone() {
    let sandbox = project();
    sandbox.write("docs/a.md", format!("see {KEY}\n"));
    sandbox.shell("mkdir -p src");
    let run = sandbox.envward("scan --write-baseline").success();
    let run = run.stderr_has("written to envward.scan-baseline.json, to let it stand: 1 finding\n");
    assert_eq!(run.stdout, "7 files for 3 values: nothing found, 1 known from the baseline\n");
    let baseline = sandbox.read("envward.scan-baseline.json");
    assert!(!baseline.contains(KEY) && baseline.contains("\"docs/a.md\""), "{baseline}");
    // Another line, and another directory to work in.
    sandbox.write("docs/a.md", format!("\n\nsee {KEY}\n"));
    sandbox.envward("-C src scan").success();
    sandbox.write("docs/b.md", KEY);
    sandbox.write("docs/a.md", "");
    sandbox
        .envward("scan")
        .code(1)
        .stdout_has("docs/b.md:1:1")
        .stderr_has("note: in the baseline, and no longer found: API_KEY in docs/a.md\n");
}

#[test]
fn what_cannot_be_read_is_a_warning_that_strict_counts() {
    let sandbox = project();
    sandbox.write("a.xz", b"\xFD7zXZ\0rest");
    let run = sandbox.envward("scan").success();
    let _ = run.stdout_has("warning[not-searched]: not searched: it is packed with xz\n--> a.xz");
    sandbox.envward("scan --strict").code(1).stdout_has("1 warning\n");
    sandbox.envward("scan nowhere").code(2).stderr_has("error: nowhere does not exist\n");
    let path = sandbox.project().join("a.xz");
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn reports_for_other_programs_hold_no_value() {
    let sandbox = project();
    sandbox.write("a.txt", format!("{KEY}\n"));
    for format in ["json", "sarif", "github", "gitlab", "human"] {
        let run = sandbox.envward(&format!("scan --format {format}")).code(1);
        hidden(&run);
        assert!(run.stdout.contains("a.txt") && run.stdout.contains("API_KEY"), "{}", run.stdout);
    }
    let log = sandbox.envward("scan --format sarif").code(1).json();
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "leaked-value");
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().len(), 3);
}

#[test]
fn a_commit_of_a_submodule_is_no_content() {
    let sandbox = project();
    sandbox.shell(
        "git init -q -b main sub && cd sub && git config user.name A && git config user.email a@example.com && \
         git commit -q --allow-empty -m x && cd .. && git add sub 2> /dev/null",
    );
    sandbox.envward("scan --staged --strict").success();
}

#[test]
fn a_shallow_clone_says_what_it_lacks() {
    let sandbox = project();
    sandbox.shell("git add -A && git commit -qm 1 && git commit -q --allow-empty -m 2");
    sandbox.shell("git clone -q --depth 1 \"file://$PWD\" ../clone");
    sandbox
        .envward("-C ../clone scan --history --patterns")
        .success()
        .stdout_has("this clone lacks older commits or contents");
    assert!(tool("git").is_some());
}

#[test]
fn a_value_in_utf_16_is_found() {
    let sandbox = project();
    let text = format!("the key\r\nis {KEY} there\r\n");
    for (name, to_bytes) in [("le.txt", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("be.txt", u16::to_be_bytes)]
    {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        sandbox.write(name, units.flat_map(to_bytes).collect::<Vec<u8>>());
    }
    let run = sandbox.envward("scan --format json").code(1);
    hidden(&run);
    assert_eq!(
        found(&run),
        expected(&[("be.txt", 2, "API_KEY", "plain"), ("le.txt", 2, "API_KEY", "plain")])
    );
}

#[test]
fn a_value_in_a_name_is_found_and_not_shown() {
    let sandbox = project();
    sandbox.write(&format!("dump-{KEY}/a.txt"), "a\n");
    sandbox.write(&format!("b/{KEY}.txt"), format!("{STAGING}\n"));
    let run = sandbox.envward("scan").code(1);
    hidden(&run);
    let value = "the value of API_KEY (production) stands in this name";
    let _ = run
        .stdout_has(&format!("error[leaked-value]: {value}\n--> b/[API_KEY].txt\n"))
        .stdout_has(&format!("error[leaked-value]: {value}\n--> dump-[API_KEY]\n"))
        .stdout_has("the value of API_KEY (staging) stands here\n--> b/[API_KEY].txt:1:1\n")
        .stdout_has(": 3 errors\n");
    // Also in what was committed once, in a branch's name, and in what is staged.
    sandbox.shell(&format!("git add -A && git commit -qm names && git branch fix-{KEY}"));
    sandbox.shell("git rm -qr b dump-* && git commit -qm gone");
    let run = sandbox.envward("scan --history").code(1);
    hidden(&run);
    let commit = sandbox.shell("git rev-parse HEAD~1");
    let _ = run
        .stdout_has(&format!("{value} in commit {}\n--> b/[API_KEY].txt\n", &commit[..10]))
        .stdout_has(&format!("{value} in commit {}\n--> dump-[API_KEY]\n", &commit[..10]))
        .stdout_has(&format!("{value}\n--> refs/heads/fix-[API_KEY]\n"))
        .stdout_has(": 4 errors\n");
    sandbox.write(&format!("c/{KEY}.txt"), "c\n");
    sandbox.shell("git add -A");
    let run = sandbox.envward("scan --staged").code(1);
    hidden(&run);
    let _ = run.stdout_has(&format!("{value}\n--> c/[API_KEY].txt\n"));
}
