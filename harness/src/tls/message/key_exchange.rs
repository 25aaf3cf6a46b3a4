//! `ServerKeyExchange` and `ClientKeyExchange` of ECDHE in TLS 1.2 (RFC 8422).

use rustls::{HandshakeType, NamedGroup, SignatureScheme};

use crate::tls::field::{Field, Message, encode};
use crate::tls::reader::{Malformed, Reader, not_empty};

const NAMED_CURVE: u8 = 3;

/// RFC 8422 5.4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerKeyExchange {
    /// `namedcurve`.
    pub group: NamedGroup,
    /// The server's public key.
    pub public: Vec<u8>,
    /// `algorithm` of the signature.
    pub scheme: SignatureScheme,
    /// Over both randoms and [`ServerKeyExchange::params`].
    pub signature: Vec<u8>,
}

impl ServerKeyExchange {
    fn param_fields(&self) -> Vec<Field> {
        vec![
            Field::u8("curve_type", NAMED_CURVE),
            Field::u16("namedcurve", self.group.into()),
            Field::opaque("public", 1, self.public.as_slice()),
        ]
    }

    /// `ServerECDHParams`: what is signed after the two randoms.
    pub fn params(&self) -> Vec<u8> {
        encode(&self.param_fields())
    }

    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let mut fields = self.param_fields();
        fields.push(Field::u16("algorithm", self.scheme.into()));
        fields.push(Field::opaque("signature", 2, self.signature.as_slice()));
        Message::new(HandshakeType::ServerKeyExchange, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        if reader.u8("curve_type")? != NAMED_CURVE {
            return Err(Malformed::Invalid { what: "curve_type" });
        }
        let group = reader.u16("namedcurve")?.into();
        let public = not_empty(reader.vec8("public")?, "public")?.to_vec();
        let scheme = reader.u16("algorithm")?.into();
        let signature = reader.vec16("signature")?.to_vec();
        reader.finish("signature")?;
        Ok(Self { group, public, scheme, signature })
    }
}

/// RFC 8422 5.7.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientKeyExchange {
    /// `ecdh_public`: the client's public key.
    pub public: Vec<u8>,
}

impl ClientKeyExchange {
    /// The message as fields.
    pub fn to_message(&self) -> Message {
        let fields = vec![Field::opaque("ecdh_public", 1, self.public.as_slice())];
        Message::new(HandshakeType::ClientKeyExchange, fields)
    }

    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let public = not_empty(reader.vec8("ecdh_public")?, "ecdh_public")?.to_vec();
        reader.finish("ecdh_public")?;
        Ok(Self { public })
    }
}
