//! Must it be set?

use super::Evidence;
use crate::schema::infer::Place;

/// Answers the question: what a place says that knows, then whether anything else fills it in, then what an example
/// leaves open.
pub(super) fn decide(evidence: &Evidence, secret: bool, has_default: bool, is_made: bool) -> bool {
    let said: Vec<bool> = evidence.sightings.iter().filter_map(|sighting| sighting.required).collect();
    let only_for_containers =
        evidence.sightings.iter().all(|sighting| sighting.place == Place::ComposeEnvironment);
    let is_filled = has_default || evidence.sightings.iter().any(|sighting| sighting.default.is_some());
    if only_for_containers || is_filled && !said.contains(&true) {
        return false;
    }
    if let Some(last) = said.iter().copied().reduce(|either, other| either || other) {
        return last && !has_default;
    }
    if has_default {
        return false;
    }
    // An example that leaves a variable empty works without it, unless it is one that a person makes up.
    let is_given = evidence.written().next().is_some();
    let is_assigned = evidence.sightings.iter().any(|sighting| sighting.value.is_some());
    // A table lists what there is, not what is needed.
    let only_listed = evidence.sightings.iter().all(|sighting| sighting.place == Place::GuideTable);
    // Redis asks for no password unless it is given one.
    let is_made = is_made && !evidence.has("redis valkey memcached");
    // Who needs a variable writes `environ["X"]` or `ENV.fetch("X")` there, not what gives nothing for nothing.
    let only_asked =
        evidence.sightings.iter().all(|sighting| matches!(sighting.place, Place::Code("Python" | "Ruby")));
    is_given || secret && is_made || !is_assigned && !only_listed && !only_asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::infer::Sighting;
    use crate::secret::Secret;

    fn evidence(place: Place, value: Option<&str>, required: Option<bool>) -> Evidence {
        let mut sighting = Sighting::new("A", ".env", 1, place);
        sighting.value = value.map(Secret::new);
        sighting.required = required;
        Evidence::new("A".to_owned(), vec![sighting])
    }

    #[test]
    fn what_an_example_fills_in_is_needed_and_what_it_leaves_empty_is_not() {
        assert!(decide(&evidence(Place::EnvFile, Some("changeme"), None), true, false, false));
        assert!(!decide(&evidence(Place::EnvFile, Some(""), None), true, false, false));
        assert!(decide(&evidence(Place::EnvFile, Some(""), None), true, false, true));
        assert!(!decide(&evidence(Place::EnvFile, Some("INFO"), None), false, true, false));
        assert!(!decide(&evidence(Place::EnvFile, Some("null"), None), true, false, false));
    }

    #[test]
    fn what_a_place_says_counts_more() {
        assert!(!decide(&evidence(Place::EnvComment, Some("changeme"), Some(false)), true, false, true));
        assert!(decide(&evidence(Place::ComposeReference, None, Some(true)), false, false, false));
        assert!(!decide(&evidence(Place::Code("Python"), None, None), false, false, false));
        assert!(decide(&evidence(Place::Code("JavaScript"), None, None), false, false, false));
        assert!(!decide(&evidence(Place::ComposeEnvironment, Some("x"), None), true, false, true));
    }
}
