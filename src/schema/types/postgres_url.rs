//! `postgres-url`: how to reach a PostgreSQL database.

use super::connection::Family;

/// A connection URI of libpq, or of SQLAlchemy with a driver. The host may be left out for a Unix socket, and
/// several may be listed.
pub static POSTGRES_URL: Family = Family {
    name: "postgres-url",
    describe: "postgresql:// or postgres://, also with a driver such as postgresql+psycopg2://",
    what: "a PostgreSQL URL",
    example: "postgresql://user@host:5432/database",
    schemes: &[("postgresql", Some(5432)), ("postgres", Some(5432))],
    takes_driver: true,
    takes_several_hosts: true,
    takes_no_host: true,
    also: |_| Ok(()),
};

#[cfg(test)]
mod tests {
    use super::super::Typed;
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn what_libpq_and_sqlalchemy_read_is_accepted() {
        for value in [
            "postgresql://user:secret@db:5432/app",
            "postgres://db/app?sslmode=require",
            "postgresql+psycopg2://rag_user:secret@db:5432/rag_mail",
            "postgresql+asyncpg://[::1]/app",
            "postgresql://a:5432,b:5433/app?target_session_attrs=read-write",
            "postgresql:///app?host=/var/run/postgresql",
        ] {
            assert!(matches!(accept(&POSTGRES_URL, value), Typed::Url(_)), "{value}");
        }
    }

    #[test]
    fn rules_see_the_parts() {
        let Typed::Url(parts) = accept(&POSTGRES_URL, "postgresql+psycopg2://u:p%2F@db/app") else {
            panic!("not a URL")
        };
        assert_eq!((parts.scheme.as_str(), parts.port), ("postgresql+psycopg2", Some(5432)));
        assert_eq!((parts.user.as_str(), parts.password.as_str(), parts.path.as_str()), ("u", "p/", "/app"));
    }

    #[test]
    fn an_endpoint_or_another_database_is_refused() {
        for value in ["db.example.com:5432", "mysql://db/app", "db", ""] {
            assert_eq!(reject(&POSTGRES_URL, value), "is not a PostgreSQL URL", "{value}");
        }
    }

    #[test]
    fn a_base64_password_must_be_encoded() {
        assert_eq!(
            reject(&POSTGRES_URL, "postgresql://user:Ab+/9w==@postgres:5432/aigov"),
            "has a reserved character in its password that is not percent-encoded"
        );
    }
}
