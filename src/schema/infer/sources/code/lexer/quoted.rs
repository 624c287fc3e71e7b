//! Texts, in whatever quotes.

use std::borrow::Cow;

use super::{Kind, Lexer, MAX_DEPTH, Quote};

/// Longest regular expression that is looked for, in bytes: what is longer is a division.
const LONGEST_REGEX: usize = 500;

/// Words after which a value begins, not an operator.
const BEFORE_VALUE: &[&str] = &[
    "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "if", "unless",
    "when", "and", "or", "not", "while", "until", "await", "yield",
];

impl Lexer<'_> {
    /// Reads a text, if one begins here.
    pub(super) fn quoted(&mut self, depth: u8) -> bool {
        let rest = self.rest();
        if self.grammar.rust && rest.starts_with('\'') {
            return self.character_or_lifetime();
        }
        if let Some(mark) = self.grammar.heredoc
            && rest.starts_with(mark)
            && self.heredoc(mark)
        {
            return true;
        }
        if self.grammar.regex && rest.starts_with('/') && self.regex() {
            return true;
        }
        match self.grammar.quotes.iter().find(|quote| rest.starts_with(quote.open)) {
            Some(&quote) => {
                self.string(quote, depth);
                true
            }
            None => false,
        }
    }

    /// Reads the text that directly follows such a word, if the word changes what its quotes mean.
    pub(super) fn prefixed(&mut self, word: &str, depth: u8) -> bool {
        let rest = self.rest();
        if self.grammar.rust && matches!(word, "r" | "br" | "cr" | "b" | "c") {
            return self.rust_prefixed(word);
        }
        let Some(prefixes) = &self.grammar.prefixes else { return false };
        let letters = || word.chars().map(|letter| letter.to_ascii_lowercase());
        if word.len() > 2 || !letters().all(|letter| prefixes.letters.contains(letter)) {
            return false;
        }
        let Some(&quote) = self.grammar.quotes.iter().find(|quote| rest.starts_with(quote.open)) else {
            return false;
        };
        let formatted = letters().any(|letter| letter == prefixes.formatted);
        let escapes = !letters().any(|letter| letter == prefixes.raw);
        self.string(Quote { escapes, expression: formatted.then_some("{"), ..quote }, depth);
        true
    }

    fn rust_prefixed(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        if !rest[hashes..].starts_with('"') || hashes > 0 && !word.contains('r') {
            return false;
        }
        if !word.contains('r') {
            self.string(Quote::long("\""), MAX_DEPTH);
            return true;
        }
        let start = self.here();
        let close = format!("\"{}", "#".repeat(hashes));
        let body = &rest[hashes + 1..];
        let end = memchr::memmem::find(body.as_bytes(), close.as_bytes());
        self.advance(end.map_or(rest.len(), |end| hashes + 1 + end + close.len()));
        self.push(Kind::Text(Cow::Borrowed(&body[..end.unwrap_or(body.len())])), start);
        true
    }

    /// `'a'` is a character, `'a` a lifetime.
    fn character_or_lifetime(&mut self) -> bool {
        let rest = self.rest();
        let mut characters = rest.char_indices().skip(1);
        let (first, after) = (characters.next(), characters.next());
        match (first, after) {
            (Some((_, '\\')), _) => self.string(Quote::plain("'"), MAX_DEPTH),
            (Some(_), Some((end, '\''))) => self.at += end + 1,
            _ => self.at += 1,
        }
        true
    }

    /// Reads a text from its opening quote.
    fn string(&mut self, quote: Quote, depth: u8) {
        let start = self.here();
        self.advance(quote.open.len());
        let body_start = self.at;
        let mut has_escape = false;
        let mut has_expression = false;
        let closed = loop {
            let rest = self.rest();
            let Some(next) = rest.chars().next() else { break false };
            if rest.starts_with(quote.close) {
                break true;
            }
            if next == '\\' && quote.escapes {
                has_escape = true;
                let escaped = rest[1..].chars().next().map_or(0, char::len_utf8);
                self.advance(1 + escaped);
            } else if next == '\n' && !quote.multiline {
                break false;
            } else if let Some(open) = quote.expression.filter(|open| rest.starts_with(open)) {
                // `{{` of a Python text is a brace.
                if open == "{" && rest.starts_with("{{") {
                    self.at += 2;
                    continue;
                }
                has_expression = true;
                self.at += open.len();
                self.expression(depth);
            } else {
                self.advance(next.len_utf8());
            }
        };
        let body = &self.text[body_start..self.at];
        if closed {
            self.at += quote.close.len();
        }
        // A text that the line cut short is none.
        let kind = match (closed || quote.multiline) && !has_expression {
            false => Kind::Piece,
            true if has_escape => Kind::Text(Cow::Owned(unescape(body))),
            true => Kind::Text(Cow::Borrowed(body)),
        };
        self.push(kind, start);
    }

    /// An expression inside a text: its tokens, between signs that keep them from what stands around it.
    fn expression(&mut self, depth: u8) {
        if depth >= MAX_DEPTH {
            return;
        }
        let start = self.here();
        self.push(Kind::Sign('('), start);
        self.code(true, depth + 1);
        let end = self.here();
        self.push(Kind::Sign(')'), end);
        if self.rest().starts_with('}') {
            self.at += 1;
        }
    }

    fn regex(&mut self) -> bool {
        let may_begin = match self.tokens.last().map(|token| &token.kind) {
            None => true,
            Some(Kind::Sign(sign)) => !matches!(sign, ')' | ']' | '}'),
            Some(Kind::Word(word)) => BEFORE_VALUE.contains(word),
            Some(_) => false,
        };
        if !may_begin {
            return false;
        }
        let bytes = self.rest().as_bytes();
        let mut in_class = false;
        let mut at = 1;
        while let Some(&byte) = bytes.get(at).filter(|_| at < LONGEST_REGEX) {
            match byte {
                b'\n' => return false,
                b'\\' => at += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => {
                    let start = self.here();
                    self.at += at + 1;
                    self.push(Kind::Piece, start);
                    return true;
                }
                _ => {}
            }
            at += 1;
        }
        false
    }

    /// `<<~NAME` and `<<<'NAME'`: the text begins on the next line.
    fn heredoc(&mut self, mark: &str) -> bool {
        let after = self.rest()[mark.len()..].trim_start_matches(['~', '-', ' ']);
        let bare = after.trim_start_matches(['\'', '"']);
        let end = bare
            .find(|character: char| !character.is_alphanumeric() && character != '_')
            .unwrap_or(bare.len());
        let name = &bare[..end];
        // `list << ITEM` and `1 << 2` have blanks, or no name in capitals.
        let is_spaced = self.rest()[mark.len()..].starts_with(' ') && mark == "<<";
        if is_spaced || !name.starts_with(|first: char| first.is_ascii_uppercase() || first == '_') {
            return false;
        }
        let start = self.here();
        self.at = self.text.len() - bare.len() + end;
        self.at += self.rest().len() - self.rest().trim_start_matches(['\'', '"']).len();
        self.heredocs.push(name);
        self.push(Kind::Piece, start);
        true
    }

    /// At the begin of a line: goes behind the texts that were announced on the line before.
    pub(super) fn skip_heredocs(&mut self) {
        for name in std::mem::take(&mut self.heredocs) {
            while !self.rest().is_empty() {
                let line = self.rest().split('\n').next().unwrap_or_default();
                let ends = line.trim_start().strip_prefix(name).is_some_and(|after| {
                    !after.starts_with(|next: char| next.is_alphanumeric() || next == '_')
                });
                if ends {
                    self.at += line.len() - line.trim_start().len() + name.len();
                    break;
                }
                self.advance((line.len() + 1).min(self.rest().len()));
            }
        }
    }
}

/// What an escape stands for, as far as a default can have one.
fn unescape(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, characters.as_str().chars().next()) {
            ('\\', Some(escaped)) => {
                characters.next();
                match escaped {
                    'n' => unescaped.push('\n'),
                    't' => unescaped.push('\t'),
                    'r' => unescaped.push('\r'),
                    '\n' => {}
                    '\\' | '\'' | '"' | '`' | '$' | '/' | '#' | '{' => unescaped.push(escaped),
                    _ => unescaped.extend(['\\', escaped]),
                }
            }
            _ => unescaped.push(character),
        }
    }
    unescaped
}
