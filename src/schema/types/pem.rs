//! `pem`: certificates and keys as text.

use data_encoding::BASE64;
use jiff::Timestamp;
use x509_cert::Certificate;
use x509_cert::der::Decode;

use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// One or several blocks by RFC 7468, or by RFC 1421 with its header lines (old encrypted keys). `values` lists the labels that
/// are accepted, such as `CERTIFICATE` or `PRIVATE KEY`.
pub struct Pem;

impl ValueType for Pem {
    fn name(&self) -> &'static str {
        "pem"
    }

    fn describe(&self) -> &'static str {
        "one or several PEM blocks (RFC 7468); `values` lists the accepted labels, such as CERTIFICATE, \
         PRIVATE KEY, EC PRIVATE KEY, RSA PRIVATE KEY, PUBLIC KEY"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["values"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        for block in read_blocks(value)? {
            check_label(block.label, constraints)?;
            if block.label == "CERTIFICATE" && Certificate::from_der(&block.der).is_err() {
                return Err(Mismatch::new("holds a certificate that cannot be read")
                    .help("copy it again, from the first dash to the last"));
            }
        }
        Ok(Typed::String(value.to_owned()))
    }
}

/// When the first certificate that ends in a value ends; `None` if there is no certificate in it.
pub fn certificate_expiry(value: &str) -> Option<Timestamp> {
    let blocks = read_blocks(value).ok()?;
    let certificates = blocks.iter().filter(|block| block.label == "CERTIFICATE");
    certificates
        .filter_map(|block| {
            let not_after = Certificate::from_der(&block.der).ok()?.tbs_certificate.validity.not_after;
            Timestamp::from_second(i64::try_from(not_after.to_unix_duration().as_secs()).ok()?).ok()
        })
        .min()
}

struct Block<'a> {
    label: &'a str,
    der: Vec<u8>,
}

fn check_label(label: &str, constraints: &Constraints) -> Result<(), Mismatch> {
    match &constraints.values {
        Some(labels) if !labels.iter().any(|accepted| accepted == label) => {
            Err(Mismatch::new("holds a PEM block of another kind")
                .help(format!("it must hold: {}", labels.join(", "))))
        }
        _ => Ok(()),
    }
}

/// Text between blocks is ignored, as RFC 7468, section 2 asks.
fn read_blocks(text: &str) -> Result<Vec<Block<'_>>, Mismatch> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim_end);
    while let Some(line) = lines.next() {
        let Some(label) = line.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(DASHES)) else {
            continue;
        };
        let end = format!("-----END {label}-----");
        let mut body = String::new();
        loop {
            match lines.next() {
                None => return Err(Mismatch::new("holds a PEM block without its end").help("copy it whole")),
                Some(line) if line == end => break,
                Some(line) if line.contains(": ") => {}
                Some(line) => body.push_str(line),
            }
        }
        let der = BASE64.decode(body.as_bytes()).ok().filter(|der| !der.is_empty()).ok_or_else(|| {
            Mismatch::new("holds a PEM block that is damaged")
                .help("copy it again, from the first dash to the last")
        })?;
        blocks.push(Block { label, der });
    }
    if blocks.is_empty() {
        return Err(not_pem(text));
    }
    Ok(blocks)
}

fn not_pem(text: &str) -> Mismatch {
    let mismatch = Mismatch::new("is not PEM");
    if text.contains(BEGIN) && text.contains("\\n") {
        mismatch.help("its line ends are written as \\n: put it into double quotes")
    } else {
        mismatch.help("it begins with -----BEGIN")
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject, reject_with};
    use super::*;

    /// Self-signed, made for this test: CN=test, valid until 2036-11-18T02:13:14Z.
    const CERTIFICATE: &str = include_str!("../../../tests/fixtures/pem/certificate.pem");
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\naGk=\n-----END PRIVATE KEY-----\n";

    #[test]
    fn blocks_are_accepted_alone_and_in_chains() {
        for value in [KEY.to_owned(), CERTIFICATE.to_owned(), format!("{CERTIFICATE}subject: x\n{KEY}")] {
            assert!(accept(&Pem, &value) == Typed::String(value.clone()));
        }
    }

    #[test]
    fn an_old_encrypted_key_has_headers() {
        accept(
            &Pem,
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\naGk=\n\
             -----END RSA PRIVATE KEY-----",
        );
    }

    #[test]
    fn what_is_cut_or_changed_is_refused() {
        assert_eq!(reject(&Pem, ""), "is not PEM");
        assert_eq!(reject(&Pem, "aGk="), "is not PEM");
        assert_eq!(reject(&Pem, "-----BEGIN PRIVATE KEY-----\naGk="), "holds a PEM block without its end");
        assert_eq!(reject(&Pem, &KEY.replace("aGk", "a k")), "holds a PEM block that is damaged");
        assert_eq!(
            reject(&Pem, &KEY.replace("PRIVATE KEY", "CERTIFICATE")),
            "holds a certificate that cannot be read"
        );
    }

    #[test]
    fn line_ends_written_as_escapes_have_a_help() {
        let help =
            Pem.check(&KEY.replace('\n', "\\n"), &Constraints::default()).err().and_then(|found| found.help);
        assert_eq!(help.as_deref(), Some("its line ends are written as \\n: put it into double quotes"));
    }

    #[test]
    fn labels_narrow_it() {
        let constraints =
            Constraints { values: Some(vec!["CERTIFICATE".to_owned()]), ..Constraints::default() };
        assert_eq!(reject_with(&Pem, KEY, &constraints), "holds a PEM block of another kind");
    }

    #[test]
    fn a_certificate_says_when_it_ends() {
        assert_eq!(
            certificate_expiry(CERTIFICATE).map(|at| at.to_string()).as_deref(),
            Some("2036-11-18T02:13:14Z")
        );
        assert_eq!(certificate_expiry(KEY), None);
    }
}
