//! What Linux and macOS have in common.

use std::fs::{self, Metadata};
use std::io;
use std::os::fd::{BorrowedFd, RawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::io::{Errno, FdFlags, fcntl_setfd};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, geteuid, kill_process, waitid};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal as SignalStream, SignalKind, signal};

/// Between the entries of `BROWSER`.
pub(crate) const SEPARATOR: char = ':';

/// Has no program that is started inherit what this one was given open besides its three streams, such as the file that a
/// passphrase is read from. Must be called before there are other threads.
#[expect(
    unsafe_code,
    reason = "a descriptor that was inherited is known by its number alone"
)]
pub(crate) fn keep_descriptors_private() {
    // Where there is no list, nothing that needs one can be read either, a passphrase by its number included.
    let Ok(descriptors) = fs::read_dir("/dev/fd") else {
        return;
    };
    for descriptor in descriptors.flatten() {
        let number = descriptor
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        let Some(number) = number.filter(|number| *number > LAST_STREAM) else {
            continue;
        };
        // SAFETY: it was listed just now as open, and nobody else is there who could close it.
        let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
        // Where it is refused, it has ended already.
        let _ = fcntl_setfd(descriptor, FdFlags::CLOEXEC);
    }
}

/// The number of stderr.
const LAST_STREAM: RawFd = 2;

/// Configuration and cache, by the XDG base directory specification; `cache` is where the system keeps caches otherwise.
pub(super) fn xdg_folders(
    variable: impl Fn(&str) -> Option<PathBuf>,
    home: Option<&Path>,
    cache: &str,
) -> [Option<PathBuf>; 2] {
    [
        variable("XDG_CONFIG_HOME").or_else(|| Some(home?.join(".config"))),
        variable("XDG_CACHE_HOME").or_else(|| Some(home?.join(cache))),
    ]
}

/// Every terminal does, as far as it matters.
pub(crate) fn shows_colours() -> bool {
    true
}

/// The path itself if it leads to a program.
pub(crate) fn executable(path: PathBuf) -> Option<PathBuf> {
    let metadata = path.metadata().ok()?;
    (metadata.is_file() && metadata.permissions().mode() & 0o111 != 0).then_some(path)
}

/// True for what somebody else than this user can read at its other end. The system's own devices, such as `/dev/null`, are
/// everybody's; a pipe of the administrator can be read by all whom its permissions name.
pub(crate) fn leads_to_another_user(metadata: &Metadata) -> bool {
    let is_of_the_system = metadata.uid() == 0 && metadata.file_type().is_char_device();
    metadata.uid() != geteuid().as_raw() && !is_of_the_system
}

/// Ctrl-C in the terminal is for this process alone.
pub(crate) fn shield_from_terminal(command: &mut Command) {
    command.process_group(0);
}

/// `SIGTERM` to this process, which is meant for a program that it waits for. Ctrl-C in the terminal reaches that one anyway.
pub(crate) struct Termination {
    runtime: Runtime,
    signal: SignalStream,
}

impl Termination {
    /// From here on none is lost: before the program starts.
    pub(crate) fn watched() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let within = runtime.enter();
        let signal = signal(SignalKind::terminate())?;
        drop(within);
        Ok(Self { runtime, signal })
    }

    /// Waits until a program has ended, and hands on what comes meanwhile. Returns its exit code, and for a signal what shells
    /// make of it.
    pub(crate) fn wait_for(self, program: &mut Child) -> io::Result<u8> {
        let id = Pid::from_child(program);
        let has_ended = Arc::new(Mutex::new(false));
        let seen = Arc::clone(&has_ended);
        let hand_on = move || drop(self.hand_on(id, &seen));
        thread::Builder::new()
            .name("terminate".to_owned())
            .spawn(hand_on)?;
        // As long as it is not taken note of, its number is no other program's.
        let without_taking_note = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(Errno::INTR) = waitid(WaitId::Pid(id), without_taking_note) {}
        *has_ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
        let status = program.wait()?;
        let signalled = || Some(status.signal()?.saturating_add(SIGNALLED));
        let code = status.code().or_else(signalled);
        Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
    }

    fn hand_on(mut self, id: Pid, has_ended: &Mutex<bool>) -> io::Result<()> {
        while self.runtime.block_on(self.signal.recv()).is_some() {
            let has_ended = has_ended.lock().unwrap_or_else(PoisonError::into_inner);
            if !*has_ended {
                kill_process(id, Signal::TERM)?;
            }
        }
        Ok(())
    }
}

/// Added to the number of the signal that ended a program
/// (<https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02>).
const SIGNALLED: i32 = 128;

/// The Azure Arc agent and the folder of its keys.
pub(crate) fn arc_agent() -> [PathBuf; 2] {
    ["/opt/azcmagent/bin/himds", "/var/opt/azcmagent/tokens"].map(PathBuf::from)
}
