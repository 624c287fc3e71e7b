//! docker-secrets: a file for each secret, for `/run/secrets`, and an env file that says where they are.
//!
//! Images that follow the convention read `NAME_FILE` where `NAME` is not set.

use std::collections::HashMap;

use super::text::Text;
use super::{Destination, Error, File, Format, Input, Output, Refusal, dotenv};
use crate::dotenv::Document;
use crate::secret::{Secret, Values};

/// Files for `/run/secrets`.
#[derive(clap::Args, Default)]
pub struct Options {}

/// Where Docker and Compose mount secrets.
const MOUNTED: &str = "/run/secrets/";

/// The env file with what is not secret, and where the rest is.
const ENV_FILE: &str = "secrets.env";

/// The largest secret that Docker takes: 500 KiB.
const LARGEST: usize = 500 * 1024;

impl Format for Options {
    fn refuses(&self, name: &str, value: &str, input: &Input) -> Option<Refusal> {
        if !input.is_secret(name) {
            return dotenv::Options::default().refuses(name, value, input);
        }
        if input.values.contains_key(&file_variable(name)) {
            return Some(format!("{} is a variable of its own", file_variable(name)).into());
        }
        (value.len() > LARGEST)
            .then(|| "it is larger than the 500 KiB that a secret of Docker can have".into())
    }

    fn refuses_together(&self, values: &Values, input: &Input) -> Vec<(String, Refusal)> {
        dotenv::Options::default().misread(&variables(values, input), &input.readers)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let mut files = Vec::new();
        for (name, value) in input.values.iter().filter(|(name, _)| input.is_secret(name)) {
            let mut content = Text::default();
            content.push(value.expose());
            files.push(File { name: name.clone(), content: content.finish() });
        }
        let variables = variables(&input.values, input);
        let content = dotenv::Options::default().lines(&variables, &input.readers);
        files.push(File { name: ENV_FILE.to_owned(), content });
        Ok(Output::Files(files))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Files(files) = output else { return None };
        let (variables, secrets) = files.split_last().filter(|(last, _)| last.name == ENV_FILE)?;
        let variables = Document::parse(variables.content.as_bytes()).ok()?.values();
        let secrets: HashMap<_, _> = secrets.iter().map(|file| (file.name.as_str(), &file.content)).collect();
        let mut values = Values::new();
        for (name, value) in &variables {
            // What a program that knows the convention would do.
            let Some(file) = value.expose().strip_prefix(MOUNTED) else {
                values.insert(name.clone(), value.clone());
                continue;
            };
            let content = secrets.get(file)?;
            values.insert(name.strip_suffix("_FILE")?.to_owned(), Secret::new(content.as_str()));
        }
        (values.len() >= secrets.len()).then_some(values)
    }

    fn destination(&self) -> Destination {
        Destination::Directory
    }
}

/// The variables of the env file: what is not secret, and where the rest is.
fn variables(values: &Values, input: &Input) -> Values {
    let variable = |(name, value): (&String, &Secret)| {
        if input.is_secret(name) {
            (file_variable(name), Secret::new(format!("{MOUNTED}{name}")))
        } else {
            (name.clone(), value.clone())
        }
    };
    values.iter().map(variable).collect()
}

fn file_variable(name: &str) -> String {
    format!("{name}_FILE")
}

#[cfg(test)]
mod tests {
    use super::super::Output;
    use super::super::testing::{refusal, render};

    fn files(values: &[(&str, &str)]) -> Vec<(String, String)> {
        match render("docker-secrets", values) {
            Ok(Output::Files(files)) => {
                files.iter().map(|file| (file.name.clone(), file.content.to_string())).collect()
            }
            _ => panic!("it is files"),
        }
    }

    #[test]
    fn a_secret_is_a_file_byte_for_byte_and_its_variable_says_where() {
        let written = files(&[("PASSWORD", "it's\n"), ("CLEAR_LEVEL", "INFO")]);
        let variables = "PASSWORD_FILE=/run/secrets/PASSWORD\nCLEAR_LEVEL=INFO\n";
        let expected = [("PASSWORD", "it's\n"), ("secrets.env", variables)];
        assert_eq!(written, expected.map(|(name, content)| (name.to_owned(), content.to_owned())));
    }

    #[test]
    fn a_name_that_is_taken_is_refused() {
        let both = render("docker-secrets", &[("KEY", "a"), ("KEY_FILE", "b")]).err();
        assert_eq!(
            both.as_deref(),
            Some("KEY cannot be written as docker-secrets: KEY_FILE is a variable of its own")
        );
        let clear = refusal("docker-secrets", "CLEAR_TEXT", "a\nb");
        assert!(clear.contains("it spans lines"), "{clear}");
    }
}
