//! Texts of findings in English and Polish: the trouble first, then what to do.

use super::FindingKind;
use super::finding::Detail;
use crate::xml::Problem;

pub(super) fn english(kind: FindingKind, detail: Detail) -> String {
    let text = match (kind, detail) {
        (FindingKind::Empty, _) => "the file is empty",
        (FindingKind::ByteOrderMark, _) => {
            "the file begins with a byte order mark; save it as UTF-8 without BOM"
        }
        (FindingKind::NotUtf8, Detail::Hint(hint)) => {
            return format!("the file is not UTF-8 but looks like {}; convert it to UTF-8", hint.name());
        }
        (FindingKind::NotUtf8, _) => "the file is not valid UTF-8",
        (FindingKind::DeclaredEncoding, _) => "the XML declaration names an encoding other than UTF-8",
        (FindingKind::DeclarationWithoutVersion, _) => {
            "the XML declaration does not begin with version=\"1.0\""
        }
        (FindingKind::XmlVersion, _) => "the XML declaration names a version other than 1.0",
        (FindingKind::ProcessingInstruction, _) => {
            "processing instructions, such as xml-stylesheet, are not allowed"
        }
        (FindingKind::DocumentType, _) => "a document type declaration is not allowed",
        (FindingKind::DiscouragedCharacter, Detail::Character { code, reference }) => {
            return format!("{} is not allowed by KSeF", character_en(code, reference));
        }
        (FindingKind::DiscouragedCharacter, _) => "a discouraged character is not allowed by KSeF",
        (FindingKind::ForbiddenCharacter, Detail::Character { code, reference }) => {
            return format!("{} is not allowed in XML", character_en(code, reference));
        }
        (FindingKind::ForbiddenCharacter, _) => "a control character is not allowed in XML",
        (FindingKind::NotWellFormed, Detail::Problem(problem)) => {
            return format!("not well-formed XML: {}", problem_en(problem));
        }
        (FindingKind::NotWellFormed, _) => "not well-formed XML",
    };
    text.to_owned()
}

pub(super) fn polish(kind: FindingKind, detail: Detail) -> String {
    let text = match (kind, detail) {
        (FindingKind::Empty, _) => "plik jest pusty",
        (FindingKind::ByteOrderMark, _) => "plik zaczyna się od znacznika BOM; zapisz go jako UTF-8 bez BOM",
        (FindingKind::NotUtf8, Detail::Hint(hint)) => {
            return format!("plik nie jest w UTF-8, wygląda na {}; przekonwertuj go na UTF-8", hint.name());
        }
        (FindingKind::NotUtf8, _) => "plik nie jest poprawnym tekstem UTF-8",
        (FindingKind::DeclaredEncoding, _) => "deklaracja XML podaje kodowanie inne niż UTF-8",
        (FindingKind::DeclarationWithoutVersion, _) => "deklaracja XML nie zaczyna się od version=\"1.0\"",
        (FindingKind::XmlVersion, _) => "deklaracja XML podaje wersję inną niż 1.0",
        (FindingKind::ProcessingInstruction, _) => {
            "instrukcje przetwarzania, na przykład xml-stylesheet, są niedozwolone"
        }
        (FindingKind::DocumentType, _) => "deklaracja typu dokumentu (DOCTYPE) jest niedozwolona",
        (FindingKind::DiscouragedCharacter, Detail::Character { code, reference }) => {
            return format!("{} jest niedozwolony w KSeF", character_pl(code, reference));
        }
        (FindingKind::DiscouragedCharacter, _) => "niezalecany znak jest niedozwolony w KSeF",
        (FindingKind::ForbiddenCharacter, Detail::Character { code, reference }) => {
            return format!("{} jest niedozwolony w XML", character_pl(code, reference));
        }
        (FindingKind::ForbiddenCharacter, _) => "znak sterujący jest niedozwolony w XML",
        (FindingKind::NotWellFormed, Detail::Problem(problem)) => {
            return format!("niepoprawnie sformułowany XML: {}", problem_pl(problem));
        }
        (FindingKind::NotWellFormed, _) => "niepoprawnie sformułowany XML",
    };
    text.to_owned()
}

fn character_en(code: u32, reference: bool) -> String {
    match (reference, code) {
        (true, 0x110000..) => "a reference to a character beyond Unicode".to_owned(),
        (true, _) => format!("a reference to the character U+{code:04X}"),
        (false, _) => format!("the character U+{code:04X}"),
    }
}

fn character_pl(code: u32, reference: bool) -> String {
    match (reference, code) {
        (true, 0x110000..) => "zapisany odwołaniem znak spoza Unicode".to_owned(),
        (true, _) => format!("zapisany odwołaniem znak U+{code:04X}"),
        (false, _) => format!("znak U+{code:04X}"),
    }
}

/// The English text of a problem of well-formedness.
pub(crate) fn problem_en(problem: Problem) -> &'static str {
    match problem {
        Problem::NoRootElement => "there is no root element",
        Problem::UnexpectedEnd => "the file ends too early",
        Problem::ContentOutsideRoot => "there is content outside the root element",
        Problem::InvalidMarkup => "markup is not recognised",
        Problem::InvalidName => "a name has an illegal character",
        Problem::MalformedTag => "a tag is malformed",
        Problem::MalformedAttribute => "an attribute is malformed",
        Problem::DuplicateAttribute => "an attribute is repeated",
        Problem::LessThanInAttribute => "an attribute value contains <",
        Problem::MismatchedEndTag => "the end tag does not match the open element",
        Problem::InvalidReference => "& does not begin a reference; write &amp;",
        Problem::UnknownEntity => "an entity is not declared",
        Problem::ForbiddenReference(_) => "a reference to a character that XML does not allow",
        Problem::CdataEndInText => "text contains ]]>",
        Problem::DoubleHyphenInComment => "a comment contains --",
        Problem::MisplacedDeclaration => "the XML declaration is not at the very start",
        Problem::MalformedDeclaration => "the XML declaration is malformed",
        Problem::MisplacedDoctype => "a document type declaration is misplaced",
        Problem::UndeclaredPrefix => "a namespace prefix is not declared",
        Problem::NamespaceDeclaration => "a namespace declaration is not allowed",
    }
}

fn problem_pl(problem: Problem) -> &'static str {
    match problem {
        Problem::NoRootElement => "brak elementu głównego",
        Problem::UnexpectedEnd => "plik kończy się za wcześnie",
        Problem::ContentOutsideRoot => "treść poza elementem głównym",
        Problem::InvalidMarkup => "nierozpoznany znacznik",
        Problem::InvalidName => "niedozwolony znak w nazwie",
        Problem::MalformedTag => "błędny znacznik",
        Problem::MalformedAttribute => "błędny atrybut",
        Problem::DuplicateAttribute => "powtórzony atrybut",
        Problem::LessThanInAttribute => "znak < w wartości atrybutu",
        Problem::MismatchedEndTag => "znacznik końcowy nie pasuje do otwartego elementu",
        Problem::InvalidReference => "znak & nie zaczyna odwołania; należy pisać &amp;",
        Problem::UnknownEntity => "niezadeklarowana encja",
        Problem::ForbiddenReference(_) => "odwołanie do znaku niedozwolonego w XML",
        Problem::CdataEndInText => "ciąg ]]> w tekście",
        Problem::DoubleHyphenInComment => "ciąg -- w komentarzu",
        Problem::MisplacedDeclaration => "deklaracja XML nie jest na samym początku",
        Problem::MalformedDeclaration => "błędna deklaracja XML",
        Problem::MisplacedDoctype => "deklaracja typu dokumentu w niedozwolonym miejscu",
        Problem::UndeclaredPrefix => "niezadeklarowany prefiks przestrzeni nazw",
        Problem::NamespaceDeclaration => "niedozwolona deklaracja przestrzeni nazw",
    }
}
