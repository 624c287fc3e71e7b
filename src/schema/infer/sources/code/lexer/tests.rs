use super::*;

const PYTHON: Grammar = Grammar {
    quotes: &[Quote::long("\"\"\""), Quote::long("'''"), Quote::plain("\""), Quote::plain("'")],
    prefixes: Some(Prefixes { letters: "rbfu", raw: 'r', formatted: 'f' }),
    ..Grammar::HASH
};

const SCRIPT: Grammar = Grammar {
    quotes: &[Quote::plain("\""), Quote::plain("'"), Quote { expression: Some("${"), ..Quote::long("`") }],
    regex: true,
    optional_chaining: true,
    ..Grammar::C
};

const RUST: Grammar =
    Grammar { quotes: &[Quote::long("\"")], nested_comments: true, rust: true, ..Grammar::C };

const RUBY: Grammar = Grammar { heredoc: Some("<<"), regex: true, ..Grammar::HASH };

/// The tokens with blanks between them; a text in guillemets, a part of one as `~`.
fn shown(text: &str, grammar: &Grammar) -> String {
    let shown = lex(text, grammar).into_iter().map(|token| match token.kind {
        Kind::Word(text) | Kind::Number(text) => text.to_owned(),
        Kind::Text(text) => format!("«{text}»"),
        Kind::Piece => "~".to_owned(),
        Kind::Sign(sign) => sign.to_string(),
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn comments_and_texts_are_told_from_code() {
    assert_eq!(shown("a # b 'c\nd = 'e # f' # 'g", &PYTHON), "a d = «e # f»");
    assert_eq!(shown("a /* 'b */ + c // \"d\n`//x`", &SCRIPT), "a + c «//x»");
    assert_eq!(shown("a /* b /* c */ d */ e", &RUST), "a e");
}

#[test]
fn escapes_and_prefixes_are_understood() {
    assert_eq!(shown(r#"'it\'s' r'\' b"x" print"y""#, &PYTHON), r"«it's» «\» «x» print «y»");
    assert_eq!(shown("'''a\n'b' ''' + \"\"\"c\"\"\"", &PYTHON), "«a\n'b' » + «c»");
    assert_eq!(shown(r##"r#"a"b"# b"c" 'x' '\'' 'static"##, &RUST), "«a\"b» «c» «'» static");
}

#[test]
fn expressions_in_texts_are_code() {
    assert_eq!(shown("`a${b.c}d` + e", &SCRIPT), "( b . c ) ~ + e");
    assert_eq!(shown("`a${`b${c}`}d`", &SCRIPT), "( ( c ) ~ ) ~");
    assert_eq!(shown("f'a{b[\"c\"]}{{d}}' '{e}'", &PYTHON), "( b [ «c» ] ) ~ «{e}»");
}

#[test]
fn a_regular_expression_is_not_a_division() {
    assert_eq!(shown("a / b / c; d = /['\"]/g; e", &SCRIPT), "a / b / c ; d = ~ g ; e");
    assert_eq!(shown("return /`/.test(x)", &SCRIPT), "return ~ . test ( x )");
}

#[test]
fn what_is_not_closed_ends_with_its_line() {
    assert_eq!(shown("Don't\nread(a)", &SCRIPT), "Don ~ read ( a )");
    assert_eq!(shown("x?.y ?.5", &SCRIPT), "x . y ? . 5");
}

#[test]
fn a_heredoc_is_a_text() {
    assert_eq!(shown("a(<<~SQL, b)\n  it's c\n  SQL\nd << E\n", &RUBY), "a ( ~ , b ) d < < E");
}

#[test]
fn places_are_counted() {
    let tokens = lex("a\n  b('''\n''') c", &PYTHON);
    let places: Vec<_> = tokens.iter().map(|token| (token.line, token.column)).collect();
    assert_eq!(places, [(1, 0), (2, 2), (2, 3), (2, 4), (3, 3), (3, 5)]);
}

#[test]
fn any_text_is_taken() {
    let hostile = "`${".repeat(5000) + "'\\" + &"/*".repeat(5000) + "<<A<<B\n" + &"f'{".repeat(5000) + "r###";
    for grammar in [&PYTHON, &SCRIPT, &RUST, &RUBY] {
        let _ = lex(&hostile, grammar);
        let _ = lex("'\\ä\\", grammar);
        let _ = lex("\u{feff}'ä", grammar);
    }
}
