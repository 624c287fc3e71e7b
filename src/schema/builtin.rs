//! The schemas that come with envward: the files of `schemas/`, embedded.
//!
//! To add one: write `schemas/NAME.toml` and add it to [`ALL`].

/// A built-in schema: its name in `builtin:NAME`, and its text.
pub struct Builtin {
    /// Its name; its file is `schemas/NAME.toml`.
    pub name: &'static str,
    /// The file's text.
    pub text: &'static str,
}

/// Embeds `schemas/NAME.toml` under its name.
macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        &[$(Builtin {
            name: $name,
            text: include_str!(concat!("../../schemas/", $name, ".toml")),
        }),*]
    };
}

/// Every built-in schema, by name.
pub static ALL: &[Builtin] = embed![
    "aigov",
    "bug-dedup",
    "cors",
    "database-password",
    "elasticsearch",
    "flagwise",
    "flask",
    "grafana",
    "groq",
    "jira",
    "jwt",
    "kafka",
    "kafka-server",
    "logging",
    "openai",
    "postgres",
    "qdrant",
    "redis",
    "rotation",
    "sentiment-analyzer",
    "sentry",
    "simplr",
    "smtp",
];

/// The built-in schema of that name.
pub fn by_name(name: &str) -> Option<&'static Builtin> {
    ALL.iter().find(|builtin| builtin.name == name)
}
