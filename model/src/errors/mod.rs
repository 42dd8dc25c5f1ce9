//! Bodies of refused requests, in the legacy form and as problem details (PROTOCOL §2).

mod generated;

pub use generated::*;
