//! When values end by themselves, for those who can open them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::schema::Schema;
use crate::schema::types::{certificate_expiry, jwt_expiry};
use crate::secret::Values;

/// The ends of those values of a schema that say so: the `exp` of a JWT (RFC 7519, 4.1.4), the `notAfter` of the first
/// certificate to end (RFC 5280, 4.1.2.5). By variable.
pub fn expiries(schema: &Schema, values: &Values) -> BTreeMap<String, Timestamp> {
    let end = |name: &str| {
        let value = values.get(name)?.expose();
        jwt_expiry(value).or_else(|| certificate_expiry(value))
    };
    schema.vars.keys().filter_map(|name| Some((name.clone(), end(name)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::testing::schema;
    use crate::secret::Secret;

    #[test]
    fn tokens_and_certificates_say_when_they_end_whatever_their_type_is() {
        let encode = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
        let token = format!("{}.{}.eA", encode(r#"{"alg":"HS256"}"#), encode(r#"{"exp":1767225600}"#));
        let certificate = include_str!("../../tests/fixtures/pem/certificate.pem");
        let mut values = Values::new();
        for (name, value) in
            [("TOKEN", token.as_str()), ("TLS", certificate), ("KEY", "x.y.z"), ("OTHER", &token)]
        {
            values.insert(name.to_owned(), Secret::new(value));
        }
        let schema = schema("[vars.TOKEN]\ntype = 'jwt'\n[vars.TLS]\n[vars.KEY]\n[vars.UNSET]\n");
        let ends: Vec<String> =
            expiries(&schema, &values).iter().map(|(name, at)| format!("{name} {at}")).collect();
        assert_eq!(ends, ["TLS 2036-11-18T02:13:14Z", "TOKEN 2026-01-01T00:00:00Z"]);
    }
}
