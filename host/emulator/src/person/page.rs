//! Pages for people.

use std::fmt::Write as _;

use http::{HeaderValue, Response, StatusCode, header};

use crate::exchange::Exchange;
use crate::refusal::Refusal;
use crate::value::guid::Guid;

/// A page of one card: a heading, a text, and perhaps a form.
#[derive(Default)]
pub(crate) struct Page {
    title: String,
    content: String,
    /// Where a form on the page may lead besides here.
    form_target: String,
    script: Option<&'static str>,
}

impl Page {
    pub(crate) fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            ..Self::default()
        }
    }

    /// Adds a paragraph.
    pub(crate) fn text(self, text: &str) -> Self {
        self.html(&format!("<p>{}</p>", escaped(text)))
    }

    /// Adds a paragraph that says what went wrong.
    pub(crate) fn alert(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.html(&format!("<p class=alert role=alert>{}</p>", escaped(text))),
            None => self,
        }
    }

    /// Adds a list.
    pub(crate) fn list<'s>(self, items: impl IntoIterator<Item = &'s str>) -> Self {
        let items: String = items
            .into_iter()
            .map(|item| format!("<li>{}</li>", escaped(item)))
            .collect();
        self.html(&format!("<ul>{items}</ul>"))
    }

    /// Adds a table.
    pub(crate) fn table<'s>(self, rows: impl IntoIterator<Item = [&'s str; 3]>) -> Self {
        let rows: String = rows
            .into_iter()
            .map(|[first, second, third]| {
                let (first, second, third) = (escaped(first), escaped(second), escaped(third));
                format!("<tr><th scope=row>{first}</th><td><code>{second}</code></td><td>{third}</td></tr>")
            })
            .collect();
        self.html(&format!("<table>{rows}</table>"))
    }

    /// Adds a paragraph that leads elsewhere on this site.
    pub(crate) fn link(self, path: &str, text: &str) -> Self {
        let (path, text) = (escaped(path), escaped(text));
        self.html(&format!("<p><a href=\"{path}\">{text}</a></p>"))
    }

    /// Adds a form.
    pub(crate) fn form(self, form: &FormFields) -> Self {
        let (action, fields) = (escaped(&form.action), &form.fields);
        self.html(&format!(
            "<form method=post action=\"{action}\">{fields}</form>"
        ))
    }

    /// Lets the page's forms lead to another origin too, directly or by a redirect.
    pub(crate) fn leading_to(mut self, target: String) -> Self {
        self.form_target = target;
        self
    }

    /// Sends the page's form as soon as it is shown.
    pub(crate) fn sent_at_once(mut self) -> Self {
        self.script = Some("document.forms[0].submit()");
        self
    }

    /// The response. Nothing but the page's own style and script is allowed on it, and no other page
    /// may frame it.
    pub(crate) fn response(
        &self,
        status: StatusCode,
        exchange: &Exchange<'_>,
    ) -> Response<Vec<u8>> {
        let mut response = exchange.empty(status);
        let nonce = Guid::random().to_base64url();
        let script = match self.script {
            Some(script) => format!("<script nonce=\"{nonce}\">{script}</script>"),
            None => String::new(),
        };
        let title = escaped(&self.title);
        let html = format!(
            "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\
             <meta name=viewport content=\"width=device-width, initial-scale=1\">\
             <title>{title}</title><style nonce=\"{nonce}\">{STYLE}</style></head>\
             <body><main><p class=brand>contoso <span>local Entra emulator</span></p>\
             <h1>{title}</h1>{}</main>{script}</body></html>\n",
            self.content
        );
        let policy = format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; \
             form-action 'self' {}; frame-ancestors 'none'; base-uri 'none'",
            self.form_target
        );
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store, no-cache"),
            // With less, a browser would hide from applications where an answer's form came from.
            (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
            (header::X_FRAME_OPTIONS, "DENY"),
            (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        ] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        *response.body_mut() = html.into_bytes();
        response
    }

    fn html(mut self, html: &str) -> Self {
        self.content.push_str(html);
        self
    }
}

/// The page for a refusal that no application is told.
pub(crate) fn of_refusal(refusal: &Refusal, exchange: &Exchange<'_>) -> Response<Vec<u8>> {
    let correlation = format!("Correlation ID: {}", exchange.correlation_id);
    let (trace, time) = (exchange.trace_id, exchange.now);
    Page::new("Sorry, that did not work")
        .alert(Some(&format!("AADSTS{}: {}", refusal.code, refusal.text)))
        .list([
            correlation.as_str(),
            &format!("Trace ID: {trace}"),
            &format!("Timestamp: {time}"),
        ])
        .response(refusal.status(), exchange)
}

/// A form's fields, in order.
pub(crate) struct FormFields {
    action: String,
    fields: String,
}

impl FormFields {
    pub(crate) fn new(action: &str) -> Self {
        Self {
            action: action.to_owned(),
            fields: String::new(),
        }
    }

    /// A value that the person does not see.
    pub(crate) fn hidden(self, name: &str, value: &str) -> Self {
        let (name, value) = (escaped(name), escaped(value));
        self.add(format_args!(
            "<input type=hidden name=\"{name}\" value=\"{value}\">"
        ))
    }

    /// A field with its label.
    pub(crate) fn field(self, kind: &str, name: &str, label: &str, value: &str) -> Self {
        let (label, value) = (escaped(label), escaped(value));
        let focus = if value.is_empty() { " autofocus" } else { "" };
        self.add(format_args!(
            "<label>{label}<input type={kind} name={name} value=\"{value}\" \
             autocomplete=off autocapitalize=none spellcheck=false{focus}></label>"
        ))
    }

    /// A button that sends the form with `do` set to this action.
    pub(crate) fn button(self, action: &str, label: &str) -> Self {
        let label = escaped(label);
        self.add(format_args!(
            "<button name=do value={action}>{label}</button>"
        ))
    }

    /// A button that only sends the form.
    pub(crate) fn submit(self, label: &str) -> Self {
        let label = escaped(label);
        self.add(format_args!("<button>{label}</button>"))
    }

    /// The same for the less likely choice. Its fields need not be filled in.
    pub(crate) fn quiet_button(self, action: &str, label: &str) -> Self {
        let label = escaped(label);
        self.add(format_args!(
            "<button class=quiet name=do value={action} formnovalidate>{label}</button>"
        ))
    }

    fn add(mut self, html: std::fmt::Arguments<'_>) -> Self {
        // Writing to a String cannot fail.
        let _ = self.fields.write_fmt(html);
        self
    }
}

/// Text that is safe between tags and in quoted attributes.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

const STYLE: &str = ":root{color-scheme:light dark}\
body{margin:0;min-height:100vh;display:grid;place-items:center;background:light-dark(#eef2f7,#14181f);\
color:light-dark(#1b2430,#e6ebf2);font:16px/1.5 system-ui,sans-serif}\
main{box-sizing:border-box;width:min(27rem,calc(100vw - 2rem));padding:2.5rem;border-radius:1rem;\
background:light-dark(#fff,#1d232d);box-shadow:0 1rem 3rem light-dark(#1b243022,#0008)}\
.brand{margin:0 0 1.5rem;font-weight:600}.brand span{font-weight:400;opacity:.65;margin-left:.4rem}\
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}p{margin:0 0 1rem;overflow-wrap:anywhere}ul{margin:0 0 1.25rem;padding-left:1.2rem}\
li{overflow-wrap:anywhere}.alert{color:light-dark(#b3261e,#ff8f87)}\
main:has(table){width:min(60rem,calc(100vw - 2rem))}table{border-collapse:collapse;margin:0 0 1.25rem;font-size:.9rem}\
th,td{padding:.35rem .75rem .35rem 0;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{font-weight:600}\
a{color:light-dark(#0b5cad,#7cb8f2)}label{display:block;margin:0 0 1rem;font-size:.9rem}\
input:not([type=hidden]){box-sizing:border-box;width:100%;margin-top:.3rem;padding:.65rem .75rem;border-radius:.5rem;\
border:1px solid light-dark(#aab4c3,#4a5566);background:transparent;color:inherit;font:inherit}\
button{width:100%;margin:.4rem 0 0;padding:.7rem 1rem;border:1px solid transparent;border-radius:.5rem;background:#0b5cad;\
color:#fff;font:inherit;font-weight:600;cursor:pointer}\
button.quiet{background:transparent;border-color:light-dark(#aab4c3,#4a5566);color:inherit;font-weight:400}\
:focus-visible{outline:3px solid #4c9be8;outline-offset:2px}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(
            escaped("<a href='x'>\"&\"</a>"),
            "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;"
        );
    }
}
