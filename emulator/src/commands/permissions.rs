//! `POST /permissions` of the management API: who may do what in a context.

use serde::Deserialize;

use super::{CommandError, Context};
use crate::{
    auth::{Subject, permissions},
    state::AppState,
};

/// Permissions for a subject in a context; `Owner` is allowed here.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GrantRequest {
    context: Context,
    subject: Subject,
    permissions: Vec<String>,
}

impl GrantRequest {
    pub(crate) fn run(self, state: &AppState) -> Result<(), CommandError> {
        if let Some(unknown) = self.permissions.iter().find(|one| !permissions::ALL.contains(&one.as_str())) {
            return Err(CommandError::new(format_args!("there is no permission {unknown:?}")));
        }
        let Self { context: Context(context), subject, permissions } = self;
        let scopes = permissions.into_iter().map(|one| (one, "Nadane przez KSeF".to_owned())).collect();
        state.store().permissions.give_by_system(context, subject, scopes, state.now());
        Ok(())
    }
}
