//! How fast env files of 100,000 lines are checked.
#![allow(missing_docs, reason = "criterion's macros make functions without docs")]

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use envward::check::{self, FileFacts, Input, Subject};
use envward::dotenv::Document;
use envward::schema::{self, Source};

fn file(lines: u32) -> String {
    let mut text = String::new();
    for number in 0..lines {
        writeln!(text, "VARIABLE_{number}=c2VjcmV0LXZhbHVl{number}").expect("a String takes everything");
    }
    text
}

fn benches(criterion: &mut Criterion) {
    let text = file(100_000);
    let schema = schema::load(&Source::Builtin("bug-dedup".to_owned())).expect("it comes with envward");
    let now = "2026-03-01T12:00:00Z".parse().expect("a date");
    criterion.bench_function("check 100,000 lines against no schema", |bencher| {
        bencher.iter(|| {
            let bytes = black_box(text.as_bytes());
            let (document, problems) = Document::parse_with_problems(bytes);
            let facts = FileFacts::default();
            let input = Input::EnvFile { bytes, document: &document, problems: &problems, facts };
            check::check(&Subject::new(None, "production", None, input, &[], now))
        });
    });
    criterion.bench_function("check 100,000 lines that no schema knows", |bencher| {
        bencher.iter(|| {
            let bytes = black_box(text.as_bytes());
            let (document, problems) = Document::parse_with_problems(bytes);
            let facts = FileFacts::default();
            let input = Input::EnvFile { bytes, document: &document, problems: &problems, facts };
            check::check(&Subject::new(Some(&schema), "production", None, input, &[], now))
        });
    });
}

criterion_group!(check_benches, benches);
criterion_main!(check_benches);
