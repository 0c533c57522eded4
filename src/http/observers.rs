//! Where the store and the hooks report what is to be counted.

use std::{sync::Arc, time::Duration};

use crate::{
    metrics::{Delivery, Metrics},
    protocol::record::VetoOutcome,
    store::CommitObserver,
    webhooks::{DeliveryResult, Observer},
};

/// Tells the store's commits to the metrics.
#[must_use]
pub fn commit_observer(metrics: &Metrics) -> CommitObserver {
    let metrics = metrics.clone();
    Arc::new(move |took, jobs| metrics.store_commit(took, jobs))
}

impl Observer for Metrics {
    fn veto(&self, outcome: VetoOutcome, took: Duration) {
        Metrics::veto(self, outcome, took);
    }

    fn delivery(&self, result: DeliveryResult) {
        let result = match result {
            DeliveryResult::Delivered => Delivery::Delivered,
            DeliveryResult::Retry => Delivery::Retry,
            DeliveryResult::Dead => Delivery::Dead,
        };
        Metrics::delivery(self, result);
    }
}
