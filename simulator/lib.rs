//! A stand-in for a library with WeChat's SDK in it: plays the WeChat user, as far as a worker can tell.
//!
//! It has the functions of `include/hookswitch_cloudvoip.h`, and does what it is told by words in the openid, the app, the device,
//! the payload or the room; see [`script`]. The caller's sound comes back, and a small clip plays in a loop.
//!
//! `build.rs` compiles it; it uses nothing but the standard library.

mod call;
mod clip;
mod script;

use std::{
    ffi::{CStr, c_char, c_void},
    sync::Mutex,
};

use call::{Call, Callbacks, Ear};
use script::{Moment, Script};

const ABI_VERSION: i32 = 1;
/// CVS_ERROR_STRUCT, CVS_ERROR_STATE, CVS_ERROR_ARGUMENT of the header.
const ERROR_STRUCT: i32 = -1001;
const ERROR_STATE: i32 = -1002;
const ERROR_ARGUMENT: i32 = -1003;
/// WXERROR_FAILED_PRECONDITION: what the SDK says when it is initialised twice.
const FAILED_PRECONDITION: i32 = 9;

#[repr(C)]
struct Config {
    size: u32,
    room_type: u32,
    data_dir: *const c_char,
    log_dir: *const c_char,
    appid: *const c_char,
    device_id: *const c_char,
    model_id: *const c_char,
    peer: *const c_char,
    wishes: [u32; 6],
}

/// What has happened so far.
enum State {
    Loaded,
    Ready { ear: Ear, script: Script, voice: bool },
    InCall(Call),
    Over,
}

static STATE: Mutex<State> = Mutex::new(State::Loaded);

/// A text of the caller's; `None` for a null pointer.
fn text<'a>(text: *const c_char) -> Option<&'a CStr> {
    // SAFETY: by the header's rules a text with a zero byte at its end, for as long as the call of ours lasts.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
}

/// The call that is on; the lock is not held while it is used.
fn current() -> Option<Call> {
    match &*STATE.lock().ok()? {
        State::InCall(call) => Some(call.clone()),
        _ => None,
    }
}

#[unsafe(no_mangle)]
extern "C" fn cvs_abi_version() -> i32 {
    ABI_VERSION
}

/// # Safety
/// The pointers are what the header says.
#[unsafe(no_mangle)]
unsafe extern "C" fn cvs_init(config: *const Config, callbacks: *const Callbacks, user: *mut c_void) -> i32 {
    // SAFETY: the first field of each is its size, which is looked at before anything else.
    let (Some(config), Some(callbacks)) = (unsafe { (config.as_ref(), callbacks.as_ref()) }) else {
        return ERROR_ARGUMENT;
    };
    if config.size as usize != size_of::<Config>() || callbacks.size as usize != size_of::<Callbacks>() {
        return ERROR_STRUCT;
    }
    if text(config.data_dir).is_none_or(CStr::is_empty) {
        return ERROR_ARGUMENT;
    }
    let mut script = Script::default();
    [config.appid, config.device_id, config.peer].into_iter().filter_map(text).for_each(|text| script.read(text));
    script.perform(Moment::Init);
    let Ok(mut state) = STATE.lock() else { return ERROR_STATE };
    if !matches!(*state, State::Loaded) {
        return FAILED_PRECONDITION;
    }
    if let Some(error) = script.fails(Moment::Init) {
        return error;
    }
    *state = State::Ready { ear: callbacks.with(user), script, voice: config.room_type == 1 };
    0
}

fn join(texts: &[*const c_char], secrets: &[*const c_char]) -> i32 {
    let given: Vec<&CStr> = texts.iter().copied().filter_map(text).collect();
    if given.len() != texts.len() {
        return ERROR_ARGUMENT;
    }
    let (ear, mut script, voice) = {
        let Ok(mut state) = STATE.lock() else { return ERROR_STATE };
        match std::mem::replace(&mut *state, State::Over) {
            State::Ready { ear, script, voice } => (ear, script, voice),
            other => {
                *state = other;
                return ERROR_STATE;
            }
        }
    };
    given.into_iter().for_each(|text| script.read(text));
    if script.blabs {
        secrets.iter().copied().filter_map(text).for_each(|secret| {
            println!("a secret: {}", secret.to_string_lossy());
            ear.log(secret);
        });
    }
    script.perform(Moment::Join);
    if let Some(error) = script.fails(Moment::Join) {
        return error;
    }
    let call = Call::join(ear, script, voice);
    if let Ok(mut state) = STATE.lock() {
        *state = State::InCall(call.clone());
    }
    call.play();
    0
}

#[unsafe(no_mangle)]
extern "C" fn cvs_join_device(
    appid: *const c_char,
    device: *const c_char,
    model: *const c_char,
    token: *const c_char,
    payload: *const c_char,
) -> i32 {
    join(&[appid, device, model, payload], &[token])
}

#[unsafe(no_mangle)]
extern "C" fn cvs_join_cloud(
    appid: *const c_char,
    token: *const c_char,
    room: *const c_char,
    key: *const c_char,
    payload: *const c_char,
) -> i32 {
    join(&[appid, room, payload], &[token, key])
}

#[unsafe(no_mangle)]
extern "C" fn cvs_reject(
    appid: *const c_char,
    _device: *const c_char,
    _model: *const c_char,
    token: *const c_char,
    _payload: *const c_char,
    reason: i32,
) -> i32 {
    let ready = STATE.lock().is_ok_and(|state| matches!(*state, State::Ready { .. } | State::Over));
    match (text(appid), text(token)) {
        (Some(_), Some(_)) if ready && (0..=11).contains(&reason) => 0,
        (Some(_), Some(_)) => ERROR_STATE,
        _ => ERROR_ARGUMENT,
    }
}

/// # Safety
/// `pcm` points at `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn cvs_push_audio(pcm: *const u8, length: usize, _pts_us: u64) -> i32 {
    if pcm.is_null() {
        return ERROR_ARGUMENT;
    }
    let Some(call) = current() else { return ERROR_STATE };
    // SAFETY: not null, and so many bytes by the header's rules.
    call.push_audio(unsafe { std::slice::from_raw_parts(pcm, length) });
    0
}

/// # Safety
/// `unit` points at `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn cvs_push_video(
    _codec: i32,
    flags: u32,
    unit: *const u8,
    length: usize,
    _rotation: i32,
    _pts_us: u64,
) -> i32 {
    if unit.is_null() || length == 0 {
        return ERROR_ARGUMENT;
    }
    let Some(call) = current() else { return ERROR_STATE };
    call.push_video(flags);
    0
}

/// # Safety
/// `pcm` points at `capacity` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn cvs_pull_audio(pcm: *mut u8, capacity: usize) -> i32 {
    if pcm.is_null() {
        return ERROR_ARGUMENT;
    }
    let Some(call) = current() else { return ERROR_STATE };
    // SAFETY: not null, and so many bytes by the header's rules.
    call.pull_audio(unsafe { std::slice::from_raw_parts_mut(pcm, capacity) }) as i32
}

#[unsafe(no_mangle)]
extern "C" fn cvs_hangup(_reason: i32) -> i32 {
    let Some(call) = current() else { return ERROR_STATE };
    call.hang_up();
    0
}

#[unsafe(no_mangle)]
extern "C" fn cvs_set_remote_bandwidth(kbps: i32) -> i32 {
    if current().is_none() {
        ERROR_STATE
    } else if kbps > 0 {
        0
    } else {
        ERROR_ARGUMENT
    }
}

/// # Safety
/// `room` points at `capacity` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn cvs_room_id(room: *mut c_char, capacity: usize) -> i32 {
    const ROOM: &CStr = c"simulated-room";
    if room.is_null() || capacity < ROOM.count_bytes() + 1 {
        return ERROR_ARGUMENT;
    }
    // SAFETY: as many bytes as there is room for, as was just seen.
    unsafe { std::ptr::copy_nonoverlapping(ROOM.as_ptr(), room, ROOM.count_bytes() + 1) };
    ROOM.count_bytes() as i32
}

#[unsafe(no_mangle)]
extern "C" fn cvs_stop() -> i32 {
    let Ok(mut state) = STATE.lock() else { return ERROR_STATE };
    let before = std::mem::replace(&mut *state, State::Over);
    drop(state);
    match before {
        State::InCall(call) => {
            call.stop();
            0
        }
        State::Ready { script, .. } => {
            script.perform(Moment::Stop);
            0
        }
        State::Over => 0,
        State::Loaded => ERROR_STATE,
    }
}
