//! The speed test of Verto clients, which is between them and their socket.

use actix_web_actors::ws::Message;
use bytestring::ByteString;

use super::{Phase, WsConn};
use crate::{clock, protocol::verto::speed::Probe};

impl WsConn {
    /// Whether a frame is bytes of a test that is on: those are counted by the test, not as frames.
    pub(super) fn is_speed_data(&mut self, frame: &[u8]) -> bool {
        match (&mut self.speed, &self.phase) {
            (Some(speed), Phase::On(_)) if frame.starts_with(b"#SPB") => speed.data(frame.len()),
            _ => false,
        }
    }

    /// Takes a frame of a test, which only a client that is logged in may run. `false`: it is none.
    pub(super) fn probed(&mut self, text: &ByteString) -> bool {
        let (Some(speed), Phase::On(_)) = (&mut self.speed, &self.phase) else { return false };
        match Probe::of(text) {
            Probe::None => return false,
            Probe::Begin => speed.begin(text, clock::now()),
            Probe::Data => {}
            Probe::End => {
                if let Some(answer) = speed.end(clock::now()) {
                    self.say(Message::Text(answer.up.clone().into()));
                    for block in answer.blocks() {
                        self.say(Message::Text(block.into()));
                    }
                }
            }
        }
        true
    }

    /// All that was said has left. `true`: there is more to say.
    pub(super) fn sent_all(&mut self) -> bool {
        let last = self.speed.as_mut().and_then(|speed| speed.sent(clock::now()));
        last.map(|text| self.say(Message::Text(text.into()))).is_some()
    }
}
