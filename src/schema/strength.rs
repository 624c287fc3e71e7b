//! How hard a text is to guess.

use std::collections::HashSet;

use super::constraints::estimate_bits;

/// Least entropy in bits that a random-looking secret should have: brute force ends well below it.
const LEAST_BITS: f64 = 64.0;

/// Least entropy in bits of a random-looking text that no other text is by chance.
const DISTINCT_BITS: f64 = 32.0;

/// A text that is longer and uses more different characters than these is not searched for words: the search
/// is slow, and such a text is beyond guessing whatever it finds.
const LONG: usize = 40;
const VARIED: usize = 16;

/// Whether a secret can be guessed: one that looks random has less than 64 bits of entropy, another falls to a
/// dictionary attack within 10^10 guesses.
pub fn is_weak(text: &str) -> bool {
    falls_to(text, LEAST_BITS, zxcvbn::Score::Four)
}

/// Whether a text is one that stands in other files by chance, such as a word or a date: one that looks random has less
/// than 32 bits of entropy, another falls to a dictionary attack within 10^8 guesses.
pub fn is_common(text: &str) -> bool {
    falls_to(text, DISTINCT_BITS, zxcvbn::Score::Three)
}

fn falls_to(text: &str, least_bits: f64, least_score: zxcvbn::Score) -> bool {
    let different = text.chars().collect::<HashSet<_>>().len();
    if text.len() > LONG && different > VARIED {
        return false;
    }
    if looks_random(text) {
        return estimate_bits(text) < least_bits;
    }
    // The search takes time that grows with the square of the length.
    let end = text.char_indices().nth(LONG).map_or(text.len(), |(end, _)| end);
    zxcvbn::zxcvbn(&text[..end], &[]).score() < least_score
}

/// Sixteen characters or more: hexadecimal digits only, or the base64 alphabets with digits and both cases well mixed.
pub fn looks_random(text: &str) -> bool {
    if text.len() < 16 {
        return false;
    }
    let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let base64 = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte));
    let has = |class: fn(&u8) -> bool| text.bytes().filter(class).count() >= 2;
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    hexadecimal || (base64 && mixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_repetitions_and_short_texts_are_weak() {
        for weak in
            ["password", "secure_password", "admin123", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "Summer2026"]
        {
            assert!(is_weak(weak), "{weak}");
        }
    }

    #[test]
    fn generated_secrets_are_strong() {
        for strong in [
            "9f86d081884c7d659a2feaa0c55ad015",
            "b3JhbmdlIGp1aWNlIDQyIQx9zZ3kT1Pq",
            "correct-horse-battery-staple-mango-tree",
            "bgd_live_8Kq2mZtR4vXw9LpN3sYf7HcJ",
        ] {
            assert!(!is_weak(strong), "{strong}");
        }
    }

    #[test]
    fn words_dates_and_fillers_are_common() {
        for common in
            ["postgres", "production", "password1", "2026-03-01", "00000000000000000000", "localhost"]
        {
            assert!(is_common(common), "{common}");
        }
        for distinct in ["q7Zr2vLxW5kT", "9f86d081884c7d659a2feaa0c55ad015", "correct-horse-battery-staple"] {
            assert!(!is_common(distinct), "{distinct}");
        }
    }
}
