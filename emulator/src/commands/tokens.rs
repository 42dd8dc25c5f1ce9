//! `POST /tokens` of the management API: a KSeF token without a login.

use ksef_model::{ContextIdentifier, ReferenceNumber};
use serde::{Deserialize, Serialize};

use super::{CommandError, Context, nip};
use crate::{
    auth::{Subject, SubjectKind, permissions},
    reference::{self, ReferenceKind},
    state::AppState,
    tokens::NewToken,
};

/// What token to make. `nip` is short for a context of type Nip.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct TokenRequest {
    pub(crate) nip: Option<String>,
    pub(crate) context: Option<Context>,
    /// All that a token may hold, when absent.
    pub(crate) permissions: Option<Vec<String>>,
    pub(crate) description: Option<String>,
    /// The NIP of the context, when absent.
    pub(crate) author: Option<Subject>,
    /// The text of the token, for a seed that wants the same one each time.
    pub(crate) token: Option<String>,
}

/// A token that was made.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedToken {
    /// The secret.
    pub(crate) token: String,
    /// Its `EC` reference number.
    pub(crate) reference_number: String,
}

impl TokenRequest {
    pub(crate) fn run(self, state: &AppState) -> Result<CreatedToken, CommandError> {
        let context = match (self.nip, self.context) {
            (Some(text), None) => ContextIdentifier::Nip(nip(&text, state.profile())?),
            (None, Some(Context(context))) => context,
            _ => return Err(CommandError::new("a token needs either a nip or a context")),
        };
        let author = match self.author {
            Some(author) => author,
            None => owner_of(&context)?,
        };
        let permissions = self
            .permissions
            .unwrap_or_else(|| permissions::OF_TOKENS.iter().map(|one| (*one).to_owned()).collect());
        if permissions.is_empty() {
            return Err(CommandError::new("a token needs at least one permission"));
        }
        if let Some(unknown) = permissions.iter().find(|one| !permissions::OF_TOKENS.contains(&one.as_str()))
        {
            return Err(CommandError::new(format_args!("a token cannot hold the permission {unknown:?}")));
        }
        let description = self.description.unwrap_or_else(|| "made by the management API".to_owned());
        let new = NewToken { author, context, description, permissions };
        let now = state.now();
        let mut store = state.store();
        let token = match self.token {
            None => store.tokens.create(new, now, jiff::SignedDuration::ZERO),
            Some(text) if text.is_empty() || text.len() > 160 => {
                return Err(CommandError::new("the text of a token has 1 to 160 bytes"));
            }
            Some(text) if store.tokens.by_text(&text).is_some() => {
                return Err(CommandError::new("this token exists"));
            }
            Some(text) => {
                let reference = text
                    .split('|')
                    .next()
                    .and_then(|head| ReferenceNumber::try_from(head).ok())
                    .unwrap_or_else(|| reference::issue(ReferenceKind::KsefToken, now));
                store.tokens.create_with_text(text, reference, new, now)
            }
        };
        Ok(CreatedToken {
            token: token.text().to_owned(),
            reference_number: token.reference.as_str().to_owned(),
        })
    }
}

fn owner_of(context: &ContextIdentifier) -> Result<Subject, CommandError> {
    match context {
        ContextIdentifier::PeppolId(_) => {
            Err(CommandError::new("a token of a PeppolId context needs an author"))
        }
        other => Ok(Subject {
            kind: SubjectKind::Nip,
            value: other.value().get(..10).unwrap_or_default().to_owned(),
        }),
    }
}
