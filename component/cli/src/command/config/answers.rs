//! The fields of a new profile, from flags or from a person.
//!
//! Flags that do not do are errors; answers that do not do are explained and asked again. Fields
//! that are needed and cannot be asked are collected, so that one message names them all.

use crate::bindings::errors::{Failure, Fault};
use crate::bindings::prompt::{self, Echo};
use crate::input::named::{self, Named};
use crate::input::secret::Secret;
use crate::output::Output;
use crate::output::error::{BadValue, Error};
use crate::output::exit_code::ExitCode;

/// How much a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    Everything,
    Nothing,
    WhatIsNeeded,
}

/// Whether a profile can do without a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Needed,
    Optional,
}

/// A field: its question, and the flag that answers it.
#[derive(Clone, Copy)]
pub(super) struct Field {
    question: &'static str,
    flag: &'static str,
    /// Lines above the question.
    explanation: &'static [&'static str],
}

impl Field {
    pub(super) fn new(question: &'static str, flag: &'static str) -> Self {
        Self {
            question,
            flag,
            explanation: &[],
        }
    }

    pub(super) fn explained(self, explanation: &'static [&'static str]) -> Self {
        Self {
            explanation,
            ..self
        }
    }
}

/// Answers, and what is still missing.
pub(super) struct Answers<'a> {
    asking: Asking,
    output: &'a Output,
    missing: Vec<&'static str>,
}

impl<'a> Answers<'a> {
    pub(super) fn new(asking: Asking, output: &'a Output) -> Self {
        Self {
            asking,
            output,
            missing: Vec::new(),
        }
    }

    pub(super) fn asks_everything(&self) -> bool {
        self.asking == Asking::Everything
    }

    pub(super) fn asks_nothing(&self) -> bool {
        self.asking == Asking::Nothing
    }

    /// A field that a profile cannot do without; `None` once it counts as missing.
    pub(super) fn required<T>(
        &mut self,
        field: Field,
        given: Option<&str>,
        parse: impl Fn(&str) -> Result<T, BadValue>,
    ) -> Result<Option<T>, Error> {
        match (given, self.asking) {
            (Some(text), _) => Ok(Some(parse(text.trim())?)),
            (None, Asking::Nothing) => {
                self.missing.push(field.flag);
                Ok(None)
            }
            (None, Asking::Everything | Asking::WhatIsNeeded) => self.ask(field, parse).map(Some),
        }
    }

    /// A field for which Enter stands for `default`.
    pub(super) fn with_default<T>(
        &mut self,
        field: Field,
        given: Option<&str>,
        default: &str,
        parse: impl Fn(&str) -> Result<T, BadValue>,
    ) -> Result<T, Error> {
        match (given, self.asking) {
            (Some(text), _) => Ok(parse(text)?),
            (None, Asking::Nothing | Asking::WhatIsNeeded) => Ok(parse(default)?),
            (None, Asking::Everything) => self.ask(field, |answer| match answer {
                "" => parse(default),
                answer => parse(answer),
            }),
        }
    }

    /// One of a menu, needed; Enter stands for `default`.
    pub(super) fn named<C: Named + PartialEq>(
        &mut self,
        field: Field,
        given: Option<C>,
        default: C,
    ) -> Result<Option<C>, Error> {
        match (given, self.asking) {
            (Some(given), _) => Ok(Some(given)),
            (None, Asking::Nothing) => {
                self.missing.push(field.flag);
                Ok(None)
            }
            (None, Asking::Everything | Asking::WhatIsNeeded) => {
                let name = named::name(default);
                self.menu::<C>(name);
                self.ask(field, |answer| match answer {
                    "" => Ok(default),
                    answer => named::pick(answer),
                })
                .map(Some)
            }
        }
    }

    /// One of a menu, or none: Enter leaves it to the program, which takes `automatic`.
    pub(super) fn named_or_automatic<C: Named + PartialEq>(
        &mut self,
        field: Field,
        given: Option<Option<C>>,
        automatic: Option<C>,
    ) -> Result<Option<C>, Error> {
        match (given, self.asking) {
            (Some(given), _) => Ok(given),
            (None, Asking::Nothing | Asking::WhatIsNeeded) => Ok(None),
            (None, Asking::Everything) => {
                let automatic = automatic.map(named::name).unwrap_or("what fits the method");
                self.menu::<C>(&format!("automatic ({automatic})"));
                self.ask(field, |answer| match answer {
                    "" => Ok(None),
                    answer => named::pick(answer).map(Some),
                })
            }
        }
    }

    /// A hidden answer. One that is not needed is asked for only where everything is, and may be
    /// empty.
    pub(super) fn secret(&mut self, field: Field, need: Need) -> Result<Option<Secret>, Error> {
        match (self.asking, need) {
            (Asking::Nothing, Need::Needed) => {
                self.missing.push(field.flag);
                Ok(None)
            }
            (Asking::Nothing | Asking::WhatIsNeeded, Need::Optional) => Ok(None),
            (Asking::Everything | Asking::WhatIsNeeded, _) => loop {
                let answer = match prompt::ask(field.question, Echo::Hidden) {
                    Err(failure) if failure.fault == Fault::Absent && need == Need::Optional => {
                        String::new()
                    }
                    answer => answer.map_err(unasked)?,
                };
                // Pasted secrets bring a blank along; no secret of Entra starts or ends with one.
                let secret = Secret::new(answer.trim().to_owned());
                match (secret.is_empty(), need) {
                    (false, _) => return Ok(Some(secret)),
                    (true, Need::Optional) => return Ok(None),
                    (true, Need::Needed) => self.output.instruction("it is empty; paste it again"),
                }
            },
        }
    }

    /// Fails if something is missing.
    pub(super) fn complete(self) -> Result<(), Error> {
        if self.missing.is_empty() {
            Ok(())
        } else {
            Err(Error::bad_arguments(
                format!("missing {}", self.missing.join(", ")),
                "add them, or run `entra-auth-cli config create` in a terminal to be asked",
            ))
        }
    }

    fn ask<T>(
        &self,
        field: Field,
        parse: impl Fn(&str) -> Result<T, BadValue>,
    ) -> Result<T, Error> {
        if !field.explanation.is_empty() {
            self.output.instruction("");
        }
        for line in field.explanation {
            self.output.instruction(line);
        }
        let mut instead: Option<String> = None;
        loop {
            let answer = prompt::ask(field.question, Echo::Shown).map_err(unasked)?;
            let taken = match (answer.trim(), instead.take()) {
                ("", Some(meant)) => meant,
                (answer, _) => answer.to_owned(),
            };
            match parse(&taken) {
                Ok(value) => return Ok(value),
                Err(bad) => {
                    let hint = bad.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
                    self.output.instruction(&format!("{}{hint}", bad.message));
                    if let Some(meant) = &bad.instead {
                        self.output.instruction(&format!("Enter = {meant}"));
                    }
                    instead = bad.instead;
                }
            }
        }
    }

    fn menu<C: Named>(&self, default: &str) {
        self.output.instruction("");
        self.output.instructions(&named::menu::<C>());
        self.output.instruction(&format!("Enter = {default}"));
    }
}

/// Nobody to ask means that flags are missing. What stands in the way, the host knows best.
fn unasked(failure: Failure) -> Error {
    let is_absent = failure.fault == Fault::Absent;
    let error = Error::from(failure);
    match is_absent {
        true => Error {
            code: ExitCode::BadArguments,
            ..error
        },
        false => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Verbosity;
    use crate::profile::auth_method::AuthMethod;
    use crate::profile::fields;

    #[test]
    fn all_missing_fields_are_named_together() {
        let output = Output::new(Verbosity::Quiet, true);
        let mut answers = Answers::new(Asking::Nothing, &output);
        let parse = |text: &str| Ok(text.to_owned());
        let tenant = answers.required(Field::new("", "--tenant-id"), None, parse);
        assert_eq!(tenant.ok(), Some(None));
        let client = answers.required(Field::new("", "--client-id"), Some(" c "), parse);
        assert_eq!(client.ok(), Some(Some("c".to_owned())));
        let method = answers.named(
            Field::new("", "--auth-method"),
            None,
            AuthMethod::ClientSecret,
        );
        assert_eq!(method.ok(), Some(None));
        assert!(
            answers
                .secret(Field::new("", "--client-secret"), Need::Needed)
                .is_ok()
        );
        let error = answers.complete().unwrap_err();
        assert_eq!(
            error.message,
            "missing --tenant-id, --auth-method, --client-secret"
        );
        assert_eq!(error.code, ExitCode::BadArguments);
    }

    #[test]
    fn flags_that_do_not_do_are_errors() {
        let output = Output::new(Verbosity::Quiet, true);
        let mut answers = Answers::new(Asking::Nothing, &output);
        let given = Some("my-app");
        let client = answers.required(Field::new("", ""), given, fields::client_id);
        assert_eq!(client.unwrap_err().message, "the client id is no GUID");
    }
}
