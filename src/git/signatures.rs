//! Which commits are signed by someone whom the user trusts.
//!
//! To check a signature, git runs gpg, gpgsm or ssh-keygen, and a repository's own settings could name another
//! program, or a list of keys that vouches for itself. So every such setting is given on the command line, which goes
//! before the repository's: as the user's own or the machine's settings have it, else as git would by default. What
//! is left is what `git log --show-signature` does with signatures of others: their bytes reach these programs.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::Path;

use super::{Error, Git};

/// The settings that name a program, with what git runs without them. `gpg.program` is the older name of
/// `gpg.openpgp.program`.
const PROGRAMS: [(&str, &str); 4] = [
    ("gpg.program", "gpg"),
    ("gpg.openpgp.program", "gpg"),
    ("gpg.x509.program", "gpgsm"),
    ("gpg.ssh.program", "ssh-keygen"),
];

/// The settings that name a file with keys.
const KEYS: [&str; 2] = ["gpg.ssh.allowedsignersfile", "gpg.ssh.revocationfile"];

/// How far a key has to be trusted.
const TRUST: (&str, &str) = ("gpg.mintrustlevel", "undefined");

impl Git {
    /// Those of the commits that carry a signature which git finds good: by a key that the user trusts, not expired
    /// and not revoked.
    ///
    /// # Errors
    /// git fails.
    pub fn well_signed(&self, commits: &HashSet<&str>) -> Result<HashSet<String>, Error> {
        if commits.is_empty() {
            return Ok(HashSet::new());
        }
        let mut arguments: Vec<OsString> = Vec::new();
        for setting in settings(&self.own_settings()?) {
            arguments.extend(["-c".into(), setting.into()]);
        }
        arguments.extend(["log", "--no-walk", "--format=%H %G?"].map(OsString::from));
        arguments.extend(commits.iter().map(OsString::from));
        let (succeeded, output) = self.output(arguments)?;
        if !succeeded {
            return Err(Error::Failed { command: "log".to_owned(), directory: self.directory.clone() });
        }
        let text = String::from_utf8_lossy(&output);
        let good = text.lines().filter_map(|line| line.strip_suffix(" G"));
        Ok(good.map(str::to_owned).collect())
    }

    /// The settings about signatures that do not come from the repository.
    fn own_settings(&self) -> Result<HashMap<String, String>, Error> {
        let question = ["config", "--show-scope", "-z", "--type=path", "--get-regexp", r"^gpg\."];
        let (_, output) = self.output(question)?;
        Ok(parse(&String::from_utf8_lossy(&output)))
    }
}

/// Reads what `git config --show-scope -z --get-regexp` prints: scope, then name and value.
fn parse(output: &str) -> HashMap<String, String> {
    let mut fields = output.split('\0');
    let mut own = HashMap::new();
    while let (Some(scope), Some(setting)) = (fields.next(), fields.next()) {
        if matches!(scope, "system" | "global")
            && let Some((name, value)) = setting.split_once('\n')
        {
            own.insert(name.to_owned(), value.to_owned());
        }
    }
    own
}

/// Every setting that decides what is run and whose keys count. A relative path would be one in the repository.
fn settings(own: &HashMap<String, String>) -> Vec<String> {
    let is_absolute = |path: &&String| Path::new(path).is_absolute();
    let program = |(name, default): (&str, &str)| {
        let older = if name == "gpg.openpgp.program" { "gpg.program" } else { name };
        let safe = own
            .get(name)
            .or_else(|| own.get(older))
            .filter(|program| is_absolute(program) || !program.contains('/'));
        format!("{name}={}", safe.map_or(default, String::as_str))
    };
    let keys = |name: &str| {
        let file = own.get(name).filter(is_absolute);
        format!("{name}={}", file.map_or("", String::as_str))
    };
    let trust = format!("{}={}", TRUST.0, own.get(TRUST.0).map_or(TRUST.1, String::as_str));
    PROGRAMS.into_iter().map(program).chain(KEYS.into_iter().map(keys)).chain([trust]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settings_of_the_user_and_of_the_machine_count() {
        let output = "system\0gpg.program\n/usr/bin/gpg2\0global\0gpg.ssh.allowedsignersfile\n/home/a/signers\0\
                      local\0gpg.ssh.program\n/tmp/evil\0local\0gpg.program\n/tmp/evil\0worktree\0gpg.x509.program\n/tmp/evil\0";
        assert_eq!(
            settings(&parse(output)),
            [
                "gpg.program=/usr/bin/gpg2",
                "gpg.openpgp.program=/usr/bin/gpg2",
                "gpg.x509.program=gpgsm",
                "gpg.ssh.program=ssh-keygen",
                "gpg.ssh.allowedsignersfile=/home/a/signers",
                "gpg.ssh.revocationfile=",
                "gpg.mintrustlevel=undefined",
            ]
        );
    }

    #[test]
    fn a_relative_path_is_not_taken_from_the_repository() {
        let output = "global\0gpg.ssh.program\nbin/ssh-keygen\0global\0gpg.ssh.allowedsignersfile\n.signers\0\
                      global\0gpg.program\ngpg2\0global\0gpg.openpgp.program\ngpg3\0";
        let settings = settings(&parse(output));
        assert_eq!(settings[..2], ["gpg.program=gpg2", "gpg.openpgp.program=gpg3"]);
        assert_eq!(settings[3..5], ["gpg.ssh.program=ssh-keygen", "gpg.ssh.allowedsignersfile="]);
    }
}
