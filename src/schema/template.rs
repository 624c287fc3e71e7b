//! Values rendered from other variables: `postgresql://${DB_USER}:${DB_PASSWORD|url}@db/app`.

use indexmap::{IndexMap, IndexSet};
use zeroize::Zeroizing;

use super::encoder::{self, Encoder};
use super::{Schema, Variable};
use crate::secret::{Secret, Values};
use crate::suggest::closest;

/// A parsed template: text and `${NAME}` or `${NAME|encoder}`; `$$` is a dollar sign.
pub struct Template {
    pieces: Vec<Piece>,
}

enum Piece {
    Text(String),
    Part { name: String, encoder: &'static Encoder },
}

impl Template {
    /// Parses; the error says what is wrong and at which character, as the rest of a sentence that begins
    /// with the template.
    pub fn parse(source: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut rest = source;
        while let Some(dollar) = rest.find('$') {
            let offset = source.len() - rest.len() + dollar;
            let at = || format!("at character {}", source[..offset].chars().count() + 1);
            text.push_str(&rest[..dollar]);
            let after = &rest[dollar + 1..];
            if let Some(after) = after.strip_prefix('$') {
                text.push('$');
                rest = after;
                continue;
            }
            let braced = after.strip_prefix('{').and_then(|after| after.split_once('}'));
            let Some((inside, after)) = braced else {
                return Err(format!("has a $ {} that is neither ${{NAME}} nor $$", at()));
            };
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(Piece::part(inside).map_err(|error| format!("{error} {}", at()))?);
            rest = after;
        }
        text.push_str(rest);
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Ok(Self { pieces })
    }

    /// The names of its parts, each once, in order.
    pub fn parts(&self) -> Vec<&str> {
        let names = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Part { name, .. } => Some(name.as_str()),
        });
        names.collect::<IndexSet<_>>().into_iter().collect()
    }

    /// The whole, if every part has a value; else the names of those that have none.
    pub fn render(&self, values: &Values) -> Result<Secret, Vec<&str>> {
        let missing: Vec<&str> =
            self.parts().into_iter().filter(|part| !values.contains_key(*part)).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let encoded: Vec<_> = self.pieces.iter().map(|piece| piece.render(values)).collect();
        // With its final capacity, so that no shorter copy stays behind in memory.
        let mut whole = String::with_capacity(encoded.iter().map(|text| text.len()).sum());
        for text in &encoded {
            whole.push_str(text);
        }
        Ok(Secret::new(whole))
    }

    /// The parts back from a whole, if the whole has the template's shape in exactly one way with no part
    /// empty.
    pub fn split(&self, whole: &Secret) -> Option<Values> {
        let whole = whole.expose();
        let ends = self.only_ends(whole)?;
        let mut values = Values::new();
        let mut start = 0;
        for (piece, end) in self.pieces.iter().zip(ends) {
            if let Piece::Part { name, encoder } = piece {
                let value = Secret::new((encoder.decode)(whole.get(start..end)?)?);
                if values.get(name).is_some_and(|known| *known != value) {
                    return None;
                }
                values.insert(name.clone(), value);
            }
            start = end;
        }
        Some(values)
    }

    /// Where each piece ends, if there is exactly one way to lay the pieces over the whole.
    ///
    /// `ways[n][i]` is the number of ways, at most 2, in which the first n pieces cover the first i bytes.
    fn only_ends(&self, whole: &str) -> Option<Vec<usize>> {
        let bytes = whole.as_bytes();
        let mut ways: Vec<Vec<u8>> = vec![vec![0; bytes.len() + 1]];
        ways[0][0] = 1;
        for piece in &self.pieces {
            let next = piece.extend_ways(ways.last()?, bytes);
            ways.push(next);
        }
        if ways.last()?[bytes.len()] != 1 {
            return None;
        }
        let mut ends = vec![bytes.len()];
        for (piece, ways) in self.pieces.iter().zip(&ways).skip(1).rev() {
            let end = *ends.last()?;
            let start = match piece {
                Piece::Text(text) => end - text.len(),
                Piece::Part { .. } => ways[..end].iter().rposition(|ways| *ways > 0)?,
            };
            ends.push(start);
        }
        ends.reverse();
        Some(ends)
    }
}

impl Schema {
    /// The wholes of which one of these variables is a part, rendered again from the values that are set and
    /// from defaults. A whole with a part that has neither is left out.
    pub fn rerender(&self, environment: &str, values: &Values, changed: &[String]) -> Values {
        let mut all = values.clone();
        for variable in self.vars.values().filter(|variable| !values.contains_key(&variable.name)) {
            let default = variable.default.as_ref().and_then(|default| default.for_environment(environment));
            all.extend(default.map(|value| (variable.name.clone(), Secret::new(value))));
        }
        let mut rendered = Values::new();
        let mut changed = changed.to_vec();
        // A whole may be a part of another one; loading has refused circles.
        while let Some(part) = changed.pop() {
            for whole in self.vars.values() {
                let Some(template) = &whole.template else { continue };
                if !template.parts().contains(&part.as_str()) {
                    continue;
                }
                if let Ok(value) = template.render(&all) {
                    all.insert(whole.name.clone(), value.clone());
                    rendered.insert(whole.name.clone(), value);
                    changed.push(whole.name.clone());
                }
            }
        }
        rendered
    }
}

impl Piece {
    /// What stands between the braces.
    fn part(inside: &str) -> Result<Self, String> {
        let (name, encoder) = match inside.split_once('|') {
            None => (inside, &encoder::PLAIN),
            Some((name, word)) => {
                let found = encoder::ALL.iter().find(|encoder| encoder.name == word);
                (name, found.ok_or_else(|| unknown_encoder(word))?)
            }
        };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err("has a part that is not a name".to_owned());
        }
        Ok(Self::Part { name: name.to_owned(), encoder })
    }

    fn render(&self, values: &Values) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Text(text) => text.clone(),
            Self::Part { name, encoder } => {
                values.get(name).map_or_else(String::new, |value| (encoder.encode)(value.expose()))
            }
        })
    }

    /// The row of ways after this piece, from the row before it (see [`Template::only_ends`]).
    fn extend_ways(&self, before: &[u8], whole: &[u8]) -> Vec<u8> {
        let mut after = vec![0; before.len()];
        match self {
            Self::Text(text) => {
                for start in (0..before.len()).filter(|start| before[*start] > 0) {
                    if whole[start..].starts_with(text.as_bytes()) {
                        after[start + text.len()] = before[start];
                    }
                }
            }
            Self::Part { encoder, .. } => {
                // The ways to begin this part without a byte in between that its encoding cannot have.
                let mut begun: u8 = 0;
                for end in 1..before.len() {
                    begun = (begun + before[end - 1]).min(2);
                    if !(encoder.allows)(whole[end - 1]) {
                        begun = 0;
                    }
                    after[end] = begun;
                }
            }
        }
        after
    }
}

fn unknown_encoder(word: &str) -> String {
    let known = encoder::ALL.iter().map(|encoder| encoder.name);
    match closest(word, known) {
        Some(close) => format!("has an unknown encoder, did you mean \"|{close}\"?"),
        None => "has an unknown encoder".to_owned(),
    }
}

/// The variables with a template, each after its parts, and those whose template leads back to themselves.
pub(super) fn order(vars: &IndexMap<String, Variable>) -> (Vec<String>, Vec<String>) {
    let mut open: IndexMap<&str, usize> = IndexMap::new();
    let mut users: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for variable in vars.values() {
        let Some(template) = &variable.template else { continue };
        let rendered = template
            .parts()
            .into_iter()
            .filter(|part| vars.get(*part).is_some_and(|part| part.template.is_some()));
        open.insert(&variable.name, 0);
        for part in rendered {
            users.entry(part).or_default().push(&variable.name);
        }
    }
    for user in users.values().flatten() {
        if let Some(count) = open.get_mut(user) {
            *count += 1;
        }
    }
    let mut order: Vec<&str> = open.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    let mut next = 0;
    while let Some(done) = order.get(next).copied() {
        next += 1;
        for user in users.get(done).into_iter().flatten() {
            if let Some(count) = open.get_mut(user) {
                *count -= 1;
                if *count == 0 {
                    order.push(user);
                }
            }
        }
    }
    let cyclic = open.iter().filter(|(_, count)| **count > 0).map(|(name, _)| (*name).to_owned()).collect();
    (order.into_iter().map(str::to_owned).collect(), cyclic)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, schema};
    use super::*;

    const DATABASE: &str = "postgresql://${USER}:${PASSWORD|url}@${HOST}:5432/app";

    fn values(values: &[(&str, &str)]) -> Values {
        values.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect()
    }

    fn parse(source: &str) -> Template {
        Template::parse(source).unwrap_or_else(|error| panic!("{source} {error}"))
    }

    #[track_caller]
    fn rendered(source: &str, parts: &[(&str, &str)], expected: &str) {
        match parse(source).render(&values(parts)) {
            Ok(whole) => assert_eq!(whole.expose(), expected),
            Err(missing) => panic!("missing {missing:?}"),
        }
    }

    /// The parts as `NAME=value`, or `None`.
    fn split(source: &str, whole: &str) -> Option<Vec<String>> {
        let parts = parse(source).split(&Secret::new(whole))?;
        Some(parts.iter().map(|(name, value)| format!("{name}={}", value.expose())).collect())
    }

    #[test]
    fn parts_are_put_in_and_encoded() {
        let parts = [("USER", "app"), ("PASSWORD", "p@ss/w:rd"), ("HOST", "db")];
        rendered(DATABASE, &parts, "postgresql://app:p%40ss%2Fw%3Ard@db:5432/app");
        rendered("a$$b${USER}$$", &parts, "a$bapp$");
        rendered("Basic ${USER|base64}", &parts, "Basic YXBw");
        rendered("plain", &[], "plain");
        assert_eq!(parse(DATABASE).parts(), ["USER", "PASSWORD", "HOST"]);
    }

    #[test]
    fn every_missing_part_is_named() {
        assert_eq!(parse(DATABASE).render(&values(&[("USER", "app")])).err(), Some(vec!["PASSWORD", "HOST"]));
    }

    #[test]
    fn a_value_is_never_expanded_again() {
        rendered("${A}${B}", &[("A", "${B}"), ("B", "$$")], "${B}$$");
    }

    #[test]
    fn what_is_no_template_says_where() {
        for (source, expected) in [
            ("a$b", "has a $ at character 2 that is neither ${NAME} nor $$"),
            ("ä${A", "has a $ at character 2 that is neither ${NAME} nor $$"),
            ("${}", "has a part that is not a name at character 1"),
            ("${A B}", "has a part that is not a name at character 1"),
            ("${A|ulr}", "has an unknown encoder, did you mean \"|url\"? at character 1"),
        ] {
            assert_eq!(Template::parse(source).err().as_deref(), Some(expected), "{source}");
        }
    }

    #[test]
    fn a_whole_is_split_back_into_its_parts() {
        let whole = "postgresql://app:p%40ss%2Fw%3Ard@db:5432/app";
        assert_eq!(
            split(DATABASE, whole),
            Some(vec!["USER=app".into(), "PASSWORD=p@ss/w:rd".into(), "HOST=db".into()])
        );
        assert_eq!(split("${A|base64}.${B}", "YXBw.x.y"), Some(vec!["A=app".into(), "B=x.y".into()]));
        assert_eq!(split("${A}-${A}", "x-x"), Some(vec!["A=x".into()]));
    }

    #[test]
    fn what_could_be_split_in_two_ways_or_none_is_not() {
        for (source, whole) in [
            ("${A}-${B}", "x-y-z"),
            ("${A}${B}", "xyz"),
            ("${A}-${A}", "x-y"),
            ("a${A}", "bx"),
            ("${A}:", ":"),
            ("${A|base64}", "no base64!"),
            (DATABASE, "postgresql://app:secret@db:5433/app"),
            ("plain", "other"),
        ] {
            assert_eq!(split(source, whole), None, "{source} {whole}");
        }
    }

    #[test]
    fn a_template_with_a_secret_part_is_secret_through_any_number_of_templates() {
        let schema = schema(
            "[vars.OUTER]\nsecret = false\ntemplate = '${INNER}!'\n[vars.INNER]\nsecret = false\ntemplate = '${KEY}'\n\
             [vars.KEY]\n[vars.OPEN]\nsecret = false\ntemplate = 'x${NAME}'\n[vars.NAME]\nsecret = false\n",
        );
        let secret: Vec<_> =
            schema.vars.values().filter(|each| each.secret).map(|each| each.name.as_str()).collect();
        assert_eq!(secret, ["OUTER", "INNER", "KEY"]);
    }

    #[test]
    fn a_circle_of_templates_is_refused() {
        assert_eq!(
            refusal(
                "[vars.A]\ntemplate = '${B}'\n[vars.B]\ntemplate = '${A}'\n[vars.C]\ntemplate = 'x${A}'\n"
            ),
            "app.toml:2:1: \"A\" is a part of itself through its template\n\
             app.toml:4:1: \"B\" is a part of itself through its template\n\
             app.toml:6:1: \"C\" is a part of itself through its template"
        );
    }
}
