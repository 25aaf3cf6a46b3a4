//! The lying client against rustls, and against gates that talk garbage.

mod fields;
mod garbage;
mod gate;
mod honest;
mod hostile;
mod library;
mod lies;
