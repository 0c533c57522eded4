//! The shim, on headers that are assumed and with a stand-in for the SDK: see `tests/wmpf_assumed`. It shows that the shim keeps the
//! public rules; of the real SDK it shows nothing.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use hookswitch::{
    actors::cloudvoip_worker::WorkerEvent,
    protocol::{
        codes,
        worker::{
            CallSpec, EndReason, HangupReason, MediaFrame, MediaKind, Mode, Phase, SecretText,
            media::{FLAG_CONFIG, FLAG_KEY},
        },
    },
};
use tempfile::TempDir;

use crate::support::{DEADLINE, Lab, Talk, patient};

/// Warnings are errors, as in the line that an operator is given.
const FLAGS: [&str; 9] =
    ["-shared", "-fPIC", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden", "-Wl,--no-undefined"];

fn gcc(args: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("gcc")
        .args(FLAGS)
        .args(args)
        .args(["-Iinclude", "-Itests/wmpf_assumed"])
        .current_dir(root)
        .output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The shim and the stand-in, compiled; `None` where there is no gcc.
fn compiled() -> Option<(TempDir, PathBuf)> {
    if Command::new("gcc").arg("--version").output().is_err() {
        println!("SKIPPED: there is no gcc to compile the shim with");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    gcc(&["-Wl,-soname,libwmpf.so", "-o", &path("libwmpf.so"), "tests/wmpf_assumed/libwmpf_fake.c", "-lpthread"]);
    let (out, here) = (path("libhookswitch_wmpf.so"), format!("-L{}", folder.path().display()));
    let files = ["shim/wmpf_shim.c", "shim/wmpf_audio.c", "shim/wmpf_video.c"];
    gcc(&[&["-o", &out], &files[..], &[&here, "-lwmpf", "-lpthread"]].concat());
    Some((folder, out.into()))
}

/// Compiled once for each test: a pool with the shim.
fn lab() -> Option<Lab> {
    let (folder, library) = compiled()?;
    let path = folder.path().to_str().unwrap().to_owned();
    Some(Lab::with(folder, &library, &path, (2, 0), patient()))
}

fn call(script: &str) -> CallSpec {
    CallSpec { payload: SecretText::new(script), ..Lab::call("") }
}

#[actix_web::test]
async fn the_shim_holds_a_call_with_sound_and_pictures_both_ways() {
    let Some(lab) = lab() else { return };
    for mode in [Mode::Cloud, Mode::Device] {
        let mut talk = lab.try_start(CallSpec { mode, ..call("1,2") }).unwrap();
        talk.until(Phase::Talking).await;
        assert!(talk.seen.contains(&WorkerEvent::Joined("assumed-room".to_owned())));
        while talk.next().await != WorkerEvent::NeedKeyframe {}
        let media = talk.handle.media();
        let speaker = media.clone();
        let speaks = actix::spawn(async move {
            let picture = [0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x65, 3];
            let mut tick = tokio::time::interval(std::time::Duration::from_millis(20));
            for n in 1..=100 {
                tick.tick().await;
                speaker.give(Talk::pcm(n));
                let (kind, flags, body) = (MediaKind::H264, FLAG_KEY | FLAG_CONFIG, picture.to_vec().into());
                speaker.give(MediaFrame { kind, flags, body, ..Talk::pcm(n) });
            }
        });
        let (mut heard, mut seen) = (0, 0);
        while heard < 5 || seen < 5 {
            let frame = tokio::time::timeout(DEADLINE, media.take()).await.unwrap().unwrap();
            if frame.kind == MediaKind::Pcm {
                heard += usize::from(frame.body[0] != 0);
            } else {
                // Parameters and picture came one by one; they go on together.
                assert!(frame.has(FLAG_KEY) && frame.has(FLAG_CONFIG) && frame.body.len() == 19, "{frame:?}");
                seen += 1;
            }
        }
        speaks.abort();
        talk.handle.bandwidth(500);
        talk.handle.hangup(HangupReason::Manual);
        assert_eq!(talk.end().await.reason, EndReason::HungUp);
    }
    lab.close().await;
}

#[actix_web::test]
async fn the_shim_tells_statuses_errors_and_refusals() {
    let Some(lab) = lab() else { return };
    for (script, reason, code) in [
        ("1,2,6", EndReason::HangupByCallee, codes::SUCCESS),
        ("1,9", EndReason::NoAnswer, codes::TIMEOUT),
        ("denied", EndReason::JoinFailed, codes::OFFLINE),
    ] {
        let end = lab.try_start(call(script)).unwrap().end().await;
        assert_eq!((end.reason, end.code), (reason, code), "{script}: {end:?}");
    }
    let refusal = CallSpec { mode: Mode::Reject, reason: HangupReason::Reject, ..call("") };
    assert_eq!(lab.try_start(refusal).unwrap().end().await.reason, EndReason::Declined);
    lab.close().await;
}
