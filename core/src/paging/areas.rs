//! The lists of each area.

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
use crate::api::{
    AuthApi, CertificatesApi, CollectiveIdentifiersApi, PeppolApi, PermissionsApi, SessionsApi, TokensApi,
};

/// The largest pages (PROTOCOL §1.6): requests are rationed, entries are not.
const LARGEST_SESSIONS: i32 = 1000;
const LARGEST_COLLECTIVE: i32 = 200;
const LARGEST_CERTIFICATES: i32 = 50;
const LARGEST: i32 = 100;

impl AuthApi {
    /// All active logins of the context, newest first, page by page.
    #[must_use]
    pub fn all_sessions(&self) -> Pages<AuthenticationListItem> {
        Pages::by_token(&self.client, |client, token| async move {
            let page = client.auth().list_sessions(Some(LARGEST), token.as_deref()).await?;
            Ok((page.items, page.continuation_token))
        })
    }
}

impl TokensApi {
    /// All KSeF tokens that match the query, newest first, page by page.
    #[must_use]
    pub fn all(&self, query: &TokensListQuery) -> Pages<QueryTokensResponseItem> {
        let mut query = query.clone();
        query.page_size.get_or_insert(LARGEST);
        Pages::by_token(&self.client, move |client, token| {
            let query = query.clone();
            async move {
                let page = client.tokens().list(&query, token.as_deref()).await?;
                Ok((page.tokens, page.continuation_token))
            }
        })
    }
}

impl SessionsApi {
    /// All sessions of one type that match the query, newest first, page by page.
    #[must_use]
    pub fn all(&self, kind: &SessionType, query: &SessionsListQuery) -> Pages<SessionsQueryResponseItem> {
        let (kind, mut query) = (kind.clone(), query.clone());
        query.page_size.get_or_insert(LARGEST_SESSIONS);
        Pages::by_token(&self.client, move |client, token| {
            let (kind, query) = (kind.clone(), query.clone());
            async move {
                let page = client.sessions().list(&kind, &query, token.as_deref()).await?;
                Ok((page.sessions, page.continuation_token))
            }
        })
    }

    /// All invoices of a session, page by page.
    #[must_use]
    pub fn all_invoices(&self, session: &ReferenceNumber) -> Pages<SessionInvoiceStatusResponse> {
        let session = session.clone();
        Pages::by_token(&self.client, move |client, token| {
            let session = session.clone();
            async move {
                let sessions = client.sessions();
                let page = sessions.list_invoices(&session, Some(LARGEST_SESSIONS), token.as_deref()).await?;
                Ok((page.invoices, page.continuation_token))
            }
        })
    }

    /// All refused invoices of a session, page by page.
    #[must_use]
    pub fn all_failed_invoices(&self, session: &ReferenceNumber) -> Pages<SessionInvoiceStatusResponse> {
        let session = session.clone();
        Pages::by_token(&self.client, move |client, token| {
            let session = session.clone();
            async move {
                let sessions = client.sessions();
                let page =
                    sessions.list_failed_invoices(&session, Some(LARGEST_SESSIONS), token.as_deref()).await?;
                Ok((page.invoices, page.continuation_token))
            }
        })
    }
}

impl CollectiveIdentifiersApi {
    /// All collective identifiers that match the query, page by page.
    #[must_use]
    pub fn all(
        &self,
        request: &CollectiveIdentifiersQueryRequest,
    ) -> Pages<CollectiveIdentifiersQueryResponseItem> {
        let request = request.clone();
        Pages::by_token(&self.client, move |client, token| {
            let request = request.clone();
            async move {
                let area = client.collective_identifiers();
                let page = area.query(&request, Some(LARGEST_COLLECTIVE), token.as_deref()).await?;
                Ok((page.collective_identifiers, page.continuation_token))
            }
        })
    }

    /// All invoices of a collective identifier, page by page.
    #[must_use]
    pub fn all_invoices(
        &self,
        request: &CollectiveIdentifierInvoicesQueryRequest,
    ) -> Pages<CollectiveIdentifierInvoicesQueryResponseItem> {
        let request = request.clone();
        Pages::by_token(&self.client, move |client, token| {
            let request = request.clone();
            async move {
                let area = client.collective_identifiers();
                let page = area.query_invoices(&request, Some(LARGEST_COLLECTIVE), token.as_deref()).await?;
                Ok((page.invoices, page.continuation_token))
            }
        })
    }

    /// All collective identifiers of an invoice, page by page.
    #[must_use]
    pub fn all_by_ksef_number(
        &self,
        number: &KsefNumber,
    ) -> Pages<CollectiveIdentifiersByKsefNumberQueryResponseItem> {
        let number = number.clone();
        Pages::by_token(&self.client, move |client, token| {
            let number = number.clone();
            async move {
                let area = client.collective_identifiers();
                let page = area.by_ksef_number(&number, Some(LARGEST_COLLECTIVE), token.as_deref()).await?;
                Ok((page.collective_identifiers, page.continuation_token))
            }
        })
    }
}

impl CertificatesApi {
    /// All KSeF certificates that match the query, newest request first, page by page.
    #[must_use]
    pub fn all(&self, request: &QueryCertificatesRequest) -> Pages<CertificateListItem> {
        let request = request.clone();
        Pages::by_number(&self.client, move |client, number| {
            let request = request.clone();
            async move {
                let area = client.certificates();
                let page = area.query(&request, Some(number), Some(LARGEST_CERTIFICATES)).await?;
                Ok((page.certificates, page.has_more))
            }
        })
    }
}

impl PeppolApi {
    /// All registered Peppol service providers, newest first, page by page.
    #[must_use]
    pub fn all(&self) -> Pages<PeppolProvider> {
        Pages::by_number(&self.client, |client, number| async move {
            let page = client.peppol().list_providers(Some(number), Some(LARGEST)).await?;
            Ok((page.peppol_providers, page.has_more))
        })
    }
}

/// The queries of permissions differ in nothing but their types.
macro_rules! permission_lists {
    ($( $(#[$doc:meta])* $name:ident($request:ty) -> $item:ty = $query:ident.$field:ident; )+) => {
        impl PermissionsApi {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name(&self, request: &$request) -> Pages<$item> {
                    let request = request.clone();
                    Pages::by_number(&self.client, move |client, number| {
                        let request = request.clone();
                        async move {
                            let area = client.permissions();
                            let page = area.$query(&request, Some(number), Some(LARGEST)).await?;
                            Ok((page.$field, page.has_more))
                        }
                    })
                }
            )+
        }
    };
}

permission_lists! {
    /// All permissions of the caller in the context, page by page. What an owner holds by being the owner comes apart from
    /// the pages: see `query_personal`.
    all_personal(PersonalPermissionsQueryRequest) -> PersonalPermission = query_personal.permissions;
    /// All permissions of persons to work in the context, page by page.
    all_persons(PersonPermissionsQueryRequest) -> PersonPermission = query_persons.permissions;
    /// All permissions of administrators of subunits, page by page.
    all_subunits(SubunitPermissionsQueryRequest) -> SubunitPermission = query_subunits.permissions;
    /// All permissions to handle invoices that the context was granted, page by page.
    all_entities(EntityPermissionsQueryRequest) -> EntityPermissionItem = query_entities.permissions;
    /// All roles of subordinate entities, page by page.
    all_subordinate_entity_roles(SubordinateEntityRolesQueryRequest) -> SubordinateEntityRole
        = query_subordinate_entity_roles.roles;
    /// All authorisations between entities that match the query, page by page.
    all_authorizations(EntityAuthorizationPermissionsQueryRequest) -> EntityAuthorizationGrant
        = query_authorizations.authorization_grants;
    /// All permissions of administrators and representatives of EU entities, page by page.
    all_eu_entities(EuEntityPermissionsQueryRequest) -> EuEntityPermission = query_eu_entities.permissions;
}

impl PermissionsApi {
    /// All roles of the context, page by page.
    #[must_use]
    pub fn all_entity_roles(&self) -> Pages<EntityRole> {
        Pages::by_number(&self.client, |client, number| async move {
            let page = client.permissions().query_entity_roles(Some(number), Some(LARGEST)).await?;
            Ok((page.roles, page.has_more))
        })
    }
}
