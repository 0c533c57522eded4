//! Sessions of the Verto door have names that their clients gave them: whoever comes with one, as the same user, takes that session
//! over.

use actix::Addr;
use dashmap::Entry;

use super::Directory;
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

/// Another user's session has that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameTaken;

impl Directory {
    /// Gives a session of the Verto door a name, whoever of the same user's had it before.
    ///
    /// # Errors
    /// Where a session of another user's has it.
    pub fn name_session(&self, name: &str, named: Named) -> Result<Option<Named>, NameTaken> {
        match self.verto.entry(name.into()) {
            Entry::Occupied(entry) if entry.get().user != named.user => Err(NameTaken),
            Entry::Occupied(mut entry) => Ok(Some(entry.insert(named))),
            Entry::Vacant(entry) => {
                entry.insert(named);
                Ok(None)
            }
        }
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
