//! `mysql-url`: how to reach a MySQL or MariaDB database.

use super::connection::Family;

/// A connection URL of MySQL or MariaDB, also with the driver that SQLAlchemy names.
pub static MYSQL_URL: Family = Family {
    name: "mysql-url",
    describe: "mysql://, mysqlx:// or mariadb://, also with a driver such as mysql+pymysql://",
    what: "a MySQL URL",
    example: "mysql://user@host:3306/database",
    schemes: &[("mysql", Some(3306)), ("mysqlx", Some(33060)), ("mariadb", Some(3306))],
    takes_driver: true,
    takes_several_hosts: false,
    takes_no_host: false,
    also: |_| Ok(()),
};

#[cfg(test)]
mod tests {
    use super::super::Typed;
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn with_and_without_a_driver() {
        for value in ["mysql://u:p@db/app", "mysql+pymysql://u@db:3307/app", "mariadb://db/app"] {
            assert!(matches!(accept(&MYSQL_URL, value), Typed::Url(_)), "{value}");
        }
    }

    #[test]
    fn other_urls_are_refused() {
        assert_eq!(reject(&MYSQL_URL, "postgresql://db/app"), "is not a MySQL URL");
        assert_eq!(reject(&MYSQL_URL, "mysql:///app"), "has no host");
    }
}
