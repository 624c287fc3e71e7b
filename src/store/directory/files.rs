//! The names of the files: `000007.enc.env` is version 7, or `000007.env.age` where environments are sealed as one
//! age file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::fs;
use crate::manifest::SealFormat;
use crate::store::{Error, Version};

/// Endings of the files by format.
const ENDINGS: [(SealFormat, &str); 2] = [(SealFormat::Sops, ".enc.env"), (SealFormat::Age, ".env.age")];

/// The version of a number.
pub(super) fn version(number: u64) -> Version {
    Version::new(number.to_string())
}

/// The number of a version; `None` for another spelling than ours.
pub(super) fn number(version: &Version) -> Option<u64> {
    let number = version.as_str().parse().ok()?;
    (number > 0 && self::version(number) == *version).then_some(number)
}

/// The file's name of a number.
pub(super) fn name(number: u64, format: SealFormat) -> String {
    let ending = ENDINGS.iter().find(|(known, _)| *known == format).map_or("", |(_, ending)| ending);
    format!("{number:06}{ending}")
}

/// The files in the directory by number. Whatever else lies there is passed over.
///
/// # Errors
/// The directory cannot be read, or has two files for one number.
pub(super) fn list(directory: &Path, location: &str) -> Result<BTreeMap<u64, PathBuf>, Error> {
    let mut files = BTreeMap::new();
    for file in fs::list_dir(directory).map_err(crate::seal::Error::from)? {
        let Some(number) = parse(&file) else { continue };
        if files.insert(number, directory.join(file)).is_some() {
            let message = format!("{location} holds two files for version {number}");
            let help = Some("remove the one that does not belong there".to_owned());
            return Err(Error::Configuration { message, help });
        }
    }
    Ok(files)
}

fn parse(file: &str) -> Option<u64> {
    ENDINGS.iter().find_map(|&(format, ending)| {
        let number = file.strip_suffix(ending)?.parse().ok()?;
        (number > 0 && name(number, format) == file).then_some(number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_spelling_is_a_version() {
        assert_eq!(parse("000007.enc.env"), Some(7));
        assert_eq!(parse("1000007.env.age"), Some(1_000_007));
        for other in
            ["7.enc.env", "000000.enc.env", "000007.env", ".000007.enc.env.tmp.1.0", "+00007.enc.env"]
        {
            assert_eq!(parse(other), None, "{other}");
        }
        assert_eq!(number(&Version::new("7")), Some(7));
        for other in ["", "0", "07", "+7", "7.0", "../7"] {
            assert_eq!(number(&Version::new(other)), None, "{other}");
        }
    }

    #[test]
    fn two_files_for_one_version_are_an_error() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        for file in ["000001.enc.env", "000002.enc.env", "000002.env.age", "README"] {
            fs::write_shared(&directory.path().join(file), b"").expect("writable");
        }
        let error = list(directory.path(), "store/production").expect_err("it is ambiguous");
        assert_eq!(error.to_string(), "store/production holds two files for version 2");
    }
}
