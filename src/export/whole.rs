//! The lines of one env file. Each is read back by itself, and then all of them together: what a reader takes for an
//! open quote in one line may end at a quote of another line far below.

use zeroize::Zeroizing;

use super::text::Text;
use crate::secret::{Secret, Values};

/// Programs that read the same file, and the ways of writing that they know.
pub(super) trait Dialect {
    /// The lines that all of them read as this variable where it stands alone, the plainest first.
    fn spellings(&self, name: &str, value: &Secret) -> impl Iterator<Item = Secret>;

    /// What each of them makes of a file; `None` for one that refuses it.
    fn read(&self, text: &str) -> Vec<Option<Values>>;
}

/// Lines that are read as what they say, also together.
pub(super) struct Whole<'a> {
    lines: Vec<Line<'a>>,
    /// The variables for which there is no line beside the others, or none at all.
    pub(super) refused: Vec<&'a str>,
}

struct Line<'a> {
    name: &'a str,
    value: &'a Secret,
    text: Secret,
}

impl<'a> Whole<'a> {
    /// Finds a line for as many of the values as it can.
    pub(super) fn of(values: &'a Values, dialect: &impl Dialect) -> Self {
        let (mut lines, mut refused) = (Vec::with_capacity(values.len()), Vec::new());
        for (name, value) in values {
            match dialect.spellings(name, value).next() {
                Some(text) => lines.push(Line { name, value, text }),
                None => refused.push(name.as_str()),
            }
        }
        let mut whole = Self { lines: Vec::new(), refused };
        whole.lines = whole.settle(lines, dialect);
        whole
    }

    /// The file.
    pub(super) fn text(&self) -> Zeroizing<String> {
        text(&self.lines)
    }

    /// As many of the lines as can stand together. Most often all can; where not, it is found out in small parts what
    /// disturbs what, as a file that is read once for every line takes long.
    fn settle(&mut self, mut lines: Vec<Line<'a>>, dialect: &impl Dialect) -> Vec<Line<'a>> {
        if is_read(&lines, dialect) {
            return lines;
        }
        let Some(half) = lines.len().checked_sub(2).map(|more| more / 2 + 1) else {
            return lines.pop().map_or_else(Vec::new, |line| self.fit(Vec::new(), line, dialect));
        };
        let second = lines.split_off(half);
        let first = self.settle(lines, dialect);
        let second = self.settle(second, dialect);
        self.join(first, second, dialect)
    }

    /// Lines after others: as many at once as can be, and where one cannot, that one by itself.
    fn join(
        &mut self,
        mut lines: Vec<Line<'a>>,
        mut rest: Vec<Line<'a>>,
        dialect: &impl Dialect,
    ) -> Vec<Line<'a>> {
        let mut step = rest.len();
        while !rest.is_empty() {
            step = step.clamp(1, rest.len());
            let before = lines.len();
            lines.extend(rest.drain(..step));
            if is_read(&lines, dialect) {
                step *= 2;
            } else if step > 1 {
                rest.splice(..0, lines.drain(before..));
                step /= 2;
            } else if let Some(last) = lines.pop() {
                lines = self.fit(lines, last, dialect);
            }
        }
        lines
    }

    /// One line after others that it disturbs, or they it: in another spelling, or one of them in another; else the
    /// one whose quote stays open is refused, or this one.
    fn fit(&mut self, mut lines: Vec<Line<'a>>, line: Line<'a>, dialect: &impl Dialect) -> Vec<Line<'a>> {
        let last = lines.len();
        lines.push(line);
        let mut disturbed = misread(&lines, dialect);
        disturbed.retain(|&at| at != last);
        disturbed.truncate(TRIED);
        for &at in [last].iter().chain(&disturbed) {
            if respell(&mut lines, at, dialect) {
                return lines;
            }
        }
        for at in disturbed {
            let line = lines.remove(at);
            if is_read(&lines, dialect) {
                self.refused.push(line.name);
                return lines;
            }
            lines.insert(at, line);
        }
        self.refused.extend(lines.pop().map(|line| line.name));
        lines
    }
}

/// How many of the lines before it may give way to a line: the first that is misread is most often the cause.
const TRIED: usize = 3;

/// Whether another spelling of that line makes all of them readable.
fn respell(lines: &mut [Line<'_>], at: usize, dialect: &impl Dialect) -> bool {
    let Line { name, value, .. } = lines[at];
    for other in dialect.spellings(name, value) {
        let text = std::mem::replace(&mut lines[at].text, other);
        if is_read(lines, dialect) {
            return true;
        }
        lines[at].text = text;
    }
    false
}

fn text(lines: &[Line<'_>]) -> Zeroizing<String> {
    let mut text = Text::default();
    for line in lines {
        text.push(line.text.expose());
    }
    text.finish()
}

fn is_read(lines: &[Line<'_>], dialect: &impl Dialect) -> bool {
    let is_same = |values: Values| {
        values.len() == lines.len() && lines.iter().all(|line| values.get(line.name) == Some(line.value))
    };
    dialect.read(&text(lines)).into_iter().all(|reading| reading.is_some_and(is_same))
}

/// Which lines some reader takes for another value.
fn misread(lines: &[Line<'_>], dialect: &impl Dialect) -> Vec<usize> {
    let readings = dialect.read(&text(lines));
    let is_other =
        |line: &Line<'_>| readings.iter().flatten().any(|values| values.get(line.name) != Some(line.value));
    (0..lines.len()).filter(|&at| is_other(&lines[at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader whose value goes on from a `(` to a `)`, also one in a line below, unless a `!` stands first, with
    /// which no value may hold a `z`.
    struct Toy;

    impl Dialect for Toy {
        fn spellings(&self, name: &str, value: &Secret) -> impl Iterator<Item = Secret> {
            let value = value.expose();
            let safe = (!value.contains('z')).then(|| Secret::new(format!("{name}=!{value}\n")));
            [Secret::new(format!("{name}={value}\n"))].into_iter().chain(safe)
        }

        fn read(&self, text: &str) -> Vec<Option<Values>> {
            let (mut rest, mut values) = (text, Values::new());
            while let Some((name, after)) = rest.split_once('=') {
                let line = after.find('\n').unwrap_or(after.len());
                let open = after[..line].find('(').filter(|_| !after.starts_with('!'));
                let close = open.and_then(|open| Some(open + after[open..].find(')')?)).unwrap_or(0);
                let end = close + after[close..].find('\n').unwrap_or(0);
                values.insert(name.to_owned(), Secret::new(after[..end].trim_start_matches('!')));
                rest = &after[end + 1..];
            }
            vec![Some(values)]
        }
    }

    fn arranged(values: &[(&str, &str)]) -> (String, Vec<String>) {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect();
        let whole = Whole::of(&values, &Toy);
        (whole.text().to_string(), whole.refused.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn lines_that_disturb_nothing_stay_as_plain_as_they_are() {
        assert_eq!(arranged(&[("A", "("), ("B", "1")]), ("A=(\nB=1\n".to_owned(), vec![]));
        assert_eq!(arranged(&[]), (String::new(), vec![]));
    }

    #[test]
    fn a_line_that_takes_others_in_is_written_in_another_way() {
        let values = [("A", "1"), ("B", "("), ("C", "2"), ("D", "3"), ("E", ")"), ("F", "(z)")];
        let expected = "A=1\nB=!(\nC=2\nD=3\nE=)\nF=(z)\n";
        assert_eq!(arranged(&values), (expected.to_owned(), vec![]));
    }

    #[test]
    fn the_line_that_takes_others_in_is_refused_if_there_is_no_other_way() {
        let values = [("A", "1"), ("B", "(z"), ("C", "2"), ("D", ")"), ("E", ")"), ("F", "(z")];
        assert_eq!(arranged(&values), ("A=1\nC=2\nD=)\nE=)\nF=(z\n".to_owned(), vec!["B".to_owned()]));
    }
}
