//! How a worker process is started.

use std::{
    io,
    os::{fd::OwnedFd, unix::net::UnixStream as StdStream},
    path::PathBuf,
    process::Stdio,
};

use command_fds::{CommandFdExt as _, FdMapping};
use rustix::process::Pid;
use tokio::{
    net::UnixStream,
    process::{Child, Command},
};

use crate::cloudvoip::{CONTROL_FD, MEDIA_FD};

/// What to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Launch {
    /// The program: hookswitch.
    pub(super) program: PathBuf,
    /// The library that it loads.
    pub(super) library: PathBuf,
    /// Its `LD_LIBRARY_PATH`; empty for none.
    pub(super) library_path: String,
}

/// A process and its channels.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) child: Child,
    pub(super) control: UnixStream,
    pub(super) media: UnixStream,
}

impl Process {
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Its number, which is also that of its group.
    pub(super) fn pid(&self) -> Option<Pid> {
        self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
    }
}

/// Our end of a new channel, and the process's.
fn channel() -> io::Result<(UnixStream, OwnedFd)> {
    let (ours, theirs) = StdStream::pair()?;
    ours.set_nonblocking(true)?;
    Ok((UnixStream::from_std(ours)?, theirs.into()))
}

/// Starts a process with two channels, a group of its own, an empty environment and nothing else of ours: no secret is in what others
/// can see of it. Every other descriptor of this server closes by itself when the process begins.
pub(super) fn start(launch: &Launch) -> io::Result<Process> {
    let ((control, control_fd), (media, media_fd)) = (channel()?, channel()?);
    let mut command = Command::new(&launch.program);
    command
        .arg0("hookswitch")
        .args(["cloudvoip-worker", "--library"])
        .arg(&launch.library)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        // A net only: whoever awaits the process reaps it.
        .kill_on_drop(true);
    if !launch.library_path.is_empty() {
        command.env("LD_LIBRARY_PATH", &launch.library_path);
    }
    let mapped = command.fd_mappings(vec![
        FdMapping { parent_fd: control_fd, child_fd: CONTROL_FD },
        FdMapping { parent_fd: media_fd, child_fd: MEDIA_FD },
    ]);
    mapped.map_err(io::Error::other)?;
    Ok(Process { child: command.spawn()?, control, media })
}
