//! AWS Secrets Manager as its API model describes it, for what moto does not show: limits, quotas, throttling, answers
//! that get lost, latency. It keeps what moto gets wrong as the model says it, and knows no more operations than the
//! stores use.

mod connection;
mod state;

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::Sandbox;
use super::moto::VARIABLES;
pub use state::State;

/// What happens to a call instead of, or beside, its work.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// It is refused with this code.
    Refused(&'static str),
    /// It is done, and the connection is cut before the answer.
    Lost,
    /// It is not done, and this is answered, with this status.
    Answers(u16, &'static str),
    /// It is not done, and never answered.
    Silent,
    /// An endless answer.
    Endless,
}

/// Decides about each call by its operation and parameters; what it does to the state, somebody else does just before.
pub type Rule = Box<dyn Fn(&str, &Value, &mut State) -> Option<Fault> + Send>;

/// A running server; it ends with the test process.
pub struct Server {
    port: u16,
    shared: Arc<Shared>,
}

/// What the connections share.
pub struct Shared {
    state: Mutex<State>,
    rule: Mutex<Rule>,
    calls: Mutex<Vec<(String, Value)>>,
    latency: Duration,
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
}

impl Server {
    /// Starts one that answers at once.
    pub fn start() -> Self {
        Self::with_latency(Duration::ZERO)
    }

    /// Starts one that takes its time for every answer.
    pub fn with_latency(latency: Duration) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            rule: Mutex::new(Box::new(|_, _, _| None)),
            calls: Mutex::default(),
            latency,
            under_way: AtomicUsize::new(0),
            most_under_way: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&accepting);
                thread::spawn(move || connection::serve(&stream, &shared));
            }
        });
        Self { port, shared }
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address for `AWS_ENDPOINT_URL`.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The sandbox with credentials and the address.
    pub fn with(&self, sandbox: Sandbox) -> Sandbox {
        let sandbox = sandbox.with("AWS_ENDPOINT_URL", self.address());
        VARIABLES.iter().fold(sandbox, |sandbox, (name, value)| sandbox.with(name, *value))
    }

    /// From now on the rule decides about each call.
    pub fn rule(&self, rule: impl Fn(&str, &Value, &mut State) -> Option<Fault> + Send + 'static) {
        *self.shared.rule.lock().unwrap() = Box::new(rule);
    }

    /// The first `times` calls of an operation meet this.
    pub fn fault(&self, operation: &'static str, times: usize, fault: Fault) {
        let left = AtomicUsize::new(times);
        self.rule(move |called, _, _| {
            let counts = called == operation
                && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
            counts.then_some(fault)
        });
    }

    /// Before the first call of `operation`, somebody else calls this one.
    pub fn meanwhile(&self, operation: &'static str, theirs: &'static str, parameters: Value) {
        let left = AtomicUsize::new(1);
        self.rule(move |called, _, state| {
            if called == operation && left.swap(0, Ordering::SeqCst) == 1 {
                state.answer(theirs, &parameters).unwrap();
            }
            None
        });
    }

    /// Does an operation at once, without a rule: as somebody else would.
    #[track_caller]
    pub fn does(&self, operation: &str, parameters: &Value) -> Value {
        let answer = self.shared.state.lock().unwrap().answer(operation, parameters);
        answer.unwrap_or_else(|code| panic!("{operation}: {code}"))
    }

    /// The operations that were called since the last time, in order.
    pub fn calls(&self) -> Vec<String> {
        self.parameters().into_iter().map(|(operation, _)| operation).collect()
    }

    /// The same with their parameters.
    pub fn parameters(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut *self.shared.calls.lock().unwrap())
    }

    /// How many calls were under way at once at most since the last time.
    pub fn most_under_way(&self) -> usize {
        self.shared.most_under_way.swap(0, Ordering::SeqCst)
    }

    /// The labels of each version of a secret that has any, in the order of the versions.
    pub fn labels(&self, name: &str) -> Vec<(String, Vec<String>)> {
        self.shared.state.lock().unwrap().labels(name)
    }

    /// How many versions of a secret there are, with a label or without.
    pub fn versions(&self, name: &str) -> usize {
        let parameters = json!({"SecretId": name, "IncludeDeprecated": true, "MaxResults": 100});
        self.does("ListSecretVersionIds", &parameters)["Versions"].as_array().unwrap().len()
    }
}
