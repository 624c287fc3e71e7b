//! A small project with two environments and the keys of two people.

use super::Sandbox;

pub const ALICE: &str = "AGE-SECRET-KEY-1DU0VVGGPWMDFELNVTZAA68063ATFU3NKYMQJH5YNPJRLYQUK5Z0SZ6HV5H";
pub const ALICE_PUBLIC: &str = "age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma";
pub const BOB: &str = "AGE-SECRET-KEY-12808PNFQSSVNT0USKWP6GY4EYATKXSW436MCTFLYHX2DL0XCW5AQECS04N";
pub const BOB_PUBLIC: &str = "age1v2v40fw3ud2zkqggxyrwmrcurln983aq4wzzgc9mcy8w2792tdnse5xqnj";

/// A manifest whose schema is a file of its own, for one environment and Alice alone.
pub const APP: &str = "\
[project]
name = \"app\"
schema = \"app.toml\"
default = \"production\"

[environments.production]
recipients = [\"me\"]

[recipients]
me = \"age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma\"
";

/// The sealed file of the default environment.
pub const SEALED: &str = "secrets/production.enc.env";

/// The manifest; `recipients` are the names from Alice and Bob who can open both environments.
pub fn manifest(recipients: &str) -> String {
    format!(
        r#"[project]
name = "shop"
default = "production"

[environments.production]
recipients = [{recipients}]

[environments.staging]
recipients = [{recipients}]

[recipients]
alice = "{ALICE_PUBLIC}"
bob = "{BOB_PUBLIC}"

[vars.API_KEY]
[vars.DB_PASSWORD]
[vars.CERT]
required = false
[vars.LOG_LEVEL]
secret = false
[vars.REGION]
secret = false
required = false
"#
    )
}

/// What the env file of the shop holds.
pub const ENV: &str = "# the shop\nAPI_KEY=key-1\nDB_PASSWORD=pass-1\nLOG_LEVEL=INFO\n";

/// Alice's checkout, a git repository with an env file that was never sealed.
pub fn shop() -> Sandbox {
    let sandbox = Sandbox::git().with("ENVWARD_IDENTITY", ALICE);
    sandbox.write("envward.toml", manifest("\"alice\", \"bob\""));
    sandbox.write(".gitignore", ".env.*\n.envward/\n");
    sandbox.write(".gitattributes", "envward.ledger.jsonl merge=union\n");
    sandbox.write(".env.production", ENV);
    sandbox
}

/// The same, sealed.
pub fn sealed_shop() -> Sandbox {
    let sandbox = shop();
    sandbox.envward("seal").success();
    sandbox
}

/// The line of a sealed file that starts with this text.
pub fn line<'a>(file: &'a str, start: &str) -> &'a str {
    file.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("no line {start}"))
}
