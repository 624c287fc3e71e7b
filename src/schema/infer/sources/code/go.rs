//! Go: `os.Getenv` and `os.LookupEnv` are found as in other languages; here are viper, urfave/cli and the tags of structs.

use std::collections::HashMap;

use super::lexer::{Grammar, Quote};
use super::tokens::Tokens;
use super::{Language, Read, Reads};
use crate::schema::infer::TypeHint;

/// Go.
pub static GO: Language = Language {
    name: "Go",
    extensions: &["go"],
    grammar: Grammar {
        quotes: &[Quote::plain("\""), Quote::plain("'"), Quote { escapes: false, ..Quote::long("`") }],
        ..Grammar::C
    },
    read,
};

/// Types of fields, by the last word of what stands before the tag.
const TYPES: &[(&str, &str)] = &[
    ("Duration", "duration"),
    ("URL", "url"),
    ("bool", "bool"),
    ("float32", "float"),
    ("float64", "float"),
    ("int", "int"),
    ("int16", "int"),
    ("int32", "int"),
    ("int64", "int"),
    ("int8", "int"),
    ("uint", "int"),
    ("uint16", "int"),
    ("uint32", "int"),
    ("uint64", "int"),
];

fn read(tokens: &Tokens<'_>, reads: &mut Reads) {
    let prefixes = prefixes(tokens);
    let mut prefix = "";
    // What viper puts before its keys.
    let mut viper = None;
    for at in 0..tokens.len() {
        match tokens.word(at) {
            Some("type") if tokens.is_word(at + 2, "struct") => {
                prefix = tokens.word(at + 1).and_then(|name| prefixes.get(name)).map_or("", String::as_str);
            }
            Some("SetEnvPrefix") => viper = tokens.text(at + 2),
            Some("BindEnv" | "MustBindEnv") => bind(tokens, at, viper, reads),
            Some("EnvVars" | "EnvVar" | "EnvVarName") if tokens.is(at + 1, ':') => {
                listed(tokens, at + 2, reads);
            }
            _ => {}
        }
        if let Some(tag) = tokens.text(at).filter(|text| text.contains(":\"")) {
            field(tokens, at, tag, prefix, reads);
        }
    }
}

/// The types whose fields have names that begin with the `envPrefix` of a field of that type.
fn prefixes<'a>(tokens: &Tokens<'a>) -> HashMap<&'a str, String> {
    let tagged = (1..tokens.len()).filter_map(|at| {
        let prefix = tag_value(tokens.text(at)?, "envPrefix")?;
        Some((tokens.word(at - 1)?, prefix.to_owned()))
    });
    tagged.collect()
}

/// `viper.BindEnv("key")`, `viper.BindEnv("key", "NAME", …)`.
fn bind(tokens: &Tokens<'_>, at: usize, prefix: Option<&str>, reads: &mut Reads) {
    let Some((arguments, _)) = tokens.arguments(at + 1) else { return };
    let line = tokens.line(at);
    for argument in arguments.iter().skip(1) {
        if let Some(name) = tokens.name(argument.start) {
            reads.push(Read::new(name, line));
        }
    }
    if let ([only], Some(key)) = (arguments.as_slice(), tokens.text(at + 2))
        && only.len() == 1
    {
        let name = prefix.map_or_else(|| key.to_owned(), |prefix| format!("{prefix}_{key}"));
        reads.push(Read::new(&name.to_uppercase(), line));
    }
}

/// `EnvVars: []string{"X", "Y"}`.
fn listed(tokens: &Tokens<'_>, at: usize, reads: &mut Reads) {
    let open = (at..at + 5).find(|&open| tokens.is(open, '{'));
    let names = open.and_then(|open| tokens.arguments(open)).map(|(names, _)| names);
    let places = names.map_or_else(|| vec![at], |names| names.iter().map(|name| name.start).collect());
    for place in places {
        if let Some(name) = tokens.name(place) {
            reads.push(Read::new(name, tokens.line(place)));
        }
    }
}

/// A field with `env:"X,required" envDefault:"x"` (caarlos0/env), `env:"X, default=x"` (sethvargo), `env-default`
/// (cleanenv) or `envconfig:"X" default:"x" required:"true"`.
fn field(tokens: &Tokens<'_>, at: usize, tag: &str, prefix: &str, reads: &mut Reads) {
    let Some(entry) = ["env", "envconfig"].iter().find_map(|key| tag_value(tag, key)) else { return };
    let mut options = entry.split(',').map(str::trim);
    let name = options.next().unwrap_or_default();
    let mut required = ["required", "env-required"].iter().any(|key| tag_value(tag, key) == Some("true"));
    let mut default = ["envDefault", "env-default", "default"]
        .iter()
        .find_map(|key| tag_value(tag, key))
        .map(str::to_owned);
    let mut is_file = false;
    for option in options {
        if let Some(value) = option.strip_prefix("default=") {
            default = Some(value.to_owned());
        }
        required |= matches!(option, "required" | "notEmpty");
        is_file |= option == "file";
    }
    if name.is_empty() || name == "-" {
        return;
    }
    let hint = match tokens.word(at.saturating_sub(1)) {
        _ if is_file => Some("path"),
        Some(_) if at >= 3 && tokens.is(at - 2, ']') => Some("list"),
        Some(word) => TYPES.iter().find(|(known, _)| *known == word).map(|(_, name)| *name),
        None => None,
    };
    let description =
        ["env-description", "desc", "help"].iter().find_map(|key| tag_value(tag, key)).map(str::to_owned);
    let read = Read { description, ..Read::new(&format!("{prefix}{name}"), tokens.line(at)) };
    reads.push(read.or(default).required(required).hint(hint.map(TypeHint::plain)));
}

/// What a tag says under a key: `key:"value"`.
fn tag_value<'t>(tag: &'t str, key: &str) -> Option<&'t str> {
    let mut rest = tag.trim_start();
    while let Some((name, after)) = rest.split_once(":\"") {
        let (value, after) = after.split_once('"')?;
        if name.trim() == key {
            return Some(value);
        }
        rest = after.trim_start();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use super::*;

    #[test]
    fn calls_are_found() {
        let code = r#"
package main
const keyName = "C_KEY"
func main() {
	a := os.Getenv("A_KEY")
	b, ok := os.LookupEnv("B_KEY")
	c := os.Getenv(keyName)
	d, _ := strconv.Atoi(os.Getenv("D_KEY"))
	e := getEnv("E_KEY", "e")
	f := mustGetEnv("F_KEY")
	viper.SetEnvPrefix("app")
	viper.BindEnv("port")
	viper.BindEnv("x", "G_KEY", "H_KEY")
	flag := &cli.StringFlag{EnvVars: []string{"I_KEY"}}
	i := getEnvAsInt("J_KEY", 5)
	// os.Getenv("K")
	s := `os.Getenv("L")`
	os.Setenv("M_KEY", "x")
}
func getEnv(key, fallback string) string { return os.Getenv(key) }
"#;
        assert_eq!(
            found(&GO, code),
            [
                "5 A_KEY",
                "6 B_KEY",
                "7 C_KEY",
                "8 D_KEY (int)",
                "9 E_KEY = e",
                "10 F_KEY (required)",
                "12 APP_PORT",
                "13 G_KEY",
                "13 H_KEY",
                "14 I_KEY",
                "15 J_KEY = 5 (int)",
            ]
        );
    }

    #[test]
    fn tags_of_structs_are_found() {
        let code = r#"
type Database struct {
	Host string `env:"HOST" envDefault:"localhost"`
	Port int    `env:"PORT,required"`
}
type Config struct {
	Database Database `envPrefix:"DB_"`
	Origins []string `json:"origins" env:"ORIGINS"`
	Timeout time.Duration `envconfig:"TIMEOUT" default:"5s"`
	Level string `env:"LEVEL" env-default:"info" env-description:"How much is logged"`
	Key string `env:"KEY, required"`
	Name string `json:"name"`
	Skip string `env:"-"`
}
"#;
        assert_eq!(
            found(&GO, code),
            [
                "3 DB_HOST = localhost",
                "4 DB_PORT (required, int)",
                "8 ORIGINS (optional, list)",
                "9 TIMEOUT = 5s (duration)",
                "10 LEVEL = info",
                "11 KEY (required)",
            ]
        );
    }
}
