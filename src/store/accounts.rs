//! Accounts, for those who do not bring their own tokens.

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::{Store, StoreError, calls};
use crate::{
    clock,
    protocol::{ids::UserId, record::Timestamp},
};

/// An account, without its password's hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose.
    pub user: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its password was last set.
    pub updated_at: Timestamp,
}

/// Makes an account, or gives it a new password. True where it is new.
///
/// # Errors
/// What SQLite says.
pub fn put(db: &Connection, user: &UserId, password_hash: &str, now: Timestamp) -> rusqlite::Result<bool> {
    let sql = "UPDATE accounts SET password_hash = ?2, updated_at = ?3 WHERE user = ?1";
    if db.prepare_cached(sql)?.execute((user.as_str(), password_hash, now.0))? == 1 {
        return Ok(false);
    }
    let sql = "INSERT INTO accounts (user, password_hash, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)";
    db.prepare_cached(sql)?.execute((user.as_str(), password_hash, now.0))?;
    Ok(true)
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account { user: calls::user(row, 0)?, created_at: Timestamp(row.get(1)?), updated_at: Timestamp(row.get(2)?) })
}

impl Store {
    /// Makes an account, or gives it a new password. True where it is new.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be committed.
    pub async fn put_account(&self, user: UserId, password_hash: String) -> Result<bool, StoreError> {
        self.write(move |tx| put(tx, &user, &password_hash, clock::wall())).await
    }

    /// Removes an account. False where there was none.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be committed.
    pub async fn delete_account(&self, user: UserId) -> Result<bool, StoreError> {
        self.write(move |tx| Ok(tx.execute("DELETE FROM accounts WHERE user = ?1", [user.as_str()])? == 1)).await
    }

    /// The PHC string of an account's password.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be read.
    pub async fn account_hash(&self, user: UserId) -> Result<Option<String>, StoreError> {
        self.read(move |db| {
            db.prepare_cached("SELECT password_hash FROM accounts WHERE user = ?1")?
                .query_row([user.as_str()], |row| row.get(0))
                .optional()
        })
        .await
    }

    /// Up to `limit` accounts in the order of their names, those after `after`.
    ///
    /// # Errors
    /// [`StoreError`] where they could not be read.
    pub async fn accounts(&self, after: Option<UserId>, limit: usize) -> Result<Vec<Account>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(move |db| {
            let after = after.as_ref().map_or("", UserId::as_str);
            db.prepare_cached(
                "SELECT user, created_at, updated_at FROM accounts WHERE user > ?1 ORDER BY user LIMIT ?2",
            )?
            .query_map((after, limit), account)?
            .collect()
        })
        .await
    }
}
