//! What the user can get wrong.

use tokio::net::TcpListener;

use crate::stage::Stage;

/// Runs to the end; returns exit code, standard output and standard error.
async fn run(stage: &Stage, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = stage.command(arguments).output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn a_check_says_what_is_wrong_and_where() {
    let stage = Stage::new();
    stage.accounts(&[("acme", "strict"), ("globex", "loose")]);
    let (code, out, err) = run(&stage, &["--check"]).await;
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(
        out.ends_with(
            "accounts.json is good:\n  acme.agents.test  STRICT\n  globex.agents.test  LOOSE\n"
        ),
        "{out}"
    );
    assert!(!stage.path("mtls-harness-server-ca.crt").exists(), "nothing is made");

    let good = std::fs::read_to_string(stage.path("accounts.json")).unwrap();
    for (from, to, expected) in [
        ("\"mode\"", "\"moed\"", "unknown field `moed`"),
        ("acme.pem", "acme.crt", "accounts.json:4:13: CA file"),
        ("acme.pem", ".", "cannot be read: it is not a regular file"),
        ("\"globex\"", "\"acme\"", "two accounts have the prefix `acme`"),
    ] {
        stage.write("accounts.json", &good.replace(from, to));
        for arguments in [&["--check"][..], &[]] {
            let (code, out, err) = run(&stage, arguments).await;
            assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
            assert!(err.contains(expected), "{err}");
        }
    }
}

#[tokio::test]
async fn an_address_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (position, expected) in [(0, "status page cannot listen on"), (1, "cannot listen on")] {
        let stage = Stage::new();
        stage.accounts(&[("acme", "strict")]);
        let text = std::fs::read_to_string(stage.path("accounts.json")).unwrap();
        let (at, _) = text.match_indices("127.0.0.1:0").nth(position).unwrap();
        let (before, rest) = text.split_at(at);
        let text = format!("{before}{}", rest.replacen("127.0.0.1:0", &address, 1));
        stage.write("accounts.json", &text);
        let (code, _, err) = run(&stage, &[]).await;
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains(expected) && err.contains(&address), "{err}");
    }
}

#[tokio::test]
async fn a_server_key_of_another_certificate() {
    let stage = Stage::new();
    stage.accounts(&[("acme", "strict")]);
    let forge = mtls_harness::pki::Forge::new(1, mtls_harness::pki::UnixTime::now());
    let other = mtls_harness::pki::Forge::new(2, mtls_harness::pki::UnixTime::now());
    stage.write("server.crt", &forge.server_credential(&["*.agents.test"]).unwrap().chain_pem());
    let text = std::fs::read_to_string(stage.path("accounts.json")).unwrap();
    let server = r#"{ "server": { "certificate": "server.crt", "key": "server.key" }, "#;
    stage.write("accounts.json", &text.replacen('{', server, 1));
    stage.write("server.key", &other.server_credential(&["x"]).unwrap().key_pem());
    let (code, _, err) = run(&stage, &["--check"]).await;
    assert_eq!(code, Some(2));
    assert!(err.contains("the server certificate and this key cannot be used"), "{err}");
    stage.write("server.key", &forge.server_credential(&["*.agents.test"]).unwrap().key_pem());
    assert_eq!(run(&stage, &["--check"]).await.0, Some(0));
}
