//! clap as its derive macros find it here. The compiler writes [`clap::Arg::new`] out wherever they call it, half a kilobyte for each
//! of a hundred options; through the one below it is in the program once.

pub(crate) use ::clap::*;

/// In the place of clap's.
pub(crate) struct Arg;

impl Arg {
    #[inline(never)]
    #[expect(clippy::new_ret_no_self, reason = "that is what the macros call")]
    pub(crate) fn new(id: &'static str) -> ::clap::Arg {
        ::clap::Arg::new(id)
    }
}
