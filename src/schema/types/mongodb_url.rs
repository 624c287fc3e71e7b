//! `mongodb-url`: how to reach a MongoDB cluster.

use super::connection::Family;
use super::{Mismatch, UrlParts};

/// A MongoDB connection string; `mongodb+srv` names one host without a port.
pub static MONGODB_URL: Family = Family {
    name: "mongodb-url",
    describe: "mongodb:// with one or several hosts, or mongodb+srv:// with one host and no port",
    what: "a MongoDB URL",
    example: "mongodb://user@host:27017/database",
    schemes: &[("mongodb", Some(27017)), ("mongodb+srv", None)],
    takes_driver: false,
    takes_several_hosts: true,
    takes_no_host: false,
    also: refuse_port_of_srv,
};

fn refuse_port_of_srv(parts: &UrlParts) -> Result<(), Mismatch> {
    if parts.scheme == "mongodb+srv" && parts.port.is_some() {
        return Err(Mismatch::new("has a port, which mongodb+srv does not take")
            .help("remove the port: the DNS record has it"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Typed;
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn hosts_and_clusters_are_accepted() {
        for value in [
            "mongodb://u:p@a:27017,b:27018/app?replicaSet=rs0",
            "mongodb+srv://u:p@cluster0.example.mongodb.net/app",
            "mongodb://localhost",
        ] {
            assert!(matches!(accept(&MONGODB_URL, value), Typed::Url(_)), "{value}");
        }
    }

    #[test]
    fn other_urls_are_refused() {
        assert_eq!(reject(&MONGODB_URL, "mongo://host"), "is not a MongoDB URL");
        assert_eq!(
            reject(&MONGODB_URL, "mongodb+srv://host.example.com:27017/app"),
            "has a port, which mongodb+srv does not take"
        );
    }
}
