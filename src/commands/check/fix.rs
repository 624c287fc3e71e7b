//! `check --fix`: writes the repairs, says each of them, and reads the file again for the check.

use super::inputs::{Content, Inputs, Loaded};
use crate::check::{FileFacts, GitState, fix};
use crate::context::Context;
use crate::dotenv::Document;
use crate::error::Error;
use crate::fs::{self, Lock};
use crate::schema::Schema;

/// Repairs every env file of the inputs.
pub(super) fn fix(inputs: &mut Inputs, context: &mut Context) -> Result<(), Error> {
    let Inputs { schema, loaded, .. } = inputs;
    for loaded in loaded {
        fix_one(loaded, schema.as_ref(), context)?;
    }
    Ok(())
}

fn fix_one(loaded: &mut Loaded, schema: Option<&Schema>, context: &mut Context) -> Result<(), Error> {
    let Loaded { file: Some(file), path: Some(path), lock, environment, content } = loaded else {
        return Ok(());
    };
    let Content::EnvFile { bytes, document, problems, facts } = content else { return Ok(()) };
    let file = crate::ui::escape(&file.to_string_lossy()).into_owned();
    if facts.git == Some(GitState::Tracked) {
        context.ui.warn(&format!("{file}: not repaired, because git tracks it"));
        return Ok(());
    }
    // A pipe can be read only once.
    let is_regular = !matches!(fs::check_shared_target(path), Err(fs::Error::NotRegular { .. }));
    let _lock = lock.as_ref().map(|lock| Lock::acquire(lock)).transpose()?;
    // Another writer may have been faster.
    if is_regular {
        *bytes = fs::read(path)?;
    }
    if !is_regular || !is_text(bytes) {
        let reason = if is_regular { "it is not text in UTF-8 without NUL" } else { "it is no regular file" };
        context.ui.warn(&format!("{file}: not repaired, because {reason}"));
        return Ok(());
    }
    if is_wide(facts) {
        fs::make_private(path)?;
        facts.mode = fs::mode(path);
        context.ui.say(&format!("fixed {file}: only its owner can access it now"));
    }
    let fixed = fix::fix(bytes, schema, environment, &facts.readers, context.clock.now());
    if fixed.bytes != *bytes {
        // An example is shared, and has no mode here.
        if facts.mode.is_some() {
            fs::write_private(path, &fixed.bytes)?;
        } else {
            fs::write_shared(path, &fixed.bytes)?;
        }
        for sentence in &fixed.done {
            context.ui.say(&format!("fixed {file}: {sentence}"));
        }
    }
    *bytes = fixed.bytes;
    (*document, *problems) = Document::parse_with_problems(bytes);
    Ok(())
}

/// Whether somebody can have written it as an env file: a picture, say, must not be touched.
fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0)
}

fn is_wide(facts: &FileFacts) -> bool {
    facts.mode.is_some_and(|mode| mode & 0o077 != 0)
}
