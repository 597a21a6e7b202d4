//! What to say where a profile's secrets go in clear. Only this machine may be asked so, but whoever listens there is somebody.

use super::Profile;

/// One line an authority, whatever number of profiles ask it.
pub(crate) fn warnings(profiles: &[Profile]) -> Vec<String> {
    let mut asked: Vec<(&str, Vec<String>)> = Vec::new();
    for profile in profiles {
        let authority = profile.authority();
        let scheme = authority.get(..7).unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("http://") {
            continue;
        }
        let name = format!("'{}'", profile.name);
        match asked.iter_mut().find(|(known, _)| *known == authority) {
            Some((_, names)) => names.push(name),
            None => asked.push((authority, vec![name])),
        }
    }
    let lines = asked
        .iter()
        .map(|(authority, names)| warning(authority, names));
    lines.collect()
}

fn warning(authority: &str, names: &[String]) -> String {
    let (noun, verb) = match names {
        [_] => ("profile", "asks"),
        _ => ("profiles", "ask"),
    };
    format!(
        "warning: {noun} {} {verb} `{authority}` without encryption: whoever listens there learns all that is sent",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_of_one_authority_share_a_line() {
        let profile = |name: &str, authority: &str| Profile {
            authority: Some(authority.to_owned()),
            ..Profile::named(name)
        };
        let profiles = [
            profile("a", "http://127.0.0.1:8400"),
            profile("b", "https://login.example"),
            profile("c", "HTTP://localhost:1"),
            profile("d", "http://127.0.0.1:8400"),
        ];
        assert_eq!(
            warnings(&profiles),
            [
                "warning: profiles 'a', 'd' ask `http://127.0.0.1:8400` without encryption: whoever listens there learns all that is sent",
                "warning: profile 'c' asks `HTTP://localhost:1` without encryption: whoever listens there learns all that is sent",
            ]
        );
        assert!(warnings(&[Profile::named("e")]).is_empty());
    }
}
