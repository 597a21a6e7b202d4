//! The standard streams as this process got them.

use std::sync::atomic::{AtomicBool, Ordering};

static STDOUT_WAS_CLOSED: AtomicBool = AtomicBool::new(false);

/// True if stdout was closed when the process began (`>&-` in a shell). By now something else stands in for it, and whatever
/// is written there is lost without an error.
pub(crate) fn stdout_was_closed() -> bool {
    STDOUT_WAS_CLOSED.load(Ordering::Relaxed)
}

/// Has to look before the standard library does, which opens `/dev/null` in place of closed streams before `main`.
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod first_look {
    use std::os::fd::BorrowedFd;
    use std::sync::atomic::Ordering;

    use super::STDOUT_WAS_CLOSED;

    extern "C" fn look() {
        #[expect(unsafe_code, reason = "whether the descriptor is open is the question")]
        // SAFETY: nothing is done to it but to ask.
        let stdout = unsafe { BorrowedFd::borrow_raw(1) };
        let state = rustix::io::fcntl_getfd(stdout);
        let is_closed = state == Err(rustix::io::Errno::BADF);
        STDOUT_WAS_CLOSED.store(is_closed, Ordering::Relaxed);
    }

    #[expect(
        unsafe_code,
        reason = "whatever lies in this section is called by the loader before the program begins"
    )]
    #[used]
    #[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
    #[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
    static FIRST_LOOK: extern "C" fn() = look;
}
