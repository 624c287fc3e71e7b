//! A file as it was read: its bytes, and the tree in them if it is one of YAML, JSON or TOML.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Error;
use crate::forms::yaml::Node;
use crate::forms::{json, yaml};
use crate::toml_text;

/// A file of another tool.
pub struct File {
    /// Where it lies.
    pub path: PathBuf,
    /// What stands in it.
    pub bytes: Zeroizing<Vec<u8>>,
    /// What that is.
    pub content: Content,
}

/// The form of a file.
pub enum Content {
    /// The documents of a YAML file.
    Yaml(Vec<Node>),
    /// JSON.
    Json(Node),
    /// TOML.
    Toml(toml::Table),
    /// Lines of text: a dotenv file, if anything.
    Lines,
}

/// The forms that have a tree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Yaml,
    Json,
    Toml,
}

impl File {
    /// Reads the form: the one that the name says, else the one that the text begins like.
    ///
    /// # Errors
    /// The name says a form that the text does not have.
    pub fn parse(path: &Path, bytes: Zeroizing<Vec<u8>>) -> Result<Self, Error> {
        let named = form_of_name(path);
        let content = match (named, std::str::from_utf8(&bytes)) {
            (Some(form), Ok(text)) => read(form, text)?,
            (Some(_), Err(error)) => return Err(Error::NotUtf8 { offset: error.valid_up_to() }),
            (None, Ok(text)) if !is_dotenv_name(path) => guess(text),
            (None, _) => Content::Lines,
        };
        Ok(Self { path: path.to_owned(), bytes, content })
    }

    /// Its name without directories.
    pub fn name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// The documents of a YAML or JSON file; none of another one.
    pub fn documents(&self) -> &[Node] {
        match &self.content {
            Content::Yaml(documents) => documents,
            Content::Json(document) => std::slice::from_ref(document),
            _ => &[],
        }
    }

    /// The only document of a YAML or JSON file.
    pub fn document(&self) -> Option<&Node> {
        match self.documents() {
            [document] => Some(document),
            _ => None,
        }
    }

    /// The text of a file that is no tree; none if it is not UTF-8.
    pub fn lines(&self) -> Option<&str> {
        match self.content {
            Content::Lines => std::str::from_utf8(&self.bytes).ok(),
            _ => None,
        }
    }
}

fn form_of_name(path: &Path) -> Option<Form> {
    match path.extension()?.to_str()? {
        "yaml" | "yml" => Some(Form::Yaml),
        "json" => Some(Form::Json),
        "toml" => Some(Form::Toml),
        _ => None,
    }
}

fn is_dotenv_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(".env") || name.ends_with(".env")
}

fn read(form: Form, text: &str) -> Result<Content, Error> {
    match form {
        Form::Yaml => match yaml::parse(text) {
            Ok(documents) => Ok(Content::Yaml(documents)),
            Err(error) => Err(Error::Malformed { line: error.line, message: error.message.to_owned() }),
        },
        Form::Json => match json::parse(text) {
            Ok(document) => Ok(Content::Json(document)),
            Err(error) => Err(Error::Malformed { line: error.line, message: error.message.to_owned() }),
        },
        Form::Toml => match toml_text::parse(text) {
            Ok(table) => Ok(Content::Toml(table)),
            Err(problem) => Err(Error::Malformed { line: problem.line, message: problem.message }),
        },
    }
}

/// The form of a file whose name says none, such as what comes through a pipe. Lines, if it is no other.
fn guess(text: &str) -> Content {
    let start = text.trim_start();
    if start.starts_with(['{', '['])
        && let Ok(content) = read(Form::Json, text)
    {
        return content;
    }
    let first = start.lines().map(str::trim_end).find(|line| !line.is_empty() && !line.starts_with('#'));
    let first = first.unwrap_or_default();
    let is_key = first
        .split_once(':')
        .is_some_and(|(key, rest)| !key.contains('=') && (rest.is_empty() || rest.starts_with([' ', '\t'])));
    let form = if first.starts_with('[') && first.ends_with(']') {
        Form::Toml
    } else if is_key || first == "---" {
        Form::Yaml
    } else {
        return Content::Lines;
    };
    read(form, text).unwrap_or(Content::Lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str, text: &str) -> &'static str {
        match File::parse(Path::new(name), Zeroizing::new(text.into())).map(|file| file.content) {
            Ok(Content::Yaml(_)) => "yaml",
            Ok(Content::Json(_)) => "json",
            Ok(Content::Toml(_)) => "toml",
            Ok(Content::Lines) => "lines",
            Err(_) => "error",
        }
    }

    #[test]
    fn the_name_decides_and_where_it_says_nothing_the_text_does() {
        for (name, text, expected) in [
            ("a.yaml", "a: 1\n", "yaml"),
            ("a.json", "{}", "json"),
            ("a.toml", "a = 1\n", "toml"),
            ("a.json", "a: 1\n", "error"),
            ("a.yaml", "a: [\n", "error"),
            (".env.production", "{\"a\": 1}", "lines"),
            ("stdin", "{\"a\": 1}", "json"),
            ("stdin", "# x\napiVersion: v1\n", "yaml"),
            ("stdin", "---\na: 1\n", "yaml"),
            ("stdin", "[project]\nname = 'x'\n", "toml"),
            ("stdin", "URL=http://x: y\n", "lines"),
            ("stdin", "export A=1\n", "lines"),
        ] {
            assert_eq!(form(name, text), expected, "{name} {text}");
        }
    }
}
