//! What the server keeps, and what each operation makes of it.
//!
//! Source: the API model of AWS Secrets Manager, 2017-10-17, and the API reference of each operation.

use std::collections::BTreeMap;

use serde_json::{Value, json};

const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

/// Every secret by its name.
#[derive(Default)]
pub struct State(BTreeMap<String, Kept>);

#[derive(Default)]
struct Kept {
    /// Id, text and when it was made, in seconds.
    versions: Vec<(String, String, u64)>,
    /// Label to version.
    labels: BTreeMap<String, String>,
    tags: BTreeMap<String, Value>,
    is_deleted: bool,
    /// Not in the list yet, which can be minutes late.
    is_unlisted: bool,
    /// Not to be read by this login.
    is_denied: bool,
}

type Answer = Result<Value, &'static str>;

const NOT_FOUND: &str = "ResourceNotFoundException";
const EXISTS: &str = "ResourceExistsException";
const STATE: &str = "InvalidRequestException";
const PARAMETER: &str = "InvalidParameterException";

impl State {
    /// The answer, or the code of the refusal.
    pub fn answer(&mut self, operation: &str, parameters: &Value) -> Answer {
        let text = |key: &str| parameters[key].as_str().unwrap_or_default().to_owned();
        let name = text("SecretId");
        match operation {
            "CreateSecret" => self.create(&text("Name"), parameters),
            "ListSecrets" => Ok(self.list(parameters)),
            "BatchGetSecretValue" => Ok(self.batch(parameters)),
            "DescribeSecret" => Ok(self.get(&name)?.describe(&name)),
            "ListSecretVersionIds" => Ok(self.get(&name)?.list(parameters)),
            "RestoreSecret" => {
                self.get(&name)?.is_deleted = false;
                Ok(json!({"Name": name}))
            }
            // No operations of the API, but of the tests.
            "Unlist" => {
                self.get(&name)?.is_unlisted = true;
                Ok(json!({}))
            }
            "Deny" => {
                self.get(&name)?.is_denied = true;
                Ok(json!({}))
            }
            _ => {
                let kept = self.get(&name)?;
                if kept.is_deleted {
                    return Err(STATE);
                }
                match operation {
                    "GetSecretValue" => kept.value(&name, parameters),
                    "PutSecretValue" => kept.put(&name, parameters),
                    "UpdateSecretVersionStage" => kept.label(parameters),
                    "DeleteSecret" => {
                        kept.is_deleted = true;
                        Ok(json!({"Name": name}))
                    }
                    "TagResource" => {
                        kept.tag(parameters);
                        Ok(json!({}))
                    }
                    "UntagResource" => {
                        let keys = strings(&parameters["TagKeys"]);
                        kept.tags.retain(|key, _| !keys.contains(key));
                        Ok(json!({}))
                    }
                    _ => Err("UnknownOperationException"),
                }
            }
        }
    }

    /// The labels of each version that has any.
    pub fn labels(&mut self, name: &str) -> Vec<(String, Vec<String>)> {
        let Ok(kept) = self.get(name) else { return Vec::new() };
        let labelled = kept.versions.iter().map(|(id, ..)| (id.clone(), kept.labels_of(id)));
        labelled.filter(|(_, labels)| !labels.is_empty()).collect()
    }

    fn get(&mut self, name: &str) -> Result<&mut Kept, &'static str> {
        self.0.get_mut(name).ok_or(NOT_FOUND)
    }

    fn create(&mut self, name: &str, parameters: &Value) -> Answer {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
        if name.is_empty() || name.len() > 512 || !name.chars().all(is_allowed) {
            return Err("ValidationException");
        }
        match self.0.get(name) {
            Some(kept) if kept.is_deleted => return Err(STATE),
            Some(_) => return Err(EXISTS),
            None => {}
        }
        let mut kept = Kept::default();
        kept.tag(parameters);
        let answer = if parameters["SecretString"].is_string() {
            kept.put(name, parameters)?
        } else {
            json!({"Name": name})
        };
        self.0.insert(name.to_owned(), kept);
        Ok(answer)
    }

    fn list(&self, parameters: &Value) -> Value {
        let prefix = parameters["Filters"][0]["Values"][0].as_str().unwrap_or_default();
        let listed = self
            .0
            .iter()
            .filter(|(name, kept)| name.starts_with(prefix) && !kept.is_deleted && !kept.is_unlisted);
        let entries = listed.map(|(name, kept)| json!({"Name": name, "Tags": kept.tags()})).collect();
        page("SecretList", entries, parameters)
    }

    fn batch(&mut self, parameters: &Value) -> Value {
        let (mut values, mut errors) = (Vec::new(), Vec::new());
        for name in strings(&parameters["SecretIdList"]) {
            match self.answer("GetSecretValue", &json!({"SecretId": name})) {
                Ok(value) => values.push(value),
                Err(code) => errors.push(json!({"SecretId": name, "ErrorCode": code, "Message": "m"})),
            }
        }
        json!({"SecretValues": values, "Errors": errors})
    }
}

impl Kept {
    fn labels_of(&self, id: &str) -> Vec<String> {
        let of = self.labels.iter().filter(|(_, version)| *version == id);
        of.map(|(label, _)| label.clone()).collect()
    }

    fn tags(&self) -> Vec<Value> {
        self.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
    }

    fn tag(&mut self, parameters: &Value) {
        for tag in parameters["Tags"].as_array().into_iter().flatten() {
            self.tags.insert(tag["Key"].as_str().unwrap().to_owned(), tag["Value"].clone());
        }
    }

    fn describe(&self, name: &str) -> Value {
        let labelled = self.versions.iter().map(|(id, ..)| (id.clone(), self.labels_of(id)));
        let stages: BTreeMap<_, _> = labelled.filter(|(_, labels)| !labels.is_empty()).collect();
        let mut answer = json!({"Name": name, "Tags": self.tags(), "VersionIdsToStages": stages});
        if self.is_deleted {
            answer["DeletedDate"] = json!(1_772_000_000);
        }
        answer
    }

    fn value(&self, name: &str, parameters: &Value) -> Answer {
        if self.is_denied {
            return Err("AccessDeniedException");
        }
        let current = self.labels.get(CURRENT).map(String::as_str);
        let id = parameters["VersionId"].as_str().or(current).ok_or(NOT_FOUND)?;
        let (id, text, created) = self.versions.iter().find(|(found, ..)| found == id).ok_or(NOT_FOUND)?;
        Ok(json!({
            "Name": name, "VersionId": id, "SecretString": text, "CreatedDate": created,
            "VersionStages": self.labels_of(id),
        }))
    }

    fn put(&mut self, name: &str, parameters: &Value) -> Answer {
        let text = parameters["SecretString"].as_str().unwrap_or_default();
        let id = parameters["ClientRequestToken"].as_str().unwrap_or_default();
        if !(1..=65_536).contains(&text.len()) || !(32..=64).contains(&id.len()) {
            return Err("ValidationException");
        }
        match self.versions.iter().find(|(found, ..)| found == id) {
            Some((_, found, _)) if found != text => return Err(EXISTS),
            Some(_) => {}
            None => self.add(id, text, strings(&parameters["VersionStages"])),
        }
        Ok(json!({"Name": name, "VersionId": id, "VersionStages": self.labels_of(id)}))
    }

    fn add(&mut self, id: &str, text: &str, mut labels: Vec<String>) {
        let created = 1_772_000_000 + self.versions.len() as u64;
        self.versions.push((id.to_owned(), text.to_owned(), created));
        let is_first = self.versions.len() == 1;
        if labels.is_empty() || is_first {
            labels.push(CURRENT.to_owned());
        }
        for label in labels {
            self.attach(&label, id);
        }
    }

    fn attach(&mut self, label: &str, id: &str) {
        if let Some(before) = self.labels.insert(label.to_owned(), id.to_owned())
            && label == CURRENT
        {
            self.labels.insert(PREVIOUS.to_owned(), before);
        }
    }

    /// Moves a label. It fails unless the call says where the label is.
    fn label(&mut self, parameters: &Value) -> Answer {
        let label = parameters["VersionStage"].as_str().unwrap_or_default();
        let from = parameters["RemoveFromVersionId"].as_str();
        let to = parameters["MoveToVersionId"].as_str();
        if self.labels.get(label).map(String::as_str) != from {
            return Err(PARAMETER);
        }
        match to {
            Some(id) if !self.versions.iter().any(|(found, ..)| found == id) => return Err(NOT_FOUND),
            Some(id) => self.attach(label, id),
            None if label == CURRENT => return Err(PARAMETER),
            None => drop(self.labels.remove(label)),
        }
        Ok(json!({}))
    }

    fn list(&self, parameters: &Value) -> Value {
        let with_all = parameters["IncludeDeprecated"] == true;
        let entries = self.versions.iter().map(|(id, _, created)| {
            json!({"VersionId": id, "CreatedDate": created, "VersionStages": self.labels_of(id)})
        });
        let kept = entries.filter(|entry| with_all || entry["VersionStages"] != json!([]));
        page("Versions", kept.collect(), parameters)
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// One page of a list, and where the next one begins.
fn page(key: &str, entries: Vec<Value>, parameters: &Value) -> Value {
    let start = parameters["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
    let size = usize::try_from(parameters["MaxResults"].as_u64().unwrap_or(100)).unwrap();
    assert!(size <= 100, "MaxResults is at most 100");
    let is_last = start + size >= entries.len();
    let mut answer = json!({ key: entries.into_iter().skip(start).take(size).collect::<Vec<_>>() });
    if !is_last {
        answer["NextToken"] = json!((start + size).to_string());
    }
    answer
}
