//! What carrying a rotation through needs of the world around it: the stores, and who is told what happens.

use std::collections::BTreeSet;

use super::session::Session;
use super::{kept, stores};
use crate::commands::sealing::{say_remarks, say_sealed_only, shown};
use crate::context::Context;
use crate::env_vars;
use crate::error::Error;
use crate::rotation::carry::{Progress, World};
use crate::rotation::journal::Step;
use crate::seal::{Access, Opened, Written};
use crate::ui::escape;

/// See the module.
pub(super) struct Surroundings<'a> {
    pub(super) context: &'a mut Context,
    pub(super) session: &'a Session<'a>,
}

impl World for Surroundings<'_> {
    type Error = Error;

    fn push(&mut self, opened: &Opened, variables: &BTreeSet<String>, access: &Access) -> Result<(), Error> {
        if self.session.args.no_push {
            return Ok(());
        }
        stores::push(self.session, opened, variables, access, self.context)
    }

    fn keep(&mut self, opened: &Opened, variable: &str, journal: Option<&str>) -> Result<(), Error> {
        kept::keep(self.session, opened, variable, journal, self.context)
    }

    fn progress(&mut self, progress: &Progress<'_>) {
        match progress {
            Progress::Begins(step) => self.begins(*step),
            Progress::Done(step) => self.kill_if_a_test_says("done", *step),
            Progress::Noted(step) => self.kill_if_a_test_says("noted", *step),
            Progress::Sealed { written, rendered } => self.sealed(written, rendered),
            Progress::Remark(remark) => self.context.ui.warn(remark),
            Progress::TakenBack => self.context.ui.say("the target has the previous value"),
            Progress::NotTakenBack(error) => {
                self.context.ui.warn(&format!("the target may have either value: {error}"));
            }
        }
    }
}

impl Surroundings<'_> {
    fn begins(&mut self, step: Step) {
        let text = match step {
            Step::Pending => "making the new value",
            Step::Set => "setting it in its target",
            Step::Tested => "testing it there",
            Step::Current => "sealing it",
            Step::Pushed => "pushing it",
            Step::Ended => "ending the previous value",
            Step::Recorded => "recording it",
        };
        self.context.ui.detail(text);
        self.kill_if_a_test_says("begins", step);
    }

    fn sealed(&mut self, written: &Written, rendered: &[String]) {
        let file = shown(&self.session.environment.sealed, self.context);
        let also = written.env_file.as_ref().map(|path| format!(" and {}", shown(path, self.context)));
        if !written.is_unchanged() {
            self.context.ui.say(&format!("sealed {file}{}", also.unwrap_or_default()));
        }
        for name in rendered {
            self.context.ui.say(&format!("{} was rendered from its parts", escape(name)));
        }
        say_sealed_only(&written.sealed_only, &mut self.context.ui);
        say_remarks(&written.remarks, &mut self.context.ui);
    }

    /// Ends the process as a kill would, in debug builds.
    fn kill_if_a_test_says(&self, moment: &str, step: Step) {
        if !cfg!(debug_assertions) {
            return;
        }
        let chosen = self.context.env.get(env_vars::TEST_ONLY_KILL_AT);
        if chosen == Some(&format!("{moment}:{}", step.name())) {
            std::process::abort();
        }
    }
}
