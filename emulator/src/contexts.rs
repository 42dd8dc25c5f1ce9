//! Which contexts are blocked.

use ksef_model::ContextIdentifier;

/// Blocks, from the seed, the management API and test data.
#[derive(Debug, Default)]
pub(crate) struct ContextStore {
    blocked: Vec<ContextIdentifier>,
}

impl ContextStore {
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
