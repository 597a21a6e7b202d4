//! Somebody at a browser.

use http::{Method, Response};
use serde_json::Value;

use crate::visitor::{COMMAND_LINE, DAEMON, FORM, SECRET, TENANT, Visitor, header, json};

pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const REDIRECT: &str = "http://localhost:53111";
pub(crate) const SCOPE: &str = "api://your-api-id/access_as_user openid profile offline_access";

/// A browser that keeps its cookie and fills in forms.
pub(crate) struct Browser<'v> {
    visitor: &'v Visitor,
    cookie: Option<String>,
}

impl<'v> Browser<'v> {
    pub(crate) fn new(visitor: &'v Visitor) -> Self {
        Self {
            visitor,
            cookie: None,
        }
    }

    pub(crate) fn open(&mut self, path: &str) -> Response<Vec<u8>> {
        self.send(Method::GET, path, "")
    }

    /// Sends the page's form with the hidden fields and these values.
    pub(crate) fn submit(
        &mut self,
        page: &Response<Vec<u8>>,
        values: &[(&str, &str)],
    ) -> Response<Vec<u8>> {
        let page = text(page);
        let action = attribute(&page, "<form method=post action=\"");
        let hidden = page
            .split("<input type=hidden ")
            .skip(1)
            .map(|input| (attribute(input, "name=\""), attribute(input, "value=\"")));
        let values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let body = encoded(&hidden.chain(values).collect::<Vec<_>>());
        self.send(Method::POST, &action, &body)
    }

    /// Signs in as alice.
    pub(crate) fn sign_in(&mut self, page: &Response<Vec<u8>>) -> Response<Vec<u8>> {
        let values = [
            ("username", "alice@contoso.onmicrosoft.com"),
            ("password", "alice"),
            ("do", "sign_in"),
        ];
        self.submit(page, &values)
    }

    pub(crate) fn press(&mut self, page: &Response<Vec<u8>>, button: &str) -> Response<Vec<u8>> {
        self.submit(page, &[("do", button)])
    }

    fn send(&mut self, method: Method, path: &str, body: &str) -> Response<Vec<u8>> {
        let mut headers = vec![FORM];
        let cookie = self.cookie.clone();
        headers.extend(cookie.as_deref().map(|cookie| ("cookie", cookie)));
        let response = self.visitor.send(method, path, &headers, body);
        if let Some(cookie) = header(&response, "set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        response
    }
}

pub(crate) fn text(page: &Response<Vec<u8>>) -> String {
    String::from_utf8(page.body().clone()).unwrap()
}

pub(crate) fn title(page: &Response<Vec<u8>>) -> String {
    let text = text(page);
    let rest = text.split_once("<h1>").map_or("", |(_, rest)| rest);
    rest.split('<').next().unwrap_or_default().to_owned()
}

/// The ordinary authorization request of the public client, with changes.
pub(crate) fn authorize(changes: &[(&str, Option<&str>)]) -> String {
    let ordinary = [
        ("client_id", COMMAND_LINE),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", SCOPE),
        ("state", "the state"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    format!(
        "/{TENANT}/oauth2/v2.0/authorize?{}",
        changed(&ordinary, changes)
    )
}

/// The ordinary redemption of a code, with changes.
pub(crate) fn redemption(code: &str, changes: &[(&str, Option<&str>)]) -> String {
    let ordinary = [
        ("grant_type", "authorization_code"),
        ("client_id", COMMAND_LINE),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("client_info", "1"),
    ];
    changed(&ordinary, changes)
}

pub(crate) fn changed(ordinary: &[(&str, &str)], changes: &[(&str, Option<&str>)]) -> String {
    let is_kept = |name: &str| changes.iter().all(|(changed, _)| *changed != name);
    let kept = ordinary.iter().filter(|(name, _)| is_kept(name)).copied();
    let new = changes
        .iter()
        .filter_map(|(name, value)| value.map(|value| (*name, value)));
    let pairs: Vec<(String, String)> = kept
        .chain(new)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    encoded(&pairs)
}

/// The parameters of the redirect back to the application.
pub(crate) fn returned(response: &Response<Vec<u8>>) -> Vec<(String, String)> {
    let location = header(response, "location").unwrap_or_else(|| panic!("{}", text(response)));
    let (_, query) = location
        .trim_end_matches('#')
        .split_once(['?', '#'])
        .unwrap();
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

pub(crate) fn parameter(response: &Response<Vec<u8>>, name: &str) -> Option<String> {
    let mut parameters = returned(response).into_iter();
    parameters
        .find(|(candidate, _)| candidate == name)
        .map(|(_, value)| value)
}

/// Sends a token request.
pub(crate) fn token(visitor: &Visitor, body: &str) -> Value {
    let path = format!("/{TENANT}/oauth2/v2.0/token");
    json(&visitor.send(Method::POST, &path, &[FORM], body))
}

/// Lets alice sign in at the public client, and gives the tokens.
pub(crate) fn signed_in(visitor: &Visitor, changes: &[(&str, Option<&str>)]) -> Value {
    let mut browser = Browser::new(visitor);
    let mut page = browser.open(&authorize(changes));
    while page.status() == 200 {
        page = match title(&page).as_str() {
            "Sign in" => browser.sign_in(&page),
            "Approve the sign-in" => browser.press(&page, "approve"),
            "Permissions requested" => browser.press(&page, "accept"),
            other => panic!("{other}"),
        };
    }
    let code = parameter(&page, "code").unwrap();
    token(visitor, &redemption(&code, &[]))
}

/// A refresh at the public client, with changes.
pub(crate) fn refreshed(
    visitor: &Visitor,
    refresh_token: &Value,
    changes: &[(&str, Option<&str>)],
) -> Value {
    let ordinary = [
        ("grant_type", "refresh_token"),
        ("client_id", COMMAND_LINE),
        ("refresh_token", refresh_token.as_str().unwrap()),
    ];
    token(visitor, &changed(&ordinary, changes))
}

/// The confidential client's id and secret as changes.
pub(crate) const AS_DAEMON: [(&str, Option<&str>); 2] =
    [("client_id", Some(DAEMON)), ("client_secret", Some(SECRET))];

fn encoded(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn attribute(html: &str, start: &str) -> String {
    let rest = html.split_once(start).unwrap_or_else(|| panic!("{html}")).1;
    rest.split('"')
        .next()
        .unwrap()
        .replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
