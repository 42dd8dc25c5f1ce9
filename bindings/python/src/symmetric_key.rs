use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// An AES-256 key with its initialisation vector (PROTOCOL §5).
#[pyclass(frozen, module = "libksef._native")]
pub(crate) struct SymmetricKey(libksef::SymmetricKey);

#[pymethods]
impl SymmetricKey {
    #[new]
    fn new(key: &[u8], iv: &[u8]) -> PyResult<Self> {
        let key = key.try_into().map_err(|_| PyValueError::new_err("the key must have 32 bytes"))?;
        let iv = iv
            .try_into()
            .map_err(|_| PyValueError::new_err("the initialisation vector must have 16 bytes"))?;
        Ok(Self(libksef::SymmetricKey::from_parts(key, iv)))
    }

    /// A fresh random key.
    #[staticmethod]
    fn generate() -> PyResult<Self> {
        libksef::SymmetricKey::generate().map(Self).map_err(refused)
    }

    #[getter]
    fn key<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.key())
    }

    #[getter]
    fn iv<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.iv())
    }

    /// Encrypts a buffer. It is read where it is, and the result is written straight into the new `bytes` object; other
    /// Python threads run meanwhile and must not change the buffer.
    fn encrypt<'py>(&self, py: Python<'py>, content: PyBuffer<u8>) -> PyResult<Bound<'py, PyBytes>> {
        let input = contiguous(&content)?;
        let size = libksef::SymmetricKey::encrypted_size(input.len() as u64);
        let size = usize::try_from(size).map_err(|_| PyValueError::new_err("the buffer is too large"))?;
        PyBytes::new_with(py, size, |output| {
            py.detach(|| self.0.encrypt_into(input, output)).map_err(refused)
        })
    }

    /// Decrypts a buffer.
    fn decrypt<'py>(&self, py: Python<'py>, content: PyBuffer<u8>) -> PyResult<Bound<'py, PyBytes>> {
        let input = contiguous(&content)?;
        let plain = py.detach(|| self.0.decrypt(input)).map_err(refused)?;
        Ok(PyBytes::new(py, &plain))
    }

    fn __repr__(&self) -> &'static str {
        "SymmetricKey(…)"
    }
}

fn refused(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// The bytes of a buffer, without copying them.
fn contiguous(buffer: &PyBuffer<u8>) -> PyResult<&[u8]> {
    if !buffer.is_c_contiguous() {
        return Err(PyValueError::new_err("the buffer must be contiguous"));
    }
    if buffer.len_bytes() == 0 {
        return Ok(&[]);
    }
    // SAFETY: the buffer is contiguous, and the view keeps the memory alive and in place as long as `buffer` lives. The
    // caller must not change it meanwhile, as with every zero-copy reader of Python buffers; bytes have no invalid values.
    Ok(unsafe { std::slice::from_raw_parts(buffer.buf_ptr().cast::<u8>(), buffer.len_bytes()) })
}
