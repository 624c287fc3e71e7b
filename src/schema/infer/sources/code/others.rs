//! Languages in which a call such as `getenv("X")` is all there is.

use super::Language;
use super::lexer::{Grammar, Quote};

/// C#: `Environment.GetEnvironmentVariable("X")`.
pub static CSHARP: Language = Language {
    name: "C#",
    extensions: &["cs"],
    grammar: Grammar {
        quotes: &[Quote::long("\"\"\""), Quote::plain("\""), Quote::plain("'")],
        ..Grammar::C
    },
    read: |_, _| {},
};

/// C and C++: `getenv("X")`.
pub static C: Language = Language {
    name: "C",
    extensions: &["c", "h", "cc", "cpp", "cxx", "hpp", "hh"],
    grammar: Grammar::C,
    read: |_, _| {},
};

/// Elixir: `System.get_env("X", "x")`, `System.fetch_env!("X")`.
pub static ELIXIR: Language = Language {
    name: "Elixir",
    extensions: &["ex", "exs"],
    grammar: Grammar {
        quotes: &[
            Quote::long("\"\"\""),
            Quote { expression: Some("#{"), ..Quote::plain("\"") },
            Quote::plain("'"),
        ],
        ..Grammar::HASH
    },
    read: |_, _| {},
};

/// just: `env("X", "x")`, `env_var("X")`.
pub static JUST: Language =
    Language { name: "just", extensions: &["just", "justfile"], grammar: Grammar::HASH, read: |_, _| {} };

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use super::*;

    #[test]
    fn the_call_of_each_language_is_found() {
        let csharp = "var a = Environment.GetEnvironmentVariable(\"A_KEY\") ?? \"a\"; // GetEnvironmentVariable(\"B\")";
        assert_eq!(found(&CSHARP, csharp), ["1 A_KEY = a"]);
        assert_eq!(found(&C, "char *a = getenv(\"A_KEY\"); /* getenv(\"B\") */"), ["1 A_KEY"]);
        let elixir = "a = System.get_env(\"A_KEY\", \"a\")\nb = System.fetch_env!(\"B_KEY\")\nc = System.get_env(\"C_KEY\") || \"c\"";
        assert_eq!(found(&ELIXIR, elixir), ["1 A_KEY = a", "2 B_KEY (required)", "3 C_KEY = c"]);
        assert_eq!(found(&JUST, "port := env_var_or_default('PORT', '80')\n# env('B')"), ["1 PORT = 80"]);
    }
}
