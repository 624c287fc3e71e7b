//! What the tests of the sources have in common.

use std::path::Path;

use zeroize::Zeroizing;

use super::{Error, File, Request, Source, Taken};
use crate::cli::Globals;
use crate::context::{Clock, Context};
use crate::env_vars::EnvSnapshot;
use crate::rng::Rng;
use crate::seal::Access;
use crate::ui::{ColorChoice, Ui};

/// The file of that name with this text.
pub(super) fn file(name: &str, text: &str) -> Result<File, Error> {
    File::parse(Path::new(name), Zeroizing::new(text.into()))
}

/// Takes a file with these choices.
pub(super) fn with(
    source: &dyn Source,
    name: &str,
    text: &str,
    choose: impl Fn(&mut Request<'_>),
) -> Result<Taken, Error> {
    let env = EnvSnapshot::default();
    let context = Context {
        ui: Ui::new(ColorChoice::Never, true, -1, true),
        clock: Clock::system(&env),
        rng: Rng::test_only_seeded(1),
        env,
        cwd: "/".into(),
        globals: Globals { no_input: true, ..Globals::default() },
    };
    let mut access = Access::from_context(&context, None);
    let mut request =
        Request { service: None, reader: None, flatten: false, access: &mut access, env: &context.env };
    choose(&mut request);
    source.take(&file(name, text)?, &mut request)
}

/// What is taken from a file, which is in order.
pub(super) fn take(source: &dyn Source, name: &str, text: &str) -> Taken {
    with(source, name, text, |_| {}).unwrap_or_else(|error| panic!("{error}"))
}

/// The same with `--flatten`.
pub(super) fn take_flat(source: &dyn Source, name: &str, text: &str) -> Taken {
    with(source, name, text, |request| request.flatten = true).unwrap_or_else(|error| panic!("{error}"))
}

/// What is taken from a dotenv file as that program reads it.
pub(super) fn take_as_read_by(reader: &'static str, text: &str) -> Taken {
    with(&super::dotenv::Dotenv, ".env", text, |request| request.reader = Some(reader))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The message about a file that is not in order.
pub(super) fn error(source: &dyn Source, name: &str, text: &str) -> String {
    with(source, name, text, |_| {})
        .err()
        .map_or_else(|| "it was taken".to_owned(), |error| error.to_string())
}

/// The values by name.
pub(super) fn values(taken: &Taken) -> Vec<(&str, &str)> {
    taken.values.iter().map(|(name, value)| (name.as_str(), value.expose())).collect()
}

/// What was refused and why.
pub(super) fn refused(taken: &Taken) -> Vec<String> {
    taken.refused.iter().map(|refused| format!("{}: {}", refused.key, refused.reason)).collect()
}
