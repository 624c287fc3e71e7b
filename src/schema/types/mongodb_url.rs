//! `mongodb-url`: how to reach a MongoDB cluster.

use super::connection::Family;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

const FAMILY: Family = Family {
    what: "a MongoDB URL",
    example: "mongodb://user@host:27017/database",
    schemes: &[("mongodb", Some(27017)), ("mongodb+srv", None)],
    takes_driver: false,
    takes_several_hosts: true,
    takes_no_host: false,
};

/// A MongoDB connection string; `mongodb+srv` names one host without a port.
pub struct MongodbUrl;

impl ValueType for MongodbUrl {
    fn name(&self) -> &'static str {
        "mongodb-url"
    }

    fn describe(&self) -> &'static str {
        "mongodb:// with one or several hosts, or mongodb+srv:// with one host and no port"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["schemes", "prefix", "min_length", "max_length"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let typed = FAMILY.parse(value, constraints)?;
        match &typed {
            Typed::Url(parts) if parts.scheme == "mongodb+srv" && parts.port.is_some() => {
                Err(Mismatch::new("has a port, which mongodb+srv does not take")
                    .help("remove the port: the DNS record has it"))
            }
            _ => Ok(typed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn hosts_and_clusters_are_accepted() {
        for value in [
            "mongodb://u:p@a:27017,b:27018/app?replicaSet=rs0",
            "mongodb+srv://u:p@cluster0.example.mongodb.net/app",
            "mongodb://localhost",
        ] {
            assert!(matches!(accept(&MongodbUrl, value), Typed::Url(_)), "{value}");
        }
    }

    #[test]
    fn other_urls_are_refused() {
        assert_eq!(reject(&MongodbUrl, "mongo://host"), "is not a MongoDB URL");
        assert_eq!(
            reject(&MongodbUrl, "mongodb+srv://host.example.com:27017/app"),
            "has a port, which mongodb+srv does not take"
        );
    }
}
