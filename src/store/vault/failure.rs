//! Why there was no answer.

use std::error::{self, Error as _};
use std::io;

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Nobody listens there: nothing was sent.
    Refused,
    /// No connection for another reason: nothing was sent.
    Connect(String),
    /// The connection ended before the answer did.
    Lost,
    /// No whole answer in time.
    TimedOut,
    /// What came is not an answer.
    NotHttp,
    /// The answer is larger than 32 MiB.
    TooLarge,
}

impl Failure {
    /// What happened, for a person.
    pub(super) fn reason(&self) -> &str {
        match self {
            Self::Refused => "nobody listens there",
            Self::Connect(reason) => reason,
            Self::Lost => "the connection was lost",
            Self::TimedOut => "no answer in time",
            Self::NotHttp => "the answer is not HTTP",
            Self::TooLarge => "the answer is larger than 32 MiB",
        }
    }

    /// What happened, in our own words: the library's texts hold addresses, and what the server sent.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let causes = || std::iter::successors(error.source(), |&cause| cause.source());
        let tls = causes().find_map(tls_error);
        if error.is_connect() {
            let io = causes().filter_map(|cause| cause.downcast_ref::<io::Error>()).last();
            return match (tls, io) {
                (Some(tls), _) => Self::Connect(tls_reason(tls).to_owned()),
                (None, Some(io)) if io.kind() == io::ErrorKind::ConnectionRefused => Self::Refused,
                (None, _) if error.is_dns() => Self::Connect("no such host".to_owned()),
                (None, _) if error.is_timeout() => Self::Connect("no connection in time".to_owned()),
                (None, Some(io)) => Self::Connect(io.kind().to_string()),
                (None, None) => Self::Connect("no connection".to_owned()),
            };
        }
        if error.is_timeout() {
            return Self::TimedOut;
        }
        if let Some(tls) = tls {
            return Self::Connect(tls_reason(tls).to_owned());
        }
        let is_malformed =
            causes().filter_map(|cause| cause.downcast_ref::<hyper::Error>()).any(hyper::Error::is_parse);
        if is_malformed { Self::NotHttp } else { Self::Lost }
    }
}

/// What TLS says, which lies inside of errors of input and output, and not beside them as their cause.
fn tls_error<'a>(cause: &'a (dyn error::Error + 'static)) -> Option<&'a rustls::Error> {
    match cause.downcast_ref::<io::Error>() {
        Some(outer) => outer.get_ref().and_then(|inner| tls_error(inner)),
        None => cause.downcast_ref(),
    }
}

fn tls_reason(error: &rustls::Error) -> &'static str {
    use rustls::{AlertDescription, CertificateError, Error};
    match error {
        Error::InvalidCertificate(problem) => match problem {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired"
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name"
            }
            CertificateError::UnknownIssuer => "its certificate is from an authority that is not trusted",
            CertificateError::Revoked => "its certificate was revoked",
            _ => "its certificate is not good",
        },
        Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::HandshakeFailure,
        ) => "it refused the client certificate, or wants one",
        Error::InvalidMessage(_) => "it does not speak TLS",
        _ => "TLS failed",
    }
}
