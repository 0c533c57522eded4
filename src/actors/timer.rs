//! The one timer of an actor: always pointed at its machine's next deadline.

use std::time::Instant;

use actix::{Actor, AsyncContext, Context, SpawnHandle};

use crate::clock;

/// The timer.
#[derive(Debug, Default)]
pub(super) struct Timer(Option<(Instant, SpawnHandle)>);

impl Timer {
    /// Points the timer at `due`; `fire` must begin with [`Timer::fired`].
    pub(super) fn point<A>(&mut self, due: Option<Instant>, ctx: &mut Context<A>, fire: fn(&mut A, &mut Context<A>))
    where
        A: Actor<Context = Context<A>>,
    {
        if self.0.map(|(at, _)| at) == due {
            return;
        }
        if let Some((_, old)) = self.0.take() {
            ctx.cancel_future(old);
        }
        self.0 = due.map(|at| (at, ctx.run_later(at.saturating_duration_since(clock::now()), fire)));
    }

    /// The timer has gone off and points nowhere.
    pub(super) fn fired(&mut self) {
        self.0 = None;
    }
}
