//! WeChat users in calls: how a call from a phone comes in, and one to a phone goes out.
//!
//! | file | what |
//! | --- | --- |
//! | `leg` | the actor: a WeChat user's part in one call |
//! | `legs` | which calls wait for a push of WeChat's |
//!
//! A leg is in the directory as an endpoint of `wechat:{account}:{openid}` for as long as its call lives, and lives on the thread of
//! that call. What comes after is between it and its worker.

mod leg;
mod legs;

use std::{sync::Arc, time::Duration};

use tokio::{sync::oneshot, time::timeout};

use self::leg::Leg;
pub use self::legs::Legs;
use super::{
    cloudvoip_worker::NoWorker,
    core::Core,
    directory::Placed,
    messages::{ToCall, ToEndpoint},
};
pub use crate::protocol::wechat::push::VoipPush as Incoming;
use crate::{
    clock,
    protocol::{
        call::Request,
        codes::{self, Code, Door, Reason},
        effect::{Act, Devices, Input, Party, Route, no_call},
        event::{CallEvent, EventName},
        ids::{CallId, DeviceId, UserId},
        record::{CallRecord, CallState},
        wechat::{
            address::{self, Address},
            api,
        },
    },
    wechat::{Account, OutboundCall},
};

/// The one device that a WeChat user has.
const DEVICE: &str = "wechat";
/// How long a call may take to end that its phone has given up. Shorter than a push may take to be answered.
const CANCEL_PATIENCE: Duration = Duration::from_secs(1);
/// Sound and picture: what a call from a phone may have. Source: AnyChat's flags.
const AUDIO_AND_VIDEO: u32 = 0x3;

/// A phone calls a device: rings its user. Gives 0 once it rings, or the code of a refusal. Whoever waits for no longer drops the
/// receiver, once it has looked whether a code is in it (`close`, then `try_recv`): then the push counts as answered with 0, and a
/// refusal that comes later is made by a worker. To be called on a thread that calls may live on.
pub fn incoming(core: &Core, account: Arc<Account>, call: Incoming) -> oneshot::Receiver<Code> {
    let (answer, answered) = oneshot::channel();
    match given_up(core, &account, &call) {
        None => begin(core, account, call, answer),
        Some(before) => {
            let core = core.clone();
            actix::spawn(async move {
                cancel(&core, &before).await;
                begin(&core, account, call, answer);
            });
        }
    }
    answered
}

fn begin(core: &Core, account: Arc<Account>, call: Incoming, answer: oneshot::Sender<Code>) {
    if let Err((code, answer)) = take_in(core, account, call, answer) {
        // Whoever asked may have gone.
        let _gone = answer.send(code).is_err();
    }
}

/// The call of the same phone that rings the same device still. WeChat does not say that a phone has given up; one that calls again
/// has.
fn given_up(core: &Core, account: &Account, push: &Incoming) -> Option<Arc<CallRecord>> {
    let (phone, device) = (account.user_of_openid(&push.openid)?, account.user_of_sn(&push.sn)?);
    let call = core.call(core.line(&phone)?)?;
    let again = call.caller == phone && call.dialled.as_ref().unwrap_or(&call.callee) == &device;
    (again && call.state == CallState::Ringing && !core.refuses_calls()).then_some(call)
}

/// Ends a call in the name of the phone that calls, as though it had cancelled. Where that takes too long the call is on when this
/// comes back, and the phone in it.
async fn cancel(core: &Core, call: &CallRecord) {
    let act = Act {
        by: party(&call.caller),
        other: call.callee.clone(),
        call: Some(call.id),
        error_code: codes::CANCELLED,
        flags: 0,
        param: 0,
        user_str: String::new(),
        sdp: None,
    };
    let (done, ended) = oneshot::channel();
    core.directory().tell_call(call.id, ToCall::Hangup { input: Input::Reply(act), done });
    if let Ok(Ok(ended)) = timeout(CANCEL_PATIENCE, ended).await {
        // Whoever cancels hears no more of the call; its leg did not.
        let event = no_call(call.callee.clone(), codes::CANCELLED, clock::wall());
        let (id, reason) = (Some((ended.id, ended.version)), Some(Reason::Cancelled));
        let event = CallEvent { call: id, event: EventName::Reply, reason, ..event };
        core.directory().tell(&call.caller, &Devices::All, &ToEndpoint::Event(Arc::new(event)));
    }
}

/// A push to this account that belongs to a call of ours. `false`: no such call waits for one, or it is another account's or user's.
#[must_use]
pub fn matched(core: &Core, account: &Account, call: CallId, push: Incoming) -> bool {
    core.legs().matched(account.name(), call, push)
}

/// Whether the callee is a WeChat user, and then where the call may go. The user is in the directory when this comes back with
/// [`Route::Online`].
pub(super) fn ring(core: &Core, call: &CallRecord) -> Option<Route> {
    if !address::is_reserved(&call.callee) {
        return None;
    }
    let Some((account, openid)) = Address::of(&call.callee)
        .and_then(|address| core.wechat().account(&address.account).map(|account| (account, address.openid)))
    else {
        return Some(Route::Offline);
    };
    let is_device = !address::is_reserved(&call.caller) && account.sn_of_user(&call.caller).is_some();
    if !is_device || !core.workers().are_enabled() {
        let account = account.name();
        tracing::info!(call = %call.id, account, is_device, "this caller cannot call a WeChat user from here");
        return Some(Route::Offline);
    }
    let Ok(place) = core.workers().reserve() else { return Some(Route::Busy) };
    let outbound = OutboundCall {
        call: call.id,
        device: call.caller.clone(),
        openid,
        room_type: room_type(call.flags),
        details: account.details(call.id),
    };
    Leg::callee(core, account, call, outbound, place).enter();
    Some(Route::Online(Door::Wechat))
}

/// A call with sound alone says so; whoever says nothing may have a picture.
fn room_type(flags: u32) -> api::RoomType {
    if flags & AUDIO_AND_VIDEO == 0x1 { api::RoomType::Voice } else { api::RoomType::Video }
}

fn take_in(
    core: &Core,
    account: Arc<Account>,
    push: Incoming,
    answer: oneshot::Sender<Code>,
) -> Result<(), (Code, oneshot::Sender<Code>)> {
    let address = Address { account: account.name().to_owned(), openid: push.openid.clone() };
    let device = account.user_of_sn(&push.sn).filter(|device| !address::is_reserved(device));
    let (Some(user), Some(callee)) = (address.user(), device) else {
        return Err((codes::BAD_PARAMETER, answer));
    };
    if core.refuses_calls() {
        return Err((codes::SERVER_DRAINING, answer));
    }
    // A phone in a call of ours calls somebody else, or talks: not an answer to that call, which goes by its own push.
    if core.line(&user).is_some() {
        return Err((codes::ALREADY_IN_CALL, answer));
    }
    // Until the phone is told no, by the answer or by a worker, or has its call: nobody could hang up on it otherwise.
    let place = match core.workers().reserve() {
        Ok(place) => place,
        Err(error) => return Err((code_of(error), answer)),
    };
    let request = Request {
        id: clock::call_id(),
        by: party(&user),
        callee: callee.clone(),
        flags: AUDIO_AND_VIDEO,
        param: 0,
        user_str: String::new(),
        sdp: None,
        ring: Duration::MAX,
        placed: false,
    };
    // The call lives on this thread, so it says nothing before its leg is in the directory.
    match core.request(request, None) {
        Placed::Call(call) => {
            Leg::caller(core, account, call, (user, callee), (push, place), answer).enter();
            Ok(())
        }
        Placed::Joined(_) | Placed::InCall => Err((codes::ALREADY_IN_CALL, answer)),
    }
}

/// What the parties of a call without a worker hear.
fn code_of(error: NoWorker) -> Code {
    match error {
        NoWorker::Full => codes::BUSY,
        NoWorker::Off => codes::OFFLINE,
        _ => codes::DISCONNECTED,
    }
}

fn party(user: &UserId) -> Party {
    Party { user: user.clone(), device: DeviceId::new(DEVICE).unwrap_or_default(), door: Door::Wechat }
}
