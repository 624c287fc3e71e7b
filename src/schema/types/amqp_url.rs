//! `amqp-url`: how to reach a RabbitMQ or another AMQP broker.

use super::connection::Family;

/// An AMQP 0-9-1 URI; `pyamqp` is what Celery calls the same. The path is the virtual host.
pub static AMQP_URL: Family = Family {
    name: "amqp-url",
    describe: "amqp://, amqps:// (TLS) or pyamqp:// (Celery); the path is the virtual host",
    what: "an AMQP URL",
    example: "amqp://user@host:5672/vhost",
    schemes: &[("amqp", Some(5672)), ("amqps", Some(5671)), ("pyamqp", Some(5672))],
    takes_driver: false,
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
    fn the_port_follows_the_scheme() {
        for (value, port) in [("amqp://u:p@mq/%2f", 5672), ("amqps://mq/app", 5671), ("pyamqp://mq:1//", 1)] {
            let Typed::Url(parts) = accept(&AMQP_URL, value) else { panic!("not a URL") };
            assert_eq!(parts.port, Some(port), "{value}");
        }
    }

    #[test]
    fn other_urls_are_refused() {
        assert_eq!(reject(&AMQP_URL, "kafka://mq"), "is not an AMQP URL");
        assert_eq!(reject(&AMQP_URL, "amqp:///vhost"), "has no host");
    }
}
