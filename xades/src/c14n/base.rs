//! The `join-URI-References` function of Canonical XML 1.1: RFC 3986 §5.2 made to work on relative bases.

/// The five parts of a URI reference (RFC 3986, appendix B).
#[derive(Debug, Clone, Copy)]
struct Parts<'u> {
    scheme: Option<&'u str>,
    authority: Option<&'u str>,
    path: &'u str,
    query: Option<&'u str>,
    fragment: Option<&'u str>,
}

fn split(uri: &str) -> Parts<'_> {
    let (rest, fragment) = uri.split_once('#').map_or((uri, None), |(rest, f)| (rest, Some(f)));
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, q)| (rest, Some(q)));
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, after)) if !scheme.is_empty() && !scheme.contains('/') => (Some(scheme), after),
        _ => (None, rest),
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(after) => {
            let end = after.find('/').unwrap_or(after.len());
            (Some(&after[..end]), &after[end..])
        }
        None => (None, rest),
    };
    Parts { scheme, authority, path, query, fragment }
}

/// Combines the base of an outer element with that of an inner one.
pub(super) fn join(base: &str, reference: &str) -> String {
    let outer = split(base);
    let inner = split(reference);
    let (scheme, authority, path, query);
    if inner.scheme.is_some() {
        (scheme, authority, path, query) =
            (inner.scheme, inner.authority, remove_dot_segments(inner.path), inner.query);
    } else if inner.authority.is_some() {
        (scheme, authority, path, query) =
            (outer.scheme, inner.authority, remove_dot_segments(inner.path), inner.query);
    } else if inner.path.is_empty() {
        (scheme, authority) = (outer.scheme, outer.authority);
        path = remove_dot_segments(outer.path);
        query = inner.query.or(outer.query);
    } else {
        (scheme, authority, query) = (outer.scheme, outer.authority, inner.query);
        path = if inner.path.starts_with('/') {
            remove_dot_segments(inner.path)
        } else {
            remove_dot_segments(&merge(outer, inner.path))
        };
    }
    let mut joined = String::new();
    if let Some(scheme) = scheme {
        joined.push_str(scheme);
        joined.push(':');
    }
    if let Some(authority) = authority {
        joined.push_str("//");
        joined.push_str(authority);
    }
    joined.push_str(&path);
    if let Some(query) = query {
        joined.push('?');
        joined.push_str(query);
    }
    if let Some(fragment) = inner.fragment {
        joined.push('#');
        joined.push_str(fragment);
    }
    joined
}

fn merge(base: Parts<'_>, path: &str) -> String {
    if base.authority.is_some() && base.path.is_empty() {
        return format!("/{path}");
    }
    // A base that ends in ".." names a directory.
    if base.path == ".." || base.path.ends_with("/..") {
        return format!("{}/{path}", base.path);
    }
    let directory = base.path.rfind('/').map_or("", |at| &base.path[..=at]);
    format!("{directory}{path}")
}

/// RFC 3986 §5.2.4, but leading `..` segments of a relative path stay, `//` becomes `/`, and a trailing `..` gets its slash.
fn remove_dot_segments(path: &str) -> String {
    let absolute = path.starts_with('/');
    let segments: Vec<&str> = path.split('/').collect();
    let mut kept: Vec<&str> = Vec::new();
    let mut directory = path.ends_with('/');
    for (at, segment) in segments.iter().enumerate() {
        let is_last = at + 1 == segments.len();
        match *segment {
            "" => {}
            "." => directory |= is_last,
            ".." => {
                directory |= is_last;
                match kept.last() {
                    Some(&last) if last != ".." => {
                        kept.pop();
                    }
                    _ if absolute => {}
                    _ => kept.push(".."),
                }
            }
            name => kept.push(name),
        }
    }
    let mut joined = kept.join("/");
    if absolute {
        joined.insert(0, '/');
    }
    if directory && !joined.is_empty() && !joined.ends_with('/') {
        joined.push('/');
    }
    joined
}
