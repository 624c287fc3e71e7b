//! AWS Secrets Manager, in both layouts: what every store promises against moto's server, and what moto does not show
//! against the tests' own.

mod errors;
mod faults;
mod login;
mod many;
mod one_secret;
mod per_variable;
mod race;

use envward::store::Store;
use serde_json::json;

use super::conformance::Subject;
use crate::support::Sandbox;
use crate::support::moto::{self, Server};
use crate::support::sealed::{project, store};

/// A place of its own at moto's server.
struct Place {
    sandbox: Sandbox,
    server: &'static Server,
    name: String,
}

/// The project with a store of this definition, such as `layout = "per-variable"`, named `name/production`.
fn sandbox(name: &str, definition: &str) -> Sandbox {
    let sandbox = project();
    let manifest = sandbox
        .read("envward.toml")
        .replace("[environments.production]\n", "[environments.production]\nstores = [\"aws\"]\n");
    let store =
        format!("\n[stores.aws]\ntype = \"aws-secrets-manager\"\nname = \"{name}/{{env}}\"\n{definition}\n");
    sandbox.write("envward.toml", manifest + &store);
    sandbox
}

fn place(definition: &str) -> Option<Place> {
    let server = moto::server()?;
    let name = server.new_name();
    let sandbox = server.with(sandbox(&name, definition));
    Some(Place { sandbox, server, name: format!("{name}/production") })
}

impl Place {
    fn handle(&self) -> Box<dyn Store> {
        store(&self.sandbox, "production", "aws")
    }
}

struct OneSecret(Place);

impl Subject for OneSecret {
    fn open(&self) -> Box<dyn Store> {
        self.0.handle()
    }

    fn odd_names(&self) -> &'static [&'static str] {
        &["", "a b", "é", "a\"b\\", "a/b", "$A"]
    }

    fn plant(&self, name: &str, json: &str) -> bool {
        let id = json!({"SecretId": self.0.name});
        let found = self.0.server.call("GetSecretValue", &id).success();
        let found = found["SecretString"].as_str().unwrap();
        let text = format!("{},\"{name}\":{json}}}", found.strip_suffix('}').unwrap());
        let put = json!({"SecretId": self.0.name, "SecretString": text});
        self.0.server.call("PutSecretValue", &put).success();
        true
    }
}

struct PerVariable(Place);

impl Subject for PerVariable {
    fn open(&self) -> Box<dyn Store> {
        self.0.handle()
    }

    fn odd_names(&self) -> &'static [&'static str] {
        &["a.b", "a/b", "a-b", "x@y", "a=b", "+"]
    }

    fn holds_empty(&self) -> bool {
        false
    }
}

mod one_secret_conformance {
    use super::{OneSecret, place};
    use crate::stores::conformance;

    conformance::tests!(place("").map(OneSecret));
}

mod per_variable_conformance {
    use super::{PerVariable, place};
    use crate::stores::conformance;

    conformance::tests!(place("layout = \"per-variable\"").map(PerVariable));
}
