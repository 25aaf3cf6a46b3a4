//! A strict reader of the presentation language of TLS (RFC 8446 3).

/// Why octets are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// There are fewer octets than there must be.
    #[error("`{what}` ends early")]
    Truncated {
        /// Field that was read.
        what: &'static str,
    },
    /// There are more octets than there must be.
    #[error("`{what}` is followed by octets that belong to nothing")]
    Trailing {
        /// Field that was read.
        what: &'static str,
    },
    /// A value or a length that the standard does not allow.
    #[error("`{what}` has a value that is not allowed")]
    Invalid {
        /// Field that was read.
        what: &'static str,
    },
    /// More than may be sent, or more than we read.
    #[error("`{what}` is too long")]
    TooLong {
        /// Field that was read.
        what: &'static str,
    },
    /// A list holds something twice that may be there once.
    #[error("`{what}` holds the same twice")]
    Repeated {
        /// Field that was read.
        what: &'static str,
    },
}

/// Reads octets front to back; `what` names the field in the error.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader of these octets.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// As many octets.
    pub fn take(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], Malformed> {
        let (taken, rest) =
            self.rest.split_at_checked(count).ok_or(Malformed::Truncated { what })?;
        self.rest = rest;
        Ok(taken)
    }

    /// As many octets as the array has.
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Malformed::Truncated { what })?;
        self.rest = rest;
        Ok(*taken)
    }

    /// A `uint8`.
    pub fn u8(&mut self, what: &'static str) -> Result<u8, Malformed> {
        self.array(what).map(u8::from_be_bytes)
    }

    /// A `uint16`.
    pub fn u16(&mut self, what: &'static str) -> Result<u16, Malformed> {
        self.array(what).map(u16::from_be_bytes)
    }

    /// A `uint24`.
    pub fn u24(&mut self, what: &'static str) -> Result<u32, Malformed> {
        let [high, middle, low] = self.array(what)?;
        Ok(u32::from_be_bytes([0, high, middle, low]))
    }

    /// A `uint32`.
    pub fn u32(&mut self, what: &'static str) -> Result<u32, Malformed> {
        self.array(what).map(u32::from_be_bytes)
    }

    /// A `uint64`.
    pub fn u64(&mut self, what: &'static str) -> Result<u64, Malformed> {
        self.array(what).map(u64::from_be_bytes)
    }

    /// The contents of a vector with a length of one octet.
    pub fn vec8(&mut self, what: &'static str) -> Result<&'a [u8], Malformed> {
        let length = self.u8(what)?;
        self.take(length.into(), what)
    }

    /// The contents of a vector with a length of two octets.
    pub fn vec16(&mut self, what: &'static str) -> Result<&'a [u8], Malformed> {
        let length = self.u16(what)?;
        self.take(length.into(), what)
    }

    /// The contents of a vector with a length of three octets.
    pub fn vec24(&mut self, what: &'static str) -> Result<&'a [u8], Malformed> {
        let length = self.u24(what)?;
        let length = usize::try_from(length).map_err(|_| Malformed::TooLong { what })?;
        self.take(length, what)
    }

    /// All that is left.
    pub const fn rest(&mut self) -> &'a [u8] {
        let rest = self.rest;
        self.rest = &[];
        rest
    }

    /// Whether nothing is left.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads items until nothing is left. Each must take at least one octet.
    pub fn all<T>(
        mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let mut items = Vec::new();
        while !self.is_empty() {
            items.push(item(&mut self)?);
        }
        Ok(items)
    }

    /// Asserts that nothing is left.
    pub const fn finish(self, what: &'static str) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed::Trailing { what }) }
    }
}

/// A vector that the standard wants to have something in.
pub(super) const fn not_empty<'a>(
    contents: &'a [u8],
    what: &'static str,
) -> Result<&'a [u8], Malformed> {
    if contents.is_empty() { Err(Malformed::Invalid { what }) } else { Ok(contents) }
}

/// The items of a list of code points of two octets, which must hold at least one.
pub(super) fn code_points<T: From<u16>>(
    contents: &[u8],
    what: &'static str,
) -> Result<Vec<T>, Malformed> {
    Reader::new(not_empty(contents, what)?).all(|reader| reader.u16(what).map(T::from))
}
