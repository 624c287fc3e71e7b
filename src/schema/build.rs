//! From the files of a schema to the schema: merged, checked, with what is not said filled in.

use std::mem;

use indexmap::{IndexMap, IndexSet};

use super::constraints;
use super::definition::{Durations, RequiredDefinition, RotationClass, RuleDefinition, VariableDefinition};
use super::error::{Fault, Faults, MAX_FAULTS};
use super::layer::Layer;
use super::rules::Expression;
use super::template::{self, Template};
use super::types::{self, ValueType};
use super::{Error, Origin, Required, Rule, Schema, ValueSource, Variable, rotation};
use crate::generate::Recipe;
use crate::suggest::closest;
use crate::ui;

/// The type of a variable that does not say.
const DEFAULT_TYPE: &str = "string";

/// Longest name of a variable, in bytes.
const MAX_NAME: usize = 255;

/// Merges the files, later ones refining earlier ones, and checks the result.
pub(super) fn schema(mut layers: Vec<Layer>) -> Result<Schema, Error> {
    let name = name(&layers);
    let files = layers.iter().map(Layer::file).collect();
    let merged = merge(&mut layers);
    let known = merged.vars.keys().cloned().collect();
    let mut builder = Builder { layers: &layers, known, faults: Vec::new() };
    let mut vars = IndexMap::with_capacity(merged.vars.len());
    for (name, (definition, origin)) in merged.vars {
        if let Some(variable) = builder.variable(&name, definition, origin) {
            vars.insert(name, variable);
        }
    }
    let rules = merged.rules.into_iter().filter_map(|declared| builder.rule(declared)).collect();
    for (name, class) in &merged.classes {
        builder.durations(&["classes", name], class.durations());
    }
    builder.templates(&mut vars);
    builder.rotation(&vars, &merged.classes);
    if builder.faults.is_empty() {
        Ok(Schema { name, vars, rules, classes: merged.classes, files })
    } else {
        Err(Error::Invalid(Faults(builder.faults)))
    }
}

/// The name that the last file gives itself, else the name of that file.
fn name(layers: &[Layer]) -> String {
    let Some(last) = layers.last() else { return String::new() };
    let stem = || last.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    last.definition.schema.name.clone().unwrap_or_else(stem)
}

#[derive(Default)]
struct Merged {
    vars: IndexMap<String, (VariableDefinition, Origin)>,
    rules: Vec<DeclaredRule>,
    classes: IndexMap<String, RotationClass>,
}

struct DeclaredRule {
    definition: RuleDefinition,
    origin: Origin,
    /// The file it is in, and its number there.
    place: (usize, usize),
}

/// Takes the definitions out of the layers. A variable stays where it was first declared, its origin is where
/// it was last refined.
fn merge(layers: &mut [Layer]) -> Merged {
    let count = layers.iter().map(|layer| layer.definition.vars.len()).sum();
    // A definition is large: growing step by step would move them all again and again.
    let mut merged = Merged { vars: IndexMap::with_capacity(count), ..Merged::default() };
    for (layer_index, layer) in layers.iter_mut().enumerate() {
        let (vars, rules) = (mem::take(&mut layer.definition.vars), mem::take(&mut layer.definition.rules));
        for (name, definition) in vars {
            let origin = layer.origin(name.span().start);
            match merged.vars.get_mut(name.get_ref()) {
                Some((known, known_origin)) => {
                    known.refine(definition);
                    *known_origin = origin;
                }
                None => {
                    merged.vars.insert(name.into_inner(), (definition, origin));
                }
            }
        }
        for (index, rule) in rules.into_iter().enumerate() {
            let origin = layer.origin(rule.span().start);
            let definition = rule.into_inner();
            merged.rules.push(DeclaredRule { definition, origin, place: (layer_index, index) });
        }
        merged.classes.extend(mem::take(&mut layer.definition.classes));
    }
    merged
}

/// Collects faults while it builds.
struct Builder<'l> {
    layers: &'l [Layer],
    /// The names of all variables, those with a fault too.
    known: IndexSet<String>,
    faults: Vec<Fault>,
}

/// What is wrong with something, and what to write instead.
type Objection = (String, Option<String>);

impl Builder<'_> {
    fn variable(&mut self, name: &str, definition: VariableDefinition, origin: Origin) -> Option<Variable> {
        let value_type = self.value_type(name, &definition)?;
        self.name(name);
        self.constraints(name, &definition, value_type);
        let template = definition.template.as_deref().and_then(|source| self.template(name, source));
        let required = self.required(name, definition.required);
        if let Some(rotate) = &definition.rotate {
            self.durations(&["vars", name, "rotate"], rotate.durations());
        }
        if let Some(Err(error)) = definition.generate.as_ref().map(Recipe::check) {
            let message = format!("has a recipe that makes no value: {error}");
            self.variable_fault(name, &["generate"], &message, error.hint().as_deref());
        }
        Some(Variable {
            name: name.to_owned(),
            description: definition.description,
            value_type,
            constraints: definition.constraints,
            secret: definition.secret.unwrap_or(true),
            required,
            default: definition.default.map(Into::into),
            template,
            generate: definition.generate,
            rotate: definition.rotate,
            example: definition.example.map(|example| example.0),
            deprecated: definition.deprecated,
            group: definition.group,
            owner: definition.owner,
            docs: definition.docs,
            obtain: definition.obtain,
            source: definition.source.unwrap_or(ValueSource::File),
            origin,
        })
    }

    fn name(&mut self, name: &str) {
        let mut bytes = name.bytes();
        let starts_well = bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
        if !starts_well || !bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            let help = "use letters, digits and _, and do not begin with a digit";
            self.variable_fault(name, &[], "is not a name for a variable", Some(help));
        } else if name.len() > MAX_NAME {
            self.variable_fault(name, &[], &format!("is longer than {MAX_NAME} characters"), None);
        }
    }

    fn value_type(&mut self, name: &str, definition: &VariableDefinition) -> Option<&'static dyn ValueType> {
        let word = definition.value_type.as_deref().unwrap_or(DEFAULT_TYPE);
        let found = types::by_name(word);
        if found.is_none() {
            let close = closest(word, types::ALL.iter().map(|value_type| value_type.name()));
            let help = close.map(|close| format!("did you mean {close:?}?"));
            self.variable_fault(name, &["type"], "has an unknown type", help.as_deref());
        }
        found
    }

    fn constraints(&mut self, name: &str, definition: &VariableDefinition, value_type: &dyn ValueType) {
        for constraint in definition.constraints.given() {
            if !value_type.takes(constraint) {
                let message = format!("has no use for {constraint}, being of type {}", value_type.name());
                let known = [value_type.constraints(), constraints::SHARED].concat().join(", ");
                self.variable_fault(name, &[constraint], &message, Some(&format!("the type takes {known}")));
            }
        }
        if value_type.name() == "enum" && definition.constraints.values.as_ref().is_none_or(Vec::is_empty) {
            let help = "list what it accepts: values = [\"…\"]";
            self.variable_fault(name, &["type"], "is an enum without values", Some(help));
        }
    }

    fn template(&mut self, name: &str, source: &str) -> Option<Template> {
        let parsed = Template::parse(source).map_err(|error| (error, None)).and_then(|template| {
            template.parts().into_iter().try_for_each(|part| self.is_known(part))?;
            Ok(template)
        });
        if let Err((error, help)) = &parsed {
            self.variable_fault(
                name,
                &["template"],
                &format!("has a template that {error}"),
                help.as_deref(),
            );
        }
        parsed.ok()
    }

    fn required(&mut self, name: &str, definition: Option<RequiredDefinition>) -> Required {
        match definition {
            None | Some(RequiredDefinition::Plain(true)) => Required::Always,
            Some(RequiredDefinition::Plain(false)) => Required::Never,
            Some(RequiredDefinition::When(source)) => match self.compile(&source) {
                Ok(expression) => Required::When(expression),
                Err((error, help)) => {
                    let message = format!("has a condition that {error}");
                    self.variable_fault(name, &["required"], &message, help.as_deref());
                    Required::Always
                }
            },
        }
    }

    fn rule(&mut self, declared: DeclaredRule) -> Option<Rule> {
        let DeclaredRule { definition, origin, place } = declared;
        let when = match definition.when {
            Some(source) => Some(self.expression(&source, place, "when")?),
            None => None,
        };
        let assert = self.expression(&definition.assert, place, "assert")?;
        let RuleDefinition { message, reference, .. } = definition;
        Some(Rule { when, assert, message, reference, origin })
    }

    fn expression(&mut self, source: &str, place: (usize, usize), field: &str) -> Option<Expression> {
        let (layer, index) = place;
        let compiled = self.compile(source);
        if let Err((error, help)) = &compiled
            && self.faults.len() < MAX_FAULTS
        {
            let path = ["rules", &index.to_string(), field];
            let fault = self.layers[layer].fault(&path, &format!("the rule {error}"), help.as_deref());
            self.faults.extend(fault);
        }
        compiled.ok()
    }

    fn compile(&self, source: &str) -> Result<Expression, Objection> {
        let expression = Expression::compile(source).map_err(|error| (error, None))?;
        expression.names().try_for_each(|name| self.is_known(name))?;
        Ok(expression)
    }

    fn is_known(&self, name: &str) -> Result<(), Objection> {
        if self.known.contains(name) {
            return Ok(());
        }
        let close = closest(name, self.known.iter().map(String::as_str));
        let help = close.map(|close| format!("did you mean {:?}?", ui::escape(close)));
        Err((format!("reads {:?}, which is not a variable", ui::escape(name)), help))
    }

    /// Refuses templates that lead back to themselves, and makes secret what has a secret part.
    fn templates(&mut self, vars: &mut IndexMap<String, Variable>) {
        let (order, cyclic) = template::order(vars);
        for name in cyclic {
            self.variable_fault(&name, &["template"], "is a part of itself through its template", None);
        }
        for name in order {
            let parts = vars[&name].template.iter().flat_map(Template::parts);
            if parts.filter_map(|part| vars.get(part)).any(|part| part.secret) {
                vars[&name].secret = true;
            }
        }
    }

    /// Refuses what cannot be rotated as it says; a variable with another fault is missing, and would be missed.
    fn rotation(&mut self, vars: &IndexMap<String, Variable>, classes: &IndexMap<String, RotationClass>) {
        if self.faults.is_empty() {
            for objection in rotation::objections(vars, classes) {
                let field = ["rotate", objection.field];
                self.variable_fault(
                    &objection.variable,
                    &field,
                    &objection.message,
                    objection.help.as_deref(),
                );
            }
        }
    }

    fn durations(&mut self, table: &[&str], durations: Durations<'_>) {
        let bad = |text: &&str| types::parse_duration(text).is_none();
        for (field, _) in durations.into_iter().filter(|(_, text)| text.as_ref().is_some_and(bad)) {
            let message = format!("{:?} has no duration in {field}", ui::escape(table[1]));
            let help = "use a number and a unit, such as 90d or 12h";
            self.fault(&[table, &[field]].concat(), &message, Some(help));
        }
    }

    /// A fault of a variable.
    fn variable_fault(&mut self, name: &str, field: &[&str], message: &str, help: Option<&str>) {
        let path: Vec<&str> = ["vars", name].into_iter().chain(field.iter().copied()).collect();
        self.fault(&path, &format!("{:?} {message}", ui::escape(name)), help);
    }

    /// A fault of a variable or a class, in the last file that has the field, else where it is declared last.
    fn fault(&mut self, path: &[&str], message: &str, help: Option<&str>) {
        // Each fault is looked up in the files again; a hostile schema must not make that take ages.
        if self.faults.len() >= MAX_FAULTS {
            return;
        }
        let at = |path: &[&str]| self.layers.iter().rev().find_map(|layer| layer.fault(path, message, help));
        let fault = at(path).or_else(|| at(&path[..2]));
        self.faults.extend(fault);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Files, refusal, schema};
    use super::super::{Default, Required};

    #[test]
    fn what_is_not_said_is_filled_in() {
        let schema = schema(
            "[vars.A]\n[vars.B]\nsecret = false\nrequired = false\n[vars.C]\nrequired = \"A == 'x'\"\n",
        );
        assert_eq!(schema.name, "app");
        let [a, b, c] = ["A", "B", "C"].map(|name| &schema.vars[name]);
        assert!(a.secret && matches!(a.required, Required::Always) && a.value_type.name() == "string");
        assert!(!b.secret && matches!(b.required, Required::Never));
        assert!(matches!(&c.required, Required::When(expression) if expression.reads() == ["A"]));
    }

    #[test]
    fn defaults_are_the_text_a_person_would_write() {
        let schema = schema(
            "[vars.A]\ndefault = 20\n[vars.B]\ndefault = 1.0\n[vars.C]\ndefault = true\n[vars.D]\ndefault = 'True'\n\
             [vars.E]\ndefault = { production = 'INFO', '*' = 5 }\n",
        );
        let default = |name: &str, environment: &str| {
            schema.vars[name]
                .default
                .as_ref()
                .and_then(|default| default.for_environment(environment))
                .map(str::to_owned)
        };
        let values = ["A", "B", "C", "D", "E"].map(|name| default(name, "staging").unwrap_or_default());
        assert_eq!(values, ["20", "1.0", "true", "True", "5"]);
        assert_eq!(default("E", "production").as_deref(), Some("INFO"));
        assert!(matches!(schema.vars["A"].default, Some(Default::Same(_))));
    }

    #[test]
    fn every_fault_of_meaning_is_reported_with_its_place() {
        let text = "\
[vars.DB_PORT]
type = 'prot'

[vars.1B]

[vars.LEVEL]
type = 'enum'

[vars.ON]
type = 'bool'
min = 3

[vars.URL]
template = 'http://${DB_PROT}'

[vars.WHEN]
required = \"LEVL == 'x'\"

[[rules]]
when = \"env == 'production'\"
assert = 'ON == '
message = 'on'

[[rules]]
assert = 'NO'
message = 'no'
";
        let expected = "\
app.toml:2:1: \"DB_PORT\" has an unknown type
  help: did you mean \"port\"?
app.toml:4:7: \"1B\" is not a name for a variable
  help: use letters, digits and _, and do not begin with a digit
app.toml:7:1: \"LEVEL\" is an enum without values
  help: list what it accepts: values = [\"…\"]
app.toml:11:1: \"ON\" has no use for min, being of type bool
  help: the type takes values, pattern, deny
app.toml:14:1: \"URL\" has a template that reads \"DB_PROT\", which is not a variable
  help: did you mean \"DB_PORT\"?
app.toml:17:1: \"WHEN\" has a condition that reads \"LEVL\", which is not a variable
  help: did you mean \"LEVEL\"?
app.toml:21:1: the rule is not valid CEL at line 1, column 7
app.toml:25:1: the rule reads \"NO\", which is not a variable
  help: did you mean \"ON\"?";
        assert_eq!(refusal(text), expected);
    }

    #[test]
    fn the_deadlines_of_rotation_must_be_durations() {
        let text = "\
[vars.KEY]
rotate = { every = '90d', warn = 'soon' }

[classes.api-key]
every = '3 months'
grace = '1w'
";
        let expected = "\
app.toml:2:27: \"KEY\" has no duration in warn
  help: use a number and a unit, such as 90d or 12h
app.toml:5:1: \"api-key\" has no duration in every
  help: use a number and a unit, such as 90d or 12h";
        assert_eq!(refusal(text), expected);
    }

    #[test]
    fn a_fault_is_shown_in_the_file_that_has_the_field() {
        let files = Files::new(&[
            ("base.toml", "[vars.A]\ntype = 'int'\n\nmin_length = 3\n"),
            ("app.toml", "[schema]\nextends = ['base.toml']\n[vars.A]\ndescription = 'a'\n"),
        ]);
        assert!(files.refusal("app.toml").starts_with("base.toml:4:1: \"A\" has no use for min_length"));
    }
}
