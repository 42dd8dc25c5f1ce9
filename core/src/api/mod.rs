//! Every operation of the KSeF API as a typed method, one object per area.

mod generated;

pub use generated::*;
