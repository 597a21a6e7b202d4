//! A request that may pass, with all that it takes on its way.

use std::rc::Rc;

use protocol::edge::answer::Answer;
use protocol::edge::challenge::claims;
use protocol::edge::configuration::identity::Attach;
use protocol::edge::decision::{Admitted, Decision, Forward, Pass, decide};
use protocol::edge::head::Head as RequestHead;
use protocol::edge::peer::Peer;

use crate::bindings::entra_auth::core::peer::{self, Place};
use crate::request::Received;
use crate::setup::Setup;
use crate::upstream::Head;
use crate::{admission, log};

pub(crate) struct Onward {
    pub(crate) forward: Forward,
    /// The route.
    entrance: String,
    /// The mark of who called.
    caller: Option<String>,
    /// The token that goes along.
    attach: Option<Attach>,
}

/// Whether the request may pass; otherwise what it is answered, which is in the log by then.
pub(crate) fn judge(received: &Received) -> Result<(Rc<Setup>, Onward), Answer> {
    let setup = Setup::get().map_err(|problem| {
        log::problem(&problem.message, problem.hint.as_deref());
        let message = "the proxy is not configured";
        ended(Answer::refused(500, "configuration", message), None)
    })?;
    let onward = judge_by(&setup, received)?;
    Ok((setup, onward))
}

fn judge_by(setup: &Setup, received: &Received) -> Result<Onward, Answer> {
    let mut pass = match decide(&setup.configuration, &head(setup, received)) {
        Decision::Answer(decided) => return Err(ended(decided, None)),
        Decision::Pass(pass) => pass,
    };
    let mut caller = None;
    match admitted(setup, received, &mut pass, &mut caller) {
        Ok(Admitted::Forward(forward)) => Ok(Onward {
            forward,
            entrance: pass.entrance.name.to_owned(),
            caller,
            attach: pass.attach.cloned(),
        }),
        Ok(Admitted::Answer(decided)) | Err(decided) => {
            Err(ended(pass.entrance.told(decided), caller.as_deref()))
        }
    }
}

/// Judges the caller's token and gets the one that is needed, as far as either is wanted.
/// Who called is told besides, whatever comes of it.
fn admitted(
    setup: &Setup,
    received: &Received,
    pass: &mut Pass<'_>,
    caller: &mut Option<String>,
) -> Result<Admitted, Answer> {
    if received.is_longer_than(setup.configuration.longest_body) {
        return Err(Answer::refused(
            413,
            "body",
            "the request's body is too large",
        ));
    }
    let known = admission::caller(pass)?;
    let (claims, mark) = known.map(|known| (known.claims, known.mark)).unzip();
    *caller = mark.flatten();
    let token = admission::token(setup, pass, None)?;
    Ok(pass.admitted(claims.as_deref(), token.as_deref()))
}

impl Onward {
    /// Whether the server behind may ask for another token, with which the request is sent once more.
    pub(crate) fn is_to_last(&self) -> bool {
        self.attach.is_some()
    }

    /// The request with the token that this answer asks for, if it asks for one.
    pub(crate) fn again(
        &self,
        setup: &Setup,
        received: &Received,
        first: &Head,
    ) -> Option<Result<Forward, Answer>> {
        let attach = self.attach.as_ref()?;
        let claims = claims(&setup.configuration, attach, first.status, &first.headers)?;
        // As it was decided before.
        let Decision::Pass(pass) = decide(&setup.configuration, &head(setup, received)) else {
            return None;
        };
        let token = admission::token(setup, &pass, Some(claims)).transpose()?;
        Some(token.map(|token| self.forward.with_token(&token)))
    }

    /// The server behind has answered.
    pub(crate) fn passed(&self, status: u16) {
        log::passed(&self.entrance, status, self.caller.as_deref());
    }

    /// It ends here all the same.
    pub(crate) fn ended(&self, answer: Answer) -> Answer {
        ended(answer.on(&self.entrance), self.caller.as_deref())
    }
}

fn ended(answer: Answer, caller: Option<&str>) -> Answer {
    log::answered(&answer, caller);
    answer
}

fn head<'a>(setup: &Setup, received: &'a Received) -> RequestHead<'a> {
    let head = received.head();
    match setup.configuration.sidecar {
        Some(_) => head.from_peer(peer()),
        None => head,
    }
}

fn peer() -> Peer {
    match peer::locate() {
        Place::Loopback => Peer::Loopback,
        Place::Elsewhere => Peer::Elsewhere,
        Place::Unknown => Peer::Unknown,
    }
}
