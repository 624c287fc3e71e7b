//! Commands that make a value, as guides name them: `openssl rand -hex 32`, `python -c "import secrets; …"`.
//!
//! Each becomes the kind of `generate` whose values look the same. What is too weak there is made as long as the
//! kind asks for.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::generate::{
    MACHINE_BITS, Recipe, alphanumeric, base64, base64url, ed25519, fernet, hex, jwt_secret, password, rsa,
    uuid,
};

/// What to generate instead of a command with those numbers in it.
type Translate = fn(&Captures<'_>) -> Recipe;

/// What one command looks like, and what stands for it.
struct Command {
    pattern: Regex,
    recipe: Translate,
}

/// Every command, in the order in which they are tried: what is more exact comes first.
static COMMANDS: LazyLock<Vec<Command>> = LazyLock::new(|| {
    let table: [(&str, Translate); 23] = [
        // Head cuts what openssl makes.
        (r"openssl\s+rand\s+(?:-base64|-hex)\s+\d+\s*\|\s*head\s+-c\s*(\d+)", characters),
        (r"openssl\s+rand\s+-base64\s+(\d+)\s*\|\s*tr\s+-d\s*\S*[=+/]\S*", |found| {
            encoded(found, alphanumeric_bytes)
        }),
        (r"openssl\s+rand\s+-base64\s+(\d+)", |found| encoded(found, base64_bytes)),
        (r"openssl\s+rand\s+-hex\s+(\d+)", |found| encoded(found, hex_bytes)),
        (r"openssl\s+rand\s+(\d+)\s*\|\s*base64", |found| encoded(found, base64_bytes)),
        (r"token_hex\(\s*(?:nbytes\s*=\s*)?(\d*)\s*\)", |found| encoded(found, hex_bytes)),
        (r"token_urlsafe\(\s*(?:nbytes\s*=\s*)?(\d*)\s*\)", |found| encoded(found, base64url_bytes)),
        (r"urandom\((\d+)\)\.hex\(", |found| encoded(found, hex_bytes)),
        (r"randomBytes\(\s*(\d+)\s*\)\.toString\(\s*\S?hex", |found| encoded(found, hex_bytes)),
        (r"randomBytes\(\s*(\d+)\s*\)\.toString\(\s*\S?base64url", |found| encoded(found, base64url_bytes)),
        (r"randomBytes\(\s*(\d+)\s*\)\.toString\(\s*\S?base64", |found| encoded(found, base64_bytes)),
        (r"SecureRandom\.hex(?:\(\s*(\d+)\s*\))?", |found| encoded(found, hex_bytes)),
        (r"(?:rails|rake)\s+secret\b", |_| Recipe::Hex(hex::Options { bytes: 64 })),
        (r"mix\s+phx\.gen\.secret", |_| Recipe::Base64(base64::Options { bytes: 48 })),
        (r"Fernet\.generate_key|generate_fernet_key", |_| Recipe::Fernet(fernet::Options {})),
        (r"get_random_secret_key\(", |_| {
            Recipe::Password(password::Options { length: 50, ..Default::default() })
        }),
        (r"artisan\s+key:generate", |_| Recipe::Base64(base64::Options { bytes: 32 })),
        (r"\buuidgen\b|uuid\.uuid4\(|randomUUID\(|random/uuid\b", |_| Recipe::Uuid(uuid::Options::default())),
        (r"\bpwgen\b(?:\s+-\S+)*\s+(\d+)", characters),
        (r"urandom.*?(?:head|fold|cut)\s+-[cw]\s*-?(\d+)|head\s+-c\s*(\d+)\s+/dev/u?random", characters),
        (r"\bdate\b.*?\|\s*md5sum|md5sum\s*<|\|\s*md5\b", |_| Recipe::Hex(hex::Options { bytes: 16 })),
        (r"\|\s*sha256sum\b|\|\s*shasum\s+-a\s+256", |_| Recipe::Hex(hex::Options { bytes: 32 })),
        (r"openssl\s+genrsa|openssl\s+genpkey\s+-algorithm\s+RSA|ssh-keygen\s.*-t\s+rsa", |_| {
            Recipe::Rsa(rsa::Options::default())
        }),
    ];
    let mut commands: Vec<Command> = table
        .into_iter()
        .map(|(pattern, recipe)| Command {
            pattern: Regex::new(&format!("(?i){pattern}")).expect("the patterns of this table are tested"),
            recipe,
        })
        .collect();
    commands.push(Command {
        pattern: Regex::new(r"(?i)openssl\s+genpkey\s+-algorithm\s+ed25519").expect("it is tested"),
        recipe: |_| Recipe::Ed25519(ed25519::Options {}),
    });
    commands.push(Command {
        pattern: Regex::new(r"(?i)(?:npx\s+)?auth\s+secret\b|generate-secret\.vercel\.app")
            .expect("it is tested"),
        recipe: |_| Recipe::JwtSecret(jwt_secret::Options::default()),
    });
    commands
});

/// The recipe that makes what a command of this text makes; of several commands the first in the text.
pub fn recipe(text: &str) -> Option<Recipe> {
    // Cheap words first: most texts name no command at all.
    let first = COMMANDS
        .iter()
        .filter_map(|command| Some((command.pattern.captures(text)?, command)))
        .min_by_key(|(found, _)| found.get(0).map_or(usize::MAX, |whole| whole.start()));
    first.map(|(found, command)| (command.recipe)(&found))
}

/// The least number of random bytes that every kind takes.
const LEAST_BYTES: usize = MACHINE_BITS / 8;

/// The first number of the command; `None` if it names none.
fn number(found: &Captures<'_>) -> Option<usize> {
    found.iter().skip(1).flatten().find_map(|group| group.as_str().parse().ok())
}

/// As many random bytes as the command says, 32 if it does not say.
fn encoded(found: &Captures<'_>, recipe: fn(usize) -> Recipe) -> Recipe {
    recipe(number(found).unwrap_or(32).clamp(LEAST_BYTES, 1024))
}

fn hex_bytes(bytes: usize) -> Recipe {
    Recipe::Hex(hex::Options { bytes })
}

fn base64_bytes(bytes: usize) -> Recipe {
    Recipe::Base64(base64::Options { bytes })
}

fn base64url_bytes(bytes: usize) -> Recipe {
    Recipe::Base64url(base64url::Options { bytes })
}

/// As many letters and digits as base64 has characters for that many bytes.
fn alphanumeric_bytes(bytes: usize) -> Recipe {
    of_characters(bytes.saturating_mul(4).div_ceil(3))
}

/// As many letters and digits as the command leaves.
fn characters(found: &Captures<'_>) -> Recipe {
    of_characters(number(found).unwrap_or(32))
}

/// That many letters and digits, or as many as make a secret that is strong enough.
pub fn of_characters(length: usize) -> Recipe {
    /// Fewer letters and digits have less than 128 bits.
    const LEAST: usize = 22;
    Recipe::Alphanumeric(alphanumeric::Options { length: length.clamp(LEAST, 1024) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn makes(text: &str, expected: &Recipe) {
        assert_eq!(recipe(text).as_ref(), Some(expected), "{text}");
        assert!(expected.check().is_ok(), "{text}");
    }

    #[test]
    fn commands_of_guides_become_the_kind_that_looks_the_same() {
        makes("openssl rand -hex 32", &hex_bytes(32));
        makes("Generate with `openssl rand -base64 48`.", &base64_bytes(48));
        makes("python -c \"import secrets; print(secrets.token_hex(16))\"", &hex_bytes(16));
        makes("python3 -c 'import secrets; print(secrets.token_urlsafe())'", &base64url_bytes(32));
        makes("node -e \"console.log(require('crypto').randomBytes(64).toString('hex'))\"", &hex_bytes(64));
        makes("crypto.randomBytes(32).toString(\"base64url\")", &base64url_bytes(32));
        makes("ruby -rsecurerandom -e 'puts SecureRandom.hex(64)'", &hex_bytes(64));
        makes("bundle exec rake secret", &hex_bytes(64));
        makes("mix phx.gen.secret", &base64_bytes(48));
        makes("date | md5sum", &hex_bytes(16));
        makes("date +%s | sha256sum | base64 | head -c 32", &hex_bytes(32));
        makes("uuidgen", &Recipe::Uuid(uuid::Options::default()));
        makes("Fernet.generate_key().decode()", &Recipe::Fernet(fernet::Options {}));
        makes("php artisan key:generate", &base64_bytes(32));
        makes("head /dev/urandom | tr -dc A-Za-z0-9 | head -c 64", &of_characters(64));
        makes("tr -dc 'a-z' < /dev/urandom | fold -w 40 | head -n 1", &of_characters(40));
        makes("pwgen -s 64 1", &of_characters(64));
        makes("openssl rand -base64 32 | tr -d '=+/'", &of_characters(43));
        makes("openssl genpkey -algorithm ed25519", &Recipe::Ed25519(ed25519::Options {}));
    }

    #[test]
    fn the_first_command_of_a_text_counts() {
        makes("openssl rand -hex 16, or python: secrets.token_urlsafe(32)", &hex_bytes(16));
        makes("secrets.token_urlsafe(32), or openssl rand -hex 16", &base64url_bytes(32));
    }

    #[test]
    fn what_is_too_weak_is_made_strong_enough() {
        makes("openssl rand -hex 8", &hex_bytes(16));
        makes("pwgen 12 1", &of_characters(22));
    }

    #[test]
    fn other_commands_make_nothing() {
        for text in ["openssl version", "date", "curl -X POST", "a random secret", ""] {
            assert_eq!(recipe(text), None, "{text}");
        }
    }
}
