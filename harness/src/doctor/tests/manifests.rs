//! Manifests of every kind, and what goes wrong in them.

use base64ct::{Base64, Encoding as _};

use super::*;
use crate::doctor::DoctorError;

fn b64(text: &str) -> String {
    Base64::encode_string(text.as_bytes())
}

/// A text as a YAML block scalar, so far to the right.
fn block(text: &str, indent: usize) -> String {
    let margin = format!("\n{:indent$}", "");
    format!("|{margin}{}", text.trim_end().replace('\n', &margin))
}

/// What the manifests carry.
struct Parts {
    crt: String,
    key: String,
    ca: String,
}

fn parts(world: &World) -> Parts {
    let minted = world.mint("valid", KeyAlgorithm::P256);
    Parts { crt: chain_pem(&minted), key: key_pem(&minted), ca: world.anchor("main") }
}

fn secret(data: &str, crt: &str, key: &str, ca: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: agent, namespace: prod}}\n{data}:\n  tls.crt: {crt}\n  \
         tls.key: {key}\n  ca.crt: {ca}\n"
    )
}

fn deployment(kind: &str, entries: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: agent\nspec:\n  template:\n    spec:\n      containers:\n        \
         - name: agent\n          image: agent:1\n          env:\n{entries}"
    )
}

fn env(name: &str, value: &str) -> String {
    format!("            - name: {name}\n              value: {value}\n")
}

/// Manifests and exactly what is found in each.
pub(super) fn samples(world: &World) -> Vec<(String, &'static [&'static str])> {
    let Parts { crt, key, ca } = parts(world);
    let [crt64, key64, ca64] = [&crt, &key, &ca].map(|text| b64(text));
    let good = secret("data", &crt64, &key64, &ca64);
    let json = format!(
        r#"{{"kind": "List", "items": [{{"kind": "Secret", "metadata": {{"name": "a"}},
        "data": {{"client.crt": "{crt64}", "client.key": "{key64}"}}}},
        {{"kind": "ConfigMap", "data": {{"ca.crt": "{}"}}}}]}}"#,
        ca.replace('\n', "\\n")
    );
    let split = format!(
        "kind: ConfigMap\ndata:\n  ca.crt: {}\n---\nkind: Secret\nmetadata: {{name: k}}\nstringData:\n  key.pem: {}\n---\n\
         kind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  client.crt: {}\n",
        block(&ca, 4),
        block(&key, 4),
        block(&crt, 4)
    );
    let plain = env("CLIENT_CERT", &block(&crt, 16))
        + &env("CLIENT_KEY", &block(&key, 16))
        + &env("CA_CERT", &block(&ca, 16));
    let inline = env("CLIENT_CERT", &crt64) + &env("CLIENT_KEY", &key64) + &env("CA_CERT", &ca64);
    let annotated = format!(
        "kind: Pod\nmetadata:\n  name: agent\n  annotations:\n    example.org/client.crt: {}\n    example.org/client.key: {key64}\n    \
         example.org/ca.crt: {ca64}\nspec: {{}}\n",
        block(&crt, 6)
    );
    let nested = format!(
        "kind: ConfigMap\nmetadata: {{name: agent}}\ndata:\n  agent.yaml: |\n    tls:\n      client: {}\n",
        block(&(crt.clone() + &key), 8)
    );
    let twice = secret("data", &b64(&crt64), &b64(&key64), &b64(&ca64));
    let kubeconfig = format!(
        "kind: Config\nclusters:\n  - cluster: {{certificate-authority-data: {ca64}}}\nusers:\n  - user:\n      \
         client-certificate-data: {crt64}\n      client-key-data: {key64}\n"
    );
    let joined = env("CLIENT_CERT", &format!("\"{}\"", crt.trim().replace('\n', " ")))
        + &env("CLIENT_KEY", &key64)
        + &env("CA_CERT", &format!("'{}'", ca.replace('\n', "\\n")));
    vec![
        (good.clone(), &[]),
        (json, &[]),
        (split, &[]),
        (deployment("Deployment", &plain), &[]),
        (deployment("StatefulSet", &inline), &[]),
        (deployment("DaemonSet", &inline), &[]),
        (annotated, &[]),
        (nested, &["ca-not-given"]),
        (kubeconfig, &[]),
        (secret("stringData", &block(&crt, 4), &block(&key, 4), &block(&ca, 4)), &[]),
        (secret("data", &block(&crt, 4), &key64, &ca64), &["secret-data-not-base64"]),
        (twice, &["base64-twice"]),
        (secret("stringData", &crt64, &key64, &ca64), &["base64-in-plain-field"]),
        (secret("data", &crt64, &key64, &b64("nothing")), &["field-unreadable", "ca-not-given"]),
        (deployment("Deployment", &joined), &["pem-lines-joined", "pem-newlines-escaped"]),
        (good.replace("tls.key", "other"), &[]),
        (good.replacen(&key64, "''", 1), &["key-missing", "field-unreadable"]),
        (
            good.replacen(&key64, &b64(&key_pem(&world.mint("valid", KeyAlgorithm::Rsa2048))), 1),
            &["key-mismatch"],
        ),
        (
            "kind: Secret\nstringData:\n  ".to_owned()
                + &format!("a: &a {key64}\n  tls.key: *a\n  tls.crt: {}\n", block(&crt, 4)),
            &["base64-in-plain-field", "ca-not-given"],
        ),
    ]
}

fn read(text: &str) -> Result<Vec<Credential>, DoctorError> {
    Credential::from_manifest_text("agent.yaml", text)
}

#[test]
fn each_manifest_has_its_findings() {
    let world = World::new();
    for (number, (text, expected)) in samples(&world).iter().enumerate() {
        let credentials = read(text).unwrap_or_else(|e| panic!("sample {number}: {e}\n{text}"));
        let examination = examine(&credentials, after(0));
        assert_eq!(examination.credentials.len(), 1, "sample {number}\n{text}");
        let found = ids(&examination.credentials[0]);
        assert_eq!(found, expected.iter().copied().collect(), "sample {number}\n{text}");
    }
}

#[test]
fn two_clients_in_one_secret_keep_their_keys_apart() {
    let world = World::new();
    let Parts { crt, key, ca } = parts(&world);
    let other = world.mint("valid", KeyAlgorithm::Rsa2048);
    let text = format!(
        "kind: Secret\nmetadata: {{name: two}}\ndata:\n  b.key: {}\n  a.key: {}\n  a.crt: {}\n  b.crt: {}\n  ca.crt: {}\n",
        b64(&key_pem(&other)),
        b64(&key),
        b64(&crt),
        b64(&chain_pem(&other)),
        b64(&ca)
    );
    let examination = examine(&read(&text).unwrap(), after(0));
    let names: Vec<_> = examination.credentials.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["Secret two, data.a.crt", "Secret two, data.b.crt"]);
    for diagnosis in &examination.credentials {
        assert_eq!(diagnosis.key.as_ref().unwrap().matches, Some(true));
    }
}

#[test]
fn findings_say_where_in_the_manifest() {
    let world = World::new();
    let Parts { crt, key, ca } = parts(&world);
    let text = "kind: ConfigMap\ndata: {}\n---\n".to_owned()
        + &secret("data", &b64(&crt), &b64(&key), &block(&ca, 4));
    let examination = examine(&read(&text).unwrap(), after(0));
    let place = &examination.credentials[0].findings[0].place;
    assert_eq!(place.to_string(), "agent.yaml:11, Secret prod/agent, data.ca.crt");
    assert_eq!(place.document, Some(2));
}

#[test]
fn hostile_names_are_escaped() {
    let world = World::new();
    let Parts { crt, key, ca } = parts(&world);
    let text = secret("data", &b64(&crt), &b64(&key), &b64(&ca))
        .replace("name: agent", r#"name: "a\e[2Jb""#);
    let shown = examine(&read(&text).unwrap(), after(0)).to_text();
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn a_manifest_without_certificates_says_what_to_give() {
    for (text, hint) in [
        ("", "kubectl get secret"),
        ("kind: Deployment\nspec: {}\n", "kubectl get secret"),
        ("kind: Secret\ndata: {tls.crt: '%%%'}\n", "agent.yaml:2, Secret (no name), data.tls.crt"),
    ] {
        let error = read(text).err().unwrap().to_string();
        assert!(error.contains(hint), "{error}");
    }
    let error = read("a: [\n").err().unwrap().to_string();
    assert!(error.starts_with("agent.yaml:") && error.contains("not YAML or JSON"), "{error}");
}
