//! `/__emulator/certificates`: a certificate of one's own.

use http::Request;
use serde_json::{Value, json};

use crate::remembered::{Remembered, added_certificate::AddedCertificate};
use crate::request::form::Form;
use crate::tenant::{
    certificate::Certificate,
    registration::{Client, ClientKind, Tenant},
};

/// Registers the certificate in the body (PEM), for the client that the query's `client` names or
/// else for the first one that has credentials.
pub(crate) fn carry_out(
    request: &Request<Vec<u8>>,
    tenant: &Tenant,
    remembered: &mut Remembered,
) -> Result<Value, String> {
    let query = Form::from_query(request.uri().query().unwrap_or_default())
        .map_err(|refusal| refusal.text)?;
    let client = client(query.value("client"), tenant)
        .ok_or("there is no such client, or it is a public one")?;
    let certificate = str::from_utf8(request.body())
        .ok()
        .and_then(Certificate::from_pem)
        .ok_or("the body is no certificate (PEM) with an RSA key")?;
    let answer = json!({ "client": client.id, "x5t#S256": certificate.sha256_thumbprint });
    remembered.certificates.push(AddedCertificate {
        client_id: client.id.clone(),
        certificate,
    });
    Ok(answer)
}

fn client<'t>(id: Option<&str>, tenant: &'t Tenant) -> Option<&'t Client> {
    let has_credentials = |client: &&Client| matches!(client.kind, ClientKind::Confidential(_));
    match id {
        Some(id) => tenant.client(id).filter(has_credentials),
        None => tenant.clients.iter().find(has_credentials),
    }
}
