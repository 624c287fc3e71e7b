//! One page that needs nothing else: a timeline of every deadline, worst first.
//!
//! The rows are in the page; the script only filters and sorts them. What the page may load or run is said by its
//! content security policy: this style and this script, by their hashes, and nothing else.

use std::io::{self, Write};

use askama::Template;
use data_encoding::BASE64;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::sorted::{Key, Sorted};
use super::words::{authors, day, days_until, distance, sum};
use super::{Head, Sink};
use crate::rotation::{Finding, Row, Status, Summary};
use crate::ui::escape;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the line of a deadline begins and ends with, in days from now.
const LINE: (i32, i32) = (-180, 365);

/// A page, which is written when all rows are known and in order.
pub(super) struct Html<'a> {
    out: Box<dyn Write + 'a>,
    head: Head,
    rows: Sorted,
}

/// The page up to its rows.
#[derive(Template)]
#[template(path = "rotation/begin.html")]
struct Begin {
    title: String,
    generated: String,
    generated_text: String,
    sum: String,
    authors: Option<&'static str>,
    counts: Vec<(Status, usize)>,
    findings: Vec<(String, &'static str, String)>,
    style: &'static str,
    style_hash: String,
    script_hash: String,
    line_days: (i32, i32),
}

/// A row of the table.
#[derive(Template)]
#[template(path = "rotation/row.html")]
struct Line {
    status: Status,
    /// Days before and after now, as hundredths of the line.
    place: Option<i32>,
    due: Option<(String, String)>,
    variable: String,
    environment: String,
    project: String,
    class: String,
    owner: String,
    rotated: Option<String>,
    evidence: Option<char>,
    notes: Vec<String>,
    runbook: Option<String>,
}

/// The page from its rows on.
#[derive(Template)]
#[template(path = "rotation/end.html")]
struct End {
    script: &'static str,
}

impl<'a> Html<'a> {
    pub(super) fn open(head: &Head, out: Box<dyn Write + 'a>) -> Self {
        Self { out, head: head.clone(), rows: Sorted::new() }
    }
}

impl Sink for Html<'_> {
    fn row(&mut self, row: &Row) -> io::Result<()> {
        let text = line(row, self.head.generated).render().map_err(io::Error::other)?;
        self.rows.push(key(row), text)
    }

    fn finish(self: Box<Self>, summary: &Summary) -> io::Result<()> {
        let Self { mut out, head, rows } = *self;
        begin(&head, summary).write_into(&mut out)?;
        rows.write_to(&mut out)?;
        End { script: SCRIPT }.write_into(&mut out)?;
        out.flush()
    }
}

fn begin(head: &Head, summary: &Summary) -> Begin {
    let shown = |text: &str| escape(text).into_owned();
    let finding = |(project, finding): &(String, Finding)| {
        (shown(project), finding.code.name(), shown(&finding.message))
    };
    Begin {
        title: shown(&head.title),
        generated: head.generated.to_string(),
        generated_text: head.generated.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        sum: sum(summary),
        authors: authors(summary),
        counts: Status::ALL.into_iter().map(|status| (status, summary.count(status))).collect(),
        findings: summary.findings.iter().map(finding).collect(),
        style: STYLE,
        style_hash: source_hash(STYLE),
        script_hash: source_hash(SCRIPT),
        line_days: LINE,
    }
}

/// The hash by which a content security policy knows an inline element (CSP level 3, section 2.3.1).
fn source_hash(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(&Sha256::digest(text)))
}

/// Worst first, then the earliest deadline; what has none is last.
fn key(row: &Row) -> Key {
    (row.status as u8, row.due.map_or(i64::MAX, Timestamp::as_second))
}

fn line(row: &Row, now: Timestamp) -> Line {
    let shown = |text: &str| escape(text).into_owned();
    let optional = |text: &Option<String>| text.as_deref().map_or_else(|| "–".to_owned(), shown);
    let is_link = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    let (links, texts) = row.runbook.as_deref().map(shown).into_iter().partition(|url| is_link(url));
    let (links, texts): (Vec<String>, Vec<String>) = (links, texts);
    let mut notes = vec![format!("driver {}", shown(&row.driver))];
    notes.extend(row.exempt_until.map(|until| format!("exempt until {until}")));
    notes.extend(row.approver.as_deref().map(|approver| format!("approved by {}", shown(approver))));
    notes.extend(row.controls.iter().map(|control| shown(control)));
    notes.extend(texts);
    let finding = |finding: &Finding| format!("{}: {}", finding.code.name(), shown(&finding.message));
    notes.extend(row.findings.iter().map(finding));
    Line {
        status: row.status,
        place: row.due.map(|due| place(days_until(due, now))),
        due: row.due.map(|due| (day(due).to_string(), distance(due, now))),
        variable: shown(&row.variable),
        environment: shown(&row.environment),
        project: shown(&row.project),
        class: optional(&row.class),
        owner: optional(&row.owner),
        rotated: row.last_rotated.map(|at| day(at).to_string()),
        evidence: row.evidence.map(crate::schema::Grade::letter),
        notes,
        runbook: links.into_iter().next(),
    }
}

/// Where a deadline is on the line, in hundredths of it. What lies beyond is at its end.
fn place(days: i32) -> i32 {
    let (begin, end) = LINE;
    (days.clamp(begin, end) - begin) * 100 / (end - begin)
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::cli::Format;

    #[test]
    fn the_rows_of_the_page() {
        let page = testing::write(Format::Html, &testing::rows(), 2);
        let (_, rest) = page.split_once("<tbody>").expect("a table");
        let (rows, _) = rest.split_once("</tbody>").expect("its end");
        insta::assert_snapshot!(rows.replace('\n', "").replace("</tr>", "</tr>\n"), @r#"
        <tr class="breached"><td>breached</td><td class="line p22"><time datetime="2026-01-01">2026-01-01</time> <small>59 days ago</small></td><th scope="row">BREACHED</th><td>production</td><td>shop</td><td>api-key</td><td>@payments</td><td><time datetime="2025-11-28">2025-11-28</time></td><td>B</td><td>driver manual; PCI-DSS-4.0.1/8.6.3; <a href="https://wiki.example.com/rotate" rel="noreferrer">runbook</a></td></tr>
        <tr class="overdue"><td>overdue</td><td class="line p32"><time datetime="2026-02-26">2026-02-26</time> <small>3 days ago</small></td><th scope="row">OVERDUE</th><td>production</td><td>shop</td><td>api-key</td><td>–</td><td><time datetime="2025-11-28">2025-11-28</time></td><td>B</td><td>driver manual; PCI-DSS-4.0.1/8.6.3; <a href="https://wiki.example.com/rotate" rel="noreferrer">runbook</a></td></tr>
        <tr class="overdue"><td>overdue</td><td class="line p32"><time datetime="2026-02-26">2026-02-26</time> <small>3 days ago</small></td><th scope="row">=cmd|&#39;/c&#39;!A1&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&#38;</th><td>=cmd|&#39;/c&#39;!A1&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&#38;</td><td>=cmd|&#39;/c&#39;!A1&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&#38;</td><td>=cmd|&#39;/c&#39;!A1&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&#38;</td><td>=cmd|&#39;/c&#39;!A1&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&#38;</td><td><time datetime="2025-11-28">2025-11-28</time></td><td>B</td><td>driver manual; =cmd|&#39;/c&#39;!A1&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&#38;; =cmd|&#39;/c&#39;!A1&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&#38;; sources-disagree: =cmd|&#39;/c&#39;!A1&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;\u{1b}[2J\u{d}\u{a}END:VEVENT\,;|`**[x](y)\u{202e}&#38;</td></tr>
        <tr class="exempt_expired"><td>exempt_expired</td><td class="line p27"><time datetime="2026-02-01">2026-02-01</time> <small>28 days ago</small></td><th scope="row">EXEMPT_EXPIRED</th><td>production</td><td>shop</td><td>api-key</td><td>@payments</td><td><time datetime="2025-11-28">2025-11-28</time></td><td>B</td><td>driver manual; exempt until 2026-02-20; approved by Bob &#60;bob@example.com&#62;; PCI-DSS-4.0.1/8.6.3; <a href="https://wiki.example.com/rotate" rel="noreferrer">runbook</a></td></tr>
        <tr class="unknown"><td>unknown</td><td>–</td><th scope="row">UNKNOWN</th><td>production</td><td>shop</td><td>api-key</td><td>@payments</td><td>–</td><td>–</td><td>driver manual; PCI-DSS-4.0.1/8.6.3; shallow-history: older commits are missing from the clone; <a href="https://wiki.example.com/rotate" rel="noreferrer">runbook</a></td></tr>
        <tr class="due_soon"><td>due_soon</td><td class="line p35"><time datetime="2026-03-13">2026-03-13</time> <small>in 12 days</small></td><th scope="row">DUE_SOON</th><td>production</td><td>shop</td><td>api-key</td><td>@payments</td><td><time datetime="2025-11-28">2025-11-28</time></td><td>B</td><td>driver manual; PCI-DSS-4.0.1/8.6.3; <a href="https://wiki.example.com/rotate" rel="noreferrer">runbook</a></td></tr>
        <tr class="overlap"><td>overlap</td><td class="line p49"><time datetime="2026-05-29">2026-05-29</time> <small>in 89 days</small></td><th scope="row">OVERLAP</th><td>production</td><td>shop</td><td>api-key</td><td>@payments</td><td><time datetime="2025-11-28">2025-11-28</time></td><td>B</td><td>driver manual; PCI-DSS-4.0.1/8.6.3; <a href="https://wiki.example.com/rotate" rel="noreferrer">runbook</a></td></tr>
        <tr class="exempt"><td>exempt</td><td class="line p27"><time datetime="2026-02-01">2026-02-01</time> <small>28 days ago</small></td><th scope="row">EXEMPT</th><td>production</td><td>shop</td><td>api-key</td><td>@payments</td><td><time datetime="2025-11-28">2025-11-28</time></td><td>B</td><td>driver manual; exempt until 2026-04-30; approved by Bob &#60;bob@example.com&#62;; PCI-DSS-4.0.1/8.6.3; <a href="https://wiki.example.com/rotate" rel="noreferrer">runbook</a></td></tr>
        <tr class="ok"><td>ok</td><td class="line p49"><time datetime="2026-05-30">2026-05-30</time> <small>in 90 days</small></td><th scope="row">OK</th><td>production</td><td>shop</td><td>api-key</td><td>@payments</td><td><time datetime="2025-11-28">2025-11-28</time></td><td>B</td><td>driver manual; PCI-DSS-4.0.1/8.6.3; <a href="https://wiki.example.com/rotate" rel="noreferrer">runbook</a></td></tr>
        <tr class="ok"><td>ok</td><td>–</td><th scope="row">OK</th><td>production</td><td>shop</td><td>–</td><td>–</td><td><time datetime="2025-11-28">2025-11-28</time></td><td>B</td><td>driver manual</td></tr>
        "#);
    }

    #[test]
    fn the_policy_names_the_style_and_the_script_that_are_there() {
        let page = testing::write(Format::Html, &[], 1);
        let of = |begin: &str, end: &str| {
            page.split_once(begin).and_then(|(_, rest)| rest.split_once(end)).expect("an element").0
        };
        let policy = of("Content-Security-Policy\" content=\"", "\"");
        let (style, script) = (of("<style>", "</style>"), of("<script>", "</script>"));
        let expected = format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
            source_hash(style),
            source_hash(script)
        );
        assert_eq!(policy.replace("&#39;", "'").replace("&#x2B;", "+"), expected);
    }

    #[test]
    fn a_deadline_has_its_place_on_the_line() {
        assert_eq!([place(-9_999), place(-180), place(0), place(365), place(9_999)], [0, 0, 33, 100, 100]);
    }
}
