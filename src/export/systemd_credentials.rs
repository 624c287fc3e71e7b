//! systemd-credentials: a file for each secret, and a drop-in of a unit that loads them (systemd 250 and later).
//!
//! A credential is called as its variable. The files can be encrypted for one machine, in place of which the drop-in
//! then says `LoadCredentialEncrypted=`: `systemd-creds encrypt --name=NAME NAME NAME.cred`.

use std::collections::HashMap;

use super::cursor::{Cursor, entries};
use super::text::{Escape, Text};
use super::{Destination, Error, File, Format, Input, Output, Refusal, systemd};
use crate::secret::{Secret, Values};

/// Files and a drop-in for `LoadCredential=`.
#[derive(clap::Args, Default)]
pub struct Options {}

/// The drop-in's name, for `/etc/systemd/system/UNIT.d/`.
const DROP_IN: &str = "credentials.conf";

/// The largest credential that systemd loads: 1 MiB.
const LARGEST: usize = 1024 * 1024;

impl Format for Options {
    fn refuses(&self, name: &str, value: &str, input: &Input) -> Option<Refusal> {
        if !input.is_secret(name) {
            let control = value.contains(|it: char| it.is_control() && !matches!(it, '\n' | '\t' | '\r'));
            let control = control.then(|| "it holds a control character, which a unit cannot have".into());
            return control.or_else(|| systemd::refuse(value));
        }
        if input.values.contains_key(&format!("{name}_FILE")) {
            return Some(format!("{name}_FILE is a variable of its own").into());
        }
        (value.len() > LARGEST).then(|| "it is larger than the 1 MiB that a credential can have".into())
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let directory = input
            .directory
            .to_str()
            .filter(|it| !it.contains(|it: char| it.is_control() || "%\"'\\".contains(it)));
        let Some(directory) = directory else {
            let message = "a unit cannot name the directory of --out".to_owned();
            return Err(Error::Option {
                message,
                help: "choose one without %, quotes, backslashes and line ends in its path".to_owned(),
            });
        };
        let (mut text, mut files) = (Text::default(), Vec::new());
        text.push("[Service]\n");
        for (name, value) in &input.values {
            if input.is_secret(name) {
                let mut content = Text::default();
                content.push(value.expose());
                files.push(File { name: name.clone(), content: content.finish() });
                let path = format!("LoadCredential={name}:{directory}/{name}\n");
                text.push(&path).push("Environment=").push(name).push("_FILE=%d/").push(name).push("\n");
            } else {
                text.push("Environment=\"").push(name).push("=");
                text.push_escaped(value.expose(), escape).push("\"\n");
            }
        }
        files.push(File { name: DROP_IN.to_owned(), content: text.finish() });
        Ok(Output::Files(files))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Files(files) = output else { return None };
        let (drop_in, secrets) = files.split_last().filter(|(last, _)| last.name == DROP_IN)?;
        let secrets: HashMap<_, _> = secrets.iter().map(|file| (file.name.as_str(), &file.content)).collect();
        entries(drop_in.content.strip_prefix("[Service]\n")?, |cursor| {
            if cursor.eat("LoadCredential=").is_some() {
                let name = cursor.until(":")?;
                let path = cursor.until("\n")?;
                cursor.eat(&format!("Environment={name}_FILE=%d/{name}\n"))?;
                let content = secrets.get(name)?;
                return path
                    .ends_with(&format!("/{name}"))
                    .then(|| (name.to_owned(), Secret::new(content.as_str())));
            }
            cursor.eat("Environment=\"")?;
            let name = cursor.until("=")?.to_owned();
            Some((name, assigned(cursor)?))
        })
    }

    fn destination(&self) -> Destination {
        Destination::Directory
    }
}

/// In a unit `%` begins a specifier and a backslash an escape.
fn escape(character: char) -> Option<Escape> {
    match character {
        '"' | '\\' => Some(Escape::Marked('\\')),
        '%' => Some(Escape::As("%%")),
        '\n' => Some(Escape::As("\\n")),
        '\r' => Some(Escape::As("\\r")),
        '\t' => Some(Escape::As("\\t")),
        _ => None,
    }
}

fn assigned(cursor: &mut Cursor<'_>) -> Option<Secret> {
    let value = cursor.quoted('"', '\\', |cursor| match cursor.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        other @ ('"' | '\\') => Some(other),
        _ => None,
    })?;
    cursor.eat("\n")?;
    let is_doubled = !value.expose().replace("%%", "").contains('%');
    is_doubled.then(|| Secret::new(value.expose().replace("%%", "%")))
}

#[cfg(test)]
mod tests {
    use super::super::Output;
    use super::super::testing::render;

    #[test]
    fn the_drop_in_loads_each_secret_by_its_name() {
        let values = [("PASSWORD", "it's\n"), ("CLEAR_RATE", "5% \"x\"\n")];
        let Ok(Output::Files(files)) = render("systemd-credentials", &values) else { panic!("it is files") };
        let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["PASSWORD", "credentials.conf"]);
        assert_eq!(files[0].content.as_str(), "it's\n");
        let expected = "[Service]\nLoadCredential=PASSWORD:/srv/shop/secrets/PASSWORD\n\
                        Environment=PASSWORD_FILE=%d/PASSWORD\nEnvironment=\"CLEAR_RATE=5%% \\\"x\\\"\\n\"\n";
        assert_eq!(files[1].content.as_str(), expected);
    }
}
