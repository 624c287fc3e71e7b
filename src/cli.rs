//! The flags that every command has.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::ui::ColorChoice;

/// Flags that every command has.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Everywhere")]
pub struct Globals {
    /// Environment to work on [default: ENVWARD_ENV, else the manifest's]
    #[arg(short, long, global = true, value_name = "NAME")]
    pub env: Option<String>,

    /// Work in this directory
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,

    /// Form of the result: human, json, …
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human", hide_possible_values = true)]
    pub format: Format,

    /// Never ask; end with 2 where a question would be needed
    #[arg(long, global = true)]
    pub no_input: bool,

    /// Say only what is wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// When to colour: auto, always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub color: ColorChoice,
}

/// Form of a result. Each command says which of them it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// JSON with `"version": 1`.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// GitHub workflow annotations.
    Github,
    /// GitLab code quality.
    Gitlab,
    /// `JUnit` XML.
    Junit,
    /// Comma-separated values (RFC 4180).
    Csv,
    /// Calendar (RFC 5545).
    Ics,
    /// Text of the Prometheus exposition format, for a node exporter's textfile collector.
    Prometheus,
    /// Markdown, for the summary of a job.
    Markdown,
    /// One HTML page that needs nothing else.
    Html,
}

impl Format {
    /// The word that selects it on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Csv => "csv",
            Self::Ics => "ics",
            Self::Prometheus => "prometheus",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }
}
