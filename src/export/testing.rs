//! For the tests of the forms.

use clap::{FromArgMatches, Subcommand};

use super::{Form, Input, Output, Stored};
use crate::secret::Secret;

/// The form that the command line means, in words.
pub(super) fn form(words: &str) -> Form {
    let command = Form::augment_subcommands(clap::Command::new("export"));
    let words = ["export"].into_iter().chain(words.split(' '));
    let matches = command.try_get_matches_from(words).expect("the words are right");
    Form::from_arg_matches(&matches).expect("the form exists")
}

/// These values. Those whose names begin with `CLEAR` are not secret.
pub(super) fn input(values: &[(&str, &str)]) -> Input {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect();
    let mut input = Input {
        values,
        project: Some("shop".to_owned()),
        directory: "/srv/shop/secrets".into(),
        nonce: "n0nce".to_owned(),
        ..Input::default()
    };
    input.clear = input.values.keys().filter(|name| name.starts_with("CLEAR")).cloned().collect();
    input
}

/// What the form makes of these values.
pub(super) fn render(words: &str, values: &[(&str, &str)]) -> Result<Output, String> {
    form(words).render(&input(values)).map_err(|error| error.to_string())
}

/// The same where it is one text.
pub(super) fn text(words: &str, values: &[(&str, &str)]) -> String {
    match render(words, values) {
        Ok(Output::Text(text)) => text.to_string(),
        Ok(_) => panic!("{words} is no text"),
        Err(error) => panic!("{error}"),
    }
}

/// Why the form does not take one variable.
pub(super) fn refusal(words: &str, name: &str, value: &str) -> String {
    render(words, &[(name, value)]).err().expect("it is refused")
}

/// The same of this input.
pub(super) fn text_of(words: &str, input: &Input) -> Result<String, String> {
    match form(words).render(input) {
        Ok(Output::Text(text)) => Ok(text.to_string()),
        Ok(_) => panic!("{words} is no text"),
        Err(error) => Err(error.to_string()),
    }
}

/// A store called `main`, with this definition, at that place, that has these variables.
pub(super) fn stored(definition: &str, place: &str, variables: &[&str]) -> Stored {
    Stored {
        name: "main".to_owned(),
        definition: ::toml::from_str(definition).expect("it is a definition"),
        place: place.to_owned(),
        variables: variables.iter().map(|&name| name.to_owned()).collect(),
    }
}
