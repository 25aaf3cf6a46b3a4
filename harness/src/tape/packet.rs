//! Packets: what TCP and IP would have carried, made anew with lengths, numbers and checksums that are right.

use std::net::{IpAddr, SocketAddr};

/// Longest payload of one packet. With its headers it fits an IP packet.
pub(super) const MAX_PAYLOAD: usize = 65_000;

/// Flags of a TCP segment (RFC 9293 3.1).
pub(super) mod flags {
    pub(in super::super) const FIN: u8 = 0x01;
    pub(in super::super) const SYN: u8 = 0x02;
    pub(in super::super) const RST: u8 = 0x04;
    pub(in super::super) const PSH: u8 = 0x08;
    pub(in super::super) const ACK: u8 = 0x10;
}

/// Options of a SYN: maximum segment size, then a window scale of 14 after a padding octet.
const SYN_OPTIONS: [u8; 8] = [2, 4, 0xff, 0xc3, 1, 3, 3, 14];
const TCP: u8 = 6;
const HOP_LIMIT: u8 = 64;

/// A TCP segment from one end to the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) sequence: u32,
    pub(super) acknowledged: u32,
    pub(super) flags: u8,
    /// At most [`MAX_PAYLOAD`].
    pub(super) payload: &'a [u8],
}

impl Segment<'_> {
    /// The IP packet that carries it.
    pub(super) fn packet(&self) -> Vec<u8> {
        let (from, to) = same_family(self.from.ip(), self.to.ip());
        let tcp = self.tcp(&octets(from), &octets(to));
        let length = u16_of(tcp.len());
        let mut packet = match from {
            IpAddr::V4(_) => ipv4(length, &octets(from), &octets(to)),
            IpAddr::V6(_) => ipv6(length, &octets(from), &octets(to)),
        };
        packet.extend(tcp);
        packet
    }

    fn tcp(&self, from: &[u8], to: &[u8]) -> Vec<u8> {
        let options: &[u8] = if self.flags & flags::SYN == 0 { &[] } else { &SYN_OPTIONS };
        let header_length = 20 + options.len();
        let offset = u8::try_from(header_length / 4).unwrap_or(u8::MAX) << 4;
        let build = |checksum: u16| {
            let mut tcp = Vec::with_capacity(header_length + self.payload.len());
            tcp.extend(self.from.port().to_be_bytes());
            tcp.extend(self.to.port().to_be_bytes());
            tcp.extend(self.sequence.to_be_bytes());
            tcp.extend(self.acknowledged.to_be_bytes());
            tcp.extend([offset, self.flags]);
            tcp.extend(u16::MAX.to_be_bytes()); // the window
            tcp.extend(checksum.to_be_bytes());
            tcp.extend([0, 0]); // nothing urgent
            tcp.extend(options);
            tcp.extend(self.payload);
            tcp
        };
        let tcp = build(0);
        // The pseudo-header (RFC 9293 3.1, RFC 8200 8.1); both forms have the same sum.
        let length = u16_of(tcp.len()).to_be_bytes();
        let checksum = checksum(&[from, to, &[0, TCP], &length, &tcp]);
        build(checksum)
    }
}

fn ipv4(length: u16, from: &[u8], to: &[u8]) -> Vec<u8> {
    let build = |checksum: u16| {
        let mut header = vec![0x45, 0];
        header.extend(length.saturating_add(20).to_be_bytes());
        header.extend([0, 0, 0x40, 0, HOP_LIMIT, TCP]); // no identification: "don't fragment"
        header.extend(checksum.to_be_bytes());
        header.extend(from);
        header.extend(to);
        header
    };
    build(checksum(&[&build(0)]))
}

fn ipv6(length: u16, from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut header = vec![0x60, 0, 0, 0];
    header.extend(length.to_be_bytes());
    header.extend([TCP, HOP_LIMIT]);
    header.extend(from);
    header.extend(to);
    header
}

/// The Internet checksum (RFC 1071) over parts, each but the last of even length.
fn checksum(parts: &[&[u8]]) -> u16 {
    let mut sum: u32 = 0;
    for part in parts {
        for pair in part.chunks(2) {
            let high = pair.first().copied().unwrap_or(0);
            let low = pair.get(1).copied().unwrap_or(0);
            sum += u32::from(u16::from_be_bytes([high, low]));
        }
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16_of(usize::try_from(sum).unwrap_or(0))
}

/// Both addresses as IPv4, or both as IPv6.
fn same_family(from: IpAddr, to: IpAddr) -> (IpAddr, IpAddr) {
    let mapped = |ip| match ip {
        IpAddr::V4(v4) => IpAddr::V6(v4.to_ipv6_mapped()),
        IpAddr::V6(_) => ip,
    };
    match (from.to_canonical(), to.to_canonical()) {
        (from, to) if from.is_ipv4() == to.is_ipv4() => (from, to),
        (from, to) => (mapped(from), mapped(to)),
    }
}

fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

fn u16_of(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_rfc_1071() {
        // The example of RFC 1071 3.
        let octets = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(checksum(&[&octets]), !0xddf2);
        assert_eq!(checksum(&[&octets[..4], &octets[4..]]), !0xddf2);
    }

    #[test]
    fn a_packet_sums_to_nothing() {
        for (from, to) in [("127.0.0.1:4", "127.0.0.1:443"), ("[::1]:4", "[::ffff:1.2.3.4]:443")] {
            let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
            let segment =
                Segment { from, to, sequence: 7, acknowledged: 9, flags: 0x18, payload: b"odd" };
            let packet = segment.packet();
            let header = packet.len() - 23;
            let (ip, tcp) = packet.split_at(header);
            let length = u16_of(tcp.len()).to_be_bytes();
            let addresses = if header == 20 { &ip[12..] } else { &ip[8..] };
            assert_eq!(checksum(&[addresses, &[0, TCP], &length, tcp]), 0);
            assert_eq!(header == 20, from.is_ipv4());
        }
    }
}
