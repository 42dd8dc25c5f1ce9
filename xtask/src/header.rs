//! `cargo xtask header`: writes `ffi/include/ksef.h` from the sources of the C ABI, or tells that it is not current.

use std::fs;
use std::path::Path;

pub(crate) fn run(root: &Path, check: bool) -> Result<String, String> {
    let ffi = root.join("ffi");
    let path = ffi.join("include/ksef.h");
    let config = cbindgen::Config::from_file(ffi.join("cbindgen.toml"))?;
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(ffi.join("src/lib.rs"))
        .generate()
        .map_err(|error| format!("cbindgen: {error}"))?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    let shown = "ffi/include/ksef.h";
    if check {
        let committed = fs::read(&path).map_err(|error| format!("{shown}: {error}"))?;
        if committed != text {
            return Err(format!("{shown} is not current; run `cargo xtask header`"));
        }
        return Ok(format!("{shown} is current"));
    }
    fs::create_dir_all(ffi.join("include")).map_err(|error| error.to_string())?;
    fs::write(&path, text).map_err(|error| format!("{shown}: {error}"))?;
    Ok(format!("wrote {shown}"))
}
