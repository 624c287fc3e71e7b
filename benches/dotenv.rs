//! How fast an env file of 100,000 lines is parsed and changed.
#![allow(missing_docs, reason = "criterion's macros make functions without docs")]

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use envward::dotenv::Document;
use envward::secret::Secret;

fn file(lines: u32) -> String {
    let mut text = String::new();
    for number in 0..lines {
        let line = match number % 4 {
            0 => writeln!(text, "# about VARIABLE_{number}"),
            1 => writeln!(text, "VARIABLE_{number}=c2VjcmV0LXZhbHVl{number}=="),
            2 => writeln!(text, "VARIABLE_{number}='two words {number}'"),
            _ => writeln!(text, "export VARIABLE_{number}=\"it's {number}\""),
        };
        line.expect("a String takes everything");
    }
    text
}

fn benches(criterion: &mut Criterion) {
    let text = file(100_000);
    criterion.bench_function("parse 100,000 lines", |bencher| {
        bencher.iter(|| Document::parse(black_box(text.as_bytes())).expect("it is a valid file"));
    });
    criterion.bench_function("set one value of 75,000", |bencher| {
        let value = Secret::new("another value");
        bencher.iter_batched(
            || Document::parse(text.as_bytes()).expect("it is a valid file"),
            |mut document| {
                document.set("VARIABLE_50001", &value).expect("the value is portable");
                document.to_bytes()
            },
            BatchSize::LargeInput,
        );
    });
}

criterion_group!(dotenv, benches);
criterion_main!(dotenv);
