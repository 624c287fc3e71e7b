//! Java and Kotlin: `System.getenv("X")` is found as in other languages; here are its map, and `${X:default}` of Spring.

use super::calls::alternative;
use super::lexer::{Grammar, Quote};
use super::tokens::{Tokens, is_screaming};
use super::{Language, Read, Reads};

/// Java.
pub static JAVA: Language = Language {
    name: "Java",
    extensions: &["java", "groovy", "gradle"],
    grammar: Grammar {
        quotes: &[Quote::long("\"\"\""), Quote::plain("\""), Quote::plain("'")],
        ..Grammar::C
    },
    read,
};

/// Kotlin, whose texts have expressions in them.
pub static KOTLIN: Language = Language {
    name: "Kotlin",
    extensions: &["kt", "kts"],
    grammar: Grammar {
        quotes: &[
            Quote { escapes: false, expression: Some("${"), ..Quote::long("\"\"\"") },
            Quote { expression: Some("${"), ..Quote::plain("\"") },
            Quote::plain("'"),
        ],
        nested_comments: true,
        ..Grammar::C
    },
    read,
};

fn read(tokens: &Tokens<'_>, reads: &mut Reads) {
    for at in 0..tokens.len() {
        if tokens.starts(at, &["System", ".", "getenv"]) {
            map(tokens, at, reads);
        }
        let annotated =
            matches!(tokens.word(at), Some("Value" | "ConfigProperty")) && at > 0 && tokens.is(at - 1, '@')
                || matches!(tokens.word(at), Some("@Value" | "@ConfigProperty"));
        if annotated && tokens.is(at + 1, '(') {
            let Some((arguments, _)) = tokens.arguments(at + 1) else { continue };
            for text in arguments.into_iter().flatten().filter_map(|at| tokens.text(at)) {
                for read in placeholders(text, tokens.line(at)) {
                    reads.push(read);
                }
            }
        }
    }
}

/// `System.getenv().get("X")`, `System.getenv().getOrDefault("X", "x")`, `System.getenv()["X"]`.
fn map(tokens: &Tokens<'_>, at: usize, reads: &mut Reads) {
    let after = if tokens.starts(at + 3, &["(", ")"]) { at + 5 } else { return };
    let line = tokens.line(at);
    if tokens.is(after, '[') {
        if let Some(name) = tokens.name(after + 1) {
            reads.push(Read::new(name, line).or(alternative(tokens, after + 3)));
        }
    } else if tokens.is(after, '.')
        && matches!(tokens.word(after + 1), Some("get" | "getOrDefault" | "containsKey"))
    {
        let Some((arguments, close)) = tokens.arguments(after + 2) else {
            return;
        };
        let Some(name) = arguments.first().and_then(|first| tokens.name(first.start)) else { return };
        let default = arguments.get(1).and_then(|second| tokens.literal(second));
        reads.push(Read::new(name, line).or(default).or(alternative(tokens, close + 1)));
    }
}

/// Every `${NAME}` and `${NAME:default}` of a text of Spring, Micronaut or Quarkus. Names in lower case are properties,
/// not variables.
pub fn placeholders(text: &str, line: u32) -> Vec<Read> {
    let mut reads = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("${") {
        rest = after;
        let end = after.find(['}', ':', '$']).unwrap_or(after.len());
        let name = &after[..end];
        if !is_screaming(name) || end == after.len() {
            continue;
        }
        let default = after[end..].strip_prefix(':').map(|value| {
            // A default may be another placeholder, which then is read as well.
            let close = value.find('}').unwrap_or(value.len());
            value[..close].to_owned()
        });
        let is_nested = default.as_ref().is_some_and(|value| value.contains("${"));
        let read = Read::new(name, line);
        reads.push(match default {
            Some(_) if is_nested => read.required(false),
            Some(value) => read.or(Some(value)),
            None => read.required(true),
        });
    }
    reads
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use super::*;

    #[test]
    fn java_is_read() {
        let code = r#"
class A {
    @Value("${A_KEY:a}") String a;
    @Value("${app.name:x}") String property;
    @Value("${B_KEY}") String b;
    String c = System.getenv("C_KEY");
    String d = System.getenv().getOrDefault("D_KEY", "d");
    int e = Integer.parseInt(System.getenv("E_KEY"));
    // System.getenv("F")
    String g = "System.getenv(\"G\")";
    String h = Optional.ofNullable(System.getenv("H_KEY")).orElse("h");
}
"#;
        assert_eq!(
            found(&JAVA, code),
            ["3 A_KEY = a", "5 B_KEY (required)", "6 C_KEY", "7 D_KEY = d", "8 E_KEY (int)", "11 H_KEY",]
        );
    }

    #[test]
    fn kotlin_is_read() {
        let code = r#"
val a = System.getenv("A_KEY") ?: "a"
val b = "x${System.getenv("B_KEY")}"
val c = System.getenv()["C_KEY"] ?: "c"
val d = System.getenv("D_KEY")?.toInt() ?: 5
@Value("\${E_KEY:e}") lateinit var e: String
"#;
        assert_eq!(found(&KOTLIN, code), ["2 A_KEY = a", "3 B_KEY", "4 C_KEY = c", "5 D_KEY", "6 E_KEY = e"]);
    }

    #[test]
    fn placeholders_of_spring_may_stand_in_each_other() {
        let names: Vec<String> = placeholders("jdbc:${A_URL:${B_URL:h}}/x ${c.d} ${E", 1)
            .into_iter()
            .map(|read| read.name)
            .collect();
        assert_eq!(names, ["A_URL", "B_URL"]);
    }
}
