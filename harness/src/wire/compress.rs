//! Compressed certificates (RFC 8879), honest and not.

use std::io::{Result, Write as _};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use mtls_scenarios::script::{Compress, LengthLie};
use rustls::CertificateCompressionAlgorithm;

use super::failure::Failure;
use crate::tls::CompressedCertificate;

/// Compresses the body of a `Certificate`, or the zeros that the script asks for instead.
pub(super) fn compress(
    body: &[u8],
    how: &Compress,
) -> core::result::Result<CompressedCertificate, Failure> {
    let (compressed, truth) = match how.bomb {
        None => (zlib(std::iter::once(body)), u32::try_from(body.len()).unwrap_or(u32::MAX)),
        Some(zeros) => (zlib(chunks_of_zeros(zeros)), zeros),
    };
    Ok(CompressedCertificate {
        algorithm: CertificateCompressionAlgorithm::from(how.algorithm),
        uncompressed_length: match how.uncompressed_length {
            None => truth,
            Some(LengthLie::Exactly(length)) => length,
            Some(LengthLie::Plus(more)) => truth.saturating_add_signed(more),
        },
        compressed: compressed.map_err(|e| Failure::Unable(format!("compression: {e}")))?,
    })
}

const ZEROS: [u8; 4096] = [0; 4096];

fn chunks_of_zeros(count: u32) -> impl Iterator<Item = &'static [u8]> {
    let mut left = usize::try_from(count).unwrap_or(usize::MAX);
    std::iter::from_fn(move || {
        let chunk = ZEROS.get(..left.min(ZEROS.len())).filter(|chunk| !chunk.is_empty())?;
        left = left.saturating_sub(chunk.len());
        Some(chunk)
    })
}

fn zlib<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    for chunk in chunks {
        encoder.write_all(chunk)?;
    }
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::ZlibDecoder;

    use super::*;

    fn how(json: &str) -> Compress {
        serde_json::from_str(json).unwrap()
    }

    fn decompressed(compressed: &CompressedCertificate) -> Vec<u8> {
        let mut octets = Vec::new();
        ZlibDecoder::new(compressed.compressed.as_slice()).read_to_end(&mut octets).unwrap();
        octets
    }

    #[test]
    fn what_is_compressed_comes_out_again() {
        let honest = compress(b"certificate", &how("{}")).unwrap();
        assert_eq!(
            (honest.uncompressed_length, decompressed(&honest)),
            (11, b"certificate".to_vec())
        );
    }

    #[test]
    fn bombs_and_lies() {
        let bomb = compress(b"", &how(r#"{"bomb": 100000, "uncompressed_length": {"plus": -1}}"#))
            .unwrap();
        assert_eq!(bomb.uncompressed_length, 99_999);
        assert_eq!(decompressed(&bomb), vec![0; 100_000]);
        assert!(bomb.compressed.len() < 1000);
    }
}
