//! `envward scan`: find the project's own secret values, and well-known tokens, where they do not belong.

mod values;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use values::Gathered;

use crate::check::{Diagnostic, Report, Severity, format};
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::git::Git;
use crate::project::Project;
use crate::scan::baseline::{self, Baseline, Place};
use crate::scan::content::Searcher;
use crate::scan::json::Extent;
use crate::scan::tree::{Found, Tree};
use crate::scan::{CODES, Finding, history, json, tree};
use crate::seal::Access;

/// Arguments of `scan`.
#[derive(clap::Args, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(
    after_help = "Searches the files that git does not ignore, for values of all environments (-e: of one), also in \
                  base64, hex, URL-encoded and JSON-escaped, and in archives and images. Values that cannot be \
                  searched for are a finding: exit code 1. No value is ever shown. \
                  Formats: human, json, sarif, github, gitlab"
)]
pub struct Args {
    /// Files and directories [default: the project's, else the working directory]
    #[arg(value_name = "PATH", conflicts_with = "staged")]
    paths: Vec<PathBuf>,

    /// Search only what the next commit would change or add
    #[arg(long, conflicts_with = "history")]
    staged: bool,

    /// Search everything that git has, too: all commits, also those that no branch reaches any more
    #[arg(long)]
    history: bool,

    /// Search files that git ignores, too: build output, dependencies
    #[arg(long, conflicts_with = "staged")]
    ignored: bool,

    /// Search for well-known tokens only, not for this project's values
    #[arg(long, conflicts_with_all = ["file", "identity"])]
    patterns: bool,

    /// Search for the values of this env file or sealed file instead of the project's
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// Let what is found now stand: write it to envward.scan-baseline.json
    #[arg(long, conflicts_with_all = ["paths", "staged"])]
    write_baseline: bool,

    /// Warnings fail the search too: files that could not be searched
    #[arg(long)]
    strict: bool,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Finds the project's own secret values, and well-known tokens, where they do not belong.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let project = Project::find(context)?;
    let root = project.as_ref().map_or_else(|| context.cwd.clone(), |project| project.root.clone());
    let mut access = Access::from_context(context, args.identity.as_deref());
    let gathered = values::gather(args, project.as_ref(), &mut access, context)?;
    let values = gathered.needles.len();
    if !gathered.needles.skipped.is_empty() {
        let intro = "too short or too easy to guess to be searched for";
        context.ui.note_names(intro, &gathered.needles.skipped);
    }
    let Gathered { needles, unknown } = gathered;
    let searcher = Searcher::new(needles);
    let mut found = search(args, project.as_ref(), &root, &searcher, context)?;
    found.findings.splice(0..0, unknown);

    let path = root.join(baseline::FILE_NAME);
    let place = Place { root: &root, base: &context.cwd };
    if args.write_baseline {
        let baseline = Baseline::of(&found.findings, place);
        baseline.write(&path)?;
        let shown = super::sealing::shown(&path, context);
        let count = format::counted(baseline.len() as u64, "finding");
        context.ui.say(&format!("written to {shown}, to let it stand: {count}"));
    }
    let mut baseline = Baseline::read(&path)?;
    let known = baseline.take_known(&mut found.findings, place);
    let left = baseline.left(args.history);
    if args.paths.is_empty() && !args.staged && !left.is_empty() {
        context.ui.note_names("in the baseline, and no longer found", &left);
    }

    let mut report = Report::default();
    found.findings.iter().for_each(|finding| report.push(finding.diagnostic()));
    let extent = Extent { files: found.files, values, known };
    let text = render(&report, &found.findings, extent, context);
    context.ui.result(&text).map_err(Error::Output)?;
    Ok(ExitCode::from_findings(report.fails(args.strict)))
}

/// What of the next commit: all that is staged, or these files.
pub(super) enum Next<'a> {
    Staged(&'a Git),
    Files(&'a [PathBuf]),
}

/// What the next commit would bring of what is looked for, less what the baseline lets stand. Values that cannot be searched
/// for are said and are no finding: a hook that stops everyone without a key would be taken out.
pub(super) fn before_commit(
    next: &Next,
    access: &mut Access,
    context: &mut Context,
) -> Result<Vec<Diagnostic>, Error> {
    let project = Project::find(context)?;
    let root = project.as_ref().map_or_else(|| context.cwd.clone(), |project| project.root.clone());
    let gathered = values::gather(&Args::default(), project.as_ref(), access, context)?;
    if project.is_some() {
        for unknown in &gathered.unknown {
            context.ui.warn(&unknown.diagnostic().message);
        }
    }
    let searcher = Searcher::new(gathered.needles);
    let mut findings = match next {
        Next::Staged(git) => history::staged(git, &searcher)?.findings,
        Next::Files(files) => {
            let own = HashSet::new();
            let tree = Tree { roots: files, own: &own, also_ignored: true, base: &context.cwd };
            tree::search(&tree, &searcher).findings
        }
    };
    let place = Place { root: &root, base: &context.cwd };
    Baseline::read(&root.join(baseline::FILE_NAME))?.take_known(&mut findings, place);
    Ok(findings.iter().map(Finding::diagnostic).filter(|found| found.severity == Severity::Error).collect())
}

/// Searches what the arguments name.
fn search(
    args: &Args,
    project: Option<&Project>,
    root: &Path,
    searcher: &Searcher,
    context: &Context,
) -> Result<Found, Error> {
    let git = || {
        let error = "this needs a git repository, and git; there is none here";
        Git::discover(&context.cwd, &context.env).ok_or_else(|| Error::usage(error))
    };
    if args.staged {
        return Ok(history::staged(&git()?, searcher)?);
    }
    let roots: Vec<PathBuf> = match args.paths.as_slice() {
        [] => vec![root.to_owned()],
        paths => paths.iter().map(|path| context.resolve(path)).collect(),
    };
    if let Some(missing) = roots.iter().find(|root| !crate::fs::exists(root)) {
        return Err(Error::usage(format!("{} does not exist", super::sealing::shown(missing, context))));
    }
    let own = own_files(args, project, context)?;
    let mut found = tree::search(
        &Tree { roots: &roots, own: &own, also_ignored: args.ignored, base: &context.cwd },
        searcher,
    );
    if args.history {
        found.append(history::search(&git()?, searcher)?);
    }
    Ok(found)
}

/// Where values and keys belong: the env files, as long as git does not track them, what envward keeps beside them, and
/// the user's own directory.
fn own_files(args: &Args, project: Option<&Project>, context: &Context) -> Result<HashSet<PathBuf>, Error> {
    let mut own: HashSet<PathBuf> = context.config_dir().into_iter().collect();
    own.extend(args.identity.iter().chain(&args.file).map(|file| context.resolve(file)));
    let Some(project) = project else { return Ok(own) };
    own.insert(project.root.join(".envward"));
    let git = Git::discover(&project.root, &context.env);
    for name in project.manifest.environments.keys() {
        let environment = project.environment_named(name)?;
        let is_tracked = git.as_ref().map(|git| git.tracks(&environment.env_file)).transpose()?;
        if is_tracked != Some(true) {
            own.insert(environment.env_file);
        }
    }
    Ok(own)
}

fn render(report: &Report, findings: &[Finding], extent: Extent, context: &Context) -> String {
    match context.globals.format {
        Format::Json => json::render(findings, extent),
        Format::Sarif => format::sarif::render(report, CODES),
        Format::Github => format::github::render(report),
        Format::Gitlab => format::gitlab::render(report),
        // The forms that `scan` does not have were refused before.
        _ if context.globals.quiet && findings.is_empty() => String::new(),
        _ => {
            let known = match extent.known {
                0 => String::new(),
                known => format!(", {known} known from the baseline"),
            };
            format!(
                "{}{} for {}: {}{known}\n",
                format::human::findings(report, &[], context.ui.colors_result()),
                format::counted(extent.files, "file"),
                format::counted(extent.values as u64, "value"),
                format::human::counts(report),
            )
        }
    }
}
