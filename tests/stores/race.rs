//! Sixteen processes push fifty times each to one place, and nobody's change is lost.
//!
//! Each has a working copy and a variable of its own, which it changes with every push, and now and then it changes
//! one that all of them share. So every version must differ from the one before it by what one process reported as
//! pushed, in the order in which that process did, and by nothing else.

use std::collections::BTreeMap;

use crate::stores::conformance::held;
use crate::support::Sandbox;
use crate::support::sealed::store;
use crate::support::shop::SEALED;

const PROCESSES: usize = 16;
const PUSHES_EACH: usize = 50;
pub const ENV_FILE: &str = ".env.production";
const LEDGER: &str = "envward.ledger.jsonl";

/// The variables of the race: what goes into the manifest.
pub fn variables() -> String {
    let own = (0..PROCESSES).map(own).chain(["SHARED".to_owned()]);
    own.map(|name| format!("[vars.{name}]\nsecret = false\n")).collect::<Vec<_>>().concat()
}

/// What a process reports as pushed: its own variable's value, and the shared one's if it changed that too.
pub type Pushed = (String, Option<String>);

/// What came out of a race, by process.
pub struct Outcome {
    /// What each of them reports as pushed, in its order.
    pub reported: Vec<Vec<Pushed>>,
    /// The ledgers; empty where the working copies have no sealed file.
    pub ledgers: Vec<String>,
}

/// Runs the race from copies of a project that has [`variables`] and whose environment is served by this store.
pub fn no_update_is_lost(project: &Sandbox, name: &str) {
    let Outcome { reported, .. } = run(project);
    let versions = versions(project, name);
    let mut found = vec![Vec::new(); PROCESSES];
    for pair in versions.windows(2) {
        let changed: Vec<_> = pair[1].iter().filter(|&(name, value)| pair[0][name] != *value).collect();
        let number = (0..PROCESSES).find(|&number| *changed[0].0 == own(number)).expect("its own variable");
        let shared = changed.get(1).map(|(name, value)| {
            assert_eq!(*name, "SHARED", "{changed:?}");
            (*value).clone()
        });
        found[number].push((changed[0].1.clone(), shared));
        assert!(changed.len() <= 2, "{changed:?}");
    }
    assert_eq!(found, reported);
}

/// The race itself, of which one process may win the first round. Where the project has recipients, every working copy
/// has a sealed file and a ledger.
pub fn run(project: &Sandbox) -> Outcome {
    let names = (0..PROCESSES).map(own).chain(["SHARED".to_owned()]);
    project.write(ENV_FILE, names.map(|name| format!("{name}=first\n")).collect::<Vec<_>>().concat());
    if project.read("envward.toml").contains("[recipients]") {
        project.envward("seal").success();
    }
    project.envward("push --yes").success();

    let (reported, ledgers): (Vec<_>, Vec<_>) = std::thread::scope(|scope| {
        let start = |number| scope.spawn(move || Process { number, copy: project.copy() }.push_all());
        let processes: Vec<_> = (0..PROCESSES).map(start).collect();
        processes.into_iter().map(|process| process.join().unwrap()).unzip()
    });

    let first_round = reported.iter().flatten().filter(|(value, shared)| value == "0" && shared.is_some());
    assert_eq!(first_round.count(), 1, "of those who changed the same variable at once one may win");
    Outcome { reported, ledgers }
}

/// The values of every version, oldest first.
pub fn versions(project: &Sandbox, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut store = store(project, "production", name);
    let history = store.history(None).unwrap();
    let read = |version| held(&store.read_at(version).unwrap()).into_iter().collect();
    history.iter().rev().map(|revision| &revision.version).map(read).collect()
}

/// The variable that only this process changes.
pub fn own(number: usize) -> String {
    format!("OWN_{number:02}")
}

/// Sets a variable in the env file, as an editor does.
pub fn set(project: &Sandbox, name: &str, value: &str) {
    let start = format!("{name}=");
    let file = project.read(ENV_FILE);
    let line = |line: &str| {
        if line.starts_with(&start) { format!("{start}{value}\n") } else { format!("{line}\n") }
    };
    project.write(ENV_FILE, file.lines().map(line).collect::<Vec<_>>().concat());
}

struct Process {
    number: usize,
    copy: Sandbox,
}

impl Process {
    /// All its pushes, and the ledger that they leave.
    fn push_all(mut self) -> (Vec<Pushed>, String) {
        let mut pushed = Vec::new();
        for round in 0..PUSHES_EACH {
            // Processes that draw the same pauses would meet again and again.
            self.copy.set("ENVWARD_TEST_ONLY_SEED", (self.number * PUSHES_EACH + round).to_string());
            // Every second time in step with the store before.
            let is_shared = round % 10 == 0;
            if is_shared && round % 20 == 10 {
                self.copy.envward("pull --yes").success();
            }
            pushed.extend(self.push(round, is_shared));
        }
        let ledger = if self.copy.has(LEDGER) { self.copy.read(LEDGER) } else { String::new() };
        (pushed, ledger)
    }

    /// Gives a variable a value: as an editor does, or in the sealed file if there is one.
    fn set(&self, name: &str, value: &str) {
        if self.copy.has(SEALED) {
            self.copy.envward_with_input(&["set", name], value.as_bytes()).success();
        } else {
            set(&self.copy, name, value);
        }
    }

    /// Changes its own variable and perhaps the shared one, and pushes. `None` if someone else changed the shared
    /// one meanwhile: then nothing may have been written.
    fn push(&self, round: usize, is_shared: bool) -> Option<Pushed> {
        let value = format!("{round}");
        let shared = is_shared.then(|| format!("{}-{round}", self.number));
        self.set(&own(self.number), &value);
        if let Some(shared) = &shared {
            self.set("SHARED", shared);
        }
        loop {
            let push = self.copy.envward("push --yes");
            if push.code == Some(0) {
                return Some((value, shared));
            }
            let push = push.code(6);
            if push.stderr.contains("changed here and in store") {
                assert!(is_shared, "{}", push.stderr);
                self.copy.envward("pull --yes --take store SHARED").success();
                return None;
            }
            // Others were faster five times: it says so, and whoever ran it runs it again.
            let _ = push.stderr_has("was changed by someone else; nothing was written");
        }
    }
}
