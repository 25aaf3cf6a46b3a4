//! The messages without a body.

use rustls::HandshakeType;

use crate::tls::field::Message;
use crate::tls::reader::{Malformed, Reader};

macro_rules! empty {
    ($(#[doc = $doc:literal] $name:ident $what:literal,)*) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name;

        impl $name {
            /// The message as fields: none.
            pub const fn to_message(&self) -> Message {
                Message::new(HandshakeType::$name, Vec::new())
            }

            /// Reads the body of the message, which must be empty.
            pub const fn parse(body: &[u8]) -> Result<Self, Malformed> {
                match Reader::new(body).finish($what) {
                    Ok(()) => Ok(Self),
                    Err(malformed) => Err(malformed),
                }
            }
        }
    )*};
}

empty! {
    #[doc = "RFC 5246 7.4.1.1: the server asks for another handshake."]
    HelloRequest "HelloRequest",
    #[doc = "RFC 5246 7.4.5: the server's flight ends."]
    ServerHelloDone "ServerHelloDone",
    #[doc = "RFC 8446 4.5: the client's early data ends."]
    EndOfEarlyData "EndOfEarlyData",
}
