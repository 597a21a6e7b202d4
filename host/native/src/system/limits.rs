//! Limits that a shell or a batch system puts on this process (`ulimit`), which are the likely cause when nothing works.

/// A limit below what the program needs, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// The limit that is too low, if one is.
#[cfg(unix)]
pub(crate) fn too_low() -> Option<Limit> {
    use rustix::process::{Resource, getrlimit};

    let current = |resource| getrlimit(resource).current;
    // Linux and macOS; others do not bound it.
    too_low_of(current(Resource::As), current(Resource::Nofile))
}

/// Nothing is limited like that.
#[cfg(windows)]
pub(crate) fn too_low() -> Option<Limit> {
    None
}

#[cfg_attr(
    all(windows, not(test)),
    expect(dead_code, reason = "nothing is limited there")
)]
fn too_low_of(address_space: Option<u64>, files: Option<u64>) -> Option<Limit> {
    if let Some(bytes) = address_space.filter(|bytes| *bytes < ADDRESS_SPACE) {
        return Some(Limit {
            message: format!(
                "this process may use {} MiB of address space (`ulimit -v`), and needs {} GiB",
                bytes >> 20,
                ADDRESS_SPACE >> 30
            ),
            hint: "raise the limit: `ulimit -v unlimited`; the sandbox reserves addresses, and fills a few megabytes of them"
                .to_owned(),
        });
    }
    let count = files.filter(|count| *count < FILES)?;
    Some(Limit {
        message: format!(
            "this process may have {count} files open (`ulimit -n`), and needs {FILES}"
        ),
        hint: format!("raise the limit: `ulimit -n {FILES}` or more"),
    })
}

/// Three memories of 4 GiB and the guards around them, with room for the program itself.
const ADDRESS_SPACE: u64 = 14 << 30;

/// Streams, clocks, signals, a connection, a keyring and a lock, with room to spare.
const FILES: u64 = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_that_is_too_low_is_named() {
        let rows = [
            (None, None, None),
            (Some(u64::MAX), Some(1024), None),
            (Some(ADDRESS_SPACE), Some(FILES), None),
            (
                Some(4 << 30),
                Some(8),
                Some(
                    "this process may use 4096 MiB of address space (`ulimit -v`), and needs 14 GiB",
                ),
            ),
            (
                None,
                Some(8),
                Some("this process may have 8 files open (`ulimit -n`), and needs 32"),
            ),
        ];
        for (address_space, files, expected) in rows {
            let limit = too_low_of(address_space, files).map(|limit| limit.message);
            assert_eq!(limit.as_deref(), expected, "{address_space:?} {files:?}");
        }
    }
}
