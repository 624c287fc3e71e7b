//! The forms of a report, one file each. Rows are written as they come, so that a report on ten thousand projects
//! needs no more memory than one on ten. None of them holds a value.
//!
//! To add one: write its file with a type that implements [`Sink`] and its tests, and add it to [`open`].

mod csv;
mod extract;
mod html;
mod human;
mod ics;
mod identity;
mod json;
mod junit;
mod markdown;
mod prometheus;
mod rules;
mod sarif;
mod sorted;
#[cfg(test)]
mod testing;
mod words;
mod worst;

use std::io::{self, Write};

use jiff::Timestamp;

use super::{Row, Summary};
use crate::cli::Format;

/// What a report says at its beginning.
#[derive(Clone, Debug)]
pub struct Head {
    /// When it is made.
    pub generated: Timestamp,
    /// What it is about, such as the project's name.
    pub title: String,
    /// Whether it is written to a terminal that shows colours.
    pub color: bool,
}

/// Takes the rows of a report one after the other.
pub trait Sink {
    /// Takes a row.
    ///
    /// # Errors
    /// It cannot be written.
    fn row(&mut self, row: &Row) -> io::Result<()>;

    /// Ends the report.
    ///
    /// # Errors
    /// It cannot be written.
    fn finish(self: Box<Self>, summary: &Summary) -> io::Result<()>;
}

/// Begins a report.
///
/// # Errors
/// Its beginning cannot be written.
pub fn open<'a>(format: Format, head: &Head, out: Box<dyn Write + 'a>) -> io::Result<Box<dyn Sink + 'a>> {
    Ok(match format {
        Format::Human => Box::new(human::Human::open(head, out)),
        Format::Json => Box::new(json::Json::open(head, out)?),
        Format::Csv => Box::new(csv::Csv::open(head, out)?),
        Format::Sarif => Box::new(sarif::Sarif::open(out)),
        Format::Ics => Box::new(ics::Ics::open(head, out)?),
        Format::Prometheus => Box::new(prometheus::Prometheus::open(head, out)?),
        Format::Markdown => Box::new(markdown::Markdown::open(head, out)),
        Format::Junit => Box::new(junit::Junit::open(out)?),
        Format::Html => Box::new(html::Html::open(head, out)),
        other => return Err(io::Error::other(format!("a report has no form {}", other.name()))),
    })
}
