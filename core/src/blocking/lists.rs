//! The lists of each area: see the methods of the same names in [`api`](crate::api).

use ksef_model::{
    AuthenticationListItem, CertificateListItem, CollectiveIdentifierInvoicesQueryRequest,
    CollectiveIdentifierInvoicesQueryResponseItem, CollectiveIdentifiersByKsefNumberQueryResponseItem,
    CollectiveIdentifiersQueryRequest, CollectiveIdentifiersQueryResponseItem, EntityAuthorizationGrant,
    EntityAuthorizationPermissionsQueryRequest, EntityPermissionItem, EntityPermissionsQueryRequest,
    EntityRole, EuEntityPermission, EuEntityPermissionsQueryRequest, KsefNumber, PeppolProvider,
    PersonPermission, PersonPermissionsQueryRequest, PersonalPermission, PersonalPermissionsQueryRequest,
    QueryCertificatesRequest, QueryTokensResponseItem, ReferenceNumber, SessionInvoiceStatusResponse,
    SessionType, SessionsListQuery, SessionsQueryResponseItem, SubordinateEntityRole,
    SubordinateEntityRolesQueryRequest, SubunitPermission, SubunitPermissionsQueryRequest, TokensListQuery,
};

use super::Pages;
use super::api::{
    AuthApi, CertificatesApi, CollectiveIdentifiersApi, PeppolApi, PermissionsApi, SessionsApi, TokensApi,
};

impl AuthApi {
    /// See [`api::AuthApi::all_sessions`](crate::api::AuthApi::all_sessions).
    #[must_use]
    pub fn all_sessions(&self) -> Pages<AuthenticationListItem> {
        self.inner.all_sessions().into()
    }
}

impl TokensApi {
    /// See [`api::TokensApi::all`](crate::api::TokensApi::all).
    #[must_use]
    pub fn all(&self, query: &TokensListQuery) -> Pages<QueryTokensResponseItem> {
        self.inner.all(query).into()
    }
}

impl SessionsApi {
    /// See [`api::SessionsApi::all`](crate::api::SessionsApi::all).
    #[must_use]
    pub fn all(&self, kind: &SessionType, query: &SessionsListQuery) -> Pages<SessionsQueryResponseItem> {
        self.inner.all(kind, query).into()
    }

    /// See [`api::SessionsApi::all_invoices`](crate::api::SessionsApi::all_invoices).
    #[must_use]
    pub fn all_invoices(&self, session: &ReferenceNumber) -> Pages<SessionInvoiceStatusResponse> {
        self.inner.all_invoices(session).into()
    }

    /// See [`api::SessionsApi::all_failed_invoices`](crate::api::SessionsApi::all_failed_invoices).
    #[must_use]
    pub fn all_failed_invoices(&self, session: &ReferenceNumber) -> Pages<SessionInvoiceStatusResponse> {
        self.inner.all_failed_invoices(session).into()
    }
}

impl CollectiveIdentifiersApi {
    /// See [`api::CollectiveIdentifiersApi::all`](crate::api::CollectiveIdentifiersApi::all).
    #[must_use]
    pub fn all(
        &self,
        request: &CollectiveIdentifiersQueryRequest,
    ) -> Pages<CollectiveIdentifiersQueryResponseItem> {
        self.inner.all(request).into()
    }

    /// See [`api::CollectiveIdentifiersApi::all_invoices`](crate::api::CollectiveIdentifiersApi::all_invoices).
    #[must_use]
    pub fn all_invoices(
        &self,
        request: &CollectiveIdentifierInvoicesQueryRequest,
    ) -> Pages<CollectiveIdentifierInvoicesQueryResponseItem> {
        self.inner.all_invoices(request).into()
    }

    /// See [`api::CollectiveIdentifiersApi::all_by_ksef_number`](crate::api::CollectiveIdentifiersApi::all_by_ksef_number).
    #[must_use]
    pub fn all_by_ksef_number(
        &self,
        number: &KsefNumber,
    ) -> Pages<CollectiveIdentifiersByKsefNumberQueryResponseItem> {
        self.inner.all_by_ksef_number(number).into()
    }
}

impl CertificatesApi {
    /// See [`api::CertificatesApi::all`](crate::api::CertificatesApi::all).
    #[must_use]
    pub fn all(&self, request: &QueryCertificatesRequest) -> Pages<CertificateListItem> {
        self.inner.all(request).into()
    }
}

impl PeppolApi {
    /// See [`api::PeppolApi::all`](crate::api::PeppolApi::all).
    #[must_use]
    pub fn all(&self) -> Pages<PeppolProvider> {
        self.inner.all().into()
    }
}

impl PermissionsApi {
    /// See [`api::PermissionsApi::all_entity_roles`](crate::api::PermissionsApi::all_entity_roles).
    #[must_use]
    pub fn all_entity_roles(&self) -> Pages<EntityRole> {
        self.inner.all_entity_roles().into()
    }

    /// See [`api::PermissionsApi::all_personal`](crate::api::PermissionsApi::all_personal).
    #[must_use]
    pub fn all_personal(&self, request: &PersonalPermissionsQueryRequest) -> Pages<PersonalPermission> {
        self.inner.all_personal(request).into()
    }

    /// See [`api::PermissionsApi::all_persons`](crate::api::PermissionsApi::all_persons).
    #[must_use]
    pub fn all_persons(&self, request: &PersonPermissionsQueryRequest) -> Pages<PersonPermission> {
        self.inner.all_persons(request).into()
    }

    /// See [`api::PermissionsApi::all_subunits`](crate::api::PermissionsApi::all_subunits).
    #[must_use]
    pub fn all_subunits(&self, request: &SubunitPermissionsQueryRequest) -> Pages<SubunitPermission> {
        self.inner.all_subunits(request).into()
    }

    /// See [`api::PermissionsApi::all_entities`](crate::api::PermissionsApi::all_entities).
    #[must_use]
    pub fn all_entities(&self, request: &EntityPermissionsQueryRequest) -> Pages<EntityPermissionItem> {
        self.inner.all_entities(request).into()
    }

    /// See [`api::PermissionsApi::all_subordinate_entity_roles`](crate::api::PermissionsApi::all_subordinate_entity_roles).
    #[must_use]
    pub fn all_subordinate_entity_roles(
        &self,
        request: &SubordinateEntityRolesQueryRequest,
    ) -> Pages<SubordinateEntityRole> {
        self.inner.all_subordinate_entity_roles(request).into()
    }

    /// See [`api::PermissionsApi::all_authorizations`](crate::api::PermissionsApi::all_authorizations).
    #[must_use]
    pub fn all_authorizations(
        &self,
        request: &EntityAuthorizationPermissionsQueryRequest,
    ) -> Pages<EntityAuthorizationGrant> {
        self.inner.all_authorizations(request).into()
    }

    /// See [`api::PermissionsApi::all_eu_entities`](crate::api::PermissionsApi::all_eu_entities).
    #[must_use]
    pub fn all_eu_entities(&self, request: &EuEntityPermissionsQueryRequest) -> Pages<EuEntityPermission> {
        self.inner.all_eu_entities(request).into()
    }
}
