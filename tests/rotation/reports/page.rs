//! The page, in a browser.

use envward::cli::Format;
use envward::rotation::{Row, Status};
use serde_json::{Value, json};

use super::{SHOWN, report, row, rows};
use crate::support::Sandbox;
use crate::support::browser::{Browser, ENTER, TAB, browser};

/// The variables that are shown, from the top.
const SHOWN_VARIABLES: &str =
    "return [...document.querySelectorAll('tbody tr:not([hidden]) th')].map(cell => cell.textContent)";

fn open(browser: &Browser, sandbox: &Sandbox, rows: &[Row]) {
    sandbox.write("report.html", report(Format::Html, rows));
    browser.open(&sandbox.project().join("report.html"));
}

fn choose(browser: &Browser, field: &str, value: &str) {
    browser.run(&format!(
        "const field = document.forms[0].elements['{field}'];
         field.value = {};
         field.dispatchEvent(new Event('input', {{ bubbles: true }}))",
        json!(value)
    ));
}

#[test]
fn it_filters() {
    let (Some(browser), sandbox) = (browser(), Sandbox::new()) else { return };
    open(&browser, &sandbox, &rows());
    assert_eq!(browser.run(SHOWN_VARIABLES), json!([SHOWN, "LATE", "LOST", "SOON", "EARLIER", "LATER"]));
    choose(&browser, "status", "ok");
    assert_eq!(browser.run(SHOWN_VARIABLES), json!(["EARLIER", "LATER"]));
    choose(&browser, "project", "till");
    assert_eq!(browser.run(SHOWN_VARIABLES), json!(["EARLIER"]));
    assert_eq!(browser.run("return document.getElementById('shown').textContent"), "1 of 6 shown");
    browser.click("#filter button");
    assert_eq!(browser.run("return document.getElementById('shown').textContent"), "6 of 6 shown");
    choose(&browser, "owner", "@search");
    assert_eq!(browser.run(SHOWN_VARIABLES), json!(["LATE"]));
    browser.click("#filter button");
    choose(&browser, "class", SHOWN);
    assert_eq!(browser.run(SHOWN_VARIABLES), json!([SHOWN]));
    browser.click("#filter button");
    choose(&browser, "text", "shop LaTe");
    assert_eq!(browser.run(SHOWN_VARIABLES), json!(["LATE", "LATER"]));
}

#[test]
fn it_sorts_and_says_by_what() {
    let (Some(browser), sandbox) = (browser(), Sandbox::new()) else { return };
    open(&browser, &sandbox, &rows());
    let sorted = "return [...document.querySelectorAll('[aria-sort]')].map(head => head.textContent + ' ' + head.ariaSort)";
    assert_eq!(browser.run(sorted), json!(["Status ascending"]));
    browser.click("th[data-key=due] button");
    assert_eq!(browser.run(SHOWN_VARIABLES), json!([SHOWN, "LATE", "SOON", "EARLIER", "LATER", "LOST"]));
    assert_eq!(browser.run(sorted), json!(["Due ascending"]));
    browser.click("th[data-key=due] button");
    assert_eq!(browser.run(SHOWN_VARIABLES), json!(["LOST", "LATER", "EARLIER", "SOON", "LATE", SHOWN]));
    assert_eq!(browser.run(sorted), json!(["Due descending"]));
    browser.click("th[data-key=variable] button");
    assert_eq!(browser.run(SHOWN_VARIABLES), json!([SHOWN, "EARLIER", "LATE", "LATER", "LOST", "SOON"]));
}

#[test]
fn it_is_used_with_the_keyboard_alone() {
    let (Some(browser), sandbox) = (browser(), Sandbox::new()) else { return };
    open(&browser, &sandbox, &rows());
    let focus = "const it = document.activeElement; return it.className || it.name || it.textContent";
    browser.press(TAB);
    assert_eq!(browser.run(focus), "skip");
    browser.press(TAB);
    assert_eq!(browser.run(focus), "text");
    browser.press("soon");
    assert_eq!(browser.run(SHOWN_VARIABLES), json!(["SOON"]));
    let mut visited = Vec::new();
    for _ in 0..8 {
        browser.press(TAB);
        visited.push(browser.run(focus));
    }
    let expected = ["status", "owner", "class", "project", "Show all", "scroll", "Status", "Due"];
    assert_eq!(json!(visited), json!(expected));
    browser.press(ENTER);
    assert_eq!(browser.run("return document.querySelector('[data-key=due]').ariaSort"), "ascending");
}

#[test]
fn it_asks_nobody_for_anything_complains_of_nothing_and_runs_nothing_that_is_named_in_it() {
    let (Some(browser), sandbox) = (browser(), Sandbox::new()) else { return };
    open(&browser, &sandbox, &rows());
    browser.run(SHOWN_VARIABLES);
    let requests: Vec<Value> = browser
        .log("performance")
        .iter()
        .map(|entry| serde_json::from_str::<Value>(entry["message"].as_str().unwrap()).unwrap())
        .filter(|event| event["message"]["method"] == "Network.requestWillBeSent")
        .map(|event| event["message"]["params"]["request"]["url"].clone())
        .collect();
    let page = format!("file://{}", sandbox.project().join("report.html").display());
    assert_eq!(requests, [json!(page)]);
    assert_eq!(browser.log("browser"), Vec::<Value>::new());
    assert_eq!(
        browser.run("return [window.ran ?? null, document.images.length, document.scripts.length]"),
        json!([null, 0, 1])
    );
    let links = browser.run("return [...document.links].map(link => link.protocol + link.hash)");
    assert_eq!(links, json!(["file:#deadlines", "https:", "https:", "https:", "https:", "https:"]));
    // The policy is obeyed: what is not there by hash is refused, and said.
    browser.run("const script = document.createElement('script'); script.textContent = 'window.ran = 1'; document.body.append(script)");
    assert_eq!(browser.run("return window.ran ?? null"), Value::Null);
    assert_eq!(browser.log("browser").len(), 1);
}

#[test]
fn a_screen_reader_is_told_what_is_a_table_and_what_its_headers_are() {
    let (Some(browser), sandbox) = (browser(), Sandbox::new()) else { return };
    open(&browser, &sandbox, &[row("LATE", Status::Overdue, "2026-02-25T00:00:00Z")]);
    let tree = browser.devtools("Accessibility.getFullAXTree", &json!({}));
    let nodes: Vec<(String, String)> = tree["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| {
            (
                node["role"]["value"].as_str().unwrap_or_default().to_owned(),
                node["name"]["value"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    let of = |role: &str| -> Vec<&str> {
        nodes.iter().filter(|(known, _)| known == role).map(|(_, name)| name.as_str()).collect()
    };
    assert_eq!(
        of("columnheader"),
        [
            "Status",
            "Due",
            "Variable",
            "Environment",
            "Project",
            "Class",
            "Owner",
            "Replaced",
            "Evidence",
            "Notes"
        ]
    );
    assert_eq!(of("rowheader"), ["LATE"]);
    assert_eq!(of("table").len(), 1);
    assert_eq!(of("searchbox"), ["Text"]);
    assert_eq!(of("combobox"), ["Status", "Owner", "Class", "Project"]);
    assert_eq!(of("search"), ["Filter the deadlines"]);
    // Marks are for the eye: the word stands beside them.
    assert!(of("cell").contains(&"overdue"), "{:?}", of("cell"));
}

#[test]
fn without_scripts_every_row_is_there_and_nothing_that_does_not_work() {
    let (Some(browser), sandbox) = (browser(), Sandbox::new()) else { return };
    browser.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
    open(&browser, &sandbox, &rows());
    let seen = browser.run("return [document.querySelectorAll('tbody tr').length, document.querySelector('form').checkVisibility(), document.querySelectorAll('thead button').length]");
    browser.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": false }));
    assert_eq!(seen, json!([6, false, 0]));
}

#[test]
fn it_prints_every_row() {
    let (Some(browser), sandbox) = (browser(), Sandbox::new()) else { return };
    if !sandbox.has_python_module("pypdf") {
        return;
    }
    let names: Vec<String> = (0..300).map(|number| format!("ROW{number:03}")).collect();
    let rows: Vec<Row> =
        names.iter().map(|name| row(name, Status::Overdue, "2026-02-25T00:00:00Z")).collect();
    open(&browser, &sandbox, &rows);
    sandbox.write("report.pdf.txt", browser.print());
    let text = sandbox.shell(
        "base64 -d report.pdf.txt > report.pdf && python3 -c \"
import pypdf
for page in pypdf.PdfReader('report.pdf').pages: print(page.extract_text())\"",
    );
    let missing: Vec<&String> = names.iter().filter(|name| !text.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?} in {text}");
    assert!(!text.contains("Show all"), "{text}");
    // Every page says what its columns are.
    assert!(text.matches("Replaced").count() > 5, "{text}");
}

#[test]
fn it_is_light_or_dark_as_the_reader_has_it() {
    let (Some(browser), sandbox) = (browser(), Sandbox::new()) else { return };
    open(&browser, &sandbox, &rows());
    let mut colors = Vec::new();
    for scheme in ["light", "dark"] {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.devtools("Emulation.setEmulatedMedia", &features);
        colors.push(browser.run("return getComputedStyle(document.body).backgroundColor"));
    }
    browser.devtools("Emulation.setEmulatedMedia", &json!({ "features": [] }));
    assert_eq!(colors, [json!("rgb(255, 255, 255)"), json!("rgb(22, 22, 26)")]);
}
