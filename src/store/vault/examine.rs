//! What `doctor` finds: the server, the login, and what it may not do.

use std::collections::BTreeMap;

use http::header::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use crate::store::{Error, Finding};
use crate::ui;

use super::connection::Connection;
use super::policy::Need;
use super::request::{Purpose, Request};
use super::session::LOOKUP;

/// Asked so that every state of the server is answered with status 200.
const HEALTH: &str = "standbyok=true&perfstandbyok=true&sealedcode=200&uninitcode=200&drsecondarycode=200&performancestandbycode=200";

impl Connection {
    /// Whether the server serves; if it does not, nothing else can be asked.
    ///
    /// # Errors
    /// It is not reached, or is no such server.
    pub(super) fn examine_server(&mut self, findings: &mut Vec<Finding>) -> Result<bool, Error> {
        let request = Request::get("sys/health").with_query(HEALTH);
        let health: Health = self.channel().send(&request, &HeaderMap::new())?.parse()?;
        let address = self.address().to_owned();
        let version = ui::escape(&health.version).into_owned();
        if !health.initialized {
            let help = Some("initialise it: bao operator init, or vault operator init".to_owned());
            findings.push(Finding::bad(format!("{address} answers, but is not initialised"), help));
            return Ok(false);
        }
        if health.sealed {
            let error = Error::Sealed { address };
            findings.push(Finding::bad(error.to_string(), error.hint()));
            return Ok(false);
        }
        let state = if health.standby { "standby" } else { "active" };
        findings.push(Finding::good(format!("{address} answers: version {version}, unsealed, {state}")));
        if !self.channel().address().is_encrypted() {
            let text = format!("what is sent to {address} is not encrypted");
            findings.push(Finding::notice(text, "use https, unless the server is on this machine"));
        }
        Ok(true)
    }

    /// Logs in.
    ///
    /// # Errors
    /// There is no credential, or the server refused it.
    pub(super) fn examine_login(&mut self, findings: &mut Vec<Finding>) -> Result<(), Error> {
        let headers = self.log_in()?;
        let what = self.login().to_owned();
        if self.is_inline() {
            let help = "to ask, leave inline_auth out for once, and run envward doctor";
            findings.push(Finding::notice(
                format!("{what} goes with each request: its rights are not known"),
                help,
            ));
            return Ok(());
        }
        let answer = self.channel().send(&Request::get(LOOKUP), &headers)?;
        if !answer.is_success() {
            // Without the right to look the token up, the next question tells whether it stands.
            return Ok(());
        }
        let token = answer.parse::<Looked>()?.data;
        let policies = ui::escape(&token.policies.join(", ")).into_owned();
        findings.push(Finding::good(format!(
            "{what} is good {}, with the policies {policies}",
            token.lifetime()
        )));
        if token.policies.iter().any(|policy| policy == "root") {
            let help = "use a login that may do no more than it needs: envward doctor --policy";
            findings.push(Finding::notice(format!("{what} may do everything"), help));
        }
        Ok(())
    }

    /// What of `needs` the login may do, and what it may not.
    ///
    /// # Errors
    /// The server does not say.
    pub(super) fn examine_rights(
        &mut self,
        needs: &[Need],
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        if self.is_inline() {
            return Ok(());
        }
        let paths: Vec<&str> = needs.iter().map(|need| need.path.as_str()).collect();
        let body = Zeroizing::new(json!({ "paths": paths }).to_string().into_bytes());
        let request = Request::post("sys/capabilities-self", body).with_purpose(Purpose::Read);
        let answer = self.send(&request)?;
        let held = if answer.is_success() { answer.parse::<Capabilities>()?.data } else { BTreeMap::new() };
        for need in needs {
            let held = held.get(&need.path).map(Vec::as_slice).unwrap_or_default();
            findings.push(need.finding(held));
        }
        Ok(())
    }
}

impl Need {
    fn finding(&self, held: &[String]) -> Finding {
        let has = |capability: &str| held.iter().any(|held| held == capability || held == "root");
        let path = ui::escape(&self.path);
        let missing: Vec<&str> =
            self.capabilities.iter().copied().filter(|capability| !has(capability)).collect();
        if missing.is_empty() {
            return Finding::good(format!("the login may {} at {path}", self.purpose));
        }
        let text =
            format!("the login may not {} {path}, which it needs to {}", missing.join(", "), self.purpose);
        Finding::bad(text, Some("have an operator give it the policy of: envward doctor --policy".to_owned()))
    }
}

#[derive(Deserialize)]
struct Health {
    initialized: bool,
    sealed: bool,
    #[serde(default)]
    standby: bool,
    #[serde(default)]
    version: String,
}

#[derive(Deserialize)]
struct Looked {
    data: Token,
}

#[derive(Deserialize)]
struct Token {
    /// In seconds; 0 if it does not end.
    ttl: u64,
    policies: Vec<String>,
}

impl Token {
    fn lifetime(&self) -> String {
        match self.ttl {
            0 => "without an end".to_owned(),
            seconds @ ..120 => format!("for {seconds} seconds"),
            seconds @ ..7200 => format!("for {} minutes", seconds / 60),
            seconds => format!("for {} hours", seconds / 3600),
        }
    }
}

#[derive(Deserialize)]
struct Capabilities {
    data: BTreeMap<String, Vec<String>>,
}
