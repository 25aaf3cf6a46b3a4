//! Changes of policy while the service runs.

use crate::stage::{Stage, ask, nobody};

const ACME: &str = "acme.agents.test";
const GLOBEX: &str = "globex.agents.test";

#[tokio::test]
async fn a_signal_makes_it_read_its_file_again() {
    let stage = Stage::new();
    stage.accounts(&[("acme", "loose")]);
    let mut served = stage.serve().await;
    let (member, other) = (stage.client("acme", "Member"), stage.client("globex", "Other"));
    assert_eq!(served.visit(ACME, &member).await, Some(200));
    assert_eq!(served.visit(GLOBEX, &other).await, None, "no such account yet");
    let mut anonymous = served.connect(ACME, &nobody()).await.unwrap();
    assert_eq!(ask(&mut anonymous, ACME).await, Some(200));

    stage.accounts(&[("acme", "strict"), ("globex", "strict")]);
    let applied = served.reload("policy_applied").await;
    assert_eq!(applied["accounts"][0]["mode"], "strict");
    // What the old mode let in is served no longer, and not let in again.
    assert_eq!(ask(&mut anonymous, ACME).await, Some(421));
    assert_eq!(served.visit(ACME, &nobody()).await, None);
    assert_eq!(served.visit(ACME, &member).await, Some(200));
    let mut kept = served.connect(GLOBEX, &other).await.unwrap();
    assert_eq!(ask(&mut kept, GLOBEX).await, Some(200));

    stage.accounts(&[("globex", "strict")]);
    served.reload("policy_applied").await;
    assert_eq!(served.visit(ACME, &member).await, None, "the account is gone");
    assert_eq!(ask(&mut kept, GLOBEX).await, Some(200), "this one has not changed");
}

#[tokio::test]
async fn a_changed_file_is_noticed() {
    let stage = Stage::new();
    stage.accounts(&[("acme", "strict")]);
    let mut served = stage.serve().await;
    let (old, new) = (stage.client("acme", "Old"), stage.client("globex", "New"));
    assert_eq!(served.visit(ACME, &old).await, Some(200));
    // The CA file, not the gate file.
    std::fs::copy(stage.path("globex.pem"), stage.path("acme.pem")).unwrap();
    let applied = served.logged("policy_applied").await;
    assert_eq!(applied["cause"], "file");
    assert_eq!(served.visit(ACME, &old).await, None);
    assert_eq!(served.visit(ACME, &new).await, Some(200));
}

#[tokio::test]
async fn a_bad_policy_changes_nothing_and_is_told() {
    let stage = Stage::new();
    stage.accounts(&[("acme", "loose"), ("globex", "strict")]);
    let mut served = stage.serve().await;
    let member = stage.client("acme", "Member");
    let mut anonymous = served.connect(ACME, &nobody()).await.unwrap();
    assert_eq!(ask(&mut anonymous, ACME).await, Some(200));
    let good = std::fs::read_to_string(stage.path("globex.pem")).unwrap();
    let truncated = &good[..good.len() / 2];
    for (pem, expected) in [
        (Some(""), "holds no certificate"),
        (Some(truncated), "is not PEM"),
        (None, "No such file"),
    ] {
        match pem {
            Some(pem) => stage.write("globex.pem", pem),
            None => std::fs::remove_file(stage.path("globex.pem")).unwrap(),
        }
        // A good change beside the bad one must not come through either.
        stage.accounts(&[("acme", "strict"), ("globex", "strict")]);
        let message = served.reload("policy_refused").await["message"].as_str().unwrap().to_owned();
        assert!(message.contains(expected) && message.contains("accounts.json:"), "{message}");
        assert_eq!(ask(&mut anonymous, ACME).await, Some(200));
        assert_eq!(served.visit(ACME, &member).await, Some(200));
        assert_eq!(served.status().await["policy"]["problem"]["message"], message);
    }
    // Whatever makes it good again is noticed: the file that was missing.
    stage.write("globex.pem", &good);
    served.logged("policy_applied").await;
    assert_eq!(ask(&mut anonymous, ACME).await, Some(421));
    assert!(served.status().await["policy"]["problem"].is_null());
}

#[tokio::test]
async fn sockets_stay_where_they_are() {
    let stage = Stage::new();
    stage.accounts(&[("acme", "strict")]);
    let mut served = stage.serve().await;
    let text = std::fs::read_to_string(stage.path("accounts.json")).unwrap();
    stage.write("accounts.json", &text.replacen("127.0.0.1:0", "127.0.0.2:0", 1));
    let message = served.reload("policy_refused").await["message"].to_string();
    assert!(message.contains("cannot change while the gate runs"), "{message}");
}
