use ksef_model::{
    CertificateEnrollmentStatusResponse, PermissionsOperationResponse, PermissionsOperationStatusResponse,
    ReferenceNumber, TokenStatusResponse,
};

use super::Client;
use crate::runtime::block_on;
use crate::{Availability, Result, Silence, WaitPolicy};

impl Client {
    /// Starts a change of permissions and waits until KSeF has made it: pass the answer of any grant or revocation,
    /// `client.carry_out(client.permissions().revoke(id), wait)`. See [`Client::carry_out`](crate::Client::carry_out).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn carry_out(
        &self,
        started: Result<PermissionsOperationResponse>,
        wait: WaitPolicy,
    ) -> Result<PermissionsOperationStatusResponse> {
        self.wait_for_permission_operation(&started?.reference_number, wait)
    }

    /// See [`Client::wait_for_permission_operation`](crate::Client::wait_for_permission_operation).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn wait_for_permission_operation(
        &self,
        reference: &ReferenceNumber,
        wait: WaitPolicy,
    ) -> Result<PermissionsOperationStatusResponse> {
        block_on(self.asynchronous().wait_for_permission_operation(reference, wait))
    }

    /// See [`Client::wait_for_enrollment`](crate::Client::wait_for_enrollment).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn wait_for_enrollment(
        &self,
        reference: &ReferenceNumber,
        wait: WaitPolicy,
    ) -> Result<CertificateEnrollmentStatusResponse> {
        block_on(self.asynchronous().wait_for_enrollment(reference, wait))
    }

    /// See [`Client::wait_for_token`](crate::Client::wait_for_token).
    ///
    /// # Errors
    /// The same; 1019 inside an asynchronous runtime.
    pub fn wait_for_token(
        &self,
        reference: &ReferenceNumber,
        wait: WaitPolicy,
    ) -> Result<TokenStatusResponse> {
        block_on(self.asynchronous().wait_for_token(reference, wait))
    }

    /// See [`Client::availability`](crate::Client::availability). Inside an asynchronous runtime nothing is asked.
    #[must_use]
    pub fn availability(&self) -> Availability {
        block_on(async { Ok(self.asynchronous().availability().await) })
            .unwrap_or(Availability::Unknown(Silence::NoAnswer))
    }
}
