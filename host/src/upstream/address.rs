//! From a path to an address, and the proof that the address is still that path.

use url::Url;

/// Below this and nowhere else.
const API: &str = "/api/v1/";

/// Whether addresses can be built on `base`.
pub(super) fn is_base(base: &Url) -> bool {
    matches!(base.scheme(), "http" | "https")
        && base.has_host()
        && base.username().is_empty()
        && base.password().is_none()
        && base.query().is_none()
        && base.fragment().is_none()
}

/// The address of `path` below `base`. `None` when the parser of addresses makes another path of it, as it does of `..`,
/// `%2e%2e`, `\`, `?`, `#`, tabs and line ends: such a request would reach a route that nobody admitted.
pub(super) fn build(base: &Url, path: &str, query: &[(String, String)]) -> Option<Url> {
    let intended = [base.path().trim_end_matches('/'), path].concat();
    let mut url = base.clone();
    url.set_path(&intended);
    let same = path.starts_with(API) && url.path() == intended && url.origin() == base.origin() && is_base(&url);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    same.then_some(url)
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    fn base(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    fn built(path: &str) -> Option<String> {
        build(&base("https://help.example/desk/"), path, &[]).map(String::from)
    }

    #[test]
    fn paths_are_put_below_the_base() {
        assert_eq!(
            built("/api/v1/tickets/respond").as_deref(),
            Some("https://help.example/desk/api/v1/tickets/respond")
        );
        assert_eq!(
            built("/api/v1/users/a%2Fb%20c/update").as_deref(),
            Some("https://help.example/desk/api/v1/users/a%2Fb%20c/update")
        );
        let query = [("q".to_owned(), "a&b=c d#?".to_owned()), ("n".to_owned(), String::new())];
        assert_eq!(
            build(&base("http://127.0.0.1:9191"), "/api/v1/faqs", &query).map(String::from).as_deref(),
            Some("http://127.0.0.1:9191/api/v1/faqs?q=a%26b%3Dc+d%23%3F&n=")
        );
    }

    #[test]
    fn a_path_that_the_parser_would_change_is_refused() {
        for path in [
            "/api/v1/users/../update",
            "/api/v1/users/./x",
            "/api/v1/%2e%2e/x",
            "/api/v1/.%2E/x",
            "/api/v1/users/%2E",
            "/api/v1/a\\..\\b",
            "/api/v1/a?b",
            "/api/v1/a#b",
            "/api/v1/a\tb",
            "/api/v1/a\nb",
            "/api/v1/ü",
            "/api/v1/a b",
            "//evil.example/api/v1/x",
            "/other",
            "",
            "api/v1/x",
            "/api/v1/..",
            "@evil.example/api/v1/x",
            "/api/v1/\0",
        ] {
            assert_eq!(built(path), None, "{path:?}");
        }
    }

    #[test]
    fn only_plain_addresses_are_bases() {
        assert!(is_base(&base("https://help.example/desk")));
        for text in
            ["ftp://h/", "https://user@h/", "https://:pw@h/", "https://h/?q", "https://h/#f", "data:text/plain,x"]
        {
            assert!(!is_base(&base(text)), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100_000))]

        /// Whatever stands in a segment, raw or encoded: either nothing is sent, or it is one segment of the intended route.
        #[test]
        fn no_segment_leaves_its_route(raw in "(\\.|%2e|%2E|/|//|\\\\|%2f|%5c|\\?|#|@|:|;|%|\\x00|\t|\n|\u{202e}|[a-z0-9]|ü){0,8}", encode: bool) {
            let segment = if encode { utf8_percent_encode(&raw, NON_ALPHANUMERIC).to_string() } else { raw.clone() };
            let path = format!("/api/v1/users/{segment}/update");
            if let Some(url) = build(&base("https://help.example/desk"), &path, &[]) {
                prop_assert_eq!(url.path(), format!("/desk{path}"));
                prop_assert_eq!(url.host_str(), Some("help.example"));
                prop_assert_eq!(url.query().or(url.fragment()), None);
                if encode {
                    let segments: Vec<&str> = url.path().split('/').collect();
                    prop_assert_eq!(segments.len(), 7);
                    prop_assert_eq!(percent_decode_str(segments[5]).decode_utf8_lossy(), raw);
                }
            }
        }
    }
}
