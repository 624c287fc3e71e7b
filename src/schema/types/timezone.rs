//! `timezone`: a time zone of the IANA database.

use jiff::tz::TimeZoneDatabase;

use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// A name of the IANA time zone database, which is built in: containers often lack it.
pub struct TimeZone;

impl ValueType for TimeZone {
    fn name(&self) -> &'static str {
        "timezone"
    }

    fn describe(&self) -> &'static str {
        "a name of the IANA time zone database, such as Europe/Berlin or UTC, in that spelling"
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        let zone = TimeZoneDatabase::bundled().get(value).map_err(|_| {
            Mismatch::new("is not a time zone")
                .help("use a name of the IANA database, such as Europe/Berlin or UTC")
        })?;
        match zone.iana_name() {
            // The look-up ignores case; most programs open a file of that name.
            Some(name) if name != value => Err(Mismatch::new("is a time zone in the wrong case")
                .help("case counts: write it like Europe/Berlin")),
            _ => Ok(Typed::String(value.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn names_of_the_database_are_accepted() {
        for value in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Calcutta"] {
            assert!(accept(&TimeZone, value) == Typed::String(value.to_owned()), "{value}");
        }
    }

    #[test]
    fn offsets_and_other_cases_are_refused() {
        for value in ["", "CEST", "+02:00", "Berlin", "../../etc/passwd"] {
            assert_eq!(reject(&TimeZone, value), "is not a time zone", "{value}");
        }
        assert_eq!(reject(&TimeZone, "europe/berlin"), "is a time zone in the wrong case");
    }
}
