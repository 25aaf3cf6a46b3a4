//! DER has one encoding for a value: what the reader accepts, the writer gives back octet by octet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mtls_harness::pki::der;

fuzz_target!(|input: &[u8]| {
    if let Ok(node) = der::read(input) {
        assert_eq!(node.to_bytes(), input, "read and written again, the octets differ");
    }
});
