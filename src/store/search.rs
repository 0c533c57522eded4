//! Lists of calls, the newest first, a page at a time, each within a bounded number of steps.
//!
//! A filter is answered by *walks*, each of which gives rows in the order of the list, newest first, until the page is full:
//!
//! | walk | through | read for |
//! | --- | --- | --- |
//! | living | all of `live`: as small as the number of living calls | any filter but `reason` and `state=ended` |
//! | all | `calls` | no filter but times and `state=ended` |
//! | recent | the newest bucket of `calls`, a few thousand rows | every other filter |
//! | of a class | `bucket_classes` | `reason`, `door` |
//! | of a user | `bucket_users`, bucket by bucket, each with an index seek for each class | `caller`, `callee`, `user` with any of the others |
//!
//! A class is one combination of reason and doors in which calls have ended; there are a few dozen at most.

use rusqlite::{Connection, params_from_iter, types::Value};

use super::calls::{self, Table};
use crate::protocol::{
    codes::{Door, Reason},
    ids::{CallId, UserId},
    record::{CallRecord, CallState, Timestamp},
};

/// Which calls to list. All conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallQuery {
    /// How far the call has come.
    pub state: Option<CallState>,
    /// The caller or the callee.
    pub user: Option<UserId>,
    /// The caller.
    pub caller: Option<UserId>,
    /// The callee.
    pub callee: Option<UserId>,
    /// Why it ended; a call that goes on has no reason.
    pub reason: Option<Reason>,
    /// The door of either party.
    pub door: Option<Door>,
    /// Requested at this time or later.
    pub from: Option<Timestamp>,
    /// Requested at this time or earlier.
    pub to: Option<Timestamp>,
    /// The longest page. Unit: calls, at least 1.
    pub limit: usize,
    /// The cursor: the last call of the page before, [`Page::next`].
    pub before: Option<CallId>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Where the next page begins; `None` where there is none.
    pub next: Option<CallId>,
}

/// Whose calls.
enum Party<'a> {
    Anyone,
    Caller(&'a UserId),
    Callee(&'a UserId),
    Either(&'a UserId),
    Pair(&'a UserId, &'a UserId),
}

impl<'a> Party<'a> {
    /// What the three conditions come down to; `None` where they exclude each other.
    fn of(query: &'a CallQuery) -> Option<Self> {
        let CallQuery { user, caller, callee, .. } = query;
        Some(match (user, caller, callee) {
            (None, None, None) => Self::Anyone,
            (None, Some(caller), None) => Self::Caller(caller),
            (None, None, Some(callee)) => Self::Callee(callee),
            (None, Some(caller), Some(callee)) => Self::Pair(caller, callee),
            (Some(user), None, None) => Self::Either(user),
            (Some(user), Some(caller), None) if user == caller => Self::Caller(caller),
            (Some(user), Some(caller), None) => Self::Pair(caller, user),
            (Some(user), None, Some(callee)) if user == callee => Self::Callee(callee),
            (Some(user), None, Some(callee)) => Self::Pair(user, callee),
            (Some(user), Some(caller), Some(callee)) if user == caller || user == callee => Self::Pair(caller, callee),
            (Some(_), Some(_), Some(_)) => return None,
        })
    }
}

impl Party<'_> {
    /// What must hold for a row of either table of calls.
    fn of_row(&self, terms: &mut Terms) {
        match self {
            Self::Anyone => {}
            Self::Caller(user) => terms.add("caller = ?", &[user.as_str()]),
            Self::Callee(user) => terms.add("callee = ?", &[user.as_str()]),
            Self::Either(user) => terms.add("(caller = ? OR callee = ?)", &[user.as_str(), user.as_str()]),
            Self::Pair(caller, callee) => terms.add("caller = ? AND callee = ?", &[caller.as_str(), callee.as_str()]),
        }
    }

    /// What must hold for a row of `bucket_users`; false where none of them can fit.
    fn of_user(&self, terms: &mut Terms) -> bool {
        match self {
            Self::Anyone => return false,
            Self::Caller(user) => terms.add("user = ? AND callee > ''", &[user.as_str()]),
            Self::Callee(user) => terms.add("user = ? AND callee = ''", &[user.as_str()]),
            Self::Either(user) => terms.add("user = ?", &[user.as_str()]),
            Self::Pair(caller, callee) => terms.add("user = ? AND callee = ?", &[caller.as_str(), callee.as_str()]),
        }
        true
    }
}

/// The parameters that every walk begins with: lowest row number, highest, how many.
const COMMON: usize = 3;

/// Conditions of a walk, all of which must hold, and the values of their parameters.
#[derive(Default)]
struct Terms {
    sql: String,
    values: Vec<String>,
}

impl Terms {
    /// Each `?` in the term takes the next value.
    fn add(&mut self, term: &str, values: &[&str]) {
        self.sql.push_str(" AND ");
        let mut values = values.iter();
        for (n, part) in term.split('?').enumerate() {
            if n > 0 {
                self.values.extend(values.next().map(ToString::to_string));
                self.sql.push_str(&format!("?{}", COMMON + self.values.len()));
            }
            self.sql.push_str(part);
        }
    }
}

/// A part of the answer, in the order of the list.
struct Walk {
    table: Table,
    sql: String,
    values: Vec<String>,
}

impl Walk {
    /// Through the rows of a table of calls from `first` on, the latest first.
    fn rows(table: Table, first: &str, Terms { sql, values }: Terms) -> Self {
        let name = table.name();
        let sql = format!("SELECT seq FROM {name} WHERE seq BETWEEN {first} AND ?2{sql} ORDER BY seq DESC LIMIT ?3");
        Self { table, sql, values }
    }

    /// Through the closed buckets, the latest first. Most have nothing of the user, who is the first value, and one look tells it; in
    /// the others, what fits is sorted, and is little.
    fn of_user(classes: &str, Terms { sql, values }: Terms) -> Self {
        let bucket =
            |seq| format!("(SELECT bucket FROM buckets WHERE first_seq <= {seq} ORDER BY first_seq DESC LIMIT 1)");
        let sql = format!(
            "SELECT seq FROM buckets AS b CROSS JOIN bucket_users USING (bucket) WHERE bucket BETWEEN {} AND {} \
             AND EXISTS (SELECT 1 FROM bucket_users AS any WHERE any.bucket = b.bucket AND any.user = ?4) \
             AND class IN ({classes}) AND seq BETWEEN ?1 AND ?2{sql} ORDER BY bucket DESC, seq DESC LIMIT ?3",
            bucket("?1"),
            bucket("?2"),
        );
        Self { table: Table::Calls, sql, values }
    }

    fn of_class(class: i64) -> Self {
        let sql = format!(
            "SELECT seq FROM bucket_classes WHERE class = {class} AND seq BETWEEN ?1 AND ?2 ORDER BY seq DESC LIMIT ?3"
        );
        Self { table: Table::Calls, sql, values: Vec::new() }
    }

    fn run(
        &self,
        db: &Connection,
        low: i64,
        high: i64,
        most: i64,
        found: &mut Vec<(i64, Table)>,
    ) -> rusqlite::Result<()> {
        let common = [low, high, most].into_iter().map(Value::Integer);
        let values = self.values.iter().cloned().map(Value::Text);
        let mut select = db.prepare_cached(&self.sql)?;
        let mut rows = select.query(params_from_iter(common.chain(values)))?;
        while let Some(row) = rows.next()? {
            found.push((row.get(0)?, self.table));
        }
        Ok(())
    }
}

/// The walks that together answer a query. The later ones are through what is older, among the ended calls.
fn walks(db: &Connection, query: &CallQuery) -> rusqlite::Result<Vec<Walk>> {
    let Some(party) = Party::of(query) else { return Ok(Vec::new()) };
    let mut walks = Vec::new();
    let either_door = |terms: &mut Terms| {
        if let Some(door) = query.door {
            terms.add("(caller_door = ? OR callee_door = ?)", &[door.as_str(), door.as_str()]);
        }
    };
    if query.reason.is_none() && query.state != Some(CallState::Ended) {
        let mut terms = Terms::default();
        party.of_row(&mut terms);
        if let Some(state) = query.state {
            terms.add("state = ?", &[state.as_str()]);
        }
        either_door(&mut terms);
        walks.push(Walk::rows(Table::Live, "?1", terms));
    }
    if query.state.is_none_or(|state| state == CallState::Ended) {
        let mut terms = Terms::default();
        party.of_row(&mut terms);
        if let Some(reason) = query.reason {
            terms.add("reason = ?", &[reason.as_str()]);
        }
        either_door(&mut terms);
        if terms.values.is_empty() {
            walks.push(Walk::rows(Table::Calls, "?1", terms));
            return Ok(walks);
        }
        walks.push(Walk::rows(Table::Calls, "max(?1, (SELECT max(first_seq) FROM buckets))", terms));
        let classes = classes(db, query)?;
        let mut terms = Terms::default();
        if party.of_user(&mut terms) {
            let list = classes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            walks.push(Walk::of_user(&list, terms));
        } else {
            walks.extend(classes.into_iter().map(Walk::of_class));
        }
    }
    Ok(walks)
}

/// The classes of ended calls that fit the reason and the door.
fn classes(db: &Connection, query: &CallQuery) -> rusqlite::Result<Vec<i64>> {
    let mut select = db.prepare_cached(
        "SELECT class FROM classes WHERE (?1 IS NULL OR reason = ?1) AND (?2 IS NULL OR caller_door = ?2 OR callee_door = ?2)",
    )?;
    let known = select.query_map((query.reason.map(Reason::as_str), query.door.map(Door::as_str)), |row| row.get(0))?;
    known.collect()
}

/// The row numbers between which the page lies.
fn range(db: &Connection, query: &CallQuery) -> rusqlite::Result<Option<(i64, i64)>> {
    let low = query.from.map_or(0, calls::first_seq);
    let mut high = query.to.map_or(i64::MAX, calls::last_seq);
    if let Some(cursor) = query.before {
        let after = match calls::seq_of(db, cursor)? {
            Some(seq) => seq - 1,
            // Swept since the last page: go on from the millisecond in its id.
            None => match cursor.0.get_timestamp() {
                Some(at) => {
                    let (secs, nanos) = at.to_unix();
                    let micros = i64::try_from(secs).unwrap_or(i64::MAX).saturating_mul(1_000_000);
                    calls::last_seq(Timestamp(micros.saturating_add(i64::from(nanos / 1_000) + 999)))
                }
                None => return Ok(None),
            },
        };
        high = high.min(after);
    }
    Ok((low <= high).then_some((low, high)))
}

/// A page of the list that the query asks for.
pub(super) fn page(db: &Connection, query: &CallQuery) -> rusqlite::Result<Page<CallRecord>> {
    // One snapshot for all statements.
    let db = db.unchecked_transaction()?;
    let Some((mut low, high)) = range(&db, query)? else { return Ok(Page { items: Vec::new(), next: None }) };
    let limit = query.limit.max(1);
    // One more than asked for tells whether there is a next page.
    let most = limit.saturating_add(1);
    let mut found: Vec<(i64, Table)> = Vec::new();
    for walk in walks(&db, query)? {
        walk.run(&db, low, high, i64::try_from(most).unwrap_or(i64::MAX), &mut found)?;
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.dedup();
        found.truncate(most);
        if let (true, Some((oldest, _))) = (found.len() == most, found.last()) {
            // Nothing older can get into the page any more.
            low = oldest + 1;
        }
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let items = calls::by_seq(&db, &found)?;
    let next = items.last().filter(|_| more).map(|call| call.id);
    Ok(Page { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema;

    /// Every kind of condition, in every combination.
    fn queries() -> Vec<CallQuery> {
        let user = |name| UserId::new(name).ok();
        let mut queries = vec![CallQuery::default()];
        let mut fork = |change: &dyn Fn(&mut CallQuery)| {
            let mut forked = queries.clone();
            forked.iter_mut().for_each(change);
            queries.extend(forked);
        };
        fork(&|query| query.state = Some(CallState::Ringing));
        fork(&|query| query.state = Some(CallState::Ended));
        fork(&|query| query.user = user("ann"));
        fork(&|query| query.caller = user("ann"));
        fork(&|query| query.callee = user("ben"));
        fork(&|query| query.reason = Some(Reason::MediaFailed));
        fork(&|query| query.door = Some(Door::Native));
        queries
    }

    #[test]
    fn every_walk_goes_by_a_key_and_none_sorts_more_than_what_fits_within_a_bucket() {
        let dir = tempfile::tempdir().unwrap();
        let db = schema::open(dir.path()).unwrap();
        let classes =
            "INSERT INTO classes VALUES (1, 'media_failed', 'native', 'native'), (2, 'hangup', 'native', 'native')";
        db.execute(classes, []).unwrap();
        let mut plans = std::collections::BTreeSet::new();
        for query in queries() {
            for walk in walks(&db, &query).unwrap() {
                let mut explain = db.prepare(&format!("EXPLAIN QUERY PLAN {}", walk.sql)).unwrap();
                let common = [0, 9, 9].into_iter().map(Value::Integer);
                let values = common.chain(walk.values.into_iter().map(Value::Text));
                let lines = explain.query_map(params_from_iter(values), |row| row.get::<_, String>("detail")).unwrap();
                plans.extend(lines.map(Result::unwrap).filter(|line| !line.starts_with("SCALAR SUBQUERY")));
            }
        }
        let plans: Vec<&str> = plans.iter().map(String::as_str).collect();
        assert_eq!(
            plans,
            [
                "SEARCH any EXISTS USING PRIMARY KEY (bucket=? AND user=?)",
                "SEARCH b USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
                "SEARCH bucket_classes USING PRIMARY KEY (class=? AND seq>? AND seq<?)",
                "SEARCH bucket_users USING PRIMARY KEY (bucket=? AND user=? AND class=? AND callee=? AND seq>? AND seq<?)",
                "SEARCH bucket_users USING PRIMARY KEY (bucket=? AND user=? AND class=? AND callee>?)",
                "SEARCH bucket_users USING PRIMARY KEY (bucket=? AND user=? AND class=?)",
                "SEARCH buckets USING COVERING INDEX sqlite_autoindex_buckets_1",
                "SEARCH buckets USING COVERING INDEX sqlite_autoindex_buckets_1 (first_seq<?)",
                "SEARCH calls USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
                "SEARCH live USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
                "USE TEMP B-TREE FOR LAST TERM OF ORDER BY",
            ]
        );
    }
}
