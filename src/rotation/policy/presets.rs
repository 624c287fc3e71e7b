//! What standards and habits say about classes of secrets: policy for what a schema leaves open.
//!
//! To add one: write it here, with a number only where its source gives one and a sentence where it gives none, and
//! add it to [`ALL`].

use crate::manifest::RotationDefinition;
use crate::rotation::Error;
use crate::suggest::closest;

/// A set of policies by class.
pub struct Preset {
    /// Its word in the manifest.
    pub name: &'static str,
    /// Where the numbers come from, and what the source does not say.
    pub basis: &'static str,
    /// Whether the numbers hold only together with the project's own risk analysis.
    pub needs_risk_analysis: bool,
    /// What it says, by class.
    pub classes: &'static [PresetClass],
}

/// What a preset says about a class.
pub struct PresetClass {
    /// The class.
    pub name: &'static str,
    /// Longest age; `None` where only an event makes it due.
    pub days: Option<i64>,
    /// The clauses that ask for it.
    pub controls: &'static [&'static str],
}

impl Preset {
    /// What it says about a class.
    pub fn class(&self, name: &str) -> Option<&'static PresetClass> {
        self.classes.iter().find(|class| class.name == name)
    }
}

const fn class(name: &'static str, days: i64, controls: &'static [&'static str]) -> PresetClass {
    PresetClass { name, days: Some(days), controls }
}

/// NIST SP 800-63B-4, 3.1.1.2: passwords of people shall be changed on evidence of compromise, and not periodically.
const HUMAN_PASSWORD: PresetClass =
    PresetClass { name: "human-password", days: None, controls: &["NIST-800-63B-4/3.1.1.2"] };

/// AWS Security Hub, `SecretsManager.4`: a secret is rotated within 90 days unless another number is configured.
const SECURITY_HUB: &[&str] = &["AWS-Security-Hub/SecretsManager.4"];

/// NIST SP 800-57 part 1, 5.3.6, table 1: the longest periods in which keys of each type are used.
const NIST: &[&str] = &["NIST-800-57pt1/5.3.6"];

/// Every preset.
pub const ALL: &[Preset] = &[
    Preset {
        name: "pci",
        basis: "PCI DSS 4.0.1 gives no number: 8.6.3 leaves the frequency to the targeted risk analysis of 12.3.1, \
                and 3.7.4 the cryptoperiod to whoever defines the key. 90 days is what cloud audits take, 730 days the \
                longest of NIST SP 800-57 for keys that encrypt data",
        needs_risk_analysis: true,
        classes: &[
            class("api-key", 90, &["PCI-DSS-4.0.1/8.6.3"]),
            class("database-password", 90, &["PCI-DSS-4.0.1/8.6.3"]),
            class("data-encryption", 730, &["PCI-DSS-4.0.1/3.7.4", "PCI-DSS-4.0.1/3.7.5"]),
        ],
    },
    Preset {
        name: "cis-aws",
        basis: "CIS AWS Foundations 1.14 gives 90 days for access keys of IAM users. It says nothing about other \
                secrets: their 90 days are the default of Security Hub's SecretsManager.4",
        needs_risk_analysis: false,
        classes: &[
            class("aws-access-key", 90, &["CIS-AWS-Foundations/1.14"]),
            class("api-key", 90, SECURITY_HUB),
            class("database-password", 90, SECURITY_HUB),
            class("session-signing", 90, SECURITY_HUB),
            class("webhook-secret", 90, SECURITY_HUB),
            class("jwt-signing", 90, SECURITY_HUB),
            HUMAN_PASSWORD,
        ],
    },
    Preset {
        name: "nist-800-57",
        basis: "NIST SP 800-57 part 1 calls its numbers rough orders of magnitude: one to three years for a key that \
                signs, at most two for one that authenticates, encrypts or wraps, about one for a master key. It says \
                nothing about passwords and API keys",
        needs_risk_analysis: false,
        classes: &[
            class("jwt-signing", 365, NIST),
            class("private-signing", 365, NIST),
            class("master-key", 365, NIST),
            class("session-signing", 730, NIST),
            class("webhook-secret", 730, NIST),
            class("data-encryption", 730, NIST),
            class("key-wrapping", 730, NIST),
            HUMAN_PASSWORD,
        ],
    },
    Preset {
        name: "strict",
        basis: "no standard asks for it: 30 days is the shortest that a cloud audit takes. Keys that encrypt data get a \
                year, since everything has to be encrypted anew",
        needs_risk_analysis: false,
        classes: &[
            class("aws-access-key", 30, &[]),
            class("api-key", 30, &[]),
            class("database-password", 30, &[]),
            class("session-signing", 30, &[]),
            class("webhook-secret", 30, &[]),
            class("jwt-signing", 30, &[]),
            class("data-encryption", 365, &[]),
            HUMAN_PASSWORD,
        ],
    },
    Preset {
        name: "human-password",
        basis: "NIST SP 800-63B forbids to change the passwords of people periodically: they are due when they became \
                known, and at no other time",
        needs_risk_analysis: false,
        classes: &[HUMAN_PASSWORD],
    },
];

/// The preset that a manifest chooses.
///
/// # Errors
/// There is none of that name, or it needs a risk analysis that the manifest does not name.
pub fn chosen(rotation: &RotationDefinition) -> Result<Option<&'static Preset>, Error> {
    let Some(name) = &rotation.preset else { return Ok(None) };
    let Some(preset) = ALL.iter().find(|preset| preset.name == name) else {
        let names: Vec<&str> = ALL.iter().map(|preset| preset.name).collect();
        let help = match closest(name, names.iter().copied()) {
            Some(close) => format!("did you mean {close:?}?"),
            None => format!("there are: {}", names.join(", ")),
        };
        return Err(Error::policy(format!("there is no preset {name:?} for [rotation]"), help));
    };
    if preset.needs_risk_analysis
        && rotation.risk_analysis.as_deref().is_none_or(|text| text.trim().is_empty())
    {
        let message = format!("preset {name:?} needs your own risk analysis, and [rotation] names none");
        let help =
            format!("{}: add risk_analysis = \"where it is written down\" under [rotation]", preset.basis);
        return Err(Error::policy(message, help));
    }
    Ok(Some(preset))
}

/// Every class that a preset knows, each once.
pub fn class_names() -> impl Iterator<Item = &'static str> {
    let all = || ALL.iter().flat_map(|preset| preset.classes).map(|class| class.name);
    all()
        .enumerate()
        .filter(move |(index, name)| !all().take(*index).any(|before| before == *name))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(preset: &str, risk_analysis: Option<&str>) -> String {
        let rotation = RotationDefinition {
            preset: Some(preset.to_owned()),
            risk_analysis: risk_analysis.map(str::to_owned),
            ..RotationDefinition::default()
        };
        match chosen(&rotation) {
            Ok(_) => String::new(),
            Err(error) => format!("{error} / {}", error.hint().unwrap_or_default()),
        }
    }

    #[test]
    fn a_misspelt_preset_has_a_suggestion() {
        assert_eq!(
            refusal("cis_aws", None),
            "there is no preset \"cis_aws\" for [rotation] / did you mean \"cis-aws\"?"
        );
        assert_eq!(
            refusal("soc2", None),
            "there is no preset \"soc2\" for [rotation] / there are: pci, cis-aws, nist-800-57, strict, human-password"
        );
    }

    #[test]
    fn pci_gives_no_number_without_a_risk_analysis() {
        let said = refusal("pci", Some(" "));
        assert!(
            said.starts_with("preset \"pci\" needs your own risk analysis, and [rotation] names none / "),
            "{said}"
        );
        assert!(said.contains("PCI DSS 4.0.1 gives no number"), "{said}");
        assert_eq!(refusal("pci", Some("https://wiki.example.com/tra")), "");
    }

    #[test]
    fn passwords_of_people_are_never_due_by_age() {
        let human = ALL.iter().filter_map(|preset| preset.class("human-password"));
        assert!(human.clone().count() >= 3);
        assert!(human.into_iter().all(|class| class.days.is_none()));
    }

    #[test]
    fn every_preset_says_what_it_stands_on_and_has_each_class_once() {
        for preset in ALL {
            assert!(preset.basis.len() > 40, "{}", preset.name);
            for (index, class) in preset.classes.iter().enumerate() {
                let again = preset.classes[..index].iter().any(|before| before.name == class.name);
                assert!(!again, "{}: {}", preset.name, class.name);
                assert!(class.days.is_none_or(|days| (1..=730).contains(&days)));
            }
        }
        assert_eq!(class_names().filter(|name| *name == "api-key").count(), 1);
    }
}
