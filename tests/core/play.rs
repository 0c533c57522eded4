//! What random players do in a [`World`].

use std::time::Duration;

use hookswitch::protocol::{
    codes,
    event::{Changes, Verdict},
    ids::CallId,
};
use uuid::Uuid;

use crate::world::{DEVICES, World};

/// One thing that happens. The numbers pick a user, a session or a call among those there are.
#[derive(Debug, Clone)]
pub(crate) enum Move {
    LogIn(usize, usize),
    LogOut(usize),
    Lose(usize),
    Resume(usize),
    Request(usize, usize, u64),
    /// A request to the other party of the call one is in.
    CallBack(usize),
    Accept(usize),
    Refuse(usize),
    Cancel(usize),
    Finish(usize),
    /// A reply or finish that names just anybody.
    Stray(usize, usize, bool),
    Signal(usize),
    Force(usize, i32),
    Allow(usize),
    Veto(usize),
    RouteTo(usize, usize),
    Commit(bool),
    Pass(u64),
    Run(usize),
    Drain,
}

impl World {
    fn pick(&self, n: usize) -> usize {
        let from = n % (self.names.len() * DEVICES);
        let mut around = self.clients.range(from..).chain(&self.clients);
        around.next().map_or(0, |(session, _)| *session)
    }

    fn pick_call(&self, n: usize) -> Option<CallId> {
        let last = self.calls.last_key_value()?.0.0.as_u128();
        // Those that are on are among the last.
        let from = last.saturating_sub(n as u128 % (self.calls.len() as u128 * 2));
        self.calls.range(CallId(Uuid::from_u128(from))..).next().map(|(call, _)| *call)
    }

    /// A session whose user is in a call.
    fn pick_in_call(&self, n: usize) -> usize {
        let Some(call) = self.pick_call(n).map(|call| &self.calls[&call].record) else { return 0 };
        let user = if n.is_multiple_of(2) { &call.caller } else { &call.callee };
        let devices = self.sessions(user).count();
        self.sessions(user).nth(n / 2 % devices.max(1)).map_or(0, |(session, _)| session)
    }

    fn act_on_own(&mut self, n: usize, finish: bool, code: i32) {
        let session = self.pick_in_call(n);
        if let Some(other) = self.other(session) {
            self.act(session, &other, finish, code);
        }
    }

    pub(crate) fn play(&mut self, step: &Move) {
        match *step {
            Move::LogIn(user, device) => {
                self.log_in(user, device);
            }
            Move::LogOut(n) => self.log_out(self.pick(n)),
            Move::Lose(n) => self.lose(self.pick(n)),
            Move::Resume(n) => self.resume(self.pick(n)),
            Move::Request(n, callee, ring) => {
                self.request(self.pick(n), callee, Duration::from_secs(ring));
            }
            Move::CallBack(n) => {
                let session = self.pick_in_call(n);
                let other = self.other(session).and_then(|other| self.names.iter().position(|name| *name == other));
                if let Some(other) = other {
                    self.request(session, other, Duration::from_secs(60));
                }
            }
            Move::Accept(n) => self.act_on_own(n, false, codes::SUCCESS),
            Move::Refuse(n) => self.act_on_own(n, false, codes::REFUSED),
            Move::Cancel(n) => self.act_on_own(n, false, codes::CANCELLED),
            Move::Finish(n) => self.act_on_own(n, true, codes::SUCCESS),
            Move::Stray(n, other, finish) => {
                let other = self.names[other % self.names.len()].clone();
                self.act(self.pick(n), &other, finish, codes::CANCELLED);
            }
            Move::Signal(n) => self.signal(self.pick_in_call(n)),
            Move::Force(n, code) => {
                if let Some(call) = self.pick_call(n) {
                    self.force(call, code);
                }
            }
            Move::Allow(n) => self.answer_hook(n, Verdict::default()),
            Move::Veto(n) => self.answer_hook(n, Verdict { refused: Some(1_000), ..Verdict::default() }),
            Move::RouteTo(n, target) => {
                let target_user = Some(self.names[target % self.names.len()].clone());
                let changes = Changes { target_user, ..Changes::default() };
                self.answer_hook(n, Verdict { changes, ..Verdict::default() });
            }
            // In groups, as the writer does it.
            Move::Commit(works) => {
                let works = works || !self.options.failing_disk;
                (0..if works { 8 } else { 1 }).for_each(|_| self.commit(works));
            }
            Move::Pass(secs) => self.pass(Duration::from_secs(secs)),
            Move::Run(steps) => {
                for _ in 0..steps {
                    self.run_one();
                }
            }
            Move::Drain => self.drain(),
        }
    }
}
