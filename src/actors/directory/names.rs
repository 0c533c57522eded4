//! Sessions of the Verto door have names that their clients gave them: whoever comes with one, as the same user, takes that session
//! over.

use actix::Addr;
use dashmap::Entry;

use super::{Directory, Endpoint, TooManySessions};
use crate::{
    actors::verto_session::VertoSession,
    protocol::ids::{SessionId, UserId},
};

/// A session of the Verto door, as whoever knows its name finds it.
#[derive(Debug, Clone)]
pub struct Named {
    /// Whose it is.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// Its actor.
    pub to: Addr<VertoSession>,
}

/// Why a session does not come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotLoggedIn {
    /// Another user's session has that name.
    NameTaken,
    /// The user has as many sessions as one may have.
    TooMany,
}

impl Directory {
    /// [`Directory::log_in`] under a name, whoever of the same user's had it before: in one step, so that of several that come at
    /// once with one name the last to be let in is the one that has it.
    ///
    /// # Errors
    /// [`NotLoggedIn`], and nothing is changed.
    pub fn log_in_as(
        &self,
        name: &str,
        named: Named,
        endpoint: Endpoint,
        single: bool,
        limit: Option<usize>,
        changed: impl FnOnce(),
    ) -> Result<Vec<(Endpoint, bool)>, NotLoggedIn> {
        let entry = self.verto.entry(name.into());
        if let Entry::Occupied(holder) = &entry
            && holder.get().user != named.user
        {
            return Err(NotLoggedIn::NameTaken);
        }
        let replaced = self
            .log_in(&named.user, endpoint, single, limit, changed)
            .map_err(|TooManySessions| NotLoggedIn::TooMany)?;
        entry.insert(named);
        Ok(replaced)
    }

    /// The session of the Verto door that has that name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Named> {
        self.verto.get(name).map(|named| named.clone())
    }

    /// The name of a session of the Verto door, if it has one. Looks at all there are.
    #[must_use]
    pub fn name_of(&self, session: SessionId) -> Option<String> {
        let named = self.verto.iter().find(|named| named.session == session)?;
        Some(named.key().to_string())
    }

    /// Takes a session's name back, where it still has it.
    pub fn unname_session(&self, name: &str, session: SessionId) {
        self.verto.remove_if(name, |_, named| named.session == session);
    }
}
