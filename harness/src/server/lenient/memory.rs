//! What a ticket remembers of a session.

use rustls::CipherSuite;
use rustls::pki_types::CertificateDer;

use crate::tls::{Malformed, Reader};

/// A session that can be resumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remembered {
    pub(super) suite: CipherSuite,
    /// The PSK, or the master secret of TLS 1.2.
    pub(super) secret: Vec<u8>,
    /// What the client showed at the beginning.
    pub(super) list: Vec<CertificateDer<'static>>,
}

impl Remembered {
    /// The state in octets; `None` where something is longer than anything should be.
    pub(super) fn to_octets(&self) -> Option<Vec<u8>> {
        let mut octets = u16::from(self.suite).to_be_bytes().to_vec();
        octets.push(u8::try_from(self.secret.len()).ok()?);
        octets.extend(&self.secret);
        for certificate in &self.list {
            octets.extend(u16::try_from(certificate.len()).ok()?.to_be_bytes());
            octets.extend_from_slice(certificate);
        }
        Some(octets)
    }

    /// Reads what [`Self::to_octets`] has written.
    pub(super) fn read(octets: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(octets);
        let suite = reader.u16("suite")?.into();
        let secret = reader.vec8("secret")?.to_vec();
        let list = reader.all(|rest| Ok(rest.vec16("certificate")?.to_vec().into()))?;
        Ok(Self { suite, secret, list })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_come_back_as_they_were() {
        let session = Remembered {
            suite: CipherSuite::TLS13_AES_128_GCM_SHA256,
            secret: vec![7; 48],
            list: vec![vec![1; 300].into(), vec![2].into()],
        };
        let octets = session.to_octets().unwrap();
        assert_eq!(Remembered::read(&octets).unwrap(), session);
        assert!(Remembered::read(&octets[..octets.len() - 1]).is_err());
        let giant = Remembered { list: vec![vec![0; 70_000].into()], ..session };
        assert_eq!(giant.to_octets(), None);
    }
}
