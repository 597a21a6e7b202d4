//! A request that came in, on its way through the tenant.

use http::{Method, Request};

use crate::exchange::Exchange;
use crate::refusal::Refusal;
use crate::remembered::Remembered;
use crate::request::form::Form;
use crate::tenant::registration::Tenant;

/// The request, its circumstances, and what it is answered from.
pub(crate) struct Incoming<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) request: &'a Request<Vec<u8>>,
    pub(crate) exchange: Exchange<'a>,
    pub(crate) remembered: &'a mut Remembered,
}

impl Incoming<'_> {
    /// The form that was posted.
    pub(crate) fn posted_form(&self) -> Result<Form, Refusal> {
        if self.request.method() == Method::POST {
            Form::from_body(self.request.headers(), self.request.body())
        } else {
            Err(Refusal::wrong_method(self.request.method()))
        }
    }

    /// The parameters of the query.
    pub(crate) fn query(&self) -> Result<Form, Refusal> {
        Form::from_query(self.request.uri().query().unwrap_or_default())
    }

    /// A header's value, if it is visible ASCII.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name)?.to_str().ok()
    }

    /// What follows `Bearer` in the header `Authorization` (RFC 6750 section 2.1).
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(token.trim())
    }
}
