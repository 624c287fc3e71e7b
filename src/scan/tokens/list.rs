//! Every kind of token, with the document that describes it where there is one.
//!
//! To add one: its entry, and a true and a false example in the test below. What issuers say of a form is little and
//! changes; a pattern asks for no more than that.

use super::Token;
use super::plausible::{is_bech32, is_random};

/// A token that begins with one of its triggers.
const fn starting(
    id: &'static str,
    name: &'static str,
    triggers: &'static [&'static str],
    pattern: &'static str,
) -> Token {
    Token { id, name, triggers, pattern, begins: true, is_real: is_random }
}

/// Every kind.
pub static ALL: &[Token] = &[
    // docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    starting("aws-access-key", "an AWS access key", &["AKIA", "ASIA"], "A[KS]IA([A-Z2-7]{16})"),
    // github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats
    starting(
        "github-token",
        "a GitHub token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        "gh[pousr]_([0-9A-Za-z]{36,255})",
    ),
    starting(
        "github-token-fine-grained",
        "a GitHub token",
        &["github_pat_"],
        "github_pat_([0-9A-Za-z]{22}_[0-9A-Za-z]{59})",
    ),
    // docs.gitlab.com/security/tokens
    starting(
        "gitlab-token",
        "a GitLab token",
        &["glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-"],
        r"gl(?:pat|dt|rt|ptt|cbt|soat)-([0-9A-Za-z_-]{20,64}(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?)",
    ),
    // docs.slack.dev/authentication/tokens
    starting(
        "slack-token",
        "a Slack token",
        // One for all of them: there is room for few.
        &["xox"],
        r"xox[abprs]-([0-9]{6,}-[0-9A-Za-z-]{12,200})",
    ),
    starting(
        "slack-app-token",
        "a Slack token",
        &["xapp-"],
        r"xapp-[0-9]-([0-9A-Z]{6,}-[0-9]{6,}-[0-9a-f]{32,128})",
    ),
    starting(
        "slack-webhook",
        "the address of a Slack webhook",
        &["hooks.slack.com/services/"],
        r"hooks\.slack\.com/services/T[0-9A-Z]{6,}/B[0-9A-Z]{6,}/([0-9A-Za-z]{20,})",
    ),
    // docs.stripe.com/keys
    starting("stripe-key", "a Stripe key", &["sk_live_", "rk_live_"], "[sr]k_live_([0-9A-Za-z]{20,250})"),
    // docs.stripe.com/webhooks/signature, and standardwebhooks.com for others.
    starting(
        "webhook-secret",
        "the signing secret of a webhook",
        &["whsec_"],
        "whsec_([0-9A-Za-z+/]{32,88}={0,2})",
    ),
    // The middle of every key is the base64 of `OpenAI`.
    Token {
        id: "openai-key",
        name: "an OpenAI key",
        triggers: &["T3BlbkFJ"],
        pattern: "sk-(?:(?:proj|svcacct|admin|None)-)?([0-9A-Za-z_-]{20,100}T3BlbkFJ[0-9A-Za-z_-]{20,100})",
        begins: false,
        is_real: is_random,
    },
    starting(
        "anthropic-key",
        "an Anthropic key",
        &["sk-ant-"],
        "sk-ant-(?:api|admin|oat)[0-9]{2}-([0-9A-Za-z_-]{80,120})",
    ),
    starting("groq-key", "a Groq API key", &["gsk_"], "gsk_([0-9A-Za-z]{52})"),
    // docs.cloud.google.com/docs/authentication/api-keys
    starting("google-api-key", "a Google API key", &["AIza"], "AIza([0-9A-Za-z_-]{35})"),
    starting(
        "google-oauth-secret",
        "a Google OAuth client secret",
        &["GOCSPX-"],
        "GOCSPX-([0-9A-Za-z_-]{28})",
    ),
    // RFC 7468, section 10; and the older forms of OpenSSL, OpenSSH and PGP. Not the encrypted ones.
    Token {
        id: "private-key",
        name: "a private key",
        triggers: &["PRIVATE KEY"],
        pattern: r#"-----BEGIN (?:RSA |EC |DSA |OPENSSH |PGP )?PRIVATE KEY(?: BLOCK)?-----(?:\\r|\\n|\s|["'+,])*([0-9A-Za-z+/]{40,76})"#,
        begins: false,
        is_real: is_random,
    },
    // age-encryption.org
    Token {
        id: "age-identity",
        name: "an age identity",
        triggers: &["AGE-SECRET-KEY-"],
        pattern: "(AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{58})",
        begins: true,
        is_real: is_bech32,
    },
    // developer.hashicorp.com/vault/docs/concepts/tokens
    starting("vault-token", "a Vault token", &["hvs.", "hvb.", "hvr."], r"hv[sbr]\.([0-9A-Za-z_-]{24,300})"),
    starting("npm-token", "an npm token", &["npm_"], "npm_([0-9A-Za-z]{36})"),
    // A macaroon for PyPI, in base64.
    starting("pypi-token", "a PyPI token", &["pypi-AgE"], "pypi-([0-9A-Za-z_-]{80,300})"),
    starting("crates-io-token", "a crates.io token", &["cio"], "cio([0-9A-Za-z]{32})"),
    starting("sendgrid-key", "a SendGrid key", &["SG."], r"SG\.([0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43})"),
    starting(
        "twilio-key",
        "a Twilio API key",
        &[
            "SK0", "SK1", "SK2", "SK3", "SK4", "SK5", "SK6", "SK7", "SK8", "SK9", "SKa", "SKb", "SKc", "SKd",
            "SKe", "SKf",
        ],
        "SK([0-9a-f]{32})",
    ),
    // core.telegram.org/bots/api
    Token {
        id: "telegram-token",
        name: "the token of a Telegram bot",
        triggers: &[":AA"],
        pattern: "[0-9]{8,10}:(AA[0-9A-Za-z_-]{33})",
        begins: false,
        is_real: is_random,
    },
    starting("docker-token", "a Docker Hub token", &["dckr_"], "dckr_[op]at_([0-9A-Za-z_-]{27,64})"),
    starting(
        "digitalocean-token",
        "a DigitalOcean token",
        &["dop_v1_", "doo_v1_"],
        "do[op]_v1_([0-9a-f]{64})",
    ),
    starting(
        "shopify-token",
        "a Shopify token",
        &["shpat_", "shpss_", "shppa_"],
        "shp(?:at|ss|pa)_([0-9a-fA-F]{32})",
    ),
    starting("hugging-face-token", "a Hugging Face token", &["hf_"], "hf_([0-9A-Za-z]{34})"),
    starting("atlassian-token", "an Atlassian token", &["ATATT3"], "ATATT3([0-9A-Za-z_=-]{100,300})"),
    starting("linear-key", "a Linear API key", &["lin_api_"], "lin_api_([0-9A-Za-z]{40})"),
    // docs.sentry.io/account/auth-tokens
    starting("sentry-token", "a Sentry token", &["sntrys_"], "sntrys_([0-9A-Za-z+/_=-]{80,400})"),
    starting("grafana-token", "a Grafana token", &["glsa_"], "glsa_([0-9A-Za-z]{32}_[0-9a-f]{8})"),
    starting(
        "doppler-token",
        "a Doppler token",
        &["dp.pt.", "dp.st."],
        r"dp\.(?:pt|st)\.((?:[0-9a-z_-]{2,35}\.)?[0-9A-Za-z]{40,44})",
    ),
];

#[cfg(test)]
mod tests {
    use super::super::Tokens;
    use super::*;

    const A: &str = "q7Zr2vLxW5kTb9YcN3sYf7HcJm8Kq2tR4vXwPd6GhBnM";
    const HEX: &str = "9f86d081884c7d659a2feaa0c55ad0153b71e8c2d04f6a97";

    /// Kind, a true example, and one that is none. None stands here whole: others scan this file too.
    fn examples() -> Vec<(&'static str, String, String)> {
        let part = |length: usize| &A[..length];
        let long = |length: usize| A.repeat(10)[..length].to_owned();
        let hex = |length: usize| HEX.repeat(3)[..length].to_owned();
        vec![
            (
                "aws-access-key",
                "AKIA".to_owned() + "Q7ZRTVLXW5KTB2YC",
                "AKIA".to_owned() + "IOSFODNN7EXAMPLE",
            ),
            ("github-token", format!("ghp_{}", part(36)), format!("ghp_{}", "x".repeat(36))),
            (
                "github-token-fine-grained",
                format!("github_pat_{}_{}", part(22), long(59)),
                format!("github_pat_{}", part(22)),
            ),
            ("gitlab-token", format!("glpat-{}", part(20)), "glpat-XXXXXXXXXXXXXXXXXXXX".to_owned()),
            (
                "slack-token",
                format!("xoxb-263594206564-{}", part(24)),
                "xoxb-your-token-goes-here-please".to_owned(),
            ),
            (
                "slack-app-token",
                format!("xapp-1-A0B1C2D3E4-7305926418-{}", hex(64)),
                "xapp-1-token".to_owned(),
            ),
            (
                "slack-webhook",
                format!("https://hooks.slack.com/services/T04F7Q2ZK/B05H8R3WL/{}", part(24)),
                format!("https://hooks.slack.com/services/T00000000/B00000000/{}", "X".repeat(24)),
            ),
            ("stripe-key", format!("sk_live_{}", part(24)), "sk_live_your_key_here_please_now".to_owned()),
            ("webhook-secret", format!("whsec_{}", part(32)), "whsec_your_signing_secret".to_owned()),
            ("openai-key", format!("sk-proj-{}T3BlbkFJ{}", part(40), part(40)), format!("sk-{}", part(40))),
            ("anthropic-key", format!("sk-ant-api03-{}AA", long(93)), "sk-ant-api03-...".to_owned()),
            ("groq-key", format!("gsk_{}", long(52)), "gsk_your_groq_api_key_here".to_owned()),
            ("google-api-key", format!("AIza{}", part(35)), format!("AIza{}", "0".repeat(35))),
            (
                "google-oauth-secret",
                format!("GOCSPX-{}", part(28)),
                "GOCSPX-your-client-secret-is-here".to_owned(),
            ),
            (
                "private-key",
                format!("-----BEGIN PRIVATE {}-----\\nMIIEvQ{}", "KEY", long(58)),
                format!("if line == \"-----BEGIN PRIVATE {}-----\" {{", "KEY"),
            ),
            (
                "age-identity",
                format!("AGE-SECRET-KEY-1{}", "DU0VVGGPWMDFELNVTZAA68063ATFU3NKYMQJH5YNPJRLYQUK5Z0SZ6HV5H"),
                format!("AGE-SECRET-KEY-1{}", "DU0VVGGPWMDFELNVTZAA68063ATFU3NKYMQJH5YNPJRLYQUK5Z0SZ6HV5A"),
            ),
            ("vault-token", format!("hvs.CAESI{}", long(90)), "hvs.your_token_goes_here_please".to_owned()),
            ("npm-token", format!("npm_{}", part(36)), "npm_config_registry_and_other_settings".to_owned()),
            ("pypi-token", format!("pypi-AgEIcHlwaS5vcmc{}", long(120)), "pypi-AgEIcHlwaS5vcmc".to_owned()),
            ("crates-io-token", format!("cio{}", part(32)), "ciones".to_owned()),
            ("sendgrid-key", format!("SG.{}.{}", part(22), part(43)), "MSG.header".to_owned()),
            ("twilio-key", format!("SK{}", hex(32)), format!("SK{}", "0123456789abcdef".repeat(2))),
            ("telegram-token", format!("5481203967:AA{}", part(33)), format!("123:AA{}", part(33))),
            (
                "docker-token",
                format!("dckr_pat_{}", part(27)),
                "dckr_pat_xxxxxxxxxxxxxxxxxxxxxxxxxxx".to_owned(),
            ),
            ("digitalocean-token", format!("dop_v1_{}", hex(64)), format!("dop_v1_{}", "0".repeat(64))),
            ("shopify-token", format!("shpat_{}", hex(32)), format!("shpat_{}", hex(16))),
            ("hugging-face-token", format!("hf_{}", part(34)), format!("half_{}", part(34))),
            ("atlassian-token", format!("ATATT3{}", long(180)), format!("ATATT3{}", part(20))),
            ("linear-key", format!("lin_api_{}", part(40)), format!("lin_api_{}", "x".repeat(40))),
            ("sentry-token", format!("sntrys_{}", long(160)), "sntrys_your_token".to_owned()),
            ("grafana-token", format!("glsa_{}_{}", part(32), hex(8)), format!("glsa_{}", part(32))),
            ("doppler-token", format!("dp.pt.{}", part(43)), "dp.pt.xxxx".to_owned()),
        ]
    }

    fn found(text: &str) -> Vec<&'static str> {
        let mut found = Vec::new();
        Tokens::new().each(text.as_bytes(), |token, _| found.push(token.id));
        found
    }

    #[test]
    fn every_kind_is_found_and_its_examples_are_not() {
        let examples = examples();
        let ids: Vec<_> = examples.iter().map(|(id, ..)| *id).collect();
        assert_eq!(ids, ALL.iter().map(|token| token.id).collect::<Vec<_>>());
        for (id, real, example) in &examples {
            assert_eq!(found(&format!("KEY = \"{real}\"\n")), [*id], "{real}");
            assert!(found(&format!("KEY = \"{example}\"\n")).is_empty(), "{example}");
        }
    }
}
