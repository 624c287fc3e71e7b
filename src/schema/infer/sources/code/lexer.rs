//! Splits source code into words, numbers, texts and signs, and drops comments: a variable that is only mentioned
//! in a comment or inside a text is not one that the program reads.
//!
//! One lexer for all languages; a [`Grammar`] says what a language writes otherwise. It is no compiler: it takes any
//! text, goes through it once, and at worst loses the rest of a line.

mod quoted;

use std::borrow::Cow;

/// A piece of the code that means something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind<'a>,
    /// The line it begins on, from 1.
    pub line: u32,
    /// How many bytes stand before it on its line.
    pub column: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A name or a keyword.
    Word(&'a str),
    /// A number, as it is written.
    Number(&'a str),
    /// A text, without its quotes and escapes.
    Text(Cow<'a, str>),
    /// A part of a text with expressions in it, which follow between `(` and `)`.
    Piece,
    /// Any other character.
    Sign(char),
}

/// How a language is written.
#[expect(clippy::struct_excessive_bools, reason = "each is a peculiarity of one language")]
pub struct Grammar {
    /// What begins a comment that the line ends.
    pub line_comments: &'static [&'static str],
    /// What begins and ends a comment over several lines.
    pub block_comment: Option<(&'static str, &'static str)>,
    /// Whether those can stand in each other.
    pub nested_comments: bool,
    /// The quotes, longer ones first.
    pub quotes: &'static [Quote],
    /// Words that may stand directly before a quote, and the letters among them that change what it means.
    pub prefixes: Option<Prefixes>,
    /// Whether `/…/` is a regular expression where a value may stand.
    pub regex: bool,
    /// What begins a text that ends with a line of its own.
    pub heredoc: Option<&'static str>,
    /// Whether `?.` is a dot.
    pub optional_chaining: bool,
    /// What is code only between `<?php` and `?>`.
    pub embedded: bool,
    /// Raw texts with any number of `#` round their quotes, and lifetimes.
    pub rust: bool,
}

/// A kind of quotes.
#[derive(Clone, Copy)]
pub struct Quote {
    /// What opens a text.
    pub open: &'static str,
    /// What closes it.
    pub close: &'static str,
    /// Whether a backslash takes the meaning from the next character.
    pub escapes: bool,
    /// Whether the text may go over several lines.
    pub multiline: bool,
    /// What begins an expression inside, which `}` ends.
    pub expression: Option<&'static str>,
}

/// Letters before a quote, in lower case: Python's `rb"…"`.
pub struct Prefixes {
    /// Every letter that may stand there.
    pub letters: &'static str,
    /// The one that leaves backslashes alone.
    pub raw: char,
    /// The one that allows expressions between braces.
    pub formatted: char,
}

impl Grammar {
    /// What C, and most languages since, have in common.
    pub const C: Self = Self {
        line_comments: &["//"],
        block_comment: Some(("/*", "*/")),
        nested_comments: false,
        quotes: &[Quote::plain("\""), Quote::plain("'")],
        prefixes: None,
        regex: false,
        heredoc: None,
        optional_chaining: false,
        embedded: false,
        rust: false,
    };

    /// What shells, and most scripting languages since, have in common.
    pub const HASH: Self = Self { line_comments: &["#"], block_comment: None, ..Self::C };
}

impl Quote {
    /// A text on one line, with escapes.
    pub const fn plain(mark: &'static str) -> Self {
        Self { open: mark, close: mark, escapes: true, multiline: false, expression: None }
    }

    /// The same over several lines.
    pub const fn long(mark: &'static str) -> Self {
        Self { multiline: true, ..Self::plain(mark) }
    }
}

/// Deepest nesting of texts with expressions in them.
const MAX_DEPTH: u8 = 32;

/// The tokens of a text.
pub fn lex<'a>(text: &'a str, grammar: &'a Grammar) -> Vec<Token<'a>> {
    let mut lexer =
        Lexer { text, grammar, at: 0, line: 1, line_start: 0, heredocs: Vec::new(), tokens: Vec::new() };
    if grammar.embedded {
        lexer.skip_to_code();
    }
    lexer.code(false, 0);
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    grammar: &'a Grammar,
    at: usize,
    line: u32,
    line_start: usize,
    /// The last lines of the texts that begin after this line.
    heredocs: Vec<&'a str>,
    tokens: Vec<Token<'a>>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: Kind<'a>, start: (u32, usize)) {
        let (line, column) = start;
        self.tokens.push(Token { kind, line, column });
    }

    fn here(&self) -> (u32, usize) {
        (self.line, self.at - self.line_start)
    }

    /// Goes forward over that many bytes, and counts the lines.
    fn advance(&mut self, bytes: usize) {
        let end = self.at + bytes;
        for newline in memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.at..end]) {
            self.line += 1;
            self.line_start = self.at + newline + 1;
        }
        self.at = end;
    }

    /// Goes behind the next occurrence, or to the end.
    fn advance_past(&mut self, mark: &str) {
        let rest = self.rest();
        self.advance(
            memchr::memmem::find(rest.as_bytes(), mark.as_bytes()).map_or(rest.len(), |at| at + mark.len()),
        );
    }

    /// Reads code up to the end, or inside a text up to the `}` that ends the expression.
    fn code(&mut self, inside: bool, depth: u8) {
        let mut braces = 0_usize;
        while let Some(first) = self.rest().chars().next() {
            if first == '\n' {
                self.advance(1);
                self.skip_heredocs();
            } else if first.is_whitespace() {
                self.at += first.len_utf8();
            } else if self.skip_comment() || self.quoted(depth) {
            } else if first.is_alphabetic() || matches!(first, '_' | '$' | '@') {
                self.word(depth);
            } else if first.is_ascii_digit() {
                self.number();
            } else {
                match first {
                    '{' => braces += 1,
                    '}' if inside && braces == 0 => return,
                    '}' => braces = braces.saturating_sub(1),
                    _ => {}
                }
                self.sign(first);
            }
        }
    }

    fn sign(&mut self, sign: char) {
        let start = self.here();
        let is_chain = self.grammar.optional_chaining && sign == '?' && self.rest().starts_with("?.");
        // `x ?.5 : 1` is a condition.
        let is_chain = is_chain && !self.rest()[2..].starts_with(|next: char| next.is_ascii_digit());
        self.at += if is_chain { 2 } else { sign.len_utf8() };
        self.push(Kind::Sign(if is_chain { '.' } else { sign }), start);
    }

    fn word(&mut self, depth: u8) {
        let start = self.here();
        let rest = self.rest();
        let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$');
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[first..].find(|character| !is_part(character)).map_or(rest.len(), |end| first + end);
        self.at += end;
        if self.prefixed(&rest[..end], depth) {
            return;
        }
        self.push(Kind::Word(&rest[..end]), start);
    }

    fn number(&mut self) {
        let start = self.here();
        let rest = self.rest();
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let bytes = rest.as_bytes();
        let mut end = 1;
        while end < bytes.len()
            && (is_part(bytes[end])
                || bytes[end] == b'.' && bytes.get(end + 1).is_some_and(u8::is_ascii_digit))
        {
            end += 1;
        }
        self.at += end;
        self.push(Kind::Number(&rest[..end]), start);
    }

    fn skip_comment(&mut self) -> bool {
        let (rest, grammar) = (self.rest(), self.grammar);
        if let Some((open, close)) = grammar.block_comment
            && rest.starts_with(open)
        {
            self.skip_block(open, close);
            return true;
        }
        // PHP's attributes.
        let is_attribute = grammar.embedded && rest.starts_with("#[");
        if !is_attribute && grammar.line_comments.iter().any(|mark| rest.starts_with(mark)) {
            self.at += memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            return true;
        }
        if grammar.embedded && rest.starts_with("?>") {
            self.skip_to_code();
            return true;
        }
        false
    }

    fn skip_block(&mut self, open: &str, close: &str) {
        self.advance(open.len());
        if !self.grammar.nested_comments {
            return self.advance_past(close);
        }
        let mut depth = 1_usize;
        while depth > 0 {
            let rest = self.rest().as_bytes();
            let Some(next) = memchr::memchr2(open.as_bytes()[0], close.as_bytes()[0], rest) else {
                return self.advance(rest.len());
            };
            self.advance(next);
            if self.rest().starts_with(open) {
                depth += 1;
                self.advance(open.len());
            } else if self.rest().starts_with(close) {
                depth -= 1;
                self.advance(close.len());
            } else {
                self.advance(1);
            }
        }
    }

    /// Goes behind the next `<?php` or `<?=`.
    fn skip_to_code(&mut self) {
        self.advance_past("<?");
        if self.rest().starts_with("php") {
            self.at += "php".len();
        }
    }
}

#[cfg(test)]
mod tests;
