//! Under which heading does it belong?

use super::Evidence;
use crate::schema::infer::Place;

/// Answers the question: the first heading it stands under; the container's, if only containers have it.
pub(super) fn decide(evidence: &Evidence) -> Option<String> {
    let headings = evidence.sightings.iter().filter(|sighting| sighting.place != Place::ComposeEnvironment);
    let first = headings.filter_map(|sighting| sighting.group.as_deref()).find(|group| !group.is_empty());
    let only_containers =
        evidence.sightings.iter().all(|sighting| sighting.place == Place::ComposeEnvironment);
    let container = || evidence.sightings.iter().find_map(|sighting| sighting.group.as_deref());
    first.or_else(|| if only_containers { container() } else { None }).map(str::to_owned)
}
