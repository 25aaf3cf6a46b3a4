//! The doctor as a whole, on forged certificates.
