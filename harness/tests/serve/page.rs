//! The status page's server, without a browser.

use crate::stage::{HOSTILE, Stage, nobody};

#[tokio::test]
async fn who_came_and_why_not() {
    let stage = Stage::new();
    stage.accounts(&[("acme", "strict"), ("globex", "loose")]);
    let served = stage.serve().await;
    served.visit("acme.agents.test", &stage.client("acme", HOSTILE)).await.unwrap();
    assert_eq!(served.visit("acme.agents.test", &stage.client("globex", "Stranger")).await, None);
    assert_eq!(served.visit("globex.agents.test", &nobody()).await, Some(200));
    assert_eq!(served.visit("else.agents.test", &nobody()).await, None);

    let status = served.status().await;
    assert_eq!(status["format_version"], 1);
    assert_eq!(status["refused_elsewhere"], 1);
    let account = &status["accounts"][0];
    assert_eq!(account["ca"][0]["subject"], "CN=Alpha Agents CA,O=Example ORG");
    assert_eq!((&account["authenticated"], &account["refused"]), (&1.into(), &1.into()));
    let connections = status["connections"].as_array().unwrap();
    let outcomes: Vec<_> = connections.iter().map(|c| c["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["refused", "anonymous", "refused", "authenticated"]);
    assert_eq!(connections[0]["server_name"], "else.agents.test");
    assert_eq!(connections[2]["who"]["subject"], "CN=Stranger");
    assert_eq!(connections[2]["why"], "no certification path leads to a trust anchor");

    let (head, page) = served.admin("/").await;
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("default-src 'none'"), "{head}");
    assert!(page.contains("&lt;script") || page.contains("\\&lt;script"), "{page}");
    assert_eq!(page.matches("<script").count(), 1, "{page}");
    assert!(!page.contains('\u{1b}'));
}

#[tokio::test]
async fn only_browsers_that_mean_it_are_answered() {
    let stage = Stage::new();
    stage.accounts(&[("acme", "strict")]);
    let served = stage.serve().await;
    assert_eq!(served.admin("/healthz").await.1, "ok\n");
    assert!(served.admin("/nothing").await.0.starts_with("HTTP/1.1 404"));
    let rebound = "GET /status.json HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n";
    let (head, body) = served.admin_raw(rebound).await;
    assert!(head.starts_with("HTTP/1.1 421") && !body.contains("acme"), "{head}");
    let post = format!(
        "POST / HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        served.admin
    );
    assert!(served.admin_raw(&post).await.0.starts_with("HTTP/1.1 405"));
}
