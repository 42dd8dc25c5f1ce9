//! What is known about contexts: who was granted what in them, and which are blocked.

use ksef_model::ContextIdentifier;

use crate::auth::Subject;

/// Permissions that somebody holds in a context.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) context: ContextIdentifier,
    pub(crate) subject: Subject,
    pub(crate) permissions: Vec<String>,
}

/// Grants and blocks, from the seed and the management API.
#[derive(Debug, Default)]
pub(crate) struct ContextStore {
    grants: Vec<Grant>,
    blocked: Vec<ContextIdentifier>,
}

impl ContextStore {
    pub(crate) fn grant(&mut self, grant: Grant) {
        self.grants.push(grant);
    }

    /// The permissions granted to the subject in the context.
    pub(crate) fn granted<'a>(
        &'a self,
        subject: &'a Subject,
        context: &'a ContextIdentifier,
    ) -> impl Iterator<Item = &'a String> {
        self.grants
            .iter()
            .filter(move |grant| grant.subject == *subject && grant.context == *context)
            .flat_map(|grant| &grant.permissions)
    }

    /// A login into this context ends with status 480 from now on.
    pub(crate) fn block(&mut self, context: ContextIdentifier) {
        if !self.is_blocked(&context) {
            self.blocked.push(context);
        }
    }

    pub(crate) fn unblock(&mut self, context: &ContextIdentifier) {
        self.blocked.retain(|one| one != context);
    }

    pub(crate) fn is_blocked(&self, context: &ContextIdentifier) -> bool {
        self.blocked.contains(context)
    }
}
