//! The native module of the Python package: the uniffi face, and a short closed list of verbs for bulk data.
//!
//! Python loads one file, so there is one runtime and one copy of everything. The verbs here exist because a buffer that
//! passes through the uniffi face is copied; each has an equivalent there, so no other language lacks anything.

mod symmetric_key;

use pyo3::prelude::*;

// The scaffolding of the uniffi face must be visible in this file's symbols, where the generated loader looks for it.
ksef_uniffi::uniffi_reexport_scaffolding!();

/// The private native module of `libksef`; use the package, not this.
#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::symmetric_key::SymmetricKey;

    /// A panic is an exception in Python; its report goes to standard error only where somebody looks for it.
    #[pymodule_init]
    fn init(_module: &Bound<'_, PyModule>) -> PyResult<()> {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::env::var_os("RUST_BACKTRACE").is_some() {
                report(panic);
            }
        }));
        Ok(())
    }

    /// A number that differs between two copies of the library in one process.
    #[pyfunction]
    fn runtime_id() -> u64 {
        ksef_uniffi::runtime_id()
    }
}
