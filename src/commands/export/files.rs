//! The files of a form that is several: written all together, and what else lies where they go.

use std::path::{Path, PathBuf};
use std::{panic, thread};

use crate::commands::sealing::shown;
use crate::context::Context;
use crate::dotenv::is_name;
use crate::env_vars::EnvSnapshot;
use crate::error::Error;
use crate::export::File;
use crate::fs;
use crate::git::{self, Git};
use crate::ui::names_after;

/// How many files are written at the same time. Each one waits until the disk has it, and the disk takes what came in
/// the meantime all at once.
const AT_ONCE: usize = 16;

/// With fewer files than this for each, starting threads takes longer than they save.
const WORTH_A_THREAD: usize = 8;

/// Writes the files into the directory, the last one when all the others are there: it names them.
pub(super) fn write(files: &[File], directory: &Path, context: &mut Context) -> Result<(), Error> {
    let files: Vec<_> = files.iter().map(|file| (directory.join(&file.name), file)).collect();
    refuse_tracked(&files, directory, &context.env)?;
    if fs::exists(directory) && !directory.is_dir() {
        let message = format!("{} is a file", shown(directory, context));
        return Err(Error::usage_with_help(message, "name a directory: the form is several files"));
    }
    // All are written or none, as far as that is known beforehand.
    files.iter().try_for_each(|(path, _)| fs::check_private_target(path))?;
    fs::create_private_dir(directory)?;
    if let Some((last, others)) = files.split_last() {
        write_at_once(others)?;
        write_one(last)?;
    }
    let shown = shown(directory, context);
    let plural = if files.len() == 1 { "file" } else { "files" };
    context.ui.say(&format!("wrote {} {plural} into {shown}", files.len()));
    let left = left_over(&files, directory)?;
    if !left.is_empty() {
        context.ui.warn(&names_after(&format!("{shown} also holds what this export did not write: "), &left));
        context.ui.help("the secret of a variable that is gone stays there until its file is removed");
    }
    Ok(())
}

/// Asks git once about all of them: most often it tracks nothing there.
fn refuse_tracked(files: &[(PathBuf, &File)], directory: &Path, env: &EnvSnapshot) -> Result<(), Error> {
    let Some(git) = Git::discover(directory, env) else { return Ok(()) };
    if !git.tracks(directory)? {
        return Ok(());
    }
    for (path, _) in files {
        if git.tracks(path)? {
            return Err(git::Error::Tracked { path: path.clone() }.into());
        }
    }
    Ok(())
}

fn write_at_once(files: &[(PathBuf, &File)]) -> Result<(), fs::Error> {
    let own = files.len().div_ceil(AT_ONCE).max(WORTH_A_THREAD);
    thread::scope(|scope| {
        let writers: Vec<_> =
            files.chunks(own).map(|files| scope.spawn(|| files.iter().try_for_each(write_one))).collect();
        let written = writers.into_iter().map(|it| it.join().unwrap_or_else(|it| panic::resume_unwind(it)));
        written.collect()
    })
}

fn write_one((path, file): &(PathBuf, &File)) -> Result<(), fs::Error> {
    fs::write_private(path, file.content.as_bytes())
}

/// What lies in the directory beside the files and looks like one of an earlier export, or like a part of one that
/// was ended while it wrote. Nothing says for sure who wrote it, so it is only named.
fn left_over(files: &[(PathBuf, &File)], directory: &Path) -> Result<Vec<String>, Error> {
    let written: std::collections::HashSet<&str> = files.iter().map(|(_, file)| file.name.as_str()).collect();
    let entries = fs::entries(directory)?.into_iter().filter(|entry| !entry.is_dir);
    let names = entries.filter_map(|entry| entry.name.into_string().ok());
    let is_left_over = |name: &String| {
        let unfinished = name.strip_prefix('.').and_then(|name| Some(name.split_once(".tmp.")?.0));
        !written.contains(name.as_str()) && is_name(unfinished.unwrap_or(name))
    };
    Ok(names.filter(is_left_over).collect())
}
