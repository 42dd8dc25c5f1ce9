//! The texts of the catalogue. Rows are `number NAME repeat, text => advice` in English and in Polish; `again`
//! marks errors after which the same call may succeed later. Append only.

use super::catalog::ErrorEntry;

macro_rules! catalog {
    ($( $number:literal $name:ident $retry:ident
        en $en:literal => $en_advice:literal
        pl $pl:literal => $pl_advice:literal )+) => {
        $( pub(crate) const $name: &ErrorEntry = &ErrorEntry {
            number: $number,
            constant: stringify!($name),
            retryable: catalog!(@retry $retry),
            english: $en,
            polish: $pl,
            english_advice: $en_advice,
            polish_advice: $pl_advice,
        }; )+
        pub(super) const ALL: &[&ErrorEntry] = &[ $( $name ),+ ];
    };
    (@retry again) => { true };
    (@retry never) => { false };
}

catalog! {
// 1xxx: misuse
1001 INVALID_ARGUMENT never
    en "an argument is not valid" => "correct the named argument"
    pl "niepoprawny argument wywołania" => "popraw wskazany argument"
1002 INVALID_NIP never
    en "the NIP is not valid" => "a NIP has ten digits, the last of which is a check digit; no spaces, hyphens or country prefix"
    pl "niepoprawny NIP" => "NIP ma dziesięć cyfr, ostatnia jest cyfrą kontrolną; bez spacji, kresek i przedrostka kraju"
1003 INVALID_INTERNAL_ID never
    en "the internal identifier is not valid" => "write the NIP, a hyphen and five digits, the last of which is a check digit"
    pl "niepoprawny identyfikator wewnętrzny" => "podaj NIP, kreskę i pięć cyfr, z których ostatnia jest kontrolna"
1004 INVALID_NIP_VAT_UE never
    en "the NIP and EU VAT identifier pair is not valid" => "write the NIP, a hyphen and the EU VAT number with its country prefix"
    pl "niepoprawny identyfikator NIP i VAT UE" => "podaj NIP, kreskę i numer VAT UE z przedrostkiem kraju"
1005 INVALID_PEPPOL_ID never
    en "the Peppol provider identifier is not valid" => "write P, two letters of the country and six digits"
    pl "niepoprawny identyfikator dostawcy Peppol" => "podaj literę P, dwie litery kraju i sześć cyfr"
1006 INVALID_PESEL never
    en "the PESEL is not valid" => "a PESEL has eleven digits"
    pl "niepoprawny PESEL" => "PESEL ma jedenaście cyfr"
1007 INVALID_FINGERPRINT never
    en "the certificate fingerprint is not valid" => "write the SHA-256 of the certificate as 64 hexadecimal digits in upper case"
    pl "niepoprawny odcisk palca certyfikatu" => "podaj SHA-256 certyfikatu jako 64 wielkie cyfry szesnastkowe"
1008 INVALID_REFERENCE_NUMBER never
    en "the reference number is not valid" => "pass the 36 characters exactly as KSeF returned them"
    pl "niepoprawny numer referencyjny" => "podaj 36 znaków dokładnie tak, jak zwrócił je KSeF"
1009 INVALID_KSEF_NUMBER never
    en "the KSeF number is not valid" => "pass the 35 characters (36 for numbers from KSeF 1.0) exactly as KSeF assigned them"
    pl "niepoprawny numer KSeF" => "podaj 35 znaków (36 dla numerów z KSeF 1.0) dokładnie tak, jak nadał je KSeF"
1010 EMPTY_TOKEN never
    en "the KSeF token is empty" => "pass the whole token shown once when it was created"
    pl "token KSeF jest pusty" => "podaj cały token, pokazany jeden raz przy tworzeniu"
1011 KSEF1_TOKEN never
    en "this looks like a token of KSeF 1.0, which KSeF 2.0 does not accept" => "create a new token in KSeF 2.0; it begins with a reference number and contains two vertical bars"
    pl "to wygląda na token z KSeF 1.0, którego KSeF 2.0 nie przyjmuje" => "utwórz nowy token w KSeF 2.0; zaczyna się numerem referencyjnym i zawiera dwie pionowe kreski"
1012 MALFORMED_TOKEN never
    en "the KSeF token contains characters that no token has, or is too long" => "copy the token again, without quotation marks and line breaks"
    pl "token KSeF zawiera znaki, których token nie ma, albo jest za długi" => "skopiuj token ponownie, bez cudzysłowów i podziału wierszy"
1013 NO_CREDENTIALS never
    en "this operation needs a login and the client has no credentials" => "give the builder a token or a certificate with its key"
    pl "ta operacja wymaga zalogowania, a klient nie ma poświadczeń" => "podaj przy budowie klienta token albo certyfikat z kluczem"
1014 NO_CONTEXT never
    en "logging in needs a context and the client has none" => "give the builder the NIP or other identifier on whose behalf it works"
    pl "logowanie wymaga kontekstu, a klient go nie ma" => "podaj przy budowie klienta NIP lub inny identyfikator podmiotu, w którego imieniu działa"
1015 INVALID_URL never
    en "the address is not valid" => "use an absolute http or https address without query and password"
    pl "niepoprawny adres" => "podaj pełny adres http albo https, bez parametrów i hasła"
1016 INVALID_PROXY never
    en "the proxy address is not valid" => "use http, https, socks5 or socks5h, for example http://proxy.example:8080"
    pl "niepoprawny adres serwera proxy" => "użyj http, https, socks5 lub socks5h, na przykład http://proxy.example:8080"
1017 INVALID_CA never
    en "the extra certification authority is not usable" => "pass one or more certificates in PEM form"
    pl "nie można użyć dodatkowego urzędu certyfikacji" => "podaj jeden lub więcej certyfikatów w postaci PEM"
1018 INVALID_USER_AGENT never
    en "the user agent contains characters that a header cannot carry" => "use printable ASCII"
    pl "nazwa programu (user agent) zawiera znaki niedozwolone w nagłówku" => "użyj drukowalnych znaków ASCII"
1019 BLOCKING_IN_ASYNC never
    en "a blocking call was made inside an asynchronous runtime" => "use the asynchronous client there, or move the call to a thread of its own"
    pl "wywołanie blokujące wykonano wewnątrz asynchronicznego środowiska" => "użyj tam klienta asynchronicznego albo przenieś wywołanie do osobnego wątku"
1020 INVALID_REQUEST never
    en "a field of the request is not valid" => "correct the named field; nothing was sent"
    pl "niepoprawne pole żądania" => "popraw wskazane pole; niczego nie wysłano"
1021 SESSION_CLOSED never
    en "the session was closed by this program" => "open a new session"
    pl "sesja została zamknięta przez ten program" => "otwórz nową sesję"
1022 INVALID_RESUME_TOKEN never
    en "the resume token cannot be read" => "pass the text exactly as the library produced it"
    pl "nie można odczytać znacznika wznowienia" => "podaj tekst dokładnie tak, jak wytworzyła go biblioteka"
1023 FOREIGN_RESUME_TOKEN never
    en "the resume token was made for another environment or context" => "resume with a client for the same environment and context"
    pl "znacznik wznowienia powstał dla innego środowiska lub kontekstu" => "wznów klientem tego samego środowiska i kontekstu"
1024 CORRECTION_NEEDS_OFFLINE never
    en "a technical correction can be sent only in offline mode" => "set the offline mode together with the hash of the corrected invoice"
    pl "korektę techniczną można wysłać tylko w trybie offline" => "ustaw tryb offline razem ze skrótem korygowanej faktury"
1025 FORM_NOT_INTERACTIVE never
    en "this form of invoice cannot be sent in an interactive session here" => "check the form code and the environment"
    pl "tej struktury faktury nie można tu wysłać w sesji interaktywnej" => "sprawdź kod formularza i środowisko"
1901 NULL_ARGUMENT never
    en "an argument that must be given is NULL" => "pass the named argument"
    pl "wymagany argument ma wartość NULL" => "podaj wskazany argument"
1902 NOT_UTF8_ARGUMENT never
    en "an argument is not text in UTF-8" => "convert the text to UTF-8 before passing it"
    pl "argument nie jest tekstem w UTF-8" => "zamień tekst na UTF-8 przed przekazaniem"
1903 ARGUMENT_OUT_OF_RANGE never
    en "an argument has a value or a size that the function does not know" => "use one of the documented values, and the sizes of the header that the program is compiled with"
    pl "argument ma wartość lub rozmiar, których funkcja nie zna" => "użyj jednej z opisanych wartości i rozmiarów z nagłówka, z którym kompilowany jest program"

// 2xxx: transport
2001 HOST_NOT_FOUND never
    en "the host name was not found" => "check the address of the environment, the DNS settings and the network"
    pl "nie znaleziono nazwy serwera" => "sprawdź adres środowiska, ustawienia DNS i sieć"
2002 CONNECT_FAILED again
    en "no connection to the server" => "check the network, the firewall and the proxy; nothing was sent"
    pl "brak połączenia z serwerem" => "sprawdź sieć, zaporę i proxy; niczego nie wysłano"
2003 CONNECT_TIMEOUT again
    en "connecting took too long" => "check the network, the firewall and the proxy; nothing was sent"
    pl "przekroczono czas łączenia" => "sprawdź sieć, zaporę i proxy; niczego nie wysłano"
2004 TLS_FAILED never
    en "the secure connection could not be set up" => "check that nothing between this computer and the server interferes with TLS; nothing was sent"
    pl "nie udało się zestawić bezpiecznego połączenia" => "sprawdź, czy nic po drodze nie ingeruje w TLS; niczego nie wysłano"
2005 CERTIFICATE_NOT_TRUSTED never
    en "the certificate of the server is not trusted" => "check the clock of this computer; behind an intercepting proxy pass its authority as the extra CA"
    pl "certyfikat serwera nie jest zaufany" => "sprawdź zegar komputera; za proxy podmieniającym TLS podaj jego urząd jako dodatkowe CA"
2006 PROXY_FAILED never
    en "the proxy refused the connection" => "check the address and the credentials of the proxy; nothing was sent to KSeF"
    pl "serwer proxy odmówił połączenia" => "sprawdź adres i dane logowania proxy; do KSeF niczego nie wysłano"
2007 ANSWER_TIMEOUT again
    en "no answer came in time" => "the request may have been carried out; check before repeating it"
    pl "odpowiedź nie nadeszła na czas" => "żądanie mogło zostać wykonane; sprawdź, zanim je powtórzysz"
2008 CONNECTION_LOST again
    en "the connection was lost before the answer came" => "the request may have been carried out; check before repeating it"
    pl "połączenie zerwano przed odebraniem odpowiedzi" => "żądanie mogło zostać wykonane; sprawdź, zanim je powtórzysz"
2009 DEADLINE_PASSED again
    en "the deadline of the call has passed" => "allow more time; if the request was sent, check before repeating it"
    pl "minął termin wyznaczony dla wywołania" => "daj więcej czasu; jeśli żądanie wysłano, sprawdź, zanim je powtórzysz"
2010 CANCELLED never
    en "the call was cancelled" => "if the request was sent, check before repeating it"
    pl "wywołanie anulowano" => "jeśli żądanie wysłano, sprawdź, zanim je powtórzysz"
2011 BLOCKED_BY_FIREWALL never
    en "the firewall in front of KSeF blocked the request" => "wait a few minutes; if it persists, give the incident identifier and your IP address to the KSeF help desk"
    pl "zapora przed KSeF zablokowała żądanie" => "odczekaj kilka minut; jeśli to nie minie, podaj pomocy KSeF identyfikator incydentu i swój adres IP"
2012 GATEWAY_ERROR again
    en "the gateway in front of KSeF answered with an error page" => "KSeF is overloaded or being serviced; try later and check whether the request was carried out"
    pl "brama przed KSeF odpowiedziała stroną błędu" => "KSeF jest przeciążony lub serwisowany; spróbuj później i sprawdź, czy żądanie wykonano"
2013 UNEXPECTED_REDIRECT never
    en "the server answered with a redirect, which the API never does" => "check the address of the environment; firewalls in front of KSeF redirect traffic from abroad"
    pl "serwer odpowiedział przekierowaniem, czego API nigdy nie robi" => "sprawdź adres środowiska; zapory przed KSeF przekierowują ruch z zagranicy"
2014 ANSWER_TRUNCATED again
    en "the answer was cut off" => "the request may have been carried out; check before repeating it"
    pl "odpowiedź została ucięta" => "żądanie mogło zostać wykonane; sprawdź, zanim je powtórzysz"
2015 UNEXPECTED_CONTENT never
    en "the answer is of another type than the API promises" => "check the address of the environment and the proxies on the way"
    pl "odpowiedź jest innego typu, niż zapowiada API" => "sprawdź adres środowiska i serwery pośredniczące"
2016 UNREADABLE_ANSWER never
    en "the answer cannot be read" => "report it with the trace identifier; the request may have been carried out"
    pl "nie można odczytać odpowiedzi" => "zgłoś to wraz z identyfikatorem śledzenia; żądanie mogło zostać wykonane"
2017 HASH_MISMATCH again
    en "the downloaded document does not match its hash" => "download it again; do not use the damaged copy"
    pl "pobrany dokument nie zgadza się ze swoim skrótem" => "pobierz go ponownie; nie używaj uszkodzonej kopii"
2018 ANSWER_TOO_LARGE never
    en "the answer is larger than any answer of the API" => "check the address of the environment"
    pl "odpowiedź jest większa niż jakakolwiek odpowiedź API" => "sprawdź adres środowiska"
2019 UNEXPECTED_STATUS never
    en "the server answered with a status that the API does not use" => "check the address of the environment and the proxies on the way"
    pl "serwer odpowiedział statusem, którego API nie używa" => "sprawdź adres środowiska i serwery pośredniczące"

// 3xxx: authentication
3001 LOGIN_FAILED never
    en "logging in failed" => "read the details that KSeF gave"
    pl "logowanie nie powiodło się" => "przeczytaj szczegóły podane przez KSeF"
3002 LOGIN_NO_PERMISSIONS never
    en "the identity has no permission in this context" => "check the NIP of the context and the permissions granted to this certificate or token"
    pl "podmiot nie ma uprawnień w tym kontekście" => "sprawdź NIP kontekstu i uprawnienia nadane temu certyfikatowi lub tokenowi"
3003 LOGIN_REVOKED never
    en "the login was revoked" => "log in again"
    pl "uwierzytelnienie unieważniono" => "zaloguj się ponownie"
3004 LOGIN_TOKEN_REFUSED never
    en "KSeF refused the token" => "check that the token belongs to this environment and context, and that it is active"
    pl "KSeF odrzucił token" => "sprawdź, czy token należy do tego środowiska i kontekstu i czy jest aktywny"
3005 LOGIN_CHALLENGE_REFUSED again
    en "the challenge was not accepted" => "log in again; a challenge is valid for ten minutes"
    pl "wyzwanie autoryzacyjne nie zostało przyjęte" => "zaloguj się ponownie; wyzwanie jest ważne dziesięć minut"
3006 LOGIN_TOKEN_TIME again
    en "the time sent with the token was not accepted" => "log in again; if it persists, report it"
    pl "czas przesłany z tokenem nie został przyjęty" => "zaloguj się ponownie; jeśli to nie minie, zgłoś błąd"
3007 LOGIN_TOKEN_REVOKED never
    en "the token was revoked" => "create a new token"
    pl "token unieważniono" => "utwórz nowy token"
3008 LOGIN_TOKEN_INACTIVE again
    en "the token is not active" => "wait until its status is Active, or create a new token"
    pl "token nie jest aktywny" => "poczekaj, aż jego status będzie aktywny, albo utwórz nowy"
3009 LOGIN_TOKEN_ENCRYPTION never
    en "KSeF could not decrypt the token" => "check that the client is set to the right environment"
    pl "KSeF nie odszyfrował tokenu" => "sprawdź, czy klient wskazuje właściwe środowisko"
3010 LOGIN_TOKEN_CONTEXT never
    en "the token cannot be used in this context" => "use the token with the context it was created in"
    pl "tokenu nie można użyć w tym kontekście" => "użyj tokenu w kontekście, w którym powstał"
3011 LOGIN_CERTIFICATE_REFUSED never
    en "KSeF refused the certificate" => "check its validity, issuer and revocation; self-signed certificates work only on the test environment"
    pl "KSeF odrzucił certyfikat" => "sprawdź jego ważność, wystawcę i unieważnienie; certyfikaty samopodpisane działają tylko na środowisku testowym"
3012 LOGIN_CERTIFICATE_EXPIRED never
    en "the certificate is not valid at this time" => "use a certificate within its validity"
    pl "certyfikat jest nieważny" => "użyj certyfikatu w okresie jego ważności"
3013 LOGIN_CERTIFICATE_UNTRUSTED never
    en "the certificate chain is not trusted" => "use a qualified, trusted or KSeF certificate; self-signed ones work only on the test environment"
    pl "łańcuch certyfikatów jest niezaufany" => "użyj certyfikatu kwalifikowanego, zaufanego lub KSeF; samopodpisane działają tylko na środowisku testowym"
3014 LOGIN_CERTIFICATE_REVOKED never
    en "the certificate is revoked or suspended" => "use another certificate"
    pl "certyfikat odwołano lub zawieszono" => "użyj innego certyfikatu"
3015 LOGIN_DECEASED never
    en "the means of authentication belong to a deceased person" => "use the credentials of another person"
    pl "metoda uwierzytelnienia należy do osoby zmarłej" => "użyj poświadczeń innej osoby"
3016 LOGIN_BLOCKED never
    en "KSeF blocked the login after a suspected security incident" => "contact the Ministry of Finance by its form"
    pl "KSeF zablokował uwierzytelnienie po podejrzeniu incydentu bezpieczeństwa" => "skontaktuj się z Ministerstwem Finansów przez formularz zgłoszeniowy"
3017 LOGIN_SYSTEM_ERROR again
    en "KSeF could not finish the login" => "try again"
    pl "KSeF nie dokończył uwierzytelniania" => "spróbuj ponownie"
3018 LOGIN_TIMEOUT again
    en "KSeF did not finish the login in time" => "try again later; checking a qualified certificate can take long"
    pl "KSeF nie zakończył uwierzytelniania na czas" => "spróbuj później; sprawdzanie certyfikatu kwalifikowanego bywa długie"
3019 UNAUTHORIZED never
    en "KSeF did not accept the access token" => "log in again; check that the address belongs to the environment of the login"
    pl "KSeF nie przyjął tokenu dostępowego" => "zaloguj się ponownie; sprawdź, czy adres należy do środowiska logowania"
3020 LOGIN_REQUEST_REFUSED never
    en "KSeF refused the login request" => "read the details that KSeF gave"
    pl "KSeF odrzucił żądanie uwierzytelnienia" => "przeczytaj szczegóły podane przez KSeF"
3021 LOGIN_SIGNATURE_REFUSED never
    en "KSeF refused the signature of the login request" => "sign with RSA PKCS#1 v1.5 and SHA-256 or ECDSA P-256, with the key that belongs to the certificate"
    pl "KSeF odrzucił podpis żądania uwierzytelnienia" => "podpisz RSA PKCS#1 v1.5 z SHA-256 albo ECDSA P-256, kluczem należącym do certyfikatu"
3022 LOGIN_IDENTIFIER_CONFLICT never
    en "the certificate, its identifier type and the context do not fit together" => "check the type of the context and whether the certificate carries a NIP or PESEL"
    pl "certyfikat, rodzaj identyfikatora i kontekst nie pasują do siebie" => "sprawdź rodzaj kontekstu i czy certyfikat zawiera NIP lub PESEL"
3023 LOGIN_TOKENS_REFUSED never
    en "KSeF did not hand out the access tokens of this login" => "log in again"
    pl "KSeF nie wydał tokenów dostępowych tego logowania" => "zaloguj się ponownie"

// 4xxx: refused by KSeF
4001 REQUEST_REFUSED never
    en "KSeF refused the request" => "read the code and the details that KSeF gave"
    pl "KSeF odrzucił żądanie" => "przeczytaj kod i szczegóły podane przez KSeF"
4002 VALIDATION_FAILED never
    en "KSeF found the request not valid" => "read the details: they name the fields"
    pl "KSeF uznał żądanie za niepoprawne" => "przeczytaj szczegóły: wskazują pola"
4003 FORBIDDEN never
    en "KSeF forbids this operation" => "check the permissions in this context"
    pl "KSeF zabrania tej operacji" => "sprawdź uprawnienia w tym kontekście"
4004 MISSING_PERMISSIONS never
    en "a permission is missing in this context" => "grant one of the permissions named in the details and log in again"
    pl "brak uprawnienia w tym kontekście" => "nadaj jedno z uprawnień wymienionych w szczegółach i zaloguj się ponownie"
4005 IP_NOT_ALLOWED never
    en "the IP address is outside the policy given at login" => "log in with a policy that allows this address"
    pl "adres IP jest poza zasadami podanymi przy logowaniu" => "zaloguj się z zasadami dopuszczającymi ten adres"
4006 RESOURCE_NOT_ACCESSIBLE never
    en "there is no access to this resource" => "use the context and the identity that own it"
    pl "brak dostępu do tego zasobu" => "użyj kontekstu i tożsamości, do których należy"
4007 AUTH_METHOD_NOT_ALLOWED never
    en "the operation is not available after this kind of login" => "log in with a certificate instead of a token"
    pl "operacja jest niedostępna przy tym sposobie logowania" => "zaloguj się certyfikatem zamiast tokenem"
4008 BLOCKED_BY_SECURITY never
    en "the security service of KSeF blocked the request" => "give the incident identifier to the KSeF help desk"
    pl "usługa bezpieczeństwa KSeF zablokowała żądanie" => "podaj pomocy KSeF identyfikator incydentu"
4009 CONTEXT_TYPE_NOT_ALLOWED never
    en "the operation is not available for this type of context" => "log in with another type of context"
    pl "operacja jest niedostępna dla tego rodzaju kontekstu" => "zaloguj się w kontekście innego rodzaju"
4010 GONE never
    en "the result is past its retention and no longer available" => "start the operation again"
    pl "wynik nie jest już dostępny, minął czas przechowywania" => "rozpocznij operację od nowa"
4011 RATE_LIMITED again
    en "the limit of requests is used up" => "wait as long as KSeF says; the request was not carried out"
    pl "wyczerpano limit żądań" => "odczekaj tyle, ile podał KSeF; żądania nie wykonano"
4012 SERVER_FAILURE again
    en "KSeF failed internally" => "try again later and check whether the request was carried out"
    pl "błąd wewnętrzny KSeF" => "spróbuj później i sprawdź, czy żądanie wykonano"
4013 UNREADABLE_REQUEST never
    en "KSeF could not read the request" => "report it: the library should not send such a request"
    pl "KSeF nie odczytał żądania" => "zgłoś to: biblioteka nie powinna wysyłać takiego żądania"
4014 SESSION_NOT_FOUND never
    en "KSeF does not know this session" => "check the reference number, the context and the environment"
    pl "KSeF nie zna tej sesji" => "sprawdź numer referencyjny, kontekst i środowisko"
4015 SESSION_STATUS never
    en "the status of the session does not allow this" => "read the status of the session; open a new session to send more"
    pl "status sesji na to nie pozwala" => "odczytaj status sesji; aby wysyłać dalej, otwórz nową"
4016 SESSION_KEY_REFUSED never
    en "KSeF could not decrypt the key of the session" => "check that the client is set to the right environment; open a new session"
    pl "KSeF nie odszyfrował klucza sesji" => "sprawdź, czy klient wskazuje właściwe środowisko; otwórz nową sesję"
4017 SESSION_FULL never
    en "the session has reached its limit of invoices" => "open a new session"
    pl "sesja osiągnęła limit faktur" => "otwórz nową sesję"
4018 SESSION_UNAVAILABLE again
    en "the session is temporarily unavailable" => "try later or open a new session"
    pl "sesja jest tymczasowo niedostępna" => "spróbuj później albo otwórz nową sesję"
4019 KEY_UNKNOWN again
    en "KSeF does not know the encryption key that was used" => "try again: the library fetches the current keys"
    pl "KSeF nie zna użytego klucza szyfrującego" => "spróbuj ponownie: biblioteka pobierze aktualne klucze"
4020 CONTENT_MISMATCH never
    en "the declared size or hash does not match the content" => "send again; if it persists, something on the way changes the content"
    pl "zadeklarowany rozmiar lub skrót nie zgadza się z treścią" => "wyślij ponownie; jeśli to nie minie, coś po drodze zmienia treść"
4021 CORRECTION_UNAVAILABLE never
    en "a technical correction of this invoice is not possible" => "the invoice was accepted, or corrected already"
    pl "korekta techniczna tej faktury nie jest możliwa" => "fakturę przyjęto albo już skorygowano"
4022 INVOICE_NOT_FOUND never
    en "there is no invoice with this KSeF number" => "check the number, the context and the environment"
    pl "nie ma faktury o tym numerze KSeF" => "sprawdź numer, kontekst i środowisko"
4023 INVOICE_NOT_YET_AVAILABLE again
    en "the invoice was accepted but cannot be downloaded yet" => "try again later"
    pl "fakturę przyjęto, ale nie można jej jeszcze pobrać" => "spróbuj później"
4024 UPO_NOT_FOUND again
    en "there is no UPO yet" => "a UPO exists for accepted invoices only; for a session, after it was closed and processed"
    pl "nie ma jeszcze UPO" => "UPO istnieje tylko dla przyjętych faktur; dla sesji po jej zamknięciu i przetworzeniu"
4025 CONTINUATION_REFUSED never
    en "KSeF did not accept the continuation token" => "start the list from its beginning"
    pl "KSeF nie przyjął tokenu kontynuacji" => "zacznij listę od początku"
4026 WRONG_ADDRESS never
    en "the answer is typical of a retired KSeF address" => "check the address of the environment: the API lives under /v2 on the api hosts"
    pl "taka odpowiedź jest typowa dla wycofanego adresu KSeF" => "sprawdź adres środowiska: API działa pod /v2 na serwerach api"
4027 SESSION_FAILED never
    en "the session ended without processing its invoices" => "read the status of the session"
    pl "sesja zakończyła się bez przetworzenia faktur" => "odczytaj status sesji"
4028 EXPORT_LIMIT again
    en "too many exports are running" => "wait for the running exports to end"
    pl "trwa zbyt wiele eksportów" => "poczekaj na zakończenie trwających eksportów"
4029 REQUEST_TOO_LARGE never
    en "the request is too large" => "check the size limits of the context"
    pl "żądanie jest za duże" => "sprawdź limity rozmiaru dla kontekstu"
4030 OPERATION_FAILED never
    en "KSeF accepted the request but could not carry it out" => "read the code and the details that KSeF gave"
    pl "KSeF przyjął żądanie, ale go nie wykonał" => "przeczytaj kod i szczegóły podane przez KSeF"

// 5xxx: crypto and XAdES
5001 CRYPTO_FAILED never
    en "a cryptographic operation failed" => "report it"
    pl "operacja kryptograficzna nie powiodła się" => "zgłoś to"
5002 KEY_UNREADABLE never
    en "the private key cannot be read" => "pass a PEM with a PKCS#8, PKCS#1 or SEC1 key"
    pl "nie można odczytać klucza prywatnego" => "podaj PEM z kluczem PKCS#8, PKCS#1 lub SEC1"
5003 WRONG_PASSWORD never
    en "the password of the private key is wrong" => "check the password"
    pl "błędne hasło klucza prywatnego" => "sprawdź hasło"
5004 KEY_MISMATCH never
    en "the private key does not belong to the certificate" => "pass the key that the certificate was issued for"
    pl "klucz prywatny nie należy do certyfikatu" => "podaj klucz, dla którego wydano certyfikat"
5005 CERTIFICATE_UNREADABLE never
    en "the certificate cannot be read" => "pass an X.509 certificate in PEM or DER form"
    pl "nie można odczytać certyfikatu" => "podaj certyfikat X.509 w postaci PEM lub DER"
5006 KEY_UNSUPPORTED never
    en "this kind of key is not supported" => "use RSA with at least 2048 bits or an elliptic curve P-256, P-384 or P-521"
    pl "ten rodzaj klucza nie jest obsługiwany" => "użyj RSA o co najmniej 2048 bitach albo krzywej P-256, P-384 lub P-521"
5007 NO_MINISTRY_KEY again
    en "KSeF publishes no valid encryption key for this purpose" => "check the clock of this computer and try again later"
    pl "KSeF nie publikuje ważnego klucza szyfrującego do tego celu" => "sprawdź zegar komputera i spróbuj później"
5008 SIGNING_FAILED never
    en "signing failed" => "check the key, or the external signer"
    pl "podpisywanie nie powiodło się" => "sprawdź klucz albo zewnętrzny podpis"
5009 SIGNATURE_INVALID never
    en "the signature of the document is not valid" => "the document was changed or damaged; download it again"
    pl "podpis dokumentu jest nieprawidłowy" => "dokument zmieniono lub uszkodzono; pobierz go ponownie"

// 6xxx: documents
6001 EMPTY_DOCUMENT never
    en "the document is empty" => "pass the bytes of the XML file"
    pl "dokument jest pusty" => "podaj bajty pliku XML"
6002 BYTE_ORDER_MARK never
    en "the document begins with a byte order mark, which KSeF refuses" => "save the file as UTF-8 without BOM"
    pl "dokument zaczyna się znacznikiem BOM, którego KSeF nie przyjmuje" => "zapisz plik jako UTF-8 bez BOM"
6003 NOT_UTF8 never
    en "the document is not valid UTF-8" => "save the file as UTF-8"
    pl "dokument nie jest poprawnym UTF-8" => "zapisz plik jako UTF-8"
6004 WRONG_ENCODING_DECLARED never
    en "the XML declaration names an encoding other than UTF-8" => "declare UTF-8 or leave the declaration out"
    pl "deklaracja XML podaje kodowanie inne niż UTF-8" => "zadeklaruj UTF-8 albo pomiń deklarację"
6005 PROCESSING_INSTRUCTION never
    en "the document contains a processing instruction, which KSeF refuses" => "remove processing instructions such as xml-stylesheet"
    pl "dokument zawiera instrukcję przetwarzania, której KSeF nie przyjmuje" => "usuń instrukcje przetwarzania, na przykład xml-stylesheet"
6006 FORBIDDEN_CHARACTER never
    en "the document contains a character that KSeF refuses" => "remove the control character at the place named"
    pl "dokument zawiera znak, którego KSeF nie przyjmuje" => "usuń znak sterujący we wskazanym miejscu"
6007 NOT_XML never
    en "the document is not well-formed XML" => "correct the XML at the place named"
    pl "dokument nie jest poprawnym XML" => "popraw XML we wskazanym miejscu"
6008 DOCUMENT_REFUSED never
    en "the document breaks a rule of KSeF" => "correct the document"
    pl "dokument łamie regułę KSeF" => "popraw dokument"
6009 UPO_UNREADABLE never
    en "the UPO cannot be read" => "download it again"
    pl "nie można odczytać UPO" => "pobierz je ponownie"
6010 UPO_FOREIGN never
    en "the UPO does not confirm the invoice it was asked for" => "download it again; report it if it persists"
    pl "UPO nie potwierdza faktury, o którą pytano" => "pobierz je ponownie; zgłoś to, jeśli się powtórzy"

// 7xxx: journal and synchronisation
7001 NOT_RECEIVED again
    en "KSeF never received this invoice" => "send the invoice again"
    pl "KSeF nie otrzymał tej faktury" => "wyślij fakturę ponownie"

// 9xxx: internal
9001 PANIC never
    en "the library failed unexpectedly" => "report it with the text of the error"
    pl "biblioteka zawiodła w nieoczekiwany sposób" => "zgłoś to, podając tekst błędu"
9002 RUNTIME_UNAVAILABLE never
    en "the runtime of the library could not be started" => "check the limits of threads and memory of the process"
    pl "nie udało się uruchomić środowiska biblioteki" => "sprawdź limity wątków i pamięci procesu"
9003 INTERNAL never
    en "the library contradicts itself" => "report it with the text of the error"
    pl "biblioteka jest wewnętrznie sprzeczna" => "zgłoś to, podając tekst błędu"
}
