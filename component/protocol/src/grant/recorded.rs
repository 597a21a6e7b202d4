//! Requests of Microsoft's own clients, to compare with ours.

use std::collections::BTreeMap;

use http::Request;
use serde_json::Value;

/// One recorded request and the fields that are its client's own.
pub(crate) struct Recorded {
    pub(crate) name: String,
    pub(crate) fields: BTreeMap<String, String>,
    path: String,
    extras: Vec<String>,
}

/// The cases of a file under `tests/vectors`.
pub(crate) fn cases(vectors: &str) -> Vec<Recorded> {
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let extras = vectors["not_part_of_the_grant"].as_array().unwrap();
    let extras: Vec<String> = extras.iter().map(text).collect();
    let cases = vectors["cases"].as_array().unwrap().iter();
    cases
        .map(|case| Recorded {
            name: text(&case["name"]),
            fields: fields(text(&case["body"]).as_bytes()),
            path: text(&case["path"]),
            extras: extras.clone(),
        })
        .collect()
}

impl Recorded {
    /// Fails unless the request says the same.
    pub(crate) fn assert_same(&self, request: &Request<impl AsRef<[u8]>>) {
        let of_the_grant = |fields: BTreeMap<String, String>| {
            let kept = |(name, _): &(String, String)| !self.extras.contains(name);
            let kept = fields.into_iter().filter(kept);
            kept.map(|(name, value)| {
                let value = if name == "scope" {
                    sorted(&value)
                } else {
                    value
                };
                (name, value)
            })
            .collect::<BTreeMap<_, _>>()
        };
        assert_eq!(
            of_the_grant(fields(request.body().as_ref())),
            of_the_grant(self.fields.clone()),
            "{}",
            self.name
        );
        assert_eq!(request.uri().path(), self.path, "{}", self.name);
        assert_eq!(request.method(), "POST", "{}", self.name);
    }
}

/// The fields of a form, none of which may stand twice.
pub(crate) fn fields(body: &[u8]) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(body).into_owned() {
        assert_eq!(
            fields.insert(name.clone(), value),
            None,
            "`{name}` stands twice"
        );
    }
    fields
}

fn sorted(scope: &str) -> String {
    let mut scopes: Vec<&str> = scope.split(' ').collect();
    scopes.sort_unstable();
    scopes.join(" ")
}
