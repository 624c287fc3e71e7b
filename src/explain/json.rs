//! For programs: `{"version":1,"file","variables":[{"variable","portable","readers":[{"reader","same_as"|"absent"|
//! "error"}]}]}`, with `"value"` where values were asked for.

use std::io::{self, Write};

use serde::Serialize;
use zeroize::Zeroizing;

use super::{Explanation, Sight, Variable};
use crate::dotenv::readers::Refused;
use crate::secret;
use crate::ui::write_json;

#[derive(Serialize)]
struct Report<'a> {
    version: u8,
    file: &'a str,
    variables: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    variable: &'a str,
    portable: bool,
    readers: Vec<Seen<'a>>,
}

#[derive(Serialize)]
struct Seen<'a> {
    reader: &'a str,
    /// Readers with the same number see the same value; those with 1 see what is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    same_as: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    absent: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
}

/// The explanation as JSON, with a line end.
pub fn render(explanation: &Explanation, file: &str, show_values: bool) -> Zeroizing<String> {
    let variables = explanation.variables.iter().map(|variable| row(variable, show_values)).collect();
    let report = Report { version: 1, file, variables };
    let mut text = Text(Zeroizing::new(String::new()));
    write_json(&mut text, &report).expect("memory takes everything");
    secret::push(&mut text.0, "\n");
    text.0
}

/// Memory that leaves no copy behind when it grows.
struct Text(Zeroizing<String>);

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        secret::push(&mut self.0, std::str::from_utf8(bytes).map_err(io::Error::other)?);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn row(variable: &Variable, show_values: bool) -> Row<'_> {
    let readers = variable.sights.iter().map(|(reader, sight)| {
        let mut seen = Seen { reader, same_as: None, absent: None, error: None, value: None };
        match sight {
            Sight::Value(at) => {
                seen.same_as = Some(at + 1);
                seen.value = show_values.then(|| variable.values[*at].expose());
            }
            Sight::Absent => seen.absent = Some(true),
            Sight::Refused(Refused::Rejects) => seen.error = Some("refuses the file"),
            Sight::Refused(Refused::Computes) => seen.error = Some("runs or expands a part of the file"),
        }
        seen
    });
    Row { variable: &variable.name, portable: variable.portable, readers: readers.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dotenv::readers::by_id;
    use crate::explain::explain;

    #[test]
    fn each_reader_has_one_outcome() {
        let asked: Vec<_> = ["podman", "bash", "docker"].iter().filter_map(|id| by_id(id)).collect();
        let explanation = explain(b"export A=s3cret # c\n", &asked, true);
        assert_eq!(
            *render(&explanation, ".env", false),
            "{\"version\":1,\"file\":\".env\",\"variables\":[{\"variable\":\"A\",\"portable\":false,\"readers\":[\
             {\"reader\":\"podman\",\"absent\":true},{\"reader\":\"bash\",\"same_as\":1},\
             {\"reader\":\"docker\",\"error\":\"refuses the file\"}]}]}\n"
        );
        assert!(
            render(&explanation, ".env", true)
                .contains("{\"reader\":\"bash\",\"same_as\":1,\"value\":\"s3cret\"}")
        );
    }
}
