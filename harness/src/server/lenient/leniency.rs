//! What each fault forgives.

use crate::server::Fault;

/// Something that a correct gate does not forgive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leniency {
    /// `CertificateVerify` may be left out.
    NoProof,
    /// `CertificateVerify` may be over less than the transcript, or over what the other version signs.
    AnyTranscript,
    /// An offer to resume a session, any session, stands for `CertificateVerify` (TLS 1.2).
    OfferForProof,
    /// What came in several records, or several in one, needs no right `CertificateVerify`.
    FragmentsForProof,
    /// `Certificate` may be left out; such a client is nobody, and is served.
    NoCertificate,
    /// A first certificate that is empty or unreadable counts as none; such a client is nobody, and is served.
    UnreadableCertificate,
    /// `CertificateVerify` may follow an empty list; such a client is nobody, and is served.
    NeedlessProof,
    /// Requests are served before `Finished`.
    EarlyData,
    /// Messages may come in any order.
    AnyOrder,
    /// `ClientKeyExchange` may be left out; the premaster secret is then empty.
    NoKeyExchange,
    /// `Certificate` may come again; the last one says who the client is, the first one's key proves it.
    SecondCertificate,
    /// Messages that were there already are passed over.
    Repetitions,
    /// `Certificate` may come although it was not asked for.
    UnaskedCertificate,
    /// Messages, records and warnings that nobody expects are passed over.
    Unknown,
    /// `Finished` may hold anything.
    AnyFinished,
    /// Records may be protected by other keys than those that are due.
    AnyKeys,
    /// `change_cipher_spec` may come anywhere, with any contents.
    AnyChangeCipherSpec,
    /// Handshake octets that are left over when the keys change are dropped without a word.
    AcrossKeyChanges,
    /// Sessions may be resumed with a secret of zeros.
    ZeroSecret,
    /// Binders may hold anything.
    AnyBinder,
    /// Lengths within `Certificate` and `CertificateVerify` are not believed.
    AnyLengths,
    /// Octets may follow the last field of a message.
    TrailingOctets,
    /// `certificate_request_context` may hold anything.
    AnyContext,
    /// Entries of a `certificate_list` may have extensions that were not asked for.
    EntryExtensions,
    /// Certificates may be compressed; what the message says of that may be wrong.
    AnyCompression,
    /// Certificates may be compressed, into any amount.
    CompressionBombs,
    /// A compressed certificate needs no `CertificateVerify`.
    CompressionForProof,
    /// Key shares of small order make a secret of zeros.
    WeakShares,
    /// TLS 1.2 clients may begin another handshake, and be somebody else after it, proved or not.
    Renegotiation,
    /// Nobody stays who they are in another handshake.
    RenegotiationForgets,
    /// `Certificate` may come after the handshake, unasked and unproved.
    LateCertificate,
    /// Clients that can be asked after the handshake are asked after it.
    AsksLate,
    /// Who was asked after the handshake need only send `Finished`.
    LateFinished,
    /// Who was asked after the handshake need not prove the certificate.
    LateProof,
    /// `KeyUpdate` may come at any time and hold anything.
    AnyKeyUpdates,
    /// Handshake messages may be as long as can be written.
    HugeMessages,
    /// Records may come without end that bring nothing forward.
    Floods,
    /// The end of a connection in the middle of a handshake is not provided for.
    AbruptEnds,
}

/// What a gate with this fault forgives: nothing where its TLS is correct.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct Forgiven(&'static [Leniency]);

impl Forgiven {
    /// What a gate with this fault forgives.
    pub(in crate::server) const fn by(fault: Option<Fault>) -> Self {
        use Leniency as L;
        let Some(fault) = fault else {
            return Self(&[]);
        };
        Self(match fault {
            Fault::FinishedWithoutCertificateVerify => &[L::NoProof],
            Fault::IgnoreSignedTranscript => &[L::AnyTranscript],
            Fault::SessionOfferSkipsPossession => &[L::OfferForProof],
            Fault::FragmentsEscapePossession => &[L::FragmentsForProof],
            Fault::CertificateNotRequired => &[L::NoCertificate],
            Fault::UnreadableCertificateIsNone => &[L::UnreadableCertificate],
            Fault::IgnoreNeedlessCertificateVerify => &[L::NeedlessProof],
            Fault::EarlyApplicationData => &[L::EarlyData],
            // Who sends Finished first has other keys for what follows.
            Fault::AnyMessageOrder => &[L::AnyOrder, L::AnyKeys],
            Fault::KeyExchangeNotRequired => &[L::NoKeyExchange],
            Fault::SecondCertificateWins => &[L::SecondCertificate],
            // A second ClientHello comes in plaintext.
            Fault::IgnoreRepeatedMessages => &[L::Repetitions, L::AnyKeys],
            Fault::TakesUnaskedCertificate => &[L::UnaskedCertificate],
            Fault::IgnoreUnknownMessages => &[L::Unknown],
            Fault::IgnoreFinished => &[L::AnyFinished],
            Fault::PlaintextHandshake => &[L::AnyKeys],
            Fault::IgnoreChangeCipherSpec => &[L::AnyChangeCipherSpec],
            Fault::MessagesAcrossKeyChanges => &[L::AcrossKeyChanges],
            Fault::ZeroSecretResumption => &[L::ZeroSecret],
            Fault::IgnoreBinder => &[L::AnyBinder],
            Fault::LenientLengths => &[L::AnyLengths],
            Fault::IgnoreTrailingOctets => &[L::TrailingOctets],
            Fault::IgnoreCertificateContext => &[L::AnyContext],
            Fault::IgnoreEntryExtensions => &[L::EntryExtensions],
            Fault::LenientDecompression => &[L::AnyCompression],
            Fault::CompressedEscapesPossession => &[L::CompressionForProof],
            Fault::WeakKeyShare => &[L::WeakShares],
            Fault::IdentityFromRenegotiation => &[L::Renegotiation],
            Fault::IdentityLostInRenegotiation => &[L::Renegotiation, L::RenegotiationForgets],
            Fault::TakesLateCertificate => &[L::LateCertificate],
            Fault::LateFinishedSuffices => &[L::AsksLate, L::LateFinished],
            Fault::LatePossessionIgnored => &[L::AsksLate, L::LateProof],
            Fault::LenientKeyUpdates => &[L::AnyKeyUpdates],
            Fault::DiesOnHugeMessage => &[L::HugeMessages],
            Fault::DiesOnFloods => &[L::Floods],
            Fault::DiesOnCompressionBomb => &[L::CompressionBombs],
            Fault::DiesOnCloseNotify => &[L::AbruptEnds],
            // Not in the handshake, or where rustls can be made wrong enough.
            _ => &[],
        })
    }

    /// Whether nothing is forgiven.
    pub(in crate::server) const fn is_nothing(self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is forgiven.
    pub(super) fn has(self, leniency: Leniency) -> bool {
        self.0.contains(&leniency)
    }
}
