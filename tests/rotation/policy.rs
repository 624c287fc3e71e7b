//! The policy of rotation, where it is wrong: what a person is told by the commands that read it.

use crate::support::Sandbox;
use crate::support::shop::APP;

#[track_caller]
fn refused(schema: &str, rotation: &str, expected: &str) {
    let sandbox = Sandbox::new();
    sandbox.write("envward.toml", format!("{APP}\n[environments.staging]\n{rotation}"));
    sandbox.write("app.toml", schema);
    sandbox.write(".env.production", "KEY=canary\n");
    for command in ["check", "rotation status"] {
        let run = sandbox.envward(command).code(3).stderr(expected);
        assert_eq!(run.stdout, "", "{command}");
    }
}

#[test]
fn a_misspelt_class_has_a_suggestion() {
    refused(
        "[vars.KEY]\nrotate = { class = \"api-kye\" }\n[classes.api-key]\nevery = \"90d\"\n",
        "",
        "error: KEY is of class \"api-kye\", which the schema does not define\nhelp: did you mean \"api-key\"?\n",
    );
}

#[test]
fn an_environment_cannot_lengthen() {
    refused(
        "[vars.KEY]\nrotate = { class = \"api-key\" }\n[classes.api-key]\nevery = \"90d\"\n",
        "[rotation.environments.staging.classes.api-key]\nevery = \"120d\"\n",
        "error: every 120d for class api-key in environment staging is longer than 90d, which holds everywhere\n\
         help: an environment may only shorten; ask for an exemption instead: envward rotation exempt\n",
    );
}

#[test]
fn a_misspelt_preset_and_a_preset_without_its_analysis_are_refused() {
    let schema = "[vars.KEY]\nrotate = { class = \"api-key\" }\n";
    refused(
        schema,
        "[rotation]\npreset = \"pcl\"\n",
        "error: there is no preset \"pcl\" for [rotation]\nhelp: did you mean \"pci\"?\n",
    );
    refused(
        schema,
        "[rotation]\npreset = \"pci\"\n",
        "error: preset \"pci\" needs your own risk analysis, and [rotation] names none\n\
         help: PCI DSS 4.0.1 gives no number: 8.6.3 leaves the frequency to the targeted risk analysis of 12.3.1, and \
         3.7.4 the cryptoperiod to whoever defines the key. 90 days is what cloud audits take, 730 days the longest of \
         NIST SP 800-57 for keys that encrypt data: add risk_analysis = \"where it is written down\" under [rotation]\n",
    );
}

#[test]
fn a_driver_that_cannot_work_is_refused_with_its_place() {
    refused(
        "[vars.KEY]\ngenerate = { kind = \"hex\", bytes = 32 }\nrotate = { class = \"data-encryption\", driver = \"generate\" }\n",
        "",
        "error: app.toml:3:39: \"KEY\" is of class \"data-encryption\", and driver \"generate\" would replace it\n\
         help: what the old key encrypted would be unreadable: leave the driver out, and write the steps into `runbook`\n",
    );
}

#[test]
fn an_environment_that_does_not_exist_is_refused_with_its_place() {
    refused(
        "[vars.KEY]\nrotate = { every = \"90d\" }\n",
        "[rotation.environments.stagin.vars.KEY]\nevery = \"30d\"\n",
        "error: envward.toml:13:24: there is no environment \"stagin\" in this manifest\nhelp: did you mean \"staging\"?\n",
    );
}

#[test]
fn shorter_deadlines_hold_where_they_are_said() {
    let sandbox = crate::support::shop::shop();
    let manifest = sandbox
        .read("envward.toml")
        .replace("[vars.API_KEY]", "[vars.API_KEY]\nrotate = { every = \"90d\" }");
    let shorter = "\n[rotation.environments.staging.vars.API_KEY]\nevery = \"30d\"\n";
    sandbox.write("envward.toml", format!("{manifest}{shorter}"));
    sandbox.write(".env.staging", "API_KEY=key-2\nDB_PASSWORD=pass-2\nLOG_LEVEL=INFO\n");
    sandbox.envward("seal -e production").success();
    sandbox.envward("seal -e staging").success();
    let report = sandbox.envward("rotation status --format json").success().json();
    let due: Vec<_> =
        report["entries"].as_array().unwrap().iter().map(|entry| entry["due"].as_str().unwrap()).collect();
    assert_eq!(due, ["2026-05-30T12:00:00Z", "2026-03-31T12:00:00Z"]);
}
