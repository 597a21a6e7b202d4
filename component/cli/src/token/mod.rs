//! A token: where it is found, what it says, how it is shown.

pub(crate) mod az;
pub(crate) mod facts;
pub(crate) mod inspection;
pub(crate) mod judgement;
pub(crate) mod shape;
pub(crate) mod source;
pub(crate) mod unreadable;
