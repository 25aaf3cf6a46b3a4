//! Deliberate faults: gates that are broken in exactly one way.

use std::fmt;
use std::str::FromStr;

use super::verify::{Check, Checks};

/// Declares the faults once: variant, name and meaning.
macro_rules! faults {
    ($($(#[doc = $meaning:literal])+ $variant:ident = $name:literal,)+) => {
        /// A deliberate fault of the mock gate. The harness must notice every one of them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Fault {
            $($(#[doc = $meaning])+ $variant,)+
        }

        impl Fault {
            /// Every fault.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name: lower-case kebab.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What such a gate does, one line.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($meaning),+).trim_start(),)+
                }
            }
        }
    };
}

faults! {
    /// Lets every certificate in, unread.
    AcceptAll = "accept-all",
    /// Lets certificates in outside their validity period.
    IgnoreValidity = "ignore-validity",
    /// Does not verify signatures on certificates.
    IgnoreSignature = "ignore-signature",
    /// Does not care which subject an issuer name names, only whose key signed.
    IgnoreNameChaining = "ignore-name-chaining",
    /// Does not count `pathLenConstraint`.
    IgnorePathLength = "ignore-path-length",
    /// Does not read `extKeyUsage`.
    IgnoreExtendedKeyUsage = "ignore-extended-key-usage",
    /// Trusts what names a trust anchor as its issuer, whoever signed it.
    TrustByNameOnly = "trust-by-name-only",
    /// Lets any certificate issue others.
    IgnoreBasicConstraints = "ignore-basic-constraints",
    /// Does not read `keyUsage`.
    IgnoreKeyUsage = "ignore-key-usage",
    /// Does not read `nameConstraints`.
    IgnoreNameConstraints = "ignore-name-constraints",
    /// Passes over critical extensions that it does not understand.
    IgnoreUnknownCritical = "ignore-unknown-critical",
    /// Asks no revocation list.
    IgnoreCrl = "ignore-crl",
    /// Lets version 1 certificates issue others.
    IgnoreIssuerVersion = "ignore-issuer-version",
    /// Takes any version number, and extensions in version 1.
    IgnoreVersion = "ignore-version",
    /// Takes a self-issued certificate that the client sent along for a trust anchor.
    TrustSentRoot = "trust-sent-root",
    /// Takes BER, octets after the certificate and an outer algorithm that is not the signed one.
    IgnoreDerStrictness = "ignore-der-strictness",
    /// Reads the first instance of an extension that occurs twice.
    IgnoreDuplicateExtensions = "ignore-duplicate-extensions",
    /// Takes serial numbers that are negative, zero or too long.
    IgnoreSerialNumber = "ignore-serial-number",
    /// Takes certificates that name nobody.
    IgnoreEmptySubject = "ignore-empty-subject",
    /// Takes a CA's certificate for a client's.
    IgnoreCaAsEndEntity = "ignore-ca-as-end-entity",
    /// Does not verify `CertificateVerify`: the certificate alone opens the gate.
    IgnorePossession = "ignore-possession",
    /// Gives the marker to everyone it serves.
    MarkerForEveryone = "marker-for-everyone",
    /// Takes the last certificate of the list for the client's.
    IdentityFromLastCertificate = "identity-from-last-certificate",
    /// Believes request headers in which proxies name the client.
    IdentityFromHeader = "identity-from-header",
    /// Calls a client verified whose certificate is invalid, at LOOSE endpoints.
    LooseTreatsInvalidAsAuthenticated = "loose-treats-invalid-as-authenticated",
    /// Serves clients without a certificate at STRICT endpoints.
    StrictLetsEmptyListThrough = "strict-lets-empty-list-through",
    /// Serves requests whose Host is another endpoint's.
    IgnoreHost = "ignore-host",
    /// Serves open connections by the policy they began under.
    KeepConnections = "keep-connections",
    /// Refuses version 1 certificates, which the documented customer recipe yields.
    RefuseV1 = "refuse-v1",
    /// Refuses every certificate.
    RefuseEveryone = "refuse-everyone",
    /// Verifies clients and then treats all as anonymous.
    AnonymousAlways = "anonymous-always",
    /// Refuses what a trust anchor did not issue itself.
    RefuseIntermediates = "refuse-intermediates",
    /// Refuses a `certificate_list` that is not the path in order and nothing else.
    RefuseDisorderedList = "refuse-disordered-list",
    /// Refuses Ed25519 keys.
    RefuseEd25519 = "refuse-ed25519",
    /// Refuses certificates that are valid beyond 2049.
    RefuseLateExpiry = "refuse-late-expiry",
    /// Refuses paths to a trust anchor outside its validity period.
    RefuseExpiredAnchor = "refuse-expired-anchor",
    /// Resumes sessions of another account's endpoint, with the identity that they began with.
    SharedTicketsAcrossAccounts = "shared-tickets-across-accounts",
    /// Resumes sessions of public, LOOSE and STRICT endpoints at one another, also anonymous ones.
    SharedTicketsAcrossModes = "shared-tickets-across-modes",
    /// Takes TLS 1.2 session ids of any endpoint at every endpoint, also of anonymous sessions.
    SharedSessionCache = "shared-session-cache",
    /// Resumes sessions from before a change of mode, also anonymous ones.
    TicketsSurviveModeChange = "tickets-survive-mode-change",
    /// Resumes sessions from before a change of CAs, and does not look at the certificate again.
    TicketsSurviveRotation = "tickets-survive-rotation",
    /// Resumes sessions from before a new revocation list, and does not look at the certificate again.
    TicketsSurviveRevocation = "tickets-survive-revocation",
    /// Resumes sessions from before it was started, and does not look at the certificate again.
    TicketsSurviveRestart = "tickets-survive-restart",
    /// Does not look at the certificate's validity again when a session is resumed.
    TicketsSurviveExpiry = "tickets-survive-expiry",
    /// Gives a session its full lifetime again whenever it is resumed.
    RollingTickets = "rolling-tickets",
    /// Calls a client verified that resumes a session, although it never showed a certificate.
    ResumptionVerifies = "resumption-verifies",
    /// Forgets who a client is when it resumes its session, and serves it all the same.
    IdentityLostOnResumption = "identity-lost-on-resumption",
    /// Refuses clients that offer a ticket which it cannot read.
    RefuseUnknownTickets = "refuse-unknown-tickets",
    /// Encrypts tickets without integrity: edited ones are good.
    UnauthenticatedTickets = "unauthenticated-tickets",
    /// Serves invalid clients as anonymous at LOOSE endpoints; resumed, there or at STRICT ones, they are verified.
    LaxTickets = "lax-tickets",
    /// Takes and serves TLS 1.3 early data.
    AcceptsEarlyData = "accepts-early-data",
    /// Verifies nobody any more after it was given a CA file that cannot be used.
    FailOpenOnBadCaFile = "fail-open-on-bad-ca-file",
    /// Says that a change of policy is done, and does nothing.
    ReloadIgnored = "reload-ignored",
    /// Gives a host that another endpoint has to whoever claims it.
    ClaimedHostTakenOver = "claimed-host-taken-over",
    /// Trusts nobody where one of the CAs has expired.
    ExpiredAnchorSpoilsBundle = "expired-anchor-spoils-bundle",
    /// Trusts the CAs of all accounts at every endpoint.
    OneBundleForAll = "one-bundle-for-all",
    /// Lists the CAs of all accounts to every client.
    ListsEveryAuthority = "lists-every-authority",
    /// Lists the CAs of another account, and not those that it trusts.
    ListsOtherAuthority = "lists-other-authority",
    /// Accepts no connection any more after a peer sent something that is not TLS.
    HangsOnGarbage = "hangs-on-garbage",
    /// Closes the listener after a list of more than 50 certificates.
    DiesOnLongList = "dies-on-long-list",
    /// Accepts nobody for a time that grows with the square of a certificate list's length.
    QuadraticOnLongLists = "quadratic-on-long-lists",
    /// Sends clients without a known server name to its first STRICT endpoint, and then anywhere by Host.
    DefaultEndpoint = "default-endpoint",
    /// Asks clients without a known server name for nothing, serves them by Host and takes them for verified.
    UnknownNameIsPublic = "unknown-name-is-public",
    /// Serves whose resource Host or :authority names, whatever the server name.
    HostRouting = "host-routing",
    /// Checks Host of the first request of an HTTP/1.1 connection only; Host routes the others.
    KeepAliveNotRechecked = "keep-alive-not-rechecked",
    /// Checks :authority of the first HTTP/2 stream only; it routes the others.
    H2StreamsNotRechecked = "h2-streams-not-rechecked",
    /// Checks :authority and routes by a Host field beside it (HTTP/2).
    HostOverAuthority = "host-over-authority",
    /// Checks Host and routes by the target's authority (HTTP/1.1, absolute-form).
    AbsoluteFormUnchecked = "absolute-form-unchecked",
    /// Checks the first of several Host fields and routes by the last.
    LastHostWins = "last-host-wins",
    /// Finds no policy for a server name in upper case, and the endpoint all the same.
    CaseSensitivePolicy = "case-sensitive-policy",
    /// Finds no policy for a server name or Host with a trailing dot, and the endpoint all the same.
    DottedNameEscapesPolicy = "dotted-name-escapes-policy",
    /// Takes the second certificate of the list for the client's.
    IdentityFromAnyCertificate = "identity-from-any-certificate",
    /// Removes the headers that name a client, and believes them with underscores.
    HeaderUnderscores = "header-underscores",
    /// Believes trailer fields that name the client.
    IdentityFromTrailer = "identity-from-trailer",
    /// Takes a client for verified whose Connection header removes what the gate says about it.
    ConnectionStripsVerdict = "connection-strips-verdict",
    /// Takes clients without a certificate for verified, at LOOSE endpoints.
    VerifyZeroIsOk = "verify-zero-is-ok",
    /// Reports the subject up to its first NUL.
    CommonNameUpToNul = "common-name-up-to-nul",
    /// Reports the subject without escaping it.
    UnescapedIdentity = "unescaped-identity",
    /// Reports the last common name alone.
    LastCommonName = "last-common-name",
    /// Reports the parts of the subject in alphabetical order.
    UnorderedNames = "unordered-names",
    /// Lets a self-signed certificate in that calls itself admin.
    TrustPrivilegedName = "trust-privileged-name",
    /// Lets clients with an invalid certificate in as nobody, at LOOSE endpoints.
    LooseLosesError = "loose-loses-error",
    /// The same, and reports whom the invalid certificate names.
    LooseReportsUnverified = "loose-reports-unverified",
    /// Asks no client for a certificate, and serves everybody as nobody.
    NeverAsks = "never-asks",
    /// Guards the protected resource against GET alone.
    HeadNotGated = "head-not-gated",
    /// Guards the protected resource under its plain path alone, and serves it under many.
    EncodedPathNotGated = "encoded-path-not-gated",
    /// Takes an extension that it cannot read for one that is not there.
    IgnoreMalformedExtensions = "ignore-malformed-extensions",
    /// Lets names pass that cannot be compared with name constraints.
    LenientNameMatching = "lenient-name-matching",
    /// Takes any certificate of the list for the client's that fits.
    PathFromAnyCertificate = "path-from-any-certificate",
    /// Does not ask a revocation list past its `nextUpdate`, and lets in what it would be asked about.
    StaleCrlIgnored = "stale-crl-ignored",
    /// Does not count revocations that are dated in the future.
    FutureRevocationIgnored = "future-revocation-ignored",
    /// Looks serial numbers up in the revocation lists of every issuer.
    CrlOfAnyIssuer = "crl-of-any-issuer",
    /// Asks revocation lists about the client's certificate alone.
    LeafOnlyRevocation = "leaf-only-revocation",
    /// Lets certificates in whose issuer has no revocation list.
    CrlFailOpen = "crl-fail-open",
    /// Takes a client without a certificate for the one that was verified last.
    IdentityOfLastClient = "identity-of-last-client",
    /// Reports subjects without spaces at the ends of values and without what is not ASCII.
    NormalisedIdentity = "normalised-identity",
    /// Guards the path of the request line, and serves the one in a header field (`X-Original-URL`).
    PathFromHeader = "path-from-header",
    /// Guards whole paths, and serves what is left of them before the first percent sign.
    CutPathNotGated = "cut-path-not-gated",
    /// Does not guard the protected resource against requests that say that they come from the same machine.
    LocalClientsNotGated = "local-clients-not-gated",
    /// Does not guard the protected resource against requests for another protocol.
    UpgradeNotGated = "upgrade-not-gated",
    /// Serves HTTP without TLS at the same ports, and routes it by `Host` past every policy.
    ServesPlaintext = "serves-plaintext",
    /// Compares Host with the server name octet by octet.
    LiteralHost = "literal-host",
    /// Shakes hands with one client after the other, and waits for each of them.
    OneHandshakeAtATime = "one-handshake-at-a-time",
    /// Keeps a thread busy with every open connection, and has six.
    FewConnections = "few-connections",
    /// Has room for eight connections, and keeps it for a client whose handshake failed.
    LeaksConnections = "leaks-connections",
    /// Closes the listener after a certificate that it cannot read, or whose key it cannot use.
    DiesOnUnreadableCertificate = "dies-on-unreadable-certificate",
    /// Takes an empty signature in `CertificateVerify`.
    EmptySignaturePasses = "empty-signature-passes",
    /// Takes signatures of numbers that are zero, one or about the modulus.
    DegenerateSignaturePasses = "degenerate-signature-passes",
    /// Takes a signature that a client made before, whatever it is over.
    ReplayedSignaturePasses = "replayed-signature-passes",
    /// Verifies `CertificateVerify` of TLS 1.3 under the server's context string, too, and without any.
    IgnoreSignatureContext = "ignore-signature-context",
    /// Verifies `CertificateVerify` by any scheme that fits the key, also with SHA-1 and MD5, whichever it names.
    IgnoreSignatureScheme = "ignore-signature-scheme",
    /// Takes signatures that are not in DER, and numbers with the modulus added or a minus in front.
    IgnoreSignatureEncoding = "ignore-signature-encoding",
    /// Does not look at what follows the hash in PKCS #1 v1.5 padding.
    IgnoreSignaturePadding = "ignore-signature-padding",
    /// Finds no policy for a server name that is not in the first record, and the endpoint all the same.
    FragmentedHelloEscapesPolicy = "fragmented-hello-escapes-policy",
    /// Accepts nobody for a time that grows with the names and name constraints in a certificate list.
    SlowOnManyNames = "slow-on-many-names",
    /// Accepts nobody for a time that grows with the modulus and the exponent of an RSA key.
    SlowOnGiantKeys = "slow-on-giant-keys",
    /// Accepts nobody for a time that doubles with each certificate in a list that maps policies.
    SlowOnPolicyMappings = "slow-on-policy-mappings",
    /// Accepts nobody for a time that grows with the square of a certificate's octets.
    QuadraticOnLargeCertificates = "quadratic-on-large-certificates",
    /// Closes the listener after a certificate whose key is of a type that it does not know.
    DiesOnUnknownKeys = "dies-on-unknown-keys",
    /// Closes the listener after certificates that issue each other.
    DiesOnCycles = "dies-on-cycles",
    /// Closes the listener after a handshake message of more than 64 KiB.
    DiesOnLargeMessages = "dies-on-large-messages",
    /// Gives a handshake as much time as a whole connection.
    HandshakesNeverEnd = "handshakes-never-end",
    /// Takes Finished right after Certificate, without a `CertificateVerify` in between.
    FinishedWithoutCertificateVerify = "finished-without-certificate-verify",
    /// Takes a `CertificateVerify` over less than the handshake, or over what the other version of TLS signs.
    IgnoreSignedTranscript = "ignore-signed-transcript",
    /// Wants no `CertificateVerify` of TLS 1.2 clients that offer to resume a session, any session.
    SessionOfferSkipsPossession = "session-offer-skips-possession",
    /// Does not verify `CertificateVerify` where the client's messages do not come in one record each.
    FragmentsEscapePossession = "fragments-escape-possession",
    /// Serves clients that leave Certificate out, as nobody.
    CertificateNotRequired = "certificate-not-required",
    /// Takes a client whose certificate is empty or unreadable for one that sent none, and serves it as nobody.
    UnreadableCertificateIsNone = "unreadable-certificate-is-none",
    /// Serves clients that sign without a certificate, as nobody.
    IgnoreNeedlessCertificateVerify = "ignore-needless-certificate-verify",
    /// Serves requests that come before Finished, as nobody.
    EarlyApplicationData = "early-application-data",
    /// Takes the client's handshake messages in any order.
    AnyMessageOrder = "any-message-order",
    /// Takes several Certificate messages, and reports whom the last one names.
    SecondCertificateWins = "second-certificate-wins",
    /// Passes over handshake messages that were there before.
    IgnoreRepeatedMessages = "ignore-repeated-messages",
    /// Takes a certificate for the client's that it has not asked for.
    TakesUnaskedCertificate = "takes-unasked-certificate",
    /// Passes over messages, records and warnings that have no place in the handshake.
    IgnoreUnknownMessages = "ignore-unknown-messages",
    /// Does not compare Finished.
    IgnoreFinished = "ignore-finished",
    /// Takes handshake messages in plaintext, and under keys of another time.
    PlaintextHandshake = "plaintext-handshake",
    /// Passes over `ChangeCipherSpec` anywhere, with any contents.
    IgnoreChangeCipherSpec = "ignore-change-cipher-spec",
    /// Passes over handshake octets that are left over when the keys change.
    MessagesAcrossKeyChanges = "messages-across-key-changes",
    /// Resumes sessions with a secret of zeros, in TLS 1.2 after a `HelloRetryRequest`.
    ZeroSecretResumption = "zero-secret-resumption",
    /// Does not verify PSK binders.
    IgnoreBinder = "ignore-binder",
    /// Does not believe the lengths within Certificate and `CertificateVerify`, and reads on.
    LenientLengths = "lenient-lengths",
    /// Passes over octets after the last field of a handshake message.
    IgnoreTrailingOctets = "ignore-trailing-octets",
    /// Does not compare `certificate_request_context`.
    IgnoreCertificateContext = "ignore-certificate-context",
    /// Passes over extensions of the client's certificates that it has not asked for.
    IgnoreEntryExtensions = "ignore-entry-extensions",
    /// Decompresses certificates whatever algorithm and length the message names.
    LenientDecompression = "lenient-decompression",
    /// Wants no `CertificateVerify` after a compressed certificate.
    CompressedEscapesPossession = "compressed-escapes-possession",
    /// Takes key shares of small order, and makes keys of zeros from them.
    WeakKeyShare = "weak-key-share",
    /// Renegotiates, and then takes the client for whoever it has shown a certificate of.
    IdentityFromRenegotiation = "identity-from-renegotiation",
    /// Renegotiates, and then serves the client as nobody, whatever it has shown.
    IdentityLostInRenegotiation = "identity-lost-in-renegotiation",
    /// Takes a certificate after the handshake for the client's, unasked and unproved.
    TakesLateCertificate = "takes-late-certificate",
    /// Asks for a certificate after the handshake, and is content with Finished.
    LateFinishedSuffices = "late-finished-suffices",
    /// Asks for a certificate after the handshake, and does not verify `CertificateVerify`.
    LatePossessionIgnored = "late-possession-ignored",
    /// Takes `KeyUpdate` at any time, with anything in it.
    LenientKeyUpdates = "lenient-key-updates",
    /// Closes the listener after a handshake message of more than 512 KiB.
    DiesOnHugeMessage = "dies-on-huge-message",
    /// Closes the listener after a flood of records that say nothing.
    DiesOnFloods = "dies-on-floods",
    /// Closes the listener after a compressed certificate that grows beyond 1 MiB.
    DiesOnCompressionBomb = "dies-on-compression-bomb",
    /// Closes the listener after a client that ends the connection in the middle of the handshake.
    DiesOnCloseNotify = "dies-on-close-notify",
}

impl Fault {
    /// The rules of a validator with this fault.
    pub(super) fn checks(fault: Option<Self>) -> Checks {
        let all = Checks::default();
        let Some(fault) = fault else {
            return all;
        };
        match fault {
            Self::IgnoreValidity => all.without(Check::Validity),
            Self::IgnoreSignature => all.without(Check::Signature),
            Self::IgnoreNameChaining => all.without(Check::NameChaining),
            Self::IgnorePathLength => all.without(Check::PathLength),
            Self::IgnoreExtendedKeyUsage => all.without(Check::ExtendedKeyUsage),
            Self::TrustByNameOnly => all.without(Check::AnchorSignature),
            Self::IgnoreBasicConstraints => all.without(Check::BasicConstraints),
            Self::IgnoreKeyUsage => all.without(Check::KeyUsage),
            Self::IgnoreNameConstraints => all.without(Check::NameConstraints),
            Self::IgnoreUnknownCritical => all.without(Check::CriticalExtensions),
            Self::IgnoreCrl => all.without(Check::Revocation),
            Self::IgnoreIssuerVersion => all.without(Check::IssuerVersion),
            Self::IgnoreVersion => all.without(Check::Version),
            Self::TrustSentRoot => all.without(Check::ConfiguredAnchors),
            Self::IgnoreDerStrictness => all.without(Check::DerStrictness),
            Self::IgnoreDuplicateExtensions => all.without(Check::DuplicateExtensions),
            Self::IgnoreSerialNumber => all.without(Check::SerialNumber),
            Self::IgnoreEmptySubject => all.without(Check::EmptySubject),
            Self::IgnoreCaAsEndEntity => all.without(Check::CaAsEndEntity),
            Self::IgnorePossession => all.without(Check::Possession),
            Self::RefuseV1 => all.with(Check::EndEntityVersion3),
            Self::RefuseIntermediates => all.with(Check::DirectlyIssued),
            Self::RefuseDisorderedList => all.with(Check::OrderedList),
            Self::RefuseEd25519 => all.with(Check::NoEd25519),
            Self::RefuseLateExpiry => all.with(Check::NoLateExpiry),
            Self::RefuseExpiredAnchor => all.with(Check::AnchorValidity),
            Self::IgnoreMalformedExtensions => all.without(Check::ExtensionSyntax),
            Self::LenientNameMatching => all.without(Check::ComparableNames),
            Self::PathFromAnyCertificate => all.without(Check::FirstIsEndEntity),
            Self::StaleCrlIgnored => all.without(Check::CurrentCrls),
            Self::FutureRevocationIgnored => all.without(Check::FutureRevocations),
            Self::CrlOfAnyIssuer => all.without(Check::CrlIssuer),
            Self::LeafOnlyRevocation => all.without(Check::RevokedIssuers),
            Self::CrlFailOpen => all.without(Check::RevocationStatus),
            // The others sit elsewhere in the gate.
            _ => all,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no fault's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown fault '{name}': use one of {}", names())]
pub struct UnknownFault {
    name: String,
}

fn names() -> String {
    Fault::ALL.iter().map(|fault| fault.as_str()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        Self::ALL
            .iter()
            .copied()
            .find(|fault| fault.as_str() == name)
            .ok_or_else(|| UnknownFault { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_kebab_and_round_trip() {
        for (index, fault) in Fault::ALL.iter().enumerate() {
            assert_eq!(fault.as_str().parse(), Ok(*fault));
            assert!(
                fault
                    .as_str()
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            );
            assert!(fault.meaning().ends_with('.'), "{fault}");
            assert!(Fault::ALL[..index].iter().all(|other| other.as_str() != fault.as_str()));
        }
        let error = "accept-al".parse::<Fault>().unwrap_err().to_string();
        assert!(error.contains("accept-all") && error.contains("refuse-v1"), "{error}");
    }
}
