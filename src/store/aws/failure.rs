//! What a call came to when it did not succeed: the SDK's errors and the service's codes, as few cases of our own.
//! The texts of both can quote what was sent, so not a word of them is kept.

use std::error::Error as StdError;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use http_body_util::LengthLimitError;

use super::http::MAX_ANSWER;
use crate::store::Error;

/// Why a call did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no such secret, or no such version of it.
    NotFound,
    /// There is such a secret already, or such a version with another value.
    Exists,
    /// Not in the state that the secret is in: mostly scheduled for deletion.
    State,
    /// A parameter is not what it has to be; for a label: it is not where the call says it is.
    Parameter,
    /// The login may not do it.
    Denied,
    /// The login may not use the KMS key, or the key cannot be used.
    Key,
    /// The credentials have expired.
    Expired,
    /// The credentials are not good.
    Credential,
    /// The user's configuration of credentials cannot be used, or what should give them failed.
    Provider,
    /// There are no credentials.
    NoCredential,
    /// A quota of the secret or of the account is used up.
    Quota,
    /// Too many requests.
    Throttled,
    /// It was not sent.
    Unreachable(&'static str),
    /// It was sent, and what became of it is not known.
    Lost(&'static str),
    /// The answer is none of AWS Secrets Manager.
    Garbage(&'static str),
    /// The service failed, with this status.
    Failed(u16),
}

impl Failure {
    /// What the SDK says.
    pub fn of<E: ProvideErrorMetadata + StdError + 'static>(error: &SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::ServiceError(answer) => {
                Self::of_code(answer.err().code(), answer.err().message(), answer.raw().status().as_u16())
            }
            SdkError::TimeoutError(_) => Self::Lost("it did not answer in time"),
            SdkError::ResponseError(_) if find::<LengthLimitError>(error).is_some() => {
                Self::Garbage("the answer is too large")
            }
            SdkError::ResponseError(answer) if answer.raw().status().is_success() => {
                Self::Garbage("the answer cannot be read")
            }
            SdkError::ResponseError(answer) => Self::of_code(None, None, answer.raw().status().as_u16()),
            // Without credentials, or with settings that make no request, nothing is sent.
            _ => match find::<CredentialsError>(error) {
                Some(CredentialsError::CredentialsNotLoaded(_)) => Self::NoCredential,
                None if matches!(error, SdkError::DispatchFailure(_)) => Self::of_connection(error),
                _ => Self::Provider,
            },
        }
    }

    fn of_connection(error: &(dyn StdError + 'static)) -> Self {
        let kind = find::<io::Error>(error).map(io::Error::kind);
        let says = |text: &str| chain(error).any(|part| part.to_string().contains(text));
        match kind {
            Some(io::ErrorKind::ConnectionRefused) => Self::Unreachable("the connection was refused"),
            _ if says("dns error") => Self::Unreachable("there is no such host; is the region right?"),
            _ if says("certificate") => Self::Unreachable("its TLS certificate is not trusted"),
            _ if says("connect timeout") => Self::Unreachable("the connection was not made in time"),
            _ if says("read timeout") => Self::Lost("it did not answer in time"),
            _ if says("client error (Connect)") => Self::Unreachable("the connection failed"),
            _ => Self::Lost("the connection was cut"),
        }
    }

    /// What the service says: its code, and for the KMS key the only word of its message that says so.
    pub fn of_code(code: Option<&str>, message: Option<&str>, status: u16) -> Self {
        match code.unwrap_or_default() {
            "ResourceNotFoundException" => Self::NotFound,
            "ResourceExistsException" => Self::Exists,
            "InvalidRequestException" => Self::State,
            "InvalidParameterException" | "ValidationException" => Self::Parameter,
            "AccessDeniedException" if message.is_some_and(|text| text.contains("KMS")) => Self::Key,
            "AccessDeniedException" | "AccessDenied" | "NotAuthorized" => Self::Denied,
            "DecryptionFailure" | "EncryptionFailure" => Self::Key,
            "ExpiredTokenException" | "ExpiredToken" | "RequestExpired" => Self::Expired,
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException" => Self::Credential,
            "LimitExceededException" => Self::Quota,
            "ThrottlingException"
            | "Throttling"
            | "ThrottledException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "SlowDown" => Self::Throttled,
            _ if status == 429 => Self::Throttled,
            "" if (300..400).contains(&status) => Self::Garbage("it sends to another address"),
            "" if status < 500 => Self::Garbage("the answer cannot be read"),
            _ => Self::Failed(status),
        }
    }

    /// Whether the same call may succeed in a moment.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Lost(_) | Self::Failed(500..))
    }

    /// The error of a call that changes nothing: `action` on `path` at `address`.
    pub fn error(self, address: &str, action: &'static str, path: &str) -> Error {
        let address = address.to_owned();
        let path = path.to_owned();
        match self {
            Self::Denied => Error::Forbidden { action, path },
            Self::Key => Error::Forbidden { action: "use the KMS key of", path },
            Self::Expired => unauthenticated(
                "it has expired",
                "log in again, with aws login or aws sso login, or get new credentials",
            ),
            Self::Credential => unauthenticated(
                "AWS does not know it, or this machine's clock is wrong",
                "check the access key, and the time of this machine",
            ),
            Self::Provider => unauthenticated(
                "what should give the credentials failed, or its configuration cannot be used",
                "log in again, with aws login or aws sso login, or see what is wrong with: aws sts get-caller-identity",
            ),
            Self::NoCredential => Error::NoCredential {
                address,
                tried: "none in AWS_ACCESS_KEY_ID, a profile, a web identity, a container or an instance"
                    .to_owned(),
            },
            Self::Quota => Error::TooLarge {
                path,
                limit: "a quota of AWS Secrets Manager is used up".to_owned(),
                help: "see how many secrets and versions there are with: envward history".to_owned(),
            },
            Self::Throttled => Error::Throttled { address },
            Self::Unreachable(reason) | Self::Lost(reason) => {
                Error::Unreachable { address, reason: reason.to_owned() }
            }
            Self::Garbage(problem) => {
                let problem = match problem {
                    "the answer is too large" => format!("{problem}: over {} MiB", MAX_ANSWER >> 20),
                    _ => problem.to_owned(),
                };
                Error::Garbage { address, expected: "AWS Secrets Manager", problem }
            }
            Self::Failed(status) => Error::Failed { address, status, help: None },
            Self::NotFound | Self::Exists | Self::State | Self::Parameter => {
                let what =
                    format!("AWS Secrets Manager refuses to {action} {path} in the state that it is in");
                let help = "see what is wrong with: envward doctor".to_owned();
                Error::Unsupported { what, help: Some(help) }
            }
        }
    }

    /// The error of a call that changes something: one that was lost may have done it.
    pub fn error_of_write(self, address: &str, action: &'static str, path: &str) -> Error {
        match self {
            Self::Lost(reason) => Error::Unknown { path: path.to_owned(), reason: reason.to_owned() },
            Self::Failed(status @ 500..) => {
                let reason = format!("the server failed with status {status}");
                Error::Unknown { path: path.to_owned(), reason }
            }
            _ => self.error(address, action, path),
        }
    }
}

fn unauthenticated(reason: &str, help: &str) -> Error {
    Error::Unauthenticated {
        what: "the login to AWS".to_owned(),
        reason: reason.to_owned(),
        help: Some(help.to_owned()),
    }
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// The first error of that type among the causes.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(code: &str, text: &str, status: u16) -> String {
        let failure = Failure::of_code(Some(code).filter(|code| !code.is_empty()), Some(text), status);
        failure.error("AWS", "read", "shop/prod").to_string()
    }

    #[test]
    fn the_ways_to_be_refused_are_told_apart() {
        let arn = "User: arn:aws:iam::1:user/x is not authorized, value hunter2";
        assert_eq!(message("AccessDeniedException", arn, 400), "the login may not read shop/prod");
        let kms = "Access to KMS is not allowed";
        assert_eq!(
            message("AccessDeniedException", kms, 400),
            "the login may not use the KMS key of shop/prod"
        );
        let expired = "the login to AWS was refused: it has expired";
        assert_eq!(message("ExpiredTokenException", "", 400), expired);
        let unknown = "the login to AWS was refused: AWS does not know it, or this machine's clock is wrong";
        assert_eq!(message("UnrecognizedClientException", "", 400), unknown);
        assert_eq!(message("ThrottlingException", "Rate exceeded", 400), "AWS is throttling requests");
        assert_eq!(message("InternalServiceError", "", 500), "AWS failed with status 500");
    }

    #[test]
    fn another_server_is_noticed() {
        let garbage = "AWS gave an answer that is none of AWS Secrets Manager: ";
        assert_eq!(message("", "", 404), format!("{garbage}the answer cannot be read"));
        assert_eq!(message("", "", 302), format!("{garbage}it sends to another address"));
    }

    #[test]
    fn a_write_that_was_lost_may_have_happened() {
        let lost = Failure::Lost("it did not answer in time");
        assert!(matches!(lost.error_of_write("AWS", "write", "a"), Error::Unknown { .. }));
        assert!(matches!(lost.error("AWS", "read", "a"), Error::Unreachable { .. }));
        let refused = Failure::Unreachable("the connection was refused");
        assert!(matches!(refused.error_of_write("AWS", "write", "a"), Error::Unreachable { .. }));
    }
}
