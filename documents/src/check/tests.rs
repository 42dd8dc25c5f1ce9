use super::*;

fn kinds(bytes: &[u8]) -> Vec<(FindingKind, usize)> {
    check(bytes).err().unwrap_or_default().iter().map(|finding| (finding.kind, finding.offset)).collect()
}

#[test]
fn clean_documents_pass() {
    for text in [
        "<a/>",
        "<?xml version=\"1.0\"?><a/>",
        "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n<a>Żółw\u{85}\u{A0}\u{FFFD}</a>",
    ] {
        assert_eq!(check(text.as_bytes()), Ok(()), "{text}");
    }
}

#[test]
fn each_rule_has_its_finding() {
    use FindingKind::*;
    let table: [(&[u8], FindingKind, usize); 20] = [
        (b"", Empty, 0),
        (b"\xEF\xBB\xBF<a/>", ByteOrderMark, 0),
        (b"<a>\xB3\xF3d\xBC</a>", NotUtf8, 3),
        (b"\xFF\xFE<\0a\0/\0>\0", NotUtf8, 0),
        (b"<?xml version='1.0' encoding='windows-1250'?><a/>", DeclaredEncoding, 20),
        (b"<?xml version='1.0' encoding='UTF-16'?><a/>", DeclaredEncoding, 20),
        (b"<?xml encoding=\"UTF-8\"?><a/>", DeclarationWithoutVersion, 0),
        (b"<?xml version='1.1'?><a/>", XmlVersion, 6),
        (b"<?xml-stylesheet href='a.xsl'?><a/>", ProcessingInstruction, 0),
        (b"<a><?pi?></a>", ProcessingInstruction, 3),
        (b"<a/><?pi?>", ProcessingInstruction, 4),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", DocumentType, 0),
        ("<a>\u{7F}</a>".as_bytes(), DiscouragedCharacter, 3),
        ("<a b='\u{10FFFF}'/>".as_bytes(), DiscouragedCharacter, 6),
        ("<a><!--\u{FDD0}--></a>".as_bytes(), DiscouragedCharacter, 7),
        (b"<a>&#x80;</a>", DiscouragedCharacter, 3),
        (b"<a b='&#64976;'/>", DiscouragedCharacter, 6),
        (b"<a>\x01</a>", ForbiddenCharacter, 3),
        (b"<a>&#x1;</a>", ForbiddenCharacter, 3),
        (b"<a><b></a>", NotWellFormed, 6),
    ];
    for (bytes, kind, offset) in table {
        assert_eq!(kinds(bytes), [(kind, offset)], "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn findings_of_one_document_come_together_and_in_order() {
    let text = "\u{FEFF}<?xml encoding='cp1250'?>\n<?xml-stylesheet?>\n<a>\u{80}\n&#x81;\u{2}</b>";
    use FindingKind::*;
    let found: Vec<FindingKind> = kinds(text.as_bytes()).into_iter().map(|(kind, _)| kind).collect();
    let expected = [
        ByteOrderMark,
        DeclarationWithoutVersion,
        DeclaredEncoding,
        ProcessingInstruction,
        DiscouragedCharacter,
        DiscouragedCharacter,
        ForbiddenCharacter,
        NotWellFormed,
    ];
    assert_eq!(found, expected);
}

#[test]
fn lines_and_columns_count_characters() {
    let text = "<a>\r\nżółw\rłąka\n  <b>\u{80}</b></a>";
    let finding = check(text.as_bytes()).unwrap_err().remove(0);
    assert_eq!((finding.line, finding.column), (4, 6));
    assert_eq!(&text.as_bytes()[finding.offset..finding.offset + 2], "\u{80}".as_bytes());
    let marked = check("\u{FEFF}<a>\u{80}</a>".as_bytes()).unwrap_err().remove(1);
    assert_eq!((marked.line, marked.column, marked.offset), (1, 4, 6));
}

#[test]
fn the_encoding_is_guessed_from_polish_letters() {
    let windows = b"<a>Za\xBF\xF3\xB3\xE6 g\xEA\x9Cl\xB9 ja\x9F\xF1</a>";
    let latin2 = b"<a>Za\xBF\xF3\xB3\xE6 g\xEA\xB6l\xB1 ja\xBC\xF1</a>";
    let cyrillic = b"<a>\xCF\xF0\xE8\xE2\xE5\xF2 \xEC\xE8\xF0</a>";
    let undecided = b"<?xml version='1.0' encoding='ISO-8859-2'?><a>\xB3\xF3d\xBF</a>";
    let hint = |bytes: &[u8]| {
        let findings = check(bytes).unwrap_err();
        findings.iter().find(|f| f.kind == FindingKind::NotUtf8).unwrap().encoding_hint()
    };
    assert_eq!(hint(windows), Some(EncodingHint::Windows1250));
    assert_eq!(hint(latin2), Some(EncodingHint::Iso8859_2));
    assert_eq!(hint(undecided), Some(EncodingHint::Iso8859_2));
    assert_eq!(hint(cyrillic), None);
    assert_eq!(hint(b"\xFE\xFF\0<\0a"), Some(EncodingHint::Utf16));
}

#[test]
fn texts_are_single_lines_in_two_languages_without_contents() {
    let text = "\u{FEFF}<?xml version='1.1' encoding='tajne'?><?tajne?><tajne>\u{80}\u{1}&#x81;</tajna>";
    for finding in check(text.as_bytes()).unwrap_err() {
        let (english, polish) = (finding.to_string(), finding.text_pl());
        assert_ne!(english, polish);
        for text in [english, polish] {
            assert!(!text.contains("tajn") && !text.contains('\n') && !text.ends_with('.'), "{text}");
        }
    }
    let codes: std::collections::HashSet<_> = FindingKind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(codes.len(), FindingKind::ALL.len());
}

#[test]
fn the_number_of_findings_is_bounded() {
    let text = format!("<a>{}</a>", "\u{80}&#x81;<?p?>".repeat(5000));
    assert_eq!(check(text.as_bytes()).unwrap_err().len(), MAX_FINDINGS);
}

/// Shapes that make careless readers quadratic or recursive. Three megabytes is the largest invoice that KSeF takes.
#[test]
fn hostile_documents_take_linear_time() {
    let size = 3_000_000;
    let deep = |unit: &str| unit.repeat(size / unit.len());
    let numbered = |make: &dyn Fn(usize) -> String| (0..size / 20).map(make).collect::<String>();
    let documents = [
        deep("<a>"),
        deep("<a xmlns:p='urn:x'>"),
        format!("<a{}/>", numbered(&|i| format!(" b{i}='1'"))),
        format!("<a{}/>", numbered(&|i| format!(" xmlns:p{i}='u{i}' p{i}:b='1'"))),
        numbered(&|i| format!("<a xmlns:p{i}='u'>")),
        format!("<a>{}</a>", deep("&")),
        format!("<a>{}</a>", deep("&amp;")),
        format!("<a>{}</a>", deep("]]")),
        format!("<a>{}", deep("<!-- -")),
        format!("<!DOCTYPE a {}", deep("[")),
        format!("<a b='{}", deep("\r\n")),
        deep("<?p "),
        deep("\u{FEFF}"),
    ];
    for document in &documents {
        let start = std::time::Instant::now();
        let _ = check(document.as_bytes());
        let _ = crate::InvoiceHeader::read(document.as_bytes());
        let seconds = start.elapsed().as_secs_f64();
        assert!(seconds < 20.0, "{:.30} took {seconds} s", document);
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        if let Err(findings) = check(&bytes) {
            for finding in findings {
                proptest::prop_assert!(finding.offset <= bytes.len() && finding.line >= 1 && finding.column >= 1);
            }
        }
    }
}
