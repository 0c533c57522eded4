//! The speed test.

use serde_json::json;

use crate::{
    phone::Phone,
    support::{Server, Setup},
};

#[tokio::test]
async fn both_ways_are_measured_beyond_the_limit_of_frames_and_nobody_gets_more_than_it_sent() {
    let server = Setup::production().set("LIMITS__FAILED_LOGIN_DELAY_SECS", 0).start().await;
    server.setup.run(&["user", "add", "alice"], "correct horse battery\n");
    let mut phone = Phone::connect(&server).await;
    phone.log_in("alice", "correct horse battery", "s").await;
    phone.expect("verto.clientReady").await;
    // As npm verto does it: a thousand frames at once.
    phone.send_text("#SPU 1048576");
    for _ in 0..1_024 {
        phone.send_text(&format!("#SPB {}", ".".repeat(1_023)));
    }
    phone.send_text("#SPE");
    let millis = |text: String, head: &str| -> u64 { text.strip_prefix(head).unwrap().trim().parse().unwrap() };
    assert!(millis(phone.next_text().await, "#SPU") >= 1);
    let mut bytes = 0;
    let last = loop {
        let text = phone.next_text().await;
        match text.strip_prefix("#SPB ") {
            Some(block) => bytes += block.len(),
            None => break text,
        }
    };
    assert!(millis(last, "#SPD") >= 1);
    assert_eq!(bytes, 1 << 20);
    // Another one at once gets no bytes, and its frames count as any others; but it ends, for a client waits for that.
    phone.send_text("#SPU 1048576");
    phone.send_text("#SPB ..........");
    phone.send_text("#SPE");
    assert!(millis(phone.next_text().await, "#SPU") >= 1);
    assert!(millis(phone.next_text().await, "#SPD") >= 1);
    assert_eq!(phone.ask("verto.ping", json!({})).await["message"], "PONG");
}

#[tokio::test]
async fn before_the_login_there_is_none_and_a_small_frame_makes_no_large_answer() {
    let server = Server::dev().await;
    let mut stranger = Phone::connect(&server).await;
    stranger.send_text("#SPU 1048576");
    stranger.send_text("#SPE");
    for _ in 0..2 {
        assert_eq!(stranger.next().await["error"]["code"], -32_600);
    }
    let mut phone = Phone::login(&server, "alice").await;
    for asked in [10_485_760, 1_048_576] {
        phone.send_text(&format!("#SPU {asked}"));
        phone.send_text("#SPE");
        assert!(phone.next_text().await.starts_with("#SPU "));
        assert!(phone.next_text().await.starts_with("#SPD "), "nothing was sent, nothing comes back");
    }
    phone.nothing().await;
}
