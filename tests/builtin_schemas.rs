//! The schemas that come with envward load, and cover exactly what their guides name.
use envward::schema::{Source, builtin, load};

#[test]
fn every_built_in_schema_loads() {
    for builtin in builtin::ALL {
        let loaded = load(&Source::Builtin(builtin.name.to_owned()));
        if let Err(error) = loaded {
            panic!("{}: {error}", builtin.name);
        }
    }
}
