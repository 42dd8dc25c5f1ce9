//! Canonical forms written down by hand, each for one rule.
#![allow(clippy::unwrap_used)]

use ksef_xades::XmlError;
use ksef_xades::c14n::{Algorithm, canonicalize, canonicalize_element, canonicalize_without_signatures};

fn check(algorithm: Algorithm, input: &str, expected: &str) {
    let canonical = canonicalize(input.as_bytes(), algorithm).unwrap();
    assert_eq!(String::from_utf8(canonical).unwrap(), expected, "{algorithm:?} of {input:?}");
}

fn subtree(algorithm: Algorithm, prefixes: &[&str], input: &str, expected: &str) {
    let canonical = canonicalize_element(input.as_bytes(), "x", algorithm, prefixes).unwrap();
    assert_eq!(String::from_utf8(canonical).unwrap(), expected, "{algorithm:?} of {input:?}");
}

fn refused(input: impl AsRef<[u8]>) -> XmlError {
    canonicalize(input.as_ref(), Algorithm::Inclusive10).unwrap_err()
}

#[test]
fn attribute_values_are_normalised_before_they_are_escaped() {
    for algorithm in Algorithm::ALL {
        check(algorithm, "<a b='x\ty\nz\r\nq\rw'/>", "<a b=\"x y z q w\"></a>");
        check(algorithm, "<a b='&#9;&#10;&#13;&#32;'/>", "<a b=\"&#x9;&#xA;&#xD; \"></a>");
        check(algorithm, "<a b='&lt;&gt;>&amp;&quot;\"&apos;'/>", "<a b=\"&lt;>>&amp;&quot;&quot;'\"></a>");
    }
}

#[test]
fn text_keeps_its_characters() {
    for algorithm in Algorithm::ALL {
        check(algorithm, "<a>x\r\ny\rz&#13;\t\"'&gt;</a>", "<a>x\ny\nz&#xD;\t\"'&gt;</a>");
        check(algorithm, "<a><![CDATA[<&>]]]]><![CDATA[>\r\n]]></a>", "<a>&lt;&amp;&gt;]]&gt;\n</a>");
        check(
            algorithm,
            "\u{feff}<?xml version=\"1.0\"?>\n<a>\u{105}&#x1F600;</a>",
            "<a>\u{105}\u{1F600}</a>",
        );
    }
}

#[test]
fn order_of_namespaces_and_attributes() {
    let input =
        "<a z='1' b:x='2' xmlns:c='urn:1' a='3' xmlns:b='urn:2' c:x='4' xmlns='urn:0' xml:lang='pl'/>";
    let expected = "<a xmlns=\"urn:0\" xmlns:b=\"urn:2\" xmlns:c=\"urn:1\" a=\"3\" z=\"1\" xml:lang=\"pl\" c:x=\"4\" b:x=\"2\"></a>";
    for algorithm in Algorithm::ALL {
        check(algorithm, input, expected);
    }
}

#[test]
fn namespace_names_are_escaped() {
    check(
        Algorithm::Exclusive,
        "<a xmlns='urn:x?a&amp;&lt;&quot;'/>",
        "<a xmlns=\"urn:x?a&amp;&lt;&quot;\"></a>",
    );
}

#[test]
fn superfluous_declarations_go() {
    let input = "<a xmlns='urn:1' xmlns:p='urn:2'><b xmlns='urn:1' xmlns:p='urn:2'><c xmlns=''><d xmlns=''/></c></b></a>";
    check(
        Algorithm::Inclusive10,
        input,
        "<a xmlns=\"urn:1\" xmlns:p=\"urn:2\"><b><c xmlns=\"\"><d></d></c></b></a>",
    );
    check(Algorithm::Exclusive, input, "<a xmlns=\"urn:1\"><b><c xmlns=\"\"><d></d></c></b></a>");
    check(Algorithm::Inclusive10, "<a xmlns=''><b xmlns=''/></a>", "<a><b></b></a>");
    check(
        Algorithm::Inclusive10,
        &format!("<a xmlns:xml='{}'/>", "http://www.w3.org/XML/1998/namespace"),
        "<a></a>",
    );
}

#[test]
fn exclusive_declares_where_used() {
    let input =
        "<a xmlns:p='urn:p' xmlns:q='urn:q'><p:b/><c q:d=''><q:e/></c><p:f xmlns:p='urn:r'><p:g/></p:f></a>";
    let expected = "<a><p:b xmlns:p=\"urn:p\"></p:b><c xmlns:q=\"urn:q\" q:d=\"\"><q:e></q:e></c>\
                    <p:f xmlns:p=\"urn:r\"><p:g></p:g></p:f></a>";
    check(Algorithm::Exclusive, input, expected);
}

#[test]
fn subtrees_take_over_what_is_in_scope() {
    let input = "<a xmlns='urn:0' xmlns:p='urn:p' xml:lang='pl' xml:id='i' xml:space='default'>\
                 <b xml:space='preserve' xmlns:q='urn:q'><p:c Id='x' xml:lang='en'/></b></a>";
    let common = "<p:c xmlns=\"urn:0\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" Id=\"x\"";
    subtree(
        Algorithm::Inclusive10,
        &[],
        input,
        &format!("{common} xml:id=\"i\" xml:lang=\"en\" xml:space=\"preserve\"></p:c>"),
    );
    subtree(
        Algorithm::Inclusive11,
        &[],
        input,
        &format!("{common} xml:lang=\"en\" xml:space=\"preserve\"></p:c>"),
    );
    subtree(Algorithm::Exclusive, &[], input, "<p:c xmlns:p=\"urn:p\" Id=\"x\" xml:lang=\"en\"></p:c>");
    subtree(
        Algorithm::Exclusive,
        &["q", "#default", "absent"],
        input,
        "<p:c xmlns=\"urn:0\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" Id=\"x\" xml:lang=\"en\"></p:c>",
    );
}

#[test]
fn base_is_fixed_up_in_version_1_1() {
    let nested = |outer: &str, inner: &str, own: &str| {
        format!("<a xml:base='{outer}'><b xml:base='{inner}'><c Id='x'{own}/></b></a>")
    };
    for (outer, inner, own, expected) in [
        ("http://e.org/a/b", "c", "", " xml:base=\"http://e.org/a/c\""),
        ("http://e.org/a/", "../d/", " xml:base='e'", " xml:base=\"http://e.org/d/e\""),
        ("x/y", "../..", "", " xml:base=\"../\""),
        ("../../x", "../y", "", " xml:base=\"../../../y\""),
        ("x", "http://o.org", " xml:base='p'", " xml:base=\"http://o.org/p\""),
        ("a/", "..", "", ""),
    ] {
        let expected = format!("<c Id=\"x\"{expected}></c>");
        subtree(Algorithm::Inclusive11, &[], &nested(outer, inner, own), &expected);
    }
}

#[test]
fn comments_and_what_stands_beside_the_root() {
    let input = "<?xml version='1.0'?>\n<?a  b c ?><!-- d -->\n\n<e><!--f--><?g?></e>\n<!--h-->\n<?i?>\n";
    check(
        Algorithm::Inclusive10WithComments,
        input,
        "<?a b c ?>\n<!-- d -->\n<e><!--f--><?g?></e>\n<!--h-->\n<?i?>",
    );
    check(Algorithm::Exclusive, input, "<?a b c ?>\n<e><?g?></e>\n<?i?>");
}

#[test]
fn signatures_can_be_left_out() {
    let input = "<a xmlns:d='http://www.w3.org/2000/09/xmldsig#'>1<d:Signature>2<b/></d:Signature>3\
                 <c><Signature/><Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/></c></a>";
    let canonical = canonicalize_without_signatures(input.as_bytes(), Algorithm::Exclusive).unwrap();
    assert_eq!(String::from_utf8(canonical).unwrap(), "<a>13<c><Signature></Signature></c></a>");
}

#[test]
fn documents_that_are_refused() {
    assert_eq!(refused("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), XmlError::DocumentType);
    assert_eq!(refused("<a>&b;</a>"), XmlError::UnknownEntity { offset: 3 });
    assert_eq!(refused(b"<a>\xff</a>"), XmlError::NotUtf8 { offset: 3 });
    assert_eq!(
        refused("<?xml version='1.0' encoding='windows-1250'?><a/>"),
        XmlError::UnsupportedDeclaration
    );
    assert_eq!(refused("<?xml version='1.1'?><a/>"), XmlError::UnsupportedDeclaration);
    assert_eq!(refused("<a xmlns='relative/name'/>"), XmlError::RelativeNamespace);
    let twice =
        canonicalize_element(b"<a Id='x'><b Id='x'/></a>", "x", Algorithm::Exclusive, &[]).unwrap_err();
    assert_eq!(twice, XmlError::DuplicateId { offset: 10 });
    assert_eq!(
        canonicalize_element(b"<a/>", "x", Algorithm::Exclusive, &[]).unwrap_err(),
        XmlError::IdNotFound
    );
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for input in [
        "",
        " ",
        "<a",
        "<a>",
        "</a>",
        "<a></b>",
        "<a/><b/>",
        "x<a/>",
        "<a/>x",
        "<a/>&amp;",
        "<![CDATA[x]]><a/>",
        "<a b/>",
        "<a b=c/>",
        "<a b='c'd='e'/>",
        "<a b='<'/>",
        "<a b='&'/>",
        "<a b='&x'/>",
        "<a b='1' b='2'/>",
        "<a xmlns:p='urn:1' xmlns:q='urn:1' p:b='' q:b=''/>",
        "<p:a/>",
        "<a p:b=''/>",
        "<a xmlns:p=''/>",
        "<a xmlns:='urn:1'/>",
        "<a xmlns:xmlns='urn:1'/>",
        "<xmlns:a/>",
        "<a xmlns:xml='urn:1'/>",
        "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>",
        "<1a/>",
        "<a:b:c/>",
        "<:a/>",
        "<a :b=''/>",
        "<a>]]></a>",
        "<a>&#0;</a>",
        "<a>&#xFFFE;</a>",
        "<a>&#+1;</a>",
        "<a>&#x;</a>",
        "<a>\u{1}</a>",
        "<a>\u{ffff}</a>",
        "<a><!-- -- --></a>",
        "<a><!----->",
        "<a><?xml x?></a>",
        "<a><?XML x?></a>",
        "<a><??></a>",
        " <?xml version='1.0'?><a/>",
        "<?xml version='1.0'?><?xml version='1.0'?><a/>",
        "\u{feff}\u{feff}<a/>",
        "<a>&#xD800;</a>",
        "<a></a b=''>",
        "<a>& amp;</a>",
    ] {
        assert!(canonicalize(input.as_bytes(), Algorithm::Inclusive10).is_err(), "accepted {input:?}");
    }
}

#[test]
fn hostile_sizes_are_refused() {
    let deep = |levels: usize| "<a>".repeat(levels) + &"</a>".repeat(levels);
    assert!(canonicalize(deep(256).as_bytes(), Algorithm::Inclusive10).is_ok());
    assert!(matches!(refused(deep(257)), XmlError::LimitExceeded { .. }));
    assert!(matches!(refused(deep(1_000_000)), XmlError::LimitExceeded { .. }));
    let attributes: String = (0..300).map(|number| format!(" a{number}=''")).collect();
    assert!(matches!(refused(format!("<a{attributes}/>")), XmlError::LimitExceeded { .. }));
    let namespaces: String = (0..200).map(|number| format!(" xmlns:n{number}='urn:{number}'")).collect();
    assert!(matches!(
        refused(format!("<a{namespaces}><a{namespaces}><a{namespaces}/></a></a>")),
        XmlError::LimitExceeded { .. }
    ));
    assert!(matches!(refused(vec![b' '; 64 * 1024 * 1024 + 1]), XmlError::LimitExceeded { .. }));
}
