//! The result as a schema: valid, complete, and with comments for the person who takes it over.

use std::path::Path;

use super::{Seen, Variable, declaration};
use crate::schema::definition::{
    Constraints, DefaultDefinition, RequiredDefinition, Scalar, VariableDefinition,
};
use crate::ui;

/// Most places that a comment names.
const MAX_PLACES: usize = 3;

/// The text of a schema with these variables, in their order. Paths are shown from `root`.
pub fn schema(name: &str, variables: &[Variable], root: &Path) -> String {
    let mut text = declaration::head(name);
    for variable in variables {
        text.push('\n');
        let doubts = variable.doubts.iter().map(|doubt| format!("# unsure: {doubt}\n"));
        text.extend(doubts.chain([format!("# seen: {}\n", places(&variable.seen, root))]));
        declaration::write(&mut text, &variable.name, &definition(variable));
    }
    text
}

/// What a schema says of it; nothing where it says what holds anyway.
fn definition(variable: &Variable) -> VariableDefinition {
    let value_type = &variable.value_type;
    VariableDefinition {
        description: variable.description.clone(),
        value_type: Some(value_type.name.to_owned()).filter(|name| name != "string"),
        constraints: Constraints {
            values: Some(value_type.values.clone()).filter(|values| !values.is_empty()),
            of: value_type.of.map(str::to_owned),
            sep: value_type.separator.map(str::to_owned),
            ..Constraints::default()
        },
        required: (!variable.required).then_some(RequiredDefinition::Plain(false)),
        default: variable.default.clone().map(|default| DefaultDefinition::Same(Scalar(default))),
        generate: variable.generate.clone(),
        group: variable.group.clone(),
        docs: variable.link.clone(),
        secret: (!variable.secret).then_some(false),
        ..VariableDefinition::default()
    }
}

/// `.env.example:12, compose.yml:4 and 3 more`.
fn places(seen: &[Seen], root: &Path) -> String {
    let shown: Vec<String> = seen
        .iter()
        .take(MAX_PLACES)
        .map(|seen| {
            let file = seen.file.strip_prefix(root).unwrap_or(&seen.file).display().to_string();
            format!("{}:{}", ui::escape(&file), seen.line)
        })
        .collect();
    let rest = seen.len() - shown.len();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Recipe, hex};
    use crate::schema::infer::{Place, Type};

    #[test]
    fn everything_that_is_known_stands_there_and_nothing_else() {
        let seen = |line| Seen { file: "/p/a\u{1b}.env".into(), line, place: Place::EnvFile };
        let variable = Variable {
            name: "A".to_owned(),
            value_type: Type {
                of: Some("url"),
                separator: Some(";"),
                values: vec!["x\"".to_owned()],
                ..Type::plain("list")
            },
            secret: true,
            required: false,
            default: None,
            generate: Some(Recipe::Hex(hex::Options { bytes: 16 })),
            description: Some("says \"x\"\nand more".to_owned()),
            group: Some("g".to_owned()),
            link: None,
            seen: vec![seen(1), seen(2), seen(3), seen(4)],
            doubts: vec!["why"],
        };
        let text = schema("s", std::slice::from_ref(&variable), Path::new("/p"));
        assert_eq!(
            text,
            "[schema]\nname = \"s\"\n\n# unsure: why\n# seen: a\\u{1b}.env:1, a\\u{1b}.env:2, a\\u{1b}.env:3 and 1 more\n[vars.A]\n\
             description = \"\"\"\nsays \"x\"\nand more\"\"\"\ntype = \"list\"\nvalues = ['x\"']\nof = \"url\"\nsep = \";\"\n\
             required = false\ngenerate = { kind = \"hex\", bytes = 16 }\ngroup = \"g\"\n"
        );
        assert!(toml::from_str::<toml::Table>(&text).is_ok());
    }
}
