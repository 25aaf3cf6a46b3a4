//! How many cases are under way at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::stage::{Stage, respond, run};

#[tokio::test]
async fn a_target_that_bears_one_case_at_a_time_gets_no_more() {
    let stage = Stage::new();
    let (now, most, all) = <(Arc<AtomicUsize>, Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
    let (seen, counted) = (Arc::clone(&most), Arc::clone(&all));
    let address = stage
        .serve_tls(move |stream| {
            let (now, most, all) = (Arc::clone(&now), Arc::clone(&most), Arc::clone(&all));
            async move {
                all.fetch_add(1, Ordering::SeqCst);
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // Time for others to come, if others may.
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
                now.fetch_sub(1, Ordering::SeqCst);
                respond(stream, b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
            }
        })
        .await;
    let words = stage.against_file(address, &["-f", "certificate/expired@strict", "-f", "!h2"]);
    let file = stage.path("gate.json");
    let mut target: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    target["most_at_once"] = 1.into();
    std::fs::write(&file, target.to_string()).unwrap();
    // The control fails, which is all the same here.
    run(&words).await.says(3, &["undecided"]);
    assert!(counted.load(Ordering::SeqCst) > 3, "{counted:?}");
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}
