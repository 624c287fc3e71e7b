//! `kafka-brokers`: where a Kafka client begins.

use super::host_port::check_host_port;
use super::list::{in_item, split};
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// Kafka's `bootstrap.servers`: hosts with ports, separated by commas, at least one.
pub struct KafkaBrokers;

impl ValueType for KafkaBrokers {
    fn name(&self) -> &'static str {
        "kafka-brokers"
    }

    fn describe(&self) -> &'static str {
        "one or several host:port with commas between them (Kafka's bootstrap.servers)"
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        let brokers = split(value, ",")?;
        if brokers.is_empty() {
            return Err(Mismatch::new("lists no broker").help("write it like kafka-1:9092,kafka-2:9092"));
        }
        for (index, broker) in brokers.iter().enumerate() {
            check_host_port(broker).map_err(|mismatch| in_item(index, mismatch))?;
        }
        Ok(Typed::List(brokers.into_iter().map(str::to_owned).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn one_or_several_brokers() {
        assert!(accept(&KafkaBrokers, "kafka:9092") == Typed::List(vec!["kafka:9092".to_owned()]));
        accept(&KafkaBrokers, "a:9092,[::1]:9093");
    }

    #[test]
    fn the_message_says_which_one() {
        assert_eq!(reject(&KafkaBrokers, ""), "lists no broker");
        assert_eq!(reject(&KafkaBrokers, "a:9092,b"), "has a wrong item: number 2 has no port");
        assert_eq!(
            reject(&KafkaBrokers, "PLAINTEXT://kafka:9092"),
            "has a wrong item: number 1 is not a host and a port"
        );
    }
}
