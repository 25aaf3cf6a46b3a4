//! How tests go about their cases.

use std::time::Duration;

use mtls_harness::run::{Dialogues, Options};

/// Options that suit a busy machine: nothing may time out that is merely slow.
pub(crate) fn options() -> Options {
    Options {
        jobs: 16,
        timeout: Duration::from_secs(60),
        fail_fast: false,
        pedantic: false,
        dialogues: Dialogues::default(),
        keep_recordings: false,
    }
}
