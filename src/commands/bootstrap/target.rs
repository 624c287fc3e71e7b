//! The file that is completed: the sealed file if there is one, else the env file.

use zeroize::Zeroizing;

use crate::bootstrap::{Session, complete};
use crate::commands::sealing::{say_commit, say_remarks, say_sealed_only};
use crate::context::Context;
use crate::dotenv::{self, Document, Unportable};
use crate::error::Error;
use crate::fs::{self, Lock};
use crate::project::{Environment, Project};
use crate::schema::Schema;
use crate::seal::{self, Access, Changes, Opened};
use crate::secret::Values;

/// What is completed, with what it held at the start.
pub(super) struct Target<'a> {
    project: &'a Project,
    environment: &'a Environment,
    schema: &'a Schema,
    shown: String,
    present: Values,
    kind: Kind,
}

enum Kind {
    EnvFile {
        document: Document,
        on_disk: Option<Zeroizing<Vec<u8>>>,
        is_new: bool,
        refused: Refused,
        access: Access,
    },
    Sealed {
        opened: Box<Opened>,
        access: Access,
    },
}

/// Names that could not be written, and why.
pub(super) type Refused = Vec<(String, Unportable)>;

impl<'a> Target<'a> {
    /// Opens what there is.
    pub fn open(
        project: &'a Project,
        environment: &'a Environment,
        schema: &'a Schema,
        mut access: Access,
        context: &mut Context,
    ) -> Result<Self, Error> {
        let (path, mut present) = (&environment.env_file, Values::new());
        let on_disk = fs::read_if_exists(path)?;
        let document = match &on_disk {
            None => Document::new(),
            Some(bytes) => Document::parse(bytes)
                .map_err(|problems| dotenv::Error::Invalid { path: path.clone(), problems })?,
        };
        for entry in document.entries() {
            present.insert(entry.name.to_owned(), entry.value.clone());
        }
        let is_sealed = fs::exists(&environment.sealed);
        let kind = if is_sealed {
            let opened = seal::open(project, environment, &mut access)?;
            say_remarks(&opened.remarks, &mut context.ui);
            // An unsealed change of the env file is a value that is there, too.
            present.extend(opened.values.iter().map(|(name, value)| (name.clone(), value.clone())));
            Kind::Sealed { opened: Box::new(opened), access }
        } else {
            crate::git::refuse_tracked(path, &context.env)?;
            let is_new = on_disk.is_none();
            Kind::EnvFile { document, on_disk, is_new, refused: Refused::new(), access }
        };
        let path = if is_sealed { &environment.sealed } else { path };
        let shown = path.strip_prefix(&context.cwd).unwrap_or(path).display().to_string();
        Ok(Self { project, environment, schema, shown, present, kind })
    }

    /// The values that were there at the start.
    pub fn present(&self) -> &Values {
        &self.present
    }

    /// Its path, to be shown.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether it was not there before.
    pub fn is_new(&self) -> bool {
        matches!(self.kind, Kind::EnvFile { is_new: true, .. })
    }

    /// Writes what is known so far. A sealed file is written once, at the end.
    pub fn save(&mut self, session: &Session<'_>) -> Result<(), Error> {
        let Kind::EnvFile { document, on_disk, refused, .. } = &mut self.kind else { return Ok(()) };
        let filled = filled(session);
        *refused = complete(document, self.schema, self.environment, &filled, &session.open());
        let bytes = document.to_bytes();
        if on_disk.as_ref() == Some(&bytes) {
            return Ok(());
        }
        let path = &self.environment.env_file;
        let _lock = Lock::acquire(&self.environment.lock)?;
        if fs::read_if_exists(path)? != *on_disk {
            return Err(fs::Error::Changed { path: path.clone() }.into());
        }
        fs::write_private(path, &bytes)?;
        *on_disk = Some(bytes);
        Ok(())
    }

    /// Writes what is not written yet. Returns what could not be written at all.
    pub fn finish(&mut self, session: &Session<'_>, context: &mut Context) -> Result<Refused, Error> {
        match &mut self.kind {
            Kind::EnvFile { refused, .. } => Ok(std::mem::take(refused)),
            Kind::Sealed { opened, access } => {
                let changes: Changes = filled(session).into_iter().collect();
                if !changes.set.is_empty() {
                    let written = seal::write(opened, &changes, Some(self.schema), access, &mut context.rng)?;
                    say_remarks(&written.remarks, &mut context.ui);
                    say_sealed_only(&written.sealed_only, &mut context.ui);
                }
                Ok(Refused::new())
            }
        }
    }

    /// Enters into the ledger when the values of an env file were made, as far as somebody could open the project key;
    /// a sealed file had that done. Whether the session filled in anything is for who cannot open the key.
    pub fn record(&mut self, session: &Session<'_>, context: &mut Context) -> Result<(), Error> {
        let Kind::EnvFile { document, access, .. } = &mut self.kind else { return Ok(()) };
        let environment = self.environment;
        if environment.recipients.is_empty() {
            let name = &environment.name;
            context.ui.note(&format!("{name} has no recipients: the ledger does not know its values"));
            context.ui.help("add yourself: envward recipients add NAME \"$(envward identity show)\"");
            return Ok(());
        }
        let mut values = document.values();
        values.retain(|_, value| !value.is_empty());
        match seal::record_values(self.project, environment, &values, access, &mut context.rng) {
            Ok(true) => say_commit(self.project, std::slice::from_ref(environment), context),
            Ok(false) => {}
            Err(error @ (seal::Error::Ledger(_) | seal::Error::File(_))) => return Err(error.into()),
            Err(error) if error.lacks_identity() && session.filled().is_empty() => {}
            // The env file is written, and that is what it was about.
            Err(error) => {
                context.ui.warn(&format!("the ledger does not know the values: {error}"));
                if let Some(hint) = error.hint() {
                    context.ui.help(&hint);
                }
            }
        }
        Ok(())
    }
}

/// The values that the session filled in.
fn filled(session: &Session<'_>) -> Values {
    let filled = |name: &String| Some((name.clone(), session.values().get(name)?.clone()));
    session.filled().keys().filter_map(filled).collect()
}
