//! secretspec: `secretspec.toml`, which declares variables in profiles. It holds no values. A profile is what envward
//! calls an environment; every profile takes over what `default` says, unless it says `inherit = false`.

use indexmap::{IndexMap, IndexSet};
use serde::Deserialize;

use super::file::Content;
use super::taken::name_of;
use super::{Error, File, Reason, Request, Source, Taken};
use crate::dotenv::is_name;
use crate::schema::definition::{DefaultDefinition, RequiredDefinition, Scalar, VariableDefinition};
use crate::ui::escape;

/// The profile that the others take over, which stands for every environment without one of its own.
const BASE: &str = "default";

/// A `secretspec.toml`.
pub struct Secretspec;

#[derive(Deserialize)]
struct Spec {
    project: Project,
    profiles: IndexMap<String, Profile>,
}

#[derive(Deserialize)]
struct Project {
    #[serde(default)]
    extends: Vec<String>,
}

#[derive(Deserialize)]
struct Profile {
    #[serde(default)]
    defaults: ProfileDefaults,
    #[serde(flatten)]
    secrets: IndexMap<String, Secret>,
}

#[derive(Default, Deserialize)]
struct ProfileDefaults {
    inherit: Option<bool>,
    required: Option<bool>,
    default: Option<String>,
}

#[derive(Deserialize)]
struct Secret {
    description: Option<String>,
    required: Option<Required>,
    default: Option<String>,
    composed: Option<String>,
    #[serde(default)]
    as_path: bool,
}

/// Whether it must be there; the other form is about groups of which one must be.
#[derive(Deserialize)]
#[serde(untagged)]
enum Required {
    Plain(bool),
    Group {},
}

impl Source for Secretspec {
    fn kind(&self) -> &'static str {
        "secretspec"
    }

    fn recognizes(&self, file: &File) -> bool {
        matches!(&file.content, Content::Toml(table) if table.contains_key("profiles") && table.contains_key("project"))
    }

    fn take(&self, file: &File, _request: &mut Request<'_>) -> Result<Taken, Error> {
        let problem = "it has no [project] and [profiles] as secretspec knows them";
        let failed = || Error::NotOfKind { kind: self.kind(), problem };
        let Content::Toml(table) = &file.content else { return Err(failed()) };
        // The library's message quotes what it could not use.
        let spec: Spec = table.clone().try_into().map_err(|_| failed())?;
        let mut taken = Taken::default();
        for path in &spec.project.extends {
            taken.notes.push(format!("it extends {}: import that too", escape(path)));
        }
        let names: IndexSet<&String> =
            base_first(&spec).flat_map(|(_, profile)| profile.secrets.keys()).collect();
        for name in names {
            if !is_name(name) {
                taken.refuse(name, Reason::Name { would_be: name_of([name.as_str()]) });
                continue;
            }
            let variable = definition(name, &spec, &mut taken.notes);
            *taken.declare(name) = variable;
        }
        Ok(taken)
    }
}

/// The profiles, the one that the others take over first.
fn base_first(spec: &Spec) -> impl Iterator<Item = (&String, &Profile)> {
    let base = spec.profiles.get_key_value(BASE);
    base.into_iter().chain(spec.profiles.iter().filter(|(name, _)| *name != BASE))
}

fn definition(name: &str, spec: &Spec, notes: &mut Vec<String>) -> VariableDefinition {
    let said: Vec<&Secret> = base_first(spec).filter_map(|(_, profile)| profile.secrets.get(name)).collect();
    if said.iter().any(|secret| matches!(secret.required, Some(Required::Group {}))) {
        notes.push(format!("{name}: that one of a group is required needs a rule in the schema"));
    }
    if said.iter().any(|secret| secret.as_path) {
        notes.push(format!(
            "{name}: secretspec gives the path of a file that holds the value, envward the value"
        ));
    }
    let (mut needed, mut spared) = (Vec::new(), Vec::new());
    for (profile, _) in base_first(spec).filter(|(profile, _)| *profile != BASE) {
        let list = if is_required(name, profile, spec) { &mut needed } else { &mut spared };
        list.push(profile.as_str());
    }
    VariableDefinition {
        description: said.iter().find_map(|secret| secret.description.clone()),
        required: required(is_required(name, BASE, spec), &needed, &spared),
        default: default(name, spec),
        // The two languages of templates have the same signs.
        template: said.iter().find_map(|secret| secret.composed.clone()),
        ..VariableDefinition::default()
    }
}

/// Whether a profile requires a secret: by its own word, else by what it takes over, else by its own default.
fn is_required(name: &str, profile: &str, spec: &Spec) -> bool {
    let Some(Profile { defaults, secrets }) = spec.profiles.get(profile) else { return false };
    let own = secrets.get(name);
    let base = spec.profiles.get(BASE).filter(|_| defaults.inherit != Some(false));
    let inherited = base.and_then(|base| base.secrets.get(name));
    if own.or(inherited).is_none() {
        return false;
    }
    let said = [own, inherited].into_iter().flatten().find_map(|secret| match secret.required {
        Some(Required::Plain(required)) => Some(required),
        _ => None,
    });
    said.or(defaults.required).unwrap_or(true)
}

/// What it is where nothing is set, by profile.
fn default(name: &str, spec: &Spec) -> Option<DefaultDefinition> {
    let own = |profile: &Profile| {
        let secret = profile.secrets.get(name)?;
        Some(Scalar(secret.default.as_ref().or(profile.defaults.default.as_ref())?.clone()))
    };
    let pairs = spec.profiles.iter().filter(|(profile, _)| *profile != BASE);
    let mut values: IndexMap<String, Scalar> =
        pairs.filter_map(|(profile, said)| Some((profile.clone(), own(said)?))).collect();
    match spec.profiles.get(BASE).and_then(own) {
        None if values.is_empty() => None,
        Some(everywhere) if values.is_empty() => Some(DefaultDefinition::Same(everywhere)),
        everywhere => {
            values.extend(everywhere.map(|value| ("*".to_owned(), value)));
            Some(DefaultDefinition::PerEnvironment(values))
        }
    }
}

/// Where it is required; nothing if everywhere.
fn required(by_default: bool, needed: &[&str], spared: &[&str]) -> Option<RequiredDefinition> {
    let compare = |profiles: &[&str], sign: &str, word: &str| {
        let each =
            profiles.iter().map(|profile| format!("env {sign} '{}'", profile.replace(['\'', '\\'], "")));
        RequiredDefinition::When(each.collect::<Vec<_>>().join(word))
    };
    match (by_default, needed, spared) {
        (true, _, []) => None,
        (true, _, spared) => Some(compare(spared, "!=", " && ")),
        (false, [], _) => Some(RequiredDefinition::Plain(false)),
        (false, needed, _) => Some(compare(needed, "==", " || ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{error, file, take};

    const SPEC: &str = r#"
[project]
name = "shop"
revision = "1.0"
extends = ["../shared"]

[profiles.default]
DATABASE_URL = { description = "The database", required = true }
SENTRY_DSN = { description = "Errors", required = false }
URL = { composed = "https://${HOST}/" }
HOST = { default = "localhost" }

[profiles.development]
DATABASE_URL = { required = false, default = "sqlite://dev.db" }

[profiles.production]
SENTRY_DSN = { required = true }
TOKEN = { description = "Only there" }

[profiles.deploy.defaults]
inherit = false
[profiles.deploy]
DEPLOY_TOKEN = { required = true }
"#;

    #[test]
    fn profiles_become_conditions_and_defaults_by_environment() {
        assert!(file("secretspec.toml", SPEC).is_ok_and(|file| Secretspec.recognizes(&file)));
        let taken = take(&Secretspec, "secretspec.toml", SPEC);
        let when = |text: &str| Some(RequiredDefinition::When(text.to_owned()));
        let database = &taken.declared["DATABASE_URL"];
        assert_eq!(database.description.as_deref(), Some("The database"));
        assert_eq!(database.required, when("env != 'development' && env != 'deploy'"));
        let expected = [("development".to_owned(), Scalar("sqlite://dev.db".to_owned()))];
        assert_eq!(database.default, Some(DefaultDefinition::PerEnvironment(expected.into())));
        assert_eq!(taken.declared["SENTRY_DSN"].required, when("env == 'production'"));
        assert_eq!(taken.declared["TOKEN"].required, when("env == 'production'"));
        assert_eq!(taken.declared["DEPLOY_TOKEN"].required, when("env == 'deploy'"));
        assert_eq!(taken.declared["URL"].template.as_deref(), Some("https://${HOST}/"));
        let same = DefaultDefinition::Same(Scalar("localhost".to_owned()));
        assert_eq!(taken.declared["HOST"].default, Some(same));
        assert_eq!(taken.notes, ["it extends ../shared: import that too"]);
    }

    #[test]
    fn another_file_is_refused_without_its_text() {
        let text = "[project]\nname = 'x'\n[profiles]\ndefault = 'hunter2'\n";
        let expected =
            "it is no file of secretspec: it has no [project] and [profiles] as secretspec knows them";
        assert_eq!(error(&Secretspec, "secretspec.toml", text), expected);
    }
}
