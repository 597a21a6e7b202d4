//! The pages that a browser gets: static, without scripts, of one piece.

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;

use super::instructions;
use crate::capability::bindings::entra_auth::core::sign_in::Page;

/// The longest sentence that is shown; Entra's have some 500 characters.
const LONGEST_TEXT: usize = 2000;

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONNECTION, "close"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    // The address may hold the code.
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// The page as a response.
pub(super) fn response(page: &Page) -> Response<Full<Bytes>> {
    let status = match page {
        Page::Done | Page::Refused(_) => StatusCode::OK,
        Page::Ignored => StatusCode::BAD_REQUEST,
    };
    with_headers(status, "text/html; charset=utf-8", html(page))
}

/// On to the sign-in page.
pub(super) fn onward(url: HeaderValue) -> Response<Full<Bytes>> {
    let mut response = plain(StatusCode::FOUND);
    response.headers_mut().insert(header::LOCATION, url);
    response
}

/// For what is no answer: the status, and nothing else.
pub(super) fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let text = match status {
        StatusCode::NO_CONTENT => String::new(),
        _ => format!("{status}\n"),
    };
    with_headers(status, "text/plain; charset=utf-8", text)
}

fn with_headers(
    status: StatusCode,
    content_type: &'static str,
    text: String,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn html(page: &Page) -> String {
    let (kind, mark, title, sentence, then) = match page {
        Page::Done => (
            "done",
            r#"<path d="M7 12.5l3.5 3.5L17 8.5"/>"#,
            "You are signed in".to_owned(),
            "The terminal has what it was waiting for.".to_owned(),
            "Close this window and return to the terminal.",
        ),
        Page::Refused((title, sentence)) => (
            "refused",
            r#"<path d="M8 8l8 8M16 8l-8 8"/>"#,
            escaped(title),
            escaped(sentence),
            "Close this window; the terminal says what to do next.",
        ),
        Page::Ignored => (
            "ignored",
            r#"<path d="M12 7v6M12 16.5v.01"/>"#,
            "Not part of a sign-in".to_owned(),
            "No sign-in is waiting for this request.".to_owned(),
            "Return to the terminal, or start the sign-in there again.",
        ),
    };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title} · entra-auth-cli</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main class=\"{kind}\">\n\
         <svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"12\"/>{mark}</svg>\n\
         <h1>{title}</h1>\n<p>{sentence}</p>\n<p class=\"then\">{then}</p>\n</main>\n\
         <footer>entra-auth-cli</footer>\n</body>\n</html>\n"
    )
}

const STYLE: &str = "
:root { --ground: #f3f5f8; --card: #fff; --text: #1b1f24; --faint: #5b6672; --edge: #dde2e8; --mark: #1a7f4b }
.refused { --mark: #b3261e }
.ignored { --mark: #64707d }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; justify-content: center;
  gap: 1.25rem; padding: 1.5rem; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif }
main { width: 100%; max-width: 30rem; padding: 2.5rem 2.25rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: 14px; box-shadow: 0 8px 30px rgb(20 30 50 / .07); text-align: center }
svg { width: 3.25rem; height: 3.25rem; fill: var(--mark); stroke: none }
path { fill: none; stroke: #fff; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
h1 { margin: 1rem 0 .5rem; font-size: 1.45rem; font-weight: 600; line-height: 1.25 }
p { margin: .4rem 0; overflow-wrap: anywhere }
.then, footer { color: var(--faint); text-wrap: balance }
.refused p:not(.then) { margin: 1rem 0; padding: .75rem 1rem; border-left: 3px solid var(--mark); border-radius: 6px;
  background: var(--ground); text-align: left; font-size: .95rem }
footer { font-size: .85rem; letter-spacing: .02em }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171b; --card: #1e2228; --text: #e8ebef; --faint: #a3adb8; --edge: #323943; --mark: #2ea868 }
  .refused { --mark: #e5534b }
  .ignored { --mark: #768390 }
  main { box-shadow: none }
}
";

/// Text that a server wrote, for between tags.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in instructions::printable(text).chars().take(LONGEST_TEXT) {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(character),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(title: &str, sentence: &str) -> Page {
        Page::Refused((title.to_owned(), sentence.to_owned()))
    }

    fn pages() -> [Page; 3] {
        [
            Page::Done,
            refused("Sign-in failed", "AADSTS50105: no"),
            Page::Ignored,
        ]
    }

    #[test]
    fn reflected_text_is_escaped() {
        for (text, shown) in [
            (
                "<script>alert(1)</script>",
                "&lt;script&gt;alert(1)&lt;/script&gt;",
            ),
            ("</title><b>", "&lt;/title&gt;&lt;b&gt;"),
            ("\" onload='x' &amp;", "&quot; onload=&#39;x&#39; &amp;amp;"),
            ("a\u{1b}[31m\r\nb\u{0}\u{202e}c", "a[31m bc"),
            ("`é` {STYLE}", "`é` {STYLE}"),
        ] {
            for page in [refused(text, "x"), refused("x", text)] {
                assert!(html(&page).contains(&format!(">{shown}")), "{text:?}");
            }
        }
        let long = "x".repeat(1 << 20);
        assert!(html(&refused(&long, &long)).len() < 10_000);
    }

    /// M11, and no resource from anywhere.
    #[test]
    fn pages_are_static_and_of_one_piece() {
        for page in pages() {
            let html = html(&page);
            for absent in [
                "<script", "http:", "https:", "url(", "@import", "src=", "href=", "<form", "{",
            ] {
                let text = html.replace(STYLE, "");
                assert!(!text.contains(absent), "{absent}: {text}");
                assert!(absent == "{" || !STYLE.contains(absent), "{absent}");
            }
        }
    }

    #[test]
    fn every_response_has_the_protecting_headers() {
        let expected = [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("connection", "close"),
        ];
        for response in pages()
            .iter()
            .map(response)
            .chain([plain(StatusCode::NOT_FOUND)])
        {
            let headers = response.headers();
            for (name, value) in expected {
                assert_eq!(headers[name], value);
            }
            assert!(
                headers["content-type"]
                    .to_str()
                    .unwrap()
                    .ends_with("; charset=utf-8")
            );
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(
                policy.starts_with("default-src 'none'; style-src 'unsafe-inline'; "),
                "{policy}"
            );
            assert!(!policy.contains("script-src"), "{policy}");
        }
    }
}
