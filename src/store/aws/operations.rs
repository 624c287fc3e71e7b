//! The calls of the service that the stores need, each with the facts of its answer that they use.

use std::future::Future;

use aws_sdk_secretsmanager::primitives::DateTime;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, Tag};
use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;

use super::failure::Failure;
use super::service::{CONCURRENCY, Service};
use super::tags;
use crate::secret::Secret;
use crate::store::{Error, Version};

/// The label of the version that is served.
pub const CURRENT: &str = "AWSCURRENT";

/// The label of ours that a version has from when it is written until it is served. One for all writers: a secret
/// may have no more than 20 labels over all of its versions.
pub const STAGED: &str = "envward-staged";

/// How many ids BatchGetSecretValue takes.
pub const BATCH: usize = 20;

/// How many days a removed secret can still be brought back: the most that AWS offers.
const RECOVERY_DAYS: i64 = 30;

/// More pages than a region may have secrets: 500,000, of which each page but the last has 100.
const MAX_PAGES: usize = 6000;

/// What a secret holds.
pub struct Value {
    /// Its version.
    pub version: Version,
    /// Its text; `None` if it is binary.
    pub text: Option<Secret>,
    /// When the version was made.
    pub created: Option<Timestamp>,
}

/// What is known about a secret without its value.
pub struct Description {
    /// The version that is served; none in a secret without a value.
    pub current: Version,
    /// The version that a writer left behind before it was served.
    pub staged: Option<Version>,
    /// Whether it is scheduled for deletion.
    pub is_deleted: bool,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// When it was last changed in any way: a value, a label, a tag.
    pub touched: Option<Timestamp>,
}

/// One version of a secret.
pub struct Kept {
    /// The version.
    pub version: Version,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Whether it is served.
    pub is_current: bool,
}

/// A secret as ListSecrets names it: up to five minutes late, so that nothing but the name counts.
pub struct Listed {
    /// Its name.
    pub path: String,
    /// Whether it seemed to hold a mark.
    pub has_mark: bool,
}

/// Does the work for every item, several at once; the results in the order of the items.
pub async fn each<T, R, F: Future<Output = R>>(
    items: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> F,
) -> Vec<R> {
    stream::iter(items).map(work).buffered(CONCURRENCY).collect().await
}

impl Service {
    /// What is known about a secret; `None` if there is none.
    pub async fn describe(&self, path: &str) -> Result<Option<Description>, Failure> {
        let client = self.client()?;
        let answer = match self.call(|| client.describe_secret().secret_id(path).send()).await {
            Ok(answer) => answer,
            Err(Failure::NotFound) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let versions = answer.version_ids_to_stages.unwrap_or_default();
        let with = |label: &str| {
            let mut ids = versions.iter().filter(|(_, labels)| labels.iter().any(|found| found == label));
            ids.next().map(|(id, _)| Version::new(id))
        };
        let current = with(CURRENT).unwrap_or(Version::NONE);
        Ok(Some(Description {
            staged: with(STAGED).filter(|version| *version != current),
            current,
            is_deleted: answer.deleted_date.is_some(),
            tags: answer.tags.unwrap_or_default(),
            touched: time(answer.last_changed_date),
        }))
    }

    /// What a secret holds: what is served, or an older version.
    pub async fn value(&self, path: &str, version: Option<&Version>) -> Result<Value, Failure> {
        let client = self.client()?;
        let id = version.map(|version| version.as_str().to_owned());
        let send = || client.get_secret_value().secret_id(path).set_version_id(id.clone()).send();
        let answer = self.call(send).await?;
        Ok(Value {
            version: Version::new(answer.version_id.ok_or(NO_VERSION)?),
            text: answer.secret_string.map(Secret::new),
            created: time(answer.created_date),
        })
    }

    /// What each of up to [`BATCH`] secrets holds, or why it cannot be read.
    pub async fn values(&self, paths: &[String]) -> Result<Vec<(String, Result<Value, Failure>)>, Failure> {
        let client = self.client()?;
        let send = || client.batch_get_secret_value().set_secret_id_list(Some(paths.to_vec())).send();
        let answer = self.call(send).await?;
        let errors = answer.errors.unwrap_or_default().into_iter().filter_map(|error| {
            let failure = Failure::of_code(error.error_code(), error.message(), 500);
            Some((error.secret_id?, Err(failure)))
        });
        let values = answer.secret_values.unwrap_or_default().into_iter().filter_map(|entry| {
            let version = Version::new(entry.version_id?);
            let text = entry.secret_string.map(Secret::new);
            Some((entry.name?, Ok(Value { version, text, created: time(entry.created_date) })))
        });
        Ok(errors.chain(values).collect())
    }

    /// Makes a secret whose first version is `version`.
    pub async fn create(
        &self,
        path: &str,
        version: &Version,
        text: &Secret,
        tags: &[Tag],
    ) -> Result<(), Failure> {
        let client = self.client()?;
        let send = || {
            client
                .create_secret()
                .name(path)
                .client_request_token(version.as_str())
                .secret_string(text.expose())
                .set_kms_key_id(self.settings.kms_key.clone())
                .set_tags((!tags.is_empty()).then(|| tags.to_vec()))
                .send()
        };
        self.call(send).await.map(|_| ())
    }

    /// Stores a version that is not served yet, but labelled [`STAGED`]. Whether it is served all the same: the
    /// first version of a secret is.
    pub async fn put(&self, path: &str, version: &Version, text: &Secret) -> Result<bool, Failure> {
        let client = self.client()?;
        let send = || {
            client
                .put_secret_value()
                .secret_id(path)
                .client_request_token(version.as_str())
                .secret_string(text.expose())
                .version_stages(STAGED)
                .send()
        };
        let answer = self.call(send).await?;
        Ok(answer.version_stages().iter().any(|label| label == CURRENT))
    }

    /// Has a version served, if `base` is served now.
    pub async fn make_current(&self, path: &str, version: &Version, base: &Version) -> Result<(), Failure> {
        let client = self.client()?;
        let from = (!base.is_none()).then(|| base.as_str().to_owned());
        let send = || {
            client
                .update_secret_version_stage()
                .secret_id(path)
                .version_stage(CURRENT)
                .move_to_version_id(version.as_str())
                .set_remove_from_version_id(from.clone())
                .send()
        };
        self.call(send).await.map(|_| ())
    }

    /// Takes the label [`STAGED`] off a version, if it is still there.
    pub async fn unstage(&self, path: &str, version: &Version) -> Result<(), Failure> {
        let client = self.client()?;
        let send = || {
            client
                .update_secret_version_stage()
                .secret_id(path)
                .version_stage(STAGED)
                .remove_from_version_id(version.as_str())
                .send()
        };
        self.call(send).await.map(|_| ())
    }

    /// Schedules a secret for deletion.
    pub async fn delete(&self, path: &str) -> Result<(), Failure> {
        let client = self.client()?;
        let send = || client.delete_secret().secret_id(path).recovery_window_in_days(RECOVERY_DAYS).send();
        self.call(send).await.map(|_| ())
    }

    /// Takes the schedule back.
    pub async fn restore(&self, path: &str) -> Result<(), Failure> {
        let client = self.client()?;
        self.call(|| client.restore_secret().secret_id(path).send()).await.map(|_| ())
    }

    /// Adds tags, or replaces those of the same keys.
    pub async fn tag(&self, path: &str, tags: &[Tag]) -> Result<(), Failure> {
        let client = self.client()?;
        self.call(|| client.tag_resource().secret_id(path).set_tags(Some(tags.to_vec())).send())
            .await
            .map(|_| ())
    }

    /// Takes the tags of a mark away.
    pub async fn untag(&self, path: &str) -> Result<(), Failure> {
        let client = self.client()?;
        let keys = || Some(tags::ALL.map(str::to_owned).to_vec());
        self.call(|| client.untag_resource().secret_id(path).set_tag_keys(keys()).send()).await.map(|_| ())
    }

    /// Every version that is kept, newest first. Those that have no label any more are kept too, until there are
    /// a hundred.
    pub async fn versions(&self, path: &str) -> Result<Vec<Kept>, Failure> {
        let client = self.client()?;
        let mut versions = Vec::new();
        let mut next = None;
        for _ in 0..MAX_PAGES {
            let send = || {
                client
                    .list_secret_version_ids()
                    .secret_id(path)
                    .include_deprecated(true)
                    .max_results(100)
                    .set_next_token(next.clone())
                    .send()
            };
            let page = self.call(send).await?;
            versions.extend(page.versions.unwrap_or_default().into_iter().filter_map(|entry| {
                let is_current = entry.version_stages().iter().any(|label| label == CURRENT);
                let created = time(entry.created_date);
                Some(Kept { version: Version::new(entry.version_id?), created, is_current })
            }));
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                // Of versions of the same moment the one that is listed later is the newer one.
                versions.reverse();
                versions.sort_by_key(|kept| (std::cmp::Reverse(kept.created), !kept.is_current));
                return Ok(versions);
            }
        }
        Err(Failure::Garbage("a list has no end"))
    }

    /// The secrets whose names begin with `prefix`, or all, and that are not scheduled for deletion.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, Failure> {
        let client = self.client()?;
        let filter = || Filter::builder().key(FilterNameStringType::Name).values(prefix).build();
        let filters = (!prefix.is_empty()).then(|| vec![filter()]);
        let mut listed = Vec::new();
        let mut next = None;
        for _ in 0..MAX_PAGES {
            let list = client.list_secrets().set_filters(filters.clone()).max_results(100);
            let page = self.call(|| list.clone().set_next_token(next.clone()).send()).await?;
            listed.extend(page.secret_list.unwrap_or_default().into_iter().filter_map(|entry| {
                let has_mark = entry.tags().iter().any(|tag| tag.key() == Some(tags::VERSION));
                Some(Listed { path: entry.name?, has_mark })
            }));
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(listed);
            }
        }
        Err(Failure::Garbage("a list has no end"))
    }
}

/// The text of the secret `path`.
///
/// # Errors
/// [`Error::Unsupported`] if there is none: a binary secret.
pub fn text_of(path: &str, text: Option<Secret>) -> Result<Secret, Error> {
    text.ok_or_else(|| {
        let what = format!("the secret {path} is binary, and no variable can be");
        let help = "keep it out of the store's names, or store it as base64 text".to_owned();
        Error::Unsupported { what, help: Some(help) }
    })
}

const NO_VERSION: Failure = Failure::Garbage("the answer cannot be read");

fn time(time: Option<DateTime>) -> Option<Timestamp> {
    let time = time?;
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}
