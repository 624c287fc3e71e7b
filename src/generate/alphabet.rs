//! Characters drawn from an alphabet, each equally likely.

use crate::rng::Rng;

use super::Error;

/// Decimal digits.
pub const DIGITS: &str = "0123456789";
/// Upper-case letters.
pub const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Lower-case letters.
pub const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
/// Digits, upper-case and lower-case letters, in the order of base62.
pub const BASE62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `count` characters of an ASCII alphabet. Drawn by rejection ([`Rng::below`]), so that none is likelier.
pub fn pick(rng: &mut Rng, alphabet: &str, count: usize) -> Result<String, Error> {
    let characters = alphabet.as_bytes();
    let size = u32::try_from(characters.len()).unwrap_or(u32::MAX);
    // The final capacity at once: a text that grows leaves copies of itself behind.
    let mut text = String::with_capacity(count);
    for _ in 0..count {
        text.push(char::from(characters[rng.below(size)? as usize]));
    }
    Ok(text)
}

/// Strength in bits, rounded down, of `count` characters out of `size`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the numbers are small and positive"
)]
pub fn bits(size: usize, count: usize) -> usize {
    ((size as f64).log2() * count as f64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_equally_likely() {
        let mut rng = Rng::test_only_seeded(7);
        let rounds = 2000;
        let text = pick(&mut rng, BASE62, 62 * rounds).expect("a seeded generator does not fail");
        let counts = BASE62.bytes().map(|wanted| text.bytes().filter(|&byte| byte == wanted).count());
        // Pearson's chi-square with 61 degrees of freedom: 99.9 % of fair draws stay below 100.9. A modulo
        // of one byte by 62 would give about 1900 here.
        let squares: usize = counts.map(|count| count.abs_diff(rounds).pow(2)).sum();
        assert!(squares / rounds < 101, "chi-square {}", squares / rounds);
    }

    #[test]
    fn strength_is_rounded_down() {
        assert_eq!(bits(62, 22), 130);
        assert_eq!(bits(62, 43), 256);
        assert_eq!(bits(2, 64), 64);
    }
}
