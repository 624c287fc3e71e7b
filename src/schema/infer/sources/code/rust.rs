//! Rust: `env::var`, `env!`, `option_env!`, and the arguments of clap.

use super::lexer::{Grammar, Quote};
use super::tokens::Tokens;
use super::{Language, Read, Reads};
use crate::schema::infer::TypeHint;

/// Rust.
pub static RUST: Language = Language {
    name: "Rust",
    extensions: &["rs"],
    grammar: Grammar { quotes: &[Quote::long("\"")], nested_comments: true, rust: true, ..Grammar::C },
    read,
};

fn read(tokens: &Tokens<'_>, reads: &mut Reads) {
    let end = tests(tokens);
    let imported = (0..end).any(|at| tokens.starts(at, &["use", "std", ":", ":", "env", ":", ":", "var"]));
    for at in 0..end {
        let Some(word) = tokens.word(at) else { continue };
        match word {
            "var" | "var_os" if tokens.is(at + 1, '(') && is_of_env(tokens, at, imported) => {
                call(tokens, at, reads);
            }
            "env" | "option_env" if tokens.starts(at + 1, &["!", "("]) => {
                if let Some(name) = tokens.text(at + 3) {
                    reads.push(Read::new(name, tokens.line(at)).required(word == "env"));
                }
            }
            "arg" | "clap" if tokens.ends(at, &["#", "["]) && tokens.is(at + 1, '(') => {
                argument(tokens, at + 1, reads);
            }
            _ => {}
        }
    }
    reads.found.retain(|(line, _), _| end == tokens.len() || *line < tokens.line(end));
}

/// Where the unit tests begin, which stand at the end of a file.
fn tests(tokens: &Tokens<'_>) -> usize {
    let begins = |&at: &usize| {
        tokens.starts(at, &["#", "[", "cfg", "(", "test", ")", "]", "mod"]) && tokens.is(at + 9, '{')
    };
    (0..tokens.len()).find(begins).unwrap_or(tokens.len())
}

/// `env::var`, `dotenvy::var`, or `var` alone where it is imported.
fn is_of_env(tokens: &Tokens<'_>, at: usize, imported: bool) -> bool {
    if tokens.ends(at, &[":", ":"]) {
        return matches!(tokens.word(at.saturating_sub(3)), Some("env" | "dotenv" | "dotenvy"));
    }
    let is_method = at > 0 && (tokens.is(at - 1, '.') || tokens.is_word(at - 1, "fn"));
    imported && !is_method
}

fn call(tokens: &Tokens<'_>, at: usize, reads: &mut Reads) {
    let Some(name) = tokens.name(at + 2).filter(|_| tokens.is(at + 3, ')')) else { return };
    let mut read = Read::new(name, tokens.line(at));
    let mut next = at + 4;
    while tokens.is(next, '.') || tokens.is(next, '?') {
        if tokens.is(next, '?') {
            read = read.required(true);
            next += 1;
            continue;
        }
        let method = tokens.word(next + 1).unwrap_or_default();
        let mut open = next + 2;
        // `parse::<u16>()`.
        if tokens.starts(open, &[":", ":", "<"]) {
            if method == "parse" {
                read.hint = tokens.word(open + 3).and_then(parsed);
            }
            open = (open..open + 12).find(|&close| tokens.is(close, '(')).unwrap_or(open);
        }
        let Some((arguments, close)) = tokens.arguments(open) else { break };
        match method {
            // Only what comes first says what happens without the variable.
            "unwrap" | "expect" | "context" | "with_context" => read = read.required(true),
            "unwrap_or" | "unwrap_or_else" | "map_or" => {
                let texts = arguments.iter().flat_map(Clone::clone);
                let default =
                    texts.filter(|&at| tokens.literal_at(at).is_some()).find_map(|at| tokens.literal_at(at));
                read = read.or(default).required(false);
            }
            "ok" | "is_ok" | "is_some" | "is_err" | "is_none" | "unwrap_or_default" => {
                read = read.required(false);
            }
            _ => {}
        }
        next = close + 1;
    }
    reads.push(read);
}

fn parsed(word: &str) -> Option<TypeHint> {
    let name = match word {
        "bool" => "bool",
        "f32" | "f64" => "float",
        "IpAddr" | "Ipv4Addr" | "Ipv6Addr" => "ip",
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" => "int",
        "Url" => "url",
        _ => return None,
    };
    Some(TypeHint::plain(name))
}

/// `#[arg(long, env = "X", default_value = "x")]`; without a name the field's is taken.
fn argument(tokens: &Tokens<'_>, open: usize, reads: &mut Reads) {
    let Some((arguments, close)) = tokens.arguments(open) else { return };
    // `]`, then perhaps `pub`, `pub(crate)`, then the field.
    let field =
        (close..close + 8).find(|&at| tokens.word(at).is_some_and(|word| word != "pub" && word != "crate"));
    let Some(env) = arguments.iter().find(|argument| tokens.is_word(argument.start, "env")) else { return };
    let name = match (tokens.name(env.start + 2), env.len()) {
        (Some(name), 3..) => name.to_owned(),
        (_, 1) => field.and_then(|field| tokens.word(field)).unwrap_or_default().to_uppercase(),
        _ => return,
    };
    let default = tokens.named(&arguments, &["default_value", "default_value_t"]);
    let default = default.and_then(|default| tokens.literal(&default));
    let kind = field.filter(|&field| tokens.is(field + 1, ':')).map(|field| field + 2);
    let optional = kind.is_some_and(|kind| matches!(tokens.word(kind), Some("Option" | "bool" | "Vec")));
    let inner = kind.map(|kind| if tokens.is_word(kind, "Option") { kind + 2 } else { kind });
    let hint = inner.and_then(|inner| tokens.word(inner)).and_then(|word| match word {
        "PathBuf" => Some(TypeHint::plain("path")),
        _ => parsed(word),
    });
    // It can be given on the command line too, so the variable is never required.
    let read = Read::new(&name, tokens.line(env.start)).or(default).hint(hint);
    reads.push(if optional { read.required(false) } else { read });
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use super::*;

    #[test]
    fn calls_and_macros_are_found() {
        let code = r##"
use std::env;
const KEY: &str = "G_KEY";
fn main() {
    let a = env::var("A_KEY").expect("A_KEY is set");
    let b = std::env::var("B_KEY").unwrap_or_else(|_| "b".to_owned());
    let c: u16 = std::env::var("C_KEY").ok().and_then(|port| port.parse().ok()).unwrap_or(8080);
    let d = env!("D_KEY");
    let e = option_env!("E_KEY");
    let f = std::env::var_os("F_KEY");
    let g = dotenvy::var(KEY)?;
    let h = env::var("H_KEY").unwrap().parse::<u16>();
    // env::var("I_KEY")
    let j = r#"env::var("J_KEY")"#;
    env!("CARGO_PKG_VERSION");
    map.var("K_KEY");
    let l: &'static str = "";
}

#[cfg(test)]
mod tests {
    fn t() { std::env::var("T_KEY").unwrap(); }
}
"##;
        assert_eq!(
            found(&RUST, code),
            [
                "5 A_KEY (required)",
                "6 B_KEY = b",
                "7 C_KEY = 8080",
                "8 D_KEY (required)",
                "9 E_KEY (optional)",
                "10 F_KEY",
                "11 G_KEY (required)",
                "12 H_KEY (required, int)",
            ]
        );
    }

    #[test]
    fn arguments_of_clap_are_found() {
        let code = r#"
struct Args {
    /// The token
    #[arg(long, env = "API_TOKEN")]
    token: String,
    #[arg(long, env, default_value_t = 8080)]
    pub listen_port: u16,
    #[clap(env = "DATA_DIR")]
    dir: Option<PathBuf>,
    #[arg(long)]
    other: String,
}
"#;
        assert_eq!(
            found(&RUST, code),
            ["4 API_TOKEN", "6 LISTEN_PORT = 8080 (int)", "8 DATA_DIR (optional, path)"]
        );
    }
}
