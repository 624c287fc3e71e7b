//! Reading many secrets: twenty at a time where the login may, and those that fail there one by one.

use std::collections::HashMap;

use super::failure::Failure;
use super::operations::{BATCH, Value, each};
use super::service::Service;

/// What each secret holds, or why it cannot be read.
pub async fn values(service: &Service, paths: &[String]) -> HashMap<String, Result<Value, Failure>> {
    let answers = each(paths.chunks(BATCH), async |chunk| (chunk, service.values(chunk).await));
    let mut found = HashMap::with_capacity(paths.len());
    let mut alone = Vec::new();
    for (chunk, answer) in answers.await {
        // Batches are a permission of their own, and one secret in a bad state can fail all of them.
        found.extend(answer.unwrap_or_default().into_iter().filter(|(_, value)| is_final(value)));
        alone.extend(chunk.iter().filter(|path| !found.contains_key(*path)));
    }
    let values = each(alone, async |path: &String| (path.clone(), service.value(path, None).await));
    found.extend(values.await);
    found
}

/// Whether asking for the secret alone would tell no more.
fn is_final(value: &Result<Value, Failure>) -> bool {
    matches!(value, Ok(_) | Err(Failure::NotFound | Failure::State))
}
