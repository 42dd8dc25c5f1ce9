//! The operations on collective identifiers.

use std::{cmp::Reverse, collections::HashSet};

use axum::{
    Router,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use ksef_model::{
    CollectiveIdentifierInvoice, CollectiveIdentifierInvoicesQueryRequest, CollectiveIdentifiersQueryRequest,
    ContextIdentifier, GenerateCollectiveIdentifierRequest,
};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{
    number,
    requests::check_ksef_number,
    store::{CollectiveIdentifier, MAX_PER_INVOICE},
};
use crate::{
    auth::Authenticated,
    error::ApiError,
    exceptions::{self, Exception},
    json::{Json, Problems, Reply},
    paging::PageRequest,
    sessions::{self, SessionStore},
    state::AppState,
    wire,
};

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/collective-identifiers", post(generate))
        .route("/collective-identifiers/query", post(query))
        .route("/collective-identifiers/invoices", post(query_invoices))
        .route("/collective-identifiers/ksef/{ksefNumber}", get(by_ksef_number))
}

async fn generate(
    State(state): State<AppState>,
    caller: Authenticated,
    Json(body): Json<GenerateCollectiveIdentifierRequest>,
) -> Result<Reply<Value>, ApiError> {
    let seller_nip = sessions::at_present(&state, |sessions, _| {
        let most = sessions.limits.of(&caller.context).collective_invoices;
        if body.invoices.len() > usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(ApiError::exception(exceptions::VALIDATION)
                .with_detail(format!("'invoices' must contain at most {most} items.")));
        }
        seller_of_all(sessions, &body.invoices)
    })?;
    let now = state.now();
    let mut store = state.store();
    let full = |number: &str| store.collective_identifiers.uses(&caller.context, number) >= MAX_PER_INVOICE;
    if let Some(full) = body.invoices.iter().map(|one| one.ksef_number.as_str()).find(|one| full(one)) {
        return Err(about(
            exceptions::TOO_MANY_COLLECTIVE_IDENTIFIERS,
            &format!(
                "Faktura o numerze KSeF {full} jest już przypisana do maksymalnej liczby Identyfikatorów Zbiorczych."
            ),
        ));
    }
    let number = number::issue(&seller_nip, now);
    store.collective_identifiers.add(CollectiveIdentifier {
        number: number.clone(),
        created: now,
        context: caller.context,
        seller_nip,
        invoices: body.invoices,
    });
    Ok(Reply(StatusCode::CREATED, json!({ "collectiveIdentifierNumber": number })))
}

/// The one seller of the invoices, which must exist and be named once.
fn seller_of_all(
    sessions: &SessionStore,
    invoices: &[CollectiveIdentifierInvoice],
) -> Result<String, ApiError> {
    let mut seen = HashSet::new();
    let mut seller: Option<&str> = None;
    for number in invoices.iter().map(|one| one.ksef_number.as_str()) {
        if !seen.insert(number) {
            return Err(about(exceptions::REPEATED_INVOICE, &format!("Powtórzony numer KSeF {number}.")));
        }
        let (_, accepted) = sessions.by_number(number).ok_or_else(|| {
            about(
                exceptions::NO_SUCH_INVOICE,
                &format!("Faktura o numerze KSeF {number} nie została znaleziona."),
            )
        })?;
        let nip = accepted.header.seller_nip.as_str();
        if *seller.get_or_insert(nip) != nip {
            return Err(about(
                exceptions::DIFFERENT_SELLERS,
                &format!("Faktura o numerze KSeF {number} ma innego sprzedawcę."),
            ));
        }
    }
    Ok(seller.unwrap_or_default().to_owned())
}

fn about(exception: Exception, detail: &str) -> ApiError {
    ApiError::exception(exception).with_detail(detail)
}

async fn query(
    State(state): State<AppState>,
    caller: Authenticated,
    RawQuery(parameters): RawQuery,
    headers: HeaderMap,
    Json(filter): Json<CollectiveIdentifiersQueryRequest>,
) -> Result<Reply<Value>, ApiError> {
    let page = page("collective-identifiers", parameters.as_deref(), &headers, 200)?;
    let store = state.store();
    let found = store.collective_identifiers.newest_first(|one| {
        let count = i32::try_from(one.invoices.len()).unwrap_or(i32::MAX);
        let here = one.context == caller.context;
        one.is_listed_for(&caller.context)
            && (filter.date_created_from..=filter.date_created_to).contains(&one.created)
            && filter.collective_identifier_number.as_ref().is_none_or(|number| one.number == *number)
            && filter.invoice_count_from.is_none_or(|least| count >= least)
            && filter.invoice_count_to.is_none_or(|most| count <= most)
            && filter.created_in_current_context.is_none_or(|wanted| here == wanted)
    });
    let (items, next) = page.cut(found);
    let items: Vec<Value> = items
        .into_iter()
        .map(|one| {
            let mut item = item(one, &caller.context);
            item["invoiceCount"] = one.invoices.len().into();
            item
        })
        .collect();
    Ok(reply("collectiveIdentifiers", items, next))
}

async fn by_ksef_number(
    State(state): State<AppState>,
    caller: Authenticated,
    Path(ksef_number): Path<String>,
    RawQuery(parameters): RawQuery,
    headers: HeaderMap,
) -> Result<Reply<Value>, ApiError> {
    let mut problems = Problems::default();
    check_ksef_number(&mut problems, "ksefNumber", &ksef_number);
    problems.into_result()?;
    let page = page("collective-identifiers-of-invoice", parameters.as_deref(), &headers, 200)?;
    let is_party = sessions::at_present(&state, |sessions, _| {
        sessions.by_number(&ksef_number).is_some_and(|(_, invoice)| invoice.concerns(&caller.context))
    });
    let store = state.store();
    let found = store
        .collective_identifiers
        .newest_first(|one| one.holds(&ksef_number) && (is_party || one.context == caller.context));
    let (items, next) = page.cut(found);
    let items: Vec<Value> = items.into_iter().map(|one| item(one, &caller.context)).collect();
    Ok(reply("collectiveIdentifiers", items, next))
}

async fn query_invoices(
    State(state): State<AppState>,
    caller: Authenticated,
    RawQuery(parameters): RawQuery,
    headers: HeaderMap,
    Json(body): Json<CollectiveIdentifierInvoicesQueryRequest>,
) -> Result<Reply<Value>, ApiError> {
    let page = page("collective-identifier-invoices", parameters.as_deref(), &headers, 500)?;
    let numbers: HashSet<&String> = body.collective_identifier_numbers.iter().collect();
    let store = state.store();
    let mut found: Vec<(&CollectiveIdentifier, &CollectiveIdentifierInvoice)> = numbers
        .into_iter()
        .filter_map(|number| store.collective_identifiers.by_number(number))
        .flat_map(|one| one.invoices.iter().map(move |invoice| (one, invoice)))
        .collect();
    found.sort_by_key(|(one, invoice)| Reverse((invoice.ksef_number.as_str(), one.number.as_str())));
    let (found, next) = page.cut(found);
    let items: Vec<Value> = found
        .into_iter()
        .map(|(identifier, invoice)| {
            let has_role = || {
                let held = store.sessions.by_number(invoice.ksef_number.as_str());
                held.is_some_and(|(_, accepted)| accepted.concerns(&caller.context))
            };
            invoice_item(identifier, invoice, identifier.context == caller.context || has_role())
        })
        .collect();
    Ok(reply("invoices", items, next))
}

/// The page wanted; a list has 10 to `most` items.
fn page(
    list: &'static str,
    parameters: Option<&str>,
    headers: &HeaderMap,
    most: usize,
) -> Result<PageRequest, ApiError> {
    let parameters = parameters.unwrap_or_default();
    let size = form_urlencoded::parse(parameters.as_bytes()).find(|(name, _)| name == "pageSize");
    PageRequest::read(list, size.as_ref().map(|(_, value)| &**value), headers, 10..=most)
}

fn item(one: &CollectiveIdentifier, context: &ContextIdentifier) -> Value {
    json!({
        "collectiveIdentifierNumber": one.number,
        "dateCreated": wire::timestamp(one.created),
        "createdInCurrentContext": one.context == *context,
    })
}

/// Payment and description are for the one who made the identifier and for parties of the invoice.
fn invoice_item(
    identifier: &CollectiveIdentifier,
    invoice: &CollectiveIdentifierInvoice,
    may_see: bool,
) -> Value {
    let has_details = invoice.payment.is_some() || invoice.description.is_some();
    let mut item = json!({
        "ksefNumber": invoice.ksef_number.as_str(),
        "collectiveIdentifierNumber": identifier.number,
        "detailsHidden": has_details && !may_see,
    });
    if may_see {
        if let Some(payment) = &invoice.payment {
            item["payment"] = json!(payment);
        }
        if let Some(description) = &invoice.description {
            item["description"] = description.as_str().into();
        }
    }
    item
}

fn reply(list: &str, items: Vec<Value>, next: Option<String>) -> Reply<Value> {
    let mut body = json!({ list: items });
    if let Some(token) = next {
        body["continuationToken"] = token.into();
    }
    Reply(StatusCode::OK, body)
}
