//! What must be true of `[stores]` beyond its shape, and where in the text its shape is wrong.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};
use url::Url;

use super::Manifest;
use super::store::{
    AwsDefinition, AwsLayout, DirectoryDefinition, StoreDefinition, VaultAuth, VaultDefinition,
};
use super::validate::{Fault, stays_inside, valid_name};
use crate::dotenv::is_name;
use crate::suggest::closest;
use crate::toml_text::Problem;
use crate::ui::escape;

/// The kinds of stores.
const KINDS: [&str; 3] = ["directory", "vault", "aws-secrets-manager"];

/// What else people call them.
const ALIASES: [(&str, &str); 8] = [
    ("openbao", "vault"),
    ("bao", "vault"),
    ("hashicorp-vault", "vault"),
    ("aws", "aws-secrets-manager"),
    ("aws-sm", "aws-secrets-manager"),
    ("secretsmanager", "aws-secrets-manager"),
    ("secrets-manager", "aws-secrets-manager"),
    ("dir", "directory"),
];

/// What is wrong with the shape of a store, with its place: serde does not know it any more below a table that says
/// inside what it is. `None` if the shape of the stores is right.
pub(super) fn misshapen(text: &str) -> Option<Problem> {
    let root = DeTable::parse(text).ok()?;
    let stores = root.get_ref().get("stores")?.get_ref().as_table()?;
    stores.iter().find_map(|(name, store)| {
        let table = store.get_ref().as_table()?;
        let Some(kind) = table.get("type") else {
            let help = format!("write one of {}", KINDS.map(|kind| format!("{kind:?}")).join(", "));
            return Some(Problem::at(text, name.span().start, "the store has no `type`", Some(help)));
        };
        match kind.get_ref().as_str() {
            Some("directory") => wrong_field::<DirectoryDefinition>(text, store),
            Some("vault") => table
                .get("auth")
                .and_then(|auth| wrong_auth(text, auth))
                .or_else(|| wrong_field::<VaultDefinition>(text, store)),
            Some("aws-secrets-manager") => wrong_field::<AwsDefinition>(text, store),
            // Its text is not repeated: whatever was pasted there may be a secret.
            other => {
                let help = other.map_or_else(|| suggestion(""), suggestion);
                Some(Problem::at(text, kind.span().start, "`type` names no kind of store", Some(help)))
            }
        }
    })
}

/// What to write instead of a kind that there is not.
fn suggestion(kind: &str) -> String {
    let lower = kind.to_lowercase();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == lower).map(|&(_, kind)| kind);
    match alias.or_else(|| closest(kind, KINDS)) {
        Some(kind) => format!("write {kind:?}"),
        None => format!("write one of {}", KINDS.map(|kind| format!("{kind:?}")).join(", ")),
    }
}

/// What is wrong with the way to log in.
fn wrong_auth(text: &str, auth: &Spanned<DeValue>) -> Option<Problem> {
    let place = auth.span().start;
    if auth.get_ref().as_table().is_none_or(|table| table.get("method").is_none()) {
        let help = "write it like auth = { method = \"approle\" }".to_owned();
        return Some(Problem::at(text, place, "`auth` does not say its `method`", Some(help)));
    }
    let error = VaultAuth::deserialize(ValueDeserializer::from(auth.clone())).err()?;
    let problem = Problem::from_error(text, &error);
    Some(Problem::at(text, place, problem.message, problem.help))
}

/// What is wrong with the fields of a store.
fn wrong_field<T: DeserializeOwned>(text: &str, store: &Spanned<DeValue>) -> Option<Problem> {
    let mut fields = store.clone();
    if let DeValue::Table(table) = fields.get_mut() {
        table.remove("type");
    }
    let error = T::deserialize(ValueDeserializer::from(fields)).err()?;
    Some(Problem::from_error(text, &error))
}

/// Checks names, paths and addresses of the stores, and that no two places are the same.
pub(super) fn validate(manifest: &Manifest) -> Result<(), Fault> {
    let mut directories: HashMap<PathBuf, &str> = HashMap::new();
    for (name, definition) in &manifest.stores {
        valid_name(name, &["stores", name], "a store")?;
        let at = |field: &str, message: &str| Fault::new(&["stores", name, field], message);
        validate_names(definition, &at)?;
        match definition {
            StoreDefinition::Directory(definition) => {
                validate_directory(definition, &at)?;
                let path: PathBuf = definition.path.components().collect();
                if let Some(other) = directories.insert(path, name) {
                    return Err(at("path", &format!("store {other:?} has the same directory")));
                }
            }
            StoreDefinition::Vault(definition) => validate_vault(definition, &at)?,
            StoreDefinition::AwsSecretsManager(definition) => validate_aws(definition, &at)?,
        }
        validate_place(name, definition, manifest, &at)?;
    }
    Ok(())
}

/// Variables and the store's names must map one to one: else two variables would overwrite each other.
fn validate_names(definition: &StoreDefinition, at: &impl Fn(&str, &str) -> Fault) -> Result<(), Fault> {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for (variable, own) in definition.names() {
        if !is_name(variable) {
            return Err(at("names", &format!("{:?} is not a name of a variable", escape(variable)))
                .help("write the variable on the left and the store's name for it on the right".to_owned()));
        }
        if !takes_name(definition, own) {
            let message = format!("`names` gives {variable} a name that such a store cannot hold");
            return Err(at("names", &message));
        }
        if let Some(other) = seen.insert(own, variable) {
            let message = format!("`names` gives {other} and {variable} the same name in the store");
            return Err(at("names", &message).help("give each variable a name of its own".to_owned()));
        }
    }
    Ok(())
}

/// Whether the store can hold a name.
fn takes_name(definition: &StoreDefinition, name: &str) -> bool {
    match definition {
        StoreDefinition::Directory(_) => is_name(name) && !name.starts_with("sops_"),
        StoreDefinition::AwsSecretsManager(AwsDefinition { layout: AwsLayout::PerVariable, .. }) => {
            !name.is_empty() && name.chars().all(is_aws_character)
        }
        _ => !name.is_empty() && !name.chars().any(char::is_control),
    }
}

fn validate_directory(
    definition: &DirectoryDefinition,
    at: &impl Fn(&str, &str) -> Fault,
) -> Result<(), Fault> {
    if stays_inside(&definition.path) {
        return Ok(());
    }
    Err(at("path", "`path` leads out of the project")
        .help("write a path relative to envward.toml, without `..` and `.git`".to_owned()))
}

fn validate_vault(definition: &VaultDefinition, at: &impl Fn(&str, &str) -> Fault) -> Result<(), Fault> {
    validate_address("address", &definition.address, at)?;
    for (field, path) in [("mount", &definition.mount), ("path", &definition.path)] {
        let is_fine = |part: &str| !matches!(part, "" | "." | "..") && !part.chars().any(char::is_control);
        if !path.split('/').all(is_fine) {
            let message = format!("`{field}` is not a path in Vault");
            let help = "write it like \"app/{env}\": no slash at either end, no empty part, no `..`";
            return Err(at(field, &message).help(help.to_owned()));
        }
    }
    if definition.path.ends_with('.') {
        return Err(at("path", "`path` ends in a period, which Vault refuses"));
    }
    validate_template("path", &definition.path, at)
}

fn validate_aws(definition: &AwsDefinition, at: &impl Fn(&str, &str) -> Fault) -> Result<(), Fault> {
    validate_template("name", &definition.name, at)?;
    let name = definition.name.replace("{env}", "").replace("{project}", "");
    if definition.name.is_empty() || definition.name.len() > 512 || !name.chars().all(is_aws_character) {
        return Err(at("name", "`name` is not a name of a secret in AWS")
            .help("use at most 512 of the characters A-Z a-z 0-9 / _ + = . @ -".to_owned()));
    }
    match &definition.endpoint {
        Some(endpoint) => validate_address("endpoint", endpoint, at),
        None => Ok(()),
    }
}

/// A secret's name holds nothing else (AWS Secrets Manager, CreateSecret, parameter Name).
fn is_aws_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "/_+=.@-".contains(character)
}

fn validate_address(field: &str, address: &str, at: &impl Fn(&str, &str) -> Fault) -> Result<(), Fault> {
    let help = "write it like https://vault.example.com:8200".to_owned();
    let wrong = |what: &str| Err(at(field, &format!("`{field}` {what}")).help(help.clone()));
    let Ok(url) = Url::parse(address) else { return wrong("is not a URL") };
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return wrong("is not a URL with https or http");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("holds a user or a password, which do not belong into a manifest");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("holds a query or a fragment");
    }
    Ok(())
}

fn validate_template(field: &str, template: &str, at: &impl Fn(&str, &str) -> Fault) -> Result<(), Fault> {
    if template.replace("{env}", "").replace("{project}", "").contains(['{', '}']) {
        let message = format!("`{field}` holds a placeholder that is neither {{env}} nor {{project}}");
        return Err(at(field, &message));
    }
    Ok(())
}

/// Two environments in one place would overwrite each other.
fn validate_place(
    name: &str,
    definition: &StoreDefinition,
    manifest: &Manifest,
    at: &impl Fn(&str, &str) -> Fault,
) -> Result<(), Fault> {
    let (field, template) = match definition {
        StoreDefinition::Directory(_) => return Ok(()),
        StoreDefinition::Vault(definition) => ("path", &definition.path),
        StoreDefinition::AwsSecretsManager(definition) => ("name", &definition.name),
    };
    let is_served =
        |environment: &super::EnvironmentDefinition| environment.stores.iter().any(|it| it == name);
    let environments: Vec<&str> =
        manifest.environments.iter().filter(|(_, it)| is_served(it)).map(|(name, _)| name.as_str()).collect();
    if let [first, second, ..] = environments[..]
        && !template.contains("{env}")
    {
        let message = format!("`{field}` is the same place for {first} and {second}");
        return Err(at(field, &message).help(format!("put {{env}} into `{field}`")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const PROJECT: &str = "[project]\nname = \"app\"\nschema = \"builtin:app\"\n";
    const VAULT: &str = "[stores.v]\ntype = \"vault\"\naddress = \"https://vault.example.com\"\n";

    fn parse(rest: &str) -> Result<Manifest, crate::manifest::Error> {
        Manifest::parse(&format!("{PROJECT}{rest}"), Path::new("envward.toml"))
    }

    fn error(rest: &str) -> String {
        let error = parse(rest).expect_err("the manifest is wrong");
        match error.hint() {
            Some(help) => format!("{error} / {help}"),
            None => error.to_string(),
        }
    }

    #[test]
    fn a_kind_that_there_is_not_has_a_suggestion() {
        let of = |kind: &str| error(&format!("[stores.v]\ntype = \"{kind}\"\n"));
        assert_eq!(of("openbao"), "envward.toml:5:8: `type` names no kind of store / write \"vault\"");
        assert!(of("vualt").ends_with("/ write \"vault\""), "{}", of("vualt"));
        assert!(of("aws").ends_with("/ write \"aws-secrets-manager\""));
        assert!(of("hunter2").ends_with("/ write one of \"directory\", \"vault\", \"aws-secrets-manager\""));
        assert!(!of("hunter2").contains("hunter2"));
        assert_eq!(
            error("[stores.v]\npath = \"x\"\n"),
            "envward.toml:4:9: the store has no `type` / \
             write one of \"directory\", \"vault\", \"aws-secrets-manager\""
        );
    }

    #[test]
    fn a_field_that_is_wrong_has_its_place() {
        assert_eq!(
            error("[stores.d]\ntype = \"directory\"\npth = \"x\"\n"),
            "envward.toml:6:1: unknown field \"pth\" / did you mean \"path\"?"
        );
        assert_eq!(
            error(&format!("{VAULT}path = 3\n")),
            "envward.toml:7:8: wrong type, expected text in quotes"
        );
        assert_eq!(
            error(&format!("{VAULT}path = \"a\"\nauth = {{ method = \"jwt\", rle = \"x\" }}\n")),
            "envward.toml:8:8: unknown field \"rle\" / did you mean \"role\"?"
        );
        assert_eq!(
            error(&format!("{VAULT}path = \"a\"\nauth = \"jwt\"\n")),
            "envward.toml:8:8: `auth` does not say its `method` / \
             write it like auth = { method = \"approle\" }"
        );
        assert!(error(VAULT).starts_with("envward.toml:4:1: missing field `path`"), "{}", error(VAULT));
    }

    #[test]
    fn names_map_one_to_one() {
        let names = |names: &str| error(&format!("{VAULT}path = \"a\"\nnames = {{ {names} }}\n"));
        assert_eq!(
            names("A = \"key\", B = \"key\""),
            "envward.toml:8:1: `names` gives A and B the same name in the store / \
             give each variable a name of its own"
        );
        assert!(names("\"a-b\" = \"key\"").contains("\"a-b\" is not a name of a variable"));
        assert!(names("A = \"\"").contains("gives A a name that such a store cannot hold"));
        assert!(parse(&format!("{VAULT}path = \"a\"\nnames = {{ A = \"B\", B = \"A\" }}\n")).is_ok());
        let directory = "[stores.d]\ntype = \"directory\"\npath = \"d\"\nnames = { A = \"a.b\" }\n";
        assert!(error(directory).contains("gives A a name that such a store cannot hold"));
    }

    #[test]
    fn a_directory_stays_inside_the_project_and_is_of_one_store() {
        for path in ["/srv/store", "../store", "a/../../b", "", ".git/store"] {
            let message = error(&format!("[stores.d]\ntype = \"directory\"\npath = \"{path}\"\n"));
            assert!(message.starts_with("envward.toml:6:1: `path` leads out of the project"), "{message}");
        }
        let two = "[stores.a]\ntype = \"directory\"\npath = \"s\"\n[stores.b]\ntype = \"directory\"\npath = \"s/.\"\n";
        assert_eq!(error(two), "envward.toml:9:1: store \"a\" has the same directory");
    }

    #[test]
    fn an_address_is_a_url_without_credentials() {
        for (address, expected) in [
            ("vault.example.com", "is not a URL"),
            ("ftp://vault.example.com", "is not a URL with https or http"),
            ("https://hunter2@vault.example.com", "holds a user or a password"),
            ("https://vault.example.com/?token=hunter2", "holds a query or a fragment"),
        ] {
            let message =
                error(&format!("[stores.v]\ntype = \"vault\"\naddress = \"{address}\"\npath = \"a\"\n"));
            assert!(message.starts_with(&format!("envward.toml:6:1: `address` {expected}")), "{message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
        assert!(
            parse("[stores.v]\ntype = \"vault\"\naddress = \"http://127.0.0.1:8200\"\npath = \"a\"\n")
                .is_ok()
        );
    }

    #[test]
    fn only_the_two_placeholders_are_filled_in() {
        assert_eq!(
            error(&format!("{VAULT}path = \"{{user}}/a\"\n")),
            "envward.toml:7:1: `path` holds a placeholder that is neither {env} nor {project}"
        );
        assert!(parse(&format!("{VAULT}path = \"{{project}}/{{env}}\"\n")).is_ok());
    }

    #[test]
    fn a_path_in_vault_has_no_slash_at_its_ends() {
        for path in ["", "/a", "a/", "a//b", "a/../b", "a."] {
            let message = error(&format!("{VAULT}path = \"{path}\"\n"));
            assert!(message.starts_with("envward.toml:7:1: `path` "), "{message}");
        }
    }

    #[test]
    fn a_secret_of_aws_has_a_name_that_aws_takes() {
        let long = "a".repeat(513);
        for name in ["", "a b", "ä", &long] {
            let message = error(&format!("[stores.a]\ntype = \"aws-secrets-manager\"\nname = \"{name}\"\n"));
            assert!(message.starts_with("envward.toml:6:1: `name` is not a name of a secret"), "{message}");
        }
    }

    #[test]
    fn two_environments_do_not_share_a_place() {
        let environments = "[environments.a]\nstores = [\"v\"]\n[environments.b]\nstores = [\"v\"]\n";
        assert_eq!(
            error(&format!("{environments}{VAULT}path = \"app\"\n")),
            "envward.toml:11:1: `path` is the same place for a and b / put {env} into `path`"
        );
        assert!(parse(&format!("{environments}{VAULT}path = \"app/{{env}}\"\n")).is_ok());
    }
}
