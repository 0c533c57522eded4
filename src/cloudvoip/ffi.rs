//! The way into a C library, and the few calls to the system that Rust calls unsafe. The one file with unsafe code in it.
//!
//! The library's functions and rules: `include/hookswitch_cloudvoip.h`.

#![expect(unsafe_code, reason = "a C library is called, and calls back")]

use std::{
    ffi::{CStr, c_char, c_void},
    mem::ManuallyDrop,
    os::fd::{FromRawFd as _, OwnedFd},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use crate::protocol::worker::{ABI_VERSION, outcome::exit_code};

/// What the library calls back with. From any thread; must not block.
pub(super) trait Heard: Sync {
    /// A status of the session.
    fn status(&self, n: i32);
    /// Video from WeChat.
    fn video(&self, codec: i32, data: &[u8], rotation: i32, pts_us: u64);
    /// The next video should be a key frame.
    fn need_keyframe(&self);
    /// A stream was opened.
    fn media(&self, direction: i32, codec: i32, rate: i32, channels: i32);
    /// A line for the log.
    fn log(&self, level: i32, text: &str);
}

/// `struct cvs_config`.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Config {
    size: u32,
    pub(super) room_type: u32,
    data_dir: *const c_char,
    log_dir: *const c_char,
    appid: *const c_char,
    device_id: *const c_char,
    model_id: *const c_char,
    peer: *const c_char,
    pub(super) h265_only: u32,
    pub(super) video_landscape: u32,
    pub(super) subscribe_video_length: u32,
    pub(super) subscribe_video_rotation: u32,
    pub(super) subscribe_video_ratio: u32,
    pub(super) subscribe_video_maxfps: u32,
}

/// The texts of a configuration, which a library may keep pointing at.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) data_dir: &'static CStr,
    pub(super) log_dir: Option<&'static CStr>,
    pub(super) appid: &'static CStr,
    pub(super) device_id: &'static CStr,
    pub(super) model_id: &'static CStr,
    pub(super) peer: &'static CStr,
}

impl Config {
    /// A configuration of a video call with these texts, and no wishes.
    pub(super) fn new(texts: &Texts) -> Self {
        Self {
            size: size::<Self>(),
            room_type: 0,
            data_dir: texts.data_dir.as_ptr(),
            log_dir: texts.log_dir.map_or(std::ptr::null(), CStr::as_ptr),
            appid: texts.appid.as_ptr(),
            device_id: texts.device_id.as_ptr(),
            model_id: texts.model_id.as_ptr(),
            peer: texts.peer.as_ptr(),
            h265_only: 0,
            video_landscape: 0,
            subscribe_video_length: 0,
            subscribe_video_rotation: 0,
            subscribe_video_ratio: 0,
            subscribe_video_maxfps: 0,
        }
    }
}

/// `struct cvs_callbacks`.
#[repr(C)]
struct Callbacks {
    size: u32,
    reserved: u32,
    status: extern "C" fn(*mut c_void, i32),
    video: extern "C" fn(*mut c_void, i32, *const u8, usize, i32, u64),
    need_keyframe: extern "C" fn(*mut c_void),
    media: extern "C" fn(*mut c_void, i32, i32, i32, i32),
    log: extern "C" fn(*mut c_void, i32, *const c_char),
}

fn size<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or(u32::MAX)
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Config>() == 80 && size_of::<Callbacks>() == 48, "as the header has it");

static CALLBACKS: Callbacks = Callbacks {
    size: 48,
    reserved: 0,
    status: on_status,
    video: on_video,
    need_keyframe: on_keyframe,
    media: on_media,
    log: on_log,
};

/// Runs a callback. A panic must not unwind into the library: the process ends instead.
fn guarded(user: *mut c_void, tell: impl FnOnce(&'static dyn Heard)) {
    let told = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: `user` is what `Sdk::init` handed over: a leaked box that nobody changes, good for as long as the process.
        let heard = unsafe { *user.cast_const().cast::<&'static dyn Heard>() };
        tell(heard);
    }));
    if told.is_err() {
        exit_now(exit_code::INTERNAL);
    }
}

extern "C" fn on_status(user: *mut c_void, n: i32) {
    guarded(user, |heard| heard.status(n));
}

extern "C" fn on_video(user: *mut c_void, codec: i32, data: *const u8, length: usize, rotation: i32, pts_us: u64) {
    if data.is_null() || length == 0 {
        return;
    }
    guarded(user, |heard| {
        // SAFETY: not null, and by the header's rules the library owns so many bytes there until this returns.
        let data = unsafe { std::slice::from_raw_parts(data, length) };
        heard.video(codec, data, rotation, pts_us);
    });
}

extern "C" fn on_keyframe(user: *mut c_void) {
    guarded(user, |heard| heard.need_keyframe());
}

extern "C" fn on_media(user: *mut c_void, direction: i32, codec: i32, rate: i32, channels: i32) {
    guarded(user, |heard| heard.media(direction, codec, rate, channels));
}

extern "C" fn on_log(user: *mut c_void, level: i32, text: *const c_char) {
    if text.is_null() {
        return;
    }
    guarded(user, |heard| {
        // SAFETY: not null, and by the header's rules a text with a zero byte at its end until this returns.
        let text = unsafe { CStr::from_ptr(text) };
        heard.log(level, &text.to_string_lossy());
    });
}

/// Why a library cannot be used.
#[derive(Debug)]
pub(super) enum LoadError {
    /// dlopen failed.
    Library(String),
    /// A function is missing, or the versions differ.
    Symbol(String),
}

/// A text for the library.
type Text = *const c_char;

macro_rules! functions {
    ($($name:ident : fn($($arg:ty),*) -> i32;)+) => {
        /// The library's functions.
        struct Functions { $($name: unsafe extern "C" fn($($arg),*) -> i32,)+ }

        impl Functions {
            fn find(library: &Library) -> Result<Self, LoadError> {
                Ok(Self { $($name: {
                    let name = concat!(stringify!($name), "\0");
                    // SAFETY: the types are those of the header, which the library's version vouches for.
                    let found = unsafe { library.get::<unsafe extern "C" fn($($arg),*) -> i32>(name) };
                    *found.map_err(|error| LoadError::Symbol(error.to_string()))?
                },)+ })
            }
        }
    };
}

functions! {
    cvs_abi_version: fn() -> i32;
    cvs_init: fn(*const Config, *const Callbacks, *mut c_void) -> i32;
    cvs_join_device: fn(Text, Text, Text, Text, Text) -> i32;
    cvs_join_cloud: fn(Text, Text, Text, Text, Text) -> i32;
    cvs_reject: fn(Text, Text, Text, Text, Text, i32) -> i32;
    cvs_push_audio: fn(*const u8, usize, u64) -> i32;
    cvs_push_video: fn(i32, u32, *const u8, usize, i32, u64) -> i32;
    cvs_pull_audio: fn(*mut u8, usize) -> i32;
    cvs_hangup: fn(i32) -> i32;
    cvs_set_remote_bandwidth: fn(i32) -> i32;
    cvs_room_id: fn(*mut c_char, usize) -> i32;
    cvs_stop: fn() -> i32;
}

/// A loaded library. It stays until the process ends: code that owns threads cannot be taken away from under them.
pub(super) struct Sdk {
    functions: Functions,
    _library: ManuallyDrop<Library>,
}

/// The SDK's or the library's number for what went wrong.
pub(super) type SdkError = i32;

fn done(n: i32) -> Result<(), SdkError> {
    if n == 0 { Ok(()) } else { Err(n) }
}

impl Sdk {
    /// Loads the library: all its symbols at once, so that none turns out to be missing in mid-call.
    pub(super) fn load(path: &Path) -> Result<Self, LoadError> {
        // SAFETY: the operator names the library, whose initialisers run here, in a process of their own.
        let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) };
        let library = ManuallyDrop::new(library.map_err(|error| LoadError::Library(error.to_string()))?);
        let functions = Functions::find(&library)?;
        let sdk = Self { functions, _library: library };
        if u32::try_from(sdk.abi()) == Ok(ABI_VERSION) {
            Ok(sdk)
        } else {
            Err(LoadError::Symbol(format!("it has version {} of the functions, not {ABI_VERSION}", sdk.abi())))
        }
    }

    /// The version that the library has.
    pub(super) fn abi(&self) -> i32 {
        // SAFETY: takes nothing.
        unsafe { (self.functions.cvs_abi_version)() }
    }

    pub(super) fn init(&self, config: &Config, heard: &'static dyn Heard) -> Result<(), SdkError> {
        let user: &'static mut &'static dyn Heard = Box::leak(Box::new(heard));
        // SAFETY: all three live long enough, `user` for ever; the sizes are in the structs.
        done(unsafe { (self.functions.cvs_init)(config, &raw const CALLBACKS, std::ptr::from_mut(user).cast()) })
    }

    /// In this order: appid, device, model, server token, payload.
    pub(super) fn join_device(&self, [app, device, model, token, payload]: [&CStr; 5]) -> Result<(), SdkError> {
        let join = self.functions.cvs_join_device;
        // SAFETY: texts with a zero byte at their end, which outlive the call.
        done(unsafe { join(app.as_ptr(), device.as_ptr(), model.as_ptr(), token.as_ptr(), payload.as_ptr()) })
    }

    /// In this order: appid, server token, room, session key, payload.
    pub(super) fn join_cloud(&self, [app, token, room, key, payload]: [&CStr; 5]) -> Result<(), SdkError> {
        let join = self.functions.cvs_join_cloud;
        // SAFETY: texts with a zero byte at their end, which outlive the call.
        done(unsafe { join(app.as_ptr(), token.as_ptr(), room.as_ptr(), key.as_ptr(), payload.as_ptr()) })
    }

    /// In this order: appid, device, model, server token, payload.
    pub(super) fn reject(&self, texts: [&CStr; 5], reason: i32) -> Result<(), SdkError> {
        let [app, device, model, token, payload] = texts.map(CStr::as_ptr);
        // SAFETY: texts with a zero byte at their end, which outlive the call.
        done(unsafe { (self.functions.cvs_reject)(app, device, model, token, payload, reason) })
    }

    pub(super) fn push_audio(&self, pcm: &[u8], pts_us: u64) -> Result<(), SdkError> {
        // SAFETY: so many bytes, which outlive the call.
        done(unsafe { (self.functions.cvs_push_audio)(pcm.as_ptr(), pcm.len(), pts_us) })
    }

    pub(super) fn push_video(&self, codec: i32, flags: u32, unit: &[u8], at: (i32, u64)) -> Result<(), SdkError> {
        let (rotation, pts_us) = at;
        // SAFETY: so many bytes, which outlive the call.
        done(unsafe { (self.functions.cvs_push_video)(codec, flags, unit.as_ptr(), unit.len(), rotation, pts_us) })
    }

    /// Fills a part of `buffer` and returns it.
    pub(super) fn pull_audio<'a>(&self, buffer: &'a mut [u8]) -> Result<&'a [u8], SdkError> {
        // SAFETY: so many bytes of room, which outlive the call.
        let n = unsafe { (self.functions.cvs_pull_audio)(buffer.as_mut_ptr(), buffer.len()) };
        usize::try_from(n).ok().and_then(|n| buffer.get(..n)).ok_or(n)
    }

    pub(super) fn hangup(&self, reason: i32) -> Result<(), SdkError> {
        // SAFETY: takes a number.
        done(unsafe { (self.functions.cvs_hangup)(reason) })
    }

    pub(super) fn set_remote_bandwidth(&self, kbps: i32) -> Result<(), SdkError> {
        // SAFETY: takes a number.
        done(unsafe { (self.functions.cvs_set_remote_bandwidth)(kbps) })
    }

    pub(super) fn room_id(&self) -> String {
        let mut text = [0_u8; 256];
        // SAFETY: so many bytes of room, which outlive the call.
        let n = unsafe { (self.functions.cvs_room_id)(text.as_mut_ptr().cast(), text.len()) };
        let text = usize::try_from(n).ok().and_then(|n| text.get(..n));
        text.map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default()
    }

    pub(super) fn stop(&self) -> Result<(), SdkError> {
        // SAFETY: takes nothing.
        done(unsafe { (self.functions.cvs_stop)() })
    }
}

/// Takes over a descriptor that the process was started with. To be called once for each.
pub(super) fn adopt(number: i32) -> Option<OwnedFd> {
    // SAFETY: F_GETFD touches no memory; it says whether there is such a descriptor.
    let open = unsafe { libc::fcntl(number, libc::F_GETFD) } >= 0;
    // SAFETY: it is open, and nobody else in this process knows of it.
    open.then(|| unsafe { OwnedFd::from_raw_fd(number) })
}

/// Closes every descriptor from `first` on: what the server's own parent may have left open.
pub(super) fn close_from(first: u32) {
    #[cfg(target_os = "linux")]
    // SAFETY: called before this process has opened anything of its own.
    unsafe {
        // A kernel that cannot has none to lose either: all of the server's own are closed by the exec.
        libc::close_range(first, u32::MAX, 0);
    }
    #[cfg(not(target_os = "linux"))]
    let _unused = first;
}

/// Ends the process here and now: the library's threads run on, so that destructors are not for them.
pub(super) fn exit_now(code: i32) -> ! {
    // SAFETY: does not return, and runs nothing.
    unsafe { libc::_exit(code) }
}
