//! How the service ends.

use tokio::net::TcpStream;

use crate::stage::{Stage, ask, nobody};

#[tokio::test]
async fn signals_end_it_gracefully() {
    for name in ["INT", "TERM"] {
        let stage = Stage::new();
        stage.accounts(&[("acme", "loose")]);
        let mut served = stage.serve().await;
        let host = "acme.agents.test";
        let mut open = served.connect(host, &nobody()).await.unwrap();
        assert_eq!(ask(&mut open, host).await, Some(200));
        served.signal(name).await;
        served.logged("stopping").await;
        served.logged("stopped").await;
        assert_eq!(served.ended().await, Some(0), "{name}");
        assert_eq!(ask(&mut open, host).await, None);
        assert!(TcpStream::connect(served.listen).await.is_err());
        assert!(TcpStream::connect(served.admin).await.is_err());
    }
}

#[tokio::test]
async fn a_log_that_nobody_reads_does_not_keep_it() {
    let stage = Stage::new();
    stage.accounts(&[("acme", "loose")]);
    let mut served = stage.serve().await;
    // More than a pipe holds.
    let long = format!("acme.agents.test{}", ".x".repeat(100));
    for _ in 0..400 {
        served.visit(&long, &nobody()).await;
    }
    served.signal("TERM").await;
    assert_eq!(served.ended().await, Some(0));
}
