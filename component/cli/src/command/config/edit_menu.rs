//! The menu of `config edit`. The first six numbers and `q` are documented, and published scripts
//! send them on stdin.

use zeroize::Zeroizing;

use super::changes::Changes;
use super::field_options::{self, DefaultFlow};
use crate::bindings::prompt::{self, Echo};
use crate::input::named::{self, Named};
use crate::input::secret::Secret;
use crate::input::stdin;
use crate::output::Output;
use crate::output::error::{BadValue, Error};
use crate::profile::auth_method::AuthMethod;
use crate::profile::description;
use crate::profile::fields;
use crate::profile::flow::Flow;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Authority,
    AuthMethod,
    CertificatePassword,
    CertificatePath,
    ClientId,
    ClientSecret,
    Done,
    Flow,
    Name,
    RedirectUri,
    Scopes,
    TenantId,
}

impl Named for Item {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::ClientId, "Client ID"),
        (Self::TenantId, "Tenant ID"),
        (Self::ClientSecret, "Client Secret"),
        (Self::Scopes, "Scope"),
        (Self::Flow, "OAuth2 Flow"),
        (Self::Authority, "Authority URL"),
        (Self::AuthMethod, "Authentication Method"),
        (Self::CertificatePath, "Certificate Path"),
        (Self::CertificatePassword, "Certificate Password"),
        (Self::RedirectUri, "Redirect URI"),
        (Self::Name, "Name"),
    ];
    const ALIASES: &'static [(Self, &'static str)] = &[
        (Self::Done, "q"),
        (Self::Done, "quit"),
        (Self::Done, "done"),
    ];
    const NOUN: &'static str = "entry of the menu";
}

/// Where answers come from.
enum Answers {
    /// A person, who can be asked again.
    Person,
    /// A script, whose mistakes end the command.
    Script,
}

/// Ask until the answer is `q`, or the input ends between two entries.
pub(super) fn work_through(changes: &mut Changes, output: &Output) -> Result<(), Error> {
    let answers = match stdin::is_terminal() {
        true => Answers::Person,
        false => Answers::Script,
    };
    stdin::expect("what to change", HOW_TO_CHANGE, output)?;
    let mut is_first = true;
    loop {
        if is_first {
            answers.show(&menu(changes), output);
        }
        let Some(item) = answers.item(is_first, output)? else {
            match changes.check() {
                Err(error) if matches!(answers, Answers::Person) => {
                    output.instruction(&error.message);
                    continue;
                }
                outcome => return outcome,
            }
        };
        is_first = false;
        answers.change(item, changes, output)?;
    }
}

fn menu(changes: &Changes) -> String {
    let profile = &changes.after;
    let none = || "-".to_owned();
    let lines: Vec<String> = Item::NAMES
        .iter()
        .enumerate()
        .map(|(index, (item, name))| {
            let value = match item {
                Item::Authority => profile.authority().to_owned(),
                Item::AuthMethod => description::method(profile),
                Item::CertificatePath => profile.certificate_path.clone().unwrap_or_else(none),
                Item::ClientId => profile.client_id.clone(),
                Item::CertificatePassword if !profile.cache_certificate_password => none(),
                Item::ClientSecret | Item::CertificatePassword => "****".to_owned(),
                Item::Flow => profile
                    .default_flow
                    .clone()
                    .unwrap_or_else(|| "automatic".to_owned()),
                Item::Name => profile.name.clone(),
                Item::RedirectUri => profile.redirect_uri.clone().unwrap_or_else(none),
                Item::Scopes => profile.effective_scopes().join(" "),
                Item::TenantId => profile.tenant_id.clone(),
                Item::Done => String::new(),
            };
            format!("{:>3}  {name:<21}  {value}", index + 1)
        })
        .collect();
    format!("{}\n  q  Done", lines.join("\n"))
}

impl Answers {
    fn show(&self, menu: &str, output: &Output) {
        if matches!(self, Self::Person) {
            for line in menu.lines() {
                output.instruction(line);
            }
        }
    }

    /// The next entry to change; nothing at the end.
    fn item(&self, is_first: bool, output: &Output) -> Result<Option<Item>, Error> {
        loop {
            let answer = match self {
                Self::Person => prompt::ask("Change (1-11, q): ", Echo::Shown)?.into(),
                Self::Script => match next_line()? {
                    Some(line) if line.trim().is_empty() => continue,
                    Some(line) => line,
                    None if is_first => return Err(nothing_to_change()),
                    None => return Ok(None),
                },
            };
            match (named::pick(&answer), self) {
                (Ok(Item::Done), _) => return Ok(None),
                (Ok(item), _) => return Ok(Some(item)),
                (Err(_), Self::Person) => {
                    output.instruction("a number of the menu, or q at the end")
                }
                (Err(bad), Self::Script) => return Err(bad.into()),
            }
        }
    }

    /// Ask for the value until it does.
    fn change(&self, item: Item, changes: &mut Changes, output: &Output) -> Result<(), Error> {
        let is_person = matches!(self, Self::Person);
        if is_person
            && item == Item::CertificatePassword
            && changes.after.certificate_path.is_none()
        {
            output.instruction("there is no certificate file that it could be for");
            return Ok(());
        }
        if is_person {
            explain(item, output);
        }
        loop {
            let answer = self.value(item)?;
            if is_person && answer.is_empty() && !is_taken_away_by_nothing(item) {
                return Ok(());
            }
            let taken = take(item, &answer, changes);
            match taken {
                Ok(()) => return Ok(()),
                Err(bad) => self.refuse(bad, output)?,
            }
        }
    }

    fn value(&self, item: Item) -> Result<Secret, Error> {
        let echo = match item {
            Item::ClientSecret | Item::CertificatePassword => Echo::Hidden,
            _ => Echo::Shown,
        };
        let name = named::name(item);
        let answer = match self {
            Self::Person => prompt::ask(&format!("{name}: "), echo)?.into(),
            Self::Script => next_line()?.ok_or_else(|| {
                Error::bad_arguments(
                    format!("the input ends before the value of `{name}`"),
                    "write the number of the field, its new value, and `q`, each on a line",
                )
            })?,
        };
        Ok(Secret::new(answer.trim().to_owned()))
    }

    fn refuse(&self, bad: BadValue, output: &Output) -> Result<(), Error> {
        match self {
            Self::Person => {
                let hint = bad.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
                output.instruction(&format!("{}{hint}", bad.message));
                Ok(())
            }
            Self::Script => Err(bad.into()),
        }
    }
}

fn explain(item: Item, output: &Output) {
    match item {
        Item::AuthMethod => output.instructions(&named::menu::<AuthMethod>()),
        Item::Flow => {
            output.instructions(&named::menu::<Flow>());
            output.instruction("or automatic: what fits the method");
        }
        _ => {}
    }
    output.instruction(match is_taken_away_by_nothing(item) {
        true => "Enter alone takes it away",
        false => "Enter alone leaves it as it is",
    });
}

fn is_taken_away_by_nothing(item: Item) -> bool {
    matches!(item, Item::Authority | Item::RedirectUri)
}

fn take(item: Item, answer: &Secret, changes: &mut Changes) -> Result<(), BadValue> {
    let text = answer.reveal();
    match item {
        Item::Authority => {
            changes.after.authority = field_options::authority(text).map_err(BadValue::from)?;
        }
        Item::AuthMethod => changes.set_method(named::pick(text)?),
        Item::CertificatePath => {
            changes.after.certificate_path = Some(field_options::path(not_empty(text)?));
        }
        Item::CertificatePassword => {
            not_empty(text)?;
            changes.set_certificate_password(answer.clone());
        }
        Item::ClientId => changes.after.client_id = fields::client_id(text)?,
        Item::ClientSecret => {
            not_empty(text)?;
            changes.set_client_secret(answer.clone());
        }
        Item::Flow => changes.set_flow(flow(text)?),
        Item::Name => changes.after.name = fields::name(text)?,
        Item::RedirectUri => changes.after.redirect_uri = field_options::redirect_uri(text)?,
        Item::Scopes => changes.set_scopes(text)?,
        Item::TenantId => changes.after.tenant_id = fields::tenant(text)?,
        Item::Done => {}
    }
    Ok(())
}

/// A flow by any of its names or its number, or `automatic`.
fn flow(text: &str) -> Result<Option<Flow>, BadValue> {
    match text.parse() {
        Ok(DefaultFlow(flow)) => Ok(flow),
        Err(_) => named::pick(text).map(Some),
    }
}

fn not_empty(text: &str) -> Result<&str, BadValue> {
    match text {
        "" => Err(BadValue::new("the value is empty", "give the new value")),
        text => Ok(text),
    }
}

fn next_line() -> Result<Option<Zeroizing<String>>, Error> {
    stdin::line().map_err(|_| {
        Error::bad_arguments(
            "stdin could not be read",
            "give the answers as lines of UTF-8",
        )
    })
}

fn nothing_to_change() -> Error {
    Error::bad_arguments("there is nothing to change", HOW_TO_CHANGE)
}

const HOW_TO_CHANGE: &str =
    "name fields by options, such as `--scope`; or run it in a terminal to be asked";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    #[test]
    fn the_documented_numbers_stand_for_the_documented_fields() {
        for (answer, expected) in [
            ("1", Some(Item::ClientId)),
            ("2", Some(Item::TenantId)),
            ("3", Some(Item::ClientSecret)),
            ("4", Some(Item::Scopes)),
            ("5", Some(Item::Flow)),
            ("6", Some(Item::Authority)),
            ("q", Some(Item::Done)),
            ("Q", Some(Item::Done)),
            ("redirect", Some(Item::RedirectUri)),
            ("client", None),
            ("12", None),
        ] {
            assert_eq!(named::pick::<Item>(answer).ok(), expected, "{answer}");
        }
    }

    #[test]
    fn values_are_taken_over_and_bad_ones_refused() {
        let mut changes = Changes::of(&Profile::named("p"));
        for (item, text, is_good) in [
            (Item::ClientId, "99999999-8888-7777-6666-555555555555", true),
            (Item::ClientId, "my-app", false),
            (Item::TenantId, "contoso.com", true),
            (Item::TenantId, "", false),
            (Item::Scopes, "api://x/a,api://x/b", true),
            (Item::Flow, "3", true),
            (Item::Flow, "auto", true),
            (Item::Flow, "kerberos", false),
            (Item::RedirectUri, "http://localhost:8080", true),
            (Item::RedirectUri, "https://contoso.com", false),
            (Item::Name, "new name", false),
            (Item::Name, "new-name", true),
            (Item::ClientSecret, "", false),
            (Item::ClientSecret, "s", true),
        ] {
            let taken = take(item, &Secret::new(text.to_owned()), &mut changes);
            assert_eq!(taken.is_ok(), is_good, "{item:?} {text}");
        }
        let after = &changes.after;
        assert_eq!(after.tenant_id, "contoso.com");
        assert_eq!(after.scopes, ["api://x/a", "api://x/b"]);
        assert_eq!(after.default_flow, None);
        assert_eq!(after.name, "new-name");
    }
}
