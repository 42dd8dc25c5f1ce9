//! Why a document could not be read or built.

use crate::check::problem_en;
use crate::xml::Stopped;

/// The reason, with the place in bytes or the name of the element. Contents of the document are never repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not UTF-8.
    #[error("the document is not valid UTF-8 at byte {offset}")]
    NotUtf8 {
        /// Byte offset of the first wrong byte.
        offset: usize,
    },
    /// The document is not well-formed XML 1.0.
    #[error("the document is not well-formed XML at byte {offset}: {reason}")]
    NotWellFormed {
        /// Byte offset.
        offset: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// The document has a document type declaration, which no document of KSeF may have.
    #[error("the document has a document type declaration at byte {offset}")]
    DocumentType {
        /// Byte offset.
        offset: usize,
    },
    /// The root element and its namespace belong to no known document of the expected sort.
    #[error("the root element is not that of {expected}")]
    UnexpectedRoot {
        /// What was to be read.
        expected: &'static str,
    },
    /// A required element is missing.
    #[error("the element {element} is missing")]
    Missing {
        /// Path of the element.
        element: &'static str,
    },
    /// An element is repeated or does not belong where it is.
    #[error("an element inside {element} is not expected there")]
    Unexpected {
        /// The element around it.
        element: &'static str,
    },
    /// The value of an element breaks its rules.
    #[error("the value of {element} {reason}")]
    Invalid {
        /// Path of the element.
        element: &'static str,
        /// Which rule.
        reason: &'static str,
    },
}

impl From<Stopped> for Error {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::NotWellFormed(fault) => {
                Error::NotWellFormed { offset: fault.offset, reason: problem_en(fault.problem) }
            }
            Stopped::DocumentType(offset) => Error::DocumentType { offset },
        }
    }
}

/// The text of a document, without a byte order mark.
pub(crate) fn text_of(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(crate::without_byte_order_mark(bytes))
        .map_err(|error| Error::NotUtf8 { offset: error.valid_up_to() })
}
