//! How a run of a program ended.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use super::{PASSPHRASE, SECRET};

/// Exit code and both streams.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Whether a JSON Web Token begins in the text. The random name of a folder may begin so too, but ends soon.
fn shows_token(text: &str) -> bool {
    let is_of_token =
        |character: &char| character.is_ascii_alphanumeric() || "-_".contains(*character);
    text.match_indices("eyJ").any(|(start, _)| {
        let word = text[start..].chars().take_while(is_of_token);
        word.count() > 10
    })
}

impl Outcome {
    /// Takes a finished process; nothing it wrote to stderr may hold a secret.
    pub(crate) fn of(output: Output) -> Self {
        let outcome = Self {
            // A signal has no code.
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        for secret in [
            SECRET,
            SECRET_IN_A_FORM,
            SECRET_IN_A_FORM_WITH_PLUS,
            PASSPHRASE,
        ] {
            assert!(
                !outcome.stderr.contains(secret),
                "stderr shows a secret: {}",
                outcome.stderr
            );
        }
        assert!(
            !shows_token(&outcome.stderr),
            "stderr shows a token: {}",
            outcome.stderr
        );
        outcome
    }

    /// Runs a program with text on stdin.
    pub(crate) fn of_fed(mut command: Command, stdin: &str) -> Self {
        let command = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that does not read all of it closes the pipe.
        drop(child.stdin.take().unwrap().write_all(stdin.as_bytes()));
        Self::of(child.wait_with_output().unwrap())
    }

    /// Stdout of a run that went well and said nothing else.
    pub(crate) fn quiet_success(self) -> String {
        assert_eq!(
            (self.code, self.stderr.as_str()),
            (0, ""),
            "{}",
            self.stdout
        );
        self.stdout
    }

    /// Stdout of a run that went well.
    pub(crate) fn success(self) -> String {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self.stdout
    }

    /// Error and hint of a run that failed with `code`, printed nothing and said no more than these two lines.
    pub(crate) fn failure(&self, code: i32) -> (&str, &str) {
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (code, ""),
            "{}",
            self.stderr
        );
        let lines: Vec<&str> = self.stderr.lines().collect();
        let [error, hint] = lines[..] else {
            panic!("not two lines: {}", self.stderr)
        };
        let error = error.strip_prefix("error: ");
        let hint = hint.strip_prefix("hint: ");
        (error.expect(&self.stderr), hint.expect(&self.stderr))
    }
}

const SECRET_IN_A_FORM: &str = "S3cr3t~%2B%2F%3D%26%25%20%C3%A9";
const SECRET_IN_A_FORM_WITH_PLUS: &str = "S3cr3t~%2B%2F%3D%26%25+%C3%A9";
