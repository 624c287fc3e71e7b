//! `mysql-url`: how to reach a MySQL or MariaDB database.

use super::connection::Family;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

const FAMILY: Family = Family {
    what: "a MySQL URL",
    example: "mysql://user@host:3306/database",
    schemes: &[("mysql", Some(3306)), ("mysqlx", Some(33060)), ("mariadb", Some(3306))],
    takes_driver: true,
    takes_several_hosts: false,
    takes_no_host: false,
};

/// A connection URL of MySQL or MariaDB, also with the driver that SQLAlchemy names.
pub struct MysqlUrl;

impl ValueType for MysqlUrl {
    fn name(&self) -> &'static str {
        "mysql-url"
    }

    fn describe(&self) -> &'static str {
        "mysql://, mysqlx:// or mariadb://, also with a driver such as mysql+pymysql://"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["schemes", "prefix", "min_length", "max_length"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        FAMILY.parse(value, constraints)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn with_and_without_a_driver() {
        for value in ["mysql://u:p@db/app", "mysql+pymysql://u@db:3307/app", "mariadb://db/app"] {
            assert!(matches!(accept(&MysqlUrl, value), Typed::Url(_)), "{value}");
        }
    }

    #[test]
    fn other_urls_are_refused() {
        assert_eq!(reject(&MysqlUrl, "postgresql://db/app"), "is not a MySQL URL");
        assert_eq!(reject(&MysqlUrl, "mysql:///app"), "has no host");
    }
}
