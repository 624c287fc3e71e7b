//! How fast a schema is loaded and its rules are evaluated: both happen in every `run`.
#![allow(missing_docs, reason = "criterion's macros make functions without docs")]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use envward::schema::rules::Expression;
use envward::schema::types::Typed;
use envward::schema::{Source, load, placeholder};

const RULES: [&str; 5] = [
    "DEBUG == false",
    "LOW < HIGH",
    "size(PASSWORD) >= 32",
    "ORIGINS.all(origin, origin.startsWith('https://'))",
    "has(PASSWORD) && !('*' in ORIGINS)",
];

fn values() -> BTreeMap<&'static str, Typed> {
    BTreeMap::from([
        ("DEBUG", Typed::Bool(false)),
        ("LOW", Typed::Float(0.7)),
        ("HIGH", Typed::Float(0.85)),
        ("PASSWORD", Typed::String("uWNZugjBqixf8dxCuWNZugjBqixf8dxC".to_owned())),
        ("ORIGINS", Typed::List(vec!["https://a.test".to_owned(), "https://b.test".to_owned()])),
    ])
}

fn benches(criterion: &mut Criterion) {
    let source = Source::Builtin("bug-dedup".to_owned());
    criterion.bench_function("load a schema of 37 variables and its fragments", |bencher| {
        bencher.iter(|| load(black_box(&source)).expect("it is valid"));
    });
    criterion.bench_function("compile 15 rules", |bencher| {
        bencher.iter(|| {
            for rule in RULES.iter().cycle().take(15) {
                black_box(Expression::compile(rule).expect("it is valid"));
            }
        });
    });
    let rules = RULES.map(|rule| Expression::compile(rule).expect("it is valid"));
    let values = values();
    criterion.bench_function("evaluate 15 rules", |bencher| {
        bencher.iter(|| {
            for rule in rules.iter().cycle().take(15) {
                black_box(rule.evaluate("production", &values));
            }
        });
    });
    criterion.bench_function("look for a placeholder", |bencher| {
        bencher.iter(|| placeholder::classify(black_box("postgresql://app:uWNZugjBqixf8dxC@db:5432/app")));
    });
}

criterion_group!(schema, benches);
criterion_main!(schema);
