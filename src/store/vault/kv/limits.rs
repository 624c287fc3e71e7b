//! What a server refuses to take, checked before it is sent.

use super::Place;
use super::engine::Engine;
use crate::store::Error;
use crate::store::vault::request::Answer;

/// `max_request_json_strings` of a listener of OpenBao by default: names and texts in one request.
const MAX_STRINGS: usize = 1000;

/// `max_request_size` of a listener by default, of Vault and OpenBao: 32 MiB.
const MAX_BODY: usize = 32 * 1024 * 1024;

/// Whether the server takes a request with this body.
///
/// # Errors
/// [`Error::TooLarge`].
pub(super) fn check(place: &Place, engine: Engine, body: &str) -> Result<(), Error> {
    let strings = count_strings(body);
    if engine.is_openbao && strings > MAX_STRINGS {
        let limit =
            format!("OpenBao takes {MAX_STRINGS} names and texts in one request, and this has {strings}");
        return Err(too_large(place, limit));
    }
    if body.len() > MAX_BODY {
        let limit = format!("the server takes 32 MiB in one request, and this has {} bytes", body.len());
        return Err(too_large(place, limit));
    }
    Ok(())
}

/// The error, if the server answered that it was too much, for limits that an operator has lowered.
pub(super) fn refusal(place: &Place, answer: &Answer) -> Option<Error> {
    if answer.has_error("refused JSON input due to high complexity") {
        return Some(too_large(place, "the server takes fewer names and texts in one request".to_owned()));
    }
    let is_refused = answer.status == 413;
    is_refused.then(|| too_large(place, "the server takes only smaller requests".to_owned()))
}

fn too_large(place: &Place, limit: String) -> Error {
    let help = "divide the variables among two stores, each with a path of its own".to_owned();
    Error::TooLarge { path: place.to_string(), limit, help }
}

/// How many strings a JSON text holds, names among them.
fn count_strings(json: &str) -> usize {
    let (mut quotes, mut is_escaped) = (0, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => quotes += 1,
            _ => {}
        }
    }
    quotes / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_are_counted_and_nothing_else() {
        assert_eq!(count_strings(r#"{"A":"x","B":5,"C":["y",{"d":null}]}"#), 6);
        assert_eq!(count_strings(r#"{"A":"\"quoted\" \\"}"#), 2);
        assert_eq!(count_strings("{}"), 0);
    }
}
