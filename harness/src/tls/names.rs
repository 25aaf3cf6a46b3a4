//! Names of code points, as their registries and RFCs have them.
