//! Sealing, opening and verifying a file of 40 variables.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use envward::rng::Rng;
use envward::seal::recipients::{Plugins, Recipient};
use envward::seal::sops::{Document, Plain, Selector};
use envward::secret::{Key, Secret};

const RECIPIENT: &str = "age1hgylkn8ex0sgpdepkqyzxt25qhlkdjflfsu74546gq6ep8fqndvskrfcma";

fn lines(changed: usize) -> Vec<Plain> {
    let value = |number: usize| Plain::Value {
        name: format!("VARIABLE_{number}"),
        value: Secret::new(format!("value-{}-{}", number, number < changed)),
    };
    (0..40).map(value).collect()
}

fn benches(criterion: &mut Criterion) {
    let mut rng = Rng::test_only_seeded(1);
    let key = Key::new(rng.bytes().unwrap());
    let recipient = Recipient::parse(RECIPIENT, Plugins::Refused).unwrap();
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let selector = Selector::clear_names(["VARIABLE_0"]);
    let mut document = Document::new(&key, &[recipient], selector, now, &mut rng).unwrap();
    document.replace(&key, lines(0), now, &mut rng).unwrap();
    let bytes = document.to_bytes();

    criterion.bench_function("seal: parse 40 variables", |bencher| {
        bencher.iter(|| Document::parse(black_box(&bytes)).unwrap().lines.len());
    });
    criterion.bench_function("seal: decrypt 40 variables", |bencher| {
        bencher.iter(|| document.decrypt(black_box(&key)).unwrap().len());
    });
    criterion.bench_function("seal: change 1 of 40 variables", |bencher| {
        bencher.iter(|| {
            let mut document = document.clone();
            document.replace(&key, lines(1), now, &mut rng).unwrap();
            document.to_bytes().len()
        });
    });
}

criterion_group!(seal, benches);
criterion_main!(seal);
