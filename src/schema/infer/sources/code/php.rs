//! PHP: `$_ENV` and `$_SERVER`; `getenv("X")` and Laravel's `env("X")` are found as in other languages.

use super::calls::alternative;
use super::lexer::{Grammar, Quote};
use super::tokens::{Tokens, is_screaming};
use super::{Language, Read, Reads, conversion};

/// PHP.
pub static PHP: Language = Language {
    name: "PHP",
    extensions: &["php", "phtml"],
    grammar: Grammar {
        line_comments: &["//", "#"],
        quotes: &[Quote::long("\""), Quote::long("'")],
        heredoc: Some("<<<"),
        embedded: true,
        ..Grammar::C
    },
    read,
};

/// How the names begin that `$_SERVER` has of the request and of the web server (RFC 3875, and PHP's manual).
const OF_THE_REQUEST: &[&str] = &[
    "AUTH_TYPE",
    "CONTENT_",
    "CONTEXT_",
    "DOCUMENT_",
    "FCGI_",
    "GATEWAY_",
    "HTTP_",
    "HTTPS",
    "ORIG_",
    "PATH_",
    "PHP_AUTH_",
    "PHP_SELF",
    "QUERY_STRING",
    "REDIRECT_",
    "REMOTE_",
    "REQUEST_",
    "SCRIPT_",
    "SERVER_",
    "SSL_",
    "UNIQUE_ID",
];

fn read(tokens: &Tokens<'_>, reads: &mut Reads) {
    for at in 0..tokens.len() {
        let of_server = match tokens.word(at) {
            Some("$_ENV") => false,
            Some("$_SERVER") => true,
            _ => continue,
        };
        let Some(name) = tokens.name(at + 2).filter(|_| tokens.is(at + 1, '[') && tokens.is(at + 3, ']'))
        else {
            continue;
        };
        let is_requests = OF_THE_REQUEST.iter().any(|beginning| name.starts_with(beginning));
        if of_server && (is_requests || !is_screaming(name)) || tokens.is_assigned(at + 4) {
            continue;
        }
        let read = Read::new(name, tokens.line(at)).hint(conversion::around(tokens, at, at + 4));
        reads.push(read.or(alternative(tokens, at + 4)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use super::*;

    #[test]
    fn each_way_to_read_the_environment_is_found() {
        let code = r#"
<p>Don't read getenv('A')</p>
<?php
return [
    'name' => env('A_KEY', 'a'),
    'debug' => (bool) env('B_KEY', false),
    'url' => $_ENV['C_KEY'] ?? 'c',
    'host' => getenv('D_KEY') ?: 'd',
    'app' => $_SERVER['E_KEY'],
    'key' => env('F_KEY'), // env('G')
    # env('H')
    'text' => "env('I')",
];
$_SERVER['REQUEST_URI']; $_SERVER['HTTP_HOST']; $_SERVER['argv'];
$_ENV['J_KEY'] = 'j';
putenv('K_KEY=k');
?>
<p>env('L')</p>
"#;
        assert_eq!(
            found(&PHP, code),
            ["5 A_KEY = a", "6 B_KEY = false (bool)", "7 C_KEY = c", "8 D_KEY = d", "9 E_KEY", "10 F_KEY",]
        );
    }
}
