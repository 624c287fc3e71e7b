//! The names that the platform sets for every program: the operating system, the shell, the terminal, the desktop, the
//! CI system, the build tool. A program that reads one of them needs no entry in a schema for it.

/// Names that are set without anybody's doing, or that belong to every program alike.
const NAMES: &[&str] = &[
    // POSIX.1-2017, Base Definitions, chapter 8, and what every login sets.
    "CDPATH",
    "COLUMNS",
    "EDITOR",
    "HISTFILE",
    "HOME",
    "HOSTNAME",
    "IFS",
    "LANG",
    "LANGUAGE",
    "LINES",
    "LOGNAME",
    "MAIL",
    "MAILCHECK",
    "MANPATH",
    "OLDPWD",
    "PAGER",
    "PATH",
    "PS1",
    "PWD",
    "SHELL",
    "SHLVL",
    "TERM",
    "TMPDIR",
    "TEMP",
    "TMP",
    "USER",
    "USERNAME",
    "VISUAL",
    // Dynamic linking.
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "DYLD_LIBRARY_PATH",
    "PKG_CONFIG_PATH",
    // Terminals: https://no-color.org, https://bixense.com/clicolors.
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLORTERM",
    "FORCE_COLOR",
    "NO_COLOR",
    "TERM_PROGRAM",
    // Desktops and sessions.
    "BROWSER",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "SUDO_USER",
    "SUDO_UID",
    "SUDO_GID",
    "SSH_AUTH_SOCK",
    "SSH_CONNECTION",
    "SSH_CLIENT",
    "SSH_TTY",
    // Windows.
    "ALLUSERSPROFILE",
    "APPDATA",
    "COMPUTERNAME",
    "COMSPEC",
    "HOMEDRIVE",
    "HOMEPATH",
    "LOCALAPPDATA",
    "OS",
    "PATHEXT",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "USERPROFILE",
    "WINDIR",
    // CI systems.
    "BUILDKITE",
    "CI",
    "CIRCLECI",
    "CONTINUOUS_INTEGRATION",
    "GITHUB_ACTION",
    "GITHUB_ACTIONS",
    "GITHUB_ACTOR",
    "GITHUB_API_URL",
    "GITHUB_BASE_REF",
    "GITHUB_ENV",
    "GITHUB_EVENT_NAME",
    "GITHUB_EVENT_PATH",
    "GITHUB_HEAD_REF",
    "GITHUB_JOB",
    "GITHUB_OUTPUT",
    "GITHUB_PATH",
    "GITHUB_REF",
    "GITHUB_REF_NAME",
    "GITHUB_REF_TYPE",
    "GITHUB_REPOSITORY",
    "GITHUB_REPOSITORY_OWNER",
    "GITHUB_RUN_ATTEMPT",
    "GITHUB_RUN_ID",
    "GITHUB_RUN_NUMBER",
    "GITHUB_SERVER_URL",
    "GITHUB_SHA",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_WORKFLOW",
    "GITHUB_WORKSPACE",
    "GITLAB_CI",
    "JENKINS_URL",
    "TEAMCITY_VERSION",
    "TF_BUILD",
    "TRAVIS",
    // Build tools and language runtimes, which set them or take them from whoever starts them.
    "BUNDLE_GEMFILE",
    "CARGO",
    "CGO_ENABLED",
    "CONDA_PREFIX",
    "GEM_HOME",
    "GOARCH",
    "GOBIN",
    "GOFLAGS",
    "GOOS",
    "GOPATH",
    "GOROOT",
    "INIT_CWD",
    "JAVA_HOME",
    "NEXT_PHASE",
    "NEXT_RUNTIME",
    "NODE_ENV",
    "NODE_OPTIONS",
    "NODE_PATH",
    "OUT_DIR",
    "PYTHONPATH",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "RUSTFLAGS",
    "RUST_BACKTRACE",
    "VIRTUAL_ENV",
    "VITEST",
    "JEST_WORKER_ID",
    // Containers and service managers.
    "CREDENTIALS_DIRECTORY",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    "KUBERNETES_SERVICE_HOST",
    "KUBERNETES_SERVICE_PORT",
    "LISTEN_FDS",
    "LISTEN_PID",
    "NOTIFY_SOCKET",
];

/// What the names of a whole family begin with.
const FAMILIES: &[&str] = &["CARGO_", "CI_", "DEP_", "LC_", "RUNNER_", "XDG_", "npm_"];

/// Whether the platform sets a variable of that name.
pub fn sets(name: &str) -> bool {
    NAMES.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_project_sets_itself_is_not_the_platforms() {
        for name in ["PATH", "LC_ALL", "GITHUB_SHA", "npm_package_version", "XDG_CONFIG_HOME"] {
            assert!(sets(name), "{name}");
        }
        for name in ["GITHUB_TOKEN", "GITHUB_CLIENT_ID", "PORT", "APP_ENV", "DATABASE_URL", "TZ"] {
            assert!(!sets(name), "{name}");
        }
    }
}
