use hookswitch::{
    protocol::record::Timestamp,
    stats::{Figures, Minute},
};

use crate::fixture::open;

const MINUTE_US: i64 = 60_000_000;
const NOW: Timestamp = Timestamp(1_763_694_600_000_000);

fn minute(ago: i64, requested: u64) -> Minute {
    let at = Timestamp(NOW.0 - ago * MINUTE_US);
    Minute { at, figures: Figures { requested, ..Figures::default() } }
}

#[tokio::test]
async fn a_minute_that_is_saved_again_is_replaced_and_those_beyond_a_day_are_forgotten() {
    let (_dir, store) = open();
    let then = Timestamp(NOW.0 - 1_000 * MINUTE_US);
    store.put_minutes(vec![minute(1_441, 1), minute(1_440, 2), minute(1_439, 3)], then).await.unwrap();
    assert_eq!(store.minutes(then).await.unwrap().len(), 3);
    assert_eq!(store.minutes(NOW).await.unwrap(), [minute(1_440, 2), minute(1_439, 3)]);
    store.put_minutes(vec![minute(0, 4)], NOW).await.unwrap();
    store.put_minutes(vec![minute(0, 5)], NOW).await.unwrap();
    assert_eq!(store.minutes(then).await.unwrap(), [minute(1_440, 2), minute(1_439, 3), minute(0, 5)]);
}
