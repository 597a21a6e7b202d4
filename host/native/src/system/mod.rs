//! This machine, for whatever is lent of it: its folders, private files, terminal and programs, and what differs from one
//! operating system to another.

pub(crate) mod aside;
pub(crate) mod folders;
pub(crate) mod interrupt;
pub(crate) mod kept_key;
pub(crate) mod known_variables;
pub(crate) mod limits;
pub(crate) mod patience;
pub(crate) mod platform;
pub(crate) mod private_file;
pub(crate) mod programs;
pub(crate) mod random;
pub(crate) mod status_line;
pub(crate) mod stream;
pub(crate) mod streams;
pub(crate) mod terminal;
pub(crate) mod variable;
