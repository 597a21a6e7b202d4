//! What the integration tests share: an emulator, a browser, a user of the program, a terminal, pages, foreign programs.
#![allow(
    dead_code,
    unused_imports,
    reason = "every test is a crate of its own and uses a part of this"
)]

mod behaviour;
mod browser;
mod citation;
mod emulator;
mod foreign;
mod internet;
mod metadata;
mod outcome;
mod page;
mod person;
mod recorder;
mod sources;
mod table;
mod terminal;
mod user;
pub(crate) mod windows;

pub(crate) use behaviour::{Behaviour, fits};
pub(crate) use browser::Browser;
pub(crate) use citation::is_test;
pub(crate) use emulator::Emulator;
pub(crate) use foreign::{built, component, foreign_program, python_packages, workspace};
pub(crate) use internet::Internet;
pub(crate) use metadata::metadata;
pub(crate) use outcome::Outcome;
pub(crate) use page::{Block, block_scalars, blocks, blocks_of};
pub(crate) use person::{ALICE, PUBLIC_CLIENT, person, sign_in_by_device, start_until};
pub(crate) use recorder::Recorder;
pub(crate) use sources::sources;
pub(crate) use table::{at_once, rows};
pub(crate) use terminal::Terminal;
pub(crate) use user::{CLIENT_ID, GET_TOKEN, PASSPHRASE, PROGRAM, SECRET, User};
