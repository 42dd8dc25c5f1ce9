//! Calling an operation by its name.

use ksef_model::operations;
use serde_json::Value;

use super::arguments::{Arguments, unknown_operation};
use super::{Answer, generated};
use crate::Client;
use crate::error::Result;

impl Client {
    /// Calls an operation by its name, such as `sessions.status`, with its arguments in one JSON object:
    ///
    /// * path and query parameters by their names in the API (`referenceNumber`, `pageSize`); numbers may be given as text,
    ///   and one value may stand for a list;
    /// * `continuationToken` where pages have one;
    /// * `body`: the request as JSON with the names of the API, or the text of the XML document for `auth.start_with_xades`;
    /// * `bearer` for the three operations that take a token of their own (`auth.status`, `auth.redeem_tokens`,
    ///   `auth.refresh_token`).
    ///
    /// The arguments are read into the types of the typed method and checked as that method checks them. An operation
    /// without arguments takes null or an empty object. [`operations`](crate::operations) lists names and arguments.
    ///
    /// # Errors
    /// 1001 for a name of an operation or parameter that does not exist, or a parameter that is missing; 1002 to 1009 for an
    /// identifier that is not one; 1020 for a field of the body; then those of the operation.
    pub async fn call(&self, operation: &str, input: Value) -> Result<Answer> {
        let known = operations::by_id(operation).ok_or_else(|| unknown_operation(operation))?;
        let answer = match Arguments::new(known, input) {
            Ok(arguments) => generated::dispatch(self, arguments).await,
            Err(error) => Err(error),
        };
        answer.map_err(|error| error.in_operation(known.id))
    }
}
