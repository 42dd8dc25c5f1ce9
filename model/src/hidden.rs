//! What `Debug` shows in place of secret and personal values.

use std::fmt;

/// Prints as `…`, whatever the value is.
pub(crate) struct Hidden;

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
