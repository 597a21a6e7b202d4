//! The environment variables that the component gets to see.

use crate::system::{known_variables, platform};

/// The words of the command line behind the program's name, and the name; what is no Unicode as in [`variables`].
pub(crate) fn arguments() -> Vec<String> {
    let words = std::env::args_os();
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}

/// Names and values. What is no Unicode in a value stands as U+FFFD, by which the component knows that it cannot be read. Where a console cannot show colours, that is said.
pub(crate) fn variables() -> Vec<(&'static str, String)> {
    let given = known_variables::passed_on()
        .filter_map(|name| Some((name, std::env::var_os(name)?.to_string_lossy().into_owned())));
    let plain = (!platform::shows_colours()).then(|| ("NO_COLOR", "1".to_owned()));
    given.chain(plain).collect()
}
