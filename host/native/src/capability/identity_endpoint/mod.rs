//! The capability `identity-endpoint`: a listener of this machine for programs that ask for tokens, and one program that does.
//!
//! Who may ask for what is the guest's to say; what is no request in one piece does not get that far.

mod listener;
mod program;

use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;
use wasmtime::component::{HasData, Linker};

use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::capability::bindings::entra_auth::core::identity_endpoint::{self, Event, Request};
use crate::system::interrupt;

/// One for the process, and nothing until somebody listens.
pub(crate) struct IdentityEndpoint {
    happens: Sender<Happening>,
    happenings: Receiver<Happening>,
    /// Who waits for the answer.
    asked: Option<oneshot::Sender<Answer>>,
}

/// What the guest is told next.
enum Happening {
    Asked(Request, oneshot::Sender<Answer>),
    Ended(u8),
}

/// What goes back.
struct Answer {
    status: u16,
    body: String,
}

impl Default for IdentityEndpoint {
    fn default() -> Self {
        // The others wait with their connections.
        let (happens, happenings) = mpsc::channel(1);
        Self {
            happens,
            happenings,
            asked: None,
        }
    }
}

/// The endpoint during a call.
pub(crate) struct IdentityEndpointView<'a> {
    pub(crate) endpoint: &'a mut IdentityEndpoint,
}

impl identity_endpoint::Host for IdentityEndpointView<'_> {
    fn listen(&mut self, address: String) -> Result<String, Failure> {
        let address = listener::start(&address, self.endpoint.happens.clone())?;
        Ok(format!("http://{address}"))
    }

    fn start(
        &mut self,
        command: Vec<String>,
        variables: Vec<(String, String)>,
    ) -> Result<(), Failure> {
        program::start(&command, variables, self.endpoint.happens.clone())
    }

    async fn next(&mut self) -> Result<Event, Failure> {
        // Whoever was not answered learns that nobody will.
        self.endpoint.asked = None;
        tokio::select! {
            happening = self.endpoint.happenings.recv() => Ok(match happening {
                Some(Happening::Asked(request, asked)) => {
                    self.endpoint.asked = Some(asked);
                    Event::Asked(request)
                }
                Some(Happening::Ended(code)) => Event::Ended(code),
                None => Event::Stopped,
            }),
            () = interrupt::until(interrupt::told()) => Ok(Event::Stopped),
        }
    }

    fn answer(&mut self, status: u16, body: String) -> Result<(), Failure> {
        if let Some(asked) = self.endpoint.asked.take() {
            // Somebody who has gone needs no answer.
            drop(asked.send(Answer { status, body }));
        }
        Ok(())
    }
}

fn failure(fault: Fault, message: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure::new(Capability::Network, fault, message, hint)
}

impl HasData for IdentityEndpoint {
    type Data<'a> = IdentityEndpointView<'a>;
}

/// Lend the capability to guests.
pub(crate) fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> IdentityEndpointView<'_>,
) -> wasmtime::Result<()> {
    identity_endpoint::add_to_linker::<T, IdentityEndpoint>(linker, view)
}
