//! The figures of each minute of the last day, so that a restart does not lose them.

use rusqlite::{Connection, types::Type};

use super::{Store, StoreError};
use crate::{
    protocol::record::Timestamp,
    stats::{Figures, MINUTES, Minute},
};

/// Where a day before `now` began.
fn day_before(now: Timestamp) -> i64 {
    now.0.saturating_sub(i64::from(MINUTES) * 60_000_000)
}

/// Puts minutes in place of what is known of them, and forgets those that are older than a day.
fn put(db: &Connection, minutes: &[Minute], now: Timestamp) -> rusqlite::Result<()> {
    let mut put = db.prepare_cached("INSERT OR REPLACE INTO minutes (at, figures) VALUES (?1, ?2)")?;
    for Minute { at, figures } in minutes {
        let text =
            serde_json::to_string(figures).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        put.execute((at.0, text))?;
    }
    db.prepare_cached("DELETE FROM minutes WHERE at < ?1")?.execute([day_before(now)]).map(drop)
}

/// The minutes of the day before `now`, the oldest first.
fn last_day(db: &Connection, now: Timestamp) -> rusqlite::Result<Vec<Minute>> {
    db.prepare_cached("SELECT at, figures FROM minutes WHERE at >= ?1 ORDER BY at")?
        .query_map([day_before(now)], |row| {
            let text = row.get_ref(1)?.as_str()?;
            let figures: Figures = serde_json::from_str(text)
                .map_err(|error| rusqlite::Error::FromSqlConversionFailure(1, Type::Text, error.into()))?;
            Ok(Minute { at: Timestamp(row.get(0)?), figures })
        })?
        .collect()
}

impl Store {
    /// Keeps these minutes, and forgets those that are older than a day before `now`.
    ///
    /// # Errors
    /// [`StoreError`] where they could not be written.
    pub async fn put_minutes(&self, minutes: Vec<Minute>, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| put(tx, &minutes, now)).await
    }

    /// The minutes of the day before `now`, the oldest first; those in which nothing happened are not there.
    ///
    /// # Errors
    /// [`StoreError`] where they could not be read.
    pub async fn minutes(&self, now: Timestamp) -> Result<Vec<Minute>, StoreError> {
        self.read(move |db| last_day(db, now)).await
    }
}
