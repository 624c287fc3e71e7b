//! The commands, one file each: its arguments and what it does.
//!
//! To add one: write its file with `Args` and `run`, and add it to the list in [`Command`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, Subcommand};

use self::alone::Alone;
use self::lazy::Lazy;
use crate::cli::{Format, Globals};
use crate::context::{Clock, Context};
use crate::env_vars::{self, EnvSnapshot};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::rng::Rng;
use crate::ui::{ColorChoice, Ui, escape, relative};

mod allow;
mod alone;
mod audit;
mod bootstrap;
mod check;
mod claims;
mod completions;
mod diff;
mod doctor;
mod edit;
mod explain;
mod export;
mod exposing;
mod fail_on;
mod generate;
mod get;
mod git;
mod history;
mod holder;
mod identity;
mod import;
mod init;
mod injected;
mod lazy;
mod list;
mod man;
mod name;
mod pull;
mod push;
mod pushing;
mod recipients;
mod rename;
mod rollback;
mod rotate;
mod rotation;
mod run;
mod scan;
mod schema;
mod seal;
mod sealing;
mod set;
mod store_access;
mod syncing;
mod take;
mod unseal;
mod unset;
mod verify;

pub use self::completions::answer;

/// What [`ExitCode`] says, for scripts.
const EXIT_CODES: &str = "Exit codes: 0 done, 1 found something, 2 usage or no answer, 3 unreadable file,\n\
     4 cannot decrypt or broken seal, 5 a store refused, 6 conflict, 70 a bug";

/// Declares, checks, generates, seals and injects the environment of a project.
#[derive(clap::Parser)]
#[command(name = "envward", version, about, max_term_width = 100, after_help = EXIT_CODES)]
#[command(subcommand_required = true, arg_required_else_help = true, infer_long_args = false)]
pub struct Cli {
    /// Flags that every command has.
    #[command(flatten)]
    pub globals: Globals,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The formats of a command whose result is for people, or none.
const HUMAN: &[Format] = &[Format::Human];

/// The formats of a command whose result is data too.
const HUMAN_OR_JSON: &[Format] = &[Format::Human, Format::Json];

/// The formats of a command with findings.
const EVERY: &[Format] =
    &[Format::Human, Format::Json, Format::Sarif, Format::Github, Format::Gitlab, Format::Junit];

/// The formats of a command with findings in places that nobody listed.
const FINDINGS: &[Format] = &[Format::Human, Format::Json, Format::Sarif, Format::Github, Format::Gitlab];

/// The forms of a report on rotation.
const REPORTS: &[Format] = &[
    Format::Human,
    Format::Json,
    Format::Csv,
    Format::Sarif,
    Format::Ics,
    Format::Prometheus,
    Format::Markdown,
    Format::Junit,
    Format::Html,
];

/// Declares the commands once: module, variant and formats, and thereby parsing, help and dispatch.
macro_rules! commands {
    ($($(#[$attribute:meta])* $variant:ident($module:ident) has $formats:ident,)*) => {
        /// What to do.
        #[derive(Subcommand)]
        pub enum Command {
            $($(#[$attribute])* $variant(Lazy<$module::Args>),)*
        }

        impl Command {
            /// The command of that name, if `words`, which begin with it, are right for it.
            fn alone(name: &str, words: &[OsString]) -> Option<(Globals, Self)> {
                match name {
                    $(stringify!($module) => {
                        let Alone { globals, args } = Alone::<$module::Args>::try_parse_from(words).ok()?;
                        Some((globals, Self::$variant(Lazy(args))))
                    })*
                    _ => None,
                }
            }

            fn run(self, context: &mut Context) -> Result<ExitCode, Error> {
                match self {
                    $(Self::$variant(Lazy(args)) => {
                        require_format($formats, context)?;
                        $module::run(&args, context)
                    })*
                }
            }
        }
    };
}

commands! {
    /// Write envward.toml and a schema from what the project already has
    Init(init) has HUMAN,
    /// Create or complete an environment: generate what can be generated, ask for the rest
    Bootstrap(bootstrap) has HUMAN,
    /// Validate env files, sealed files or the process environment against the schema
    Check(check) has EVERY,
    /// Show what each program makes of the env file, or of one variable, and why they differ
    Explain(explain) has HUMAN_OR_JSON,
    /// Print a strong secret
    Generate(generate) has HUMAN_OR_JSON,
    /// Become a command with the environment injected
    Run(run) has HUMAN,
    /// Write the environment in a form that other programs read
    Export(export) has HUMAN,
    /// Take another tool's file into the environment, or its declarations into a schema
    Import(import) has HUMAN,
    /// Take the changes of the env file into the sealed file
    Seal(seal) has HUMAN,
    /// Take the changes of the sealed file into the env file
    Unseal(unseal) has HUMAN_OR_JSON,
    /// Edit the sealed file in an editor
    Edit(edit) has HUMAN,
    /// Print one value
    Get(get) has HUMAN,
    /// Set one value, read from a prompt or from standard input
    Set(set) has HUMAN,
    /// Remove one variable
    Unset(unset) has HUMAN,
    /// Rename one variable
    Rename(rename) has HUMAN,
    /// List the variables of an environment
    List(list) has HUMAN_OR_JSON,
    /// Check the seal: structure, recipients, record, authorship, age
    Verify(verify) has HUMAN_OR_JSON,
    /// Show or change who can open the sealed files
    Recipients(recipients) has HUMAN_OR_JSON,
    /// Make, show or import your private key, which opens sealed files
    Identity(identity) has HUMAN,
    /// Compare the environment with its stores, its env file, another environment, a revision or a file
    Diff(diff) has HUMAN_OR_JSON,
    /// Take the changes of the environment into its stores
    Push(push) has HUMAN_OR_JSON,
    /// Take the changes of a store into the environment
    Pull(pull) has HUMAN_OR_JSON,
    /// Show the versions that stores keep, or those at which one variable changed
    History(history) has HUMAN_OR_JSON,
    /// Give variables of a store the values of an older version again
    Rollback(rollback) has HUMAN_OR_JSON,
    /// Show when values have to be replaced, and record when they were
    Rotation(rotation) has REPORTS,
    /// The same over many projects and stores, without any key
    Audit(audit) has REPORTS,
    /// Give variables new values, and carry them to where they are used
    Rotate(rotate) has HUMAN,
    /// Show or make the declaration of the variables
    Schema(schema) has HUMAN_OR_JSON,
    /// Let git show, merge and check sealed files; decide what a merge left open
    Git(git) has HUMAN,
    /// Find the project's own secret values, and well-known tokens, where they do not belong
    Scan(scan) has FINDINGS,
    /// Confirm what the manifest names: addresses of stores, recipient plugins
    Allow(allow) has HUMAN_OR_JSON,
    /// Print the completion script of a shell
    Completions(completions) has HUMAN,
    /// Print the manual page, or write those of all commands
    Man(man) has HUMAN,
    /// Say what is set up, what is not, and the next step
    Doctor(doctor) has HUMAN_OR_JSON,
}

impl Cli {
    /// Reads the command line, which begins with the name of the program. Where the name of a command follows,
    /// that command is tried alone; whatever is wrong with it is left to the whole command line to say.
    pub fn from_words(words: &[OsString]) -> Result<Self, clap::Error> {
        let command = words.get(1).and_then(|word| word.to_str());
        match command.and_then(|name| Command::alone(name, &words[1..])) {
            Some((globals, command)) => Ok(Self { globals, command }),
            None => Self::try_parse_from(words),
        }
    }
}

/// Runs the program with parsed arguments and says what went wrong, if anything did.
pub fn main(parsed: Result<Cli, clap::Error>) -> ExitCode {
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return usage(error),
    };
    let mut context = match context(&cli) {
        Ok(context) => context,
        Err(code) => return code,
    };
    match cli.command.run(&mut context) {
        Ok(code) => code,
        Err(error) => report(&error, &mut context),
    }
}

/// Says what went wrong; the exit code for it.
fn report(error: &Error, context: &mut Context) -> ExitCode {
    // With -C the working directory is not where the person is, who may copy a path from the message.
    let here = context.globals.directory.is_none().then_some(context.cwd.as_path());
    say_error(error, here, &mut context.ui)
}

/// Says what went wrong, with the paths below a directory shown from there; the exit code for it.
fn say_error(error: &Error, here: Option<&Path>, ui: &mut Ui) -> ExitCode {
    if error.is_broken_pipe() {
        return ExitCode::Done;
    }
    let shown = |text: String| here.map_or_else(|| text.clone(), |here| relative(&text, here).into_owned());
    ui.error(&shown(error.to_string()));
    if let Some(help) = error.help() {
        ui.help(&shown(help));
    }
    error.exit_code()
}

/// Refuses a form of the result that a command does not have.
fn require_format(formats: &[Format], context: &Context) -> Result<(), Error> {
    let chosen = context.globals.format;
    if formats.contains(&chosen) {
        return Ok(());
    }
    let names: Vec<_> = formats.iter().map(|format| format.name()).collect();
    let message = format!("this command has no --format {}; it has {}", chosen.name(), names.join(" and "));
    Err(Error::usage(message))
}

fn context(cli: &Cli) -> Result<Context, ExitCode> {
    let env = EnvSnapshot::take();
    let globals = cli.globals.clone();
    let verbosity = if globals.quiet { -1 } else { i8::try_from(globals.verbose).unwrap_or(i8::MAX) };
    let no_color = env.get_os(env_vars::NO_COLOR).is_some();
    let mut ui = Ui::new(globals.color, no_color, verbosity, globals.no_input);
    match directory(globals.directory.as_deref()) {
        Ok(cwd) => {
            let (clock, rng) = (Clock::system(&env), Rng::system(&env));
            Ok(Context { ui, clock, rng, env, cwd, globals })
        }
        Err(message) => {
            ui.error(&message);
            Err(ExitCode::Usage)
        }
    }
}

/// The directory to work in, without `..` and links, since the directories above it are searched.
#[expect(clippy::disallowed_methods, reason = "the working directory is read once, here")]
fn directory(chosen: Option<&Path>) -> Result<PathBuf, String> {
    let here =
        std::env::current_dir().map_err(|source| format!("cannot find the current directory: {source}"))?;
    let Some(chosen) = chosen else { return Ok(here) };
    match fs::canonicalize(&here.join(chosen)) {
        Ok(directory) if directory.is_dir() => Ok(directory),
        _ => Err(format!("{} is not a directory", escape(&chosen.display().to_string()))),
    }
}

/// Whether it has the form of a flag, so that it is more likely a misspelt one than a value.
fn is_flag(typed: &str) -> bool {
    match typed.strip_prefix("--") {
        Some(name) => !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
        // clap names one letter of a group.
        None => typed.strip_prefix('-').is_some_and(|letter| letter.chars().count() == 1),
    }
}

/// Prints clap's own message, without what was typed where a name or a flag belongs: it may be a value that
/// someone gave as an argument. Help and version are results, everything else is talk.
fn usage(mut error: clap::Error) -> ExitCode {
    // For other errors the invalid argument is the name of one that exists.
    let unknown = (error.kind() == ErrorKind::UnknownArgument).then_some(ContextKind::InvalidArg);
    for kind in [ContextKind::InvalidValue, ContextKind::InvalidSubcommand].into_iter().chain(unknown) {
        let Some(ContextValue::String(typed)) = error.get(kind) else { continue };
        if is_flag(typed) {
            continue;
        }
        error.insert(kind, ContextValue::String("…".to_owned()));
        if kind == ContextKind::InvalidArg {
            // Instead of clap's own tip, which repeats what was typed.
            let tip = "what was typed is not shown, since it may be a secret".into();
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
        }
    }
    // clap prints to the right stream by itself.
    match error.print() {
        // Nobody is left to be told that stderr is gone.
        _ if error.use_stderr() => ExitCode::Usage,
        Ok(()) => ExitCode::Done,
        Err(source) => {
            say_error(&Error::Output(source), None, &mut Ui::new(ColorChoice::Auto, false, 0, true))
        }
    }
}
