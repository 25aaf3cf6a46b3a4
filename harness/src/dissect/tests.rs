//! Whatever is on a tape, it is told.
