//! Ruby: `ENV["X"]` and `ENV.fetch("X")`.

use super::calls::alternative;
use super::lexer::{Grammar, Quote};
use super::tokens::Tokens;
use super::{Language, Read, Reads, conversion};

/// Ruby.
pub static RUBY: Language = Language {
    name: "Ruby",
    extensions: &["rb", "rake", "ru", "gemspec", "erb", "gemfile", "rakefile"],
    grammar: Grammar {
        block_comment: Some(("\n=begin", "\n=end")),
        quotes: &[Quote { expression: Some("#{"), ..Quote::plain("\"") }, Quote::plain("'")],
        heredoc: Some("<<"),
        regex: true,
        ..Grammar::HASH
    },
    read,
};

fn read(tokens: &Tokens<'_>, reads: &mut Reads) {
    for at in (0..tokens.len()).filter(|&at| tokens.is_word(at, "ENV")) {
        if at > 0 && tokens.is(at - 1, '.') {
            continue;
        }
        if tokens.is(at + 1, '[') && tokens.is(at + 3, ']') {
            index(tokens, at, reads);
        } else if tokens.is(at + 1, '.') && tokens.is(at + 3, '(') {
            method(tokens, at, reads);
        }
    }
}

fn index(tokens: &Tokens<'_>, at: usize, reads: &mut Reads) {
    let Some(name) = tokens.name(at + 2) else { return };
    let after = at + 4;
    if tokens.is_assigned(after) {
        return;
    }
    let read = Read::new(name, tokens.line(at)).hint(conversion::around(tokens, at, after));
    let is_set = tokens.starts(after, &["|", "|", "="]);
    let present = if tokens.starts(after, &[".", "presence"]) { after + 2 } else { after };
    reads.push(if is_set {
        read.or(tokens.literal_at(after + 3))
    } else {
        read.or(alternative(tokens, present))
    });
}

fn method(tokens: &Tokens<'_>, at: usize, reads: &mut Reads) {
    let Some((arguments, close)) = tokens.arguments(at + 3) else { return };
    let Some(name) = arguments.first().and_then(|first| tokens.name(first.start)) else { return };
    let read = Read::new(name, tokens.line(at)).hint(conversion::around(tokens, at, close + 1));
    match tokens.word(at + 2) {
        Some("fetch") => {
            let block = close + 1;
            let in_block = tokens.is(block, '{').then_some(block + 1);
            let default = match arguments.get(1) {
                Some(second) => tokens.literal(second),
                None => in_block.and_then(|value| tokens.literal_at(value)),
            };
            let required = arguments.len() < 2 && in_block.is_none() && !tokens.is_word(block, "do");
            reads.push(read.or(default).required(required));
        }
        Some("key" | "has_key" | "include") => reads.push(read.required(false)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use super::*;

    #[test]
    fn each_way_to_read_the_environment_is_found() {
        let code = r#"
a = ENV["A_KEY"]
b = ENV.fetch("B_KEY")
c = ENV.fetch('C_KEY', 'c')
d = ENV.fetch("D_KEY") { 5 }
e = ENV["E_KEY"] || "e"
f = ENV["F_KEY"].to_i
g = Integer(ENV["G_KEY"])
h = "x#{ENV['H_KEY']}y"
i = ENV["I_KEY"].presence || "i"
ENV["J_KEY"] ||= "j"
k = ENV["K_KEY"] == "true"
threads ENV.fetch("L_KEY") { 5 }.to_i
"#;
        assert_eq!(
            found(&RUBY, code),
            [
                "2 A_KEY",
                "3 B_KEY (required)",
                "4 C_KEY = c",
                "5 D_KEY = 5",
                "6 E_KEY = e",
                "7 F_KEY (int)",
                "8 G_KEY (int)",
                "9 H_KEY",
                "10 I_KEY = i",
                "11 J_KEY = j",
                "12 K_KEY (bool)",
                "13 L_KEY = 5",
            ]
        );
    }

    #[test]
    fn what_is_written_or_mentioned_is_not_read() {
        let code = "# ENV['A']\nx = \"ENV['B']\"\nENV['C_KEY'] = 'c'\nputs <<~TEXT\n  it's ENV['D']\nTEXT\n\
                    \n=begin\nENV['E']\n=end\nRack.ENV['F']\nENV['G'] if false\n";
        assert_eq!(found(&RUBY, code), ["12 G"]);
    }
}
