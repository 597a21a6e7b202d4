//! The capability `sign-in`: a browser with a loopback redirect
//! ([RFC 8252 section 7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3)), or a code to type elsewhere
//! ([RFC 8628 section 3.3](https://www.rfc-editor.org/rfc/rfc8628#section-3.3)).
//!
//! Which answer belongs to the sign-in is the guest's to say. What cannot be an answer is turned away here, and learns
//! nothing.

mod browser;
mod connections;
mod entrance;
mod failure;
mod instructions;
mod page;
mod peer;
mod port;
mod redirect;
mod redirect_uri;
mod server;
mod stray;

use std::io::{self, IsTerminal};
use std::time::Duration;

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};

use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};
use crate::capability::bindings::entra_auth::core::sign_in::{self, ListenAt, Page, ResponseMode};
use browser::Browsers;
use redirect::House;
#[expect(unreachable_pub, reason = "the generated bindings export them again")]
pub use redirect::{Answer, Redirect};

/// How people are brought in.
#[derive(Debug)]
pub(crate) struct SignIn {
    browsers: Browsers,
    /// By which a browser is brought in: the port that is listened to.
    house: Option<House>,
}

impl SignIn {
    /// With the browser that the variables of this process name, or the system's.
    pub(crate) fn from_environment() -> Self {
        Self {
            browsers: Browsers::from_environment(),
            house: None,
        }
    }
}

/// The sign-in during a call.
pub(crate) struct SignInView<'a> {
    pub(crate) sign_in: &'a mut SignIn,
    pub(crate) table: &'a mut ResourceTable,
}

impl sign_in::Host for SignInView<'_> {
    fn listen(&mut self, at: ListenAt) -> Result<Resource<Redirect>, Failure> {
        let redirect = Redirect::listen(at.redirect_uri.as_deref(), at.ports)?;
        self.sign_in.house = Some(redirect.house());
        self.table.push(redirect).map_err(|_| too_many())
    }

    async fn open_browser(&mut self, url: String) -> Result<(), Failure> {
        let entrance = |url: &str| match &self.sign_in.house {
            Some(house) => house.entrance(url),
            None => Ok(url.to_owned()),
        };
        self.sign_in.browsers.open(&url, entrance).await?;
        if io::stderr().is_terminal() {
            instructions::tell(instructions::OPENED)?;
        }
        Ok(())
    }

    fn show_url(&mut self, url: String) -> Result<(), Failure> {
        instructions::tell(&instructions::for_url(&url))
    }

    fn show_device_code(
        &mut self,
        verification_uri: String,
        user_code: String,
        expires_in: u32,
    ) -> Result<(), Failure> {
        instructions::tell(&instructions::for_device_code(
            &verification_uri,
            &user_code,
            Duration::from_secs(expires_in.into()),
        ))?;
        if io::stderr().is_terminal() {
            instructions::tell(instructions::WAITING_FOR_DEVICE)?;
        }
        Ok(())
    }
}

impl sign_in::HostRedirect for SignInView<'_> {
    fn uri(&mut self, redirect: Resource<Redirect>) -> Result<String, Failure> {
        let redirect = self.table.get(&redirect).map_err(|_| too_many())?;
        Ok(redirect.uri().to_owned())
    }

    async fn wait(
        &mut self,
        redirect: Resource<Redirect>,
        time_limit: u32,
    ) -> Result<Resource<Answer>, Failure> {
        let redirect = self.table.get_mut(&redirect).map_err(|_| too_many())?;
        let answer = redirect
            .wait(Duration::from_secs(time_limit.into()))
            .await?;
        self.table.push(answer).map_err(|_| too_many())
    }

    fn drop(&mut self, redirect: Resource<Redirect>) -> wasmtime::Result<()> {
        self.table.delete(redirect)?;
        Ok(())
    }
}

impl sign_in::HostAnswer for SignInView<'_> {
    fn parameters(&mut self, answer: Resource<Answer>) -> Result<Vec<(String, String)>, Failure> {
        let answer = self.table.get(&answer).map_err(|_| too_many())?;
        Ok(answer.parameters().to_vec())
    }

    fn response_mode(&mut self, answer: Resource<Answer>) -> Result<ResponseMode, Failure> {
        let answer = self.table.get(&answer).map_err(|_| too_many())?;
        Ok(answer.response_mode())
    }

    async fn finish(&mut self, answer: Resource<Answer>, page: Page) -> Result<(), Failure> {
        let answer = self.table.get_mut(&answer).map_err(|_| too_many())?;
        answer.finish(page).await
    }

    fn drop(&mut self, answer: Resource<Answer>) -> wasmtime::Result<()> {
        self.table.delete(answer)?;
        Ok(())
    }
}

/// The table of handles is full, or the guest's handle is not in it.
fn too_many() -> Failure {
    failure::new(
        Fault::Other,
        "too many sign-ins are under way at once",
        "report this as a fault of entra-auth-cli",
    )
}

impl HasData for SignIn {
    type Data<'a> = SignInView<'a>;
}

/// Lend the capability to guests.
pub(crate) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> SignInView<'_>,
) -> wasmtime::Result<()> {
    sign_in::add_to_linker::<T, SignIn>(linker, view)
}

#[cfg(test)]
mod tests;
