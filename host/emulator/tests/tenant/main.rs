//! The tenant as its clients see it: requests in, responses out, without network.

#[cfg(test)]
mod assertions;
#[cfg(test)]
mod controls;
#[cfg(test)]
mod devices;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod later_tokens;
#[cfg(test)]
mod person;
#[cfg(test)]
mod platforms;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod visitor;
