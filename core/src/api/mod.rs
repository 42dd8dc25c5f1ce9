//! Every operation of the KSeF API: as a typed method, one object per area, and by its name with arguments in JSON.

mod answer;
mod arguments;
mod by_name;
mod generated;
mod listing;

pub use answer::Answer;
pub(crate) use arguments::Arguments;
pub use generated::*;
pub use listing::{InputDescription, OperationDescription, operations};
