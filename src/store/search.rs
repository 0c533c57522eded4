//! Lists of calls, the newest first, a page at a time, each within a bounded number of index steps.
//!
//! A filter is answered by *walks*. A walk is one contiguous run of one index, and every such run is in the order of the list,
//! because all indexes end in the row number, which is the time of the request:
//!
//! | walk | index | read for |
//! | --- | --- | --- |
//! | all | the table itself | no filter but times |
//! | living of one state | `calls_live`: as small as the number of living calls | `state`, `door` of calls that go on |
//! | ended of one class | `calls_class` | `state=ended`, `reason`, `door` |
//! | of a caller, a callee, a pair, with one class | `calls_caller`, `calls_callee`, `calls_pair` | `caller`, `callee`, `user` with any of the others |
//!
//! A class is one combination of reason and doors that has occurred, or 0 for all calls that go on. There are a few dozen at
//! most, so that a page takes (classes × at most two) index seeks and no row that is not in the page is looked at. The one
//! exception are calls that go on, filtered by state and door on the spot: a user has at most one.

use rusqlite::{Connection, params_from_iter, types::Value};

use super::calls;
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

/// The parameters that every walk begins with: lowest row number, highest, how many.
const COMMON: usize = 3;

/// A run of an index, in the order of the list.
struct Walk {
    sql: String,
    values: Vec<Value>,
}

impl Walk {
    /// A walk that goes through the rows where all `terms` hold; each `?` in them takes the next of `values`.
    fn new(index: Option<&str>, terms: &[&str], values: Vec<Value>) -> Self {
        let mut sql = String::from("SELECT seq FROM calls");
        if let Some(index) = index {
            // Without statistics the planner guesses; naming the index makes a wrong guess an error instead of a full scan.
            sql.extend([" INDEXED BY ", index]);
        }
        sql.push_str(" WHERE seq BETWEEN ?1 AND ?2");
        let mut next = COMMON;
        for term in terms {
            sql.push_str(" AND ");
            for (n, part) in term.split('?').enumerate() {
                if n > 0 {
                    next += 1;
                    sql.push_str(&format!("?{next}"));
                }
                sql.push_str(part);
            }
        }
        sql.push_str(" ORDER BY seq DESC LIMIT ?3");
        Self { sql, values }
    }

    fn run(&self, db: &Connection, low: i64, high: i64, most: i64, found: &mut Vec<i64>) -> rusqlite::Result<()> {
        let common = [low, high, most].into_iter().map(Value::Integer);
        let mut select = db.prepare_cached(&self.sql)?;
        let mut rows = select.query(params_from_iter(common.chain(self.values.iter().cloned())))?;
        while let Some(row) = rows.next()? {
            found.push(row.get(0)?);
        }
        Ok(())
    }
}

fn name(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// The walks that together answer a query.
fn walks(db: &Connection, query: &CallQuery) -> rusqlite::Result<Vec<Walk>> {
    let Some(party) = Party::of(query) else { return Ok(Vec::new()) };
    if matches!(party, Party::Anyone) && query.state.is_none() && query.reason.is_none() && query.door.is_none() {
        return Ok(vec![Walk::new(None, &[], Vec::new())]);
    }
    let sources: Vec<(&str, Vec<&str>, Vec<Value>)> = match party {
        Party::Anyone => Vec::new(),
        Party::Caller(user) => vec![("calls_caller", vec!["caller = ?"], vec![name(user.as_str())])],
        Party::Callee(user) => vec![("calls_callee", vec!["callee = ?"], vec![name(user.as_str())])],
        Party::Either(user) => vec![
            ("calls_caller", vec!["caller = ?"], vec![name(user.as_str())]),
            ("calls_callee", vec!["callee = ?"], vec![name(user.as_str())]),
        ],
        Party::Pair(caller, callee) => vec![(
            "calls_pair",
            vec!["pair = ?", "caller = ?", "callee = ?"],
            vec![Value::Integer(calls::pair(caller, callee)), name(caller.as_str()), name(callee.as_str())],
        )],
    };
    let mut walks = Vec::new();
    if query.reason.is_none() && query.state != Some(CallState::Ended) {
        living(query, &sources, &mut walks);
    }
    if query.state.is_none_or(|state| state == CallState::Ended) {
        for class in classes(db, query)? {
            if sources.is_empty() {
                // The first term is what the index is limited to, the second picks the class.
                walks.push(Walk::new(Some("calls_class"), &["class > 0", "class = ?"], vec![Value::Integer(class)]));
            }
            for (index, terms, values) in &sources {
                let mut terms = terms.clone();
                let mut values = values.clone();
                terms.push("class = ?");
                values.push(Value::Integer(class));
                walks.push(Walk::new(Some(index), &terms, values));
            }
        }
    }
    Ok(walks)
}

/// The walks through calls that go on.
fn living(query: &CallQuery, sources: &[(&str, Vec<&str>, Vec<Value>)], walks: &mut Vec<Walk>) {
    let mut add = |index, terms: &[&str], values: &[Value], state: Option<CallState>| {
        let (mut terms, mut values) = (terms.to_vec(), values.to_vec());
        terms.push("class = 0");
        if let Some(state) = state {
            terms.push("state = ?");
            values.push(name(state.as_str()));
        }
        if let Some(door) = query.door {
            terms.push("(caller_door = ? OR callee_door = ?)");
            values.extend([name(door.as_str()), name(door.as_str())]);
        }
        walks.push(Walk::new(Some(index), &terms, values));
    };
    for (index, terms, values) in sources {
        add(index, terms, values, query.state);
    }
    if sources.is_empty() {
        let states = [CallState::Requested, CallState::Ringing, CallState::Talking];
        for state in states.into_iter().filter(|state| query.state.is_none_or(|wanted| wanted == *state)) {
            add("calls_live", &[], &[], Some(state));
        }
    }
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
    let mut found: Vec<i64> = Vec::new();
    for walk in walks(&db, query)? {
        walk.run(&db, low, high, i64::try_from(most).unwrap_or(i64::MAX), &mut found)?;
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.dedup();
        found.truncate(most);
        if let (true, Some(oldest)) = (found.len() == most, found.last()) {
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
    fn every_walk_is_one_run_of_an_index_in_the_order_of_the_list() {
        let dir = tempfile::tempdir().unwrap();
        let db = schema::open(dir.path()).unwrap();
        db.execute("INSERT INTO classes VALUES (1, 'media_failed', 'native', 'native')", []).unwrap();
        let mut plans = std::collections::BTreeSet::new();
        for query in queries() {
            for walk in walks(&db, &query).unwrap() {
                let mut explain = db.prepare(&format!("EXPLAIN QUERY PLAN {}", walk.sql)).unwrap();
                let common = [0, 9, 9].into_iter().map(Value::Integer).chain(walk.values);
                let lines: Vec<String> = explain
                    .query_map(params_from_iter(common), |row| row.get("detail"))
                    .unwrap()
                    .collect::<Result<_, _>>()
                    .unwrap();
                plans.insert(lines.join("; "));
            }
        }
        let plans: Vec<&str> = plans.iter().map(String::as_str).collect();
        assert_eq!(
            plans,
            [
                "SEARCH calls USING COVERING INDEX calls_callee (callee=? AND class=? AND rowid>? AND rowid<?)",
                "SEARCH calls USING COVERING INDEX calls_caller (caller=? AND class=? AND rowid>? AND rowid<?)",
                "SEARCH calls USING COVERING INDEX calls_class (class=? AND rowid>? AND rowid<?)",
                "SEARCH calls USING COVERING INDEX calls_live (state=? AND seq>? AND seq<?)",
                "SEARCH calls USING INDEX calls_callee (callee=? AND class=? AND rowid>? AND rowid<?)",
                "SEARCH calls USING INDEX calls_caller (caller=? AND class=? AND rowid>? AND rowid<?)",
                "SEARCH calls USING INDEX calls_pair (pair=? AND class=? AND rowid>? AND rowid<?)",
                "SEARCH calls USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
            ]
        );
    }
}
