//! What is said and counted of a panic. It ends the actor or the thread that it happens in, and must not pass unseen.

use std::{panic, thread};

use crate::metrics::Metrics;

/// From now on each panic of the process is counted and logged.
pub(super) fn watch(metrics: Metrics) {
    panic::set_hook(Box::new(move |panic| {
        metrics.panicked();
        // A text made at run time may hold anything, also what no log may have; the place is enough to find it.
        let message = panic.payload().downcast_ref::<&'static str>();
        let (thread, place) = (thread::current(), panic.location().map(ToString::to_string));
        tracing::error!(thread = thread.name(), place, message, "panicked");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_counted() {
        let metrics = Metrics::new();
        watch(metrics.clone());
        thread::spawn(|| panic!("on purpose")).join().unwrap_err();
        drop(panic::take_hook());
        assert!(metrics.panics() > 0);
    }
}
