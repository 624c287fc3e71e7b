//! Readers without quoting: everything after `=` is the value. `docker run --env-file` (docker/cli
//! `pkg/kvfile`), `podman run --env-file`, `kubectl create secret --from-env-file`.

use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

/// Go's `bufio.MaxScanTokenSize`: a line with its line end must fit.
const SCANNER_BUFFER: usize = 64 * 1024;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// `docker run --env-file`.
pub(super) struct Docker;

impl Reader for Docker {
    fn id(&self) -> &'static str {
        "docker"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let mut values = Values::new();
        for (number, line) in lines(bytes).enumerate() {
            let line = utf8_line(line.ok_or(Refused::Rejects)?, number)?;
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, value) = split(line);
            if name.is_empty() || name.contains([' ', '\t']) {
                return Err(Refused::Rejects);
            }
            if let Some(value) = value.or_else(|| environment.get(name).map(String::as_str)) {
                values.insert(name.to_owned(), Secret::new(value));
            }
        }
        Ok(values)
    }
}

/// `podman run --env-file`.
pub(super) struct Podman;

impl Reader for Podman {
    fn id(&self) -> &'static str {
        "podman"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let mut values = Values::new();
        for line in lines(bytes) {
            let line = String::from_utf8_lossy(line.ok_or(Refused::Rejects)?);
            let line = line.trim_start_matches([' ', '\t']);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match split(line) {
                ("", _) => return Err(Refused::Rejects),
                (name, Some(value)) => {
                    values.insert(name.to_owned(), Secret::new(value));
                }
                (name, None) => inherit(name, environment, &mut values),
            }
        }
        Ok(values)
    }
}

/// podman takes over a variable named alone, and with `*` at the end every one that starts so.
fn inherit(name: &str, environment: &Environment, values: &mut Values) {
    let prefix = name.strip_suffix('*');
    let wanted = |known: &str| prefix.map_or(known == name, |prefix| known.starts_with(prefix));
    for (known, value) in environment.iter().filter(|(known, _)| wanted(known)) {
        values.insert(known.clone(), Secret::new(value.as_str()));
    }
}

/// `kubectl create secret generic --from-env-file`.
pub(super) struct Kubectl;

impl Reader for Kubectl {
    fn id(&self) -> &'static str {
        "kubectl"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let mut values = Values::new();
        for (number, line) in lines(bytes).enumerate() {
            // A line that does not fit ends the reading without an error, and what follows is lost.
            let Some(line) = line else { break };
            let line = utf8_line(line, number)?;
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, value) = split(line);
            if !is_kubernetes_name(name) || values.contains_key(name) {
                return Err(Refused::Rejects);
            }
            let inherited = || environment.get(name).map(String::as_str).unwrap_or_default();
            values.insert(name.to_owned(), Secret::new(value.unwrap_or_else(inherited)));
        }
        Ok(values)
    }
}

/// Kubernetes' `IsEnvVarName`.
fn is_kubernetes_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !name.is_empty()
        && name.bytes().all(allowed)
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name != "."
        && !name.starts_with("..")
}

/// Lines as Go's `bufio.Scanner` gives them; `None` for one that does not fit into its buffer.
fn lines(bytes: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    let end = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let lines = end.split(|&byte| byte == b'\n').take(if bytes.is_empty() { 0 } else { usize::MAX });
    lines.map(|line| (line.len() < SCANNER_BUFFER).then(|| line.strip_suffix(b"\r").unwrap_or(line)))
}

/// The line as text, less a byte order mark and blanks at its start.
fn utf8_line(line: &[u8], number: usize) -> Result<&str, Refused> {
    let line = std::str::from_utf8(line).map_err(|_| Refused::Rejects)?;
    let line = if number == 0 { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line };
    Ok(line.trim_start())
}

fn split(line: &str) -> (&str, Option<&str>) {
    line.split_once('=').map_or((line, None), |(name, value)| (name, Some(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_over_64_kib_is_an_error_for_docker_and_the_silent_end_for_kubectl() {
        let fits = format!("A={}\nB=2\n", "x".repeat(SCANNER_BUFFER - 3));
        let long = format!("A={}\nB=2\n", "x".repeat(SCANNER_BUFFER - 2));
        let none = Environment::new();
        assert_eq!(Docker.read(fits.as_bytes(), &none).map(|values| values.len()), Ok(2));
        assert_eq!(Docker.read(long.as_bytes(), &none).map(|values| values.len()), Err(Refused::Rejects));
        assert_eq!(Kubectl.read(long.as_bytes(), &none).map(|values| values.len()), Ok(0));
    }

    #[test]
    fn a_name_alone_takes_over_the_callers_variable() {
        let environment = Environment::from([("DB_A".to_owned(), "1".to_owned())]);
        for reader in [&Docker as &dyn Reader, &Podman, &Kubectl] {
            let values = reader.read(b"DB_A\n", &environment).expect("it is a valid line");
            assert!(values["DB_A"].expose() == "1", "{}", reader.id());
        }
        let values = Podman.read(b"DB_*\n", &environment).expect("it is a valid line");
        assert!(values["DB_A"].expose() == "1");
    }
}
