//! Server names and hosts that disagree: whose resource is served, and the faults about it.

use super::client::{Client, VERSIONS, World, marker, world_with};
use crate::server::Fault;

const PUBLIC: &str = "public.agents.test";
const ALPHA: &str = "alpha.agents.test";
const BETA: &str = "beta.agents.test";
const GAMMA: &str = "gamma.agents.test";

fn nobody() -> Client {
    Client::anonymous(VERSIONS[1])
}

fn alphas(world: &World) -> Client {
    Client::with(&[&world.alpha.client("Client")], VERSIONS[1])
}

/// What the last of these requests, sent over one connection, is answered with.
async fn last_answer(
    world: &World,
    client: &Client,
    sni: &str,
    requests: &[String],
) -> Result<(u16, String), String> {
    let mut connection = world.connect(client, sni).await?;
    let mut answer = Err("no request".to_owned());
    for request in requests {
        answer = connection.send(request).await;
    }
    answer
}

fn get(host: &str) -> String {
    format!("GET /protected HTTP/1.1\r\nHost: {host}\r\n\r\n")
}

/// Runs the requests against the correct gate and against the faulty one, which answers with the secret of a host.
async fn leaks(
    fault: Fault,
    client: fn(&World) -> Client,
    sni: &str,
    requests: &[String],
    whose: &str,
) {
    let right = world_with(None).await;
    let answer = last_answer(&right, &client(&right), sni, requests).await;
    assert!(!matches!(answer, Ok((200, _))), "{fault}: {answer:?} without it");
    let wrong = world_with(Some(fault)).await;
    let answer = last_answer(&wrong, &client(&wrong), sni, requests).await;
    assert_eq!(answer, Ok((200, marker(whose))), "{fault} {requests:?}");
}

#[tokio::test]
async fn unknown_names() {
    for sni in ["delta.agents.test", PUBLIC] {
        let client: fn(&World) -> Client =
            if sni == PUBLIC { |world| alphas(world).nameless() } else { alphas };
        leaks(Fault::DefaultEndpoint, client, sni, &[get(BETA)], "beta").await;
        leaks(Fault::DefaultEndpoint, client, sni, &[get(ALPHA)], "alpha").await;
        let client: fn(&World) -> Client =
            if sni == PUBLIC { |_| nobody().nameless() } else { |_| nobody() };
        for (host, whose) in [(ALPHA, "alpha"), (BETA, "beta"), (GAMMA, "gamma")] {
            leaks(Fault::UnknownNameIsPublic, client, sni, &[get(host)], whose).await;
        }
    }
    // The default is STRICT, and known names keep their policy.
    let world = world_with(Some(Fault::DefaultEndpoint)).await;
    assert!(world.visit(&nobody().nameless(), ALPHA).await.is_err());
    for fault in [Fault::DefaultEndpoint, Fault::UnknownNameIsPublic] {
        let world = world_with(Some(fault)).await;
        assert!(world.visit(&nobody(), ALPHA).await.is_err());
        let answer = last_answer(&world, &nobody(), PUBLIC, &[get(ALPHA)]).await;
        assert_eq!(answer.unwrap().0, 421);
    }
}

#[tokio::test]
async fn hosts_of_others() {
    let own = |host| get(host);
    let both = |first: &str, second: &str| {
        format!("GET /protected HTTP/1.1\r\nHost: {first}\r\nHost: {second}\r\n\r\n")
    };
    let absolute = |target: &str, host: &str| {
        format!("GET https://{target}/protected HTTP/1.1\r\nHost: {host}\r\n\r\n")
    };
    for (fault, requests) in [
        (Fault::HostRouting, vec![own(ALPHA)]),
        (Fault::KeepAliveNotRechecked, vec![own(PUBLIC), own(ALPHA)]),
        (Fault::LastHostWins, vec![both(PUBLIC, ALPHA)]),
        (Fault::AbsoluteFormUnchecked, vec![absolute(ALPHA, PUBLIC)]),
        (Fault::DottedNameEscapesPolicy, vec![own("alpha.agents.test.")]),
        (Fault::DottedNameEscapesPolicy, vec![own("Alpha.agents.test.:443")]),
    ] {
        leaks(fault, |_| nobody(), PUBLIC, &requests, "alpha").await;
    }
    // The tenant next door.
    leaks(Fault::HostRouting, alphas, ALPHA, &[own(BETA)], "beta").await;
    leaks(
        Fault::DottedNameEscapesPolicy,
        |_| nobody(),
        GAMMA,
        &[own("gamma.agents.test.")],
        "gamma",
    )
    .await;
    // Each is wrong in its own way only.
    for (fault, request) in [
        (Fault::KeepAliveNotRechecked, own(ALPHA)),
        (Fault::LastHostWins, own(ALPHA)),
        (Fault::LastHostWins, both(ALPHA, PUBLIC)),
        (Fault::AbsoluteFormUnchecked, own(ALPHA)),
        (Fault::AbsoluteFormUnchecked, absolute(PUBLIC, ALPHA)),
        (Fault::DottedNameEscapesPolicy, own(ALPHA)),
        (Fault::HostRouting, own("delta.agents.test")),
    ] {
        let world = world_with(Some(fault)).await;
        let answer = last_answer(&world, &nobody(), PUBLIC, std::slice::from_ref(&request)).await;
        assert_eq!(answer.unwrap().0, 421, "{fault} {request}");
    }
    // What a LOOSE endpoint serves, it still asks about.
    let world = world_with(Some(Fault::HostRouting)).await;
    let answer = last_answer(&world, &nobody(), PUBLIC, &[own(GAMMA)]).await;
    assert_eq!(answer.unwrap().0, 403);
}

#[tokio::test]
async fn authorities_of_streams() {
    for (fault, stream, expected) in [
        (None, (ALPHA, None), 421),
        (None, (PUBLIC, Some(ALPHA)), 421),
        (Some(Fault::HostRouting), (ALPHA, None), 200),
        (Some(Fault::H2StreamsNotRechecked), (ALPHA, None), 200),
        (Some(Fault::HostOverAuthority), (PUBLIC, Some(ALPHA)), 200),
        (Some(Fault::HostOverAuthority), (ALPHA, Some(PUBLIC)), 421),
        (Some(Fault::KeepAliveNotRechecked), (ALPHA, None), 421),
    ] {
        let world = world_with(fault).await;
        let mut connection =
            world.connect(&nobody().for_h2(), PUBLIC).await.unwrap().into_h2().await;
        assert_eq!(connection.get(PUBLIC, "/whoami", None).await.0, 200);
        let (authority, host) = stream;
        let (status, body) = connection.get(authority, "/protected", host).await;
        assert_eq!(status, expected, "{fault:?} {stream:?}");
        assert_eq!(body == marker("alpha"), expected == 200);
    }
    let world = world_with(Some(Fault::H2StreamsNotRechecked)).await;
    let mut first = world.connect(&nobody().for_h2(), PUBLIC).await.unwrap().into_h2().await;
    assert_eq!(first.get(ALPHA, "/protected", None).await.0, 421);
}

#[tokio::test]
async fn names_in_upper_case() {
    let world = world_with(None).await;
    assert!(world.visit(&nobody(), "ALPHA.agents.test").await.is_err());
    assert!(world.visit(&alphas(&world), "ALPHA.agents.test").await.unwrap().verified);
    let world = world_with(Some(Fault::CaseSensitivePolicy)).await;
    let visit = world.visit(&nobody(), "ALPHA.agents.test").await.unwrap();
    assert!(visit.verified && visit.marker && visit.whoami["subject"].is_null());
    assert!(world.visit(&nobody(), ALPHA).await.is_err());
    assert!(!world.visit(&nobody(), "PUBLIC.agents.test").await.unwrap().verified);
}

#[tokio::test]
async fn hosts_in_another_spelling() {
    for (fault, host, expected) in [
        (None, "ALPHA.agents.test:443", 200),
        (Some(Fault::LiteralHost), "ALPHA.agents.test", 421),
        (Some(Fault::LiteralHost), "alpha.agents.test:443", 421),
        (Some(Fault::LiteralHost), ALPHA, 200),
        (Some(Fault::LiteralHost), BETA, 421),
    ] {
        let world = world_with(fault).await;
        let answer = last_answer(&world, &alphas(&world), ALPHA, &[get(host)]).await;
        assert_eq!(answer.unwrap().0, expected, "{fault:?} {host}");
    }
}
