//! Paths as a person at this directory would type them.

use std::borrow::Cow;
use std::path::{MAIN_SEPARATOR, Path};

/// The text with every path that lies below the directory given from there. Errors hold absolute paths, and
/// become text in one place.
pub fn relative<'a>(text: &'a str, directory: &Path) -> Cow<'a, str> {
    let Some(above) = directory.to_str().filter(|path| !path.ends_with(MAIN_SEPARATOR)) else {
        return text.into();
    };
    let prefix = format!("{above}{MAIN_SEPARATOR}");
    let mut shortened = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(&prefix) {
        let (before, path) = rest.split_at(at);
        // Inside of a longer path it is another directory.
        let begins = before.chars().last().is_none_or(|last| " \"'`(=\n".contains(last));
        shortened.push_str(before);
        if !begins {
            shortened.push_str(&prefix);
        }
        rest = &path[prefix.len()..];
    }
    if rest.len() == text.len() {
        return text.into();
    }
    shortened.push_str(rest);
    shortened.into()
}

#[cfg(all(test, unix))]
mod tests {
    use super::relative;

    fn shown(text: &str) -> String {
        relative(text, "/srv/a/shop".as_ref()).into_owned()
    }

    #[test]
    fn what_lies_below_is_shown_from_there() {
        assert_eq!(shown("cannot read /srv/a/shop/.env: no"), "cannot read .env: no");
        assert_eq!(shown("/srv/a/shop/x (see '/srv/a/shop/y')"), "x (see 'y')");
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        for text in ["/srv/a/shops/x", "/srv/a/shop is not a directory", "in /mnt/srv/a/shop/x", "x"] {
            assert_eq!(shown(text), text);
        }
        assert_eq!(relative("cannot read /etc/x", "/".as_ref()), "cannot read /etc/x");
    }
}
