//! What is wrong with how variables are rotated, as far as a schema alone shows it: drivers without what they need,
//! names that do not exist. Lengths of time that contradict each other depend on the manifest too:
//! [`crate::rotation::policy`].

use indexmap::IndexMap;

use super::Variable;
use super::definition::{Rotate, RotationClass};
use super::driver::{
    CommandDriver, DATA_ENCRYPTION, DriverDefinition, DriverTable, PostgresDriver, RedisDriver,
};
use super::template::Template;
use super::types::parse_duration;
use crate::suggest::closest;
use crate::ui;

/// What is wrong with one variable.
pub(super) struct Objection {
    /// The variable.
    pub(super) variable: String,
    /// The field of its `rotate` table.
    pub(super) field: &'static str,
    /// The rest of a sentence that begins with its name.
    pub(super) message: String,
    /// What to write instead.
    pub(super) help: Option<String>,
}

/// Everything that is wrong, in the order of the schema.
pub(super) fn objections(
    vars: &IndexMap<String, Variable>,
    classes: &IndexMap<String, RotationClass>,
) -> Vec<Objection> {
    let mut objections = Vec::new();
    for variable in vars.values() {
        let Some(rotate) = &variable.rotate else { continue };
        let class = rotate.class.as_ref().and_then(|class| classes.get(class));
        let mut examination = Examination { variable, rotate, class, vars, objections: Vec::new() };
        examination.examine();
        objections.append(&mut examination.objections);
    }
    objections
}

struct Examination<'a> {
    variable: &'a Variable,
    rotate: &'a Rotate,
    class: Option<&'a RotationClass>,
    vars: &'a IndexMap<String, Variable>,
    objections: Vec<Objection>,
}

impl Examination<'_> {
    fn examine(&mut self) {
        if let Some(previous) = &self.rotate.previous {
            if *previous == self.variable.name {
                let help = "name the variable that holds the value before this one";
                self.object("previous", "cannot hold its own previous value", Some(help.to_owned()));
            } else {
                self.require_variable("previous", previous, "keeps its previous value in");
            }
        }
        let of_class = self.class.and_then(|class| class.driver.as_ref());
        let driver = self.rotate.driver.as_ref().or(of_class).map(DriverDefinition::table);
        let Some(driver) = driver.filter(|driver| *driver != DriverTable::Manual) else { return };
        if self.rotate.class.as_deref() == Some(DATA_ENCRYPTION) {
            let message =
                format!("is of class {DATA_ENCRYPTION:?}, and driver {:?} would replace it", driver.name());
            let help = "what the old key encrypted would be unreadable: leave the driver out, and write the steps into \
                        `runbook`";
            return self.object("driver", message, Some(help.to_owned()));
        }
        if self.variable.template.is_some() {
            let message =
                format!("is rendered from other variables, which driver {:?} cannot do", driver.name());
            return self.object(
                "driver",
                message,
                Some("give the driver to the part that is secret".to_owned()),
            );
        }
        match &driver {
            DriverTable::Manual => {}
            DriverTable::Generate => self.require_recipe("driver \"generate\""),
            DriverTable::Postgres(options) => self.examine_postgres(options),
            DriverTable::Redis(options) => self.examine_redis(options),
            DriverTable::Command(options) => self.examine_command(options),
        }
    }

    fn examine_postgres(&mut self, options: &PostgresDriver) {
        let PostgresDriver { url, user, alternate, .. } = options;
        self.require_url(url.as_deref(), "postgres-url");
        if let Some(user) = user {
            self.require_variable("driver", user, "finds its role in");
        }
        match alternate {
            Some([one, other]) if one == other => {
                let message = format!("alternates between {:?} and itself", ui::escape(one));
                self.object("driver", message, Some("name two roles that have the same rights".to_owned()));
            }
            Some(_) if user.is_none() => {
                let help =
                    "add `user`: the variable with the role's name, which changes along with the password";
                self.object(
                    "driver",
                    "alternates between two roles and names no `user`",
                    Some(help.to_owned()),
                );
            }
            _ => {}
        }
    }

    fn examine_redis(&mut self, options: &RedisDriver) {
        self.require_url(options.url.as_deref(), "redis-url");
    }

    fn examine_command(&mut self, options: &CommandDriver) {
        let CommandDriver { create, set, test, finish, timeout, .. } = options;
        let steps = [
            ("set", Some(set)),
            ("test", Some(test)),
            ("create", create.as_ref()),
            ("finish", finish.as_ref()),
        ];
        for (step, command) in steps {
            if command.is_some_and(|command| command.first().is_none_or(String::is_empty)) {
                let message = format!("has a driver whose step `{step}` runs nothing");
                self.object("driver", message, Some(format!("name a program: {step} = [\"./{step}.sh\"]")));
            }
        }
        if create.is_none() {
            self.require_recipe("a driver without `create`");
        }
        let is_length = |text: &String| parse_duration(text).is_some_and(|length| !length.is_zero());
        if timeout.as_ref().is_some_and(|timeout| !is_length(timeout)) {
            let help = "use a number and a unit, such as 60s or 5m";
            self.object("driver", "has a driver whose timeout is no duration", Some(help.to_owned()));
        }
    }

    fn require_recipe(&mut self, who: &str) {
        if self.variable.generate.is_none() {
            let message = format!("has {who}, and no `generate` that says how a value is made");
            self.object("driver", message, Some("add generate = { kind = \"…\" }".to_owned()));
        }
    }

    /// The URL that the driver connects to: the one that is named, else the only one of which this is a part.
    fn require_url(&mut self, named: Option<&str>, value_type: &str) {
        if let Some(name) = named {
            if self.require_variable("driver", name, "is rotated at")
                && self.vars[name].value_type.name() != value_type
            {
                let message = format!("is rotated at {name}, which is not of type {value_type}");
                self.object("driver", message, Some(format!("name a variable of type {value_type}")));
            }
            return;
        }
        let own = self.variable.name.as_str();
        if self.variable.value_type.name() == value_type {
            return;
        }
        let is_part = |template: &Template| template.parts().contains(&own);
        let candidates = self.vars.values().filter(|other| other.template.as_ref().is_some_and(is_part));
        let found = candidates.filter(|other| other.value_type.name() == value_type).count();
        if found == 1 {
            return;
        }
        let many = if found == 0 { "no variable" } else { "several variables" };
        let message = format!("is part of {many} of type {value_type}, at which it could be rotated");
        self.object("driver", message, Some("name the one in `url` of the driver".to_owned()));
    }

    fn require_variable(&mut self, field: &'static str, name: &str, does: &str) -> bool {
        if self.vars.contains_key(name) {
            return true;
        }
        let close = closest(name, self.vars.keys().map(String::as_str));
        let help = close.map(|close| format!("did you mean {:?}?", ui::escape(close)));
        self.object(field, format!("{does} {:?}, which is not a variable", ui::escape(name)), help);
        false
    }

    fn object(&mut self, field: &'static str, message: impl Into<String>, help: Option<String>) {
        let variable = self.variable.name.clone();
        self.objections.push(Objection { variable, field, message: message.into(), help });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, schema};

    const URL: &str = "[vars.URL]\ntype = 'postgres-url'\ntemplate = 'postgres://u:${KEY|url}@db:5432/app'\n";

    /// What is said about a variable with this `rotate`, without the place.
    #[track_caller]
    fn said(rotate: &str, rest: &str) -> String {
        let text = format!("[vars.KEY]\nrotate = {rotate}\n{rest}");
        refusal(&text)
            .lines()
            .map(|line| line.split_once(": ").map_or(line, |(_, said)| said))
            .collect::<Vec<_>>()
            .join(" / ")
    }

    #[test]
    fn a_fault_is_at_its_field() {
        assert_eq!(
            refusal("[vars.KEY]\nrotate = { every = '90d', driver = 'generate' }\n"),
            "app.toml:2:27: \"KEY\" has driver \"generate\", and no `generate` that says how a value is made\n  \
             help: add generate = { kind = \"…\" }"
        );
    }

    #[test]
    fn no_machine_replaces_a_key_that_encrypts_data() {
        let recipe = "generate = { kind = 'hex', bytes = 32 }\n";
        for driver in ["driver = 'generate'", "driver = 'postgres'", "driver = { kind = 'redis' }"] {
            let said = said(&format!("{{ class = 'data-encryption', {driver} }}"), recipe);
            assert!(said.contains("\"KEY\" is of class \"data-encryption\", and driver "), "{said}");
            assert!(said.contains("what the old key encrypted would be unreadable"), "{said}");
        }
        let by_class = "[classes.data-encryption]\nevery = '730d'\ndriver = 'generate'\n";
        let said = said("{ class = 'data-encryption' }", &format!("{recipe}{by_class}"));
        assert!(said.contains("driver \"generate\" would replace it"), "{said}");
        schema("[vars.KEY]\nrotate = { class = 'data-encryption', driver = 'manual' }\n");
    }

    #[test]
    fn names_of_variables_must_exist_and_have_a_suggestion() {
        for (rotate, expected) in [
            (
                "{ previous = 'KEY_OLD' }",
                "\"KEY\" keeps its previous value in \"KEY_OLD\", which is not a variable",
            ),
            ("{ previous = 'KEY' }", "\"KEY\" cannot hold its own previous value"),
            (
                "{ driver = { kind = 'postgres', url = 'URLL' } }",
                "\"KEY\" is rotated at \"URLL\", which is not a variable / did you mean \"URL\"?",
            ),
            (
                "{ driver = { kind = 'redis', url = 'URL' } }",
                "\"KEY\" is rotated at URL, which is not of type redis-url",
            ),
            (
                "{ driver = { kind = 'postgres', user = 'DB_USER' } }",
                "\"KEY\" finds its role in \"DB_USER\", which is not a variable",
            ),
        ] {
            let said = said(rotate, URL);
            assert!(said.contains(expected), "{rotate}: {said}");
        }
    }

    #[test]
    fn a_driver_has_what_it_needs() {
        for (rotate, expected) in [
            (
                "{ driver = 'redis' }",
                "is part of no variable of type redis-url, at which it could be rotated",
            ),
            (
                "{ driver = { kind = 'postgres', alternate = ['a', 'b'] } }",
                "alternates between two roles and names no `user`",
            ),
            (
                "{ driver = { kind = 'postgres', user = 'URL', alternate = ['a', 'a'] } }",
                "alternates between \"a\" and itself",
            ),
            (
                "{ driver = { kind = 'command', create = ['x'], set = [], test = ['x'] } }",
                "has a driver whose step `set` runs nothing",
            ),
            (
                "{ driver = { kind = 'command', set = ['x'], test = ['x'] } }",
                "has a driver without `create`, and no `generate`",
            ),
            (
                "{ driver = { kind = 'command', create = ['x'], set = ['x'], test = ['x'], timeout = 'soon' } }",
                "has a driver whose timeout is no duration",
            ),
        ] {
            let said = said(rotate, URL);
            assert!(said.contains(expected), "{rotate}: {said}");
        }
        let whole = "[vars.KEY]\ntemplate = '${A}'\nrotate = { driver = 'generate' }\n[vars.A]\n";
        assert!(refusal(whole).contains("\"KEY\" is rendered from other variables"), "{}", refusal(whole));
    }

    #[test]
    fn what_a_driver_needs_is_found_without_being_named() {
        schema(&format!("[vars.KEY]\nrotate = {{ every = '90d', driver = 'postgres' }}\n{URL}"));
        schema(
            "[vars.KEY]\ngenerate = { kind = 'hex', bytes = 32 }\n\
             rotate = { overlap = '1d', previous = 'OLD', driver = 'generate' }\n[vars.OLD]\nrequired = false\n",
        );
        schema("[vars.KEY]\ntype = 'redis-url'\nrotate = { driver = 'redis' }\n");
    }
}
