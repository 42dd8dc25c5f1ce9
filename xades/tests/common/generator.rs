//! Random documents full of what canonicalisation gets wrong: namespaces, `xml:` attributes, references, line ends.

use proptest::collection::vec;
use proptest::prelude::*;

/// A plan for an element; prefixes that are not declared where they are used get declared on the spot.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    prefix: &'static str,
    local: &'static str,
    declarations: Vec<(&'static str, &'static str)>,
    attributes: Vec<(&'static str, &'static str, String)>,
    children: Vec<Child>,
}

#[derive(Debug, Clone)]
enum Child {
    Element(Plan),
    Raw(String),
}

const PREFIXES: [&str; 4] = ["", "a", "b", "ż"];
const URIS: [&str; 5] = ["urn:1", "urn:2", "http://example.org/ns?a=1#z", "urn:3", ""];

fn pieces(choices: &'static [&'static str]) -> impl Strategy<Value = String> {
    vec(prop::sample::select(choices), 0..4).prop_map(|parts| parts.concat())
}

fn value() -> impl Strategy<Value = String> {
    pieces(&[
        "x", " ", "  ", "\t", "\n", "\r\n", "\r", "&#9;", "&#10;", "&#13;", "&#xD;", "&lt;", "&gt;", ">",
        "&amp;", "&quot;", "'", "&apos;", "ó", "€", "𝄞", "&#x17C;", "]]&gt;",
    ])
}

fn base() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "http://a.example/x/y",
        "http://b.example/",
        "dir/",
        "dir/file",
        "../up",
        "../../far/",
        "/root/abs",
        "c",
        "./d/../e/",
    ])
    .prop_map(str::to_owned)
}

fn attribute() -> impl Strategy<Value = (&'static str, &'static str, String)> {
    let plain =
        (prop::sample::select(&PREFIXES[..]), prop::sample::select(&["p", "q", "é", "r-1"][..]), value());
    prop_oneof![
        8 => plain,
        1 => prop::sample::select(&["pl", "en-GB", ""][..]).prop_map(|v| ("xml", "lang", v.to_owned())),
        1 => prop::sample::select(&["preserve", "default"][..]).prop_map(|v| ("xml", "space", v.to_owned())),
        1 => base().prop_map(|v| ("xml", "base", v)),
        1 => value().prop_map(|v| ("xml", "other", v)),
    ]
}

fn raw() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => pieces(&["text", " ", "\t", "\n", "\r\n", "\r", "&#13;", "&lt;", "&gt;", ">", "&amp;", "\"", "'", "&#x1F600;", "ą"]),
        1 => pieces(&["cdata", "<", "&", ">", "]]", "\r\n", "\r", "&lt;"]).prop_map(|t| format!("<![CDATA[{}]]>", t.replace("]]>", "]] >"))),
        1 => pieces(&["note", "<", "&", "-x", "\r\n", " "]).prop_map(|t| format!("<!--{t}-->")),
        1 => pieces(&["data", "<", "&", "?x", "\r\n", "  "]).prop_map(|t| format!("<?target {t}?>")),
        1 => Just("<?empty?>".to_owned()),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let shape = || {
        (
            prop::sample::select(&PREFIXES[..]),
            prop::sample::select(&["e", "f", "ł"][..]),
            vec((prop::sample::select(&PREFIXES[..]), prop::sample::select(&URIS[..])), 0..3),
            vec(attribute(), 0..4),
        )
    };
    let leaf = (shape(), vec(raw().prop_map(Child::Raw), 0..2));
    let leaf = leaf.prop_map(|((prefix, local, declarations, attributes), children)| Plan {
        prefix,
        local,
        declarations,
        attributes,
        children,
    });
    leaf.prop_recursive(5, 24, 4, move |inner| {
        let child = prop_oneof![3 => inner.prop_map(Child::Element), 2 => raw().prop_map(Child::Raw)];
        (shape(), vec(child, 0..4)).prop_map(|((prefix, local, declarations, attributes), children)| Plan {
            prefix,
            local,
            declarations,
            attributes,
            children,
        })
    })
}

/// Well-formed, namespace-well-formed documents in which exactly one element has `Id="apex"`.
pub(crate) fn document() -> impl Strategy<Value = String> {
    let beside = || vec(prop_oneof![Just("<!--beside-->"), Just("<?beside  it?>"), Just("\n")], 0..3);
    (any::<bool>(), beside(), plan(), any::<prop::sample::Index>(), beside()).prop_map(
        |(declaration, before, plan, apex, after)| {
            let mut writer =
                Writer { out: String::new(), scope: Vec::new(), count: 0, apex: apex.index(count(&plan)) };
            if declaration {
                writer.out.push_str("<?xml version='1.0' encoding='UTF-8'?>");
            }
            writer.out.push_str(&before.concat());
            writer.element(&plan);
            writer.out.push_str(&after.concat());
            writer.out
        },
    )
}

fn count(plan: &Plan) -> usize {
    let inner = |child: &Child| match child {
        Child::Element(plan) => count(plan),
        Child::Raw(_) => 0,
    };
    1 + plan.children.iter().map(inner).sum::<usize>()
}

struct Writer {
    out: String,
    scope: Vec<(&'static str, &'static str)>,
    count: usize,
    apex: usize,
}

impl Writer {
    fn lookup(&self, prefix: &str) -> Option<&'static str> {
        self.scope.iter().rev().find(|(p, _)| *p == prefix).map(|(_, uri)| *uri)
    }

    fn element(&mut self, plan: &Plan) {
        let mark = self.scope.len();
        let mut declared: Vec<(&'static str, &'static str)> = Vec::new();
        for (prefix, uri) in &plan.declarations {
            let allowed = prefix.is_empty() || !uri.is_empty();
            if allowed && declared.iter().all(|(p, _)| p != prefix) {
                declared.push((prefix, uri));
            }
        }
        let used = std::iter::once(plan.prefix).chain(plan.attributes.iter().map(|(prefix, _, _)| *prefix));
        for prefix in used.filter(|prefix| !matches!(*prefix, "" | "xml")) {
            if self.lookup(prefix).is_none() && declared.iter().all(|(p, _)| *p != prefix) {
                declared.push((prefix, "urn:fallback"));
            }
        }
        self.scope.extend(&declared);

        let name = |prefix: &str, local: &str| match prefix {
            "" => local.to_owned(),
            _ => format!("{prefix}:{local}"),
        };
        let tag = name(plan.prefix, plan.local);
        let mut written: Vec<(Option<&str>, &str)> = Vec::new();
        let mut start = format!("<{tag}");
        // declarations and attributes alternate, as no order is prescribed
        let mut declarations = declared.iter();
        for (prefix, local, value) in &plan.attributes {
            let uri = match *prefix {
                "" => None,
                "xml" => Some("xml"),
                _ => self.lookup(prefix),
            };
            if written.contains(&(uri, local)) {
                continue;
            }
            written.push((uri, local));
            let quote = if value.contains('\'') { '"' } else { '\'' };
            start.push_str(&format!("\n  {} = {quote}{value}{quote}", name(prefix, local)));
            if let Some((prefix, uri)) = declarations.next() {
                start.push_str(&declaration(prefix, uri));
            }
        }
        for (prefix, uri) in declarations {
            start.push_str(&declaration(prefix, uri));
        }
        if self.count == self.apex {
            start.push_str(" Id=\"apex\"");
        }
        self.count += 1;
        self.out.push_str(&start);
        if plan.children.is_empty() {
            self.out.push_str(if plan.local == "f" { "/>" } else { " />" });
        } else {
            self.out.push('>');
            for child in &plan.children {
                match child {
                    Child::Element(plan) => self.element(plan),
                    Child::Raw(raw) => self.out.push_str(raw),
                }
            }
            self.out.push_str(&format!("</{tag} >"));
        }
        self.scope.truncate(mark);
    }
}

fn declaration(prefix: &str, uri: &str) -> String {
    match prefix {
        "" => format!(" xmlns='{uri}'"),
        _ => format!(" xmlns:{prefix}=\"{}\"", uri.replace('"', "&quot;")),
    }
}
