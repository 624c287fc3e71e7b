//! `envward man`: manual pages that man reads without a complaint.

use crate::support::{Sandbox, tool};

#[test]
fn each_command_has_a_page() {
    let sandbox = Sandbox::new();
    let run = sandbox.envward("man --out pages").success();
    let pages: Vec<String> = std::fs::read_dir(sandbox.project().join("pages"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(run.stderr, format!("wrote {} pages into pages\n", pages.len()));
    for page in ["envward.1", "envward-run.1", "envward-git-install.1", "envward-recipients-add.1"] {
        assert!(pages.iter().any(|name| name == page), "{page}: {pages:?}");
    }
    assert_eq!(sandbox.envward("man").success().stdout, sandbox.read("pages/envward.1"));
    let page = sandbox.read("pages/envward-set.1");
    assert!(page.contains("Set one value") && page.contains("standard input"), "{page}");
}

#[test]
fn man_and_mandoc_have_nothing_to_complain_about() {
    let sandbox = Sandbox::new();
    sandbox.envward("man --out pages").success();
    // Elsewhere man is another program, without these warnings.
    if cfg!(target_os = "linux") && tool("man").is_some() {
        let warnings = sandbox.shell("for page in pages/*; do man --warnings -l $page 2>&1 >/dev/null; done");
        assert_eq!(warnings, "");
        let text = sandbox.shell("MANWIDTH=100 man -l pages/envward-git-install.1 | cat");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("NAME envward-git-install - Set up this clone"), "{text}");
    }
    if tool("mandoc").is_some() {
        let errors = sandbox.shell("mandoc -T lint -W error pages/* || true");
        assert_eq!(errors, "");
    }
}
