//! How often a variable is rotated, and by whom or what: its own table over its class over a preset, shortened by the
//! environment.
//!
//! What is wrong within a schema alone, such as a driver without what it needs, is refused when the schema is loaded;
//! what shows only together with the manifest, here.

mod limits;
pub mod presets;
mod shorten;
mod terms;

use indexmap::IndexMap;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use self::limits::Limits;
use self::presets::Preset;
use self::shorten::Shortening;
use self::terms::{Terms, duration};
use super::Error;
use crate::manifest::RotationDefinition;
use crate::schema::definition::Rotate;
pub use crate::schema::driver::DATA_ENCRYPTION;
use crate::schema::driver::DriverTable;
use crate::schema::{Grade, Schema, Variable};
use crate::suggest::closest;

/// How long what someone knew may stay in use, unless the manifest says.
const OFFBOARD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The longest exemption, where the manifest says nothing.
const MAX_EXEMPTION: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How long before a deadline to warn, unless the schema says; at most a quarter of the longest age.
pub const WARN: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How long after a deadline a variable is merely overdue, unless the schema says; at most a quarter of the longest
/// age.
const GRACE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The policy of one variable in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The class it came through.
    pub class: Option<String>,
    /// Longest age; `None` if only an event makes it due.
    pub every: Option<SignedDuration>,
    /// How long before the deadline it is due soon.
    pub warn: SignedDuration,
    /// How long after the deadline it is merely overdue.
    pub grace: SignedDuration,
    /// How long the previous value stays valid after a rotation.
    pub overlap: SignedDuration,
    /// The weakest evidence that counts as proof.
    pub min_evidence: Option<Grade>,
    /// How it is rotated.
    pub driver: DriverTable,
    /// The variable that holds the previous value while the overlap lasts.
    pub previous: Option<String>,
    /// Who rotates it.
    pub owner: Option<String>,
    /// Where the steps are written down.
    pub runbook: Option<String>,
    /// Clauses of standards that ask for it.
    pub controls: Vec<String>,
    /// How long after an exposure it must be replaced.
    pub offboard: SignedDuration,
    /// By how much the deadline may be brought forward.
    pub jitter: SignedDuration,
}

/// The policies of an environment by variable, in the order of the schema; a variable without one has none.
///
/// # Errors
/// A class or a preset is not known, a preset asks for something that is missing, an environment lengthens a deadline
/// or names what does not exist, or lengths of time contradict each other.
pub fn policies(
    schema: &Schema,
    rotation: &RotationDefinition,
    environment: &str,
) -> Result<IndexMap<String, Policy>, Error> {
    let preset = presets::chosen(rotation)?;
    // The other environments too: a fault is one wherever one looks from.
    for (name, shortened) in &rotation.environments {
        Shortening { environment: name, shortened, schema, preset }.check()?;
    }
    let mut policies = IndexMap::new();
    for variable in schema.vars.values() {
        let Some(rotate) = &variable.rotate else { continue };
        let terms = terms(variable, rotate, schema, preset)?;
        let limits = Limits { variable: &variable.name, terms: &terms };
        limits.check(rotation)?;
        let terms = Terms { owner: terms.owner.or_else(|| variable.owner.clone()), ..terms };
        let mut policy = policy(rotate, terms, rotation);
        for (name, shortened) in &rotation.environments {
            let shortening = Shortening { environment: name, shortened, schema, preset };
            let shorter = shortening.apply(variable, policy.clone())?;
            if name == environment {
                policy = shorter;
            }
        }
        policies.insert(variable.name.clone(), policy);
    }
    Ok(policies)
}

/// The last day of an exemption that is asked for or agreed to today.
pub fn last_exempt_day(rotation: &RotationDefinition, today: Date) -> Date {
    let longest = rotation.max_exemption.as_deref().map_or(MAX_EXEMPTION, duration);
    today.saturating_add(longest)
}

/// When a value has to be replaced that became known at a moment.
pub fn exposed_due(rotation: &RotationDefinition, at: Timestamp) -> Timestamp {
    at.saturating_add(rotation.offboard.as_deref().map_or(OFFBOARD, duration)).unwrap_or(Timestamp::MAX)
}

/// The policy of a variable that nobody has to rotate by its age: only an event makes it due, such as a leak or the end
/// of its value. `variable` is `None` for one that the schema does not know.
pub fn by_event(variable: Option<&Variable>, rotation: &RotationDefinition) -> Policy {
    let owner = variable.and_then(|variable| variable.owner.clone());
    policy(&Rotate::default(), Terms { owner, ..Terms::default() }, rotation)
}

/// What the variable's own table says, over its class, over the preset.
fn terms(
    variable: &Variable,
    rotate: &Rotate,
    schema: &Schema,
    preset: Option<&'static Preset>,
) -> Result<Terms, Error> {
    let own = Terms::from(rotate);
    let Some(name) = &rotate.class else { return Ok(own) };
    let class = schema.classes.get(name).map(Terms::from);
    let by_preset = preset.and_then(|preset| preset.class(name));
    if class.is_none() && by_preset.is_none() {
        let message = format!("{} is of class {name:?}, which {}", variable.name, nobody_defines(preset));
        return Err(Error::policy(message, class_help(name, schema, preset)));
    }
    let terms = own.over(class.unwrap_or_default());
    let Some(by_preset) = by_preset else { return Ok(terms) };
    if by_preset.days.is_none() && terms.every.is_some() {
        let message = format!("{} is of class {name:?} and has `every`", variable.name);
        let basis = preset.map(|preset| preset.basis).unwrap_or_default();
        return Err(Error::policy(message, format!("{basis}: remove `every`, or name another class")));
    }
    Ok(terms.over(Terms::from(by_preset)))
}

fn nobody_defines(preset: Option<&Preset>) -> String {
    match preset {
        Some(preset) => format!("neither the schema nor preset {:?} defines", preset.name),
        None => "the schema does not define".to_owned(),
    }
}

/// What to do about a class that is not known.
fn class_help(name: &str, schema: &Schema, preset: Option<&Preset>) -> String {
    let by_preset = preset.into_iter().flat_map(|preset| preset.classes).map(|class| class.name);
    let known = schema.classes.keys().map(String::as_str).chain(by_preset);
    if let Some(close) = closest(name, known) {
        return format!("did you mean {close:?}?");
    }
    if preset.is_none() && presets::class_names().any(|class| class == name) {
        return format!(
            "add [classes.{name}] to the schema, or choose a preset under [rotation] in envward.toml"
        );
    }
    format!("add [classes.{name}] to the schema")
}

/// A length of time that nobody chose, so that it is small beside the longest age.
fn within(length: SignedDuration, every: Option<SignedDuration>) -> SignedDuration {
    every.map_or(length, |every| length.min(every / 4))
}

fn policy(rotate: &Rotate, terms: Terms, rotation: &RotationDefinition) -> Policy {
    let every = terms.every;
    let jitter = rotation.jitter.as_deref().map(duration).unwrap_or_default();
    Policy {
        class: rotate.class.clone(),
        every,
        warn: terms.warn.unwrap_or_else(|| within(WARN, every)),
        grace: terms.grace.unwrap_or_else(|| within(GRACE, every)),
        overlap: terms.overlap.unwrap_or_default(),
        min_evidence: terms.min_evidence,
        driver: terms.driver.unwrap_or(DriverTable::Manual),
        previous: rotate.previous.clone(),
        owner: terms.owner,
        runbook: terms.runbook,
        controls: terms.controls.unwrap_or_default(),
        offboard: rotation.offboard.as_deref().map_or(OFFBOARD, duration),
        jitter: if every.is_some() { jitter } else { SignedDuration::ZERO },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;
    use crate::schema::testing::schema;

    const CLASSES: &str =
        "[classes.api-key]\nevery = '90d'\nwarn = '7d'\nowner = '@ops'\ncontrols = ['X/1']\n";

    fn read(vars: &str, rotation: &str) -> Result<IndexMap<String, Policy>, Error> {
        let text = format!(
            "[project]\nname = 'app'\nschema = 'builtin:app'\n[environments.production]\n[environments.staging]\n{rotation}"
        );
        let manifest = Manifest::parse(&text, std::path::Path::new("envward.toml")).expect("a manifest");
        policies(&schema(&format!("{vars}{CLASSES}")), &manifest.rotation, "production")
    }

    #[track_caller]
    fn policy_of_key(rotate: &str, rotation: &str) -> Policy {
        let policies = read(&format!("[vars.KEY]\nowner = '@app'\nrotate = {rotate}\n"), rotation);
        policies.unwrap_or_else(|error| panic!("{error}")).swap_remove("KEY").expect("KEY has a policy")
    }

    #[track_caller]
    fn refusal(rotate: &str, rotation: &str) -> String {
        match read(&format!("[vars.KEY]\nrotate = {rotate}\n[vars.OTHER]\n"), rotation) {
            Ok(_) => panic!("it is accepted"),
            Err(error) => format!("{error} / {}", error.hint().unwrap_or_default()),
        }
    }

    fn days(days: i64) -> SignedDuration {
        SignedDuration::from_hours(24 * days)
    }

    #[test]
    fn the_own_table_goes_over_the_class_and_the_class_over_the_preset() {
        let policy =
            policy_of_key("{ class = 'api-key', every = '30d' }", "[rotation]\npreset = 'cis-aws'\n");
        assert_eq!((policy.every, policy.warn), (Some(days(30)), days(7)));
        assert_eq!((policy.owner.as_deref(), policy.controls), (Some("@ops"), vec!["X/1".to_owned()]));
        assert_eq!((policy.driver, policy.offboard), (DriverTable::Manual, days(7)));
    }

    #[test]
    fn a_preset_stands_in_for_a_class_that_the_schema_does_not_define() {
        let policy = policy_of_key("{ class = 'database-password' }", "[rotation]\npreset = 'strict'\n");
        assert_eq!((policy.every, policy.warn), (Some(days(30)), days(30) / 4));
        assert_eq!(policy.owner.as_deref(), Some("@app"));
        let policy = policy_of_key("{ class = 'human-password' }", "[rotation]\npreset = 'human-password'\n");
        assert_eq!((policy.every, policy.controls.len()), (None, 1));
    }

    #[test]
    fn a_clause_is_named_only_where_its_number_is_kept() {
        let controls = |every: &str| {
            let rotate = format!("{{ class = 'aws-access-key', every = '{every}' }}");
            policy_of_key(&rotate, "[rotation]\npreset = 'cis-aws'\n").controls
        };
        assert_eq!(controls("90d"), ["CIS-AWS-Foundations/1.14"]);
        assert_eq!(controls("91d"), Vec::<String>::new());
    }

    #[test]
    fn an_environment_shortens() {
        let rotation =
            "[rotation]\njitter = '9d'\n[rotation.environments.production.classes.api-key]\nevery = '10d'\n";
        let policy = policy_of_key("{ class = 'api-key', grace = '3d' }", rotation);
        assert_eq!((policy.every, policy.grace), (Some(days(10)), days(3)));
        assert_eq!((policy.warn, policy.jitter), (days(5), days(1)));
        let elsewhere = rotation.replace("production", "staging");
        assert_eq!(policy_of_key("{ class = 'api-key' }", &elsewhere).every, Some(days(90)));
        // What the variable says itself may be shorter than what the environment says of its class.
        assert_eq!(
            policy_of_key(
                "{ class = 'api-key', every = '5d', warn = '1d' }",
                &elsewhere.replace("jitter = '9d'", "")
            )
            .every,
            Some(days(5))
        );
        let by_variable = format!("{rotation}[rotation.environments.production.vars.KEY]\nevery = '20d'\n");
        assert_eq!(policy_of_key("{ class = 'api-key' }", &by_variable).every, Some(days(20)));
        let aged = "[rotation.environments.production.vars.KEY]\nevery = '20d'\n";
        let policy = policy_of_key("{}", aged);
        assert_eq!((policy.every, policy.warn), (Some(days(20)), days(5)));
    }

    #[test]
    fn an_environment_that_lengthens_is_refused_wherever_one_looks_from() {
        let help = "an environment may only shorten; ask for an exemption instead: envward rotation exempt";
        assert_eq!(
            refusal("{ class = 'api-key' }", "[rotation.environments.staging.vars.KEY]\nevery = '91d'\n"),
            format!(
                "every 91d for KEY in environment staging is longer than 90d, which holds everywhere / {help}"
            )
        );
        assert_eq!(
            refusal(
                "{ class = 'api-key' }",
                "[rotation.environments.staging.classes.api-key]\ngrace = '8d'\n"
            ),
            format!(
                "grace 8d for class api-key in environment staging is longer than 7d, which holds everywhere / {help}"
            )
        );
    }

    #[test]
    fn names_that_do_not_exist_have_a_suggestion() {
        assert_eq!(
            refusal("{ class = 'api-kye' }", ""),
            "KEY is of class \"api-kye\", which the schema does not define / did you mean \"api-key\"?"
        );
        assert_eq!(
            refusal("{ class = 'webhook-secret' }", ""),
            "KEY is of class \"webhook-secret\", which the schema does not define / add [classes.webhook-secret] to \
             the schema, or choose a preset under [rotation] in envward.toml"
        );
        assert_eq!(
            refusal("{ class = 'database' }", "[rotation]\npreset = 'human-password'\n"),
            "KEY is of class \"database\", which neither the schema nor preset \"human-password\" defines / \
             add [classes.database] to the schema"
        );
        assert_eq!(
            refusal("{}", "[rotation.environments.staging.classes.api-kye]\n"),
            "[rotation.environments.staging.classes] names class \"api-kye\", which the schema does not define / \
             did you mean \"api-key\"?"
        );
        assert_eq!(
            refusal("{}", "[rotation.environments.staging.vars.KYE]\n"),
            "[rotation.environments.staging.vars] names \"KYE\", which is not a variable of the schema / \
             did you mean \"KEY\"?"
        );
        assert_eq!(
            refusal("{}", "[rotation.environments.staging.vars.OTHER]\n"),
            "[rotation.environments.staging.vars] names OTHER, which has no `rotate` in the schema / \
             add `rotate` to [vars.OTHER]"
        );
    }

    #[test]
    fn what_cannot_be_met_is_refused() {
        for (rotate, rotation, expected) in [
            ("{ every = '0d' }", "", "KEY would always be due: its `every` is 0"),
            ("{ every = '7d', warn = '14d' }", "", "warn 14d of KEY is longer than its every 7d"),
            ("{ every = '1d', overlap = '25h' }", "", "overlap 25h of KEY is longer than its every 1d"),
            (
                "{ every = '90d' }",
                "[rotation]\njitter = '10d'\n",
                "jitter 10d under [rotation] is longer than a tenth of every 90d of KEY / use at most 9d",
            ),
            (
                "{ every = '90d', overlap = '20d' }",
                "[rotation.environments.staging.vars.KEY]\nevery = '10d'\n",
                "overlap 20d of KEY is longer than its every 10d in environment staging",
            ),
            (
                "{ every = '90d' }",
                "[rotation.environments.staging.vars.KEY]\nevery = '0'\n",
                "KEY would always be due in environment staging",
            ),
            (
                "{ class = 'human-password', every = '90d' }",
                "[rotation]\npreset = 'strict'\n",
                "KEY is of class \"human-password\" and has `every`",
            ),
        ] {
            let said = refusal(rotate, rotation);
            assert!(said.starts_with(expected), "{rotate} {rotation}: {said}");
        }
    }
}
