//! Query options of Microsoft Graph (OData 4.0).
//!
//! <https://learn.microsoft.com/graph/query-parameters>

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::exchange::incoming::Incoming;
use crate::request::form::Form;

/// What a request asks for.
pub(crate) struct GraphQuery {
    condition: Condition,
    select: Option<Vec<String>>,
    top: usize,
    skip: usize,
    counts: bool,
    /// Everything but the position, to be repeated in the next page's address.
    repeated: Vec<(String, String)>,
}

/// Why a request is not answered.
pub(crate) struct Rejection {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// Which applications are meant. Text is compared without regard to case.
enum Condition {
    All,
    Contains(String),
    Is(&'static str, String),
    IdentifierUriIs(String),
    IdentifierUriStartsWith(String),
    StartsWith(String),
}

impl Rejection {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            status,
            code,
            message,
        }
    }

    fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }
}

impl GraphQuery {
    /// Reads the options.
    pub(crate) fn read(incoming: &Incoming<'_>) -> Result<Self, Rejection> {
        let malformed = || Rejection::bad("BadRequest", "The query is malformed.");
        let query = incoming.query().map_err(|_| malformed())?;
        let counts = query.value("$count") == Some("true");
        let is_eventual = incoming
            .header("consistencylevel")
            .is_some_and(|value| value.eq_ignore_ascii_case("eventual"));
        known_options(incoming.request.uri().query().unwrap_or_default())?;
        let condition = Condition::read(&query)?;
        let is_sorted_filter =
            query.value("$filter").is_some() && query.value("$orderby").is_some();
        let is_advanced = matches!(condition, Condition::Contains(_)) || counts || is_sorted_filter;
        if is_advanced && !is_eventual || is_sorted_filter && !counts {
            let text = "This query needs the header 'ConsistencyLevel: eventual' and $count=true.";
            return Err(Rejection::bad("Request_UnsupportedQuery", text));
        }
        let number = |name, default| match query.value(name) {
            Some(text) => text.parse().map_err(|_| malformed()),
            None => Ok(default),
        };
        let top = number("$top", 100)?;
        if !(1..=999).contains(&top) {
            return Err(Rejection::bad(
                "Request_BadRequest",
                "$top must be from 1 to 999.",
            ));
        }
        let select = query.value("$select").map(selected).transpose()?;
        let pairs = incoming.request.uri().query().unwrap_or_default();
        let pairs = form_urlencoded::parse(pairs.as_bytes()).into_owned();
        Ok(Self {
            condition,
            select,
            top,
            skip: number("$skiptoken", 0)?,
            counts,
            repeated: pairs.filter(|(name, _)| name != "$skiptoken").collect(),
        })
    }

    /// One page of the applications that are meant, in the order of their names.
    pub(crate) fn page(
        &self,
        mut applications: Vec<Value>,
        incoming: &Incoming<'_>,
    ) -> Result<Value, Rejection> {
        applications.retain(|application| self.condition.fits(application));
        applications.sort_by_key(|application| {
            application["displayName"]
                .as_str()
                .unwrap_or_default()
                .to_lowercase()
        });
        let total = applications.len();
        let shown = applications.iter().skip(self.skip).take(self.top);
        let shown: Vec<Value> = shown.map(|application| self.select(application)).collect();
        let mut answer = json!({ "@odata.context": self.context(incoming), "value": shown });
        if let Some(members) = answer.as_object_mut() {
            if self.counts && self.skip == 0 {
                members.insert("@odata.count".to_owned(), json!(total));
            }
            let next = self.skip.saturating_add(self.top);
            if next < total {
                members.insert(
                    "@odata.nextLink".to_owned(),
                    json!(self.next_link(next, incoming)),
                );
            }
        }
        Ok(answer)
    }

    /// The members that are asked for, or the usual ones.
    pub(crate) fn select(&self, application: &Value) -> Value {
        let Some(names) = &self.select else {
            return application.clone();
        };
        let kept = names.iter().filter_map(|name| {
            let value = application.get(name)?;
            Some((name.clone(), value.clone()))
        });
        Value::Object(Map::from_iter(kept))
    }

    fn context(&self, incoming: &Incoming<'_>) -> String {
        let graph = incoming.exchange.cloud().names().graph_host;
        let selected = self.select.as_ref().map(|names| names.join(","));
        let selected = selected.map_or(String::new(), |names| format!("({names})"));
        format!("https://{graph}/v1.0/$metadata#applications{selected}")
    }

    fn next_link(&self, skip: usize, incoming: &Incoming<'_>) -> String {
        let origin = match &incoming.remembered.options.foreign_next_link {
            Some(foreign) => foreign.clone(),
            None => incoming.exchange.origin.to_string(),
        };
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.repeated)
            .append_pair("$skiptoken", &skip.to_string())
            .finish();
        format!("{origin}{}?{query}", incoming.request.uri().path())
    }
}

impl Condition {
    fn read(query: &Form) -> Result<Self, Rejection> {
        match (query.value("$filter"), query.value("$search")) {
            (None, None) => Ok(Self::All),
            (Some(filter), None) => Self::from_filter(filter).ok_or_else(|| {
                let text = format!("The filter '{filter}' is not supported.");
                Rejection::bad("Request_UnsupportedQuery", text)
            }),
            (None, Some(search)) => Self::from_search(search).ok_or_else(|| {
                Rejection::bad(
                    "Request_BadRequest",
                    "$search must be \"displayName:…\" in quotes.",
                )
            }),
            (Some(_), Some(_)) => {
                let text = "$filter and $search cannot be combined here.";
                Err(Rejection::bad("Request_UnsupportedQuery", text))
            }
        }
    }

    fn from_filter(filter: &str) -> Option<Self> {
        let filter = filter.trim();
        if let Some(arguments) = between(filter, "startswith(", ")") {
            let (name, value) = arguments.split_once(',')?;
            let value = literal(value.trim())?;
            return (name.trim() == "displayName").then_some(Self::StartsWith(value));
        }
        if let Some(expression) = between(filter, "identifierUris/any(", ")") {
            let (variable, condition) = expression.split_once(':')?;
            return Self::of_identifier_uris(variable.trim(), condition.trim());
        }
        let (name, value) = filter.split_once(" eq ")?;
        let members = ["appId", "displayName", "id"];
        let name = members.into_iter().find(|member| *member == name.trim())?;
        Some(Self::Is(name, literal(value.trim())?))
    }

    /// A condition on one of the URIs, which goes by the name of a variable.
    fn of_identifier_uris(variable: &str, condition: &str) -> Option<Self> {
        if let Some(arguments) = between(condition, "startswith(", ")") {
            let (name, value) = arguments.split_once(',')?;
            let value = literal(value.trim())?;
            return (name.trim() == variable).then_some(Self::IdentifierUriStartsWith(value));
        }
        let value = condition.strip_prefix(variable)?.trim();
        literal(value.strip_prefix("eq ")?.trim()).map(Self::IdentifierUriIs)
    }

    fn from_search(search: &str) -> Option<Self> {
        let inner = search.strip_prefix('"')?.strip_suffix('"')?;
        let text = inner.strip_prefix("displayName:")?;
        let text = text.replace("\\\"", "\"").replace("\\\\", "\\");
        Some(Self::Contains(text.to_lowercase()))
    }

    fn fits(&self, application: &Value) -> bool {
        let text = |member| {
            application[member]
                .as_str()
                .unwrap_or_default()
                .to_lowercase()
        };
        match self {
            Self::All => true,
            Self::Contains(part) => text("displayName").contains(part),
            Self::Is(member, value) => text(*member) == value.to_lowercase(),
            Self::IdentifierUriIs(uri) => is_any_uri(application, |other| other == uri),
            Self::IdentifierUriStartsWith(start) => {
                is_any_uri(application, |other| other.starts_with(start))
            }
            Self::StartsWith(start) => text("displayName").starts_with(&start.to_lowercase()),
        }
    }
}

fn is_any_uri(application: &Value, fits: impl Fn(&str) -> bool) -> bool {
    let uris = application["identifierUris"].as_array();
    let mut uris = uris.into_iter().flatten().filter_map(Value::as_str);
    uris.any(fits)
}

/// Graph refuses options that it does not know, if they begin as its own do.
fn known_options(query: &str) -> Result<(), Rejection> {
    for (name, _) in form_urlencoded::parse(query.as_bytes()) {
        if name.starts_with('$') && !OPTIONS.contains(&&*name) {
            let text = format!("The query parameter '{name}' is not supported.");
            return Err(Rejection::bad("BadRequest", text));
        }
    }
    Ok(())
}

/// The members asked for; Graph knows all of them.
fn selected(names: &str) -> Result<Vec<String>, Rejection> {
    let names = names.split(',').map(str::trim);
    names
        .map(|name| {
            if MEMBERS.contains(&name) {
                return Ok(name.to_owned());
            }
            let text = format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.application'."
            );
            Err(Rejection::bad("BadRequest", text))
        })
        .collect()
}

const OPTIONS: [&str; 7] = [
    "$count",
    "$filter",
    "$orderby",
    "$search",
    "$select",
    "$skiptoken",
    "$top",
];

/// Members of the resource `application`, those included that no registration here has.
const MEMBERS: [&str; 17] = [
    "api",
    "appId",
    "appRoles",
    "createdDateTime",
    "description",
    "displayName",
    "id",
    "identifierUris",
    "keyCredentials",
    "passwordCredentials",
    "publicClient",
    "publisherDomain",
    "requiredResourceAccess",
    "signInAudience",
    "spa",
    "tags",
    "web",
];

/// What stands between two texts, of which the first may have any case.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    if head.eq_ignore_ascii_case(start) {
        rest.strip_suffix(end)
    } else {
        None
    }
}

/// A text in quotes, in which a quote is doubled.
fn literal(text: &str) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let single = inner.replace("''", "");
    (!single.contains('\'')).then(|| inner.replace("''", "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_understood() {
        let application = json!({
            "displayName": "O'Brien's API", "appId": "a", "identifierUris": ["api://x"],
        });
        for (filter, fits) in [
            ("startswith(displayName,'o''brien')", Some(true)),
            ("startsWith(displayName, 'x')", Some(false)),
            ("displayName eq 'O''Brien''s API'", Some(true)),
            ("appId eq 'a'", Some(true)),
            ("identifierUris/any(x:x eq 'api://x')", Some(true)),
            ("identifierUris/any(u: u eq 'api://y')", Some(false)),
            ("identifierUris/any(u:startswith(u,'api://'))", Some(true)),
            (
                "identifierUris/any(u:startswith(u, 'https://'))",
                Some(false),
            ),
            ("identifierUris/any(u:startswith(x,'api://'))", None),
            ("startswith(displayName,'o'brien')", None),
            ("startswith(appId,'a')", None),
            ("appId ne 'a'", None),
            ("appId eq a", None),
        ] {
            let condition = Condition::from_filter(filter);
            assert_eq!(condition.map(|it| it.fits(&application)), fits, "{filter}");
        }
    }
}
