//! The harness is tested for sensitivity: a mock gate that is broken in one way turns the scenarios red that are
//! about it, and the correct mock leaves them green.

mod common;

use std::collections::BTreeSet;

use common::run_mock;
use mtls_harness::server::Fault;
use mtls_reports::model::{CaseResult, Disposition};

/// One key algorithm and one application protocol decide as well as all.
const CELLS: [&str; 3] = ["!rsa2048", "!h2", "!,p521"];

/// For every fault, scenarios that must catch it.
const CATCHES: &[(Fault, &[&str])] = &[
    (Fault::AcceptAll, &["path/unknown-ca", "path/self-signed", "certificate/expired@"]),
    (Fault::IgnoreValidity, &["certificate/expired@", "certificate/not-yet-valid"]),
    (Fault::IgnoreSignature, &["certificate/tampered-signature", "path/twin-ca"]),
    (Fault::IgnoreNameChaining, &["path/issuer-name-mismatch"]),
    (Fault::IgnorePathLength, &["path/path-length-exceeded"]),
    (Fault::IgnoreExtendedKeyUsage, &["certificate/eku-server-auth"]),
    (Fault::TrustByNameOnly, &["path/twin-ca", "path/anchor-name"]),
    (Fault::IgnoreBasicConstraints, &["path/end-entity-as-issuer", "path/intermediate-not-a-ca"]),
    (
        Fault::IgnoreKeyUsage,
        &["certificate/key-usage-without-digital-signature", "path/intermediate-no-key-cert-sign"],
    ),
    (
        Fault::IgnoreNameConstraints,
        &[
            "name-constraints/dns-outside",
            "name-constraints/uri-outside",
            "name-constraints/email-outside",
            "name-constraints/ip-outside",
            "name-constraints/directory-outside",
        ],
    ),
    (Fault::IgnoreUnknownCritical, &["certificate/unknown-critical-extension"]),
    (Fault::IgnoreCrl, &["revocation/revoked@", "revocation/revoked-intermediate"]),
    (Fault::IgnoreIssuerVersion, &["recipe/v1-issuer"]),
    (Fault::IgnoreVersion, &["certificate/unknown-version"]),
    (Fault::TrustSentRoot, &["path/unknown-ca-sent"]),
    (Fault::IgnoreDerStrictness, &["certificate/malleable-length"]),
    (Fault::IgnoreDuplicateExtensions, &["certificate/duplicate-extension"]),
    (Fault::IgnoreSerialNumber, &["certificate/unusual-serial"]),
    (Fault::IgnoreEmptySubject, &["names/empty-subject@"]),
    (Fault::IgnoreCaAsEndEntity, &["path/ca-certificate-as-client"]),
    (Fault::IgnorePossession, &["identity/stolen-certificate"]),
    (Fault::MarkerForEveryone, &["baseline/no-certificate"]),
    (Fault::IdentityFromLastCertificate, &["identity/anothers-certificate-appended"]),
    (Fault::LooseTreatsInvalidAsAuthenticated, &["path/unknown-ca", "certificate/expired@"]),
    (Fault::StrictLetsEmptyListThrough, &["baseline/no-certificate"]),
    (Fault::RefuseV1, &["recipe/v1-end-entity"]),
    (Fault::RefuseEveryone, &["baseline/valid@"]),
    (Fault::AnonymousAlways, &["baseline/valid@"]),
    (Fault::RefuseIntermediates, &["baseline/via-intermediate"]),
    (Fault::RefuseDisorderedList, &["path/disordered-list"]),
    (Fault::RefuseEd25519, &["baseline/valid@"]),
    (Fault::RefuseLateExpiry, &["certificate/long-lived"]),
    (Fault::RefuseExpiredAnchor, &["path/expired-trust-anchor"]),
    (Fault::IdentityFromAnyCertificate, &["identity/anothers-certificate-appended"]),
    (Fault::VerifyZeroIsOk, &["baseline/no-certificate"]),
    (Fault::CommonNameUpToNul, &["names/embedded-nul"]),
    (Fault::UnescapedIdentity, &["names/separators", "names/control-characters"]),
    (Fault::LastCommonName, &["names/several-values"]),
    (Fault::UnorderedNames, &["names/several-values"]),
    (Fault::TrustPrivilegedName, &["path/self-signed"]),
    (Fault::LooseLosesError, &["path/unknown-ca", "certificate/expired@"]),
    (Fault::LooseReportsUnverified, &["path/unknown-ca", "certificate/expired@"]),
    (Fault::NeverAsks, &["baseline/empty-list", "baseline/valid@"]),
    (
        Fault::IgnoreMalformedExtensions,
        &["certificate/eku-empty", "certificate/malformed-extension"],
    ),
    (
        Fault::LenientNameMatching,
        &["name-constraints/email-unclear", "name-constraints/uri-unclear"],
    ),
    (Fault::PathFromAnyCertificate, &["path/end-entity-last"]),
    (Fault::CrlOfAnyIssuer, &["revocation/not-revoked"]),
    (Fault::LeafOnlyRevocation, &["revocation/revoked-intermediate"]),
];

/// Faults that no scenario of one connection shows; the mock's own tests hold them.
const BETWEEN_CONNECTIONS: &[Fault] = &[
    Fault::IdentityFromHeader,
    Fault::IgnoreHost,
    Fault::KeepConnections,
    Fault::SharedTicketsAcrossAccounts,
    Fault::SharedTicketsAcrossModes,
    Fault::SharedSessionCache,
    Fault::TicketsSurviveModeChange,
    Fault::TicketsSurviveRotation,
    Fault::TicketsSurviveRevocation,
    Fault::TicketsSurviveRestart,
    Fault::TicketsSurviveExpiry,
    Fault::RollingTickets,
    Fault::ResumptionVerifies,
    Fault::IdentityLostOnResumption,
    Fault::RefuseUnknownTickets,
    Fault::UnauthenticatedTickets,
    Fault::LaxTickets,
    Fault::AcceptsEarlyData,
    Fault::FailOpenOnBadCaFile,
    Fault::ReloadIgnored,
    Fault::ClaimedHostTakenOver,
    Fault::ExpiredAnchorSpoilsBundle,
    Fault::OneBundleForAll,
    Fault::ListsEveryAuthority,
    Fault::ListsOtherAuthority,
    Fault::HangsOnGarbage,
    Fault::DiesOnLongList,
    Fault::QuadraticOnLongLists,
    Fault::DefaultEndpoint,
    Fault::UnknownNameIsPublic,
    Fault::HostRouting,
    Fault::KeepAliveNotRechecked,
    Fault::H2StreamsNotRechecked,
    Fault::HostOverAuthority,
    Fault::AbsoluteFormUnchecked,
    Fault::LastHostWins,
    Fault::CaseSensitivePolicy,
    Fault::DottedNameEscapesPolicy,
    Fault::HeaderUnderscores,
    Fault::IdentityFromTrailer,
    Fault::ConnectionStripsVerdict,
    Fault::HeadNotGated,
    Fault::EncodedPathNotGated,
    Fault::StaleCrlIgnored,
    Fault::FutureRevocationIgnored,
    Fault::CrlFailOpen,
    Fault::IdentityOfLastClient,
    Fault::NormalisedIdentity,
    Fault::PathFromHeader,
    Fault::CutPathNotGated,
    Fault::LocalClientsNotGated,
    Fault::UpgradeNotGated,
    Fault::ServesPlaintext,
];

fn with_cells<'a>(scenarios: &[&'a str]) -> Vec<&'a str> {
    scenarios.iter().copied().chain(CELLS).collect()
}

fn unexpected<'a>(results: &'a [CaseResult], scenario: &str) -> Vec<&'a CaseResult> {
    let of_scenario = results.iter().filter(|r| r.id.contains(scenario));
    of_scenario.filter(|r| r.disposition == Disposition::Unexpected).collect()
}

#[test]
fn every_fault_has_its_scenarios() {
    let listed: BTreeSet<_> = CATCHES.iter().map(|(fault, _)| *fault).collect();
    let all: BTreeSet<_> = Fault::ALL.iter().copied().collect();
    let elsewhere: BTreeSet<_> = BETWEEN_CONNECTIONS.iter().copied().collect();
    assert_eq!(listed.len(), CATCHES.len(), "a fault is listed twice");
    assert_eq!(&listed | &elsewhere, all);
    assert!(listed.is_disjoint(&elsewhere));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_is_caught_by_the_scenarios_about_it() {
    let mut missed = Vec::new();
    for (fault, scenarios) in CATCHES {
        let results = run_mock(Some(*fault), &with_cells(scenarios)).await;
        for scenario in *scenarios {
            if unexpected(&results, scenario).is_empty() {
                missed.push(format!("{} is not caught by {scenario}", fault.as_str()));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_correct_mock_is_all_green() {
    let results = run_mock(None, &with_cells(&[])).await;
    assert!(results.len() > 1000, "only {} cases", results.len());
    let wrong: Vec<_> = results
        .iter()
        .filter(|result| {
            let no_openssl =
                result.scenario == "recipe/openssl" && result.disposition == Disposition::Skipped;
            result.disposition != Disposition::Expected && !no_openssl
        })
        .map(|result| format!("{}: {}", result.id, result.explanation))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn results_come_in_the_order_of_the_plan_and_alike_twice() {
    let filter = ["certificate/expired@", "baseline/valid@", "!rsa", "!p521"];
    let outline = |results: Vec<CaseResult>| -> Vec<_> {
        results.into_iter().map(|r| (r.id, r.verdict, r.expected)).collect()
    };
    let first = outline(run_mock(None, &filter).await);
    let second = outline(run_mock(None, &filter).await);
    assert_eq!(first, second);
    assert!(first.first().is_some_and(|(id, ..)| id.starts_with("baseline/valid@")));
}
