//! API keys: only their hashes are here.

use std::fmt;

use rusqlite::{Connection, OptionalExtension as _, Row};
use uuid::Uuid;

use super::{Store, StoreError, calls};
use crate::{
    auth, clock,
    protocol::{record::Timestamp, scope::Scope},
};

const COLUMNS: &str = "id, hash, scope, name, created_at";

/// An API key as the store knows it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Names the key where it is listed and deleted.
    pub id: Uuid,
    /// SHA-256 of the key's text.
    pub hash: [u8; 32],
    /// What it may do.
    pub scope: Scope,
    /// What it is for, in its owner's words.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl fmt::Debug for KeyRow {
    /// Without the hash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, hash: _, scope, name, created_at } = self;
        f.debug_struct("KeyRow")
            .field("id", id)
            .field("scope", scope)
            .field("name", name)
            .field("created_at", created_at)
            .finish_non_exhaustive()
    }
}

/// What became of a key that somebody wants revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// It is gone.
    Gone,
    /// There is no such key.
    Unknown,
    /// It is the last one that may make others, and stays.
    LastAdmin,
}

/// Makes a key: its text, which only its holder keeps, and its row.
///
/// # Errors
/// Where the operating system has no randomness.
pub fn make(scope: Scope, name: String) -> Result<(String, KeyRow), getrandom::Error> {
    let (text, hash) = auth::keys::new_key()?;
    Ok((text, KeyRow { id: clock::key_id(), hash, scope, name, created_at: clock::wall() }))
}

/// Adds a key.
///
/// # Errors
/// What SQLite says, such as a violated constraint where the id or the hash is there already.
pub fn insert(db: &Connection, key: &KeyRow) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO api_keys (id, hash, scope, name, created_at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((key.id.as_bytes(), key.hash, key.scope.as_str(), &key.name, key.created_at.0))
        .map(drop)
}

/// Every key, the oldest first.
///
/// # Errors
/// What SQLite says.
pub fn all(db: &Connection) -> rusqlite::Result<Vec<KeyRow>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM api_keys ORDER BY created_at, id"))?.query_map([], key)?.collect()
}

/// Removes a key. False where there was none.
///
/// # Errors
/// What SQLite says.
pub fn delete(db: &Connection, id: Uuid) -> rusqlite::Result<bool> {
    Ok(db.prepare_cached("DELETE FROM api_keys WHERE id = ?1")?.execute([id.as_bytes()])? == 1)
}

fn key(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    Ok(KeyRow {
        id: calls::uuid(row, 0)?,
        hash: row.get(1)?,
        scope: calls::some_text(row, 2, Scope::parse)?,
        name: row.get(3)?,
        created_at: Timestamp(row.get(4)?),
    })
}

impl Store {
    /// Every key, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] where they could not be read.
    pub async fn keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        self.read(all).await
    }

    /// Adds a key.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be committed.
    pub async fn put_key(&self, key: KeyRow) -> Result<(), StoreError> {
        self.write(move |tx| insert(tx, &key)).await
    }

    /// Removes a key; the last one of scope admin only where `any` may go.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be committed.
    pub async fn revoke_key(&self, id: Uuid, any: bool) -> Result<Revoked, StoreError> {
        self.write(move |tx| {
            let admins: Vec<Uuid> = all(tx)?.iter().filter(|key| key.scope == Scope::Admin).map(|key| key.id).collect();
            if !any && admins == [id] {
                return Ok(Revoked::LastAdmin);
            }
            Ok(if delete(tx, id)? { Revoked::Gone } else { Revoked::Unknown })
        })
        .await
    }

    /// The key whose text has that SHA-256.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be read.
    pub async fn key_by_hash(&self, hash: [u8; 32]) -> Result<Option<KeyRow>, StoreError> {
        self.read(move |db| {
            db.prepare_cached(&format!("SELECT {COLUMNS} FROM api_keys WHERE hash = ?1"))?
                .query_row([hash], key)
                .optional()
        })
        .await
    }
}
