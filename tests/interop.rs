//! Other programs read what envward makes.

use crate::support::{Sandbox, tool};

#[test]
fn openssl_reads_the_key_pairs_and_they_belong_together() {
    if tool("openssl").is_none() {
        return;
    }
    let sandbox = Sandbox::new();
    for kind in ["rsa --bits 2048", "ed25519", "p256"] {
        let key = sandbox.envward(&format!("generate {kind} --public-out key.pub")).success();
        sandbox.write("key.pem", key.stdout);
        let public = sandbox.shell("openssl pkey -in key.pem -pubout");
        assert_eq!(public, sandbox.read("key.pub"), "{kind}");
        sandbox.shell("openssl pkey -in key.pem -check -noout");
    }
}

#[test]
fn openssl_trusts_the_certificate_for_its_names_and_no_other() {
    if tool("openssl").is_none() {
        return;
    }
    let sandbox = Sandbox::new();
    let names = "db.example.com,*.app.example.com,10.0.0.1";
    let both = sandbox.envward(&format!("generate tls --names {names} --public-out cert.pem")).success();
    sandbox.write("both.pem", both.stdout);
    let verify = "openssl verify -no_check_time -x509_strict -CAfile cert.pem -purpose sslserver";
    sandbox.shell(&format!("{verify} -verify_hostname db.example.com cert.pem"));
    sandbox.shell(&format!("{verify} -verify_hostname a.app.example.com cert.pem"));
    sandbox.shell(&format!("{verify} -verify_ip 10.0.0.1 cert.pem"));
    sandbox.shell(&format!("! {verify} -verify_hostname other.example.com cert.pem"));
    // The private key in front of the certificate is the certificate's own.
    let of_key = sandbox.shell("openssl pkey -in both.pem -pubout");
    let of_certificate = sandbox.shell("openssl x509 -in both.pem -pubkey -noout");
    assert_eq!(of_key, of_certificate);
    let dates = sandbox.shell("openssl x509 -in both.pem -noout -dates");
    assert_eq!(dates, "notBefore=Mar  1 12:00:00 2026 GMT\nnotAfter=Mar  1 12:00:00 2027 GMT\n");
}

#[test]
fn age_takes_the_identity_and_its_recipient() {
    if tool("age").is_none() {
        return;
    }
    let sandbox = Sandbox::new();
    let identity = sandbox.envward("generate age --public-out age.pub").success();
    sandbox.write("age.key", identity.stdout);
    let text = sandbox.shell("printf hello | age -R age.pub | age -d -i age.key");
    assert_eq!(text, "hello");
}

#[test]
fn python_takes_the_fernet_key() {
    let sandbox = Sandbox::new();
    if !sandbox.has_python_module("cryptography") {
        return;
    }
    let key = sandbox.envward("generate fernet").success();
    sandbox.write("fernet.key", key.stdout);
    let script = "from cryptography.fernet import Fernet; f = Fernet(open('fernet.key').read().strip()); \
                  print(f.decrypt(f.encrypt(b'hello')).decode())";
    assert_eq!(sandbox.shell(&format!("python3 -c \"{script}\"")), "hello\n");
}
