//! Headless Chromium, driven through the WebDriver protocol (W3C) of chromedriver. One for all tests of the process.

use std::path::Path;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::daemon::{self, Daemon};
use super::http;
use super::tool;

/// The name that WebDriver gives a reference to an element (section 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The Tab key (section 17.4.2).
pub const TAB: &str = "\u{e004}";

/// The Enter key.
pub const ENTER: &str = "\u{e007}";

static BROWSER: LazyLock<Option<Mutex<Browser>>> = LazyLock::new(|| Browser::start().map(Mutex::new));

/// A running browser.
pub struct Browser {
    port: u16,
    session: String,
    _daemon: Daemon,
    _directory: tempfile::TempDir,
}

/// The browser, for this test alone as long as it is held; `None`, and said, if this machine has none.
pub fn browser() -> Option<MutexGuard<'static, Browser>> {
    BROWSER.as_ref().map(|browser| browser.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Browser {
    fn start() -> Option<Self> {
        let (chromium, driver) = (tool("chromium")?, tool("chromedriver")?);
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path().to_str().unwrap();
        let port = daemon::free_port();
        let daemon =
            Daemon::start(directory.path(), "log", &[("HOME", home)], &[&driver, &format!("--port={port}")]);
        let mut browser = Self { port, session: String::new(), _daemon: daemon, _directory: directory };
        daemon::wait_until("chromedriver", daemon::STARTUP, || {
            browser.request("GET", "/status", None).is_ok()
        });
        // The sandbox of Chromium does not work for root or in most containers; the pages are this project's own.
        // With a pipe the browser ends when chromedriver does.
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--remote-debugging-pipe",
        ];
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "unhandledPromptBehavior": "ignore",
            "goog:chromeOptions": { "binary": chromium, "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        }}});
        let session = browser.request("POST", "/session", Some(&capabilities)).unwrap();
        session["sessionId"].as_str().unwrap().clone_into(&mut browser.session);
        Some(browser)
    }

    /// Opens a file, and forgets what was logged before.
    pub fn open(&self, file: &Path) {
        self.log("browser");
        self.log("performance");
        self.post("url", &json!({ "url": format!("file://{}", file.display()) }));
    }

    /// What a script, the body of a function, returns.
    pub fn run(&self, script: &str) -> Value {
        self.post("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]
            })
            .collect();
        self.post(
            "actions",
            &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }),
        );
    }

    /// Clicks on the first element that a CSS selector finds.
    pub fn click(&self, selector: &str) {
        let found = self.post("element", &json!({ "using": "css selector", "value": selector }));
        let element = found[ELEMENT].as_str().unwrap().to_owned();
        self.post(&format!("element/{element}/click"), &json!({}));
    }

    /// What was logged since the last call: `browser` is the console, `performance` what the page did.
    pub fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.post("se/log", &json!({ "type": kind }));
        entries.as_array().unwrap().clone()
    }

    /// A command of the DevTools protocol.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    /// The page as PDF, in Base64.
    pub fn print(&self) -> String {
        self.post("print", &json!({})).as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn post(&self, command: &str, body: &Value) -> Value {
        let path = format!("/session/{}/{command}", self.session);
        self.request("POST", &path, Some(body)).unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let body = body.map(Value::to_string);
        let answer = http::request_as("HTTP/1.1", self.port, method, path, &[], body.as_deref());
        let answer = answer.map_err(|error| error.to_string())?;
        if answer.status == 200 { Ok(answer.body["value"].clone()) } else { Err(answer.text) }
    }
}
