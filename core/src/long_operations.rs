//! Work that KSeF accepts at once and does later, as one awaitable call: changes of permissions, certificate enrolments,
//! activation of tokens.

use std::future::Future;

use ksef_model::{
    AuthenticationTokenStatus, CertificateEnrollmentStatusResponse, PermissionsOperationResponse,
    PermissionsOperationStatusResponse, ReferenceNumber, StatusInfo, TokenStatusResponse, operations,
};

use crate::Client;
use crate::error::{Error, Result, texts};
use crate::poll::until_settled;
use crate::runtime;
use crate::session::WaitPolicy;

impl Client {
    /// Starts a change of permissions and waits until KSeF has made it: pass any grant or revocation as it is called.
    /// The deadline of the client holds for the start and for the wait, each.
    ///
    /// ```no_run
    /// # async fn example(client: libksef::Client, request: libksef::model::PersonPermissionsGrantRequest)
    /// #     -> libksef::Result<()> {
    /// let grant = client.permissions();
    /// let status = client.carry_out(grant.grant_to_person(&request), Default::default()).await?;
    /// assert_eq!(status.status.code, 200);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the start, and of [`Client::wait_for_permission_operation`].
    pub async fn carry_out(
        &self,
        started: impl Future<Output = Result<PermissionsOperationResponse>>,
        wait: WaitPolicy,
    ) -> Result<PermissionsOperationStatusResponse> {
        let operation = started.await?;
        self.wait_for_permission_operation(&operation.reference_number, wait).await
    }

    /// Waits until KSeF has made a change of permissions. When the wait ends earlier, the status is not final (its code is
    /// below 200).
    ///
    /// # Errors
    /// 4030 with KSeF's code when the change was not made (PROTOCOL §2.11); 2xxx, 3xxx, 4xxx.
    pub async fn wait_for_permission_operation(
        &self,
        reference: &ReferenceNumber,
        wait: WaitPolicy,
    ) -> Result<PermissionsOperationStatusResponse> {
        let (client, reference) = (self.begin(), reference.clone());
        runtime::run(async move {
            let look = |client: Client| {
                let reference = reference.clone();
                async move { client.permissions().operation_status(&reference).await }
            };
            let answer = until_settled(&client, wait, look, |answer| is_final(&answer.status)).await?;
            check(&answer.status, operations::PERMISSIONS_OPERATION_STATUS.id)?;
            Ok(answer)
        })
        .await
    }

    /// Waits until KSeF has decided on an application for a certificate; the answer carries its serial number. When the wait
    /// ends earlier, the status is not final (its code is below 200).
    ///
    /// # Errors
    /// 4030 with KSeF's code when the application was refused (PROTOCOL §2.12); 2xxx, 3xxx, 4xxx.
    pub async fn wait_for_enrollment(
        &self,
        reference: &ReferenceNumber,
        wait: WaitPolicy,
    ) -> Result<CertificateEnrollmentStatusResponse> {
        let (client, reference) = (self.begin(), reference.clone());
        runtime::run(async move {
            let look = |client: Client| {
                let reference = reference.clone();
                async move { client.certificates().enrollment_status(&reference).await }
            };
            let answer = until_settled(&client, wait, look, |answer| is_final(&answer.status)).await?;
            check(&answer.status, operations::CERTIFICATES_ENROLLMENT_STATUS.id)?;
            Ok(answer)
        })
        .await
    }

    /// Waits until a KSeF token is active. When the wait ends earlier, its status is still `Pending`.
    ///
    /// # Errors
    /// 4030 when it will never be active: its activation failed, or it was revoked (PROTOCOL §2.13); 2xxx, 3xxx, 4xxx.
    pub async fn wait_for_token(
        &self,
        reference: &ReferenceNumber,
        wait: WaitPolicy,
    ) -> Result<TokenStatusResponse> {
        use AuthenticationTokenStatus as Status;
        let (client, reference) = (self.begin(), reference.clone());
        runtime::run(async move {
            let look = |client: Client| {
                let reference = reference.clone();
                async move { client.tokens().status(&reference).await }
            };
            let answer =
                until_settled(&client, wait, look, |answer| answer.status != Status::Pending).await?;
            match &answer.status {
                Status::Failed | Status::Revoking | Status::Revoked => {
                    let status = answer.status.as_str();
                    Err(Error::new(texts::OPERATION_FAILED)
                        .notes(format!("token status {status}"), format!("status tokenu {status}"))
                        .with_details(answer.status_details.as_deref().unwrap_or_default())
                        .in_operation(operations::TOKENS_STATUS.id)
                        .sent(true))
                }
                _ => Ok(answer),
            }
        })
        .await
    }
}

fn is_final(status: &StatusInfo) -> bool {
    status.code >= 200
}

fn check(status: &StatusInfo, operation: &'static str) -> Result<()> {
    if status.code < 300 {
        return Ok(());
    }
    let details = status.details.as_deref().unwrap_or_default();
    let error = Error::new(texts::OPERATION_FAILED).with_ksef(status.code, &status.description, details);
    Err(error.in_operation(operation).sent(true))
}
