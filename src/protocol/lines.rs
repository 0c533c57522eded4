//! The lines: which call each user is in. One user, one call; both lines of a call are taken together or not at all.
//!
//! The server keeps one of these behind a lock, so that the code that tests explore is the code that runs.

use std::collections::HashMap;

use ahash::RandomState;

use super::{
    ids::{CallId, UserId},
    record::CallRecord,
};

/// How a claim of two lines came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Both lines were free and are the call's now.
    Taken,
    /// The caller is in this call already.
    CallerBusy(CallId),
    /// The callee is in a call already.
    CalleeBusy,
}

/// Which call each user is in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    held: HashMap<UserId, CallId, RandomState>,
}

impl Lines {
    /// The call `user` is in.
    #[must_use]
    pub fn held_by(&self, user: &UserId) -> Option<CallId> {
        self.held.get(user).copied()
    }

    /// Takes both lines for `call`, or neither.
    pub fn claim(&mut self, call: CallId, caller: &UserId, callee: &UserId) -> Claim {
        if let Some(other) = self.held_by(caller) {
            return Claim::CallerBusy(other);
        }
        if caller == callee || self.held.contains_key(callee) {
            return Claim::CalleeBusy;
        }
        self.held.insert(caller.clone(), call);
        self.held.insert(callee.clone(), call);
        Claim::Taken
    }

    /// Gives the callee's line of `call` up for another's, in one step. `false`: the new one is taken, nothing changed.
    pub fn reroute(&mut self, call: CallId, from: &UserId, to: &UserId) -> bool {
        if self.held.contains_key(to) {
            return false;
        }
        self.release(call, from);
        self.held.insert(to.clone(), call);
        true
    }

    /// Frees every line that an ended call may hold: where a hook routed it to a line that was taken, it holds that of the
    /// user dialled.
    pub fn free(&mut self, ended: &CallRecord) {
        for user in [Some(&ended.caller), Some(&ended.callee), ended.dialled.as_ref()].into_iter().flatten() {
            self.release(ended.id, user);
        }
    }

    /// Frees the line of `user`, where it is this call's.
    fn release(&mut self, call: CallId, user: &UserId) {
        if self.held_by(user) == Some(call) {
            self.held.remove(user);
        }
    }

    /// Every line that is taken, in no order.
    #[expect(clippy::disallowed_methods, reason = "whoever needs an order sorts")]
    pub fn all(&self) -> impl Iterator<Item = (&UserId, CallId)> {
        self.held.iter().map(|(user, call)| (user, *call))
    }

    /// How many lines are taken.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether nobody is in a call.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn user(name: &str) -> UserId {
        UserId::new(name).unwrap()
    }

    const ONE: CallId = CallId(Uuid::from_u128(1));
    const TWO: CallId = CallId(Uuid::from_u128(2));

    #[test]
    fn both_lines_are_taken_or_none() {
        let mut lines = Lines::default();
        assert_eq!(lines.claim(ONE, &user("a"), &user("b")), Claim::Taken);
        assert_eq!(lines.claim(TWO, &user("c"), &user("b")), Claim::CalleeBusy);
        assert_eq!(lines.held_by(&user("c")), None);
        assert_eq!(lines.claim(TWO, &user("b"), &user("c")), Claim::CallerBusy(ONE));
        assert_eq!(lines.held_by(&user("c")), None);
    }

    #[test]
    fn only_the_call_that_holds_a_line_can_free_it() {
        let mut lines = Lines::default();
        lines.claim(ONE, &user("a"), &user("b"));
        lines.release(TWO, &user("a"));
        assert_eq!(lines.held_by(&user("a")), Some(ONE));
        lines.release(ONE, &user("a"));
        lines.release(ONE, &user("b"));
        assert!(lines.is_empty());
    }

    #[test]
    fn a_rerouted_call_swaps_the_callees_line_in_one_step() {
        let mut lines = Lines::default();
        lines.claim(ONE, &user("a"), &user("support"));
        lines.claim(TWO, &user("c"), &user("d"));
        assert!(!lines.reroute(ONE, &user("support"), &user("d")));
        assert_eq!(lines.held_by(&user("support")), Some(ONE));
        assert!(lines.reroute(ONE, &user("support"), &user("e")));
        assert_eq!(lines.held_by(&user("support")), None);
        assert_eq!(lines.held_by(&user("e")), Some(ONE));
        assert_eq!(lines.len(), 4);
    }

    #[test]
    fn nobody_is_both_parties_of_a_call() {
        let mut lines = Lines::default();
        assert_eq!(lines.claim(ONE, &user("a"), &user("a")), Claim::CalleeBusy);
        assert!(lines.is_empty());
    }
}
