//! Files of other tools, one kind each: the values in them, and what they declare about variables.
//!
//! A source reads one kind of file and changes nothing. What it cannot take over is in [`Taken::refused`] by its
//! key with the reason, so that nobody takes half of a file for the whole.
//!
//! To add one: write its file with a unit struct that implements [`Source`], and add it to [`ALL`].

mod compose;
mod doppler;
mod dotenv;
mod dotenvx;
mod error;
mod file;
mod infisical;
mod kubernetes;
mod object;
mod secretspec;
mod sops;
mod taken;
mod teller;
#[cfg(test)]
mod testing;
mod tree;
mod varlock;

pub use crate::schema::infer::declaration::render;
pub use error::Error;
pub use file::File;
pub use taken::{Reason, Refused, Taken};

use crate::env_vars::EnvSnapshot;
use crate::seal::Access;

/// What a source may use beside the file.
pub struct Request<'a> {
    /// The service of a compose file.
    pub service: Option<&'a str>,
    /// The program whose reading of a dotenv file counts, by its id.
    pub reader: Option<&'a str>,
    /// Whether keys that are no names of variables become names.
    pub flatten: bool,
    /// Who opens what sops sealed.
    pub access: &'a mut Access,
    /// The environment variables, which may hold private keys.
    pub env: &'a EnvSnapshot,
}

/// One kind of file of another tool.
pub trait Source: Sync {
    /// What `--as` calls it.
    fn kind(&self) -> &'static str;

    /// Whether the file looks like one.
    fn recognizes(&self, file: &File) -> bool;

    /// What is in the file.
    ///
    /// # Errors
    /// It is no file of this kind, is damaged, or cannot be decrypted.
    fn take(&self, file: &File, request: &mut Request<'_>) -> Result<Taken, Error>;
}

/// Every kind of file. The last two take what no other one recognizes.
pub static ALL: &[&dyn Source] = &[
    &sops::Sops,
    &dotenvx::Dotenvx,
    &varlock::Varlock,
    &secretspec::Secretspec,
    &teller::Teller,
    &doppler::Doppler,
    &infisical::Infisical,
    &kubernetes::Kubernetes,
    &compose::Compose,
    &object::Object,
    &dotenv::Dotenv,
];

/// How many of [`ALL`], at its end, recognize what could be anything.
const FALLBACKS: usize = 2;

/// The kind of that name.
pub fn by_kind(kind: &str) -> Option<&'static dyn Source> {
    ALL.iter().copied().find(|source| source.kind() == kind)
}

/// The kind of a file, from its content and its name.
///
/// # Errors
/// It could be more than one, or none.
pub fn detect(file: &File) -> Result<&'static dyn Source, Error> {
    let (special, general) = ALL.split_at(ALL.len() - FALLBACKS);
    let fitting = |sources: &[&'static dyn Source]| -> Vec<&'static dyn Source> {
        sources.iter().copied().filter(|source| source.recognizes(file)).collect()
    };
    let mut found = fitting(special);
    if found.is_empty() {
        found = fitting(general);
    }
    match found[..] {
        [source] => Ok(source),
        [] => Err(Error::Unknown),
        _ => Err(Error::Ambiguous { kinds: found.iter().map(|source| source.kind()).collect() }),
    }
}
