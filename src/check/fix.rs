//! Repairs what needs no decision: the spelling of lines, and wholes that were never rendered.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{FileFacts, Input, State, Subject, shown};
use crate::dotenv::{self, Document, Repair, Repaired};
use crate::schema::{Required, Schema};
use crate::secret::{Secret, Values};

/// A repaired env file.
pub struct Fixed {
    /// Its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// What was done, one sentence each, with lines of the file as it was.
    pub done: Vec<String>,
}

/// Repairs an env file. No value changes its meaning to the strict reader, except that a whole that was unset
/// or a placeholder is rendered from parts that are all set.
pub fn fix(
    bytes: &[u8],
    schema: Option<&Schema>,
    environment: &str,
    declared: &[String],
    now: Timestamp,
) -> Fixed {
    let (repaired, repairs) = dotenv::repair(bytes, declared);
    let mut done: Vec<String> = repairs.iter().map(sentence).collect();
    let rendered =
        schema.map(|schema| render_wholes(&repaired, schema, environment, now)).unwrap_or_default();
    if rendered.is_empty() {
        return Fixed { bytes: repaired, done };
    }
    let (mut document, _) = Document::parse_with_problems(&repaired);
    for (name, value) in &rendered {
        // What no quoting carries stays a finding.
        if document.set(name, value).is_ok() {
            done.push(format!("{}: rendered from its parts", shown(name)));
        }
    }
    Fixed { bytes: document.to_bytes(), done }
}

fn sentence(repaired: &Repaired) -> String {
    let what = match repaired.repair {
        Repair::ByteOrderMark => "removed the byte order mark",
        Repair::CarriageReturns => "ended every line with LF alone",
        Repair::TrailingBlank => "removed the blanks behind the value",
        Repair::Export => "removed export",
        Repair::BlankAroundEquals => "removed the blanks beside =",
        Repair::InlineComment => "moved the comment to a line of its own above",
        Repair::Quoting => "wrote the value the way most programs read it",
    };
    match &repaired.name {
        Some(name) => format!("line {}: {}: {what}", repaired.line, shown(name)),
        None => format!("line {}: {what}", repaired.line),
    }
}

/// The wholes that have no value of their own, from parts that all have one.
fn render_wholes(bytes: &[u8], schema: &Schema, environment: &str, now: Timestamp) -> Values {
    let (document, problems) = Document::parse_with_problems(bytes);
    let input =
        Input::EnvFile { bytes, document: &document, problems: &problems, facts: FileFacts::default() };
    let subject = Subject::new(Some(schema), environment, None, input, &[], now);
    let is_open = |state: &State, assigned: bool, required: &Required| match state {
        State::Placeholder => true,
        State::Unset => assigned || matches!(required, Required::Always),
        _ => false,
    };
    let open = subject
        .variables
        .iter()
        .filter(|found| is_open(&found.state, found.assignment.is_some(), &found.variable.required));
    open.filter_map(|found| Some((found.variable.name.clone(), render(&subject, found.variable)?))).collect()
}

fn render(subject: &Subject<'_>, variable: &crate::schema::Variable) -> Option<Secret> {
    let template = variable.template.as_ref()?;
    let usable = |name: &str| match subject.variable(name)?.state {
        State::Valid | State::Unset => subject.text(name),
        _ => None,
    };
    let parts: Option<Values> =
        template.parts().into_iter().map(|part| Some((part.to_owned(), usable(part)?))).collect();
    template.render(&parts?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{NOW, schema};

    const SCHEMA: &str = "
        [vars.USER]
        default = \"app\"
        [vars.PASSWORD]
        [vars.URL]
        type = \"postgres-url\"
        template = \"postgresql://${USER}:${PASSWORD|url}@db/app\"
    ";

    fn fixed(file: &str, readers: &[&str]) -> (String, Vec<String>) {
        let schema = schema(SCHEMA);
        let readers: Vec<String> = readers.iter().map(|&reader| reader.to_owned()).collect();
        let now = NOW.parse().expect("a date");
        let once = fix(file.as_bytes(), Some(&schema), "production", &readers, now);
        let twice = fix(&once.bytes, Some(&schema), "production", &readers, now);
        assert!(twice.done.is_empty() && twice.bytes == once.bytes, "a second time changes something");
        (String::from_utf8(once.bytes.to_vec()).expect("the tests use UTF-8"), once.done)
    }

    #[test]
    fn spelling_is_repaired_line_by_line() {
        let (text, done) = fixed("PASSWORD = x y # z\n", &[]);
        assert!(text.starts_with("# z\nPASSWORD='x y'\n"), "{text}");
        assert_eq!(
            done[..3],
            [
                "line 1: PASSWORD: removed the blanks beside =",
                "line 1: PASSWORD: moved the comment to a line of its own above",
                "line 1: PASSWORD: wrote the value the way most programs read it",
            ]
        );
    }

    #[test]
    fn a_value_is_quoted_for_those_who_read_it() {
        let whole = "URL=postgresql://app:x%20y@db/app\n";
        let file = format!("PASSWORD=x y\n{whole}");
        assert_eq!(fixed(&file, &["docker"]).0, file);
        assert_eq!(fixed(&file, &["bash"]).0, format!("PASSWORD='x y'\n{whole}"));
    }

    #[test]
    fn a_whole_without_a_value_is_rendered() {
        let expected = "PASSWORD=x/y\nURL=postgresql://app:x%2Fy@db/app\n";
        for file in ["PASSWORD=x/y\n", "PASSWORD=x/y\nURL=\n", "PASSWORD=x/y\nURL=changeme\n"] {
            let (text, done) = fixed(file, &[]);
            assert_eq!((text.as_str(), done), (expected, vec!["URL: rendered from its parts".to_owned()]));
        }
    }

    #[test]
    fn a_whole_with_a_value_of_its_own_or_without_all_parts_stays() {
        for file in ["PASSWORD=one\nURL=postgresql://app:two@db/app\n", "PASSWORD=changeme\n", "PASSWORD=\n"]
        {
            assert_eq!(fixed(file, &[]), (file.to_owned(), Vec::new()));
        }
    }
}
