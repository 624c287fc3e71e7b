//! A connection to a server, and what the driver does over it. Nothing that the server says is shown: its messages may
//! quote what they are about.

use std::time::Duration;

use postgres_protocol::password::scram_sha_256;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::target::{Protection, Target};
use crate::fs;
use crate::rotation::drivers::Error;
use crate::secret::Secret;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How long a statement may take.
const STATEMENT: Duration = Duration::from_secs(30);

/// Why something did not work.
pub(super) enum Failure {
    /// The server does not let the role in with this password.
    Login {
        /// Host and port.
        target: String,
        /// The role.
        role: String,
    },
    /// Anything else.
    Other(Error),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Other(error) => error,
            Failure::Login { target, role } => Self::Refused {
                target,
                message: format!("it does not let {} in with this password", crate::ui::escape(&role)),
                help: Some("see whether the password was changed there by hand".to_owned()),
            },
        }
    }
}

/// A connection as one role.
pub(super) struct Session {
    runtime: Runtime,
    client: Client,
    target: String,
    role: String,
}

impl Session {
    /// Connects as an application does.
    pub(super) fn open(target: &Target) -> Result<Self, Failure> {
        let shown = target.shown();
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::Other(unreachable(&shown, error.to_string())))?;
        let tls = MakeRustlsConnect::new(client_config(target).map_err(Failure::Other)?);
        let connected = runtime.block_on(async {
            let (client, connection) = tokio::time::timeout(CONNECT, config(target).connect(tls)).await??;
            // It ends with the client.
            tokio::spawn(async { drop(connection.await) });
            Ok::<_, Trouble>(client)
        });
        let client = connected.map_err(|trouble| trouble.of_login(&shown, &target.user))?;
        let mut session = Self { runtime, client, target: shown, role: target.user.clone() };
        session.run(&format!("SET statement_timeout = {}", STATEMENT.as_millis())).map_err(Failure::Other)?;
        Ok(session)
    }

    /// Gives a role a password and lets it log in.
    pub(super) fn set_password(&mut self, role: &str, password: &Secret) -> Result<(), Error> {
        // Base64 and digits only: it needs no escape.
        let verifier = scram_sha_256(password.expose().as_bytes());
        self.run(&format!("ALTER ROLE {} LOGIN PASSWORD '{verifier}'", quoted(role)))
            .or_else(|error| self.without_login(role, &verifier, error))
    }

    /// A role that may not alter others may still change its own password.
    fn without_login(&mut self, role: &str, verifier: &str, error: Error) -> Result<(), Error> {
        if self.role != role {
            return Err(error);
        }
        self.run(&format!("ALTER ROLE {} PASSWORD '{verifier}'", quoted(role)))
    }

    /// Takes a role its password and the right to log in.
    pub(super) fn shut_out(&mut self, role: &str) -> Result<(), Error> {
        self.run(&format!("ALTER ROLE {} NOLOGIN PASSWORD NULL", quoted(role)))
    }

    /// Whether the session is one of that role, and works.
    pub(super) fn require_role(&mut self, role: &str) -> Result<(), Error> {
        let row = self.runtime.block_on(async {
            let query = self.client.query_one("SELECT current_user::text", &[]);
            Ok::<_, Trouble>(tokio::time::timeout(STATEMENT, query).await??)
        });
        let row = row.map_err(|trouble| trouble.of_statement(&self.target, &self.role))?;
        if row.try_get::<_, &str>(0).is_ok_and(|user| user == role) {
            return Ok(());
        }
        Err(Error::Refused {
            target: self.target.clone(),
            message: format!("the session is not one of {}", crate::ui::escape(role)),
            help: None,
        })
    }

    fn run(&mut self, statement: &str) -> Result<(), Error> {
        let done = self.runtime.block_on(async {
            let work = self.client.batch_execute(statement);
            Ok::<_, Trouble>(tokio::time::timeout(STATEMENT, work).await??)
        });
        done.map_err(|trouble| trouble.of_statement(&self.target, &self.role))
    }
}

/// What a server or the way to it did.
enum Trouble {
    Silent,
    Postgres(tokio_postgres::Error),
}

impl From<tokio::time::error::Elapsed> for Trouble {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Self::Silent
    }
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl Trouble {
    fn of_login(self, target: &str, role: &str) -> Failure {
        let refusals = [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION];
        match &self {
            Self::Postgres(error) if error.code().is_some_and(|code| refusals.contains(code)) => {
                Failure::Login { target: target.to_owned(), role: role.to_owned() }
            }
            _ => Failure::Other(self.of_statement(target, role)),
        }
    }

    fn of_statement(self, target: &str, role: &str) -> Error {
        let Self::Postgres(error) = self else { return unreachable(target, "it does not answer".to_owned()) };
        let Some(code) = error.code() else { return unreachable(target, reason(&error)) };
        let role = crate::ui::escape(role);
        let (message, help) = if *code == SqlState::INSUFFICIENT_PRIVILEGE {
            let help = "name a role that may in the driver: admin = \"NAME\", a variable with its URL";
            (format!("{role} may not alter the role"), Some(help.to_owned()))
        } else if *code == SqlState::UNDEFINED_OBJECT {
            ("the role does not exist".to_owned(), Some("create it with the same rights".to_owned()))
        } else if is_passing(code) {
            return unreachable(target, format!("SQLSTATE {}", code.code()));
        } else {
            (format!("SQLSTATE {}", code.code()), Some("the server's log says more".to_owned()))
        };
        Error::Refused { target: target.to_owned(), message, help }
    }
}

/// Whether a server that says so may do it later: it starts, stops, fails over or is full (PostgreSQL documentation,
/// appendix A, classes 08, 53, 57 and 25006).
fn is_passing(code: &SqlState) -> bool {
    matches!(&code.code()[..2], "08" | "53" | "57") || code.code() == "25006"
}

fn unreachable(target: &str, message: String) -> Error {
    Error::Unreachable { target: target.to_owned(), message }
}

/// Why there is no connection, in the words of the operating system or of the TLS library.
fn reason(error: &tokio_postgres::Error) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    source.unwrap_or_else(|| "the connection ended".to_owned())
}

/// An identifier as SQL quotes it.
fn quoted(role: &str) -> String {
    format!("\"{}\"", role.replace('"', "\"\""))
}

fn config(target: &Target) -> Config {
    let mut config = Config::new();
    config
        .host(&target.host)
        .port(target.port)
        .user(&target.user)
        .password(target.password.expose())
        .dbname(&target.database)
        .application_name("envward")
        .connect_timeout(CONNECT)
        .ssl_mode(match target.protection {
            Protection::Plain => SslMode::Disable,
            // A certificate that a machine made for itself protects nothing there, and would be refused.
            Protection::IfOffered if target.is_local() => SslMode::Disable,
            Protection::IfOffered => SslMode::Prefer,
            Protection::Tls => SslMode::Require,
        });
    config
}

fn client_config(target: &Target) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    match &target.roots {
        None => {
            let system = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(system.certs);
        }
        Some(path) => {
            let unusable = || Error::Setup {
                message: format!(
                    "sslrootcert {} holds no certificate in PEM",
                    crate::ui::escape(&path.display().to_string())
                ),
                help: None,
            };
            let pem = fs::read(path).map_err(|_| unusable())?;
            let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
            roots.add_parsable_certificates(certificates.map_err(|_| unusable())?);
            if roots.is_empty() {
                return Err(unusable());
            }
        }
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.expect("ring knows the default versions of TLS");
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_mark_in_a_name_stays_in_the_name() {
        assert_eq!(quoted("app\"; DROP ROLE x; --"), "\"app\"\"; DROP ROLE x; --\"");
    }
}
