//! What a user confirms before a command of the project runs: the command line, and every file of the project that it
//! names, as it is now.

use std::path::Path;

use crate::approvals::{Claim, ClaimKind};
use crate::fs;
use crate::mac::sha256;
use crate::schema::driver::CommandDriver;

/// One claim for each command of a driver. A file that a script calls without being named here is not looked at.
///
/// # Errors
/// A file that a command names cannot be read.
pub fn claims(driver: &CommandDriver, root: &Path) -> Result<Vec<Claim>, fs::Error> {
    let hooks = [driver.create.as_ref(), Some(&driver.set), Some(&driver.test), driver.finish.as_ref()];
    hooks.into_iter().flatten().map(|words| claim(words, &driver.variables, root)).collect()
}

fn claim(words: &[String], variables: &[String], root: &Path) -> Result<Claim, fs::Error> {
    let mut files = Vec::new();
    let canonical = fs::canonicalize(root)?;
    for word in words {
        let path = root.join(word);
        // What lies elsewhere is the user's own, not the repository's.
        if path.is_file() && fs::lies_inside(&path, &canonical) {
            files.push(sha256(&fs::read(&path)?));
        }
    }
    let content = (!files.is_empty()).then(|| files.join(" "));
    let mut text = text(words);
    if !variables.is_empty() {
        text = format!("{text} with {}", variables.join(", "));
    }
    Ok(Claim { kind: ClaimKind::Command, text, content })
}

/// The words as a shell would take them, so that two different commands never look the same.
fn text(words: &[String]) -> String {
    let plain = |word: &str| {
        !word.is_empty() && word.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_./=:,@%+".contains(&it))
    };
    let quoted = words
        .iter()
        .map(|word| if plain(word) { word.clone() } else { format!("'{}'", word.replace('\'', r"'\''")) });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    fn driver(set: &[&str]) -> CommandDriver {
        CommandDriver { set: words(set), test: words(&["true"]), ..CommandDriver::default() }
    }

    #[test]
    fn a_changed_script_is_another_claim_wherever_it_stands_in_the_command() {
        let root = tempfile::tempdir().expect("a temporary directory");
        for command in [&["./rotate.sh", "set"][..], &["sh", "rotate.sh"]] {
            fs::write_shared(&root.path().join("rotate.sh"), b"one").expect("writable");
            let before = claims(&driver(command), root.path()).expect("readable");
            fs::write_shared(&root.path().join("rotate.sh"), b"two").expect("writable");
            let after = claims(&driver(command), root.path()).expect("readable");
            assert_ne!(before[0].hash(), after[0].hash(), "{command:?}");
            assert_eq!(before[1], after[1]);
        }
    }

    #[test]
    fn another_variable_that_it_gets_is_another_claim() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let before = claims(&driver(&["rotate"]), root.path()).expect("readable");
        let given = CommandDriver { variables: words(&["ADMIN_TOKEN"]), ..driver(&["rotate"]) };
        let after = claims(&given, root.path()).expect("readable");
        assert_eq!(after[0].text, "rotate with ADMIN_TOKEN");
        assert_ne!(before[0].hash(), after[0].hash());
    }

    #[test]
    fn words_do_not_run_together() {
        assert_eq!(text(&words(&["a b", "c"])), "'a b' c");
        assert_ne!(text(&words(&["a", "b c"])), text(&words(&["a b", "c"])));
        assert_eq!(text(&words(&["it's", ""])), r"'it'\''s' ''");
    }
}
