//! Lists of scopes as people type them.

/// What a profile asks for when nothing was said.
pub(crate) const DEFAULT: &str = "https://graph.microsoft.com/.default";

/// Split on commas and white space, keep the order, drop repetitions. Scopes themselves are left
/// as they are: a double slash in them has a meaning.
pub(crate) fn split(text: &str) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split(|character: char| character == ',' || character.is_whitespace()) {
        if !scope.is_empty() && !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    scopes
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn commas_and_spaces_both_separate() {
        for (text, expected) in [
            ("", vec![]),
            (" , ", vec![]),
            (
                "api://your-api-id/.default",
                vec!["api://your-api-id/.default"],
            ),
            (
                "api://your-api-id/read api://your-api-id/write",
                vec!["api://your-api-id/read", "api://your-api-id/write"],
            ),
            (
                "User.Read,Mail.Read, User.Read",
                vec!["User.Read", "Mail.Read"],
            ),
            (
                "https://management.azure.com//.default",
                vec!["https://management.azure.com//.default"],
            ),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }
}
