//! A private key that stands in the env file without quotes: no line of it is a name, whoever asks.

use crate::support::Sandbox;

/// How the last line of the key begins, and the line before it.
const SECRET: [&str; 2] = ["kZhQ", "MIIE"];

const LINES: &str = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n\
                     kZhQSecretLine2AbCdEf0123456789=\n-----END PRIVATE KEY-----\n";

fn sandbox(file: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox
        .write("schema.toml", "[vars.API_KEY]\n[vars.PEM]\n[vars.LAST]\nrequired = false\nsecret = false\n");
    sandbox.write("leak.env", file);
    sandbox
}

fn files() -> [String; 6] {
    [
        format!("API_KEY=Zx81kQmv99Tr5LpWq7Rb2NcV\nPEM={LINES}"),
        format!("API_KEY=Zx81kQmv99Tr5LpWq7Rb2NcV\nexport PEM = {LINES}LAST=1\n"),
        format!("API_KEY=Zx81kQmv99Tr5LpWq7Rb2NcV\nPEM=\"{LINES}LAST=\"x\"\n"),
        format!("API_KEY=Zx81kQmv99Tr5LpWq7Rb2NcV\nPEM={LINES}\nLAST = 1\n").replace('\n', "\r\n"),
        format!("PEM=\"{}\"\nAPI_KEY = Zx81kQmv99Tr5LpWq7Rb2NcV\n", LINES.trim_end()),
        LINES.to_owned(),
    ]
}

#[test]
fn no_line_of_a_key_is_shown_as_a_name() {
    let readers =
        "docker,podman,kubectl,make,xargs,sops,compose,node-20,node-dotenv,python-dotenv,bash,systemd";
    for file in files() {
        let sandbox = sandbox(&file);
        let mut commands = vec![
            "check leak.env".to_owned(),
            "schema infer leak.env".to_owned(),
            "import leak.env --dry-run".to_owned(),
            "check leak.env --fix".to_owned(),
        ];
        for format in ["human", "json", "sarif", "github", "gitlab", "junit"] {
            commands.push(format!("check leak.env --schema schema.toml --format {format}"));
        }
        for format in ["human", "json"] {
            commands.push(format!("explain --file leak.env --format {format}"));
            commands.push(format!("explain --file leak.env --readers {readers} --format {format}"));
        }
        for reader in readers.split(',') {
            commands.push(format!("import leak.env --dry-run --reader {reader}"));
        }
        for command in commands {
            let run = sandbox.envward(&command);
            let shown = format!("{}{}", run.stdout, run.stderr);
            assert!(!SECRET.iter().any(|part| shown.contains(part)), "{command}: {file:?}: {shown}");
        }
        assert_eq!(sandbox.read("leak.env").replace(['\r', ' '], ""), file.replace(['\r', ' '], ""));
    }
}

#[test]
fn one_finding_says_that_a_key_needs_quotes() {
    let run = sandbox(&files()[0]).envward("check leak.env --schema schema.toml").code(1);
    insta::assert_snapshot!(run.stdout, @r"
    error[unquoted-key]: a key begins here without quotes, so that its lines would be taken for variables
     --> leak.env:2:5
      |
    2 | PEM=••••••••
      |     ^^^^^^^^
      |
      = help: put the whole key into double quotes, from -----BEGIN to the end of its last line

    leak.env: 1 error
    ");
    let run =
        sandbox(&files()[0]).envward("explain --file leak.env --readers python-dotenv,node-dotenv").code(1);
    insta::assert_snapshot!(run.stdout, @r"
    leak.env: 1 of 2 variables is not read alike by python-dotenv, node-dotenv

    PEM
      one value   python-dotenv, node-dotenv
      python-dotenv, node-dotenv: a key begins here without quotes, so that its lines would be taken for variables
      = help: put the whole key into double quotes, from -----BEGIN to the end of its last line

    read alike by all: API_KEY
    ");
}
