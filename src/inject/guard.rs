//! Names that an environment may not set unless the user says so.
//!
//! An env file comes from a repository or a store, and whoever can write there could otherwise run code in
//! every process that is started with it. To add a name: put it into the group that says why.

/// What happens to a hazardous name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not set unless the user allows it by name.
    Refused,
    /// Set, with a warning.
    Warned,
}

/// Why a name is hazardous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// What happens to it.
    pub verdict: Verdict,
    /// What the name does, to be read after "NAME is refused: ".
    pub why: &'static str,
}

struct Group {
    hazard: Hazard,
    names: &'static [&'static str],
    prefixes: &'static [&'static str],
}

const fn refused(why: &'static str) -> Hazard {
    Hazard { verdict: Verdict::Refused, why }
}

const fn warned(why: &'static str) -> Hazard {
    Hazard { verdict: Verdict::Warned, why }
}

static GROUPS: &[Group] = &[
    Group {
        hazard: refused("it makes the system's loader or C library load other code"),
        names: &["GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH", "TERMINFO", "TERMINFO_DIRS", "TERMCAP"],
        prefixes: &["LD_", "DYLD_", "MALLOC_"],
    },
    Group {
        hazard: refused("it decides which programs are started"),
        names: &["PATH", "COMSPEC", "PATHEXT", "PSMODULEPATH", "WINDIR", "SYSTEMROOT"],
        prefixes: &[],
    },
    Group {
        hazard: refused("a shell runs code from it"),
        names: &[
            "IFS",
            "ENV",
            "BASH_ENV",
            "PROMPT_COMMAND",
            "PS4",
            "SHELLOPTS",
            "BASHOPTS",
            "ZDOTDIR",
            "SHELL",
        ],
        prefixes: &["BASH_FUNC_"],
    },
    Group {
        hazard: refused("a language runtime loads code from it"),
        names: &[
            "NODE_OPTIONS",
            "NODE_PATH",
            "PYTHONPATH",
            "PYTHONSTARTUP",
            "PYTHONHOME",
            "PYTHONBREAKPOINT",
            "PYTHONWARNINGS",
            "PERL5OPT",
            "PERL5LIB",
            "PERL5DB",
            "PERLLIB",
            "RUBYOPT",
            "RUBYLIB",
            "PHPRC",
            "PHP_INI_SCAN_DIR",
            "JAVA_TOOL_OPTIONS",
            "_JAVA_OPTIONS",
            "JDK_JAVA_OPTIONS",
            "JAVA_OPTS",
            "ES_JAVA_OPTS",
            "MAVEN_OPTS",
            "GRADLE_OPTS",
            "CLASSPATH",
            "DOTNET_STARTUP_HOOKS",
            "OPENSSL_CONF",
        ],
        prefixes: &["CORECLR_PROFILER", "COR_PROFILER"],
    },
    Group {
        hazard: refused("git or ssh starts a program or reads other settings because of it"),
        names: &[
            "GIT_SSH",
            "GIT_SSH_COMMAND",
            "GIT_EXTERNAL_DIFF",
            "GIT_DIR",
            "GIT_EXEC_PATH",
            "GIT_ASKPASS",
            "GIT_EDITOR",
            "GIT_PAGER",
            "GIT_PROXY_COMMAND",
            "GIT_TEMPLATE_DIR",
            "SSH_ASKPASS",
        ],
        prefixes: &["GIT_CONFIG"],
    },
    Group {
        hazard: refused("programs start what it names"),
        names: &["EDITOR", "VISUAL", "PAGER", "BROWSER", "LESSOPEN", "LESSCLOSE", "MAKEFLAGS"],
        prefixes: &[],
    },
    Group {
        hazard: refused("a build would run another compiler or other flags because of it"),
        names: &["RUSTC_WRAPPER", "RUSTFLAGS", "RUSTC"],
        prefixes: &["CARGO_"],
    },
    Group {
        hazard: refused("it decides whom TLS trusts"),
        names: &[
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "REQUESTS_CA_BUNDLE",
            "NODE_EXTRA_CA_CERTS",
            "NODE_TLS_REJECT_UNAUTHORIZED",
            "CURL_CA_BUNDLE",
            "VAULT_SKIP_VERIFY",
        ],
        prefixes: &[],
    },
    Group {
        hazard: refused("it sends requests and credentials to another server"),
        names: &["HOSTALIASES", "RES_OPTIONS", "VAULT_ADDR", "KUBECONFIG", "DOCKER_HOST"],
        prefixes: &["AWS_ENDPOINT_URL"],
    },
    Group {
        hazard: refused("programs look for their settings there"),
        names: &["USERPROFILE"],
        prefixes: &["XDG_"],
    },
    Group { hazard: warned("programs look for their settings there"), names: &["HOME"], prefixes: &[] },
    Group {
        hazard: warned("programs put their temporary files there"),
        names: &["TMPDIR", "TMP", "TEMP"],
        prefixes: &[],
    },
    Group {
        hazard: warned("requests go through it"),
        names: &[
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
            "FTP_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
            "no_proxy",
            "ftp_proxy",
        ],
        prefixes: &[],
    },
];

/// What is hazardous about setting that variable, if anything. Windows ignores the case of names.
pub fn hazard(name: &str) -> Option<Hazard> {
    let same = |known: &str| if cfg!(windows) { known.eq_ignore_ascii_case(name) } else { known == name };
    let starts = |prefix: &str| {
        name.get(..prefix.len()).is_some_and(|start| {
            if cfg!(windows) { prefix.eq_ignore_ascii_case(start) } else { prefix == start }
        })
    };
    let matches = |group: &&Group| {
        group.names.iter().any(|known| same(known)) || group.prefixes.iter().any(|prefix| starts(prefix))
    };
    GROUPS.iter().find(matches).map(|group| group.hazard)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every name that was found to load code or redirect credentials in the programs that people run.
    const MUST_BE_REFUSED: &str = "LD_PRELOAD LD_AUDIT LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES PATH IFS ENV \
        BASH_ENV BASH_FUNC_ls PROMPT_COMMAND PS4 SHELLOPTS NODE_OPTIONS NODE_PATH PYTHONPATH PYTHONSTARTUP \
        PYTHONHOME PERL5OPT PERL5LIB RUBYOPT RUBYLIB JAVA_TOOL_OPTIONS _JAVA_OPTIONS ES_JAVA_OPTS CLASSPATH \
        GIT_SSH_COMMAND GIT_EXTERNAL_DIFF GIT_CONFIG_COUNT GIT_CONFIG_GLOBAL GIT_DIR SSH_ASKPASS EDITOR VISUAL \
        PAGER BROWSER LESSOPEN MAKEFLAGS CARGO_HOME RUSTC_WRAPPER RUSTFLAGS GLIBC_TUNABLES GCONV_PATH \
        MALLOC_CONF TERMINFO LOCPATH HOSTALIASES RES_OPTIONS SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE \
        NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED CURL_CA_BUNDLE AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 \
        VAULT_ADDR VAULT_SKIP_VERIFY KUBECONFIG DOCKER_HOST XDG_CONFIG_HOME";

    #[test]
    fn names_that_load_code_are_refused() {
        for name in MUST_BE_REFUSED.split_whitespace() {
            assert_eq!(hazard(name).map(|hazard| hazard.verdict), Some(Verdict::Refused), "{name}");
        }
    }

    #[test]
    fn home_temporary_directories_and_proxies_warn() {
        for name in ["HOME", "TMPDIR", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "no_proxy"] {
            assert_eq!(hazard(name).map(|hazard| hazard.verdict), Some(Verdict::Warned), "{name}");
        }
    }

    #[test]
    fn ordinary_names_pass() {
        for name in ["DATABASE_URL", "PORT", "ENVIRONMENT", "DEBUG", "NODE_ENV", "FLASK_ENV", "HOSTNAME", "L"]
        {
            assert_eq!(hazard(name), None, "{name}");
        }
    }
}
