//! The tenant as its clients see it: requests in, responses out, without network.

#[cfg(test)]
mod controls;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod visitor;
