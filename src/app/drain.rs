//! Stopping: no new calls, clients told, calls given time, then the end.

use std::time::Duration;

use super::signals::Signals;
use crate::{
    actors::{
        Core,
        messages::{ToCall, ToEndpoint},
    },
    clock,
    metrics::ConnectionState,
    protocol::effect::Input,
};

/// How often the drain looks whether it is done. Every answer it could miss is at most this late.
const LOOK: Duration = Duration::from_millis(20);
/// How long the last frames and records may take once every call has been ended. Longer than a client that does not read has
/// until it is cut.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Ends sessions and calls in good order. A second signal cuts it short.
pub(super) async fn drain(core: &Core, signals: &mut Signals, patience: Duration) {
    core.start_draining();
    core.directory().tell_everybody(&ToEndpoint::Drain);
    tracing::info!(sessions = core.session_count(), calls = core.live_calls().len(), "draining");
    // A session leaves before its socket has written the close frame.
    let written = || core.metrics().connections_in(ConnectionState::Ready) == 0;
    let calm = || core.session_count() == 0 && core.live_calls().is_empty() && written();
    let drained = async {
        wait(patience, || core.directory().calls_on().is_empty()).await;
        for call in core.directory().calls_on() {
            // A call that has just ended by itself needs no telling.
            let _ended = core.directory().tell_call(call, ToCall::Input(Input::Drain));
        }
        wait(LAST_WORDS, calm).await;
    };
    tokio::select! {
        () = drained => {}
        () = signals.stop() => tracing::warn!("stopping at once"),
    }
}

async fn wait(patience: Duration, done: impl Fn() -> bool) {
    let until = clock::now() + patience;
    while !done() && clock::now() < until {
        tokio::time::sleep(LOOK).await;
    }
}
