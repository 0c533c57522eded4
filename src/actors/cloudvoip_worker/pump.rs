//! The tasks between a process and its actor: its channels, what it prints, and its end.

use std::{os::unix::process::ExitStatusExt as _, process::ExitStatus, sync::Arc, time::Duration};

use actix::Addr;
use bytes::Bytes;
use rustix::process::{Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    net::unix::{OwnedReadHalf, OwnedWriteHalf},
    process::Child,
    sync::mpsc,
    task::JoinHandle,
    time::timeout,
};

use super::{ToActor, Worker, lines, pool::Slot, process::Process, view::Shared};
use crate::protocol::worker::{
    Exit, FromWorker, MediaFrame, ProtocolError,
    control::{decode, length},
    media::{HEADER_BYTES, MediaHeader},
};

/// How long a process may leave a message unread.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long its last messages may take to come once it has ended: something that it started may hold the channel.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The tasks of a process, which end with the value. Two do not: one reaps the process, one hears its last words.
#[derive(Debug)]
pub(super) struct Pumps(Vec<JoinHandle<()>>);

impl Drop for Pumps {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

impl Pumps {
    /// Starts the tasks, on this thread.
    pub(super) fn start(
        process: Process,
        orders: mpsc::Receiver<Vec<u8>>,
        actor: Addr<Worker>,
        shared: &Arc<Shared>,
        slot: &Slot,
    ) -> Self {
        let Process { mut child, control, media } = process;
        let (control_in, control_out) = control.into_split();
        let (media_in, media_out) = media.into_split();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let heard = actix::spawn(hear(control_in, actor.clone()));
        let mut tasks = vec![
            actix::spawn(say(orders, control_out, actor.clone())),
            actix::spawn(take_media(media_in, Arc::clone(shared), actor.clone())),
            actix::spawn(give_media(media_out, Arc::clone(shared))),
        ];
        tasks.extend(stdout.map(|from| actix::spawn(log(from, Arc::clone(shared), "stdout"))));
        tasks.extend(stderr.map(|from| actix::spawn(log(from, Arc::clone(shared), "stderr"))));
        // Not among the others: it reaps, whatever becomes of the actor.
        drop(actix::spawn(await_end(child, heard, actor, Arc::clone(shared), slot.clone())));
        Self(tasks)
    }
}

async fn log(from: impl AsyncRead + Unpin, shared: Arc<Shared>, stream: &'static str) {
    lines::log(from, &shared, stream).await;
}

/// Passes on what the process says, up to its end or to the first nonsense.
async fn hear(mut from: OwnedReadHalf, actor: Addr<Worker>) {
    loop {
        match next_message(&mut from).await {
            Ok(Some(message)) => actor.do_send(ToActor::Said(message)),
            Ok(None) => return,
            Err(error) => return actor.do_send(ToActor::Nonsense(error)),
        }
    }
}

async fn next_message(from: &mut OwnedReadHalf) -> Result<Option<FromWorker>, ProtocolError> {
    let mut prefix = [0; 4];
    match read(from, &mut prefix).await {
        Read::All => {}
        Read::Nothing => return Ok(None),
        Read::Part => return Err(ProtocolError::Truncated),
    }
    let mut json = vec![0; length(prefix)?];
    match read(from, &mut json).await {
        Read::All => decode(&json).map(Some),
        Read::Nothing | Read::Part => Err(ProtocolError::Truncated),
    }
}

enum Read {
    All,
    Nothing,
    Part,
}

async fn read(from: &mut OwnedReadHalf, into: &mut [u8]) -> Read {
    let mut have = 0;
    while let Some(rest @ [_, ..]) = into.get_mut(have..) {
        match from.read(rest).await {
            Ok(n @ 1..) => have = have.saturating_add(n),
            Ok(0) | Err(_) if have == 0 => return Read::Nothing,
            Ok(_) | Err(_) => return Read::Part,
        }
    }
    Read::All
}

/// Tells the process what it is told.
async fn say(mut orders: mpsc::Receiver<Vec<u8>>, mut to: OwnedWriteHalf, actor: Addr<Worker>) {
    while let Some(frame) = orders.recv().await {
        match timeout(PATIENCE, to.write_all(&frame)).await {
            Ok(Ok(())) => {}
            // The other end is closed: its exit says more.
            Ok(Err(_)) => return,
            Err(_) => return actor.do_send(ToActor::Deaf),
        }
    }
}

async fn take_media(mut from: OwnedReadHalf, shared: Arc<Shared>, actor: Addr<Worker>) {
    loop {
        match next_frame(&mut from).await {
            // Whoever is too slow for WeChat's pictures waits for the next key frame of WeChat's.
            Ok(Some(frame)) => drop(shared.down().push(frame)),
            Ok(None) => return,
            Err(error) => return actor.do_send(ToActor::Nonsense(error)),
        }
    }
}

async fn next_frame(from: &mut OwnedReadHalf) -> Result<Option<MediaFrame>, ProtocolError> {
    let mut head = [0; HEADER_BYTES];
    if !matches!(read(from, &mut head).await, Read::All) {
        return Ok(None);
    }
    let header = MediaHeader::decode(head)?;
    let mut body = vec![0; header.length];
    // A process that dies leaves half a frame: its exit says more.
    Ok(matches!(read(from, &mut body).await, Read::All).then(|| MediaFrame::new(header, Bytes::from(body))))
}

async fn give_media(mut to: OwnedWriteHalf, shared: Arc<Shared>) {
    while let Some(frame) = shared.up().next().await {
        let head = frame.header().encode();
        if to.write_all(&head).await.is_err() || to.write_all(&frame.body).await.is_err() {
            return;
        }
    }
}

/// Reaps the process, hears its last words, then says how it ended.
async fn await_end(mut child: Child, heard: JoinHandle<()>, actor: Addr<Worker>, shared: Arc<Shared>, slot: Slot) {
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    let status = child.wait().await;
    shared.set_reaped();
    if let Some(group) = group {
        // What it started and left behind. There is rarely any.
        let _none = kill_process_group(group, Signal::KILL).is_err();
    }
    let reader = heard.abort_handle();
    // Late or not: it has said what it had to say.
    let _late = timeout(LAST_WORDS, heard).await.is_err();
    reader.abort();
    let end = ToActor::Exited(status.map_or(Exit::Unknown, exit));
    // An actor that is no more gave its slot back to nobody.
    if actor.send(end).await.is_err() {
        slot.free();
    }
}

fn exit(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Unknown,
    }
}
